"""How names.tsv and names_tuning.tsv were made: a dictionary's IPA turned into the voice's American phonemes.

    python tests/data/names_gold.py eng_latn_us_broad.tsv eng_latn_uk_broad.tsv legislators.yaml candidates.tsv

The candidates (name, kind, language) were written by hand, before any pronunciation was seen: people, places, firms and
terms of world news whose spelling is not English. Kept is what a source has, in this order: Wiktionary's American and
unmarked entries (as extracted by WikiPron), its British ones, GovTrack's guide to members of Congress. Left out are
ordinary English words (those of the small American word list of SCOWL, and names that Wiktionary also has in lower
case). A name is held out for the figure, or else for tuning, by the parity of its SHA-256.

A name may have several pronunciations: whoever is scored gets the nearest one. The conversion: affricates and
diphthongs become one symbol; American vowels for British (the o of "lot" is ɑ, rhotic schwas end in ɹ); a transcription
with fewer r sounds than the spelling has r is not rhotic, and left out; x is k, at the start h, as newsreaders say it;
nasal vowels end in n; front rounded vowels are ɜɹ and u. The sources mark no stress here, so nor do the lists.
"""

from __future__ import annotations

import csv
import hashlib
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).parent
COLUMNS = ("name", "kind", "language", "ipa", "source")
_NASAL = {"ɛ": "æn", "æ": "æn", "œ": "ʌn", "ɔ": "ɔn", "o": "ɔn"}
_STEPS = [
    tuple(pair.split(">"))
    for pair in """d͡ʒ>ʤ t͡ʃ>ʧ dʒ>ʤ tʃ>ʧ ʦ>ts eɪ>A ɛɪ>A aɪ>I ʌɪ>I ɑɪ>I ɔɪ>Y oɪ>Y oʊ>O əʊ>O aʊ>W æʊ>W ɚɹ?>əɹ ɒ>ɑ ɐ>ʌ a>ɑ
    e>ɛ o>O r>ɹ g>ɡ ɾ>t ʔ>t ɫ>l ɬ>l ʍ>w ɲ>nj ʎ>lj ç>h ɣ>ɡ ʁ>ɹ ʀ>ɹ [øœ]ɹ?>ɜɹ y>u
    ɨ>ɪ ʉ>u ɵ>ə ɤ>ʌ ɯ>u ʋ>v ɦ>h ɥ>w β>v ɕ>ʃ ʂ>ʃ
    ʐ>ʒ ʑ>ʒ ɸ>f ɪi>i ʈ>t ɖ>d ɳ>n c>k ɟ>ɡ hw>w""".split()
]
# GovTrack's respelling, longest first.
_RESPELLED = dict(
    pair.split("=")
    for pair in """air=ɛɹ oor=ʊɹ ah=ɑ aw=ɔ ay=A eh=ɛ ee=i er=əɹ ew=ju ih=ɪ oh=O oo=u or=ɔɹ ow=W oy=Y uh=ʌ uu=ʊ ī=I ch=ʧ
    ng=ŋ nk=ŋk sh=ʃ th=θ zh=ʒ a=æ e=ɛ i=ɪ o=ɑ u=ʌ g=ɡ j=ʤ r=ɹ y=j ss=s""".split()
)


def from_ipa(ipa: str, *, british: bool) -> str:
    """One transcription of WikiPron, its segments apart, in the voice's symbols."""
    text = unicodedata.normalize("NFD", ipa.replace(" ", ""))
    text = re.sub("([nlmɹr])\u0329", lambda m: "ə" + m[1], text)
    text = re.sub("([ɑɔɛæeoɒœaʌə])\u0303ː?n?", lambda m: _NASAL.get(m[1], "ɑn"), text)
    text = text.replace("d͡ʒ", "ʤ").replace("t͡ʃ", "ʧ")
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in "ʰʲʷˠˈˌ.‿()ˑ-'ˀ")
    text = re.sub("[ɜɝ]ː?ɹ?", "ɜɹ", text)
    if british:
        text = re.sub("a(?![ɪʊː])", "æ", text)
    text = re.sub("^x", "h", text.replace("ː", "")).replace("x", "k").replace("χ", "k")
    for pattern, symbols in _STEPS:
        text = re.sub(pattern, symbols, text)
    return text


def from_respelling(respelled: str) -> str:
    """One word of GovTrack's guide, syllables apart by dashes."""
    sounds = ""
    for syllable in respelled.lower().split("-"):
        rest = syllable
        while rest:
            letters = next(rest[:n] for n in (3, 2, 1) if rest[:n] in _RESPELLED or n == 1)
            sounds += _RESPELLED.get(letters, letters)
            rest = rest[len(letters) :]
    return sounds


def is_rhotic(name: str, sounds: str) -> bool:
    return sounds.count("ɹ") >= len(re.findall("r+", unicodedata.normalize("NFD", name.lower()).replace("rz", "z")))


def is_held_out(name: str) -> bool:
    return hashlib.sha256(name.casefold().encode()).digest()[-1] % 2 == 0


def pronunciations(name: str, american: dict, british: dict, congress: dict) -> tuple[list[str], str]:
    if name in american or name in british:
        found, source = (american, "Wiktionary, US") if name in american else (british, "Wiktionary, UK")
        plain = [ipa for ipa in found[name] if not re.search("[xχ]", ipa)] or found[name]
        sounds = [from_ipa(ipa, british=found is british) for ipa in plain]
    else:
        sounds, source = [from_respelling(said) for said in congress.get(name, [])], "GovTrack"
    return list(dict.fromkeys(s for s in sounds if s and is_rhotic(name, s))), source


def _entries(path: str) -> dict[str, list[str]]:
    entries = defaultdict(list)
    for line in Path(path).read_text("utf-8").splitlines():
        word, ipa = line.split("\t")
        entries[word].append(ipa)
    return entries


def _congress(path: str) -> dict[str, list[str]]:
    entries = defaultdict(list)
    found = re.findall(r"name: .*// (.*)\n.*\n\s+respell: .*// (.*)\n", Path(path).read_text("utf-8"))
    for name, said in found:
        if " " not in name and " " not in said and said not in entries[name]:
            entries[name].append(said)
    return entries


def main(american_path: str, british_path: str, congress_path: str, candidates_path: str) -> None:
    american, british = _entries(american_path), _entries(british_path)
    congress = _congress(congress_path)
    rows = []
    for line in Path(candidates_path).read_text("utf-8").splitlines():
        name, kind, language = line.split("\t")
        sounds, source = pronunciations(name, american, british, congress)
        is_word = kind != "term" and (name.lower() in american or name.lower() in british)
        if sounds and not is_word:
            rows.append((name, kind, language, "; ".join(sounds), source))
    rows.sort(key=lambda row: (row[2], row[1], row[0]))
    for stem, held_out in (("names", True), ("names_tuning", False)):
        with (DATA / f"{stem}.tsv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
            writer.writerow(COLUMNS)
            writer.writerows(row for row in rows if is_held_out(row[0]) == held_out)


if __name__ == "__main__":
    main(*sys.argv[1:])
