"""Make `census_names.tsv`: `python -m synthesis.text.census_names CMUDICT CENSUS`.

The names that most Americans bear, which misaki's dictionary lacks by half: Paul, Nathan, Fernandez. CMUDICT is the
path of `cmudict.dict`, CENSUS a folder with the lists of the census of 1990 (public domain): `dist.male.first`,
`dist.female.first`, `dist.all.last`, one name a line, the most frequent first. Names of the held-out list are left out,
and so is what a newsreader would not say as the dictionary has it (`_NOT_SO`). What it has wrong is right in
`lexicon.tsv`, whose entries come first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from misaki import en

from synthesis.bench.names import read
from synthesis.text import cmudict

LISTS = {"dist.male.first": 600, "dist.female.first": 800, "dist.all.last": 3000}
OUT = Path(__file__).with_suffix(".tsv")
_NOT_SO = frozenset(
    """Alicea Bohannon Bouchard Carmela Cerda Cloutier Dias Dubois Duran Eldon Elena Elinor Ericka Fournier Gagne Huang
    Janelle Jung Le Ledbetter Malinda Ng Pelletier Pettit Poirier Rachael Rosalinda Schell Shelia Sommers Stjohn Tomas
    Ulrich Wm Xiong""".split()
)


def census_names(said: dict[str, str], census: Path) -> dict[str, str]:
    """Name -> phonemes: what the lists have and misaki has not."""
    known = en.Lexicon(british=False)
    held_out = {name.name for name in read("names")}
    names = {line.split()[0].capitalize() for path, most in LISTS.items() for line in _first(census / path, most)}
    wanted = (n for n in names - held_out - _NOT_SO if n not in known.golds and n not in known.silvers)
    return {name: said[name.lower()] for name in sorted(wanted) if name.lower() in said}


def _first(path: Path, most: int) -> list[str]:
    return path.read_text("ascii").splitlines()[:most]


def main(cmudict_path: Path, census: Path) -> None:
    lines = [f"{name}\t{ipa}" for name, ipa in census_names(cmudict.read(cmudict_path), census).items()]
    OUT.write_text("\n".join(["word\tipa", *lines]) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
