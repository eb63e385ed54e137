"""A guess at an unknown word is always speakable, says what it took the word for, and is read as that language is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthesis.speech.symbols import vocabulary
from synthesis.text import languages, letters
from synthesis.text.names import guess


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("Wiśniewska", "pl"),
        ("Kowalczyk", "pl"),
        ("Gelashvili", "ka"),
        ("Zhengyuan", "zh"),
        ("Matsushita", "ja"),
        ("Pyeongtaek", "ko"),
        ("Mikautadze", "ka"),
        ("Tymofienko", "uk"),
        ("Kuznetsova", "ru"),
        ("Székelyhidi", "hu"),
        ("Özdemiroğlu", "tr"),
        ("Gunnarsson", "sv"),
        ("Theodorakopoulos", "el"),
        ("Harrington", "en"),
    ],
)
def test_a_name_shows_the_language_that_it_comes_from(word, language):
    found = guess(word)
    assert (found.word, found.language) == (word, language)
    assert found.confidence >= 0.2


def test_a_name_of_no_clear_language_is_guessed_with_less_confidence():
    assert languages.origin("Benara").confidence < 0.5 < languages.origin("Przybylski").confidence


@pytest.mark.parametrize(
    ("word", "language", "phonemes"),
    [
        ("Wojciechowicz", "pl", "vɔjʧəhˈɔvɪʧ"),  # w is v, ch is h, and the second last is stressed
        ("Łódź", "pl", "wˈuʤ"),
        ("Xiaoqing", "zh", "ʃWʧˈɪŋ"),
        ("Mészáros", "hu", "mˈAsəɹOʃ"),  # s is sh, sz is s, and the first is stressed
        ("Milošević", "sh", "mɪlˈOʃəvɪʧ"),
        ("Tkachenko", "uk", "tkəʧˈɛŋkO"),
        ("Guillermo", "es", "ɡijˈɛɹmO"),
        ("Beaumont", "fr", "bOmˈɔn"),
        ("Schäuble", "de", "ʃˈYblə"),
        ("Gentiloni", "it", "ʤɛntɪlˈOni"),
        ("Gonçalves", "pt", "ɡOnsˈɑlvɛs"),
        ("Hashimoto", "ja", "hɑʃɪmˈOtO"),
        ("Nguyen", "vi", "nwiˈɛn"),
        ("Ceaușescu", "ro", "ʧWʃˈɛsku"),
        ("Björkman", "sv", "bjˈɜɹkmɑn"),  # one r
        ("Morozov", "ru", "mOɹˈOzɔf"),  # the last v, and one before s, is f
        ("Kovalevskaya", "ru", "kOvəlɛfskˈIə"),
        ("Danilov", "uk", "dənˈilɔf"),
        ("Bayramov", "tr", "bIɹəmˈɔf"),
        ("Prokopov", "cs", "pɹˈOkOpOf"),
        ("Przybysz", "pl", "pʃˈɪbɪʃ"),  # rz after p is sh, and so is the last one
        ("Kolarz", "pl", "kˈɔlɑʃ"),
        ("Wenningen", "de", "vˈɛnɪŋən"),  # ng is one sound
        ("Engelbrekt", "sv", "ˈɛŋɛlbɹɛkt"),
        ("Pongsak", "th", "pɔŋsˈɑk"),
        ("Demirsin", "tr", "dɛmiɹsˈin"),  # the last i has the stress
        ("Ravit", "he", "ɹɑvˈit"),
        ("Shunsuke", "ja", "ʃˈunskA"),
        ("Kirakosyan", "ka", "kiɹəkOsjˈɑn"),
    ],
)
def test_a_name_is_read_by_the_rules_of_its_language(word, language, phonemes):
    assert letters.sound_out(word, language) == phonemes


def test_every_language_that_is_told_apart_has_rules_and_the_other_way_round():
    assert languages.languages() - {languages.ENGLISH} == letters.languages()
    assert len(letters.languages()) >= 20


@pytest.mark.parametrize("language", sorted(letters.languages()))
@pytest.mark.parametrize("word", ["Aba", "Ngmbe", "Čřžšěůý", "O'Qhwxz", "Aeiouy"])  # clusters, marks, vowels alone
def test_the_rules_of_every_language_end_in_symbols_of_the_voice(word, language):
    said = letters.sound_out(word, language)
    assert set(said) <= vocabulary().keys()
    assert said.count("ˈ") == bool(said)


@settings(deadline=None)  # the first example reads the tables
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzáčđéğíłñøşüžабгд", min_size=1, max_size=24), st.booleans())
def test_every_word_gets_sounds_that_the_voice_knows_and_one_stress(word, is_name):
    found = guess(word.capitalize() if is_name else word)
    assert found.phonemes and set(found.phonemes) <= vocabulary().keys()
    assert found.phonemes.count("ˈ") == 1
    assert found.language in languages.languages()
    assert 0 < found.confidence <= 1


def test_a_lower_case_word_is_english_and_another_script_tells_its_language():
    assert guess("frobnicate").language == "en"
    assert [guess(word).language for word in ("Навальный", "Єрмак", "Μητσοτάκης")] == ["ru", "uk", "el"]


def test_an_accent_is_no_ornament():
    assert guess("Rambouillé").phonemes.endswith("A")
    assert guess("protégée").language != "en"


def test_a_word_without_vowels_is_spelled():
    assert guess("hrvtz").phonemes.endswith("zˈi")


def test_a_script_without_letters_we_know_is_refused():
    with pytest.raises(ValueError, match="习"):
        guess("习")
