"""Written figures, marks and abbreviations become the words that a newsreader says."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.text.normalize import normalize, words

ROWS = list(
    csv.DictReader(
        (Path(__file__).parents[2] / "data" / "normalize.tsv").read_text(encoding="utf-8").splitlines(),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
)


@pytest.mark.parametrize("row", ROWS, ids=[row["written"][:40] for row in ROWS])
def test_what_is_written_is_said_so(row):
    assert words(normalize(row["written"])) == row["spoken"]


def test_the_table_is_large_enough_to_mean_something():
    assert len(ROWS) >= 150


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1,250 km", "one thousand two hundred and fifty kilometres"),
        ("03/11/2025", "the third of november twenty twenty five"),
        ("November 3, 2025", "the third of november twenty twenty five"),
        ("in 2005", "in two thousand and five"),
        ("a 2-0 win", "a two nil win"),
    ],
)
def test_a_british_voice_says_it_the_british_way(written, spoken):
    assert words(normalize(written, british=True)) == spoken


@given(st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_it_and_no_figure_is_left(text):
    assert not re.search(r"[0-9]", normalize(text))


def test_words_are_lower_case_and_alone():
    assert words('It\'s "the" Third-rate — U.S. café!') == "it's the third rate u s café"
