"""The desk as an editor uses it, in a browser."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils.timezone import now

from briefings import feedcheck, podcast_feed
from briefings.models import Episode, Turn
from briefings.sample.newsstand import OUTLETS, serving
from tests.browser.newsroom import make_newsroom

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def add_feed(page, url: str) -> None:
    page.get_by_label("Address of the feed").fill(url)
    press(page, "Add")


def create_show(page) -> None:
    page.goto("/desk/shows/new/")
    page.get_by_label("Title").fill("The Morning Wire")
    page.get_by_label("Short name in addresses").fill("wire")
    page.get_by_label("Description").fill("The day's news, told by two.")
    page.get_by_label("E-mail of the owner").fill("desk@wire.example")
    for outlet in OUTLETS:
        page.get_by_label(outlet.name).check()
    press(page, "Save")


def test_an_editor_makes_a_whole_edition_without_a_terminal(page, workers):
    with serving(now(), port=0) as outlets:
        page.get_by_role("link", name="Add the feeds").click()
        for outlet in OUTLETS:
            add_feed(page, f"{outlets}/feeds/{outlet.slug}")
        expect(page.locator("#feeds .badge-ok")).to_have_count(len(OUTLETS), timeout=30_000)
        create_show(page)
        page.goto("/desk/")
        press(page, "Open today's edition now")
        # It goes down the line by itself, and the page follows it to where it waits for the editor.
        page.get_by_role("link", name="Read the script").click(timeout=30_000)
    page.get_by_role("link", name=re.compile("Edit turn 3")).click()
    page.get_by_label(re.compile("Text of turn 3")).fill("What do we know?")
    page.keyboard.press("Control+Enter")
    page.get_by_text("edited by editor").wait_for()
    press(page, "Approve")
    page.get_by_role("link", name=re.compile("^Listen")).first.click(timeout=30_000)
    page.get_by_text("What do we know?").wait_for()
    press(page, "Publish")
    page.get_by_role("link", name="The public page").click(timeout=30_000)
    assert page.get_by_role("heading", name="Show notes").is_visible()
    episode = Episode.objects.get()
    assert (episode.status, episode.script.approved_by.username) == (Episode.Status.PUBLISHED, "editor")
    assert feedcheck.check(podcast_feed.build(episode.show)).errors == []


def test_an_edit_is_refused_when_somebody_was_faster(page, media):
    written = make_newsroom(media)["written"]
    turn = written.script.turns.get(order=2)
    page.goto(f"/desk/episodes/{written.pk}/script/")
    page.locator(f"#edit-{turn.pk}").click()
    box = page.locator(f"#text-{turn.pk}")
    box.fill("My words.")  # waits for the form, which rests on the first version
    Turn.objects.filter(pk=turn.pk).update(text="Somebody else's words.", version=2)
    press(page, "Save")
    page.get_by_text("Someone changed this turn").wait_for(timeout=60_000)  # the first check loads the parser
    assert page.get_by_text("Somebody else's words.").is_visible()
    assert box.input_value() == "My words."
    press(page, "Save")
    page.get_by_text("edited by editor").wait_for(timeout=60_000)
    expect(page.locator(f"#edit-{turn.pk}")).to_be_focused()  # the keyboard goes on from there
    turn.refresh_from_db()
    assert turn.text == "My words."
    page.expected = ["409"]  # the browser logs every refusal


def test_an_edit_that_breaks_says_so_and_keeps_the_words(page, media, monkeypatch):
    written = make_newsroom(media)["written"]
    turn = written.script.turns.get(order=2)
    monkeypatch.setattr("briefings.desk.edit_turn", lambda *args, **values: 1 / 0)
    page.goto(f"/desk/episodes/{written.pk}/script/")
    page.locator(f"#edit-{turn.pk}").click()
    page.locator(f"#text-{turn.pk}").fill("My words.")
    for _ in range(2):
        press(page, "Save")
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(page.get_by_role("alert")).to_contain_text("did not answer as it should")
    assert page.locator(f"#text-{turn.pk}").input_value() == "My words."
    page.expected = ["500"]  # the browser logs every refusal


def test_a_line_of_the_transcript_is_a_place_in_the_recording(page, media):
    voiced = make_newsroom(media)["voiced"]
    page.goto(f"/desk/episodes/{voiced.pk}/listen/")
    expect(page.locator("audio")).to_have_js_property("readyState", 4)
    line = page.locator("[data-transcript] a").nth(4)
    line.click()
    expect(line).to_have_attribute("aria-current", "true")
    start, end = (float(line.get_attribute(name)) for name in ("data-start", "data-end"))
    assert start <= page.evaluate("document.querySelector('audio').currentTime") < end


def test_everything_but_the_live_parts_works_without_a_script(chromium, live_server, page, media):
    rows = make_newsroom(media)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([c for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME])
    plain = context.new_page()
    turn = rows["written"].script.turns.get(order=2)
    plain.goto(f"/desk/episodes/{rows['written'].pk}/script/")
    plain.locator(f"#edit-{turn.pk}").click()
    plain.get_by_label(re.compile("Text of turn 3")).fill("What is planned?")
    press(plain, "Save")
    assert plain.url.endswith(f"/script/#turn-{turn.pk}")
    assert plain.get_by_text("What is planned?").is_visible()
    plain.goto("/desk/stories/")
    plain.get_by_role("button", name=f"Pin {rows['story'].title}").click()
    assert plain.get_by_role("button", name=f"Unpin {rows['story'].title}").is_visible()
    context.close()
