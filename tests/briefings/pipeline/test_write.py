"""The write stage: rows to the writer and back, and an editor's changes to what it wrote."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import now

from briefings import engines
from briefings.errors import ModelUnavailable, NothingToSay, ScriptRejected, StageConflict
from briefings.models import Episode, Segment
from briefings.pipeline import stages, write
from synthesis.errors import CheckpointError, DialogueRejected
from synthesis.types import Finding
from tests.factories import make_article, make_episode, make_feed, make_script, make_show, make_story, make_user
from tests.fakes import FakeWriter

pytestmark = pytest.mark.django_db
Status = Episode.Status
WRITE = stages.BY_NAME["write"]


@pytest.fixture
def writer(monkeypatch):
    fake = FakeWriter()
    monkeypatch.setattr(engines, "writer", lambda: fake)
    return fake


def planned(*stories, show=None, **values):
    episode = make_episode(show, status=Status.GROUPED, **values)
    for order, story in enumerate(stories):
        Segment.objects.create(episode=episode, story=story, order=order, reason="fresh")
    Episode.objects.filter(pk=episode.pk).update(status=Status.PLANNED)
    return Episode.objects.get(pk=episode.pk)


def test_a_script_is_stored_with_what_each_turn_rests_on(writer):
    story = make_story()
    episode = stages.advance(planned(story).pk, WRITE)
    assert episode.status == Status.WRITTEN
    script = episode.script
    assert (script.writer, script.is_extractive) == ("fake writer", True)
    assert script.hosts == [{"name": "Ava", "voice": "af_heart"}, {"name": "Ben", "voice": "am_michael"}]
    fact = script.turns.get(kind="fact")
    assert fact.story == story
    assert fact.citations == [{"article": story.articles.get().pk, "sentence": 0}]
    assert fact.text == "The harbour council of Port Ellery voted on Tuesday to rebuild the old sea wall."
    assert [turn.order for turn in script.turns.all()] == [0, 1, 2, 3]


def test_the_writer_is_told_of_the_edition(writer):
    show = make_show(title="The Quiet Hour", minutes=3.5, timezone="Europe/Berlin")
    make_episode(show, Status.PUBLISHED, edition_date=dt.date(2025, 2, 1))
    episode = planned(make_story(), show=show, edition_date=dt.date(2025, 2, 2))
    stages.advance(episode.pk, WRITE)
    stories, hosts, edition = writer.asked[0]
    assert (edition.show, edition.date, edition.minutes) == ("The Quiet Hour", dt.date(2025, 2, 2), 3.5)
    assert edition.timezone == "Europe/Berlin"
    assert not edition.is_sample
    assert "What did Port Ellery decide?" in edition.recent_phrases
    assert not any("voted on Tuesday" in phrase for phrase in edition.recent_phrases)  # a fact may be told again
    assert [host.name for host in hosts] == ["Ava", "Ben"]


def test_the_writer_is_told_how_fast_the_hosts_spoke_and_what_they_are(writer):
    show = make_show(language="en-gb", format="briefing")
    host = show.hosts.first()
    type(host).objects.filter(pk=host.pk).update(role="anchor")
    earlier = make_episode(show, Status.PUBLISHED, edition_date=dt.date(2025, 2, 1))
    text = "The old wall was built by the masons of the town."
    cues = [{"start_s": 1.0, "end_s": 4.0, "host": host.name, "text": text, "turn": 0}]
    earlier.recordings.update(cues=cues)
    stages.advance(planned(make_story(), show=show, edition_date=dt.date(2025, 2, 2)).pk, WRITE)
    _, hosts, edition = writer.asked[0]
    assert (edition.language, edition.format, hosts[0].role) == ("en-gb", "briefing", "anchor")
    assert set(edition.speaking_rates) == {host.name}
    assert edition.speaking_rates[host.name] == pytest.approx(len(text) / 6 / 3 * 60, rel=0.1)


def test_invented_news_is_said_to_be_invented(writer):
    story = make_story([make_article(make_feed(is_sample=True))])
    stages.advance(planned(story).pk, WRITE)
    assert writer.asked[0][2].is_sample


def test_a_story_is_told_from_full_texts_of_the_show_s_own_feeds(writer):
    own, foreign = make_feed(outlet="Own"), make_feed(outlet="Foreign")
    show = make_show()
    show.feeds.add(own)
    summary = make_article(own, text="", published_at=now() - dt.timedelta(hours=9))
    full = make_article(own)
    other = make_article(foreign)
    german = make_article(own, language="de")
    stages.advance(planned(make_story([summary, full, other, german]), show=show).pk, WRITE)
    told = writer.asked[0][0][0]
    assert [article.id for article in told.articles] == [str(full.pk), str(summary.pk)]
    assert told.articles[0].outlet == "Own"
    assert dt.datetime.fromisoformat(told.articles[0].published) == full.published_at


def test_a_copy_is_not_told_beside_its_original(writer):
    original = make_article(make_feed(outlet="The Wire"))
    copy = make_article(make_feed(outlet="The Post"), copy_of=original)
    stages.advance(planned(make_story([original, copy])).pk, WRITE)
    assert [article.outlet for article in writer.asked[0][0][0].articles] == ["The Wire"]


def test_the_writer_learns_what_a_story_deals_with_and_what_was_told_of_it(writer):
    show, story = make_show(), make_story(severity=["court", "death"])
    article = story.articles.get()
    rows = ((30, Status.REJECTED, [4]), (31, Status.PUBLISHED, [1, 0]), (32, Status.WRITTEN, [0, 3]))
    for day, status, places in rows:
        earlier = planned(story, show=show, edition_date=dt.date(2025, 1, 1) + dt.timedelta(days=day - 1))
        script = make_script(earlier)
        script.turns.filter(kind="fact").update(citations=[{"article": article.pk, "sentence": n} for n in places])
        Episode.objects.filter(pk=earlier.pk).update(status=status, published_at=now())
    stages.advance(planned(story, show=show, edition_date=dt.date(2025, 2, 2)).pk, WRITE)
    told = writer.asked[0][0][0]
    assert (told.severity, told.told_on) == ({"court", "death"}, dt.date(2025, 2, 1))
    assert told.told == tuple(article.text.split("\n")[n] for n in (1, 0, 3))


def test_a_story_that_was_never_told_or_long_ago_is_new_to_the_writer(writer):
    show, story = make_show(), make_story()
    old = planned(story, show=show, edition_date=dt.date(2025, 2, 1))
    make_script(old)
    Episode.objects.filter(pk=old.pk).update(status=Status.PUBLISHED, published_at=now())
    stages.advance(planned(story, show=show, edition_date=dt.date(2025, 2, 16)).pk, WRITE)
    assert (writer.asked[0][0][0].told_on, writer.asked[0][0][0].told) == (None, ())


def test_a_story_that_came_under_embargo_after_it_was_planned_is_left_out(writer):
    held, free = make_story(), make_story()
    episode = planned(held, free)
    type(held).objects.filter(pk=held.pk).update(embargo_until=now() + dt.timedelta(hours=1))
    stages.advance(episode.pk, WRITE)
    assert [story.id for story in writer.asked[0][0]] == [str(free.pk)]
    assert "under embargo until" in episode.segments.get(story=held).reason


def test_an_edit_that_names_a_minor_in_a_case_is_red(writer):
    text = "A pupil, Kieran Follett, 15, appeared before a youth court on Tuesday, charged with manslaughter."
    story = make_story([make_article(title="Boy in court", text=text)], severity=["court", "minors"])
    turn = stages.advance(planned(story).pk, WRITE).script.turns.get(kind="fact")
    kinds = {finding["kind"] for finding in write.check(turn, "Kieran Follett appeared before a youth court.")}
    assert kinds == {"protected name"}
    assert write.check(turn, "A pupil appeared before a youth court.") == []


def test_a_story_that_is_not_told_is_marked_with_the_reason(writer):
    kept, dropped = make_story(), make_story([make_article(title="A second thing")])
    writer.unwanted = {str(dropped.pk)}
    episode = stages.advance(planned(dropped, kept).pk, WRITE)
    segment = episode.segments.get(story=dropped)
    assert (segment.order, segment.reason) == (None, "It is unwanted.")
    assert episode.segments.get(story=kept).order == 1
    assert episode.title == kept.title
    assert episode.runs.get().measurements["left_out"] == 1


def test_an_episode_is_not_titled_by_a_headline_that_no_host_may_say(writer):
    hostile = make_story([make_article(title="Go to cheap-pills.example now")])
    kept = make_story([make_article(title="Sea wall to be rebuilt")])
    assert stages.advance(planned(hostile, kept).pk, WRITE).title == "Sea wall to be rebuilt"


def test_a_short_script_is_noted(writer):
    episode = stages.advance(planned(make_story()).pk, WRITE)
    measured = episode.runs.get().measurements
    assert measured["is_short"]
    assert measured["minutes"] < measured["minutes_asked"] == 5.0


def test_writing_again_replaces_the_turns_and_needs_a_new_approval(writer):
    episode = planned(make_story())
    episode = stages.advance(episode.pk, WRITE)
    script = episode.script
    script.approved_at, script.approved_sha256 = now(), script.sha256
    script.save()
    Episode.objects.filter(pk=episode.pk).update(status=Status.PLANNED)
    episode = stages.advance(episode.pk, WRITE)
    assert episode.script.pk == script.pk
    assert episode.script.turns.count() == 4
    script.refresh_from_db()
    assert (script.approved_at, script.approved_sha256) == (None, "")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CheckpointError("the model embedded is not installed"), ModelUnavailable),
        (DialogueRejected("it repeats itself", 3), ScriptRejected),
    ],
)
def test_what_the_writer_refuses_is_told_to_the_editor(writer, error, expected):
    writer.error = error
    episode = planned(make_story())
    with pytest.raises(expected) as raised:
        stages.advance(episode.pk, WRITE)
    assert raised.value.__cause__ is error
    assert not hasattr(Episode.objects.get(pk=episode.pk), "script")


def test_a_rundown_without_a_text_is_nothing_to_say(writer):
    with pytest.raises(NothingToSay):
        stages.advance(planned(make_story([make_article(text="", summary="")])).pk, WRITE)


def test_a_missing_model_names_what_to_install(settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    engines._writer.cache_clear()
    try:
        with pytest.raises(ModelUnavailable) as raised:
            engines.writer()
    finally:
        engines._writer.cache_clear()
    assert "python manage.py models install embedded" in raised.value.editor_message
    assert raised.value.retry


def written(status=Status.WRITTEN):
    episode = make_episode(status=status)
    return episode, episode.script.turns.get(kind="fact"), make_user()


def test_an_edit_that_the_sources_bear_out_is_green():
    _, turn, user = written()
    before = turn.text
    write.edit_turn(
        turn, "Port Ellery's  harbour council voted on Tuesday\nto rebuild its sea wall.", by=user, version=1
    )
    assert turn.text == "Port Ellery's harbour council voted on Tuesday to rebuild its sea wall."
    assert turn.findings == []
    assert (turn.version, turn.edited_by, turn.original_text) == (2, user, before)
    assert turn.edited_at is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The council voted 9 to 4 to rebuild the sea wall.", "number"),
        ("The council and Greta Holm voted to rebuild the sea wall.", "name"),
        ('The council said "we will rebuild it stone by stone".', "quotation"),
    ],
)
def test_an_edit_that_says_more_than_its_sources_is_red(text, kind):
    _, turn, user = written()
    write.edit_turn(turn, text, by=user, version=1)
    assert {finding["kind"] for finding in turn.findings} == {kind}


def test_a_turn_without_citations_may_name_the_show_and_its_stories():
    episode, _, user = written()
    opening = episode.script.turns.get(kind="opening")
    text = f"This is {episode.show.title} with Ava and Ben, and a vote in Port Ellery."
    write.edit_turn(opening, text, by=user, version=1)
    assert opening.findings == []


def test_a_stale_edit_is_refused():
    episode, turn, user = written()
    write.edit_turn(turn, "The council voted to rebuild the sea wall.", by=user, version=1)
    with pytest.raises(StageConflict):
        write.edit_turn(turn, "The council voted.", by=user, version=1)
    turn.refresh_from_db()
    assert turn.text == "The council voted to rebuild the sea wall."


@pytest.mark.parametrize("status", [Status.APPROVED, Status.VOICED])
def test_an_edit_withdraws_the_approval(status):
    episode, turn, user = written(status)
    script = episode.script
    script.approved_by, script.approved_at, script.approved_sha256 = user, now(), script.sha256
    script.save()
    write.edit_turn(turn, "The council voted to rebuild the sea wall.", by=user, version=1)
    episode.refresh_from_db()
    script.refresh_from_db()
    assert episode.status == Status.WRITTEN
    assert (script.approved_by, script.approved_at, script.approved_sha256) == (None, None, "")


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.REJECTED])
def test_a_script_that_is_done_with_is_not_edited(status):
    _, turn, user = written(status)
    with pytest.raises(StageConflict):
        write.edit_turn(turn, "The council voted.", by=user, version=1)
    turn.refresh_from_db()
    assert turn.version == 1


def test_a_script_that_is_being_voiced_is_not_edited():
    episode, turn, user = written(Status.APPROVED)
    stages.claim(episode.pk, stages.BY_NAME["voice"])
    with pytest.raises(StageConflict, match="voice"):
        write.edit_turn(turn, "The council voted.", by=user, version=1)


def test_a_turn_without_words_is_refused():
    _, turn, user = written()
    with pytest.raises(ScriptRejected):
        write.edit_turn(turn, " \n ", by=user, version=1)


def test_the_writer_s_findings_are_kept(writer):
    writer.findings = (Finding("number", "12", "No cited sentence says 12."),)
    episode = stages.advance(planned(make_story()).pk, WRITE)
    assert episode.script.is_red
    assert episode.runs.get().measurements["red_turns"] == 1


def test_an_address_in_an_edit_is_red_unless_the_show_allows_it():
    show = make_show(allowed_addresses="tandem.example\n")
    turn = make_episode(show, Status.WRITTEN).script.turns.get(kind="closing")
    found = write.check(turn, "That is all. It is at tandem dot example, and not at evil dot com.")
    assert [(finding["kind"], finding["span"]) for finding in found] == [("address", "evil dot com")]


def test_the_writer_is_told_what_the_show_allows_and_who_its_hosts_are(writer):
    show = make_show(allowed_addresses=" tandem.example \n\n@tandem")
    show.hosts.filter(name="Ben").update(role="economics correspondent", persona="Dry.")
    stages.advance(planned(make_story(), show=show).pk, WRITE)
    _, hosts, edition = writer.asked[0]
    assert edition.allowed_addresses == ("tandem.example", "@tandem")
    assert (hosts[1].role, hosts[1].persona) == ("economics correspondent", "Dry.")
