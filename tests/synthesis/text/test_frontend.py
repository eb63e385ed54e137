"""A turn's text becomes pieces of a length that the voice reads well, with nothing lost on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.errors import UnspeakableText
from synthesis.speech.voices import vocabulary
from synthesis.text.frontend import BEST, LONGEST, SHORTEST, Frontend
from synthesis.text.normalize import normalize, words

NEWS = (
    "A spokesman, Jagannath Niroula, says the pilot reported no bird, and that, in his words, “there is no proof or "
    "basis for this”. He says one of the engines had caught fire shortly after take-off. No. The authority has barred "
    "the airline's country manager and airport manager from entering Kathmandu airport, for spreading what it calls "
    "misleading news, and set up a technical committee to investigate, which will report to the government before the "
    "end of the year. Flydubai said it would respond."
)


@pytest.fixture(scope="module")
def frontend():
    return Frontend()


def test_pieces_are_neither_too_long_nor_too_short(frontend):
    pieces = frontend.read(NEWS, "af_heart")
    assert len(pieces) >= 3
    assert all(SHORTEST <= len(piece.symbols) <= BEST for piece in pieces)


def test_nothing_is_lost_or_said_twice(frontend):
    pieces = frontend.read(NEWS, "af_heart")
    assert " ".join(piece.spoken for piece in pieces) == words(normalize(NEWS))


def test_a_short_sentence_joins_its_neighbour(frontend):
    assert len(frontend.read("No. That is not what happened here.", "af_heart")) == 1


def test_text_without_a_single_stop_is_still_cut(frontend):
    pieces = frontend.read("and then they went on to say that " * 40, "af_heart")
    assert all(len(piece.symbols) <= LONGEST for piece in pieces)


def test_an_open_sentence_is_closed(frontend):
    assert frontend.read("He left", "af_heart")[0].symbols.endswith(".")


def test_the_voice_chooses_the_accent(frontend):
    assert frontend.read("a car", "bf_emma")[0].symbols != frontend.read("a car", "af_heart")[0].symbols


def test_guessed_words_are_reported(frontend):
    assert frontend.read("Mr. Grzybowski met Ms. Nguyen.", "af_heart")[0].guessed == ("Grzybowski",)


def test_a_shows_lexicon_is_used(frontend):
    assert "ɡˈub" in frontend.read("Grzybowski left", "af_heart", {"Grzybowski": "GOOB"})[0].symbols


@pytest.mark.parametrize("text", ["", "   ", "…", "😀🎉", "-- --", "習近平", "x" * 100])
def test_text_without_sounds_is_refused(frontend, text):
    with pytest.raises(UnspeakableText) as refused:
        frontend.read(text, "af_heart")
    assert refused.value.text == text


@given(st.text(min_size=1, max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_is_spoken_or_refused(text):
    try:
        pieces = Frontend().read(text, "am_michael")
    except UnspeakableText:
        return
    for piece in pieces:
        assert 0 < len(piece.symbols) <= LONGEST
        assert set(piece.symbols) <= vocabulary().keys()
