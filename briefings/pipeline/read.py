"""Articles to full text: fetch each fresh article's page once, and keep what a presenter could tell from it."""

from __future__ import annotations

import datetime as dt
import logging
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.timezone import now

from briefings import boilerplate, flags, languages, parsers, web_client
from briefings.errors import ArticleError, FeedError, PageUnreadable
from briefings.models import Article, Show
from briefings.pipeline import stages
from briefings.plain_text import count_words, one_line
from synthesis.text.visible import smuggled, visible

log = logging.getLogger(__name__)

THREADS = 8
PAGE_TIMEOUT_S = 15.0
PAGE_MAX_BYTES = 8_000_000
PAGES_AT_MOST = 400
LEAST_WORDS = 50
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
# An entry without a date was dated by the moment it came in: its page is believed instead.
UNDATED = dt.timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says. `text`: a paragraph a line, without boilerplate; `hidden`: what its readers don't see."""

    text: str
    hidden: str
    language: str
    authors: list[str]
    published_at: dt.datetime | None


def run(claim: stages.Claim) -> None:
    """Read the pages of the show's fresh articles that have not been read before."""
    articles = list(unread(claim.episode.show, now())[:PAGES_AT_MOST])
    failed = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="read") as pool:
        asked = {pool.submit(_ask, article): article for article in articles}
        for done, future in enumerate(as_completed(asked), start=1):
            failed += not keep(asked[future], future.result())
            claim.report(done, len(articles))
    with stages.finish(claim, articles=len(articles), unreadable=failed):
        pass


def unread(show: Show, moment: dt.datetime) -> QuerySet[Article]:
    """Fresh articles of the show's feeds whose page has not been read, the newest first."""
    since = moment - dt.timedelta(hours=show.max_age_hours)
    return Article.objects.filter(feed__shows=show, read_at=None, published_at__gte=since).select_related("feed")


def _ask(article: Article) -> Page | ArticleError:
    try:
        return read_page(article)
    except ArticleError as error:
        return error
    except Exception as error:  # a fault of ours over one page must not keep the others from being read
        log.exception("%s: the reading broke", article.url)
        return PageUnreadable(article, f"reading its page failed ({type(error).__name__}); the log has the details")


def read_page(article: Article) -> Page:
    """Fetch and read one page; no row is written. Raises PageUnreadable."""
    if not article.url:
        raise PageUnreadable(article, "the feed gives no link to a page")
    try:
        response = web_client.get(article.url, accept=ACCEPT, max_bytes=PAGE_MAX_BYTES, timeout_s=PAGE_TIMEOUT_S)
    except FeedError as error:
        raise PageUnreadable(article, error.reason) from error
    if response.status >= 400:
        raise PageUnreadable(article, f"its page was refused ({response.status})")
    kind = response.headers.get("content-type", "text/html").lower()
    if not ("html" in kind or "text/plain" in kind) or not response.body.strip():
        raise PageUnreadable(article, f"its link leads to no web page ({kind[:60]})")
    try:
        charset = kind.partition("charset=")[2].strip(" \"';")[:40]
        parsed = parsers.PAGE.ask({"url": response.url, "charset": charset}, response.body)
    except parsers.ChildDied as cause:
        raise PageUnreadable(article, "its page takes too much time or memory to read") from cause
    if "error" in parsed:
        raise PageUnreadable(article, f"its page can't be read ({parsed['error']})")
    text = boilerplate.drop(parsed["text"], article.title)
    if count_words(text) < LEAST_WORDS:
        behind = (
            "it is behind a paywall" if parsed["is_paywalled"] else "it may be behind a paywall, or built by scripts"
        )
        raise PageUnreadable(article, f"its page gives only {count_words(text)} words; {behind}")
    return Page(
        text=text,
        hidden="\n".join([visible(parsed["hidden"]), smuggled(response.body.decode("utf-8", "ignore"))]),
        language=languages.detect(text) or parsed["language"].lower(),
        authors=[name for author in parsed["authors"] if (name := one_line(author, 200))],
        published_at=dt.datetime.fromisoformat(parsed["published"]) if parsed["published"] else None,
    )


def keep(article: Article, outcome: Page | ArticleError) -> bool:
    """Store what came of reading. Text that the feed itself gave stays where the page gives less. True if readable."""
    article.read_at = now()
    own = boilerplate.drop(article.text, article.title) if article.text else ""
    if isinstance(outcome, Page):
        article.text = outcome.text if count_words(outcome.text) >= count_words(own) else own
        article.authors = article.authors or outcome.authors
        _date(article, outcome.published_at)
    else:
        article.text = own
        if not own:
            article.error_code, article.error_message = outcome.code, outcome.editor_message
    told = outcome.language if isinstance(outcome, Page) else languages.detect(own or article.summary)
    article.language = told[:20] or article.language
    article.flags = flags.of(article, outcome.hidden if isinstance(outcome, Page) else "")
    article.save(update_fields=_KEPT)
    return bool(article.text)


_KEPT = ["read_at", "text", "flags", "authors", "published_at", "error_code", "error_message", "language"]


def _date(article: Article, published_at: dt.datetime | None) -> None:
    is_undated = abs(article.published_at - article.fetched_at) < UNDATED
    if published_at is not None and is_undated:
        article.published_at = min(published_at, now())
