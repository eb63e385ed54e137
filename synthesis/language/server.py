"""A client of an OpenAI-compatible chat server (vLLM, SGLang, llama.cpp), for a model that runs on another machine.

It talks to the one address that it is given: no redirect is followed, and no proxy of the environment is used. The key
stands in the request's header alone, in no error and in no log.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import http.client
import json
import logging
import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from synthesis.errors import CheckpointError, DialogueRejected

log = logging.getLogger(__name__)

CONNECT_S, FIRST_PAUSE_S = 10.0, 1.0
READ_AT_ONCE = 1 << 16
QUOTED = 160  # characters of a server's own error text
_TOO_LONG = re.compile(r"context.?(?:length|size|window)|maximum context|longer than the model", re.I)
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class ServerUnavailable(CheckpointError):
    """The server did not give an answer that can be used, as a model that is not to be had. `advice` says what next."""

    def __init__(self, reason: str, advice: str):
        super().__init__(f"{reason}. {advice}")
        self.reason, self.advice = reason, advice


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """`timeout_s` bounds one request from connecting to its last byte; `longest_pause_s` any wait between two tries."""

    timeout_s: float = 120.0
    tries: int = 4
    longest_pause_s: float = 30.0
    most_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote; `is_cut` says that it had used up its tokens before it was done."""

    text: str
    is_cut: bool


class _Failed(Exception):
    """One try that may go better next time. `pause_s` is what the server asked to be waited, if it did."""

    def __init__(self, reason: str, pause_s: float | None = None):
        super().__init__(reason)
        self.reason, self.pause_s = reason, pause_s


class ChatServer:
    """One model of one server. Safe to share between threads: each request has a connection of its own.

    `url` is the address before `/chat/completions`, such as http://127.0.0.1:8000/v1. `pause` waits between two tries.
    Raises ServerUnavailable for an address or a key that can't be one.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        limits: RequestLimits = RequestLimits(),
        pause: Callable[[float], None] = time.sleep,
    ):
        self._at = _address(url)
        if key and not _VISIBLE.fullmatch(key):
            raise ServerUnavailable("the server's key has spaces, line ends or other letters", "Check the key.")
        self.url, self.model = url.rstrip("/"), model
        self._key, self._limits, self._pause = key, limits, pause

    def __repr__(self) -> str:
        return f"ChatServer({self.url!r}, {self.model!r})"

    @property
    def host(self) -> str:
        return self._at.netloc

    @property
    def shows_key(self) -> bool:
        """Whether the key travels to another machine unencrypted."""
        return bool(self._key) and self._at.scheme == "http" and not _is_this_machine(self._at.hostname or "")

    def complete(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        schema: Mapping[str, Any] | None = None,
    ) -> Completion:
        """Continue a conversation, held to the JSON `schema` if there is one.

        A busy, failing or silent server is asked again, each time after a longer pause. Raises ServerUnavailable, and
        DialogueRejected if the conversation is longer than the server's context.
        """
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [dict(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": seed,
        }
        if schema is not None:
            wanted = {"name": "story", "strict": True, "schema": schema}
            request["response_format"] = {"type": "json_schema", "json_schema": wanted}
        return self._completion(self._asked("POST", "/chat/completions", request))

    def served_models(self) -> list[str]:
        """The names of the models that the server says it has, asked once. Raises ServerUnavailable."""
        try:
            answer = self._try("GET", "/models", None)
        except _Failed as failed:
            raise self._unavailable(failed.reason) from failed
        rows = answer.get("data")
        return [str(row.get("id")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _asked(self, method: str, path: str, request: Mapping[str, Any]) -> dict[str, Any]:
        for number in range(self._limits.tries):
            try:
                return self._try(method, path, request)
            except _Failed as failed:
                reason, wait_s = failed.reason, failed.pause_s
                if number + 1 == self._limits.tries:
                    raise self._unavailable(f"{reason}, {number + 1} times") from failed
                if wait_s is not None and wait_s > self._limits.longest_pause_s:
                    raise self._unavailable(f"{reason}, and asks for a pause of {wait_s:.0f} s") from failed
            if wait_s is None:
                # A little chance, so that several workers don't come back at the same moment.
                wait_s = min(self._limits.longest_pause_s, FIRST_PAUSE_S * 2**number) * random.uniform(0.75, 1.0)
            log.warning("The writer's server %s %s; it is asked again in %.1f s", self.host, reason, wait_s)
            self._pause(wait_s)
        raise ValueError("a server is asked once at least")

    def _try(self, method: str, path: str, request: Mapping[str, Any] | None) -> dict[str, Any]:
        """One request. Raises _Failed for what may pass, ServerUnavailable and DialogueRejected for what won't."""
        late = f"did not answer within {self._limits.timeout_s:g} s"
        with contextlib.closing(self._connection()) as connection, _Deadline(self._limits.timeout_s) as deadline:
            try:
                self._connect(connection)
                deadline.cuts(connection.sock)
                body = None if request is None else json.dumps(request).encode()
                connection.request(method, self._at.path.rstrip("/") + path, body, self._headers())
                response = connection.getresponse()
                content = self._read(response)
            except (OSError, http.client.HTTPException) as error:
                is_late = deadline.has_passed or isinstance(error, TimeoutError)
                raise _Failed(late if is_late else f"broke the connection ({_cause(error)})") from error
        if deadline.has_passed:
            raise _Failed(late)
        self._check_status(response, content)
        return self._parsed(content)

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            raise self._unavailable(f"has a certificate that is not trusted ({error.verify_message})") from error
        except OSError as error:
            raise _Failed(f"can't be reached ({_cause(error)})") from error
        connection.sock.settimeout(self._limits.timeout_s)

    def _connection(self) -> http.client.HTTPConnection:
        host, port, timeout_s = self._at.hostname or "", self._at.port, min(CONNECT_S, self._limits.timeout_s)
        if self._at.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=timeout_s)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        return headers | ({"Authorization": f"Bearer {self._key}"} if self._key else {})

    def _read(self, response: http.client.HTTPResponse) -> bytes:
        content = bytearray()
        while part := response.read1(READ_AT_ONCE):
            content += part
            if len(content) > self._limits.most_bytes:
                raise self._unavailable(f"answered with more than {self._limits.most_bytes / 1e6:g} MB")
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)
        return bytes(content)

    def _check_status(self, response: http.client.HTTPResponse, content: bytes) -> None:
        status, said = response.status, self._quoted(content)
        if status == 429 or status >= 500:
            raise _Failed(f"answered with {status}{said}", _retry_after_s(response.getheader("Retry-After")))
        if 300 <= status < 400:
            raise self._unavailable(f"redirects elsewhere ({status}), which is not followed")
        if status >= 400 and _TOO_LONG.search(said):
            raise DialogueRejected("The story is longer than the server's model can read.")
        if status in (401, 403):
            raise self._unavailable(f"refused the key ({status}){said}", "Check TANDEM_WRITER_KEY.")
        if status != 200:
            raise self._unavailable(f"refused the request ({status}){said}")

    def _parsed(self, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self._unavailable("did not answer in JSON") from error
        if not isinstance(answer, dict):
            raise self._unavailable("did not answer as an OpenAI-compatible server does")
        return answer

    def _completion(self, answer: Mapping[str, Any]) -> Completion:
        try:
            choice = answer["choices"][0]
            text, ended_by = choice["message"].get("content"), choice.get("finish_reason")
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise self._unavailable("did not answer with a chat completion") from error
        return Completion(text if isinstance(text, str) else "", ended_by == "length")

    def _quoted(self, content: bytes) -> str:
        """The server's own words on what is wrong, in one short line, without the key."""
        text = content.decode("utf-8", "replace")
        if self._key:
            text = text.replace(self._key, "***")
        text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        return f": {text[:QUOTED]}" if text else ""

    def _unavailable(self, reason: str, advice: str = "") -> ServerUnavailable:
        advice = advice or "Check that it runs, and TANDEM_WRITER_URL and TANDEM_WRITER_MODEL; then retry."
        return ServerUnavailable(f"the writer's server {self.host} {reason}", advice)


class _Deadline:
    """Cuts a connection off when its time is up, however slowly the other end drips."""

    def __init__(self, limit_s: float):
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(limit_s, self._cut)
        self._timer.daemon = True
        self.has_passed = False

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def cuts(self, connected: socket.socket) -> None:
        """Name the socket; http.client lets go of it as soon as it has read an answer's headers."""
        self._socket = connected

    def _cut(self) -> None:
        self.has_passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket, which would take the state away from under the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _address(url: str) -> SplitResult:
    problem = "the address of the writer's server"
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ServerUnavailable(f"{problem} can't be read: {error}", "Check TANDEM_WRITER_URL.") from error
    if not (is_web and _VISIBLE.fullmatch(url)) or parts.query or parts.fragment:
        raise ServerUnavailable(f"{problem} must be such as http://127.0.0.1:8000/v1", "Check TANDEM_WRITER_URL.")
    if parts.username is not None or parts.password is not None:
        raise ServerUnavailable(f"{problem} holds a user or a password", "Set TANDEM_WRITER_KEY for it instead.")
    return parts


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _retry_after_s(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date; None if it asks for nothing."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    with contextlib.suppress(ValueError, TypeError):
        until = email.utils.parsedate_to_datetime(value)
        until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
        return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())
    return None


def _cause(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:QUOTED]
