"""Feeds to articles: ask each feed for what is new, store it, and keep each feed's health in its row."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import now

from briefings import parsers, web_client
from briefings.entries import Document, Entry, document, outlet_name, teased
from briefings.errors import (
    AddressForbidden,
    FeedEmpty,
    FeedError,
    FeedGone,
    FeedMalformed,
    FeedTooLarge,
    FeedUnreachable,
)
from briefings.models import Article, Feed, Show
from briefings.pipeline import stages
from briefings.plain_text import count_words

log = logging.getLogger(__name__)

THREADS = 8
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
INTERVAL = dt.timedelta(minutes=60)
SHORTEST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=24)
GONE_AFTER = 3
CONTENT_WORDS = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking a feed. `document` is None if nothing is new, or if `error` says why nothing came."""

    document: Document | None = None
    error: FeedError | None = None
    etag: str = ""
    last_modified: str = ""
    max_age: dt.timedelta | None = None
    wait: dt.timedelta | None = None


@dataclass(slots=True)
class Subscribed:
    """What became of the addresses that were to be subscribed to; `refused`: the address and the reason."""

    added: list[Feed] = field(default_factory=list)
    known: list[Feed] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def run(claim: stages.Claim) -> None:
    """Refresh the show's feeds that are due. A feed that fails keeps its error; the edition goes on."""
    due = claim.episode.show.feeds.filter(is_paused=False, next_check_at__lte=now())
    failed = articles = done = 0
    feeds = list(due)
    for feed, count in refresh_all(feeds):
        done, articles = done + 1, articles + count
        failed += bool(feed.error_code)
        claim.report(done, len(feeds))
    with stages.finish(claim, feeds=len(feeds), failed=failed, articles=articles):
        pass


def refresh(feed: Feed, *, raising: bool = False) -> int:
    """Ask one feed, and return how many articles were new. An error is stored; it is raised as well if `raising`."""
    answer = ask(feed)
    count = keep(feed, answer)
    if raising and answer.error:
        raise answer.error
    return count


def refresh_all(feeds: Iterable[Feed]) -> Iterator[tuple[Feed, int]]:
    """Refresh many feeds, some at a time; yields each with its count of new articles as it is done.

    The threads only ask; all rows are written by the caller's thread.
    """
    with ThreadPoolExecutor(THREADS, thread_name_prefix="fetch") as pool:
        asked = {pool.submit(ask, feed): feed for feed in feeds}
        for future in as_completed(asked):
            feed = asked[future]
            yield feed, keep(feed, future.result())


def subscribe(urls: Iterable[str], show: Show | None = None, titles: Iterable[str] = ()) -> Subscribed:
    """Add feeds by address, for `show` if one is given. Addresses that may not be asked are refused, with the reason.

    `titles` go with the addresses, and name a feed until it names itself.
    """
    outcome, named = Subscribed(), list(titles)
    for index, url in enumerate(urls):
        url = url.strip()
        try:
            web_client.check_url(url)
        except AddressForbidden as error:
            outcome.refused.append((url, error.reason))
            continue
        title = named[index] if index < len(named) else ""
        feed, is_new = Feed.objects.get_or_create(url=url, defaults={"title": title[:500]})
        (outcome.added if is_new else outcome.known).append(feed)
        if show is not None:
            show.feeds.add(feed)
    return outcome


def ask(feed: Feed) -> Answer:
    """The web's side of a refresh: no row is written. Never raises a FeedError: the answer holds it."""
    try:
        response = web_client.get(feed.url, etag=feed.etag, last_modified=feed.last_modified, accept=ACCEPT)
        if response.status >= 400:
            return Answer(error=_refusal(feed, response), wait=_wait(response))
        if response.status == 304:
            return Answer(etag=feed.etag, last_modified=feed.last_modified, max_age=_max_age(response))
        return Answer(
            document=_parse(feed, response),
            etag=response.headers.get("etag", "")[:500],
            last_modified=response.headers.get("last-modified", "")[:200],
            max_age=_max_age(response),
        )
    except FeedError as error:
        return Answer(error=error)
    except Exception as error:  # a fault of ours over one feed must not keep the others from being asked
        log.exception("%s: the fetch broke", feed.url)
        return Answer(error=FeedError(feed, f"reading it failed ({type(error).__name__}); the log has the details"))


def _parse(feed: Feed, response: web_client.Response) -> Document:
    if not response.body.strip():
        raise FeedEmpty(feed, "the outlet sent an empty answer")
    kind = response.headers.get("content-type", "")
    try:
        parsed = parsers.FEED.ask({"headers": {"content-type": kind} if kind else {}}, response.body)
    except parsers.ChildDied as cause:
        reason = "it is built so that reading it takes more time or memory than a feed may have"
        raise FeedMalformed(feed, reason) from cause
    if "error" in parsed:
        raise FeedMalformed(feed, f"it can't be read ({parsed['error']})")
    found = document(parsed, response.url, now())
    if not found.entries:
        if found.fault:
            raise FeedMalformed(feed, found.fault)
        raise FeedEmpty(feed, "the feed is well formed and holds no items")
    return found


def _refusal(feed: Feed, response: web_client.Response) -> FeedError:
    status = response.status
    if status == 410:
        return FeedGone(feed, "the outlet says that this feed is gone for good (410)")
    if status == 404 and feed.failures + 1 >= GONE_AFTER:
        return FeedGone(feed, f"there was no feed at this address {feed.failures + 1} times in a row (404)")
    if status == 404:
        return FeedUnreachable(feed, "there is no feed at this address (404)")
    if status in (429, 503) and (wait := _wait(response)):
        advice = f"It is asked again after {(now() + wait):%H:%M} UTC."
        return FeedUnreachable(feed, f"the outlet asks us to come back later ({status})", advice=advice)
    if status in (401, 402, 403, 451):
        return FeedUnreachable(feed, f"the outlet refuses access ({status})")
    side = "the outlet's server failed" if status >= 500 else "the outlet refused the request"
    return FeedUnreachable(feed, f"{side} ({status})")


def _wait(response: web_client.Response) -> dt.timedelta | None:
    seconds = response.retry_after_s
    return None if seconds is None else dt.timedelta(seconds=min(seconds, 7 * 86_400))


def _max_age(response: web_client.Response) -> dt.timedelta | None:
    match = re.search(r"max-age=(\d{1,9})", response.headers.get("cache-control", ""))
    return dt.timedelta(seconds=int(match[1])) if match else None


def keep(feed: Feed, answer: Answer) -> int:
    """The database's side of a refresh: store the new articles and the feed's health. Returns how many were new."""
    moment, count = now(), 0
    with transaction.atomic():
        kept = Feed.objects.filter(pk=feed.pk).values("url", "outlet", "is_paused").first()
        if kept is None or kept["url"] != feed.url:
            return 0  # removed, or given another address, while it was asked
        # The desk may have renamed or paused it meanwhile.
        feed.outlet, feed.is_paused, feed.checked_at = kept["outlet"], kept["is_paused"], moment
        if answer.error:
            _keep_failure(feed, answer, answer.error, moment)
        else:
            count = _keep_success(feed, answer, moment)
        feed.save()
    if feed.error_code:
        log.info("%s: %s %s", feed.url, feed.error_code, feed.error_message)
    return count


def _keep_failure(feed: Feed, answer: Answer, error: FeedError, moment: dt.datetime) -> None:
    feed.failures += 1
    feed.error_code, feed.error_message = error.code, error.editor_message
    feed.is_paused = feed.is_paused or isinstance(error, FeedGone)
    interval = INTERVAL * 4 if isinstance(error, (AddressForbidden, FeedTooLarge)) else SHORTEST
    pause = min(interval * 2 ** min(feed.failures - 1, 10), LONGEST)
    feed.next_check_at = moment + max(pause, answer.wait or pause)


def _keep_success(feed: Feed, answer: Answer, moment: dt.datetime) -> int:
    feed.failures, feed.error_code, feed.error_message = 0, "", ""
    told = [answer.max_age] if answer.max_age else []
    count = 0
    if answer.document:
        found = answer.document
        if found.ttl_min:
            told.append(dt.timedelta(minutes=found.ttl_min))
        if found.fault:
            # What is sound in it is taken; the validators are not kept, so that the repaired feed comes in full.
            error = FeedMalformed(feed, f"{found.fault}; {len(found.entries)} items could be read")
            feed.failures, feed.error_code, feed.error_message = feed.failures + 1, error.code, error.editor_message
            feed.etag = feed.last_modified = ""
        else:
            feed.etag, feed.last_modified = answer.etag, answer.last_modified
        _name(feed, found)
        count = _store(feed, found.entries, moment)
        if count:
            feed.changed_at = moment
    feed.next_check_at = moment + min(max([*told, SHORTEST]) if told else INTERVAL, LONGEST)
    return count


def _name(feed: Feed, found: Document) -> None:
    feed.title = found.title or feed.title
    feed.outlet = feed.outlet or outlet_name(feed.title, feed.url)[:200]
    feed.site_url = found.site_url or feed.site_url
    feed.language = found.language or feed.language


def _store(feed: Feed, entries: list[Entry], moment: dt.datetime) -> int:
    """Add what is new, correct what has changed. A link that another feed brought is left to the sounder feed."""
    known = {article.guid: article for article in feed.articles.filter(guid__in=[e.guid for e in entries])}
    entries = [teased(e) if e.guid in known and _is_other_page(e, known[e.guid]) else e for e in entries]
    known |= {article.guid: article for article in feed.articles.filter(guid__in=[e.guid for e in entries])}
    unknown = [e for e in entries if e.guid not in known]
    links = {e.canonical_url for e in unknown if e.canonical_url}
    elsewhere = {a.canonical_url: a for a in Article.objects.filter(canonical_url__in=links).select_related("feed")}
    again = {_identity(a): a for a in feed.articles.filter(title__in=[e.title for e in unknown])}
    fresh: list[Article] = []
    for entry in entries:
        if article := known.get(entry.guid) or again.get(_identity(entry)):
            _correct(article, entry)
        elif article := elsewhere.get(entry.canonical_url):
            _take_over(article, feed, entry)
        else:
            fresh.append(_article(feed, entry, moment))
            elsewhere |= {entry.canonical_url: fresh[-1]} if entry.canonical_url else {}
    Article.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _is_other_page(entry: Entry, article: Article) -> bool:
    """Whether a feed gives a guid that it used before to something else: neither link nor title nor date is the same.

    One of them may change: a page moves, a title is mended, an item is dated anew.
    """
    return (
        entry.canonical_url != article.canonical_url
        and entry.title != article.title
        and entry.published_at is not None
        and entry.published_at != article.published_at
    )


def _identity(item: Entry | Article) -> tuple[str, str, dt.datetime | None]:
    """What an item keeps when its feed makes up a new guid and a new link for it at each fetch."""
    return item.title, item.summary, item.published_at


def _article(feed: Feed, entry: Entry, moment: dt.datetime) -> Article:
    """Undated entries are dated by the moment they came; the page may know better."""
    return Article(
        feed=feed,
        guid=entry.guid,
        url=entry.url,
        canonical_url=entry.canonical_url,
        title=entry.title,
        summary=entry.summary,
        authors=entry.authors,
        topics=entry.topics,
        language=entry.language or feed.language,
        published_at=entry.published_at or moment,
        text=entry.content if count_words(entry.content) >= CONTENT_WORDS else "",
    )


def _correct(article: Article, entry: Entry) -> None:
    if (article.title, article.summary) != (entry.title, entry.summary):
        article.title, article.summary = entry.title, entry.summary
        article.save(update_fields=["title", "summary"])


def _take_over(article: Article, feed: Feed, entry: Entry) -> None:
    """Move an article from a damaged feed to this sound one: the outlet's name is spoken, so it must be right."""
    if article.pk and article.feed_id != feed.pk and article.feed.error_code and not feed.error_code:
        article.feed, article.guid = feed, entry.guid
        article.title, article.summary, article.authors = entry.title, entry.summary, entry.authors
        article.save(update_fields=["feed", "guid", "title", "summary", "authors"])
