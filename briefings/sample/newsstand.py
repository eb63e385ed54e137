"""Serve the invented outlets on loopback: their feeds in four formats, and a page for each article.

The news was written for this project. Feeds, pages and the episode made from them say that it is invented.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

ARTICLES = Path(__file__).parent / "articles"
NOTICE = "Invented sample news: the places, people and events do not exist."
DEFAULT_PORT = 8791
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """One invented report. `paragraphs` still hold {yesterday}, {today} and {tomorrow}."""

    slug: str
    outlet: str
    title: str
    author: str
    hours: float
    topics: tuple[str, ...]
    paragraphs: tuple[str, ...]

    def published(self, moment: dt.datetime) -> dt.datetime:
        return moment - dt.timedelta(hours=self.hours)

    def body(self, moment: dt.datetime) -> list[str]:
        """The paragraphs, their days named as of the day of publication in `moment`'s zone."""
        day = self.published(moment).weekday()
        names = {word: WEEKDAYS[(day + shift) % 7] for word, shift in _DAYS.items()}
        return [paragraph.format(**names) for paragraph in self.paragraphs]


_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet: `kind` is the format of its feed."""

    slug: str
    name: str
    kind: str


OUTLETS = (
    Outlet("courier", "The Port Ellery Courier", "rss"),
    Outlet("meridian", "Meridian Wire", "atom"),
    Outlet("fenwick", "Fenwick Tribune", "json"),
    Outlet("lantern", "The Science Lantern", "rdf"),
)


def load_articles(folder: Path = ARTICLES) -> list[SampleArticle]:
    """Every article file: `name: value` lines, a blank line, then a paragraph a line."""
    return [_parse(path) for path in sorted(folder.glob("*.txt"))]


def _parse(path: Path) -> SampleArticle:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return SampleArticle(
        slug=path.stem,
        outlet=fields["outlet"],
        title=fields["title"],
        author=fields["author"],
        hours=float(fields["hours"]),
        topics=tuple(fields["topics"].split(", ")),
        paragraphs=tuple(line for line in body.splitlines() if line),
    )


class Newsstand:
    """Renders every address that the stand serves. `moment` is an aware time: articles are dated back from it."""

    def __init__(self, moment: dt.datetime):
        self.moment, self.day = moment, f"{moment:%Y-%m-%d}"
        self.articles = load_articles()

    def page(self, path: str, base: str) -> tuple[str, bytes] | None:
        """(content type, body) of an address, or None."""
        kind, _, name = path.strip("/").partition("/")
        if kind == "feeds":
            outlet = next((o for o in OUTLETS if name == o.slug), None)
            return self.feed(outlet, base) if outlet else None
        day, _, slug = name.partition("/")
        found = (a for a in self.articles if kind == "articles" and (self.day, a.slug) == (day, slug))
        article = next(found, None)
        return ("text/html; charset=utf-8", self.article(article).encode()) if article else None

    def feed(self, outlet: Outlet, base: str) -> tuple[str, bytes]:
        articles = [a for a in self.articles if a.outlet == outlet.name]
        render, content_type = {
            "rss": (self._rss, "application/rss+xml"),
            "atom": (self._atom, "application/atom+xml"),
            "json": (self._json, "application/feed+json"),
            "rdf": (self._rdf, "application/rdf+xml"),
        }[outlet.kind]
        return f"{content_type}; charset=utf-8", render(outlet, articles, base).encode()

    def article(self, article: SampleArticle) -> str:
        paragraphs = "".join(f"<p>{escape(p)}</p>\n" for p in article.body(self.moment))
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(article.title)}</title>'
            f'<meta name="author" content={quoteattr(article.author)}>'
            f'<meta property="og:site_name" content={quoteattr(article.outlet)}></head><body>'
            f"<header><nav><a href='/'>Home</a></nav></header><article><h1>{escape(article.title)}</h1>\n{paragraphs}"
            f"</article><footer><p>{NOTICE}</p></footer></body></html>"
        )

    def guid(self, article: SampleArticle) -> str:
        return f"{article.slug}-{self.day}"

    def summary(self, article: SampleArticle) -> str:
        return article.body(self.moment)[0]

    def _rss(self, outlet: Outlet, articles: list[SampleArticle], base: str) -> str:
        items = "".join(
            f"<item><title>{escape(a.title)}</title><link>{base}/articles/{self.day}/{a.slug}</link>"
            f'<guid isPermaLink="false">{self.guid(a)}</guid>'
            f"<pubDate>{format_datetime(a.published(self.moment))}</pubDate>"
            f"<dc:creator>{escape(a.author)}</dc:creator>"
            + "".join(f"<category>{escape(topic)}</category>" for topic in a.topics)
            + f"<description>{escape(self.summary(a))}</description></item>"
            for a in articles
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
            f"<title>{escape(outlet.name)}</title><link>{base}/</link><description>{NOTICE}</description>"
            f"<language>en</language>{items}</channel></rss>"
        )

    def _atom(self, outlet: Outlet, articles: list[SampleArticle], base: str) -> str:
        entries = "".join(
            f"<entry><title>{escape(a.title)}</title><id>tag:{outlet.slug}.example,2025:{self.guid(a)}</id>"
            f'<link rel="alternate" href="{base}/articles/{self.day}/{a.slug}"/>'
            f"<published>{a.published(self.moment).isoformat()}</published>"
            f"<updated>{a.published(self.moment).isoformat()}</updated><author><name>{escape(a.author)}</name></author>"
            + "".join(f"<category term={quoteattr(topic)}/>" for topic in a.topics)
            + f"<summary>{escape(self.summary(a))}</summary></entry>"
            for a in articles
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
            f"<title>{escape(outlet.name)}</title><subtitle>{NOTICE}</subtitle><id>tag:{outlet.slug}.example,2025:feed</id>"
            f"<updated>{max(a.published(self.moment) for a in articles).isoformat()}</updated>{entries}</feed>"
        )

    def _json(self, outlet: Outlet, articles: list[SampleArticle], base: str) -> str:
        items = [
            {
                "id": self.guid(a),
                "url": f"{base}/articles/{self.day}/{a.slug}",
                "title": a.title,
                "summary": self.summary(a),
                "date_published": a.published(self.moment).isoformat(),
                "authors": [{"name": a.author}],
                "tags": list(a.topics),
                "language": "en",
            }
            for a in articles
        ]
        head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "description": NOTICE}
        return json.dumps(head | {"home_page_url": f"{base}/", "items": items})

    def _rdf(self, outlet: Outlet, articles: list[SampleArticle], base: str) -> str:
        order = "".join(f'<rdf:li rdf:resource="{base}/articles/{self.day}/{a.slug}"/>' for a in articles)
        items = "".join(
            f'<item rdf:about="{base}/articles/{self.day}/{a.slug}"><title>{escape(a.title)}</title>'
            f"<link>{base}/articles/{self.day}/{a.slug}</link><description>{escape(self.summary(a))}</description>"
            f"<dc:date>{a.published(self.moment).isoformat()}</dc:date><dc:creator>{escape(a.author)}</dc:creator>"
            + "".join(f"<dc:subject>{escape(topic)}</dc:subject>" for topic in a.topics)
            + f"<dc:identifier>{self.guid(a)}</dc:identifier></item>"
            for a in articles
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rdf:RDF xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f'<channel rdf:about="{base}/feeds/{outlet.slug}"><title>{escape(outlet.name)}</title><link>{base}/</link>'
            f"<description>{NOTICE}</description><dc:language>en</dc:language>"
            f"<items><rdf:Seq>{order}</rdf:Seq></items></channel>{items}</rdf:RDF>"
        )


def _handler(stand: Newsstand) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """The stand keeps no log."""

        def do_GET(self) -> None:
            found = stand.page(self.path, f"http://127.0.0.1:{self.connection.getsockname()[1]}")
            content_type, body = found or ("text/plain", b"not on this stand")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextlib.contextmanager
def serving(moment: dt.datetime, port: int = DEFAULT_PORT) -> Iterator[str]:
    """Serve the stand on 127.0.0.1 while the block runs; yields its address. Takes a free port if `port` is in use."""
    handler = _handler(Newsstand(moment))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="newsstand", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
