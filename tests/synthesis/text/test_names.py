"""A guess at an unknown word is always speakable, and near what the spelling's language says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.speech.voices import vocabulary
from synthesis.text.names import guess


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("Tkachenko", "tkɑʧˈɛŋkO"),
        ("Lewandowski", "lɛvɑndˈOvski"),
        ("Zhang", "ʤˈɑŋ"),
        ("Xi", "ʃˈi"),
        ("Qin", "ʧˈin"),
        ("Nguyen", "nwˈɪn"),
        ("Schmidt", "ʃmˈidt"),
        ("Milosevic", "milˈOsəvɪʧ"),
        ("McAllister", "məkˈælɪstəɹ"),
        ("Wojciechowicz", "vOjʧɛkˈOvɪʧ"),
    ],
)
def test_frequent_foreign_spellings_are_read_their_way(word, phonemes):
    assert guess(word) == phonemes


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzáčđéğíłñøşüžабгд", min_size=1, max_size=24))
def test_every_word_gets_sounds_that_the_voice_knows_and_one_stress(word):
    said = guess(word)
    assert said and set(said) <= vocabulary().keys()
    assert said.count("ˈ") == 1


def test_a_word_without_vowels_is_spelled():
    assert guess("hrvtz").endswith("zˈi")


def test_a_script_without_letters_we_know_is_refused():
    with pytest.raises(ValueError, match="习"):
        guess("习")
