"""The one way out: a guarded GET for feeds and pages. No other module of the product opens a connection to the web.

The address is checked on the connected socket's side of name resolution, so that neither a redirect nor a name that
changes its answer leads into the local network. A request as a whole has a deadline; the size limit counts unpacked
bytes as they come.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import urllib3
from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, SSLError

from briefings.errors import AddressForbidden, FeedError, FeedMalformed, FeedTooLarge, FeedUnreachable

CONNECT_TIMEOUT_S = 10.0
MAX_RATIO = 100
MAX_URL_CHARS = 2000
RATIO_FLOOR_BYTES = 1_000_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Where clouds serve an instance's credentials. Never fetched, even where private addresses are allowed.
METADATA = [ipaddress.ip_network(net) for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "100.100.100.200/32")]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHUNK = 65_536

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came: any status, header names in lower case, the body unpacked. `url` is the last one asked."""

    status: int
    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def retry_after_s(self) -> float | None:
        """Seconds that the server asks us to wait, from either form of Retry-After; None if it doesn't."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return float(value)
        with contextlib.suppress(TypeError, ValueError):
            moment = email.utils.parsedate_to_datetime(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=dt.UTC)
            return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
        return None


def get(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    accept: str = "*/*",
    max_bytes: int | None = None,
    timeout_s: float | None = None,
) -> Response:
    """Fetch `url`, with redirects followed and every address on the way checked. Any HTTP status is returned.

    Raises AddressForbidden, FeedUnreachable, FeedTooLarge, or FeedMalformed for an encoding that can't be unpacked.
    """
    limit = settings.FETCH_MAX_BYTES if max_bytes is None else max_bytes
    deadline = Deadline(settings.FETCH_TIMEOUT_S if timeout_s is None else timeout_s)
    headers = {"User-Agent": settings.USER_AGENT, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    seen = [url]
    while True:
        try:
            response = _get_once(seen[-1], headers, limit, deadline)
        except AddressForbidden as error:
            if len(seen) == 1:
                raise
            reason = f"it redirects to {seen[-1][:200]}, which is not allowed: {error.reason}"
            raise AddressForbidden(url, reason, advice=error.advice) from error
        target = response.headers.get("location")
        if response.status not in REDIRECTS or not target:
            return response
        following = urljoin(response.url, target)
        if following in seen:
            raise FeedUnreachable(url, f"the address redirects in a circle, by way of {following}")
        if len(seen) > settings.FETCH_MAX_REDIRECTS:
            raise FeedUnreachable(url, f"it redirects more than {settings.FETCH_MAX_REDIRECTS} times")
        seen.append(following)


def document(url: str, *, accept: str = "*/*") -> bytes:
    """What lies at an address that a person has just given. Raises as `get`, and FeedUnreachable for a refusal."""
    try:
        answer = get(url, accept=accept)
    except FeedUnreachable as error:
        raise FeedUnreachable(url, error.reason, advice=_ADVICE_AGAIN) from error
    if answer.status != 200:
        raise FeedUnreachable(url, f"the server of {url} answers {answer.status}", advice=_ADVICE_AGAIN)
    return answer.body


_ADVICE_AGAIN = "Check the address, and try again."


class Deadline:
    """The time left to a request as a whole, redirects and a dripping body included."""

    def __init__(self, limit_s: float):
        self.limit_s, self.ends = limit_s, time.monotonic() + limit_s
        self.is_answered = False

    @property
    def left_s(self) -> float:
        return max(0.001, self.ends - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    @property
    def reason(self) -> str:
        if self.is_answered:
            return f"its answer was not complete after {self.limit_s:g} seconds"
        return f"no answer came within {self.limit_s:g} seconds"


def check_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL that may be asked. Raises AddressForbidden for any other."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        urllib3.util.parse_url(url)
    except ValueError as cause:
        raise AddressForbidden(url, f"{url[:200]!r} is no valid web address", advice=_ADVICE_URL) from cause
    if len(url) > MAX_URL_CHARS:
        raise AddressForbidden(url[:200], f"the address is longer than {MAX_URL_CHARS} characters", advice=_ADVICE_URL)
    if scheme not in ("http", "https") or not host:
        raise AddressForbidden(url, f"{url[:200]!r} is no http or https address", advice=_ADVICE_URL)
    if parts.username is not None or parts.password is not None:
        raise AddressForbidden(url, "the address holds a user name or a password", advice=_ADVICE_URL)
    port = port or (443 if scheme == "https" else 80)
    if port not in (80, 443) and not settings.ALLOW_PRIVATE_ADDRESSES:
        raise AddressForbidden(url, f"port {port} is none of the web's own, 80 and 443")
    return scheme, host, port


_ADVICE_URL = "Give the address as it stands in a browser, starting with https://."


def check_address(host: str, literal: str) -> None:
    """Raises AddressForbidden unless the web client may connect to this IP address of `host`."""
    address = unwrap(ipaddress.ip_address(literal.partition("%")[0]))
    if any(address in net for net in METADATA if net.version == address.version):
        raise AddressForbidden(
            host, f"it leads to {literal}, where machines keep their own credentials", advice="It is never fetched."
        )
    if settings.ALLOW_PRIVATE_ADDRESSES and (address.is_private or address.is_loopback):
        return
    if not address.is_global or address.is_multicast:
        raise AddressForbidden(host, f"it leads to {literal}, which is no public address")


def unwrap(address: Address) -> Address:
    """The IPv4 address inside an IPv4-mapped, 6to4 or NAT64 one; any other as it is."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _get_once(url: str, headers: dict[str, str], limit: int, deadline: Deadline) -> Response:
    scheme, host, port = check_url(url)
    target = urllib3.util.parse_url(url).request_uri
    with (
        _errors_named(url, host, deadline),
        _released(_connection(scheme, host, port, deadline)) as connection,
    ):
        connection.request("GET", target, headers=headers, preload_content=False, decode_content=False)
        raw = connection.getresponse()
        deadline.is_answered = True
        fields = {name.lower(): value for name, value in raw.headers.items()}
        body = _read_body(raw, fields, limit, url)
        if deadline.is_over:
            raise FeedUnreachable(url, deadline.reason)
    return Response(raw.status, url, fields, body)


def _connection(scheme: str, host: str, port: int, deadline: Deadline) -> _Http | _Https:
    connection: _Http | _Https
    if scheme == "https":
        # urllib3's own default verifies too; said here so that nobody has to know that.
        connection = _Https(host, port, timeout=deadline.left_s, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
    else:
        connection = _Http(host, port, timeout=deadline.left_s)
    connection.deadline = deadline
    return connection


class _Checked:
    """Connects to an address only after checking it, and cuts the connection at the deadline.

    A socket's own timeout starts anew with every byte that drips in, so a timer shuts the socket down; it holds a
    second handle, as TLS takes the first one over.
    """

    host: str
    port: int
    timeout: Any
    deadline: Deadline
    _watched: socket.socket | None = None
    _timer: threading.Timer | None = None

    def _new_conn(self) -> socket.socket:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as cause:
            raise NameResolutionError(self.host, self, cause) from cause  # type: ignore[arg-type]
        for *_, where in found:
            check_address(self.host, str(where[0]))
        failure: OSError | None = None
        for family, kind, protocol, _, where in found[:4]:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(min(CONNECT_TIMEOUT_S, self.deadline.left_s))
                sock.connect(where)
                sock.settimeout(self.timeout)
                self._watch(sock.dup())
                return sock
            except OSError as cause:
                sock.close()
                failure = cause
        raise NewConnectionError(self, str(failure)) from failure  # type: ignore[arg-type]

    def _watch(self, sock: socket.socket) -> None:
        def cut() -> None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

        self._watched, self._timer = sock, threading.Timer(self.deadline.left_s, cut)
        self._timer.daemon = True
        self._timer.start()

    def release(self) -> None:
        """To be called in the end. Not in `close`, which is called as soon as the headers of a last answer are in."""
        if self._timer is not None and self._watched is not None:
            self._timer.cancel()
            self._watched.close()


class _Http(_Checked, HTTPConnection):
    pass


class _Https(_Checked, HTTPSConnection):
    pass


@contextlib.contextmanager
def _released(connection: _Http | _Https) -> Iterator[_Http | _Https]:
    try:
        yield connection
    finally:
        connection.release()
        connection.close()


@contextlib.contextmanager
def _errors_named(url: str, host: str, deadline: Deadline) -> Iterator[None]:
    try:
        yield
    except FeedError:
        raise
    except (HTTPError, OSError, ValueError) as cause:
        reason = deadline.reason if deadline.is_over else _reason(cause, host)
        raise FeedUnreachable(url, reason) from cause


def _reason(cause: Exception, host: str) -> str:
    if isinstance(cause, NameResolutionError):
        return f"the name {host} is unknown"
    if isinstance(cause, NewConnectionError):
        return f"{host} accepts no connection"
    if "CERTIFICATE_VERIFY" in str(cause):
        return f"the certificate of {host} is not valid ({cause})"[:300]
    if isinstance(cause, (SSLError, ssl.SSLError)):
        return f"{host} offers no secure connection ({cause})"[:300]
    return f"the connection to {host} broke off ({type(cause).__name__})"


def _read_body(raw: Any, headers: dict[str, str], limit: int, url: str) -> bytes:
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise FeedTooLarge(url, f"it is {int(length) / 1e6:.0f} MB long; {limit / 1e6:g} MB is the limit")
    unpack = _unpacker(headers.get("content-encoding", ""), url)
    body, packed = bytearray(), 0
    while chunk := raw.read1(_CHUNK, decode_content=False):
        packed += len(chunk)
        for piece in unpack(chunk):
            body += piece
            if len(body) > limit:
                raise FeedTooLarge(url, f"it is longer than {limit / 1e6:g} MB")
            if len(body) > RATIO_FLOOR_BYTES and len(body) > MAX_RATIO * packed:
                raise FeedTooLarge(url, f"it unpacks to over {MAX_RATIO} times its size, as a compression bomb does")
    return bytes(body)


def _unpacker(encoding: str, url: str) -> Any:
    """A function from a packed chunk to its unpacked pieces, none over 1 MiB."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return lambda chunk: (chunk,)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FeedMalformed(url, f"it is packed as {encoding[:40]!r}, which was not asked for")
    engine = zlib.decompressobj(47)  # gzip or zlib, by its header

    def unpack(chunk: bytes) -> Iterator[bytes]:
        try:
            while chunk:
                yield engine.decompress(chunk, 1 << 20)
                chunk = engine.unconsumed_tail
        except zlib.error as cause:
            raise FeedMalformed(url, "its compression is damaged") from cause

    return unpack
