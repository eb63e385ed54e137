"""The embedded model knows, mostly, which question a sentence of the news answers, and what a source does not say."""

from __future__ import annotations

import pytest

from synthesis.bench.judging_cases import PAIRS
from synthesis.dialogue.verifier import Verifier
from synthesis.errors import CheckpointError
from synthesis.language.ranker import Ranker

pytestmark = pytest.mark.writer
CASES = {
    "Was anyone hurt?": "Eleven firefighters were treated for smoke inhalation, and two remain in hospital.",
    "How much will it cost?": "The new line will cost 310 million euros, most of it paid by the state.",
    "What caused it?": "A cracked pipe let the gas escape, according to the first report.",
    "Is there any criticism?": "Critics argue that the plan favours large farms over small ones.",
    "When can people buy tickets?": "Tickets go on sale on Monday at nine in the morning.",
    "How close did it get?": "The probe flew past the moon at a height of only 1,000 kilometres.",
}
QUESTIONS = list(CASES)


@pytest.fixture(scope="module")
def ranker(embedded) -> Ranker:
    return Ranker(embedded)


def test_the_right_question_is_first_of_six_in_most_cases(ranker):
    pairs = [(answer, question) for answer in CASES.values() for question in QUESTIONS]
    scores = ranker.prefer_many(pairs)
    rows = [scores[start : start + len(QUESTIONS)] for start in range(0, len(scores), len(QUESTIONS))]
    right = sum(max(range(len(row)), key=row.__getitem__) == number for number, row in enumerate(rows))
    assert right >= 5


def test_a_pair_scores_the_same_alone_and_in_any_batch(ranker):
    answer = CASES["What caused it?"]
    together = ranker.prefer(answer, QUESTIONS[:3])
    assert together == pytest.approx([ranker.prefer(answer, [q])[0] for q in QUESTIONS[:3]], abs=1e-3)


def test_of_two_lines_the_one_that_the_source_supports_is_likelier(ranker):
    """Two of each kind; of all 24 it is right about 23."""
    pairs = [pair for place, pair in enumerate(PAIRS) if place % 6 in (1, 3)]
    scores = ranker.support([(line, pair.source) for pair in pairs for line in (pair.right, pair.wrong)])
    assert sum(right > wrong for right, wrong in zip(scores[::2], scores[1::2], strict=True)) >= 7


def test_exchanged_figures_and_a_lost_not_are_doubted_and_the_right_lines_are_not(ranker):
    pairs = [PAIRS[9], PAIRS[20]]  # dead and injured exchanged; out of danger
    lines = [(line, [pair.source]) for pair in pairs for line in (pair.right, pair.wrong)]
    right_of_numbers, wrong_of_numbers, right_of_danger, wrong_of_danger = Verifier(ranker).doubts_of_all(lines)
    assert not right_of_numbers and not right_of_danger
    assert wrong_of_numbers[0].change == "number" and wrong_of_numbers[0].variant == pairs[0].right
    assert wrong_of_danger[0].change == "negation" and wrong_of_danger[0].variant == pairs[1].right


def test_nothing_to_rank_is_no_work(ranker):
    assert ranker.prefer("A sentence.", []) == []


def test_a_model_that_is_not_installed_is_named(tmp_path):
    with pytest.raises(CheckpointError, match="embedded"):
        Ranker.load(tmp_path)
