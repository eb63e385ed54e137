"""Numbers as they are meant: the value, what it is a number of, and the words that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from synthesis.dialogue.figures import Figure
from synthesis.dialogue.figures import quantities as quantities_of
from synthesis.dialogue.grounding import lexicon
from synthesis.dialogue.grounding.texts import Sentence

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_POINTS = re.compile(r"[\s-]*(percentage|basis)[\s-]points?\b", re.I)
_RATE = re.compile(
    r"(?:\W+[\w'-]+){0,4}?\W+(?:an?|per|each|every)\W(second|minute|hour|day|night|week|month|year)\b"
    r"|(?:\W+[\w'-]+){0,2}?\W+(hourly|daily|nightly|weekly|monthly|yearly|annually)\b",
    re.I,
)
_PRICE = re.compile(r"(?: (?:dollars?|pounds?|euros?|cents?|pence))? (?:an?|per|each|every) ([a-z]+)\b", re.I)
_RATES = {"annually": "year", "daily": "day", "hourly": "hour", "nightly": "night"}
_UNIT_OF_TIME = re.compile(
    r"\b(?:an?|half an?) (second|minute|hour|day|week|fortnight|month|year|decade|century)\b", re.I
)
_JOINTS = re.compile(r"; |, (?:and|but|while|whereas) |(?<!\w{2}) and (?=in )|: ")
_FAR = 9
_FLOOR = re.compile(r"\b(?:at least|more than|over|no (?:fewer|less) than|above)\W+(?:\w+\W+)?$", re.I)
_CEILING = re.compile(
    r"\b(?:at most|up to|as (?:many|much|high|far|long|deep|old|late) as|no more than|a maximum of)\W+(?:\w+\W+)?$",
    re.I,
)
_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|most"
_WHOLE = re.compile(
    rf"\b(?:\d[\d,.]*|{_COUNTED}) of (?:\w+'s )?(?:(?:about|some|the|its|their|a|promised|roughly)\W+)*$", re.I
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with what it counts. `dimension` and `size`: of its unit, "" and 1 without one; `noun`: the lemma of the
    thing counted; `rate`: "month" of "a month"; `words`: lemmas that stand nearer to it than to any other
    number; `clause`: those of its clause; `around`: what stands right before it and behind; `before`: the text
    before it."""

    figure: Figure
    dimension: str
    size: float
    noun: str
    rate: str
    words: frozenset[str]
    near: frozenset[str]
    is_year: bool = False
    clause: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    before: str = ""
    is_quantity: bool = True

    @property
    def is_floor(self) -> bool:
        return bool(_FLOOR.search(self.before))

    @property
    def is_ceiling(self) -> bool:
        return bool(_CEILING.search(self.before))

    @property
    def is_whole(self) -> bool:
        """Whether it is the number of which another is a part: the 190 of "58 of about 190"."""
        return bool(_WHOLE.search(self.before))

    @property
    def value(self) -> float:
        return self.figure.value

    @property
    def base(self) -> float:
        return self.figure.value * self.size


@lru_cache(maxsize=4000)
def measures(sentence: Sentence) -> tuple[Measure, ...]:
    figures = [*sentence.figures]
    if not figures:
        return ()
    doc, quantities = sentence.doc, quantities_of(sentence.text)
    tokens = [_token_at(doc, figure) for figure in figures]
    shared = _nearest_words(doc, tokens)
    found = []
    for figure, token, words in zip(figures, tokens, shared, strict=True):
        noun = _counted(token, figure)
        dimension, size = _unit(sentence.text, figure, noun)
        rate = _RATE.match(sentence.text, figure.end)
        price = _PRICE.match(sentence.text, figure.end) if figure.unit and figure.unit != "percent" else None
        per = (rate[1] or rate[2]).lower() if rate else price[1].lower() if price else ""
        near = {noun.lemma_.lower(), *_beside(noun)} if noun is not None else _beside(_whole_of(token))
        name = noun.lemma_.lower() if noun is not None and not dimension else ""
        per = _RATES.get(per, per.removesuffix("ly"))
        is_year = not dimension and figures_is_year(figure) and noun is None
        found.append(
            Measure(
                figure,
                dimension,
                size,
                name,
                per,
                words,
                frozenset(near),
                is_year,
                clause_words(sentence, figure.start),
                _around(doc, figure),
                sentence.text[: figure.start],
                figure in quantities and ":" not in sentence.text[max(0, figure.start - 1) : figure.end + 1],
            )
        )
    return tuple(found)


def _around(doc: Doc, figure: Figure) -> frozenset[str]:
    """ "<from" of the preposition right before the number, and the lemmas of the three words behind it."""
    before = [t for t in doc if t.idx + len(t) <= figure.start and t.pos_ not in {"SYM", "PUNCT"}][-1:]
    after = [t for t in doc if t.idx >= figure.end and t.pos_ not in {"SYM", "PUNCT", "DET", "ADP", "CCONJ"}][:2]
    words = {t.lemma_.lower() for t in after if t.pos_ in {"NOUN", "PROPN", "NUM", "ADJ", "VERB"}}
    return frozenset({f"<{t.lower_}" for t in before if t.pos_ == "ADP"} | words)


def compounds(sentence: Sentence) -> Iterator[Measure]:
    """Two numbers that are one measure together, "2 minutes 41 seconds", and "5.4m" read as metres."""
    for measure in measures(sentence):
        written = sentence.text[measure.figure.start : measure.figure.end]
        if not measure.figure.unit and re.fullmatch(r"\d{1,3}(?:\.\d+)?m", written):
            yield replace(measure, figure=replace(measure.figure, value=measure.value / 1e6), dimension="length")
    for first, second in pairwise(measures(sentence)):
        between = sentence.text[first.figure.end : second.figure.start]
        is_one = first.dimension and first.dimension == second.dimension and first.size > second.size
        if is_one and re.fullmatch(r"[\s-]*[a-z]+,?(?: and)? ", between):
            whole = replace(first.figure, value=first.value + second.base / first.size, end=second.figure.end)
            yield replace(first, figure=whole)


def clause_words(sentence: Sentence, place: int) -> frozenset[str]:
    """The lemmas of the nouns and adjectives of the part between joining marks in which the place lies."""
    cuts = [0, *(m.end() for m in _JOINTS.finditer(sentence.text)), len(sentence.text) + 1]
    start, end = next((a, b) for a, b in pairwise(cuts) if a <= place < b)
    inside = [t for t in sentence.doc if start <= t.idx < end and t.pos_ in {"NOUN", "PROPN", "ADJ"}]
    return frozenset(t.lemma_.lower() for t in inside if not lexicon_stop(t.lemma_.lower()))


def figures_is_year(figure: Figure) -> bool:
    return figure.value.is_integer() and 1800 <= figure.value <= 2100


def spans_of_time(text: str) -> list[float]:
    """Seconds of "a month", "a decade", "half an hour": spans that have no number."""
    table = _units()
    found = []
    for match in _UNIT_OF_TIME.finditer(text):
        found.append(table[match[1].lower()][1] * (0.5 if match[0].lower().startswith("half") else 1.0))
    return found


def _token_at(doc: Doc, figure: Figure) -> Token:
    return next((token for token in doc if token.idx + len(token) >= figure.end), doc[len(doc) - 1])


def _counted(token: Token, figure: Figure) -> Token | None:
    """The noun that the number counts: "passengers" of "187 passengers", "projects" of "a dozen of the 24 projects";
    None where it stands alone."""
    of = [noun for prep in token.children if prep.lower_ == "of" for noun in prep.children if noun.dep_ == "pobj"]
    if of and of[0].pos_ in {"NOUN", "PROPN"}:
        return of[0]
    if token.dep_ in {"nummod", "compound", "quantmod", "amod", "npadvmod", "nmod"}:
        noun = token.head
        for _ in range(3):
            if noun.pos_ == "NUM" and noun.dep_ in {"nummod", "compound"}:
                noun = noun.head
        if noun.pos_ in {"NOUN", "PROPN"} and noun.idx >= figure.end and not _is_cut_off(token, noun):
            return noun
        if noun.pos_ in {"NOUN", "PROPN"} and noun.idx + len(noun) <= figure.start:
            return noun
    for step in (1, 2, 3):
        place = token.i + step
        if place < len(token.doc) and token.doc[place].pos_ in {"NOUN", "PROPN"}:
            between = token.doc[token.i + 1 : place]
            if all(t.pos_ in {"ADJ", "NOUN", "NUM", "SYM"} or t.text in {"-", "of", "the"} for t in between):
                return token.doc[place]
            return None
    return None


def _whole_of(token: Token) -> Token:
    """The head of a number in several words."""
    while token.dep_ in {"conj", "compound", "quantmod"} and token.head.like_num:
        token = token.head
    return token


def _is_cut_off(token: Token, noun: Token) -> bool:
    """Whether a preposition stands between: "in a thousand over ten years"."""
    return any(t.pos_ == "ADP" and t.lower_ != "of" for t in token.doc[token.i + 1 : noun.i])


def _beside(noun: Token) -> set[str]:
    """What says more of the counted noun: its adjectives, the verbs it is the subject or the object of."""
    words = {child.lemma_.lower() for child in noun.children if child.dep_ in {"amod", "compound", "acl", "relcl"}}
    head = noun.head
    if head.pos_ in {"VERB", "AUX"} and noun.dep_ in {"nsubj", "nsubjpass", "dobj", "attr"}:
        words |= {head.lemma_.lower(), *(c.lemma_.lower() for c in head.children if c.dep_ == "acomp")}
    if noun.dep_ == "npadvmod" and head.pos_ in {"ADV", "ADJ", "SCONJ", "ADP"}:
        words.add(head.lemma_.lower())  # "two days earlier"
    return words - {"be", "have", "more", "least"}


def _unit(text: str, figure: Figure, noun: Token | None) -> tuple[str, float]:
    points = _POINTS.match(text, figure.end)
    if points:
        return "points", 0.01 if points[1].lower() == "basis" else 1.0
    speed = re.match(r"[\s-]*(mile|kilometre|kilometer|km)s?(?: (?:an|per) hour|/h\b)", text[figure.end :], re.I)
    if speed:
        return _units()["mph" if speed[1].lower() == "mile" else "kph"]
    if re.match(r"\s?°\s?[CF]?\b", text[figure.end :]):
        return "degree", 1.0
    if figure.unit:
        return figure.unit, 1.0
    if re.match(r"[\s-]*pence\b|p\b", text[figure.end :]):
        return "pound", 0.01
    word = re.match(r"[\s-]*(?:square |cubic )?([a-z]+)", text[figure.end :], re.I)
    for name in (word[1].lower() if word else "", noun.lemma_.lower() if noun is not None else ""):
        for form in (name, name.removesuffix("s")):
            if form in _units() and (len(form) > 2 or figure.end < len(text)):
                return _units()[form]
    return "", 1.0


def unit_size(word: str) -> float:
    return _units()[word][1]


def is_unit(word: str) -> bool:
    return word in _units()


@cache
def _units() -> dict[str, tuple[str, float]]:
    units: dict[str, tuple[str, float]] = {}
    for line in Path(__file__).with_name("units.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            dimension, size, words = line.split("\t")
            units |= {word: (dimension, float(size)) for word in words.split()}
    return units


def _nearest_words(doc: Doc, numbers: list[Token]) -> list[frozenset[str]]:
    """For each number the content words that are no nearer, along the parse, to another number."""
    found: list[set[str]] = [set() for _ in numbers]
    paths = [_path(number) for number in numbers]
    for token in doc:
        is_time = token.ent_type_ in {"DATE", "TIME"}
        if is_time or token.pos_ not in {"NOUN", "PROPN", "ADJ"} or lexicon_stop(token.lemma_.lower()):
            continue
        distances = [_distance(token, path) for path in paths]
        nearest = min(distances)
        for place, distance in enumerate(distances):
            if distance == nearest and distance <= _FAR:
                found[place].add(token.lemma_.lower())
    return [frozenset(words) for words in found]


def lexicon_stop(lemma: str) -> bool:
    return lemma in {"be", "have", "do", "say", "make", "get", "more", "least", "other", "such", "same", "number"}


def _path(token: Token) -> dict[int, int]:
    """How many steps up from the token each of its ancestors is."""
    steps = {token.i: 0}
    for count, ancestor in enumerate(token.ancestors, start=1):
        steps[ancestor.i] = count
    return steps


def _distance(token: Token, path: dict[int, int]) -> int:
    steps = 0
    while token.i not in path:
        if token.head == token:
            return 99
        token, steps = token.head, steps + 1
    return steps + path[token.i]


# What befalls people: a number of the ones is none of the others.
_FATES = [
    frozenset(line.split())
    for line in (
        "die kill dead death body toll fatality perish victim drown",
        "injure wound hurt injury injured wounded",
        "miss missing vanish disappear unaccounted",
        "survive survivor rescue save alive",
        "arrest detain custody",
        "convict guilty",
        "acquit",
    )
]
_PERSONS = frozenset(
    """people person man woman child boy girl adult passenger worker employee staff resident patient student pupil voter
    member soldier officer teacher driver survivor victim fan customer tourist walker volunteer economist
    drivers""".split()
)
_POSTS = frozenset("job post position vote seat".split())
_THINGS = frozenset(
    """household home house shop business company firm street vehicle car truck ship school hospital building village
    town country city tonne ton acre hectare item parcel flight plane helicopter boat bus train lorry van hotel road
    bridge
    dog cat sheep cow horse animal bird fish tree""".split()
)


def of_another_kind(stated: Measure, other: Measure) -> bool:
    """Whether the two count what cannot be one thing: the dead and the hurt, people and households."""
    mine, theirs = ({i for i, fate in enumerate(_FATES) if fate & measure.near} for measure in (stated, other))
    around = {i for i, fate in enumerate(_FATES) if fate & other.words}
    if mine and theirs and not mine & (theirs | around):
        return True
    pair = {stated.noun, other.noun}
    if pair & _POSTS and pair & _THINGS:
        return True
    return bool(pair & _PERSONS and pair & _THINGS) or (
        len(pair & _THINGS) == 2 and not shares(frozenset({stated.noun}), frozenset({other.noun}))
    )


def shares(words: frozenset[str], others: frozenset[str]) -> int:
    """How many of `words` have one among `others` that says the same."""
    return sum(any(lexicon.relation(word, other) == 1 for other in others) for word in words)


def opposed(words: frozenset[str], others: frozenset[str]) -> tuple[str, str] | None:
    """Two words, one of each, that say the opposite."""
    for word in sorted(words):
        for other in sorted(others):
            if lexicon.relation(word, other) == -1:
                return word, other
    return None
