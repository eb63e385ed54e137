"""A turn's text becomes pieces of a length that the voice reads well, with nothing lost on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.errors import UnspeakableText
from synthesis.speech.symbols import vocabulary
from synthesis.text import sentences
from synthesis.text.frontend import BEST, LONGEST, SHORTEST, Frontend
from synthesis.text.lexicon import Lexicon
from synthesis.text.normalize import normalize, words
from synthesis.text.phonemize import Phonemizer

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


@pytest.fixture(scope="module")
def phonemizer():
    return Phonemizer()


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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Polls close at 5 p.m. Voters were still in line.", 2),
        ("Polls close at 5 p.m. Friday in Ohio.", 1),
        ("It opens at 10 a.m. London time.", 1),
        ("It opens at 10 a.m. EST. Tickets are free.", 2),
        ("She works for Acme Inc. It makes anvils.", 2),
        ("He lives on Main St. Police came.", 2),
        ("He lives in St. Paul. Police came.", 2),
        ("It was written by J.K. Rowling. It sold well.", 2),
        ("The rate is 5.5%. Prices fell 2.1%.", 2),
        ("It weighs 5 kg. It cost $3.5bn. It ended 2-1.", 3),
        ("Pope Leo XIV. World War II. Elizabeth I.", 3),
        ("He finished No. 1. It has cats, dogs, etc. Others agree.", 3),
    ],
)
def test_a_figure_or_abbreviation_at_its_end_leaves_a_sentence_whole(text, count):
    assert len(sentences.split(normalize(text))) == count


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


# What news text is made of, and what trips readers of it: scripts, marks, invisible characters, figures of all kinds.
FRAGMENTS = st.sampled_from(
    "the said Trump's NATO €4.5m -5°C 2-1 9/11 COVID-19 café Łódź Erdoğan 习近平 Москва 5G Q3 10% ½ … — “ ” ’ ( ) U.S. "
    "Dr. No. 10 @x #MeToo www.a.org 🎉 $TSLA CO₂ l'Oréal rock-'n'-roll 1,2 3: .5 ¢ A&B x² AIs' vs. I XIV 12th mRNA ﬁ "
    "Ⅻ １２ ß Ω ъ ʻokina \u00ad \u200b ٣ ① & + / ± → § km/h '90s İ ª ™ 3I/ATLAS a’b a+--d) î".split(" ")
)
LETTERS_AND_MARKS = st.text(alphabet="abcdéîúßøłÀÖñ'’-.,;:!?()[]{}$€£%/+=*&@# 0123456789", max_size=8)
NEWS_LIKE = st.lists(FRAGMENTS | LETTERS_AND_MARKS | st.text(max_size=6), min_size=1, max_size=8).map(" ".join)


@given(NEWS_LIKE)
@settings(max_examples=60, deadline=None)
def test_every_word_is_said_or_the_text_is_refused(frontend, phonemizer, text):
    normalized = normalize(text)
    try:
        pieces = frontend.read(text, "am_michael")
    except UnspeakableText as refused:
        assert refused.text == text
        assert refused.span in normalized or not words(normalized)
        return
    assert " ".join(piece.spoken for piece in pieces) == words(normalized)
    silent = [s.text for s in phonemizer(normalized, Lexicon()) if s.is_word and not any(map(str.isalpha, s.phonemes))]
    assert not silent
