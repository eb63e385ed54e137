"""What a sentence of an article becomes when it is spoken."""

import pytest

from synthesis.dialogue.facts import facts_of
from synthesis.dialogue.reading import read
from synthesis.types import Article

NEWS = "The town of Lunn closed its old harbour bridge to lorries on Sunday."


@pytest.fixture
def second(edition):
    """What is said of the second sentence of an article, or ""."""

    def _second(sentence):
        text = f"{NEWS}\n{sentence}"
        facts = facts_of(read(Article("a", "Wire", "https://news.example", "2026-11-23T04:00:00+00:00", text)), edition)
        return next((fact.text for fact in facts if fact.key[1] == 1), "")

    return _second


def test_a_quotation_ends_before_an_ellipsis(second):
    said = second('"The bridge is older than the harbour … and nobody knows why," said the mayor, Ina Brook.')
    assert "The bridge is older than the harbour" in said and "…" not in said and "nobody" not in said


def test_words_on_both_sides_of_an_ellipsis_are_not_said_as_one_quotation(second):
    assert second('The mayor, Ina Brook, told the council that "other towns ... ought to pay for it as well".') == ""
