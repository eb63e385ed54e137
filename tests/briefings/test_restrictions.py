"""Do-not-say and do-not-cover entries: who they hold for, until when, and what they do to stories and scripts."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils.timezone import now

from briefings import engines, restrictions
from briefings.models import Episode, Restriction, Turn
from briefings.pipeline import plan, stages, write
from briefings.restrictions import Uncovered
from tests.factories import TEXT, make_article, make_episode, make_restriction, make_show, make_story, make_user
from tests.fakes import FakeWriter

pytestmark = pytest.mark.django_db
Status, Rule = Episode.Status, Restriction.Rule
MORNING = dt.datetime(2025, 3, 1, 6, 0, tzinfo=dt.UTC)


def kinds(turn: Turn) -> list[str]:
    turn.refresh_from_db()
    return [finding["kind"] for finding in turn.findings]


def test_an_entry_holds_for_its_show_or_for_all_and_until_it_expires():
    show, other = make_show(), make_show()
    make_restriction(phrase="everywhere")
    make_restriction(phrase="here", show=show)
    make_restriction(phrase="elsewhere", show=other)
    make_restriction(phrase="until noon", show=show, expires_at=MORNING.replace(hour=12))
    make_restriction(phrase="a matter", rule=Rule.COVER)
    assert restrictions.never_say(show, MORNING) == ("everywhere", "here", "until noon")
    assert restrictions.never_say(show, MORNING.replace(hour=12)) == ("everywhere", "here")


@pytest.mark.parametrize(
    ("phrase", "is_out"),
    [
        ("sea wall", True),  # in the title
        ("council voted", True),  # in the lead
        ("Mara Lindqvist", True),  # a name, in the third sentence
        ("NHS", True),  # a name, in the last
        ("building starts", False),  # no name, and not what the story is about
        ("Council of Europe", False),
    ],
)
def test_a_story_is_left_out_by_its_title_lead_and_names(phrase, is_out):
    make_restriction(phrase=phrase, rule=Rule.COVER, reason="a court order")
    article = make_article(text=f"{TEXT}\nThe NHS did not comment.")
    reason = Uncovered.by(make_show(), now()).why_out(make_story([article]), [article])
    assert reason == (f"“{phrase}” is not to be covered: a court order" if is_out else "")


def test_the_rundown_says_why_a_story_is_not_covered_even_a_pinned_one():
    show = make_show()
    article = make_article(text=TEXT * 3, published_at=MORNING - dt.timedelta(hours=1))
    show.feeds.add(article.feed)
    make_story([article], is_pinned=True)
    entry = make_restriction(phrase="Mara Lindqvist", rule=Rule.COVER, expires_at=MORNING + dt.timedelta(minutes=1))
    episode = make_episode(show, Status.GROUPED, edition_date=MORNING.date())
    (candidate,) = plan.weigh(episode, MORNING)
    assert candidate.out == "“Mara Lindqvist” is not to be covered"
    (candidate,) = plan.weigh(episode, entry.expires_at)
    assert candidate.out == ""


@pytest.fixture
def writer(monkeypatch):
    fake = FakeWriter()
    monkeypatch.setattr(engines, "writer", lambda: fake)
    return fake


def test_the_writer_is_told_what_not_to_say_and_what_it_says_all_the_same_is_red(writer):
    make_restriction(phrase="harbour council")
    episode = make_episode(status=Status.PLANNED)
    stages.advance(episode.pk, stages.BY_NAME["write"])
    assert writer.asked[0][2].never_say == ("harbour council",)
    assert kinds(Turn.objects.get(kind="fact")) == ["restricted"]


def test_a_story_that_became_uncoverable_after_the_plan_is_not_written(writer):
    episode = make_episode(status=Status.PLANNED)
    episode.segments.create(story=make_story([make_article(title="Owls", text="Owls fly by night.")]), order=1)
    make_restriction(phrase="Port Ellery", rule=Rule.COVER, reason="too near")
    stages.advance(episode.pk, stages.BY_NAME["write"])
    assert [story.title for story in writer.asked[0][0]] == ["Owls"]
    (left,) = episode.segments.filter(order=None)
    assert left.reason == "“Port Ellery” is not to be covered: too near"


def test_an_entry_marks_what_was_written_before_it_and_frees_it_when_it_expires():
    script = make_episode(status=Status.WRITTEN).script
    fact, question = script.turns.get(kind="fact"), script.turns.get(kind="question")
    number = {"kind": "number", "span": "7", "reason": "No."}
    Turn.objects.filter(pk=fact.pk).update(findings=[number])
    with time_machine.travel(MORNING, tick=False) as clock:
        make_restriction(phrase="Harbour Council", expires_at=MORNING + dt.timedelta(hours=1))
        make_restriction(phrase="Port Ellery", rule=Rule.COVER, expires_at=MORNING + dt.timedelta(hours=1))
        restrictions.renew(script)
        assert (kinds(fact), kinds(question)) == (["number", "restricted"], ["restricted"])
        clock.shift(3600)
        restrictions.renew(script)
    assert (kinds(fact), kinds(question)) == (["number"], [])


def test_new_words_of_an_editor_are_held_against_the_entries():
    turn = make_episode(status=Status.WRITTEN).script.turns.get(kind="fact")
    make_restriction(phrase="sea wall")
    write.edit_turn(turn, "The council voted on Tuesday to rebuild the sea\u200b walls.", by=make_user(), version=1)
    assert kinds(turn) == ["restricted"]
    write.edit_turn(turn, "The council voted on Tuesday.", by=make_user("other"), version=2)
    assert kinds(turn) == []


def test_a_minor_is_named_where_the_sources_do_and_an_editor_allows_it():
    text = "Kieran Follett, 15, denied manslaughter at Port Ellery crown court on Tuesday. He was charged in May."
    script = make_episode(status=Status.WRITTEN).script
    turn = script.turns.get(kind="fact")
    turn.story.articles.update(text=text)
    turn.story.severity = ["minors", "court"]
    turn.story.save()
    write.edit_turn(turn, "Kieran Follett denied manslaughter.", by=make_user(), version=1)
    assert "protected name" in kinds(turn)
    with time_machine.travel(MORNING, tick=False) as clock:
        make_restriction(phrase="kieran follett", rule=Rule.NAME, expires_at=MORNING + dt.timedelta(hours=1))
        restrictions.renew(script)
        assert "protected name" not in kinds(turn)
        clock.shift(3600)
        restrictions.renew(script)
        assert "protected name" in kinds(turn)


def test_the_writer_is_told_who_may_be_named(writer):
    make_restriction(phrase="Kieran Follett", rule=Rule.NAME)
    stages.advance(make_episode(status=Status.PLANNED).pk, stages.BY_NAME["write"])
    edition = writer.asked[0][2]
    assert (edition.may_name, edition.never_say) == (("Kieran Follett",), ())
