"""What must not be told without its other half."""

import pytest

from synthesis.dialogue.companions import company, travelling
from synthesis.dialogue.facts import facts_of
from synthesis.dialogue.reading import read
from synthesis.types import Article


@pytest.fixture
def told(edition):
    """The facts of an article as they may be told."""

    def _told(*lines):
        reading = read(Article("a", "Wire", "https://news.example", "2026-11-23T04:00:00+00:00", "\n".join(lines)))
        return travelling([reading], facts_of(reading, edition))

    return _told


NEWS = "The town of Lunn closed its old harbour bridge to lorries on Sunday."


def texts(facts):
    return " ".join(fact.text for fact in facts)


def test_a_reply_is_bound_to_what_it_answers(told):
    facts = told(
        NEWS,
        "Carriers say that the detour costs them 40,000 crowns.",
        "The mayor insisted that nobody would lose money.",
    )
    assert facts[-1].needs_previous


def test_a_reply_to_the_news_itself_stands_behind_the_news(told):
    facts = told(NEWS, "Rain fell on the valley.", "The carriers' union rejected the plan to close the harbour bridge.")
    assert not facts[-1].needs_previous


def test_a_claim_travels_with_what_takes_it_back(told):
    facts = told(NEWS, "The mayor said that 900 lorries cross it daily.", "The figure could not be verified.")
    joined = facts[1]
    assert "900 lorries" in joined.text and "could not be verified" in joined.text and set(joined.cites) == {1, 2}


def test_a_claim_whose_limit_cannot_be_told_is_not_told(told):
    limit = "But the council, I hear, has never counted them."
    assert "900" not in texts(told(NEWS, "The mayor said that 900 lorries cross it daily.", limit))


def test_who_has_spoken_is_not_called_silent(told):
    silent = "Halm Carriers did not respond to a request for comment."
    assert silent in texts(told(NEWS, "Rain fell on the valley.", silent))
    assert silent not in texts(told(NEWS, '"We are sorry," Halm Carriers said in a statement.', silent))


def test_nobody_is_called_divided(told):
    assert "divided" not in texts(told(NEWS, "Parents are divided.", "One group said that it welcomed the plan."))


@pytest.mark.parametrize(
    ("news", "beside"),
    [
        ("A study of 400 sheep has found that they know faces.", "The team warned that the group was small."),
        ("A court in Lunn fined the mill 20,000 crowns on Sunday.", "The mill said that it was sorry."),
        ("Three people are missing after a ferry sank off Lunn.", "The search will go on until dark."),
    ],
)
def test_a_story_wants_the_other_half(told, news, beside):
    lead, other, fact = told(news, "The sky over the bay was clear all day.", beside)
    assert company(fact, lead) > 0 and company(other, lead) == 0


def test_the_dead_are_counted_on_somebodys_word(told):
    bare, owned = (
        "The shells killed 14 people in the old town.",
        "The city council said 14 people were killed by shells.",
    )
    assert bare in texts(told(NEWS, bare))
    both = texts(told(NEWS, bare, owned))
    assert bare not in both and owned in both
