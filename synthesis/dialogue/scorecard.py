"""What can be measured of a script without judging its truth: the figures by which editions are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from synthesis.dialogue import length, novelty, severity
from synthesis.types import FACT_KINDS, Dialogue, Edition, Story, Turn

FRAME_KINDS = frozenset({"opening", "link", "closing"})
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def scorecard(
    dialogue: Dialogue, stories: Sequence[Story], edition: Edition, earlier: Sequence[str] = ()
) -> dict[str, Any]:
    """The script's figures, as JSON takes them; shares are from 0 to 1.

    `earlier`: the openings, links and sign-offs of the show's last editions. `shared_with_earlier` is None without any,
    and `cited` None without a turn that states a fact. `stories` may be more than were told.
    """
    turns = dialogue.turns
    texts = [turn.text for turn in turns]
    facts = [turn for turn in turns if turn.kind in FACT_KINDS]
    told = _told(turns, stories)
    lengths = [len(text.split()) for text in texts]
    return {
        "turns": len(turns),
        "words": sum(lengths),
        "fact_turns": len(facts),
        "cited": _share(bool(turn.citations) for turn in facts),
        "findings": dict(sorted(Counter(f.kind for turn in turns for f in turn.findings).items())),
        "repeated_four_grams": round(novelty.repeated_four_grams(texts), 4),
        "questions": _share(turn.kind == "question" for turn in turns),
        "turn_words_median": median(lengths) if lengths else 0,
        "turn_words_longest": max(lengths, default=0),
        "banter_on_grave": sum(_is_banter(turn) for turn in turns if turn.story in _grave(told)),
        "shared_with_earlier": _shared(turns, earlier),
        "minutes_asked": edition.minutes,
        "minutes": round(length.seconds(turns, length.rates_of(dialogue.hosts, edition.speaking_rates)) / 60, 2),
        "reading_ease": reading_ease(texts),
        "stories": len(told),
        "outlets": len({article.outlet for story in told for article in story.articles}),
        "single_source_stories": [story.id for story in told if _is_single_source(story)],
    }


def _told(turns: Sequence[Turn], stories: Sequence[Story]) -> list[Story]:
    named = {turn.story for turn in turns}
    return [story for story in stories if story.id in named]


def _grave(stories: Iterable[Story]) -> set[str]:
    return {story.id for story in stories if severity.is_grave(story.severity)}


def _is_banter(turn: Turn) -> bool:
    """Whether a host reacts without saying anything of the sources, or exclaims."""
    return (turn.kind == "reaction" and not turn.citations) or "!" in _QUOTED.sub("", turn.text)


def _is_single_source(story: Story) -> bool:
    return len({article.outlet for article in story.articles}) == 1


def _shared(turns: Sequence[Turn], earlier: Sequence[str]) -> float | None:
    own = [turn.text for turn in turns if turn.kind in FRAME_KINDS]
    return round(novelty.shared_four_grams(own, earlier), 4) if earlier else None


def _share(answers: Iterable[bool]) -> float | None:
    known = list(answers)
    return round(sum(known) / len(known), 4) if known else None


def reading_ease(texts: Iterable[str]) -> float:
    """Flesch's reading ease of the whole: 206.835 - 1.015 words a sentence - 84.6 syllables a word; 0 for no words.

    Source: Flesch, "A new readability yardstick", 1948. 60 to 70 is plain English.
    """
    text = " ".join(texts)
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
    if not words:
        return 0.0
    sentences = max(1, len(re.findall(r"[.!?…]+[\"'”’)]*(?=\s|$)", text)))
    syllables = sum(count_syllables(word) for word in words)
    return round(206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words), 1)


def count_syllables(word: str) -> int:
    """Groups of vowels, less a silent e at the end; at least one."""
    word = word.casefold()
    groups = len(re.findall(r"[aeiouyáàâäåæéèêëíìîïóòôöøœúùûü]+", word))
    is_silent = bool(re.search(r"[^aeiouyl]e(?:s|d)?$", word)) and not re.search(
        r"(?:[td]ed|[scxz]es|[sc]hes|ges)$", word
    )
    return max(1, groups - (is_silent and groups > 1))
