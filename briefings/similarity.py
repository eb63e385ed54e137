"""How likely two articles are to report one event: weighted words of title and lead, and the names that they share.

Plain term weighting needs no model and is the same on every machine. Where the likeness of the two texts' meanings is
known as well, it finds the reports that put it in other words; the names still tell one earthquake from another.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TITLE_WEIGHT, LEAD_WEIGHT, BODY_WEIGHT = 2.5, 1.0, 0.35
LEAD_WORDS, BODY_WORDS = 70, 220
NAME_WEIGHT, NUMBER_WEIGHT = 1.8, 1.2
# In a small batch every word is rare: document counts are read as if the batch had at least this many articles.
LEAST_DOCUMENTS = 60
MERGE, MERGE_BY_NAMES, COPY = 0.33, 0.22, 0.8
COPIED_NAMES = 0.6  # of a copy's names the other has so many: a form that is filled in anew has others
COVERED = 0.35
# How alike the meanings must be for names of which the other article has so many, the surest first.
MEANT = ((0.75, 0.2), (0.6, 0.3), (0.5, 0.4))
LEAST_HEARD = 0.2

_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_STOP_WORDS = """
    a about after again against all also am an and any are as at back be because been before being between both but
    by can could day days did do does down during each even every few first for from get had has have he her here him
    his how i if in into is it its just last least like made make many may more most much must my new next no not now of
    off on one only or other our out over own per people put said same say says she should since so some still such take
    than that the their them then there these they this those three through time to today told too took two under until
    up us use very was way we week well were what when where which while who whose why will with within without would
    year years yesterday you your according report reported reports reporting news update live latest monday tuesday
    wednesday thursday friday saturday sunday january february march april june july august september october november
    december officials official reuters ap afp"""
_STOP = frozenset(_STOP_WORDS.split())

# Written with a capital, and no name of anybody.
_ROLE_WORDS = """
    president minister prime former chief police court state governor mayor senator justice house senate congress
    bank government ministry department party north south east west northern southern eastern western street university
    company mr mrs ms dr sen rep gov republican democrat democratic general secretary director council union group
    international national federal county city world american"""
_ROLES = frozenset(_ROLE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Profile:
    """What an article is compared by: raw term weights, and the names and numbers in its title and lead."""

    terms: Mapping[str, float]
    names: frozenset[str]
    numbers: frozenset[str]
    title: frozenset[str]


def profile(title: str, text: str) -> Profile:
    """`text` is the article's, or its summary where the page could not be read."""
    words = text.split()
    lead, body = " ".join(words[:LEAD_WORDS]), " ".join(words[LEAD_WORDS : LEAD_WORDS + BODY_WORDS])
    names = _names(lead) | (_names(title) & _names(f"{lead} {body}")) | _names_of_caps(title)
    weights: dict[str, float] = {}
    for part, weight in ((title, TITLE_WEIGHT), (lead, LEAD_WEIGHT), (body, BODY_WEIGHT)):
        for term in terms(part):
            weights[term] = weights.get(term, 0.0) + weight
    damped = {term: (1 + math.log(1 + count)) * _kind_weight(term, names) for term, count in weights.items()}
    numbers = frozenset(term for term in terms(f"{title} {lead}") if term[0].isdigit())
    return Profile(damped, frozenset(names), numbers, frozenset(terms(title)))


def terms(text: str) -> list[str]:
    """Words that carry meaning, folded to one form: lower case, no possessive, no plural."""
    found = (fold(match.group()) for match in _WORD.finditer(text))
    return [word for word in found if word not in _STOP and (len(word) > 2 or word[0].isdigit())]


def fold(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word.lower()).replace("’", "'").rstrip(".")
    if word and word[0].isdigit():
        return word
    for ending, put in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: -len(ending)] + put
    return word


def _kind_weight(term: str, names: set[str]) -> float:
    if term in names:
        return NAME_WEIGHT
    return NUMBER_WEIGHT if term[0].isdigit() else 1.0


def _names(text: str) -> set[str]:
    """Words written with a capital inside a sentence."""
    found = set()
    for match in re.finditer(r"(?<![.!?:\"“‘\n])\s([A-Z][^\W\d_]+)", " x " + text):
        word = fold(match.group(1))
        if word not in _STOP and word not in _ROLES and len(word) > 2:
            found.add(word)
    return found


def _names_of_caps(title: str) -> set[str]:
    """Capitalised words of a title that is not all in title case: names, then."""
    words = [word for word in _WORD.findall(title) if word[0].isalpha()]
    capitals = [word for word in words[1:] if word[0].isupper()]
    if len(capitals) > 0.5 * max(1, len(words) - 1):
        return set()
    return {fold(word) for word in capitals} - _STOP - _ROLES


class Weights:
    """Inverse document weights over a set of profiles."""

    def __init__(self, profiles: Iterable[Profile]):
        self._count: Counter[str] = Counter()
        documents = 0
        for found in profiles:
            self._count.update(found.terms.keys())
            documents += 1
        self._documents = max(documents, LEAST_DOCUMENTS)
        self._norms: dict[int, tuple[Profile, float]] = {}

    def idf(self, term: str) -> float:
        return math.log(1 + self._documents / max(1, self._count[term]))

    def cosine(self, one: Profile, other: Profile) -> float:
        """0: nothing in common; 1: the same words."""
        dot = sum(weight * other.terms[t] * self.idf(t) ** 2 for t, weight in one.terms.items() if t in other.terms)
        return dot / (self._norm(one) * self._norm(other) or 1.0)

    def _norm(self, found: Profile) -> float:
        known = self._norms.get(id(found))
        if known is None or known[0] is not found:
            norm = math.sqrt(sum((weight * self.idf(term)) ** 2 for term, weight in found.terms.items()))
            known = self._norms[id(found)] = (found, norm)
        return known[1]


def title_coverage(one: Profile, other: Profile) -> float:
    """How much of either title the other article speaks of, from 0 to 1: a person in the news is in many stories."""
    told = (len(one.title & other.terms.keys()) + len(other.title & one.terms.keys())) / 2
    return told / (min(len(one.title), len(other.title)) or 1)


def names_heard(one: Profile, other: Profile) -> float:
    """How many of the names in either title and lead the other article has at all, from 0 to 1."""
    heard = len(one.names & other.terms.keys()) + len(other.names & one.terms.keys())
    return heard / (len(one.names) + len(other.names) or 1)


def are_titled_apart(one: Profile, other: Profile) -> bool:
    """Whether each title names someone or somewhere that the other article never speaks of."""
    return bool((one.names & one.title) - other.terms.keys()) and bool((other.names & other.title) - one.terms.keys())


def _share_no_titled_name(one: Profile, other: Profile) -> bool:
    either = one.names | other.names
    titled, other_titled = either & one.title, either & other.title
    return bool(titled and other_titled) and not titled & other_titled


def is_meant(one: Profile, other: Profile, alike: float) -> bool:
    """Whether texts whose meanings are so much `alike` (a cosine) report one event."""
    heard = names_heard(one, other)
    if are_titled_apart(one, other) or (_share_no_titled_name(one, other) and heard < 0.5):
        return False
    return any(alike >= least and heard >= names for least, names in MEANT)


def is_same_event(one: Profile, other: Profile, weights: Weights) -> bool:
    """Whether two articles, near in time, report one event.

    Like events in different places share their verbs and nouns, and not their names: so some names must be shared, and
    an overlap of words alone is enough only where it is a copy's.
    """
    if title_coverage(one, other) < COVERED:  # first, as it is cheap and sorts out most pairs
        return False
    if are_titled_apart(one, other):
        return False
    score = weights.cosine(one, other)
    if score >= COPY and (names_heard(one, other) >= COPIED_NAMES or not (one.names or other.names)):
        return True
    shared = one.names & other.names
    fewer = min(len(one.names), len(other.names)) or 1
    named = len(shared) / fewer
    if _share_no_titled_name(one, other) and named < 0.5:
        return False  # each title names someone or somewhere else
    if score >= MERGE:
        return (len(shared) >= 2 and named >= 0.25) or named >= 0.5
    return score >= MERGE_BY_NAMES and len(shared) >= 3 and named >= 0.4 and len(one.title & other.title) >= 2
