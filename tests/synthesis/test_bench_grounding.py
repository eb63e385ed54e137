"""The bars of the grounding check on the set that it was tuned on, and the bench that prints its figures."""

import csv
import json

import pytest

from synthesis.bench import BadOption, grounding

FIRST = 485


@pytest.fixture(scope="module")
def figures():
    return grounding.measure(rows=grounding.SETS["tuning"])["tuning"]


@pytest.fixture(scope="module")
def first():
    """The figures of the first 485 turns, closer to their sources than those that were written after them."""
    return grounding.measure_set(grounding.read(grounding.SETS["tuning"])[:FIRST])


def test_false_turns_are_caught_and_true_ones_pass(figures):
    assert figures["recall_of_all"] >= 0.82
    assert figures["false_alarms"] <= 0.035
    assert figures["kind_agrees"] >= 0.8 and figures["place_agrees"] >= 0.7


def test_the_turns_that_came_first_are_held_to_their_own_bars(first):
    assert first["recall_of_all"] >= 0.88
    assert first["false_alarms"] <= 0.05


@pytest.mark.parametrize("kind", ["number", "date", "name", "quote", "superlative", "forecast"])
def test_most_kinds_are_caught_nine_times_in_ten(figures, kind):
    assert figures["recall"][kind] >= 0.9


@pytest.mark.parametrize("kind", ["role", "negation", "unit", "causal", "attribution", "modality"])
def test_three_in_four_of_the_others_are_caught(figures, kind):
    assert figures["recall"][kind] >= 0.74


def test_what_is_missed_is_told_by_its_id(figures):
    assert len(figures["missed"]) == round((1 - figures["recall_of_all"]) * figures["false_turns"])


def test_a_set_that_is_not_there_is_one_clear_error(tmp_path):
    with pytest.raises(BadOption, match="none.jsonl is not there"):
        grounding.measure(rows=tmp_path / "none.jsonl")
    (tmp_path / "odd.jsonl").write_text('{"story": "no-such-story"}\n', "utf-8")
    with pytest.raises(BadOption, match="odd.jsonl, line 1"):
        grounding.measure(rows=tmp_path / "odd.jsonl")


def test_cliff_is_read_from_the_folder_that_is_named_its_validation_half_alone(tmp_path):
    rows = [
        ("val", "Mr Rudd sold 12 owls in Saltham.", "correct", ""),
        ("val", "Mr Rudd sold 14 owls in Greyhaven.", ["extrinsic-NP"], ["14 owls", "Greyhaven"]),
        ("test", "Mr Rudd sold 99 owls.", ["extrinsic-NP"], ["99 owls"]),
    ]
    with (tmp_path / grounding.CLIFF_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["doc", "cut", "summ", "error_type", "annotated_span"])
        writer.writeheader()
        for cut, summary, errors, spans in rows:
            writer.writerow(
                {"doc": "Mr Rudd sold 12 owls in Saltham, he said.", "cut": cut, "summ": summary}
                | {"error_type": str(errors), "annotated_span": str(spans)}
            )
    (tmp_path / "set.jsonl").write_text("", "utf-8")
    found = grounding.measure(rows=tmp_path / "set.jsonl", cliff=tmp_path)["cliff_validation"]
    assert found["summaries"] == 2 and found["wrong_caught"] == 1 and found["false_alarms"] == 0
    assert (found["digit_spans"], found["digit_spans_caught"]) == (1, 1)
    assert (found["extrinsic_names"], found["extrinsic_names_caught"]) == (1, 1)
    with pytest.raises(BadOption, match=grounding.CLIFF_FILE):
        grounding.measure(rows=tmp_path / "set.jsonl", cliff=tmp_path / "empty")


def test_the_figures_are_json(figures):
    assert json.loads(json.dumps(figures)) == figures
