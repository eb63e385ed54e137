"""Requests for invented stories under their own grammars. What prepares a story brings a tagger: 130 MB."""

from __future__ import annotations

import datetime as dt

from synthesis.bench import invented_news
from synthesis.dialogue.draft import Assignment
from synthesis.dialogue.generative import first_request
from synthesis.dialogue.segment import prepare
from synthesis.language.engine import Engine
from synthesis.language.requests import Request
from synthesis.types import Edition

EDITION = Edition("The Line", dt.date(2026, 11, 23))


def requests(engine: Engine, stories: int, facts: int) -> list[Request]:
    """What a writer first asks the engine for, for so many stories of about so many facts."""
    told = (prepare(invented_news.story(number), EDITION) for number in range(stories))
    return [first_request(engine, Assignment(story, facts, "Ava", "Ben"), EDITION) for story in told]
