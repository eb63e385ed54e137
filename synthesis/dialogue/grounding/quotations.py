"""Quotations that stand in no source word for word, that no source quotes, or that another said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthesis.dialogue.grounding.parties import PRONOUNS, Parties
from synthesis.dialogue.grounding.texts import Sentence, before, words
from synthesis.types import Finding

_QUOTED = re.compile(r'"([^"]+)"' + r"|(?:(?<=\s)|^)'([^']*(?:'\w[^']*)*)'(?=[\s.,;:?!)]|$)")
_FEWEST_WORDS = 3
_SAYING = frozenset("reject dismiss praise condemn criticise criticize label brand term denounce".split())


def findings(
    text: str,
    sentences: Sequence[Sentence],
    sources: Sequence[Sentence],
    whole: Sequence[str],
    story: Sequence[Sentence],
    parties: Parties,
) -> Iterator[tuple[int, Finding]]:
    """`whole`: the sources as they came, for a quotation that runs over their sentences."""
    plain = [words(source) for source in whole]
    for match in _QUOTED.finditer(text):
        said = (match[1] or match[2] or "").strip()
        parts = [words(part) for part in re.split(r"\.\.\.|…", said)]
        if not all(any(f" {part} " in f" {source} " for source in plain) for part in parts if part):
            yield match.start() + 1, Finding("quotation", said, "No cited sentence has these words in this order.")
        elif len(said.split()) >= _FEWEST_WORDS and not _is_quoted(parts, whole):
            yield match.start() + 1, Finding("quotation", said, "The source says this, but quotes nobody.")
        else:
            other = _other_speaker(match, said, sentences, sources, story, parties)
            if other:
                reason = f"In the source these are the words of {other}."
                yield match.start() + 1, Finding("quotation", said, reason)


def _is_quoted(parts: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a source with these words has them within quotation marks, or has marks whose other half is not here."""
    for source in whole:
        plain = words(source)
        if not all(f" {part} " in f" {plain} " for part in parts if part):
            continue
        if source.count('"') % 2 or "'" in source:
            return True
        quoted = [words(piece) for piece in source.split('"')[1::2]]
        if all(any(f" {part} " in f" {piece} " for piece in [*quoted, " ".join(quoted)]) for part in parts if part):
            return True
    return False


def _other_speaker(
    match: re.Match[str],
    said: str,
    sentences: Sequence[Sentence],
    sources: Sequence[Sentence],
    story: Sequence[Sentence],
    parties: Parties,
) -> str:
    """Who says it in the source, where the text gives it to somebody else; "" where they agree or nobody can tell."""
    own = next((s for s in reversed(sentences) if s.start <= match.start()), None)
    if own is None:
        return ""
    stated = speaker(own, said)
    if not stated:
        return ""
    wanted = words(said)
    known = []
    for source in sources:
        if f" {wanted} " in f" {words(source.text)} ":
            found = speaker(source, said)
            if found and not set(found) - PRONOUNS:
                found = _named_before(source, story)
            if not found:
                return ""
            known.append(found)
    names = {token.lemma_.lower() for token in own.doc if token.pos_ == "PROPN"}
    if any(names & set(found) for found in known):
        return ""
    if known and not any(parties.may_be_same(stated, found) for found in known):
        return " ".join(reversed(known[0]))
    return ""


def _named_before(source: Sentence, story: Sequence[Sentence]) -> tuple[str, ...]:
    """Who was named last as speaking before the sentence: whom "she said" means."""
    for sentence in reversed(before([source], story, 2)):
        named = [p for p in sentence.predicates if set(p.agents) - PRONOUNS and not set(p.agents) & PRONOUNS]
        people = {t.lemma_.lower() for t in sentence.doc if t.ent_type_ == "PERSON"}
        spoken = [p.agents for p in named if p.is_speech or set(p.agents) & people]
        if spoken:
            return spoken[-1]
    return ()


def speaker(sentence: Sentence, said: str) -> tuple[str, ...]:
    """The words for who speaks the quotation in this sentence, as far as it tells."""
    start = sentence.text.find(said[:30])
    end = start + len(said)
    inside = [token for token in sentence.doc if start <= token.idx < end]
    outermost = [token for token in inside if token.head not in inside]
    above = {ancestor for token in outermost for ancestor in token.ancestors if ancestor not in inside}
    governing = [p for p in reversed(sentence.predicates) if p.token in above and p.agents]
    for predicate in sorted(governing, key=lambda p: not (p.is_speech or p.lemma in _SAYING)):
        return predicate.agents if predicate.is_speech or predicate.lemma in _SAYING else ()
    spoken = [p.agents for p in sentence.predicates if p.token not in inside and p.is_speech and p.agents]
    spoken = spoken if not any(t.lower_ == "according" for t in sentence.doc) else []
    return spoken[0] if spoken else ()
