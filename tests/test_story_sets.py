"""The invented stories and the turns over them are whole: form, unique ids, citations that exist, spans that occur."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from synthesis.text.sentences import split
from synthesis.types import Story

DATA = Path(__file__).parent / "data"
STORIES = sorted((DATA / "stories").glob("*.json"))
TURNS = sorted((DATA / "grounding").glob("*.jsonl"))
SEVERITIES = frozenset("death violence minors sexual_crime suicide court election health markets light".split())
KINDS = frozenset(
    """number unit date name role attribution negation modality quote splice causal superlative forecast""".split()
)


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def read_turns(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def sentences() -> dict[tuple[str, str], list[str]]:
    """The sentences of every article, by the story file's stem and the article's id."""
    return {(path.stem, a["id"]): split(a["text"]) for path in STORIES for a in read(path)["articles"]}


def test_there_are_thirty_stories_half_of_them_in_several_outlets():
    outlets = [{article["outlet"] for article in read(path)["articles"]} for path in STORIES]
    assert len(outlets) == 30
    assert sum(len(names) >= 2 for names in outlets) >= 15


def test_no_article_id_is_used_twice():
    ids = [article["id"] for path in STORIES for article in read(path)["articles"]]
    assert ids and len(ids) == len(set(ids))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_set_is_well_formed(path):
    row = read(path)
    story = Story.from_json(row)
    assert story.id == path.stem and story.title
    assert story.severity <= SEVERITIES
    assert row["traps"] and all(trap["kind"] and trap["note"] for trap in row["traps"])
    assert 1 <= len(story.articles) <= 4
    for article in story.articles:
        assert dt.datetime.fromisoformat(article.published).tzinfo, article.id
        assert urlsplit(article.url).hostname.endswith(".example"), article.id
        assert article.outlet and article.title and split(article.text), article.id
    assert set(story.told) <= {sentence for article in story.articles for sentence in split(article.text)}


def test_no_turn_stands_twice():
    turns = [turn for path in TURNS for turn in read_turns(path)]
    assert turns
    for field in ("id", "text"):
        assert [value for value, times in Counter(turn[field] for turn in turns).items() if times > 1] == []


@pytest.mark.parametrize("path", TURNS, ids=lambda path: path.stem)
def test_every_turn_cites_sentences_that_exist(path, sentences):
    for turn in read_turns(path):
        count = len(sentences[turn["story"], turn["article"]])
        assert turn["sentences"] and all(0 <= index < count for index in turn["sentences"]), turn["id"]
        assert 8 <= len(turn["text"].split()) <= 32, turn["id"]


@pytest.mark.parametrize("path", TURNS, ids=lambda path: path.stem)
def test_a_false_turn_names_its_kind_and_its_wrong_words_and_a_true_one_neither(path):
    for turn in read_turns(path):
        if turn["label"] == "true":
            assert not turn["kind"] and not turn["span"], turn["id"]
        else:
            assert turn["label"] == "false" and turn["kind"] in KINDS, turn["id"]
            assert turn["text"].count(turn["span"]) == 1, turn["id"]


@pytest.mark.parametrize("path", TURNS, ids=lambda path: path.stem)
def test_every_kind_is_there_twenty_times_and_the_true_turns_are_many(path):
    counts = Counter(turn["kind"] for turn in read_turns(path))
    assert all(counts[kind] >= 20 for kind in KINDS), counts
    assert counts[""] >= 150
