"""Somebody told in another's place is held where the rest is told nearly word for word, and only there."""

import pytest

from synthesis.dialogue.grounding import check

SOURCES = ("A spokesman for the watchdog welcomed the decision on the refunds.", "The operators said nothing.")


def test_somebody_in_the_place_of_another_is_held():
    found = check("A spokesman for the operators welcomed the decision on the refunds.", SOURCES)
    assert found and {finding.kind for finding in found} <= {"splice", "attribution"}


@pytest.mark.parametrize(
    "text",
    [
        "A spokesman for the watchdog was glad of the decision on the refunds.",
        "The watchdog's spokesman welcomed the choice that was made on refunds.",
    ],
)
def test_who_it_was_passes_in_other_words(text):
    assert check(text, SOURCES) == []
