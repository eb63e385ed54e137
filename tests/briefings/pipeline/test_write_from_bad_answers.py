"""The write stage with a language model that answers anything but a script: the desk gets the extractive one."""

from __future__ import annotations

import json

import pytest

from briefings import engines
from briefings.models import Episode
from briefings.pipeline import stages
from synthesis.dialogue.writer import Writer
from tests.briefings.pipeline.test_write import planned
from tests.factories import make_story
from tests.fake_chat import chat_server

pytestmark = pytest.mark.django_db
TRIES = 3


def turn(host="Ava", kind="fact", text="The council voted to rebuild the sea wall.", cites=("1.0",)):
    return {"cites": list(cites), "host": host, "kind": kind, "text": text}


GOOD = [
    turn(),
    turn("Ben", "question", "And what will that cost?", ()),
    turn(text="The council says that it will cost 12 million euros.", cites=["1.1"]),
]
LOOP = "and the wall and the wall " * 2500
FRENCH = "Le conseil municipal a voté mardi pour reconstruire la vieille digue du port."
CHINESE = [turn(text="市议会周二投票决定重建旧海堤。"), turn("Ben", text="这项工作将耗资。", cites=["1.1"])]
GERMAN = "Der Rat hat am Dienstag beschlossen, den alten Deich am Hafen neu zu bauen."
JSON = """[ | ] | {} | [1] | [null] | [,] | [1,] | [[],[]] | ["a" | ['a'] | [NaN] | [1e9999,2] | [-] | [0x1] | [01]
| [tru] | {"a":1,} | {"a" 1} | {a:1} | "x" | 1 | null | true | [1}{] | [1 2] | ["\\ud800"] | ["\\u12"] | ["\\x00"]
| [""],[""] | [{}] | [{},{}] | [[[[1]]]] | {"turns":[]} | [{"host":"Ava"},{"host":"Ben"}] | [1.0.0] | ["tab\there"]
| [+1] | [.5] | [1.] | // no | [/* no */] | \ufeff[] | [Infinity]
| [{"cites":["1.0"],"host":["Ava"],"kind":{"a":1},"text":1},{}]
| [{"cites":"1.0","host":"Ava","kind":"fact","text":"The wall."},{"cites":{},"host":null,"kind":null,"text":null}]"""
BAD = {
    "nothing": "",
    "spaces": " \n\t ",
    "broken JSON": json.dumps(GOOD)[:-1],
    "half of an answer": json.dumps(GOOD)[: len(json.dumps(GOOD)) // 2],
    "cut off": json.dumps(GOOD)[:90] + "...",
    "words around it": "Sure! Here is the story:\n" + json.dumps(GOOD),
    "a thought alone": "<think>First, the council.",
    "a thought and no answer": "<think>First, the council.</think>",
    "a fence alone": "```json\n```",
    "markdown": "**Ava**: The council voted.\n\n**Ben**: What now?",
    "one host": json.dumps([turn(), turn(cites=["1.1"], text="It costs 12 million euros."), turn(cites=["1.4"])]),
    "an unknown host": json.dumps([turn("Mallory"), *GOOD[1:]]),
    "three hosts": json.dumps([*GOOD, turn("Eve")]),
    "repetition": json.dumps([turn("Ava"), turn("Ben"), turn("Ava"), turn("Ben"), turn("Ava"), turn("Ben")]),
    "a loop": LOOP,
    "a loop in a turn": json.dumps([turn(text=LOOP), *GOOD[1:]]),
    "a word without end": json.dumps([turn(text="wall" * 20_000), *GOOD[1:]]),
    "turns without end": json.dumps(GOOD * 900),
    "French": json.dumps([turn(text=FRENCH), turn("Ben", text=FRENCH, cites=["1.1"])]),
    "German": json.dumps([turn(text=GERMAN), turn("Ben", text=GERMAN.replace("Rat", "Stadtrat"), cites=["1.1"])]),
    "Chinese": json.dumps(CHINESE),
    "no such sentence": json.dumps([turn(cites=["7.7"]), *GOOD[1:]]),
    "no citation": json.dumps([turn(cites=[]), *GOOD[1:]]),
    "wrong citations": json.dumps([turn(cites=["1.4"], text="The work will cost 12 million euros."),
        turn("Ben", cites=["1.1"], text="Storms flooded 40 houses last winter.")]),
    "a question without an answer": json.dumps([*GOOD[:1], GOOD[2], GOOD[1]]),
    "invention": json.dumps([turn(text="Elena Ferro paid 99 dollars to Greenland."),
        turn("Ben", text="In 1812, Napoleon paid 7 dollars.", cites=["1.1"])]),
    "lone surrogates": json.dumps([turn(text="The council \ud800 voted."), *GOOD[1:]]),
    "control characters": json.dumps([turn(text="The council \x00\x1b[2J voted."), *GOOD[1:]]),
    "invisible characters": json.dumps([turn(text="The council\u200b voted to\u202e rebuild the wall."), *GOOD[1:]]),
    "control tokens": "<|im_start|>assistant\n" + json.dumps(GOOD) + "<|im_end|>",
    "deep nesting": "[" * 100_000,
    "a huge number": f"[{'9' * 10_000}, 1]",
    "a wrong form": json.dumps([{**turn(), "mood": "happy"}, *GOOD[1:]]),
    "the prompt itself": None,
}  # fmt: skip
BAD |= {f"JSON: {body[:20]}": body for part in JSON.split("|") if (body := part.strip())}


@pytest.fixture(scope="module")
def desk():
    """A writer on a server whose answer is `says`, None for the prompt; `asked` counts the tries for a story."""

    class Desk:
        says: str | None = ""
        asked = 0

    def answer(request):
        prompt = request["messages"][-1]["content"]
        Desk.asked += "You write one story" in request["messages"][0]["content"]
        return prompt if Desk.says is None else Desk.says

    with chat_server(answer) as server:
        Desk.writer = Writer(server=server, name="a-model")
        yield Desk


def written(desk, says, monkeypatch) -> Episode:
    desk.says, desk.asked = says, 0
    monkeypatch.setattr(engines, "writer", lambda: desk.writer)
    return stages.advance(planned(make_story()).pk, stages.BY_NAME["write"])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_gives_the_extractive_script_after_three_tries(desk, name, monkeypatch):
    script = written(desk, BAD[name], monkeypatch).script
    assert desk.asked == TRIES
    assert script.is_extractive and script.writer.startswith("extractive") and "a-model" in script.writer
    turns = list(script.turns.all())
    assert {turn.host for turn in turns} == {"Ava", "Ben"}
    assert {turn.written_by for turn in turns} <= {"extractive", "source", "template"}
    assert not any(turn.findings for turn in turns)


@pytest.mark.parametrize(
    "form",
    ["{}", "```json\n{}\n```", "<think>First, the council [1.0].</think>\n{}", "\n {} \n"],
)
def test_a_good_answer_is_taken_whatever_is_around_it_by_custom(desk, form, monkeypatch):
    script = written(desk, form.replace("{}", json.dumps(GOOD)), monkeypatch).script
    assert desk.asked == 1 and script.writer == "a-model" and not script.is_extractive
    assert script.turns.filter(written_by="model").count() >= 2


def test_an_address_in_a_good_answer_is_not_heard(desk, monkeypatch):
    storms = turn("Ben", text="Storms broke through the wall twice last winter and flooded 40 houses.", cites=["1.3"])
    address = turn(text="The council voted, says evil.example, and more is at evil dot com.")
    bad = json.dumps([address, *GOOD[1:], storms])
    script = written(desk, bad, monkeypatch).script
    text = " ".join(turn.text for turn in script.turns.all())
    assert not script.is_extractive and "evil" not in text
    assert not any(turn.findings for turn in script.turns.all())
