"""How well names are said: phoneme error rate on a held-out list, ours and that of misaki with its espeak fallback.

The lists, their sources and how they were chosen: `tests/data/names_gold.py`. Both systems get each name alone, and are
scored alike: Levenshtein distance over phonemes to the nearest of the name's pronunciations, over that one's length,
all names added up. Stress is left out, for the sources have none. What counts as equal: `likeness.py` of the
front end.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import SynthesisError
from synthesis.text.frontend import Frontend
from synthesis.text.lexicon import Lexicon
from synthesis.text.likeness import distance, fold

LISTS = Path(__file__).resolve().parents[2] / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Name:
    """A row of a list. `pronunciations`: American phonemes without stress."""

    name: str
    kind: str
    language: str
    pronunciations: tuple[str, ...]
    source: str


def read(stem: str) -> list[Name]:
    """The names of one list. Raises SynthesisError where the lists are not at hand, as in an installed package."""
    path = LISTS / f"{stem}.tsv"
    if not path.is_file():
        raise SynthesisError(f"{path} is not here: the lists of names are in the project's tests, not in its package")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Name(r["name"], r["kind"], r["language"], tuple(r["ipa"].split("; ")), r["source"]) for r in rows]


def measure() -> dict[str, Any]:
    """The held-out list: both error rates and their ratio, also of the names in no lexicon of ours, and by language."""
    held_out, tuning = read("names"), read("names_tuning")
    shared = {n.name.casefold() for n in held_out} & {n.name.casefold() for n in tuning}
    if shared:
        raise SynthesisError(f"names are on both lists: {', '.join(sorted(shared)[:5])}")
    return {**compare(held_out), "held_out_names": len(held_out), "tuning_names": len(tuning), "names_on_both": 0}


def compare(names: list[Name]) -> dict[str, Any]:
    """Error rates of all names, of those in no lexicon of ours, of those we guess at, and by language."""
    frontend, lexicon, reference = Frontend(), Lexicon(), misaki_with_espeak()
    read_as = {name: frontend.read(name.name, "af_heart") for name in names}
    edits = {"ours": {n: edits_of("".join(p.symbols for p in read_as[n]), n.pronunciations) for n in names}}
    if reference is not None:
        edits["misaki_espeak"] = {n: edits_of(reference(n.name), n.pronunciations) for n in names}
    by_language: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        by_language[name.language].append(name)
    unlisted = [n for n in names if lexicon.find(n.name) is None]
    guessed = [n for n in names if any(piece.guesses for piece in read_as[n])]
    figures: dict[str, Any] = {
        "all": _rates(edits, names),
        "in_no_lexicon_of_ours": _rates(edits, unlisted),
        "guessed": _rates(edits, guessed),
        "by_language": {language: _rates(edits, group) for language, group in sorted(by_language.items())},
    }
    if reference is None:
        figures["missing"] = "misaki's espeak fallback: pip install 'tandem-briefings[peers]'"
    return figures


def misaki_with_espeak() -> Callable[[str], str] | None:
    """The peer: misaki's English as it comes, espeak-ng behind it; None where it is not installed."""
    try:
        from misaki import en, espeak
    except (ImportError, RuntimeError):
        return None
    from synthesis.text.phonemize import tagger

    class Stock(en.G2P):  # type: ignore[misc]
        """The stock constructor downloads a tagger; this one uses ours, the same model."""

        def __init__(self) -> None:
            self.version, self.british, self.nlp = None, False, tagger()
            self.lexicon, self.fallback, self.unk = en.Lexicon(False), espeak.EspeakFallback(british=False), ""

    stock = Stock()
    return lambda name: str(stock(name)[0])


def edits_of(said: str, pronunciations: Iterable[str]) -> tuple[int, int]:
    """(edits, phonemes) to the nearest pronunciation."""
    folded = fold(said, has_stress=True)
    golds = [fold(gold, has_stress=False) for gold in pronunciations]
    scored = [(distance(folded, gold), len(gold)) for gold in golds]
    return min(scored, key=lambda pair: pair[0] / pair[1])


def _rates(edits: dict[str, dict[Name, tuple[int, int]]], names: list[Name]) -> dict[str, float]:
    rates: dict[str, float] = {"names": len(names)}
    for who, scored in edits.items():
        length = sum(scored[n][1] for n in names)
        rates[who] = round(sum(scored[n][0] for n in names) / length, 4) if length else 0.0
    if rates.get("misaki_espeak"):
        rates["ratio"] = round(rates["ours"] / rates["misaki_espeak"], 3)
    return rates
