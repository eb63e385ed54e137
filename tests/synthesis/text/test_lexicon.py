"""Pronunciations: a show's own hide the built-in ones, and a symbol that the voice does not know is refused."""

import re

import pytest

from synthesis.speech.symbols import vocabulary
from synthesis.text import letters
from synthesis.text.lexicon import Lexicon, builtin, parse, to_british

PARTICLES = {"de", "der", "des", "di", "du", "le"}  # said without stress


def test_every_built_in_entry_can_be_spoken():
    assert len(builtin()) >= 20_000
    for entry in builtin().values():
        assert set(entry.phonemes) <= vocabulary().keys(), entry.word
        assert "ˈ" in entry.phonemes or entry.word in PARTICLES, f"{entry.word} has no stress"
        assert entry.language and entry.source, entry.word


def test_a_stress_mark_of_a_built_in_entry_stands_before_a_vowel():
    for entry in builtin().values():
        assert not re.search(f"[ˈˌ](?![{letters.VOWELS}])", entry.phonemes), entry.word


def test_every_built_in_entry_tells_its_language():
    assert not [entry.word for entry in builtin().values() if entry.language == "und"]


def test_every_built_in_entry_can_be_spoken_by_a_british_voice():
    for entry in builtin().values():
        assert set(to_british(entry.phonemes)) <= vocabulary().keys(), entry.word


def test_a_shows_entry_hides_the_built_in_one():
    assert Lexicon({"Nguyen": "nuh-GOO-yen"}).find("Nguyen") == "nəɡˈujɛn"
    assert Lexicon().find("Nguyen") == "wˈɪn"


@pytest.mark.parametrize(
    ("said", "phonemes"),
    [("zeh-LEN-skee", "zɛlˈɛnski"), ("/wˈɪn/", "wˈɪn"), ("SHEEN-bowm", "ʃˈinbWm"), ("lah PAHZ", "lˈɑ pˈɑz")],
)
def test_a_pronunciation_is_ipa_or_a_respelling(said, phonemes):
    assert parse("x", said) == phonemes


@pytest.mark.parametrize("said", ["/ʘ/", "né", "//", "", "a1"])
def test_a_pronunciation_with_an_unknown_symbol_is_refused_by_name(said):
    with pytest.raises(ValueError, match="'Orbán'"):
        Lexicon({"Orbán": said})


@pytest.mark.parametrize(
    ("name", "phonemes"),
    [("Ryan", "ɹˈIən"), ("Douglas", "dˈʌɡləs"), ("McMahon", "məkmˈAən"), ("Juan", "wˈɑn"), ("Koch", "kˈOk")],
)
def test_census_names_are_known_and_our_own_entries_come_first(name, phonemes):
    assert Lexicon().find(name) == phonemes


@pytest.mark.parametrize(
    ("name", "phonemes"),
    [("Kwaśniewski", "kfɑʃnjˈɛfski"), ("Nagorno-Karabakh", "nəɡˈɔɹnOkˌɑɹəbˈɑk"), ("Suu Kyi", "sˈu ʧˈi")],
)
def test_names_of_the_worlds_news_are_known(name, phonemes):
    assert Lexicon().find(name) == phonemes


def test_a_name_is_not_found_in_lower_case():
    assert Lexicon().find("Tusk")
    assert Lexicon().find("tusk") is None


@pytest.mark.parametrize(
    ("written", "entry"),
    [("Malmo", "Malmö"), ("Schaeuble", "Schäuble"), ("Erdős", "Erdős"), ("Álvarez", "Alvarez"), ("La Nina", "La Niña")],
)
def test_a_word_is_found_without_its_marks_and_with_others(written, entry):
    lexicon = Lexicon()
    assert lexicon.find_unmarked(written) == lexicon.find(entry) is not None


def test_a_shows_entry_is_found_without_its_marks_before_the_built_in_one():
    assert Lexicon({"Malmö": "/məlmˈO/"}).find_unmarked("Malmo") == "məlmˈO"


def test_a_name_without_its_marks_still_needs_its_capital():
    assert Lexicon().find_unmarked("malmo") is None


def test_british_drops_the_r_before_a_consonant():
    assert to_british("stˈɑɹməɹ") == "stˈɑːmə"


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_shows_entry_hides_the_projects_and_the_projects_hides_the_built_in_one(tmp_path):
    project = write(tmp_path / "words.tsv", "word\tsaid", "Nguyen\tNWIN", "Niroula\t/nɪɹˈWlə/", "Kherson\tKER-sun")
    lexicon = Lexicon({"Kherson": "her-SON"}, project=project)
    assert lexicon.find("Nguyen") == "nwˈɪn"
    assert lexicon.find("Niroula") == "nɪɹˈWlə"
    assert lexicon.find("Kherson") == "həɹsˈɑn"
    assert lexicon.find("Kyiv") == Lexicon().find("Kyiv")


def test_a_bad_line_of_the_project_is_named(tmp_path):
    project = write(tmp_path / "words.tsv", "word\tsaid", "Niroula\tni-ROW-la", "Orbán\t/ʘ/")
    with pytest.raises(ValueError, match=r"words\.tsv: line 3: .*'Orbán'"):
        Lexicon(project=project)


def test_a_projects_file_must_name_its_columns(tmp_path):
    with pytest.raises(ValueError, match="'word' and 'said'"):
        Lexicon(project=write(tmp_path / "words.tsv", "Niroula\tni-ROW-la"))


def test_blank_lines_of_a_projects_file_count_and_a_spreadsheets_mark_does_not(tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text("\ufeffword\tsaid\n\nNiroula\tni-ROW-la\n\nOrbán\t\n", "utf-8")
    with pytest.raises(ValueError, match="line 5: .*'Orbán'"):
        Lexicon(project=path)
    path.write_text("\ufeffword\tsaid\n\n Niroula \tni-ROW-la\n", "utf-8")
    assert Lexicon(project=path).find("Niroula") == "nɪɹˈWlə"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"word\tsaid\nOrb\xe1n\tOR-bahn\n", "utf-8"), (b"word\tsaid\n\tOR-bahn\n", "line 2: .*no word")],
)
def test_a_projects_file_that_cannot_be_used_is_named(tmp_path, content, reason):
    path = tmp_path / "words.tsv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"words\.tsv: .*{reason}"):
        Lexicon(project=path)
