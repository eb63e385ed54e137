"""Whether what is left of a sentence is still one: a subject, a finite verb, and the verb that it had."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from synthesis.dialogue.parse import parse

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

SHORTEST = 6  # words
_DANGLING = re.compile(
    r"\b(and|but|or|that|which|who|of|to|for|with|the|a|an|in|on|at|by|from|as|than|including|said|says)[.!?]$", re.I
)


def is_sentence(text: str, source: Doc | None) -> bool:
    """Whether `text` has a subject and a finite verb, ends as a sentence does, and kept the main verb of `source`."""
    if (
        count_words(text) < SHORTEST
        or not re.search(r"[.!?]\"?$", text)
        or text.count('"') % 2
        or _DANGLING.search(text.rstrip('"'))
    ):
        return False
    if re.search(r",\s*,|\s,|\(\)|—\s*[.,]", text):
        return False
    doc = parse([text])[0]
    if source is None or is_whole(source):
        return is_whole(doc) and (source is None or _keeps_verb(text, doc, source))
    # Where the parser misreads the source's own sentence, a finite verb must do.
    return any(token.tag_ in {"VBD", "VBZ", "VBP", "MD"} for token in doc)


def _main_verb(doc: Doc) -> str:
    return next((token.text for token in doc if token.dep_ == "ROOT"), "")


def _keeps_verb(text: str, doc: Doc, source: Doc) -> bool:
    main = _main_verb(source)
    return _main_verb(doc) in _main_verbs(source) and re.search(rf"\b{re.escape(main)}\b", text) is not None


def _main_verbs(doc: Doc) -> set[str]:
    """The main verb and those joined to it, of which the parser may take the wrong one for the first."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    joined = [] if root is None else [child for child in root.children if child.dep_ == "conj"]
    return {_main_verb(doc), *(verb.text for verb in joined if verb.tag_ in {"VBD", "VBZ", "VBP"})}


def is_whole(doc: Doc) -> bool:
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    return root is not None and _is_finite(root) and has_subject(root)


def _is_finite(verb: Token) -> bool:
    finite = {"VBD", "VBZ", "VBP", "MD", "VB", "VBN"}  # the tagger takes "beat" for an infinitive
    return verb.tag_ in finite or any(
        child.dep_ in {"aux", "auxpass"} and child.tag_ in finite for child in verb.children
    )


def has_subject(verb: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass", "expl", "csubj", "attr"} for child in verb.children)


def count_words(text: str) -> int:
    return len(re.findall(r"[\w$£€][\w.,\'’%-]*", text))
