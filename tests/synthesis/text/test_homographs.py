"""Words of one spelling and several sounds are said as their sentence means them."""

import csv
from pathlib import Path

import pytest

from synthesis.text.lexicon import Lexicon
from synthesis.text.normalize import normalize
from synthesis.text.phonemize import Phonemizer

ROWS = list(
    csv.DictReader(
        (Path(__file__).parents[2] / "data" / "homographs.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t"
    )
)
# Past or present, only the main verb or the reader's own knowledge tells; and "accounts" is tagged as the verb.
KNOWN_WRONG = [
    "Children who read at home do better, the study found.",
    "The two accounts conflict.",
    "I read three newspapers a day.",
]


@pytest.fixture(scope="module")
def american():
    return Phonemizer()


def said(phonemizer, word, sentence, lexicon=None):
    sounds = phonemizer(normalize(sentence), lexicon or Lexicon())
    return [sound.phonemes for sound in sounds if sound.text.lower() == word.lower()]


def test_each_sentence_has_its_reading(american):
    wrong = [row["sentence"] for row in ROWS if said(american, row["word"], row["sentence"]) != [row["phonemes"]]]
    assert wrong == KNOWN_WRONG


def test_the_table_is_large_enough_to_mean_something():
    assert len({row["sentence"] for row in ROWS}) == len(ROWS) >= 120
    assert {row["part"] for row in ROWS} == {"tune", "held"}


@pytest.mark.parametrize(
    ("word", "sentence", "phonemes"),
    [
        ("lead", "Tests found lead in the drinking water.", "lˈɛd"),
        ("export", "Brazil will export more coffee.", "ɪkspˈɔːt"),  # no r before a consonant
        ("row", "A row broke out over the cost of the scheme.", "ɹˈW"),
    ],
)
def test_a_british_voice_says_it_in_its_own_sounds(word, sentence, phonemes):
    assert said(Phonemizer(british=True), word, sentence) == [phonemes]


def test_a_shows_lexicon_comes_before_the_context(american):
    assert said(american, "lead", "Lead pipes burst.", Lexicon({"lead": "/lˈid/"})) == ["lˈid"]


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [("metaplastic", "mˌɛtəplˈæstɪk"), ("arithmetic", "əɹˈɪθmətˌɪk"), ("midair", "mˌɪdˈɛɹ")],
)
def test_words_that_a_dictionary_was_seen_to_have_wrong(american, word, phonemes):
    assert said(american, word, f"They spoke of {word}.")[0].replace("T", "t") == phonemes
