"""Writing by a language model, with a scripted engine in its place."""

import json
import random
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from tokenizers import pre_tokenizers

from synthesis.dialogue import generative, grounding, prompt
from synthesis.dialogue.generative import Assignment
from synthesis.dialogue.segment import prepare, sources
from synthesis.dialogue.writer import Writer
from synthesis.errors import GrammarRejected, PromptTooLong
from synthesis.language.requests import Request
from synthesis.language.tokenizer import Tokenizer
from synthesis.types import DEFAULT_HOSTS

BYTES = {letter: id for id, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}\n{% endfor %}"


@dataclass
class Written:
    tokens: list[int]
    error: GrammarRejected | None = None


class ScriptedEngine:
    """Answers each request with the next of `answers`, the last one for ever; its tokens are bytes."""

    def __init__(self, *answers, longest=100_000):
        self.answers, self.longest = deque(answers), longest
        self.prompts: list[str] = []
        self.runs: list[list[Request]] = []
        self.tokenizer = Tokenizer.from_bpe(vocabulary=BYTES, merges=[], control={}, chat_template=TEMPLATE)
        self.config = SimpleNamespace(vocab_size=len(BYTES), eos_ids=frozenset())

    def run(self, requests):
        self.runs.append([])
        return ScriptedRun(self, self.runs[-1])

    def next_answer(self):
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


class ScriptedRun:
    def __init__(self, engine, requests):
        self.engine, self.requests = engine, requests

    def submit(self, request):
        if len(request.prompt) > self.engine.longest:
            raise PromptTooLong(len(request.prompt), self.engine.longest)
        self.requests.append(request)
        self.engine.prompts.append(self.engine.tokenizer.decode(request.prompt))
        return SimpleNamespace(number=len(self.requests) - 1)

    def __iter__(self):
        for number, request in reversed(list(enumerate(self.requests))):
            answer = self.engine.next_answer()
            try:
                answer = answer(request) if callable(answer) else answer
                yield number, Written(self.engine.tokenizer.encode(answer))
            except GrammarRejected as error:
                yield number, Written([], error)


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


def constrained(request):
    """What random choices among the allowed tokens make."""
    constraint, written, dice = request.constraint, [], random.Random(request.seed)
    letters = {id: letter for letter, id in BYTES.items()}
    while not constraint.is_finished:
        following = constraint.forced() or [dice.choice(constraint.allowed().nonzero()[:, 0].tolist())]
        constraint.advance(following)
        written += following
    assert len(written) <= request.max_tokens
    return "".join(letters[id] for id in written).replace("\u0120", " ")


def test_the_model_is_held_to_the_storys_grammar(trawler, edition):
    engine = ScriptedEngine(constrained)
    told = generative.write(engine, prepare(trawler, edition), 3, "Ava", "Ben", edition)
    assert len(engine.prompts) == 1 and len(told) >= 2
    assert {turn.host for turn in told} == {"Ava", "Ben"}


def test_all_stories_are_written_in_one_batch_and_only_failures_tried_again(stories, edition):
    ready = [prepare(story, edition) for story in stories]
    good = [answer("Ava", "Ben")] * 3
    engine = ScriptedEngine("no", *good, answer("Ava", "Ben"))
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    assert [len(run) for run in engine.runs][0] == 4
    assert all(len(later) < len(before) for before, later in zip(engine.runs, engine.runs[1:], strict=False))
    trawler = ready.index(next(one for one in ready if one.story.id == "trawler"))
    assert told[trawler] and {turn.story for turn in told[trawler]} == {"trawler"}


def test_a_story_that_does_not_fit_is_not_tried_again_and_holds_up_no_other(stories, edition):
    ready = [prepare(story, edition) for story in stories]
    sizes = [len(prompt.messages(one, "Ava", "Ben", 78)[1]["content"]) for one in ready]
    engine = ScriptedEngine(answer("Ava", "Ben"), longest=max(sizes))
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    longest = sizes.index(max(sizes))
    assert told[longest] == [] and len(engine.runs[0]) == len(ready) - 1
    assert told[1]


def test_a_grammar_that_gives_up_ends_its_own_story_alone(stories, edition):
    def fails(request):
        if "Owls know" in engine.tokenizer.decode(request.prompt):
            raise GrammarRejected("the grammar cannot go on: it grew too large")
        return answer("Ava", "Ben")

    engine = ScriptedEngine(fails)
    ready = [prepare(story, edition) for story in stories]
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    assert told[1] and told[3] == []
    assert len(engine.runs[0]) == len(ready) and not any(engine.runs[1:])


def test_no_story_no_work(edition):
    assert generative.write_all(ScriptedEngine("no"), [], edition) == []


def test_articles_are_fenced_and_cannot_close_the_fence(trawler, edition):
    text = prompt.messages(prepare(trawler, edition), "Ava", "Ben", 120)[1]["content"]
    assert text.count(prompt.FENCE) == 2
    assert "[1.0] Seven fishermen were rescued" in text
