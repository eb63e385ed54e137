"""The lists of what is not to be said or covered, as an editor keeps them."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from briefings.models import Episode, Restriction
from tests.factories import make_episode, make_restriction, make_show

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}
MORNING = dt.datetime(2025, 6, 1, 6, 0, tzinfo=dt.UTC)


def add(desk, headers=None, **values):
    entry = {"rule": "say", "phrase": " Jane  Doe ", "show": "", "expires_at": "", "reason": "Court order"} | values
    return desk.post(reverse("restrictions"), entry, headers=headers)


def page(desk) -> str:
    return desk.get(reverse("restrictions")).content.decode()


def test_an_entry_is_added_with_who_and_why(desk, editor):
    answer = add(desk)
    assert (answer.status_code, answer["Location"]) == (303, reverse("restrictions"))
    entry = Restriction.objects.get()
    assert (entry.phrase, entry.rule, entry.show, entry.created_by) == ("Jane Doe", "say", None, editor)
    html = page(desk)
    assert "Jane Doe" in html and "do not say" in html and "Court order" in html and "by editor" in html


def test_an_entry_ends_by_the_show_s_clock(desk):
    show = make_show(timezone="Europe/London")
    with time_machine.travel(MORNING, tick=False):
        assert add(desk, show=show.pk, expires_at="2025-06-01T07:00").status_code == 422
        assert add(desk, show=show.pk, expires_at="2025-06-01T07:01").status_code == 303
        assert "1 Jun 2025, 07:01 (Europe/London)" in page(desk)
    assert Restriction.objects.get().expires_at == MORNING + dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"phrase": "—"}, "It needs a letter or a digit."),
        ({"phrase": ""}, "This field is required."),
        ({"phrase": "john roe"}, "That is on the list already."),
        ({"rule": "shout"}, "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("headers", [None, HTMX])
def test_what_can_not_be_is_said_beside_the_field(desk, values, said, headers):
    make_restriction(phrase="John Roe")
    answer = add(desk, headers, **values)
    html = answer.content.decode()
    assert answer.status_code == 422 and said in html and ("<html" in html) == (headers is None)
    assert Restriction.objects.count() == 1


def test_an_entry_is_added_in_place(desk):
    answer = add(desk, HTMX, rule="cover")
    html = answer.content.decode()
    assert answer.status_code == 200 and html.startswith('<div class="restrictions" id="restrictions">')
    assert "Added: Do not cover: Jane Doe." in html and "do not cover" in html


@pytest.mark.parametrize(("name", "remain"), [("restriction_expire", 1), ("restriction_delete", 0)])
def test_an_entry_is_ended_or_deleted_and_the_log_keeps_who_did_it(desk, editor, name, remain):
    entry = make_restriction(reason="Court order")
    assert desk.post(reverse(name, args=[entry.pk])).status_code == 303
    assert Restriction.objects.count() == remain
    assert "1 ended" in page(desk) or not remain
    logged = LogEntry.objects.get()
    assert (logged.user, logged.object_repr, logged.change_message) == (editor, str(entry), "Court order")


def test_an_entry_marks_the_scripts_that_wait_and_its_end_frees_them(desk):
    show = make_show()
    waiting, other = make_episode(show, Episode.Status.WRITTEN), make_episode(status=Episode.Status.WRITTEN)
    published = make_episode(show, Episode.Status.PUBLISHED)
    add(desk, phrase="sea wall", show=show.pk)
    assert [episode.script.is_red for episode in (waiting, other, published)] == [True, False, False]
    desk.post(reverse("restriction_expire", args=[Restriction.objects.get().pk]))
    assert not waiting.script.is_red
