"""A word of the text in whose place the sources have its opposite, or another of its kind: brothers told as sisters,
"ahead of" told as "behind"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.certainty import sign_of
from synthesis.dialogue.grounding.matching import content, support
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

_DEGREES = frozenset("more less fewer higher lower up down".split())
_LOSING = frozenset("lose lack reduce drop cut shed end miss avoid escape prevent deny reject refuse fail".split())
_LEAST_ALIKE, _NEAR = 0.4, 0.15
_PLACED = frozenset(
    """above below before after ahead behind inside outside up down over under upstream downstream within beyond higher
    lower more less fewer with without for against except until""".split()
)


def findings(text: Sequence[Sentence], sources: Sequence[Sentence]) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text."""
    said = {token.lemma_.lower() for sentence in text for token in sentence.doc}
    known = {token.lemma_.lower() for source in sources for token in source.doc}
    for sentence in text:
        if sentence.text.endswith("?"):
            continue
        alike = _alike(sentence, sources)
        for token in _told(sentence):
            near = {other.lemma_.lower() for source in alike for other in source.doc}
            if any(lexicon.relation(token.lemma_, word) == 1 for word in (near if token.lower_ in _PLACED else known)):
                continue
            found = next((other for source in alike for other in _in_place_of(token, source, said)), None)
            if found is not None:
                kind = "negation" if lexicon.relation(token.lemma_, found.lemma_) == -1 else "splice"
                reason = f"The cited sentences have '{found.text}' where this has '{token.text}'."
                yield sentence.start + token.idx, Finding(kind, token.text, reason)


def _alike(sentence: Sentence, sources: Sequence[Sentence]) -> list[Sentence]:
    """The sources that say most of what the sentence says."""
    words = list(content(sentence))
    shares = [(support(words, [source]), source) for source in sources]
    best = max((share for share, _ in shares), default=0.0)
    return [source for share, source in shares if share >= max(_LEAST_ALIKE, best - _NEAR)]


def _told(sentence: Sentence) -> Iterator[Token]:
    """The words that can have been put for another: outside of quotations, no names."""
    for token in sentence.doc:
        is_one = token.pos_ in {"NOUN", "VERB", "ADJ"} or token.lower_ in _PLACED
        if is_one and sentence.text[: token.idx].count('"') % 2 == 0:
            yield token


def _in_place_of(token: Token, source: Sentence, said: set[str]) -> Iterator[Token]:
    for other in source.doc:
        if not _is_opposed(token, other) or any(lexicon.relation(other.lemma_, word) == 1 for word in said):
            continue
        if _shares_place(token, other):
            yield other


def _is_opposed(token: Token, other: Token) -> bool:
    if lexicon.excludes(token.lemma_, other.lemma_):
        return token.pos_ == other.pos_ == "NOUN" and _sign(token) == _sign(other)
    is_measured = any(child.dep_ == "npadvmod" for t in (token, other) for child in t.children if t.pos_ == "ADJ")
    return lexicon.relation(token.lemma_, other.lemma_) == -1 and not is_measured and _sign(token) == _sign(other)


def _sign(token: Token) -> int:
    """-1 where the clause is denied that the word stands in."""
    verb = next((t for t in (token, *token.ancestors) if t.pos_ in {"VERB", "AUX"}), None)
    if any(child.dep_ == "neg" or child.lower_ == "not" for child in token.children):
        return -1
    if verb is None:
        return 1
    return -sign_of(verb) if verb != token and verb.lemma_.lower() in _LOSING else sign_of(verb)


def _shares_place(token: Token, other: Token) -> bool:
    """Whether a word right beside the one says the same as a word right beside the other."""
    if token.lower_ in _PLACED and token.pos_ not in {"ADJ", "NOUN"}:
        is_degree = token.lower_ in _DEGREES
        mine, theirs = ([*_governed(t), *(_beside(t) if is_degree else ())] for t in (token, other))
    else:
        mine, theirs = _beside(token), _beside(other)
    return any(lexicon.relation(word, its) == 1 for word in mine for its in theirs)


def _governed(token: Token) -> Iterator[str]:
    """The lemmas of what a word of place or time governs: the army in "ahead of the army"."""
    if token.dep_ == "mark":
        objects = [child.lemma_.lower() for child in token.head.children if child.dep_ == "dobj"]
        yield from (token.head.lemma_.lower(), *objects)
    for child in token.children:
        if child.pos_ == "ADP":
            yield from _governed(child)
        elif child.pos_ in {"NOUN", "PROPN", "VERB", "NUM", "ADJ"}:
            yield child.lemma_.lower()


def _beside(token: Token) -> list[str]:
    """Lemmas of the words that it hangs on and that hang on it, through prepositions and auxiliaries."""
    near = [*token.children, token.head, *token.head.children]
    for neighbour in list(near):
        if neighbour.pos_ in {"ADP", "AUX", "SCONJ"}:
            near += [*neighbour.children, neighbour.head]
    words = {t.lemma_.lower() for t in near if t != token and t.pos_ in {"NOUN", "PROPN", "VERB", "ADJ", "NUM"}}
    return sorted(words - {"be", "have", "say"})
