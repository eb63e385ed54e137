"""The pronunciation lexicon in layers: a show's own entries, the project's, then the built-in ones.

`world_names.tsv` is the project's own work: names and loanwords as a careful American newsreader says them, written
from general knowledge, corrected on the tuning list, without sight of the list that names are scored on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from synthesis.errors import LexiconRejected
from synthesis.speech.symbols import vocabulary
from synthesis.text.folding import to_ascii
from synthesis.text.tables import rows

# American to British, in order: no r but before a vowel, then long vowels and the vowels of "go" and "cat".
_NO_VOWEL = "(?![AIOQWYaeiouæɑəɛɜɪʊʌɔˈˌ])"
_BRITISH = [
    (re.compile(american), british)
    for american, british in (
        ("ɜɹ", "ɜː"), (f"əɹ{_NO_VOWEL}", "ə"), (f"ɑɹ{_NO_VOWEL}", "ɑː"), (f"ɔɹ{_NO_VOWEL}", "ɔː"),
        (f"ɛɹ{_NO_VOWEL}", "ɛː"),
        (f"ɪɹ{_NO_VOWEL}", "ɪə"), (f"ʊɹ{_NO_VOWEL}", "ʊə"), ("O", "Q"), ("æ", "a"), ("[Tɾ]", "t"), ("ᵻ", "ɪ"),
        ("(?<=[ˈˌ])i", "iː"), ("u(?!ː)", "uː"), ("ɑ(?!ː)", "ɑː"), ("ɔ(?!ː)", "ɔː"),
    )
]  # fmt: skip
# Respelling, as newsrooms write it: "zeh-LEN-skee", the stressed syllable in capitals.
_RESPELLED = dict(
    pair.split("=")
    for pair in """eye=I igh=I eer=ɪɹ air=ɛɹ oor=ʊɹ tch=ʧ ee=i oo=u ah=ɑ aw=ɔ ay=A oh=O ow=W oy=Y uh=ə eh=ɛ ih=ɪ ur=ɜɹ
    er=əɹ or=ɔɹ ar=ɑɹ ch=ʧ sh=ʃ zh=ʒ th=θ dh=ð ng=ŋ kh=k ck=k ph=f a=æ e=ɛ i=ɪ o=ɑ u=ʌ y=j j=ʤ r=ɹ g=ɡ c=k q=k x=ks b=b
    d=d f=f h=h k=k l=l m=m n=n p=p s=s t=t v=v w=w z=z""".split()
)
_TOKEN = re.compile(r"\w+|[^\w\s]")  # at least as many as any tokenizer makes
_VOWEL = re.compile("[AIOWYæɑəɛɜɪʊʌɔiu]")
# What a keyboard without the letters makes of them, in German and in the languages of the north.
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_SPELLING_OUT = frozenset({"de", "sv"})


@dataclass(frozen=True, slots=True)
class Entry:
    """`phonemes` are American; `language` is the language that the word comes from."""

    word: str
    phonemes: str
    language: str
    source: str


class Lexicon:
    """Layers of entries: a show's own hide the project's, and these the built-in ones.

    `longest`: the most tokens of one entry.
    """

    def __init__(self, own: Mapping[str, str] | None = None, *, project: Path | None = None):
        """`own`: word -> "/ipa/" or a respelling such as "zeh-LEN-skee"; `project`: a file for `read_project`.

        Raises LexiconRejected naming a bad entry of the show's, and as `read_project` does.
        """
        shown = {word: Entry(word, parse(word, said), "", "show") for word, said in (own or {}).items()}
        layers = (builtin(), read_project(project) if project else {}, shown)
        self._entries = {word.casefold(): entry for layer in layers for word, entry in layer.items()}
        self._unmarked = _unmarked_builtin() | _unmarked({**layers[1], **shown})
        self.longest = max(len(_TOKEN.findall(word)) for word in self._entries)

    def find(self, word: str) -> str | None:
        """American phonemes of a word or a phrase, or None. A name needs its capital: `Tusk`, not `tusk`."""
        return _said(self._entries.get(word.casefold()), word)

    def find_unmarked(self, word: str) -> str | None:
        """As `find`, for a word whose marks are not those of its entry: `Malmo`, `Schaeuble`, `Álvarez`.

        The plain letters may be another word: "Male" is no capital of the Maldives.
        """
        plain = to_ascii(word).casefold()
        entry = self._unmarked.get(plain)
        if entry is None and not word.isascii():
            entry = self._entries.get(plain)
        return _said(entry, word)


def read_project(path: Path) -> Mapping[str, Entry]:
    """A project's layer: tab-separated lines `word`, `said` under a line that names these columns.

    `said` is "/ipa/" or a respelling. Raises LexiconRejected naming the file, and the line and the word of a bad entry.
    """
    layer = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # spreadsheets write the mark
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if not {"word", "said"} <= set(table.fieldnames or ()):
                raise ValueError("the first line must name the columns 'word' and 'said'")
            for row in table:
                word = (row["word"] or "").strip()
                try:
                    layer[word] = Entry(word, parse(word, row["said"] or ""), "", "project")
                except ValueError as error:
                    raise ValueError(f"line {table.line_num}: {error}") from error
    except OSError as error:
        raise LexiconRejected(f"{path}: {error.strerror}") from error
    except (ValueError, csv.Error) as error:  # what is not UTF-8 is a ValueError too
        raise LexiconRejected(f"{path}: {error}") from error
    return layer


def parse(word: str, said: str) -> str:
    """Phonemes from "/ipa/" or from a respelling.

    Raises LexiconRejected if there is no word, or a symbol that the voice does not know.
    """
    said = said.strip()
    if not word:
        raise LexiconRejected(f"the pronunciation {said!r} has no word")
    phonemes = said[1:-1] if len(said) > 2 and said[0] == said[-1] == "/" else _from_respelling(word, said)
    foreign = sorted(set(phonemes) - vocabulary().keys())
    if foreign or not phonemes.strip():
        reason = f"has unknown symbols: {' '.join(foreign)}" if foreign else "is empty"
        raise LexiconRejected(f"the pronunciation of {word!r} {reason}")
    return phonemes


@cache
def builtin() -> Mapping[str, Entry]:
    """Our own entries, then names of the news (`world_names.tsv`), then the common ones of `census_names.py`."""
    common = (dict(row, language="en", source="cmudict") for row in rows("census_names"))
    world = (dict(row, source="own") for row in rows("world_names"))
    return {
        r["word"]: Entry(r["word"], parse(r["word"], f"/{r['ipa']}/"), r["language"], r["source"])
        for r in (*common, *world, *rows("lexicon"))
    }


@cache
def _unmarked_builtin() -> dict[str, Entry]:
    return _unmarked(builtin())


def _unmarked(layer: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries whose words have marks, by what is written where marks are not."""
    marked = [entry for word, entry in layer.items() if not word.isascii()]
    spelled_out = [entry for entry in marked if entry.language in _SPELLING_OUT]
    return {to_ascii(entry.word.casefold().translate(_SPELLED_OUT)): entry for entry in spelled_out} | {
        to_ascii(entry.word.casefold()): entry for entry in marked
    }


def _said(entry: Entry | None, word: str) -> str | None:
    if entry is None or (word.islower() and not entry.word.islower()):
        return None
    return entry.phonemes


def to_british(phonemes: str) -> str:
    """American phonemes in the voice's British set: no r before a consonant, long vowels marked."""
    for pattern, replacement in _BRITISH:
        phonemes = pattern.sub(replacement, phonemes)
    return phonemes


def _from_respelling(word: str, said: str) -> str:
    return " ".join(_respelled_word(word, part) for part in said.split())


def _respelled_word(word: str, said: str) -> str:
    syllables = [s for s in re.split("[-·]", said) if s]
    return "".join(_syllable(word, s, stressed=s.isupper() or len(syllables) == 1) for s in syllables)


def _syllable(word: str, written: str, *, stressed: bool) -> str:
    sounds, rest = "", written.lower()
    while rest:
        letters = next((rest[:n] for n in (3, 2, 1) if rest[:n] in _RESPELLED), None)
        if letters is None:
            raise LexiconRejected(
                f"the respelling of {word!r} has {rest[0]!r} in {written!r}, which stands for no sound"
            )
        sounds += _RESPELLED[letters]
        rest = rest[len(letters) :]
    if not stressed:
        return sounds[:-1] + "ə" if sounds.endswith("æ") else sounds
    sounds = sounds.replace("əɹ", "ɜɹ").replace("ə", "ʌ")
    return _VOWEL.sub(lambda m: "ˈ" + m[0], sounds, count=1)
