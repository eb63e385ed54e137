"""A show's podcast feed: RSS 2.0 with the itunes and podcast namespaces.

It is the same, byte for byte, as long as nothing that was published changes: caches and subscribers rely on that.
Sources: Apple's list of required tags, and https://github.com/Podcastindex-org/podcast-namespace.
"""

from __future__ import annotations

import re
from typing import Any

from django.core.cache import cache
from django.utils.feedgenerator import Rss201rev2Feed, rfc2822_date
from django.utils.html import strip_tags

from briefings import addresses, selectors, show_notes
from briefings.models import Episode, Recording, Show

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "xmlns:podcast": "https://podcastindex.org/namespace/1.0",
}
DESCRIPTION_MAX_BYTES = 4000
VALUE_MAX_CHARS = 255
KEPT_S = 60
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
# Whatever XML 1.0 does not allow, and the non-characters that some parsers refuse.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")


def build(show: Show) -> bytes:
    """The feed's document, with the newest episodes first."""
    published = list(selectors.published_episodes(show)[: selectors.EPISODES_IN_FEED])
    feed = PodcastFeed(
        title=plain(show.title),
        link=addresses.show_page(show),
        description=within(legal(show.description), DESCRIPTION_MAX_BYTES),
        feed_url=addresses.podcast_feed(show),
        show=show,
        changed_at=selectors.published_state(show).changed_at,
    )
    for episode in published:
        if recording := selectors.recording_of(episode):
            feed.add_item(
                plain(episode.title or str(episode)),
                addresses.episode_page(episode),
                within(legal(show_notes.notes_text(episode)), DESCRIPTION_MAX_BYTES),
                pubdate=episode.published_at,
                episode=episode,
                recording=recording,
                notes=legal(show_notes.notes_html(episode)),
            )
    return feed.writeString("utf-8").encode()


def kept(show: Show, state: selectors.PublishedState) -> bytes:
    """The document, built at most once a minute by each process for as long as nothing has changed.

    Many subscribers ask every few minutes; a source's new name may take that minute to be seen.
    """
    key = f"podcast_feed/{show.pk}/{state.changed_at.timestamp()}/{state.episodes}/{state.last_recording}"
    document: bytes | None = cache.get(key)
    if document is None:
        document = build(show)
        cache.set(key, document, KEPT_S)
    return document


def plain(title: str) -> str:
    """A title of one line without tags: some players take a title as markup, others as text."""
    return legal(" ".join(strip_tags(title).split()), VALUE_MAX_CHARS)


def legal(text: str, longest: int | None = None) -> str:
    """Without the characters that would make the whole feed unreadable."""
    text = _ILLEGAL.sub("", text).strip()
    return text if longest is None or len(text) <= longest else text[: longest - 1].rstrip() + "…"


def within(text: str, size_bytes: int) -> str:
    """Cut to so many bytes of UTF-8, between characters."""
    raw = text.encode()
    return text if len(raw) <= size_bytes else raw[: size_bytes - 3].decode(errors="ignore").rstrip() + "…"


def update_frequency(weekdays: list[int]) -> tuple[str, str]:
    """The schedule as a rule of RFC 5545, and in words."""
    days = sorted(set(weekdays))
    if len(days) == 7:
        return "FREQ=DAILY", "Daily"
    rule = "FREQ=WEEKLY;BYDAY=" + ",".join(DAYS[day] for day in days)
    return rule, "Weekdays" if days == [0, 1, 2, 3, 4] else ", ".join(DAY_NAMES[day] for day in days)


class PodcastFeed(Rss201rev2Feed):
    """Writes the tags that podcast players and directories ask for."""

    content_type = CONTENT_TYPE

    def rss_attributes(self) -> dict[str, str]:
        return {"version": "2.0", **NAMESPACES}

    def add_root_elements(self, handler: Any) -> None:
        show = self.feed["show"]
        quick = handler.addQuickElement
        quick("title", self.feed["title"])
        quick("link", self.feed["link"])
        quick("description", self.feed["description"])
        quick("language", show.language)
        quick("lastBuildDate", rfc2822_date(self.feed["changed_at"]))
        quick("generator", "Tandem")
        self_link = {"rel": "self", "type": "application/rss+xml", "href": self.feed["feed_url"]}
        quick("atom:link", None, self_link)
        self._add_itunes(handler, show)
        self._add_podcast(handler, show)

    def _add_itunes(self, handler: Any, show: Show) -> None:
        quick = handler.addQuickElement
        quick("itunes:author", legal(show.author or show.title, VALUE_MAX_CHARS))
        if show.owner_email:
            handler.startElement("itunes:owner", {})
            quick("itunes:name", legal(show.author or show.title, VALUE_MAX_CHARS))
            quick("itunes:email", show.owner_email)
            handler.endElement("itunes:owner")
        quick("itunes:image", None, {"href": addresses.show_artwork(show)})
        handler.startElement("itunes:category", {"text": show.category})
        if show.subcategory:
            quick("itunes:category", None, {"text": show.subcategory})
        handler.endElement("itunes:category")
        quick("itunes:explicit", "true" if show.is_explicit else "false")
        quick("itunes:type", "episodic")

    def _add_podcast(self, handler: Any, show: Show) -> None:
        quick = handler.addQuickElement
        quick("podcast:guid", str(show.guid))
        quick("podcast:medium", "podcast")
        quick("podcast:locked", "yes", {"owner": show.owner_email} if show.owner_email else {})
        quick("podcast:txt", "true", {"purpose": "ai-content"})
        if show.weekdays:
            rule, words = update_frequency(show.weekdays)
            quick("podcast:updateFrequency", words, {"rrule": rule})
        for host in show.hosts.all():
            quick("podcast:person", legal(host.name, 128), {"role": "host", "group": "cast"})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        episode: Episode = item["episode"]
        recording: Recording = item["recording"]
        quick = handler.addQuickElement
        quick("title", item["title"])
        quick("link", item["link"])
        quick("description", item["description"])
        quick("content:encoded", item["notes"])
        quick("guid", str(episode.guid), {"isPermaLink": "false"})
        quick("pubDate", rfc2822_date(item["pubdate"]))
        enclosure = {
            "url": addresses.enclosure(recording),
            "length": str(recording.size_bytes),
            "type": "audio/mpeg",
        }
        quick("enclosure", None, enclosure)
        quick("itunes:title", item["title"])
        quick("itunes:duration", str(round(recording.duration_s)))
        quick("itunes:episode", str(episode.number))
        quick("itunes:episodeType", "full")
        quick("itunes:explicit", "true" if episode.show.is_explicit else "false")
        transcript = {
            "url": addresses.transcript(episode),
            "type": "text/vtt",
            "language": episode.show.language,
            "rel": "captions",
        }
        quick("podcast:transcript", None, transcript)
        chapters = {"url": addresses.chapters(episode), "type": "application/json+chapters"}
        quick("podcast:chapters", None, chapters)
        quick("podcast:txt", "true", {"purpose": "ai-content"})
