"""A show is created and changed by an editor, with its hosts, feeds and pronunciations."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from briefings.forms import voice_choices, voice_label
from briefings.models import Show
from tests.factories import make_episode, make_feed, make_show


def values(**changed):
    return {
        "title": "The Morning Wire", "slug": "wire", "description": "The day's news.", "author": "The Desk",
        "owner_email": "desk@wire.example", "language": "en-us", "category": "News", "subcategory": "Daily News",
        "timezone": "Europe/London", "publish_time": "06:30", "weekdays": ["0", "4"], "minutes": "6",
        "max_age_hours": "24", "is_active": "on", "format": "daily", "interests": "the coast\nowls",
        "allowed_addresses": "wire.example", "helplines": "suicide: Call 116 123.", "needs_second_approval": "on",
        "hosts-0-role": "anchor", "hosts-0-persona": "Dry, and kind.",
        "hosts-TOTAL_FORMS": "2", "hosts-INITIAL_FORMS": "0", "hosts-MIN_NUM_FORMS": "2", "hosts-MAX_NUM_FORMS": "2",
        "hosts-0-name": "Ava", "hosts-0-voice": "af_heart", "hosts-1-name": "Ben", "hosts-1-voice": "am_michael",
        "pronunciations-TOTAL_FORMS": "1", "pronunciations-INITIAL_FORMS": "0",
        "pronunciations-0-written": "Norrhaven", "pronunciations-0-spoken": "NOR-hah-ven",
    } | changed  # fmt: skip


def test_a_show_is_created_with_everything(desk, db):
    feed = make_feed()
    answer = desk.post(reverse("show_new"), values(feeds=[feed.pk]))
    assert answer.status_code == 303
    show = Show.objects.get()
    assert (show.slug, show.publish_time, show.weekdays, show.minutes) == ("wire", dt.time(6, 30), [0, 4], 6.0)
    assert list(show.hosts.values_list("order", "name", "voice")) == [(0, "Ava", "af_heart"), (1, "Ben", "am_michael")]
    assert list(show.feeds.all()) == [feed]
    assert show.pronunciations.get().spoken == "NOR-hah-ven"
    assert (show.auto_approve, show.auto_publish, show.needs_second_approval) == (False, False, True)
    assert (show.format, show.interests.split("\n")[-1]) == ("daily", "owls")
    assert (show.allowed_addresses, show.helplines) == ("wire.example", "suicide: Call 116 123.")
    assert (show.hosts.first().role, show.hosts.first().persona) == ("anchor", "Dry, and kind.")


def test_the_form_of_a_new_show_is_filled_in_as_far_as_can_be(desk, db):
    html = desk.get(reverse("show_new")).content.decode()
    assert 'value="06:30"' in html and 'value="Ava"' in html and html.count("checked") >= 8


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"title": ""}, "This field is required"),
        ({"timezone": "Port Ellery"}, "is no known time zone"),
        ({"weekdays": []}, "This field is required"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"subcategory": "Tennis"}, "Tennis does not belong to News"),
        ({"hosts-1-name": "ava"}, "need different names"),
        ({"format": "symphony"}, "Select a valid choice"),
        ({"helplines": "gloom: Call."}, "“gloom” is no class of stories"),
        ({"hosts-1-name": ""}, "This field is required"),
        ({"hosts-0-voice": "nobody"}, "Select a valid choice"),
        ({"pronunciations-0-spoken": ""}, "This field is required"),
        ({"pronunciations-0-spoken": "NOR-hå-ven"}, "the respelling of &#x27;Norrhaven&#x27; has &#x27;å&#x27;"),
        ({"pronunciations-0-spoken": "/nɔʀ/"}, "the pronunciation of &#x27;Norrhaven&#x27; has unknown symbols: ʀ"),
    ],
)
def test_what_can_not_be_is_said_beside_the_field(desk, db, changed, said):
    answer = desk.post(reverse("show_new"), values(**changed))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Show.objects.exists()


def test_a_show_is_changed(desk, db):
    show = make_show()
    hosts = list(show.hosts.all())
    changed = {
        "slug": show.slug, "title": "The Evening Wire", "hosts-INITIAL_FORMS": "2",
        "hosts-0-id": hosts[0].pk, "hosts-1-id": hosts[1].pk, "hosts-0-voice": "bf_emma",
    }  # fmt: skip
    assert desk.post(reverse("show_edit", args=[show.slug]), values(**changed)).status_code == 303
    show.refresh_from_db()
    assert (show.title, show.hosts.first().voice, show.hosts.count()) == ("The Evening Wire", "bf_emma", 2)


def test_a_voice_is_named_as_a_person_would():
    assert voice_label("af_heart") == "Heart (American woman, af_heart)"
    assert voice_label("bm_george") == "George (British man, bm_george)"
    assert voice_label("custom") == "custom"


def test_a_voice_that_is_not_in_the_list_any_more_can_stay():
    assert voice_choices("old_voice")[0] == ("old_voice", "old_voice")
    assert voice_choices("af_heart") == voice_choices()


def test_the_list_says_when_a_show_opens_next(desk, db):
    make_show(title="The Morning Wire", timezone="Asia/Tokyo")
    make_show(title="Silent", is_active=False)
    html = desk.get(reverse("shows")).content.decode()
    assert "06:30 (Asia/Tokyo)" in html and "not active" in html and html.count("Next:") == 1


@pytest.mark.parametrize(("status", "slug"), [("voiced", "wire"), ("published", "harbour")])
def test_the_address_of_a_show_stays_once_an_edition_is_published(desk, db, status, slug):
    show = make_show(slug="harbour")
    make_episode(show, status)
    hosts = dict(zip(("hosts-0-id", "hosts-1-id"), show.hosts.values_list("pk", flat=True), strict=True))
    answer = desk.post(reverse("show_edit", args=["harbour"]), values(**hosts, **{"hosts-INITIAL_FORMS": "2"}))
    show.refresh_from_db()
    assert (answer.status_code, show.slug, show.title) == (303, slug, "The Morning Wire")
