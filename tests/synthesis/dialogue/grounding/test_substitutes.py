"""A word told for its opposite or for another of its kind is held; a synonym, and an opposite that is denied, pass."""

import pytest

from synthesis.dialogue.grounding import check

SOURCES = (
    "Two of the dead were brothers, aged six and nine, in the village of Upper Dehsir.",
    "A truck with blankets made it over the pass, hours ahead of the army.",
    "The river peaked 20cm below the top of the wall.",
    "The judge refused bail and sent the case to the crown court.",
    "Drivers will pay a dollar more than now to cross the bridge.",
    "Thirty sheep escaped from an overturned truck.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Two of the dead were sisters, aged six and nine.",
        "A truck with blankets made it over the pass, hours behind the army.",
        "The river peaked twenty centimetres above the top of the wall.",
        "The judge granted bail and sent the case to the crown court.",
        "Drivers will pay a dollar less than now to cross the bridge.",
        "Thirty goats escaped from an overturned truck.",
    ],
)
def test_a_word_put_for_its_opposite_or_for_another_kind_is_held(text):
    assert {finding.kind for finding in check(text, SOURCES)} & {"negation", "splice", "unit"}


@pytest.mark.parametrize(
    "text",
    [
        "Two of the dead were siblings, aged six and nine.",
        "The judge didn't grant bail and sent the case to the crown court.",
        "Thirty sheep got out of a lorry that had overturned.",
        "The army came hours behind a truck with blankets that made it over the pass.",
    ],
)
def test_the_same_in_other_words_passes(text):
    assert check(text, SOURCES) == []
