"""One story told with two voices."""

import dataclasses

import pytest

from synthesis.dialogue import segment
from synthesis.types import Citation, Turn


def test_a_finished_turn_is_judged_as_it_will_be_spoken(trawler, edition):
    prepared = segment.prepare(trawler, edition)
    fact = prepared.facts[0]
    cited = tuple(Citation(fact.sentence.article.id, index) for index in fact.cites)
    told = Turn("Ava", f"Now to the sea. {fact.text}", "fact", cited, story=trawler.id)
    assert segment.judged(told, prepared, edition).findings == ()
    false = dataclasses.replace(told, text=f"{told.text} It cost 77 million, said Quentin Vole.")
    assert {finding.kind for finding in segment.judged(false, prepared, edition).findings} == {"number", "name"}


@pytest.mark.parametrize(
    ("words", "is_open"),
    [
        ('Britain — which has millions of them, "has close ties".', True),
        ("Britain — which has millions of them — has close ties.", False),
        ("It came late — too late, she said.", False),
    ],
)
def test_an_aside_that_lost_its_second_dash_is_seen(words, is_open):
    assert bool(segment.OPEN_ASIDE.search(words)) is is_open
