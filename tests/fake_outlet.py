"""An outlet on loopback: a real HTTP server in a thread, with routes that a test writes down as it needs them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

import pytest

Route = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FakeOutlet:
    """`requests` holds (path, headers) of what was asked. Addresses: `url("/feed.xml")`."""

    port: int
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serves(
        self, path: str, body: bytes | str, kind: str = "application/xml", status: int = 200, **headers: str
    ) -> str:
        """Answer `path` with `body`; a header's name is written with underscores. Returns the address."""
        content = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)

        self.routes[path] = answer
        return self.url(path)

    def serves_conditionally(self, path: str, body: bytes | str, etag: str) -> str:
        """As `serves`, with an ETag, and 304 to who knows it."""
        self.serves(path, body, ETag=etag)
        full = self.routes[path]

        def answer(handler: BaseHTTPRequestHandler) -> None:
            if handler.headers.get("If-None-Match") != etag:
                return full(handler)
            handler.send_response(304)
            handler.send_header("ETag", etag)
            handler.end_headers()
            return None

        self.routes[path] = answer
        return self.url(path)

    def redirects(self, path: str, target: str) -> str:
        return self.serves(path, b"", status=302, Location=target)

    def drips(self, path: str, byte_s: float = 0.1, *, says_length: bool = True) -> str:
        """A byte now and then, without end."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header(*(("Content-Length", "100000") if says_length else ("Connection", "close")))
            handler.end_headers()
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(byte_s)

        self.routes[path] = answer
        return self.url(path)

    def stalls(self, path: str, seconds: float = 5.0) -> str:
        self.routes[path] = lambda handler: time.sleep(seconds)
        return self.url(path)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of every request for `path`."""
        return [headers for asked, headers in self.requests if asked == path]


def rss(items: list[dict[str, Any]], title: str = "The Ellery Post", extra: str = "") -> str:
    """An RSS document; an item may have title, link, guid, published (aware), summary, content, author, topic."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{escape(title)}</title><link>https://ellery.example/</link><language>en-GB</language>{extra}"
        + "".join(_item(item) for item in items)
        + "</channel></rss>"
    )


def _item(item: dict[str, Any]) -> str:
    parts = {
        "title": item.get("title", "Port Ellery rebuilds its wall"),
        "link": item.get("link"),
        "guid": item.get("guid"),
        "description": item.get("summary"),
        "content:encoded": item.get("content"),
        "author": item.get("author"),
        "category": item.get("topic"),
    }
    if moment := item.get("published", dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)):
        parts["pubDate"] = format_datetime(moment)
    return "<item>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in parts.items() if v is not None) + "</item>"


@pytest.fixture
def outlet(settings: Any) -> Iterator[FakeOutlet]:
    """A running fake outlet, which the web client may ask although it is on this machine."""
    settings.ALLOW_PRIVATE_ADDRESSES = True

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            fake.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            route = fake.routes.get(self.path)
            try:
                route(self) if route else self.send_error(404)
            except (BrokenPipeError, ConnectionResetError):
                pass
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeOutlet(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
