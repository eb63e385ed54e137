from __future__ import annotations

import datetime as dt

import pytest
from django.utils.timezone import now

from briefings import schedule
from briefings.models import Episode, Show
from tests.factories import make_feed, make_show

pytestmark = pytest.mark.django_db

UTC = dt.UTC


def make_old_show(**values) -> Show:
    """A show that was made long before the days of these tests."""
    show = make_show(**values)
    Show.objects.filter(pk=show.pk).update(created_at=dt.datetime(2020, 1, 1, tzinfo=UTC))
    return Show.objects.get(pk=show.pk)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_edition_opens_at_the_shows_local_hour():
    show = make_old_show(timezone="Asia/Kathmandu", publish_time=dt.time(6, 30))  # UTC+05:45
    assert schedule.open_due(at("2025-03-03T00:44:59")) == []
    (episode,) = schedule.open_due(at("2025-03-03T00:45:00"))
    assert (episode.show, episode.edition_date, episode.number, episode.is_late) == (
        show,
        dt.date(2025, 3, 3),
        1,
        False,
    )


def test_it_opens_once_however_often_the_tick_comes():
    make_old_show(timezone="UTC", publish_time=dt.time(6))
    opened = [episode for minute in range(60) for episode in schedule.open_due(at(f"2025-03-03T06:{minute:02}:30"))]
    assert len(opened) == 1


def test_the_edition_belongs_to_the_local_date():
    make_old_show(timezone="Pacific/Auckland", publish_time=dt.time(5))
    (episode,) = schedule.open_due(at("2025-03-02T16:00:00"))
    assert episode.edition_date == dt.date(2025, 3, 3)


def test_only_the_shows_weekdays_open():
    make_old_show(timezone="UTC", publish_time=dt.time(6), weekdays=[0, 4])
    days = [day for day in range(3, 17) if schedule.open_due(at(f"2025-03-{day:02}T06:00:00"))]
    assert days == [3, 7, 10, 14]


@pytest.mark.parametrize(
    ("moment", "late"),
    [("06:30", False), ("06:31", True), ("17:59", True), ("18:01", None)],
    ids=["in time", "late", "very late", "too late"],
)
def test_a_late_edition_is_marked_and_a_far_too_late_one_is_not_opened(moment, late):
    make_old_show(timezone="UTC", publish_time=dt.time(6))
    opened = schedule.open_due(at(f"2025-03-03T{moment}:00"))
    assert [episode.is_late for episode in opened] == ([] if late is None else [late])


def test_an_edition_of_the_last_minute_survives_a_tick_after_midnight():
    make_old_show(timezone="UTC", publish_time=dt.time(23, 59), weekdays=[0])  # 3 March 2025 is a Monday
    assert schedule.open_due(at("2025-03-04T00:40:00")) == []
    (episode,) = schedule.open_due(at("2025-03-04T00:02:00"))
    assert (episode.edition_date, episode.is_late) == (dt.date(2025, 3, 3), False)


def test_one_show_in_trouble_does_not_keep_the_others_from_opening():
    broken = make_old_show(title="A", timezone="UTC", publish_time=dt.time(6))
    Show.objects.filter(pk=broken.pk).update(timezone="Mars/Olympus")
    make_old_show(title="B", timezone="UTC", publish_time=dt.time(6))
    assert [episode.show.title for episode in schedule.open_due(at("2025-03-03T06:00:00"))] == ["B"]


def test_after_days_of_downtime_only_todays_edition_opens():
    make_old_show(timezone="UTC", publish_time=dt.time(6))
    schedule.open_due(at("2025-03-03T06:00:00"))
    opened = schedule.open_due(at("2025-03-08T07:00:00"))
    assert [episode.edition_date for episode in opened] == [dt.date(2025, 3, 8)]
    assert Episode.objects.count() == 2


def test_a_show_made_after_its_hour_waits_for_the_next_day():
    show = make_show(timezone="UTC", publish_time=dt.time(6))
    Show.objects.filter(pk=show.pk).update(created_at=at("2025-03-03T09:00:00"))
    assert schedule.open_due(at("2025-03-03T10:00:00")) == []
    assert len(schedule.open_due(at("2025-03-04T06:00:00"))) == 1


def test_a_paused_show_opens_nothing():
    make_old_show(timezone="UTC", publish_time=dt.time(6), is_active=False)
    assert schedule.open_due(at("2025-03-03T06:00:00")) == []


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"]
)
@pytest.mark.parametrize("hour", [dt.time(0, 15), dt.time(1, 30), dt.time(2, 30), dt.time(6)], ids=str)
def test_every_local_date_of_a_year_has_one_opening_whatever_the_clocks_do(zone, hour):
    show = make_old_show(timezone=zone, publish_time=hour)
    moment, end = at("2025-01-01T00:00:00"), at("2026-01-01T00:00:00")
    dates = []
    while (following := schedule.next_opening(show, moment)) and following < end:
        assert following > moment
        dates.append(following.astimezone(show.zone).date())
        moment = following
    assert dates == sorted(set(dates))
    assert len(dates) in (364, 365)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe"])
def test_a_walk_over_the_days_when_clocks_change_opens_each_date_once(zone):
    show = make_old_show(timezone=zone, publish_time=dt.time(1, 30))
    for start in ("2025-03-08", "2025-03-29", "2025-04-05", "2025-10-04", "2025-10-25", "2025-11-01"):
        before = schedule.opening(show, dt.date.fromisoformat(start)) - dt.timedelta(hours=1)
        for half_hour in range(2 * 48):
            schedule.open_due(before + dt.timedelta(minutes=30 * half_hour))
    dates = list(show.episodes.values_list("edition_date", flat=True))
    assert len(dates) == len(set(dates)) >= 12
    assert not show.episodes.filter(is_late=True).exists()


def test_the_hour_that_clocks_skip_opens_later_by_the_gap():
    show = make_old_show(timezone="Europe/London", publish_time=dt.time(1, 30))
    assert schedule.opening(show, dt.date(2025, 3, 30)) == at("2025-03-30T01:30:00")  # 02:30 summer time


def test_of_the_hour_that_comes_twice_the_first_counts():
    show = make_old_show(timezone="Europe/London", publish_time=dt.time(1, 30))
    assert schedule.opening(show, dt.date(2025, 10, 26)) == at("2025-10-26T00:30:00")


def test_a_show_without_weekdays_has_no_next_opening():
    assert schedule.next_opening(make_show(weekdays=[]), now()) is None


def test_an_edition_asked_for_twice_is_the_same_and_numbers_go_up():
    show = make_show()
    first = schedule.open_edition(show, dt.date(2025, 3, 3))
    assert schedule.open_edition(show, dt.date(2025, 3, 3)) == first
    assert schedule.open_edition(show, dt.date(2025, 3, 4)).number == first.number + 1


def test_feeds_whose_time_has_come_are_due():
    moment = now()
    due = make_feed(next_check_at=moment - dt.timedelta(minutes=1))
    make_feed(next_check_at=moment + dt.timedelta(minutes=1))
    make_feed(next_check_at=moment - dt.timedelta(minutes=1), is_paused=True)
    idle = make_feed(next_check_at=moment - dt.timedelta(minutes=1))
    make_show(is_active=False).feeds.add(idle)
    assert schedule.due_feeds(moment) == [due.pk]


def test_the_last_tick_is_remembered(settings, tmp_path):
    settings.STATE_DIR = tmp_path / "state"
    assert schedule.last_tick() is None
    schedule.beat(at("2025-03-03T06:00:00"))
    assert schedule.last_tick() == at("2025-03-03T06:00:00")
