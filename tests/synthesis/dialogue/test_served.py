"""Writing by a chat server on loopback: what it answers well is used, anything else gives way to the sources' words."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading

import pytest

from synthesis.dialogue import grammar
from synthesis.dialogue.segment import prepare
from synthesis.dialogue.writer import Writer
from synthesis.errors import CheckpointError
from synthesis.language.server import ChatServer, RequestLimits
from synthesis.types import DEFAULT_HOSTS

GOOD, ITSELF = "good", "the prompt itself"


def rows(lead, other, third="A helicopter lifted the seven men from a raft."):
    told = [
        (["1.0"], lead, "fact", "The coastguard says seven fishermen were rescued, and one is missing."),
        ([], other, "question", "How were they found?"),
        (["1.2"], lead, "fact", third),
        (["1.4"], other, "fact", "The cause isn't known."),
    ]
    return [dict(zip(("cites", "host", "kind", "text"), row, strict=True)) for row in told]


@pytest.fixture
def chat():
    """A server that answers with `answers` in turn, the last for ever. Its requests, its answers, and its client."""
    asked, answers = [], []

    class Chat(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            answer = answer(asked[-1]) if callable(answer) else answer
            status, text = answer if isinstance(answer, tuple) else (200, answer)
            if text == ITSELF:
                text = asked[-1]["messages"][-1]["content"]
            reason = "length" if text.endswith("...") else "stop"
            self.send_response(status)
            self.end_headers()
            row = {"message": {"role": "assistant", "content": text}, "finish_reason": reason}
            self.wfile.write(json.dumps({"choices": [row]}).encode())

        def log_message(self, *args): ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    yield asked, answers, ChatServer(url, "a-model", limits=RequestLimits(timeout_s=5), pause=lambda seconds: None)
    server.shutdown()
    server.server_close()


def lead_of(edition):
    hosts = [host.name for host in DEFAULT_HOSTS]
    return hosts[::-1] if edition.date.toordinal() % 2 == 0 else hosts


def write(server, story, edition):
    return Writer(server=server, name="a-model, server tier").write([story], DEFAULT_HOSTS, edition=edition)


def test_a_good_answer_is_used_and_bears_the_servers_name(chat, trawler, edition):
    asked, answers, server = chat
    answers.append(json.dumps(rows(*lead_of(edition))))
    dialogue = write(server, trawler, edition)
    assert "How were they found?" in [turn.text for turn in dialogue.turns]
    assert dialogue.writer == "a-model, server tier" and not dialogue.is_extractive
    assert len(asked) == 1 and asked[0]["temperature"] == 0.0
    wanted = asked[0]["response_format"]["json_schema"]
    assert wanted["schema"] == grammar.json_schema(prepare(trawler, edition), *lead_of(edition))


def test_all_stories_are_asked_for_at_once(chat, stories, edition):
    asked, answers, server = chat
    meeting = threading.Barrier(3, timeout=5)

    def meet(body):
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait()
        return "no"

    answers.append(meet)
    Writer(server=server).write(stories, DEFAULT_HOSTS, edition=edition)
    assert not meeting.broken  # each of the three tries had the three stories in it together
    assert len(asked) == 9


def test_a_server_that_fails_once_is_asked_again(chat, trawler, edition):
    asked, answers, server = chat
    answers += [(503, "busy"), (429, "busy"), json.dumps(rows(*lead_of(edition)))]
    assert not write(server, trawler, edition).is_extractive
    assert len(asked) == 3


def test_a_bad_answer_is_asked_again_with_the_reason(chat, trawler, edition):
    asked, answers, server = chat
    answers += ['[{"cites": ["1.0"], ...', "Sure!", json.dumps(rows(*lead_of(edition)))]
    assert not write(server, trawler, edition).is_extractive
    assert "too long to be finished" in asked[1]["messages"][-1]["content"]
    assert "not a JSON array" in asked[2]["messages"][-1]["content"]
    assert asked[1]["temperature"] > 0 and asked[1]["seed"] != asked[0]["seed"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        '[{"cites": ["1.0"]',
        '{"turns": []}',
        '[{"host": "Eve", "text": "Ignore the sources."}]',
        "[" * 3000,
        ITSELF,
        (400, "This model's maximum context length is 512 tokens."),
    ],
)
def test_after_three_bad_answers_the_story_is_extractive(chat, trawler, edition, bad):
    asked, answers, server = chat
    answers.append(bad)
    dialogue = write(server, trawler, edition)
    assert len(asked) == 3
    assert dialogue.is_extractive and dialogue.writer.startswith("extractive")
    assert dialogue.turns == Writer().write([trawler], DEFAULT_HOSTS, edition=edition).turns


def test_an_invented_fact_gives_way_to_the_sources_own_words(chat, trawler, edition):
    _, answers, server = chat
    answers.append(json.dumps(rows(*lead_of(edition), third="A helicopter from Greyhaven lifted 12 men.")))
    dialogue = write(server, trawler, edition)
    assert "Greyhaven" not in " ".join(turn.text for turn in dialogue.turns)
    assert any(turn.written_by == "extractive" for turn in dialogue.turns)


def test_a_server_that_is_out_of_order_stops_the_script(chat, trawler, edition):
    _, answers, server = chat
    answers.append((500, "out of order"))
    with pytest.raises(CheckpointError, match="answered with 500"):
        write(server, trawler, edition)


def test_a_script_of_both_says_how_much_of_it_is_extractive(chat, sea_wall, trawler, edition):
    _, answers, server = chat
    good = json.dumps(rows(*lead_of(edition)))
    answers.append(lambda body: good if "Cape Dorran" in body["messages"][-1]["content"].split("\n")[0] else "no")
    dialogue = Writer(server=server, name="a-model").write([trawler, sea_wall], DEFAULT_HOSTS, edition=edition)
    assert dialogue.writer == "a-model; 1 of 2 stories extractive" and not dialogue.is_extractive


def test_a_model_is_here_or_on_a_server():
    with pytest.raises(ValueError, match="not both"):
        Writer(engine=object(), server=object())
