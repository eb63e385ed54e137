"""What a story deals with that calls for care: it sets the tone, what may stand beside it, and what may not be said.

Told from the words of the title and of the report's opening. Figures of speech are taken out first: a "killer app", a
"price war" and a "food court" are none of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from synthesis.dialogue import severity_words
from synthesis.text import sentences

TITLES: dict[str, str] = {
    "death": "death",
    "violence": "violence",
    "minors": "minors",
    "sexual_crime": "sexual crime",
    "suicide": "suicide",
    "court": "court",
    "election": "election",
    "health": "health",
    "markets": "markets",
    "light": "light",
}
"""The classes, and how an editor reads them. `death` is of deaths and of lives in the balance; `minors` of children who
were harmed or are accused; `light` of what may be smiled at, and of nothing else in this list."""

FIRST_WORDS, OPENING_WORDS = 65, 190
_CRIMES = frozenset({"court", "violence", "death", "sexual_crime"})
# One report that speaks of these is enough: care costs little here, and a slip much.
_ANY_REPORT = frozenset({"suicide", "sexual_crime", "minors"})

# How many different words speak for a class: in the title and the first words, or in the whole opening.
_ENOUGH = {
    "death": (1, 2),
    "violence": (1, 2),
    "sexual_crime": (1, 2),
    "suicide": (1, 1),
    "court": (2, 3),
    "election": (2, 3),
    "health": (2, 4),
    "markets": (2, 4),
}


def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


_WORDS = {
    "death": _compiled(severity_words.DEATH),
    "violence": _compiled(severity_words.VIOLENCE),
    "sexual_crime": _compiled(severity_words.SEXUAL),
    "suicide": _compiled(severity_words.SUICIDE),
    "court": _compiled(severity_words.COURT),
    "election": _compiled(severity_words.ELECTION),
    "health": _compiled(severity_words.HEALTH),
    "markets": _compiled(severity_words.MARKETS),
}
_LIGHT = _compiled(severity_words.LIGHT)
_CHILD, _HARM = _compiled(severity_words.CHILD), _compiled(severity_words.HARM)


def classify(title: str, text: str) -> frozenset[str]:
    """The classes of a report, of those in TITLES. `text` is plain, a paragraph a line."""
    title = _plain(title)
    words = _plain(" ".join(text.split()[:OPENING_WORDS]))
    first = f"{title}. {' '.join(words.split()[:FIRST_WORDS])}"
    opening = f"{title}. {words}"
    found = {
        name
        for name, (few, many) in _ENOUGH.items()
        if _count(_WORDS[name], first) >= few or _count(_WORDS[name], opening) >= many
    }
    if _has_child(first):
        found.add("minors")
    if not found and (_LIGHT.search(title) and _count(_LIGHT, first) >= 2 or _count(_LIGHT, opening) >= 4):
        found.add("light")
    return frozenset(found)


def of_reports(reports: Sequence[tuple[str, str]]) -> frozenset[str]:
    """The classes of a story from its reports' titles and texts, the lead first.

    The lead decides, with what at least half of the reports say; one report is enough where care is due.
    """
    each = [classify(title, text) for title, text in reports]
    if not each:
        return frozenset()
    shared = {name for name in TITLES if 2 * sum(name in found for found in each) >= len(each)}
    found = each[0] | shared | {name for other in each for name in other & _ANY_REPORT}
    return frozenset(found if found == {"light"} else found - {"light"})


def is_grave(classes: Collection[str]) -> bool:
    """Whether nothing light is said in such a story or beside it."""
    return bool({"death", "violence", "sexual_crime", "suicide"} & set(classes)) or (
        "minors" in classes and bool(_CRIMES & set(classes))
    )


def is_light(classes: Collection[str]) -> bool:
    return "light" in classes


def named(classes: Collection[str]) -> str:
    """The classes for an editor, such as "death, court"."""
    return ", ".join(title for name, title in TITLES.items() if name in classes)


def _plain(text: str) -> str:
    return severity_words.FIGURES.sub("-", " ".join(text.split()).replace("’", "'"))


def _count(pattern: re.Pattern[str], text: str) -> int:
    return len({match[0].lower().rstrip("s") for match in pattern.finditer(text)})


def _has_child(text: str) -> bool:
    return any(_CHILD.search(said) and _HARM.search(said) for said in sentences.split(text))
