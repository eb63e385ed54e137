"""Every word comes out with sounds: from the lexicon, the dictionaries, or a guess that is reported."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from synthesis.text.folding import unreadable_word
from synthesis.text.lexicon import Lexicon
from synthesis.text.normalize import normalize
from synthesis.text.phonemize import Phonemizer


@pytest.fixture(scope="module")
def american():
    return Phonemizer()


def say(phonemizer, text, lexicon=None):
    return {s.text: s for s in phonemizer(normalize(text), lexicon or Lexicon())}


def test_the_lexicon_comes_before_the_dictionaries(american):
    assert say(american, "Huawei and Niroula.", Lexicon({"Niroula": "ni-ROW-la"}))["Niroula"].phonemes == "nɪɹˈWlə"
    assert say(american, "cheese", Lexicon({"cheese": "/kwˈɛɹk/"}))["cheese"].phonemes == "kwˈɛɹk"


def test_a_possessive_keeps_the_lexicons_word(american):
    assert say(american, "Zelenskyy's plan")["Zelenskyy's"].phonemes == "zəlˈɛnskiz"


def test_a_phrase_is_found_whole(american):
    assert say(american, "Ursula von der Leyen's term")["von der Leyen's"].phonemes == "fɔn dəɹ lˈIənz"


def test_a_name_without_its_marks_is_no_guess_and_an_english_word_no_name(american):
    sounds = say(american, "Male voters left Szekesfehervar and Malmo.")
    assert sounds["Szekesfehervar"].phonemes == Lexicon().find("Székesfehérvár")
    assert sounds["Malmo"].phonemes == Lexicon().find("Malmö")
    assert sounds["Male"].phonemes == "mˈAl"
    assert not any(sound.is_guessed for sound in sounds.values())


def test_a_particle_of_a_name_is_weak_and_no_guess(american):
    sounds = say(american, "Robert de Niro met Leonardo di Caprio and Simon le Bon in Des Moines.")
    assert [sounds[w].phonemes for w in ("de", "di", "le", "Des Moines")] == ["də", "di", "lə", "də mˈYn"]


def test_what_nothing_knows_is_guessed_and_reported(american):
    sounds = say(american, "Mr. Grzybowski met Jurczyk's aide.")
    assert sounds["Grzybowski"].is_guessed and sounds["Grzybowski"].phonemes
    assert sounds["Jurczyk's"].is_guessed and sounds["Jurczyk's"].phonemes.endswith("s")
    assert not sounds["met"].is_guessed


@pytest.mark.parametrize(
    ("text", "guessed"),
    [
        ("Et in arcadia they met a vet.", {"Et"}),
        ("The et they met a vet.", {"et"}),  # `met` and `vet` have it within them
        ("Karo-Wimba spoke.", {"Karo-Wimba"}),
        ("Karo-Wimba's Benishangul plan", {"Karo-Wimba's", "Benishangul"}),
    ],
)
def test_a_guess_is_reported_with_its_own_word_alone(american, text, guessed):
    assert {word for word, sound in say(american, text).items() if sound.is_guessed} == guessed


def test_a_regular_past_is_formed_and_not_guessed(american):
    sounds = say(american, "They rallied, queried and lobbied.")
    assert [sounds[w].phonemes for w in ("rallied", "queried", "lobbied")] == ["ɹˈælid", "kwˈɪɹid", "lˈɑbid"]
    assert not any(sound.is_guessed for sound in sounds.values())


def test_a_phrase_of_many_words_is_found(american):
    own = Lexicon({"Abu Bakr al-Sayed Khan": "AH-boo"})  # six tokens
    assert say(american, "They met Abu Bakr al-Sayed Khan.", own)["Abu Bakr al-Sayed Khan"].phonemes == "ˈɑbu"


def test_threads_with_lexicons_of_their_own_do_not_mix(american):
    lexicons = [Lexicon({"Niroula": "/kˈɑ/"}), Lexicon({"Niroula": "/tˈu/"})] * 12
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            said = list(threads.map(lambda own: say(american, "Niroula met the press.", own)["Niroula"], lexicons))
    finally:
        sys.setswitchinterval(interval)
    assert [sound.phonemes for sound in said] == ["kˈɑ", "tˈu"] * 12


@pytest.mark.parametrize(
    ("text", "word", "phonemes"),
    [
        ("She will read it.", "read", "ɹˈid"),
        ("He has read it.", "read", "ɹˈɛd"),
        ("They live here.", "live", "lˈɪv"),
        ("Lead pipes were replaced.", "Lead", "lˈɛd"),
        ("He will lead it.", "lead", "lˈid"),
        ("They will record it.", "record", "ɹəkˈɔɹd"),
        ("A new record.", "record", "ɹˈɛkəɹd"),
    ],
)
def test_homographs_follow_the_part_of_speech(american, text, word, phonemes):
    assert say(american, text)[word].phonemes == phonemes


def test_acronyms_are_spelled_or_said(american):
    sounds = say(american, "The FBI, UNICEF, NATO and the U.S. met AT&T.")
    assert sounds["FBI"].phonemes == "ˌɛfbˌiˈI"
    assert sounds["Unicef"].phonemes == "jˈunəsɛf"
    assert sounds["U.S."].phonemes == "jˌuˈɛs"
    assert not any(s.is_guessed for s in sounds.values())


def test_joined_words_and_accents_are_no_guess(american):
    sounds = say(american, "A chatbot in a café.")
    assert not any(s.is_guessed for s in sounds.values())


def test_names_with_a_capital_inside_are_one_word(american):
    assert say(american, "DiCaprio left")["DiCaprio"].phonemes == "dɪkˈæpɹiO"


def test_a_british_voice_has_its_own_sounds():
    assert say(Phonemizer(british=True), "go, car")["car"].phonemes == "kˈɑː"


def test_a_word_in_another_script_is_named():
    assert unreadable_word("He said 習近平 today") == "習近平"
    assert unreadable_word("Иван and Ελλάδα") is None
    assert unreadable_word("x" * 61)
