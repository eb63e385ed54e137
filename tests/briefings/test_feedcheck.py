"""Each way in which a podcast feed can be broken is found, and a good one is left in peace."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command

from briefings.feedcheck import check
from tests.factories import make_episode, make_show

MOMENT = dt.datetime(2025, 3, 10, tzinfo=dt.UTC)
GOOD = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:podcast="https://podcastindex.org/namespace/1.0">
<channel>
<title>The Morning Wire</title>
<link>https://wire.example/shows/wire/</link>
<description>The day's news, told by two.</description>
<language>en-us</language>
<atom:link rel="self" type="application/rss+xml" href="https://wire.example/shows/wire/feed.xml"/>
<itunes:author>The Desk</itunes:author>
<itunes:owner><itunes:name>The Desk</itunes:name><itunes:email>desk@wire.example</itunes:email></itunes:owner>
<itunes:image href="https://wire.example/shows/wire/artwork-0f0f0f0f.png"/>
<itunes:category text="News"><itunes:category text="Daily News"/></itunes:category>
<itunes:explicit>false</itunes:explicit>
<podcast:guid>9b024349-ccf0-5f69-a609-6b82873eab3c</podcast:guid>
<podcast:locked owner="desk@wire.example">yes</podcast:locked>
<podcast:medium>podcast</podcast:medium>
<podcast:updateFrequency rrule="FREQ=WEEKLY;BYDAY=MO,TU">Mondays, Tuesdays</podcast:updateFrequency>
<podcast:person role="host">Ava</podcast:person>
<podcast:txt purpose="ai-content">true</podcast:txt>
<item>
<title>A sea wall for Port Ellery</title>
<description>The council votes.</description>
<content:encoded>&lt;p&gt;&lt;a href="https://outlet.example/1"&gt;Outlet&lt;/a&gt;&lt;/p&gt;</content:encoded>
<guid isPermaLink="false">6f6b33a5-1d65-4c65-9a0e-1b6c7d0c4b11</guid>
<pubDate>Mon, 03 Mar 2025 06:40:00 +0000</pubDate>
<enclosure url="https://wire.example/media/wire/2025-03-03-abcd.mp3" length="48000" type="audio/mpeg"/>
<itunes:duration>312</itunes:duration>
<itunes:episode>1</itunes:episode>
<podcast:transcript url="https://wire.example/shows/wire/2025-03-03/transcript.vtt" type="text/vtt"/>
<podcast:chapters url="https://wire.example/shows/wire/2025-03-03/chapters.json" type="application/json+chapters"/>
</item>
</channel></rss>
"""
ITEM = GOOD[GOOD.index("<item>") : GOOD.index("</item>") + len("</item>")]

BROKEN = {
    "no guid": ('<guid isPermaLink="false">6f6b33a5-1d65-4c65-9a0e-1b6c7d0c4b11</guid>', "", "guid:missing"),
    "a permalink guid that is no address": (' isPermaLink="false"', "", "guid:no-address"),
    "the same guid twice": (ITEM, ITEM + ITEM, "guid:twice"),
    "the same enclosure twice": (ITEM, ITEM + ITEM.replace("6f6b33a5", "7a7b33a5"), "enclosure:twice"),
    "no length": (' length="48000"', "", "enclosure:length"),
    "length 0": ('length="48000"', 'length="0"', "enclosure:length"),
    "a length that is not the file's": ('length="48000"', 'length="48001"', "enclosure:wrong-length"),
    "a bad type": ('type="audio/mpeg"', 'type="mp3"', "enclosure:type"),
    "a type that is no audio": ('type="audio/mpeg"', 'type="text/html"', "enclosure:type"),
    "an extension that is not the type's": ("abcd.mp3", "abcd.ogg", "enclosure:extension"),
    "a query after the extension": ("abcd.mp3", "abcd.mp3?session=1", "enclosure:query"),
    "a relative enclosure": ("https://wire.example/media", "/media", "enclosure:address"),
    "no enclosure": (ITEM[ITEM.index("<enclosure") : ITEM.index("<itunes:dur")], "", "enclosure:missing"),
    "a bad date": ("Mon, 03 Mar 2025 06:40:00 +0000", "2025-03-03T06:40:00Z", "date:format"),
    "the wrong weekday": ("Mon, 03 Mar", "Tue, 03 Mar", "date:weekday"),
    "a date to come": ("Mon, 03 Mar 2025", "Fri, 03 Mar 2028", "date:future"),
    "explicit clean": ("<itunes:explicit>false", "<itunes:explicit>clean", "itunes:explicit"),
    "explicit no": ("<itunes:explicit>false", "<itunes:explicit>no", "itunes:explicit"),
    "an unknown category": ('"Daily News"', '"Morning News"', "itunes:category"),
    "a category in lower case": ('"News">', '"news">', "itunes:category"),
    "no category": (
        '<itunes:category text="News"><itunes:category text="Daily News"/></itunes:category>',
        "",
        "itunes:no-category",
    ),
    "no language": ("<language>en-us</language>", "", "channel:language"),
    "no picture": (
        '<itunes:image href="https://wire.example/shows/wire/artwork-0f0f0f0f.png"/>',
        "",
        "itunes:no-image",
    ),
    "a relative link in the notes": ('href="https://outlet.example/1"', 'href="/1"', "markup:relative"),
    "a script in the notes": (
        "<content:encoded>",
        "<content:encoded>&lt;script&gt;x()&lt;/script&gt;",
        "markup:active",
    ),
    "episode 0": ("<itunes:episode>1", "<itunes:episode>0", "itunes:episode"),
    "a control character": ("A sea wall", "A \x07 sea wall", "xml:malformed"),
    "neither title nor description": (
        "<title>A sea wall for Port Ellery</title>\n<description>The council votes.</description>",
        "",
        "item:no-title-or-description",
    ),
    "a podcast guid that is no UUID": ("9b024349-ccf0-5f69-a609-6b82873eab3c</pod", "wire</pod", "podcast:guid"),
    "locked maybe": (">yes</podcast:locked>", ">maybe</podcast:locked>", "podcast:locked"),
    "a medium nobody knows": (">podcast</podcast:medium>", ">pigeon</podcast:medium>", "podcast:medium"),
    "a bad rule": ('rrule="FREQ=WEEKLY', 'rrule="WEEKLY', "podcast:updateFrequency"),
    "a transcript of a bad type": ('type="text/vtt"', 'type="text/srt2"', "podcast:transcript"),
    "chapters without an address": (
        "https://wire.example/shows/wire/2025-03-03/chapters",
        "chapters",
        "podcast:chapters",
    ),
    "an unnamed person": (">Ava</podcast:person>", "></podcast:person>", "podcast:person"),
    "an undecided disclosure": ('"ai-content">true', '"ai-content">perhaps', "podcast:txt"),
    "a duration in words": ("<itunes:duration>312", "<itunes:duration>five minutes", "itunes:duration"),
}
WARNED = {
    "no self link": ('rel="self"', 'rel="alternate"', "atom:no-self-link"),
    "another self link": ("wire/feed.xml", "wire/other.xml", "atom:self-link"),
    "no owner": ("<itunes:email>desk@wire.example</itunes:email>", "", "itunes:no-owner"),
}


def report_on(document: str):
    return check(
        document.encode(),
        address="https://wire.example/shows/wire/feed.xml",
        size_of=lambda address: 48_000,
        moment=MOMENT,
    )


def test_a_good_feed_has_no_remark():
    assert report_on(GOOD).to_json() == {"errors": [], "warnings": []}


@pytest.mark.parametrize(("old", "new", "code"), BROKEN.values(), ids=BROKEN)
def test_a_broken_feed_is_refused(old, new, code):
    assert old in GOOD
    assert code in [remark["code"] for remark in report_on(GOOD.replace(old, new, 1)).errors]


@pytest.mark.parametrize(("old", "new", "code"), WARNED.values(), ids=WARNED)
def test_what_could_be_better_is_a_warning(old, new, code):
    report = report_on(GOOD.replace(old, new, 1))
    assert ([remark["code"] for remark in report.warnings], report.errors) == ([code], [])


def test_a_remark_says_the_line():
    broken = report_on(GOOD.replace("<itunes:episode>1", "<itunes:episode>0")).errors[0]
    assert GOOD.splitlines()[broken["line"] - 1] == "<item>"


def test_an_entity_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("harbour")
    document = GOOD.replace("<rss", f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]><rss', 1)
    document = document.replace("<language>en-us", "<language>&x;")
    assert "harbour" not in json.dumps(report_on(document).to_json())


def test_the_command_prints_json_and_fails_on_errors(tmp_path, capsys, db):
    path = tmp_path / "feed.xml"
    path.write_text(GOOD.replace("<itunes:episode>1", "<itunes:episode>0"))
    with pytest.raises(SystemExit) as stopped:
        call_command("feedcheck", str(path), json=True)
    assert stopped.value.code == 1
    assert [remark["code"] for remark in json.loads(capsys.readouterr().out)["errors"]] == ["itunes:episode"]


def test_the_command_is_content_with_a_good_feed(tmp_path, capsys, db):
    path = tmp_path / "feed.xml"
    path.write_text(GOOD)
    call_command("feedcheck", str(path))
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"


def test_the_command_checks_a_show_s_own_feed_against_the_files(db, media, capsys):
    episode = make_episode(make_show(slug="wire"), "published")
    recording = episode.recordings.get()
    path = media / recording.path
    path.parent.mkdir()
    path.write_bytes(b"x" * recording.size_bytes)
    call_command("feedcheck", "http://127.0.0.1:8000/shows/wire/feed.xml")
    path.write_bytes(b"half of it")
    with pytest.raises(SystemExit):
        call_command("feedcheck", "http://127.0.0.1:8000/shows/wire/feed.xml")
    assert "enclosure:wrong-length" in capsys.readouterr().out


def test_a_source_that_can_not_be_read_is_said_plainly(db, tmp_path):
    for source in (str(tmp_path / "none.xml"), "http://127.0.0.1:8000/shows/none/feed.xml"):
        with pytest.raises(CommandError):
            call_command("feedcheck", source)
