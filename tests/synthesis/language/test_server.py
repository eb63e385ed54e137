"""The client of a chat server, against a real one on loopback that misbehaves in every way."""

from __future__ import annotations

import email.utils
import http.server
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from synthesis.errors import DialogueRejected
from synthesis.language import server
from synthesis.language.server import ChatServer, RequestLimits, ServerUnavailable

CHAT = [{"role": "user", "content": "Tell the story."}]
KEY = "sk-secret-0123456789"
SCHEMA = {"type": "array", "items": {"type": "object"}}


def completion(text, finish_reason="stop"):
    row = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    return {"object": "chat.completion", "choices": [row]}


@dataclass
class Reply:
    """One answer: `body` is JSON or raw bytes; `act`, if given, answers by itself."""

    body: object = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable | None = None


class Outlet(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        self.server.asked.append((self.path, dict(self.headers), json.loads(self.rfile.read(length) or b"null")))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply.act:
            reply.act(self)
            return
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(body))} | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *args): ...


@pytest.fixture
def serving():
    """Starts a server that gives the replies in turn, the last one for ever. Returns it; `asked` are its requests."""
    started = []

    def start(*replies):
        outlet = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
        outlet.replies, outlet.asked = list(replies), []
        outlet.daemon_threads = True
        outlet.handle_error = lambda *_: None  # a client that hangs up
        outlet.url = f"http://127.0.0.1:{outlet.server_port}/v1"
        threading.Thread(target=outlet.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        started.append(outlet)
        return outlet

    yield start
    for outlet in started:
        outlet.shutdown()
        outlet.server_close()


def client(outlet, pauses=None, **limits):
    noted = [] if pauses is None else pauses
    return ChatServer(outlet.url, "a-model", key=KEY, limits=RequestLimits(**limits), pause=noted.append)


def test_a_conversation_is_sent_as_servers_want_it_and_its_answer_comes_back(serving):
    outlet = serving(Reply(completion("Seven were rescued.")))
    answer = client(outlet).complete(CHAT, max_tokens=70, temperature=0.5, seed=11, schema=SCHEMA)
    assert (answer.text, answer.is_cut) == ("Seven were rescued.", False)
    (path, headers, body), *more = outlet.asked
    assert path == "/v1/chat/completions" and not more
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body == {
        "model": "a-model",
        "messages": CHAT,
        "max_tokens": 70,
        "temperature": 0.5,
        "seed": 11,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "story", "strict": True, "schema": SCHEMA},
        },
    }


def test_without_a_schema_and_a_key_neither_is_sent(serving):
    outlet = serving(Reply(completion("Yes.")))
    ChatServer(outlet.url + "/", "a-model").complete(CHAT, max_tokens=1)
    ((path, headers, body),) = outlet.asked
    assert path == "/v1/chat/completions"
    assert "response_format" not in body and "Authorization" not in headers


def test_an_answer_that_ran_out_of_tokens_says_so(serving):
    assert client(serving(Reply(completion("[{", "length")))).complete(CHAT, max_tokens=2).is_cut


def test_an_answer_without_text_is_an_empty_one(serving):
    assert client(serving(Reply(completion(None, "content_filter")))).complete(CHAT, max_tokens=2).text == ""


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529])
def test_a_server_that_is_busy_or_failing_is_asked_again(serving, status, caplog):
    outlet, pauses = serving(Reply({"error": "x"}, status), Reply(completion("Yes."))), []
    with caplog.at_level(logging.WARNING):
        assert client(outlet, pauses).complete(CHAT, max_tokens=9).text == "Yes."
    assert len(outlet.asked) == 2 and len(pauses) == 1
    assert f"answered with {status}" in caplog.text and KEY not in caplog.text


def test_the_pauses_grow_and_the_tries_end(serving):
    outlet, pauses = serving(Reply({"error": "no card is free"}, 500)), []
    with pytest.raises(ServerUnavailable, match=r"answered with 500: .*no card is free.*, 4 times\. Check"):
        client(outlet, pauses).complete(CHAT, max_tokens=9)
    assert len(outlet.asked) == 4
    assert all(0.75 * 2**n <= pause <= 2**n for n, pause in enumerate(pauses)) and len(pauses) == 3


def test_no_pause_is_longer_than_the_limit(serving):
    pauses = []
    with pytest.raises(ServerUnavailable):
        client(serving(Reply(status=503)), pauses, longest_pause_s=0.5).complete(CHAT, max_tokens=9)
    assert max(pauses) <= 0.5


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("soon", 0.75, 1),
        ("²", 0.75, 1),  # a digit that is no number
    ],
)
def test_the_pause_that_a_server_asks_for_is_kept(serving, value, least, most):
    outlet, pauses = serving(Reply(status=429, headers={"Retry-After": value}), Reply(completion("Yes."))), []
    client(outlet, pauses).complete(CHAT, max_tokens=9)
    assert least <= pauses[0] <= most


@pytest.mark.parametrize(("ahead_s", "paused_s"), [(20, 20), (-90, 0)])
def test_the_moment_that_a_server_names_is_waited_for(serving, time_machine, ahead_s, paused_s):
    time_machine.move_to("2026-11-23T15:00:00Z", tick=False)
    until = email.utils.formatdate(time.time() + ahead_s, usegmt=True)
    outlet, pauses = serving(Reply(status=429, headers={"Retry-After": until}), Reply(completion("Yes."))), []
    client(outlet, pauses).complete(CHAT, max_tokens=9)
    assert pauses == [paused_s]


def test_a_pause_that_is_too_long_is_not_waited(serving):
    pauses = []
    with pytest.raises(ServerUnavailable, match="asks for a pause of 3600 s"):
        outlet = serving(Reply(status=429, headers={"Retry-After": "3600"}))
        client(outlet, pauses).complete(CHAT, max_tokens=9)
    assert not pauses and len(outlet.asked) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, r"refused the request \(400\): .*no such field.* Check that it runs, and TANDEM_WRITER_URL"),
        (401, r"refused the key \(401\).* Check TANDEM_WRITER_KEY"),
        (404, r"refused the request \(404\)"),
        (301, r"redirects elsewhere \(301\), which is not followed"),
        (307, r"redirects elsewhere \(307\), which is not followed"),
        (204, r"refused the request \(204\)"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(serving, status, told):
    elsewhere = serving(Reply(completion("From elsewhere.")))
    body = b"" if status == 204 else {"error": {"message": f"no such field\n, and {KEY} is not known"}}
    outlet = serving(Reply(body, status, {"Location": f"{elsewhere.url}/chat/completions"}))
    with pytest.raises(ServerUnavailable, match=told) as refused:
        client(outlet).complete(CHAT, max_tokens=9)
    assert len(outlet.asked) == 1 and not elsewhere.asked
    assert KEY not in str(refused.value) and "\n" not in str(refused.value) and len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",  # vLLM
        "the request exceeds the available context size, try increasing it",  # llama.cpp
        "The input (9000 tokens) is longer than the model's context length (4096 tokens).",  # SGLang
    ],
)
def test_a_story_that_the_server_can_not_read_is_that_storys_fault(serving, said):
    with pytest.raises(DialogueRejected, match="longer than the server's model can read"):
        client(serving(Reply({"error": {"message": said}}, 400))).complete(CHAT, max_tokens=9)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"choices": [', "did not answer in JSON"),
        (b"<html>Welcome</html>", "did not answer in JSON"),
        (b"[" * 100_000, "did not answer in JSON"),
        (b"\xff\xfe\x00", "did not answer in JSON"),
        ([1], "did not answer as an OpenAI-compatible server does"),
        ({"choices": []}, "did not answer with a chat completion"),
        ({"choices": [{"message": "Yes."}]}, "did not answer with a chat completion"),
        ({"choices": [{"text": "Yes."}]}, "did not answer with a chat completion"),
        ({"error": "in a good answer's clothes"}, "did not answer with a chat completion"),
    ],
)
def test_an_answer_of_another_kind_is_refused(serving, body, told):
    with pytest.raises(ServerUnavailable, match=told):
        client(serving(Reply(body))).complete(CHAT, max_tokens=9)


def drip(outlet):
    """The headers at once, then a byte for ever, so that no single read takes long."""
    outlet.send_response(200)
    outlet.end_headers()
    while True:
        outlet.wfile.write(b" ")
        outlet.wfile.flush()
        time.sleep(0.02)


def drip_headers(outlet):
    outlet.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        outlet.wfile.write(b"x")
        outlet.wfile.flush()
        time.sleep(0.02)


@pytest.mark.parametrize("act", [lambda outlet: time.sleep(2), drip, drip_headers], ids=["silent", "drips", "headers"])
def test_a_server_that_hangs_is_cut_off_and_asked_again(serving, act):
    outlet = serving(Reply(act=act), Reply(completion("Yes.")))
    assert client(outlet, timeout_s=0.3).complete(CHAT, max_tokens=9).text == "Yes."
    hanging = serving(Reply(act=act))
    with pytest.raises(ServerUnavailable, match=r"did not answer within 0\.2 s, 2 times"):
        client(hanging, timeout_s=0.2, tries=2).complete(CHAT, max_tokens=9)


def hang_up(outlet):
    outlet.connection.shutdown(socket.SHUT_RDWR)


def cut_short(outlet):
    outlet.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    hang_up(outlet)


@pytest.mark.parametrize("act", [hang_up, cut_short])
def test_a_broken_connection_is_tried_again(serving, act):
    outlet = serving(Reply(act=act), Reply(completion("Yes.")))
    assert client(outlet).complete(CHAT, max_tokens=9).text == "Yes."
    with pytest.raises(ServerUnavailable, match=r"broke the connection \(.+\), 4 times"):
        client(serving(Reply(act=act))).complete(CHAT, max_tokens=9)


def test_a_server_that_is_not_there_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(ServerUnavailable, match=rf"server 127\.0\.0\.1:{port} can't be reached \(.*refused\), 4 times"):
        ChatServer(f"http://127.0.0.1:{port}/v1", "a-model", pause=lambda s: None).complete(CHAT, max_tokens=9)


def test_a_huge_answer_is_not_read_to_its_end(serving):
    def pour(outlet):
        outlet.send_response(200)
        outlet.end_headers()
        while True:
            outlet.wfile.write(b"x" * 65536)

    with pytest.raises(ServerUnavailable, match="answered with more than 0.2 MB"):
        client(serving(Reply(act=pour)), most_bytes=200_000).complete(CHAT, max_tokens=9)


def test_no_proxy_of_the_environment_is_used(serving, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client(serving(Reply(completion("Yes.")))).complete(CHAT, max_tokens=9).text == "Yes."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "must be such as"),
        ("127.0.0.1:8000/v1", "must be such as"),
        ("file:///etc/passwd", "must be such as"),
        ("http://models.example/v1?key=x", "must be such as"),
        ("http://models.example/v 1", "must be such as"),
        ("http://models.example:port/v1", "can't be read"),
        ("http://me:word@models.example/v1", "holds a user or a password"),
    ],
)
def test_an_address_that_is_none_is_refused(url, told):
    with pytest.raises(ServerUnavailable, match=told) as refused:
        ChatServer(url, "a-model")
    assert "word" not in str(refused.value).replace("password", "")


@pytest.mark.parametrize("key", ["two words", "line\nend", "schlüssel"])
def test_a_key_that_would_break_the_header_is_refused_and_not_shown(key):
    with pytest.raises(ServerUnavailable, match="the server's key has spaces") as refused:
        ChatServer("http://127.0.0.1:1/v1", "a-model", key=key)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "key", "shown"),
    [
        ("http://models.example/v1", KEY, True),
        ("http://models.example/v1", "", False),
        ("https://models.example/v1", KEY, False),
        ("http://127.0.0.1:8000/v1", KEY, False),
        ("http://localhost:8000/v1", KEY, False),
    ],
)
def test_a_key_that_travels_open_is_known(url, key, shown):
    found = ChatServer(url, "a-model", key=key)
    assert found.shows_key is shown
    assert KEY not in repr(found)


def test_the_models_of_a_server_are_listed(serving):
    outlet = serving(Reply({"object": "list", "data": [{"id": "a-model"}, {"id": "b"}, 3]}))
    assert client(outlet).served_models() == ["a-model", "b"]
    ((path, headers, body),) = outlet.asked
    assert (path, body) == ("/v1/models", None) and headers["Authorization"] == f"Bearer {KEY}"
    assert client(serving(Reply({"data": None}))).served_models() == []
    with pytest.raises(ServerUnavailable, match="answered with 503"):
        client(serving(Reply(status=503))).served_models()


def test_a_certificate_that_is_not_trusted_is_not_tried_again(monkeypatch):
    import ssl

    error = ssl.SSLCertVerificationError("self-signed certificate")
    error.verify_message = "self-signed certificate"
    asked = []

    def connect(self):
        asked.append(self.host)
        raise error

    monkeypatch.setattr(server.http.client.HTTPSConnection, "connect", connect)
    with pytest.raises(ServerUnavailable, match=r"certificate that is not trusted \(self-signed certificate\)"):
        ChatServer("https://models.example/v1", "a-model").complete(CHAT, max_tokens=9)
    assert asked == ["models.example"]
