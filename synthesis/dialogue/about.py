"""What a sentence is about, in a few words of its own: the thing that a listener would ask after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from synthesis.dialogue.attribution import SPEECH_VERBS, lower_first

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_VAGUE = frozenset(
    """thing part number percent lot people person way time day week year month case fact result kind example one ones
    some others half third quarter rest man woman move decade hour minute moment question answer source official
    officials spokesman spokeswoman spokesperson statement report reports letter document documents study expert
    experts critic critics reason percentage share majority group pair series set range variety scene author writer
    reporter reporters same""".split()
)
_OPEN = re.compile(
    r"(an?|some|any|no|each|every|many|several|most|more|other|another|one|two|three|four|five|six|both|all|few"
    r"|fewer|such|what|his|her|their|its|this|that|these|those|much)\b",
    re.I,
)


def subject_of(doc: Doc) -> str:
    """The subject of what the sentence tells (not who says it), fit to stand in a question, or ""."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None:
        return ""
    verb = root
    if root.lemma_.lower() in SPEECH_VERBS:
        verb = next((child for child in root.rights if child.dep_ == "ccomp"), None) or root
        if verb is root:
            return ""
    subject = next((child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
    return noun_phrase(subject) if subject is not None else ""


def noun_phrase(noun: Token) -> str:
    """The phrase of a noun in one to five words, without what hangs on it, or "" if it names nothing a listener
    could place."""
    if (
        noun.pos_ not in {"NOUN", "PROPN"}
        or noun.lemma_.lower() in _VAGUE
        or noun.ent_type_ in {"PERSON", "DATE", "TIME", "CARDINAL", "PERCENT", "MONEY"}
    ):
        return ""
    kept = [token for token in noun.subtree if not _is_side(token, noun)]
    words = "".join(token.text_with_ws for token in kept).strip()
    if (
        not 1 <= len(words.split()) <= 5
        or _OPEN.match(words)
        or re.search(r"[\d\",;:—$%()]", words)
        or any(t.pos_ in {"VERB", "PRON", "CCONJ", "NUM"} for t in kept)
    ):
        return ""
    if any(token.ent_type_ == "PERSON" for token in kept):
        return ""
    return lower_first(words, noun.doc)


def _is_side(token: Token, noun: Token) -> bool:
    while token != noun:
        if token.dep_ in {"relcl", "acl", "appos", "advcl", "conj", "cc", "punct"} and token.dep_ != "hyph":
            return token.text not in {"-"}
        token = token.head
    return False
