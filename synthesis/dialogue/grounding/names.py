"""Names that no source has, and names put together from two."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from synthesis.dialogue.grounding.parties import Parties, fold
from synthesis.dialogue.grounding.texts import Sentence
from synthesis.types import Finding

if TYPE_CHECKING:
    from spacy.tokens import Token

TOKEN = re.compile(r"[^\W\d_](?:[\w&]|[.](?=\w\b)|['-](?=\w))*")
DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
MONTHS = "january february march april may june july august september october november december".split()
_ALIASES = {
    **dict.fromkeys(
        ["us", "usa", "america", "american", "americans", "united"],
        "us usa u.s united states america american americans",
    ),
    **dict.fromkeys(["uk", "britain", "british"], "uk u.k united kingdom britain british"),
    **dict.fromkeys(["republican", "republicans", "gop"], "gop republican republicans"),
    **dict.fromkeys(["danish", "denmark", "danes"], "danish denmark danes"),
    "eu": "european union e.u",
    "mps": "parliament mp",
    "dutch": "netherlands",
    "netherlands": "dutch",
    "french": "france",
    "france": "french",
    "german": "germany",
    "spanish": "spain",
    "spain": "spanish",
    "greek": "greece",
    "greece": "greek",
    "swiss": "switzerland",
    "switzerland": "swiss",
    "thai": "thailand",
    "welsh": "wales",
    "irish": "ireland",
    "polish": "poland",
    "turkish": "turkey",
    "filipino": "philippines",
    "moscow": "russia russian kremlin",
    "kremlin": "russia russian moscow",
    "washington": "us u.s american united",
    "white": "president administration",
    "house": "president administration congress representatives",
}
_ENDING = re.compile(r"(|s|es|an|ans|n|ns|ian|ians|ese|ish|is|i|ne|ni|e|a|o|y|ia|na|se)")
# Capitalised by rule and not by being somebody's name.
_COMMON = frozenset(
    """i mr mrs ms dr prof sir lord lady saint a an the and but or nor so yet if when while as at by for from in into
    of on onto over to up with he she it they we you his her its their our your my this that these those there here
    what who whom whose which why how where not no yes all any both each every few many more most much some such one
    two three four five six seven eight nine ten eleven twelve after before during since until because although
    though even just only also then than now today tomorrow yesterday tonight once still again almost about around
    nearly under among between according however meanwhile instead despite earlier later last next first second
    another other others several part is are was were be been has have had do does did can could will would should
    may might must says said say asked adds added first president senator governor minister secretary mayor judge
    king queen prince princess pope doctor professor sergeant captain general colonel north south east west northern
    southern eastern western god internet ok mp mps pm""".split()
) | {*DAYS, *(month for month in MONTHS if month != "may")}
_OPEN = re.compile(
    r"\b(?:he|she|they|his|her|their|its|it|we|our|I|my)\b|\b(?:the|The) (?:company|group|firm|agency|charity|club"
    r"|party"
    r"|union|bank|airline|operator|minister|president|coroner|judge|driver|town|city|country|island|authority|study)\b"
)
# From so many sentences on the sources are a whole article, whose people a reader may know by their full names.
_FEW = 14
_OFTEN = 4
# Parts of many a name.
_OF_MANY = frozenset("county city state bank group party university council national minister commissioner".split())
_JOINS = frozenset({" ", " of ", " of the ", " and ", " for "})


def findings(
    text: Sequence[Sentence], sources: Sequence[Sentence], story: Sequence[Sentence], parties: Parties
) -> Iterator[tuple[int, Finding]]:
    """Each with its place in the text. A name from elsewhere in the story passes where the cited sentences speak of
    somebody without a name."""
    vocabulary, known = Vocabulary(sources), Vocabulary(story)
    is_unnamed = _leaves_open_who(sources)
    cited = {base_of(match[0]) for source in sources for match in TOKEN.finditer(source.text) if match[0][0].isupper()}
    cited |= {token.lemma_.lower() for source in sources for token in source.doc if _is_definite(token)}
    for sentence in text:
        for run in _runs(sentence):
            missing = [match for match in run if not vocabulary.has(match[0])]
            if missing and all(known.has(match[0]) for match in missing):
                linked = parties.also(base_of(match[0]) for match in missing)
                is_one = bool(linked & cited - _OF_MANY) and not parties.bears_for_many(linked & cited)
                is_whole = missing == run[:1] and _is_full_name(run, sentence, story)
                if (is_unnamed and _is_party(run, sentence)) or is_one or is_whole or _is_topic(run, sentence, story):
                    missing = []
            if len(sources) > _FEW and missing and _is_given(run, missing, sentence):
                missing = []
            if missing and not vocabulary.spells_out(run):
                span = sentence.text[missing[0].start() : missing[-1].end()]
                yield sentence.start + missing[0].start(), Finding("name", span, f"No cited sentence names {span}.")
            elif len(run) > 1:
                for first, last in _misjoined(run, sentence, [*sources, *story]):
                    span = sentence.text[first.start() : last.end()]
                    reason = f"No source has the name {span}: it puts two names together."
                    yield sentence.start + first.start(), Finding("name", span, reason)


def _leaves_open_who(sources: Sequence[Sentence]) -> bool:
    """Whether the sources speak of "he", "its" or "the company", or of nobody by name."""
    sources = [source for source in sources if len(source.text.split()) > 6]  # not the outlet's name
    subjects = [t for s in sources for t in s.doc if t.dep_ in {"nsubj", "nsubjpass"}]
    named = any(t.pos_ == "PROPN" for t in subjects)
    return (
        any(_OPEN.search(source.text) for source in sources)
        and not named
        or not subjects
        or not (named or any(t.pos_ == "PROPN" and t.ent_type_ in {"PERSON", "ORG"} for s in sources for t in s.doc))
    )


def _is_full_name(run: Sequence[re.Match[str]], sentence: Sentence, story: Sequence[Sentence]) -> bool:
    """Whether the story has the first name and the surname so, and the sources the surname."""
    name = sentence.text[run[0].start() : run[-1].end()].removesuffix("'s")
    return len(run) == 2 and any(name in other.text for other in story)


def _is_topic(run: Sequence[re.Match[str]], sentence: Sentence, story: Sequence[Sentence]) -> bool:
    """Whether the name is of a body or a place that the story speaks of throughout."""
    is_somebody = any(t.idx == run[0].start() and t.ent_type_ == "PERSON" for t in sentence.doc)
    name = sentence.text[run[0].start() : run[-1].end()].removesuffix("'s")
    return not is_somebody and sum(name in other.text for other in story) >= _OFTEN


def _is_definite(token: Token) -> bool:
    """Whether the noun stands for somebody known: "the regulator", "its owner"."""
    return token.pos_ == "NOUN" and any(c.lower_ == "the" or c.dep_ == "poss" for c in token.children)


def _is_given(run: Sequence[re.Match[str]], missing: Sequence[re.Match[str]], sentence: Sentence) -> bool:
    """Whether all that is missing is what comes before a surname that the sources have."""
    people = {token.idx for token in sentence.doc if token.ent_type_ == "PERSON"}
    places = {match.start() for match in missing}
    return run[-1] not in missing and places == {run[0].start()} and {run[0].start(), run[-1].start()} <= people


def _is_party(run: Sequence[re.Match[str]], sentence: Sentence) -> bool:
    """Whether the name does something, or has it: not where something is."""
    places = {match.start() for match in run}
    deps = {"nsubj", "nsubjpass", "poss", "appos", "agent", "conj"}
    told = [t for t in sentence.doc if t.idx in places]
    return any(t.dep_ in deps or t.dep_ == "pobj" and t.head.head.lower_ == "according" for t in told)


class Vocabulary:
    """All words of the sources in lower case, their hyphenated parts, and the initials of capitalised runs."""

    def __init__(self, sources: Sequence[Sentence]):
        self._words = frozenset[str]().union(*(_words_of(sentence.text) for sentence in sources))
        self._by_beginning: dict[str, list[str]] = {}
        for word in self._words:
            self._by_beginning.setdefault(word[:4], []).append(word)

    def has(self, word: str) -> bool:
        base = base_of(word)
        parts = [base, *(part for part in base.split("-") if len(part) > 1)]
        if base in self._words or (len(parts) > 2 and all(self.has(part) for part in parts[1:])):
            return True
        if any(alias.replace(".", "") in self._words for alias in _ALIASES.get(base, "").split()):
            return True
        return any(_same_stem(base, other) for other in self._by_beginning.get(base[:4], ()))

    def spells_out(self, run: Sequence[re.Match[str]]) -> bool:
        """Whether the run spells out an acronym that a source uses."""
        return len(run) > 1 and "".join(match[0][0].lower() for match in run) in self._words


def _runs(sentence: Sentence) -> Iterator[list[re.Match[str]]]:
    """Groups of neighbouring capitalised words that are names as far as spelling and place can tell."""
    text = sentence.text
    run: list[re.Match[str]] = []
    for match in TOKEN.finditer(text):
        follows = bool(run) and text[run[-1].end() : match.start()] in _JOINS
        if run and not (follows and match[0][0].isupper()) and match[0] not in {"of", "the", "and", "for", "de", "van"}:
            yield run
            run = []
        if match[0][0].isupper() and _may_be_name(match, sentence):
            run.append(match)
    if run:
        yield run


def _may_be_name(match: re.Match[str], sentence: Sentence) -> bool:
    word = base_of(match[0])
    if word in _COMMON or len(word) < 2 or re.match(r"i'(m|ve|d|ll)$|[ap]m$", word):
        return False
    if word.split("-")[0] in _COMMON and match[0].split("-")[-1].islower():
        return False  # "Twenty-one", "Two-year"
    if not _starts_sentence(sentence.text, match.start()):
        return True
    return match[0][1:] != match[0][1:].lower() or _is_proper(sentence, match.start())


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip("\"'([ -")
    return not before or before[-1] in ".!?:;" or text[start - 1] in "\"'"


def _is_proper(sentence: Sentence, start: int) -> bool:
    """Whether the tagger takes the capitalised word that opens a sentence for a name."""
    return any(token.idx == start and token.tag_ in {"NNP", "NNPS"} for token in sentence.doc)


@lru_cache(maxsize=8000)
def _words_of(text: str) -> frozenset[str]:
    words: set[str] = set()
    tokens = [match[0] for match in TOKEN.finditer(text)]
    for token in tokens:
        words |= {base_of(token), *base_of(token).split("-"), *fold(token.casefold()).split("'")}
    return frozenset(words | set(_initials(tokens)))


def _initials(tokens: Sequence[str]) -> Iterator[str]:
    capitals = ""
    for token in [*tokens, "."]:
        if token[0].isupper():
            capitals += token[0].lower()
        elif token not in {"of", "the", "and", "for", "on", "in", "&"}:
            yield from (
                capitals[start:end] for start in range(len(capitals)) for end in range(start + 2, len(capitals) + 1)
            )
            capitals = ""


def base_of(word: str) -> str:
    word = fold(re.sub(r"'s?$", "", word.casefold()))
    return word.replace(".", "")


def _same_stem(word: str, other: str) -> bool:
    """Mexico and Mexican, China and Chinese, Soros and Soroses: one name in two forms."""
    shared = len(os.path.commonprefix([word, other]))
    return shared >= 4 and all(_ENDING.fullmatch(form[shared:]) for form in (word, other))


def _misjoined(
    run: Sequence[re.Match[str]], sentence: Sentence, sources: Sequence[Sentence]
) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Neighbours of the run, both of one person's name for the tagger, that no source has within one name."""
    people = {token.idx for token in sentence.doc if token.ent_type_ == "PERSON" and token.pos_ == "PROPN"}
    for first, last in zip(run, run[1:], strict=False):
        is_pair = {first.start(), last.start()} <= people and last.start() == first.end() + 1
        is_pair = is_pair and not {first[0].lower(), last[0].lower()} & _ALIASES.keys()
        if is_pair and "'" not in first[0] and not _is_joined(first[0], last[0], sources):
            yield first, last


def _is_joined(first: str, last: str, sources: Sequence[Sentence]) -> bool:
    pattern = re.compile(
        rf"\b{re.escape(first)}\b(?:[ -][A-Z][\w.'-]*"
        rf"| [a-z]{{2,3}}){{0,3}}[ -]{re.escape(last.removesuffix(chr(39) + 's'))}"
    )
    return any(first in sentence.text and pattern.search(sentence.text) for sentence in sources)
