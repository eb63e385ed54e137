"""Shorten a written sentence for the ear by cutting whole modifiers.

Only what can fall without changing what the rest says is ever cut: asides, non-restrictive clauses, appositions,
trailing participles. Negation, modality, conditions and numbers of the main clause stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from synthesis.dialogue import figures
from synthesis.dialogue.parse import parse
from synthesis.dialogue.whole_sentence import SHORTEST, count_words, has_subject, is_sentence, is_whole

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

COMFORTABLE, LONGEST = 30, 34
_KEEP_MARKS = frozenset("if unless until although though whether except because so that while whereas".split())
_CIRCUMSTANCE = re.compile(
    r"on (Twitter|X|Telegram|Facebook|Instagram|social media|\w+day)\b|in an? [\w ]*(statement|email|e-mail"
    r"|interview|post|release)\b",
    re.I,
)
# Who stands behind a thing is never left out.
_OWNERS = re.compile(
    r"\b(paid( for)?|pays for|commission(s|ed)|contract(s|ed|ors?)|fund(s|ed)|financ(es|ed)|sponsor(s|ed)"
    r"|own(s|ed|er|ers)|found(ed|er|ers)|hired|bankrolled|backed) "
    r"|\b(owned|founded|funded|paid|commissioned|contracted)\b",
    re.I,
)
# Nor is on whose word it stands, that it is denied, or an aside that says in a few words what somebody is not.
_ON_WHOSE_WORD = re.compile(
    r"\baccording to\b|\b(?:accusation|claim|charge|allegation|suggestion|assertion)s? (?:that|which) [^,]{2,50}"
    r"\b(?:reject|den[iy]|disput|dismiss)"
    r"|, which [^,]{2,40}\b(?:reject|den[iy]|disput|dismiss)|^,? ?(?:defending|prosecuting|for the \w+),?$",
    re.I,
)
_IS_NOT = re.compile(r"\b(not|never|no)\b|n't\b")
MOST_DENIED = 8
_ASIDE = re.compile(r" — ([^—]+) — ")
_LEAD_IN = re.compile(
    r"^(But,?|And,?|So,?|Yet,?|Or|Still,?|However,|Meanwhile,|Moreover,|Furthermore,|In addition,|Additionally,"
    r"|Indeed,|In "
    r"fact,|Of course,|For (?:his|her|its|their) part,|As a result,|For example,|For instance,|Also,|Plus,|Now,"
    r"|Then,|Instead,|Elsewhere,)\s+"
)


def strip_lead_in(text: str) -> str:
    """Without the connective that ties a sentence to one that may not be spoken before it."""
    rest = _LEAD_IN.sub("", text, count=1)
    return rest[:1].upper() + rest[1:]


def shorten(
    text: str, doc: Doc, *, longest: int = LONGEST, comfortable: int = COMFORTABLE, keeps_names: bool = False
) -> str:
    """`text` within a comfortable length if whole modifiers can be cut so far, within `longest` words else, or "".

    With `keeps_names`, what holds a name falls only to come within `longest`.
    """
    text, doc = _without_asides(text, doc)
    kept = [True] * len(doc)
    cuts = (_clauses, _appositions, _tails, _circumstances, _last_conjunct, _indefinite_clauses)
    for goal, may_lose_facts in ((comfortable, False), (longest, True)):
        for cut in cuts:
            _apply(cut, doc, kept, goal, may_lose_facts, keeps_names)
    result = _render(doc, kept)
    if all(kept) and text.endswith((".", "!")) and 3 <= count_words(text) < SHORTEST and is_whole(doc):
        return text  # short, and the source's own
    return result if count_words(result) <= longest and is_sentence(result, doc) else ""


def halves(text: str, doc: Doc) -> tuple[str, str] | None:
    """Two sentences for one that joins two main clauses, each with its own subject, or None."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None or '"' in text:
        return None
    if _says(root):
        return _at_the_same_time(text, doc)
    for second in root.children:
        cc = next((child for child in root.children if child.dep_ == "cc" and child.i < second.i), None)
        if second.dep_ != "conj" or cc is None or cc.text.lower() not in {"and", "but"} or not has_subject(second):
            continue
        start = second.left_edge.i
        if doc[cc.i - 1].text != "," or start <= cc.i or any(token.dep_ == "mark" for token in second.children):
            continue
        first, rest = doc[: cc.i - 1].text + ".", doc[start:].text
        rest = ("But " + rest) if cc.text == "but" else rest[:1].upper() + rest[1:]
        if (
            count_words(first) >= SHORTEST
            and count_words(rest) >= SHORTEST
            and is_sentence(first, doc)
            and is_sentence(rest, None)
        ):
            return first, rest
    return _at_the_same_time(text, doc)


def _at_the_same_time(text: str, doc: Doc) -> tuple[str, str] | None:
    """Two sentences for a long one that tells at its end what went on "as" or "while" the first happened."""
    for mark in doc[:-1] if count_words(text) > LONGEST else ():
        is_joint = mark.lower_ in {"as", "while"} and mark.dep_ == "mark"
        if not is_joint or mark.i < SHORTEST or doc[mark.i - 1].text != ",":
            continue
        first, rest = doc[: mark.i - 1].text + ".", doc[mark.i + 1 :].text
        rest = rest[:1].upper() + rest[1:]
        verb = mark.head
        if has_subject(verb) and verb.tag_ in {"VBD", "VBZ", "VBP"}:
            return (first, rest) if is_sentence(first, doc) and is_sentence(rest, None) else None
    return None


def _says(verb: Token) -> bool:
    from synthesis.dialogue.attribution import SPEECH_VERBS

    return verb.lemma_.lower() in SPEECH_VERBS


def _without_asides(text: str, doc: Doc) -> tuple[str, Doc]:
    kept = _ASIDE.sub(lambda aside: f", {aside[1]}, " if _OWNERS.search(aside[1]) else " ", text)
    plain = kept if '"' not in text else text
    plain = re.sub(r" — (?=[^—]+$)", ", ", plain)
    return (plain, parse([plain])[0]) if plain != text else (text, doc)


def _apply(
    cut: Callable[[Doc], Iterable[tuple[int, int]]],
    doc: Doc,
    kept: list[bool],
    goal: int,
    may_lose_facts: bool,
    keeps_names: bool,
) -> None:
    for start, end in sorted(cut(doc), key=lambda span: span[0] - span[1]):
        if count_words(_render(doc, kept)) <= goal:
            return
        if _is_kept(doc[start:end].text, may_lose_facts):
            continue
        holds_name = keeps_names and any(token.pos_ == "PROPN" for token in doc[start:end])
        if not may_lose_facts and (holds_name or _holds_fact(doc[start:end].text)):
            continue
        trial = [keep and not start <= place < end for place, keep in enumerate(kept)]
        if sum(trial) >= SHORTEST and not _in_quotes(doc, start, end):
            kept[:] = trial


def _is_kept(words: str, may_lose_facts: bool) -> bool:
    """Whether it may not be left out; what somebody is not may, where nothing else would make a breath of it."""
    is_short_denial = not may_lose_facts and bool(_IS_NOT.search(words)) and count_words(words) <= MOST_DENIED
    return is_short_denial or bool(_OWNERS.search(words) or _ON_WHOSE_WORD.search(words))


def _holds_fact(words: str) -> bool:
    """Figures and deaths are cut last."""
    return bool(figures.quantities(words) or re.search(r"\b(kill|dead|death|die|wound|injur)", words))


def _in_quotes(doc: Doc, start: int, end: int) -> bool:
    """Whether the cut would open a quotation: it holds one mark of a pair, or lies inside one."""
    before = sum(token.text == '"' for token in doc[:start])
    within = sum(token.text == '"' for token in doc[start:end])
    return before % 2 == 1 or within % 2 == 1


def _clauses(doc: Doc) -> Iterable[tuple[int, int]]:
    """Relative and participial clauses set off by commas."""
    return _set_off(token for token in doc if token.dep_ in {"relcl", "acl"} and not _goes_on(token, doc))


def _goes_on(token: Token, doc: Doc) -> bool:
    """Whether a verb behind a relative clause goes on with what stands before that: "a rise in its parcels arm, which
    ..., made up for it". The tagger takes it for a participle."""
    start = token.left_edge.i
    if start != token.i or token.tag_ not in {"VBN", "VBD"} or doc[start - 1].text != ",":
        return False
    is_behind_clause = any(o.dep_ == "relcl" and o.right_edge.i in {start - 1, start - 2} for o in doc[:start])
    between = doc[token.head.i + 1 : start] if token.head.i < start else ()
    return is_behind_clause or any(o.dep_ in {"appos", "relcl"} and o.head == token.head for o in between)


def _appositions(doc: Doc) -> Iterable[tuple[int, int]]:
    """Appositions, but a name's that stands beside its role: who it is stays."""
    return _set_off(token for token in doc if token.dep_ == "appos" and _is_second_name(token))


def _is_second_name(token: Token) -> bool:
    """Whether an apposition says of a thing, and of nobody who is named, what it is, and is no part of a list."""
    is_listed = any(child.dep_ in {"cc", "conj"} for child in token.head.children if child.i > token.i)
    is_somebody = token.head.ent_type_ == "PERSON"
    return token.pos_ in {"NOUN", "ADJ", "NUM"} and not is_listed and not is_somebody


def _tails(doc: Doc) -> Iterable[tuple[int, int]]:
    """What follows a comma up to the end, if it hangs on what stands before as a modifier and holds no condition."""
    for comma in doc:
        if comma.text != "," or len(doc) - comma.i < 4 or comma.i < SHORTEST:
            continue
        tail = doc[comma.i + 1 :]
        if any(token.head.i > comma.i for token in doc[: comma.i] if token.dep_ != "punct"):
            continue
        roots = [token for token in tail if token.head.i <= comma.i and token.dep_ not in {"punct", "cc"}]
        if roots and all(_is_loose(token, doc) and not _goes_on(token, doc) for token in roots):
            yield comma.i, len(doc) - _closing_marks(doc)


def _is_loose(token: Token, doc: Doc) -> bool:
    marks = {
        child.text.lower()
        for child in token.children
        if child.dep_ in {"mark", "advmod", "cc", "prep"} and child.i < token.i
    }
    if token.dep_ == "conj":
        return (
            has_subject(token)
            and token.head.dep_ == "ROOT"
            and any(c.text == "and" for c in doc[: token.i] if c.dep_ == "cc" and c.head == token.head)
        )
    if token.dep_ == "appos" and not _is_second_name(token):
        return False
    return (
        token.dep_ in {"advcl", "acl", "relcl", "appos", "prep", "npadvmod", "oprd"}
        and not marks & _KEEP_MARKS
        and token.text.lower() not in {"except", "without", "unless"}
    )


def _closing_marks(doc: Doc) -> int:
    """How many tokens at the end are punctuation that stays."""
    return 1 if doc[-1].text in {".", "!", "?"} else 0


def _circumstances(doc: Doc) -> Iterable[tuple[int, int]]:
    """ "on Twitter", "in an email" between "said" and what was said."""
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    if root is None or not _says(root):
        return
    claim = next((child for child in root.rights if child.dep_ == "ccomp"), None)
    for child in root.rights:
        if claim is None or child.dep_ != "prep" or child.right_edge.i >= claim.left_edge.i:
            continue
        if _CIRCUMSTANCE.match(doc[child.left_edge.i : child.right_edge.i + 1].text):
            yield child.left_edge.i, child.right_edge.i + 1


def _last_conjunct(doc: Doc) -> Iterable[tuple[int, int]]:
    """ " and <another thing>" at the end: what is said of the first thing stays true."""
    for token in doc:
        if (
            token.dep_ != "conj"
            or token.pos_ not in {"NOUN", "PROPN", "VERB"}
            or token.right_edge.i < len(doc) - 1 - _closing_marks(doc)
        ):
            continue
        cc = next((child for child in token.head.children if child.dep_ == "cc" and child.i < token.i), None)
        before = {child.text.lower() for child in token.head.children} | {token.head.head.text.lower()}
        if cc is None or cc.text != "and" or _is_one_place_of_many(token) or before & {"both", "between", "either"}:
            continue
        if (
            token.i - cc.i < 12
            and token.right_edge.i - cc.i >= 4
            and "," not in doc[cc.i : token.right_edge.i + 1].text
        ):
            yield cc.i, token.right_edge.i + 1 - (1 if doc[token.right_edge.i].text == "." else 0)


def _is_one_place_of_many(token: Token) -> bool:
    """Whether it is a place joined to another: a warning holds for all of them."""
    places = {"GPE", "LOC", "FAC"}
    return any(part.ent_type_ in places for part in token.subtree) and any(
        part.ent_type_ in places for part in token.head.subtree if part.i < token.left_edge.i
    )


def _indefinite_clauses(doc: Doc) -> Iterable[tuple[int, int]]:
    """ "a slideshow obtained by ...": a slideshow it is without that too."""
    for token in doc:
        if token.dep_ in {"acl", "relcl"} and any(
            child.dep_ == "det" and child.text.lower() in {"a", "an"} for child in token.head.children
        ):
            end = token.right_edge.i + 1
            end = end - 1 if doc[end - 1].text in {",", "."} else end
            if (
                token.tag_ != "VB"
                and not _goes_on(token, doc)
                and end >= len(doc) - _closing_marks(doc)
                and "," not in doc[token.left_edge.i : end].text
            ):
                yield token.left_edge.i, end  # at the end only: what follows would hang on another word


def _set_off(tokens: Iterable[Token]) -> Iterable[tuple[int, int]]:
    for token in tokens:
        start, end = token.left_edge.i, token.right_edge.i + 1
        doc = token.doc
        if doc[end - 1].text in {".", "!", "?"}:
            end -= 1
        if doc[end - 1].text == ",":
            end -= 1
        closes = doc[end].text if end < len(doc) else "."
        if start > 0 and end - start >= 2 and doc[start - 1].text == "," and closes in {",", ".", "—", ";"}:
            is_within = token.head.dep_ == "appos" or _ends_apposition(doc[start - 2])
            yield start - 1, end + 1 if closes == "," and not is_within else end


def _ends_apposition(last: Token) -> bool:
    """Whether a name in commas ends there, whose second comma stands behind the clause that is cut."""
    return any(
        token.dep_ == "appos" and token.right_edge == last and last.doc[token.left_edge.i - 1].text == ","
        for token in [last, *last.ancestors]
    )


def _render(doc: Doc, kept: list[bool]) -> str:
    pieces = [token.text_with_ws if keep else "" for token, keep in zip(doc, kept, strict=True)]
    for place, keep in enumerate(kept):
        if not keep and place and kept[place - 1] and doc[place - 1].whitespace_ == "":
            pieces[place] = " "
    text = re.sub(r"\s+([,.;!?])", r"\1", " ".join("".join(pieces).split()))
    text = re.sub(r", and (his|her|their) (\w+)([.!?])", r" and \1 \2\3", re.sub(r",+([.!?])", r"\1", text))
    return text if re.search(r'[.!?]"?$', text) else text.rstrip(" ,;") + "."
