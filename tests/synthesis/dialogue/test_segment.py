"""One story told with two voices."""

import dataclasses

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
