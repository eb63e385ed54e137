"""The lists of names are what they say they are, and the figure over them counts rightly."""

import importlib.util
import json
from collections import Counter

import pytest

from synthesis.bench import __main__ as bench
from synthesis.bench import names
from synthesis.errors import SynthesisError
from synthesis.speech.symbols import vocabulary
from synthesis.text.likeness import distance, fold
from synthesis.text.tables import rows

KINDS = {"person", "place", "firm", "term"}
# 9.2 % of every third name of the tuning list when the rules were written: a rule that spoils others shows here.
LARGEST_TUNING_RATE = 0.1


@pytest.mark.parametrize("stem", ["names", "names_tuning"])
def test_a_list_is_long_of_many_languages_and_speakable(stem):
    listed = names.read(stem)
    assert len(listed) == len({name.name.casefold() for name in listed}) >= 320
    languages = Counter(name.language for name in listed)
    assert sum(count >= 8 for count in languages.values()) >= 20
    assert {name.kind for name in listed} == KINDS
    for name in listed:
        assert all(said and set(said) <= vocabulary().keys() for said in name.pronunciations), name.name
        assert name.source


def test_no_name_is_on_both_lists():
    held_out, tuning = ({n.name.casefold() for n in names.read(stem)} for stem in ("names", "names_tuning"))
    assert not held_out & tuning


def test_names_on_both_lists_are_refused(monkeypatch):
    monkeypatch.setattr(names, "read", lambda stem: [names.Name("Łódź", "place", "pl", ("wuʤ",), "x")])
    with pytest.raises(SynthesisError, match="łódź"):
        names.measure()


def test_no_held_out_name_teaches_the_guesser_its_language():
    held_out = {name.name.casefold() for name in names.read("names")}
    assert not held_out & {name.casefold() for row in rows("languages") for name in row["names"].split()}


def test_lists_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(names, "LISTS", tmp_path)
    with pytest.raises(SynthesisError, match=r"names\.tsv"):
        names.measure()


@pytest.mark.parametrize(
    ("said", "gold", "edits"),
    [
        ("kətˈɑɹ", "kətɑɹ", 0),
        ("wˈɔTəɹ", "wɑtəɹ", 0),  # the flap, and "cot" and "caught"
        ("nˈAʃᵊn", "nAʃən", 0),
        ("ɹˈOzᵻz", "ɹOzɪz", 0),
        ("ɹˈOzᵻz", "ɹOzəz", 0),
        ("pˈɪt", "pət", 1),  # a stressed ɪ is no schwa
        ("pˈɪt", "pɪt", 0),
        ("mˈæɹi", "mɛɹi", 0),
        ("tˈɛn", "ʤɛnz", 2),
        ("", "ten", 3),
    ],
)
def test_pronunciations_differ_by_what_a_listener_hears(said, gold, edits):
    assert distance(fold(said, has_stress=True), fold(gold, has_stress=False)) == edits


def test_the_nearest_pronunciation_counts():
    assert names.edits_of("ʒənˈivə", ("ʤənivə", "ʒənivə")) == (0, 6)


def test_the_tuning_list_is_said_as_well_as_when_the_rules_were_written():
    assert names.compare(names.read("names_tuning")[::3])["all"]["ours"] <= LARGEST_TUNING_RATE


def test_the_bench_prints_both_rates_and_their_ratio(capsys, monkeypatch):
    if importlib.util.find_spec("espeakng_loader") is None:
        pytest.skip("espeakng_loader is not installed")
    listed = {stem: names.read(stem)[:3] for stem in ("names", "names_tuning")}
    monkeypatch.setattr(names, "read", listed.get)
    assert bench.main(["names", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["all"]) == {"names", "ours", "misaki_espeak", "ratio"}
    assert (figures["held_out_names"], figures["tuning_names"], figures["names_on_both"]) == (3, 3, 0)


def test_without_the_peers_the_bench_says_so(capsys, monkeypatch):
    monkeypatch.setattr(names, "misaki_with_espeak", lambda: None)
    figures = names.compare(names.read("names_tuning")[:3])
    assert "peers" in figures["missing"] and set(figures["all"]) == {"names", "ours"}
