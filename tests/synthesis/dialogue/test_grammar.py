import json

import pytest

from synthesis.dialogue.grammar import json_schema, parse
from synthesis.dialogue.segment import prepare
from synthesis.errors import DialogueRejected


@pytest.fixture
def prepared(trawler, edition):
    return prepare(trawler, edition)


def turn(host="Ava", kind="fact", text="Seven fishermen were rescued.", cites=("1.0",)):
    return {"cites": list(cites), "host": host, "kind": kind, "text": text}


GOOD = [
    turn(),
    turn("Ben", "question", "How were they found?", ()),
    turn(text="A helicopter lifted the seven men from a raft, the coastguard says.", cites=["1.2"]),
]


def test_a_sound_answer_becomes_turns(prepared):
    turns = parse(json.dumps(GOOD), prepared, "Ava", "Ben")
    assert [turn.kind for turn in turns] == ["fact", "question", "fact"]
    assert turns[2].citations[0].article == "sinking" and turns[2].citations[0].sentence == 2
    assert {turn.written_by for turn in turns} == {"model"} and {turn.story for turn in turns} == {"trawler"}


def test_a_code_fence_around_it_is_forgiven(prepared):
    assert len(parse(f"```json\n{json.dumps(GOOD)}\n```", prepared, "Ava", "Ben")) == 3


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [turn()] * 30,
        [turn("Mallory"), *GOOD[1:]],
        [turn(kind="joke"), *GOOD[1:]],
        [turn(cites=[]), *GOOD[1:]],
        [turn(cites=["2.0"]), *GOOD[1:]],
        [turn(cites=["1.99"]), *GOOD[1:]],
        [turn(cites=[1.0]), *GOOD[1:]],
        [turn(text=""), *GOOD[1:]],
        [turn(text=None), *GOOD[1:]],
        [turn(text="See www.sea.example for more of it."), *GOOD[1:]],
        [turn(text="Let's dive in to the sea."), *GOOD[1:]],
        [turn(text="word " * 60), *GOOD[1:]],
        [{**turn(), "note": "x"}, *GOOD[1:]],
        [GOOD[0], turn("Ben", "question", "Were there 7?", ()), GOOD[2]],
        [GOOD[0], turn("Ben", "question", 'Was it "high"?', ()), GOOD[2]],
        [GOOD[0], GOOD[2], GOOD[1]],
        [GOOD[0], turn("Ava", "question", "How were they found?", ()), GOOD[2]],
        [GOOD[0], GOOD[2]],
        [*GOOD, turn("Ben", "reaction", "How sad.", ())],
        [turn("Ava"), turn("Ben"), turn("Ava"), turn("Ben"), turn("Ava")],
    ],
)
def test_anything_else_is_refused_with_a_reason(rows, prepared):
    with pytest.raises(DialogueRejected) as rejection:
        parse(json.dumps(rows), prepared, "Ava", "Ben")
    assert len(rejection.value.reason) > 10


@pytest.mark.parametrize(
    "answer", ["", "Sure! Here is your dialogue.", "{}", '[{"host": "Ava"', "[" * 5000, "null", "[1, 2, 3]"]
)
def test_broken_json_is_refused(answer, prepared):
    with pytest.raises(DialogueRejected):
        parse(answer, prepared, "Ava", "Ben")


def test_the_schema_for_servers_says_what_the_grammar_takes(prepared):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema(prepared, "Ava", "Ben")
    jsonschema.validate(GOOD, schema)
    wrong = [
        [GOOD[0]],
        [turn("Mallory"), *GOOD[1:]],
        [turn(cites=[]), *GOOD[1:]],
        [turn(cites=["1.99"]), *GOOD[1:]],
        [turn(text=""), *GOOD[1:]],
        [GOOD[0], turn("Ben", "question", "Were there 7?", ()), GOOD[2]],
        [GOOD[0], turn("Ben", "question", "Why?", ("1.0",)), GOOD[2]],
        [{**turn(), "note": "x"}, *GOOD[1:]],
        [*GOOD, turn("Ben", "reaction", "How sad.", ())],  # the story is grave
    ]
    for rows in wrong:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(rows, schema)


def test_evidence_comes_first_in_the_schema(prepared):
    schema = json_schema(prepared, "Ava", "Ben")
    for form in schema["items"]["anyOf"]:
        assert list(form["properties"]) == form["required"] == ["cites", "host", "kind", "text"]
        assert form["additionalProperties"] is False
    cites = schema["items"]["anyOf"][0]["properties"]["cites"]
    assert cites["items"]["enum"] == [f"1.{n}" for n in range(len(prepared.readings[0].sentences))]
    assert cites["minItems"] == 1
