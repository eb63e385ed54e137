"""Written figures, marks and abbreviations become the words that a newsreader says."""

import csv
import re
from collections import Counter
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


KINDS = (
    "money percent range score date year decade quarter time ordinal fraction unit phone url handle version model "
    "roman abbreviation headline acronym emoji symbol quote number"
).split()
# What two other systems were seen to read wrong.
PEERS_FAIL = [
    "$3.5 billion", "12.5%", "1,234,567", "AR, Arkansas", "UNICEF", "COVID", "BREAKING NEWS: TRUMP WINS", "Leo XIV",
    "$3.5bn", "9/11", "G20", "No. 10", "2-1",
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row["written"][:40] for row in ROWS])
def test_what_is_written_is_said_so(row):
    written = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), row["written"])
    assert words(normalize(written)) == row["spoken"]


def test_the_table_is_large_enough_to_mean_something():
    assert len({row["written"] for row in ROWS}) == len(ROWS) >= 400
    counts = Counter(row["kind"] for row in ROWS)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 4


def test_what_others_read_wrong_is_in_the_table():
    assert {row["written"] for row in ROWS} >= set(PEERS_FAIL)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1,250 km", "one thousand two hundred and fifty kilometres"),
        ("03/11/2025", "the third of november twenty twenty five"),
        ("November 3, 2025", "the third of november twenty twenty five"),
        ("in 2005", "in two thousand and five"),
        ("a 2-0 win", "a two nil win"),
        ("120 km/h", "one hundred and twenty kilometres an hour"),
        ("5 mg/L", "five milligrams per litre"),
        ("2Q 2005", "second quarter two thousand and five"),
        ("from 12 to 15 May", "from the twelfth to fifteenth of may"),
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
