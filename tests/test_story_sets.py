"""The bundle of invented stories is whole: the form that `Story.from_json` reads, unique ids, dates with a zone."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from synthesis.text.sentences import split
from synthesis.types import Story

STORIES = sorted((Path(__file__).parent / "data" / "stories").glob("*.json"))
SEVERITIES = frozenset("death violence minors sexual_crime suicide court election health markets light".split())


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_no_article_id_is_used_twice():
    ids = [article["id"] for path in STORIES for article in read(path)["articles"]]
    assert ids and len(ids) == len(set(ids))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_set_is_well_formed(path):
    row = read(path)
    story = Story.from_json(row)
    assert story.id == path.stem and story.title
    assert set(row.get("severity", ())) <= SEVERITIES
    assert row["traps"] and all(trap["kind"] and trap["note"] for trap in row["traps"])
    assert 1 <= len(story.articles) <= 4
    for article in story.articles:
        assert dt.datetime.fromisoformat(article.published).tzinfo, article.id
        assert urlsplit(article.url).hostname.endswith(".example"), article.id
        assert article.outlet and article.title and split(article.text), article.id
