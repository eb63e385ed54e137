"""Writing by a language model, with a scripted engine in its place."""

import datetime as dt
import itertools
import json
import random
import re
from collections import deque
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from tokenizers import pre_tokenizers

from synthesis.dialogue import generative, grounding, prompt
from synthesis.dialogue.draft import Assignment
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


def story_tries(engine):
    """How many stories each batch of stories had; other batches write single turns again."""
    texts = [[engine.tokenizer.decode(request.prompt) for request in run] for run in engine.runs]
    return [count for run in texts if (count := sum("You write one story" in text for text in run))]


def rewritten(text="A helicopter lifted the seven men from a raft."):
    return json.dumps({"text": text}, separators=(",", ":"))


def test_a_failing_turn_alone_is_written_again_with_what_was_found(trawler, edition):
    bad = answer(*lead_of(edition), third="A helicopter from Greyhaven lifted 12 men.")
    engine = ScriptedEngine(bad, rewritten("It was Greyhaven once more."), rewritten("A helicopter lifted the men."))
    dialogue = write(engine, trawler, edition)
    assert [len(run) for run in engine.runs if run] == [1, 1, 1]
    assert "A helicopter lifted seven" not in engine.prompts[1] and "You write one story" not in engine.prompts[1]
    assert "No cited sentence names Greyhaven" in engine.prompts[1] and "lifted 12 men" in engine.prompts[1]
    assert "It was Greyhaven once more." in engine.prompts[2]
    (turn,) = [turn for turn in dialogue.turns if "A helicopter lifted the men." in turn.text]
    assert turn.written_by == "model" and not turn.findings


def test_a_turn_that_fails_twice_more_gives_way_to_the_source(trawler, edition):
    bad = answer(*lead_of(edition), third="A helicopter from Greyhaven lifted 12 men.")
    engine = ScriptedEngine(bad, rewritten("It was Greyhaven once more."))
    dialogue = write(engine, trawler, edition)
    assert len(engine.prompts) == 3
    assert "Greyhaven" not in " ".join(turn.text for turn in dialogue.turns)
    assert any(turn.written_by == "extractive" for turn in dialogue.turns)


def test_a_turn_is_written_again_under_a_grammar_of_its_own(trawler, edition):
    bad = answer(*lead_of(edition), third="A helicopter from Greyhaven lifted 12 men.")
    engine = ScriptedEngine(bad, constrained)
    dialogue = write(engine, trawler, edition)
    assert not any(turn.findings for turn in dialogue.turns)
    assert len(engine.prompts) >= 2 and engine.runs[1][0].constraint is not None


def test_the_model_is_told_its_outline_and_what_was_said_before(trawler, edition):
    hosts = (replace(DEFAULT_HOSTS[0], role="anchor", persona="Warm and brief."), DEFAULT_HOSTS[1])
    known = replace(trawler, told_on=edition.date - dt.timedelta(days=1))
    day = replace(edition, format="deep_dive", recent_phrases=frozenset({"And the cause of it?"}))
    engine = ScriptedEngine(answer(*lead_of(edition)))
    dialogue = Writer(engine=engine).write([known], hosts, edition=day)
    told = engine.prompts[0]
    assert "Ava, anchor. Warm and brief." in told and "deep dive" in told
    assert "And the cause of it?" in told and "The listeners know the story from Sunday" in told
    assert "tells [1.0]" in told.partition("Outline, a line a turn:")[2]
    said = [turn for turn in dialogue.turns if turn.kind in ("opening", "link")][-1]
    assert f"Said just before: {said.host}: " in told


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


def read_out(text):
    """An answer that reads out three sentences of the story that a prompt gives."""
    shown = re.findall(r"^\[(1\.[1-9])\] ([^\"\n]{20,140}\.)$", text, re.M)[:3]
    hosts = itertools.cycle(("Ava", "Ben"))
    rows = [{"cites": [cite], "host": next(hosts), "kind": "fact", "text": said} for cite, said in shown]
    return json.dumps(rows)


def test_all_stories_are_written_in_one_batch_and_only_failures_tried_again(stories, edition):
    failures = iter(["no", "no"])

    def reads(request):
        text = engine.tokenizer.decode(request.prompt)
        return next(failures, read_out(text)) if "Cape Dorran" in text else read_out(text)

    engine = ScriptedEngine(reads)
    ready = [prepare(story, edition) for story in stories]
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    assert story_tries(engine) == [4, 1, 1]
    assert [{turn.story for turn in turns} for turns in told] == [{story.id} for story in stories]


def test_a_story_that_does_not_fit_is_not_tried_again_and_holds_up_no_other(stories, edition):
    ready = [prepare(story, edition) for story in stories]
    sizes = [len(prompt.messages(one, "Ava", "Ben", 78)[1]["content"]) for one in ready]
    engine = ScriptedEngine(lambda request: read_out(engine.tokenizer.decode(request.prompt)), longest=max(sizes))
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    longest = sizes.index(max(sizes))
    assert told[longest] == [] and len(engine.runs[0]) == len(ready) - 1
    assert told[1]


def test_a_grammar_that_gives_up_ends_its_own_story_alone(stories, edition):
    def fails(request):
        if "Owls know" in engine.tokenizer.decode(request.prompt):
            raise GrammarRejected("the grammar cannot go on: it grew too large")
        return read_out(engine.tokenizer.decode(request.prompt))

    engine = ScriptedEngine(fails)
    ready = [prepare(story, edition) for story in stories]
    told = generative.write_all(engine, [Assignment(one, 3, "Ava", "Ben") for one in ready], edition)
    assert told[1] and told[3] == []
    assert story_tries(engine) == [len(ready)]


def test_no_story_no_work(edition):
    assert generative.write_all(ScriptedEngine("no"), [], edition) == []


def test_articles_are_fenced_and_cannot_close_the_fence(trawler, edition):
    text = prompt.messages(prepare(trawler, edition), "Ava", "Ben", 120)[1]["content"]
    assert text.count(prompt.FENCE) == 2
    assert "[1.0] Seven fishermen were rescued" in text
