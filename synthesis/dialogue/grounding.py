"""Hold a text against its sources: numbers, names and quotations that no source has are findings."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from synthesis.dialogue import figures
from synthesis.dialogue.figures import Figure
from synthesis.dialogue.parse import parse
from synthesis.types import Finding

_QUOTE_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "ʼ": "'"})
_DASHES = re.compile(r"[‐‑‒–—―−]")
_QUOTED = re.compile(r'"([^"]+)"' + r"|(?:(?<=\s)|^)'([^']*(?:'\w[^']*)*)'(?=[\s.,;:?!)]|$)")
_TOKEN = re.compile(r"[^\W\d_](?:[\w&]|[.](?=\w\b)|['-](?=\w))*")
_ABOUT = re.compile(r"\b(about|around|some|roughly|approximately|close to|an estimated|or so)\W+(\w+\W+)?$", re.I)
_UNDER = re.compile(r"\b(nearly|almost|just under|up to|as many as|less than|fewer than|under)\W+(\w+\W+)?$", re.I)
_OVER = re.compile(r"\b(more than|over|at least|just over|above|upwards of)\W+(\w+\W+)?$", re.I)
_ALIASES = {
    **dict.fromkeys(
        ["us", "usa", "america", "american", "americans", "united"],
        "us usa u.s united states america american americans",
    ),
    **dict.fromkeys(["uk", "britain", "british"], "uk u.k united kingdom britain british"),
    **dict.fromkeys(["republican", "republicans", "gop"], "gop republican republicans"),
    **dict.fromkeys(["danish", "denmark", "danes"], "danish denmark danes"),
    "eu": "european union e.u",
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
    southern eastern western god internet ok""".split()
)


def check(text: str, sources: Sequence[str]) -> list[Finding]:
    """What `text` says that none of `sources` does, in the order of the text. No model is needed.

    Numbers are compared by value and unit ("a hundred and sixty-seven" is 167, "3.2 billion dollars" is $3.2bn), a
    rounded number passes behind a word that says so ("nearly", "more than"); names by their words, with acronyms
    and forms of a country's name; quotations must stand in one source word for word.
    """
    text = normalise(text)
    sources = [normalise(source) for source in sources]
    findings = [*_numbers(text, sources), *_names(text, sources), *_quotations(text, sources)]
    return sorted(findings, key=lambda finding: text.find(finding.span))


def normalise(text: str) -> str:
    """Straight quotes and hyphens, composed letters, single spaces: the form in which texts are compared."""
    text = unicodedata.normalize("NFC", text).translate(_QUOTE_MARKS)
    return " ".join(_DASHES.sub("-", text.replace("''", '"')).split())


def _numbers(text: str, sources: Sequence[str]) -> Iterator[Finding]:
    known = [figure for source in sources for figure in figures.find(source)]
    for figure in figures.find(text):
        if not any(_supports(other, figure, text) for other in known):
            span = _with_unit(text, figure)
            yield Finding("number", span, f"No cited sentence says {span}.")


def _supports(known: Figure, stated: Figure, text: str) -> bool:
    if stated.unit and known.unit != stated.unit:
        return False
    if figures.same(known.value, stated.value):
        return True
    before, low, high = text[: stated.start], stated.value * 0.93, stated.value * 1.07
    if not low <= known.value <= high or stated.value < 10 or _digits(stated.value) >= _digits(known.value):
        return False
    return bool(
        _ABOUT.search(before)
        or (_UNDER.search(before) and known.value < stated.value)
        or (_OVER.search(before) and known.value > stated.value)
    )


def _digits(value: float) -> int:
    """How many digits say the value: 160 has two. A rounded number has fewer than the one that it rounds."""
    return len(f"{value:.6f}".rstrip("0").replace(".", "").strip("0"))


def _with_unit(text: str, figure: Figure) -> str:
    tail = re.match(r"\s?(%|per\s?cent|dollars?|euros?|pounds?)", text[figure.end :])
    start = figure.start - 1 if figure.start and text[figure.start - 1] in "$£€¥₹" else figure.start
    return text[start : figure.end + (tail.end() if tail else 0)]


def _names(text: str, sources: Sequence[str]) -> Iterator[Finding]:
    vocabulary = _vocabulary(tuple(sources))
    for run in _runs(text):
        missing = [match for match in run if not _is_known(match[0], vocabulary)]
        if missing and not _is_expansion(run, vocabulary):
            span = text[missing[0].start() : missing[-1].end()]
            yield Finding("name", span, f"No cited sentence names {span}.")


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Groups of neighbouring capitalised words that are names as far as spelling and place can tell."""
    run: list[re.Match[str]] = []
    for match in _TOKEN.finditer(text):
        follows = bool(run) and text[run[-1].end() : match.start()] in {" ", " of ", " of the ", " and ", " for "}
        if run and not (follows and match[0][0].isupper()) and match[0] not in {"of", "the", "and", "for", "de", "van"}:
            yield run
            run = []
        if match[0][0].isupper() and _may_be_name(match, text):
            run.append(match)
    if run:
        yield run


def _may_be_name(match: re.Match[str], text: str) -> bool:
    word = _base(match[0])
    if word in _COMMON or len(word) < 2 or re.match(r"i'(m|ve|d|ll)$", word):
        return False
    if not _starts_sentence(text, match.start()):
        return True
    return match[0][1:] != match[0][1:].lower() or _is_proper(text, match.start())


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip("\"'([ -")
    return not before or before[-1] in ".!?:;" or text[start - 1] in "\"'"


def _is_proper(text: str, start: int) -> bool:
    """Whether the tagger takes the capitalised word that opens a sentence for a name."""
    return any(token.idx == start and token.tag_ in {"NNP", "NNPS"} for token in _tagged(text))


@lru_cache(maxsize=64)
def _tagged(text: str):  # type: ignore[no-untyped-def]
    return parse([text])[0]


@lru_cache(maxsize=64)
def _vocabulary(sources: tuple[str, ...]) -> frozenset[str]:
    """All words of the sources in lower case, their hyphenated parts, and the initials of capitalised runs."""
    words: set[str] = set()
    for source in sources:
        tokens = [match[0] for match in _TOKEN.finditer(source)]
        for token in tokens:
            words |= {_base(token), *_base(token).split("-"), *_fold(token.casefold()).split("'")}
        words |= set(_initials(tokens))
    return frozenset(words)


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


def _base(word: str) -> str:
    word = _fold(re.sub(r"'s?$", "", word.casefold()))
    return word.replace(".", "")


def _fold(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def _is_known(word: str, vocabulary: frozenset[str]) -> bool:
    base = _base(word)
    parts = [base, *(part for part in base.split("-") if len(part) > 1)]
    if base in vocabulary or (len(parts) > 2 and all(_is_known(part, vocabulary) for part in parts[1:])):
        return True
    if any(alias.replace(".", "") in vocabulary for alias in _ALIASES.get(base, "").split()):
        return True
    return any(_same_stem(base, other) for other in vocabulary)


def _same_stem(word: str, other: str) -> bool:
    """Mexico and Mexican, China and Chinese, Soros and Soroses: one name in two forms."""
    shared = len(os.path.commonprefix([word, other]))
    return shared >= 4 and all(_ENDING.fullmatch(form[shared:]) for form in (word, other))


def _is_expansion(run: Sequence[re.Match[str]], vocabulary: frozenset[str]) -> bool:
    """Whether the run spells out an acronym that a source uses."""
    return len(run) > 1 and "".join(match[0][0].lower() for match in run) in vocabulary


def _quotations(text: str, sources: Sequence[str]) -> Iterator[Finding]:
    plain = [_words(source) for source in sources]
    for match in _QUOTED.finditer(text):
        said = match[1] or match[2] or ""
        parts = [_words(part) for part in re.split(r"\.\.\.|…", said)]
        if not all(any(f" {part} " in f" {source} " for source in plain) for part in parts if part):
            yield Finding("quotation", said.strip(), "No cited sentence has these words in this order.")


def _words(text: str) -> str:
    """Words alone, lower case: brackets, quotation marks and punctuation make no other quotation."""
    return " ".join(re.findall(r"[\w$£€%]+(?:['.,-]\w+)*", text.casefold()))
