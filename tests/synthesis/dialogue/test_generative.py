"""Writing by a language model, with a scripted engine in its place."""

import json
from dataclasses import dataclass

import pytest

from synthesis.dialogue import grounding, prompt
from synthesis.dialogue.segment import prepare, sources
from synthesis.dialogue.writer import Writer
from synthesis.types import DEFAULT_HOSTS


@dataclass
class Written:
    tokens: list[int]


class ScriptedEngine:
    """Answers each call with the next of `answers`, the last one for ever; its tokens are characters."""

    def __init__(self, *answers):
        self.answers, self.prompts = list(answers), []

    @property
    def tokenizer(self):
        return self

    def encode_chat(self, messages):
        return [ord(letter) for letter in "\n".join(message["content"] for message in messages)]

    def decode(self, ids):
        return "".join(map(chr, ids))

    def generate(self, prompts, *, max_tokens, temperature, seed):
        self.prompts += [self.decode(ids) for ids in prompts]
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [Written([ord(letter) for letter in answer])]


def answer(lead, other, third="A helicopter lifted the seven men from a raft."):
    return json.dumps(
        [
            {"cites": ["1.0"], "host": lead, "kind": "fact", "text": "The coastguard says seven fishermen were "
                "rescued, and one is missing."},
            {"cites": [], "host": other, "kind": "question", "text": "How were they found?"},
            {"cites": ["1.2"], "host": lead, "kind": "fact", "text": third},
            {"cites": ["1.4"], "host": other, "kind": "fact", "text": "The cause isn't known."},
        ]
    )  # fmt: skip


def lead_of(edition):
    hosts = [host.name for host in DEFAULT_HOSTS]
    return hosts if edition.date.toordinal() % 2 == 0 else hosts[::-1]


def write(engine, story, edition):
    return Writer(engine=engine, name="scripted").write([story], DEFAULT_HOSTS, edition=edition)


def test_the_models_turns_are_used_and_named(trawler, edition):
    engine = ScriptedEngine(answer(*lead_of(edition)))
    dialogue = write(engine, trawler, edition)
    assert "The cause isn't known." in [turn.text for turn in dialogue.turns]
    assert dialogue.writer == "scripted" and not dialogue.is_extractive
    assert len(engine.prompts) == 1


def test_a_wrong_answer_is_asked_again_with_the_reason(trawler, edition):
    engine = ScriptedEngine("Sure! Here it is.", answer(*lead_of(edition)))
    dialogue = write(engine, trawler, edition)
    assert len(engine.prompts) == 2 and "not a JSON array" in engine.prompts[1]
    assert not dialogue.is_extractive


@pytest.mark.parametrize("bad", ["", "[]", "no no no " * 400, '[{"host": "Eve"}]'])
def test_after_three_tries_the_story_is_extractive(bad, trawler, edition):
    engine = ScriptedEngine(bad)
    dialogue = write(engine, trawler, edition)
    assert len(engine.prompts) == 3
    assert dialogue.is_extractive
    assert dialogue.turns == Writer().write([trawler], DEFAULT_HOSTS, edition=edition).turns


def test_an_invented_fact_gives_way_to_the_sources_own_words(trawler, edition):
    engine = ScriptedEngine(answer(*lead_of(edition), third="A helicopter from Greyhaven lifted 12 men."))
    dialogue = write(engine, trawler, edition)
    article = trawler.articles[0]
    for turn in dialogue.turns:
        if turn.kind == "fact":
            cited = [text for c in turn.citations for text in sources(article, [c.sentence], edition)]
            assert grounding.check(turn.text, cited) == []
    assert "Greyhaven" not in " ".join(turn.text for turn in dialogue.turns)
    assert any(turn.written_by == "extractive" for turn in dialogue.turns)


def test_articles_are_fenced_and_cannot_close_the_fence(trawler, edition):
    text = prompt.messages(prepare(trawler, edition), "Ava", "Ben", 120)[1]["content"]
    assert text.count(prompt.FENCE) == 2
    assert "[1.0] Seven fishermen were rescued" in text
