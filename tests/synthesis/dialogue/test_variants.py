"""What a line is held against differs from it in one fact, and says a thing that could be said."""

from __future__ import annotations

import pytest

from synthesis.dialogue.variants import MOST_OF_A_KIND, variants


def changed(text: str, *sources: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for variant in variants(text, sources):
        found.setdefault(variant.change, []).append(variant.text)
    return found


def test_two_figures_change_places_or_give_way_to_the_sources_others():
    source = "The vote was 11 to four, after a debate of five hours."
    assert changed("11 voted for it, and four against.", source)["number"] == [
        "Four voted for it, and 11 against.",
        "Five voted for it, and four against.",
        "11 voted for it, and five against.",
    ]
    assert changed("Seven for it, two against.")["number"] == ["Two for it, seven against."]


def test_names_are_those_of_the_sources():
    source = "In Vestby, Corran Steel has sued the town of Marrow Bay."
    found = changed("Corran Steel has sued Marrow Bay.", source)["name"]
    assert found[0] == "Marrow Bay has sued Corran Steel."
    assert "Vestby has sued Marrow Bay." in found
    assert "name" not in changed("The firm has sued a town.", source)


@pytest.mark.parametrize(
    ("text", "toggled"),
    [
        ("The dam is safe.", "The dam is not safe."),
        ("The dam is not safe.", "The dam is safe."),
        ("It isn't over.", "It is over."),
        ("They can't pay.", "They can pay."),
        ("It won't hold.", "It will hold."),
        ("The ministry did not comment.", "The ministry did comment."),
        ("The council approved the plan.", "The council did not approve the plan."),
        ("The council approves the plan.", "The council does not approve the plan."),
        ("No comment.", None),
    ],
)
def test_a_not_more_or_less(text, toggled):
    assert changed(text).get("negation", [None])[0] == toggled


def test_a_line_is_no_variant_of_itself_and_none_comes_twice():
    texts = [variant.text for variant in variants("Ten of 10 came to Saltham.", ["Ten men came to Saltham, 10 left."])]
    assert len(texts) == len(set(texts)) and "Ten of 10 came to Saltham." not in texts


def test_there_are_not_too_many():
    source = " ".join(f"{n} men of Town{n} came." for n in range(20, 60))
    found = changed("20 men of Town20 were here.", source)
    assert {change: len(texts) for change, texts in found.items()} == {
        "number": MOST_OF_A_KIND,
        "name": MOST_OF_A_KIND,
        "negation": 1,
    }
