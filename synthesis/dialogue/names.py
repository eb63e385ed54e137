"""Say names as a listener needs them: role and full name at first, the surname after; an acronym only once
explained."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synthesis.dialogue.reading import Person, Reading, Sentence
from synthesis.text import sentences
from synthesis.types import Citation

WELL_KNOWN = frozenset(
    "US UK EU UN FBI CIA NASA NATO BBC CNN AI TV GDP GOP COVID AIDS HIV DNA CEO UAE USC UCLA MIT NBA NFL NHL AP "
    "AFP".split()
)


_WHERE = r"(?:in|at|near|across|off|outside|throughout|around)"
_TITLE = re.compile(r"(?:Dr|Prof|Professor|Mr|Mrs|Ms|Sir|Dame)\.? ")
_LONG_NAME = re.compile(rf"(?:\b{_WHERE} )?\b[A-Z][\w'.-]*(?: [A-Z][\w'-]+(?:\.[A-Z]\.)?)+")


def known_as(own: Person, reading: Reading, readings: Sequence[Reading]) -> tuple[Person, str]:
    """The person with the role that the `reading` gives, or that another one gives where it has none; and its
    article's id."""
    for other in () if own.has_role else readings:
        known = other.people.get(own.surname)
        if known is not None and known.name == own.name and known.has_role:
            return known, other.article.id
    return own, reading.article.id


class Introductions:
    """Who and what has been introduced in one story so far."""

    def __init__(self, readings: Sequence[Reading], coming: Sequence[str]):
        self._readings = readings
        self._coming = list(coming)  # the texts still to be told, for an acronym that comes back
        self._met: set[str] = set()

    def tell(self, text: str, sentence: Sentence) -> tuple[str, list[Citation]]:
        """`text` with its people introduced or shortened to their surname, and the sentences that this rests on."""
        reading = next(reading for reading in self._readings if reading.article.id == sentence.article.id)
        cites: list[Citation] = []
        self._coming = self._coming[1:]
        for surname, own in reading.people.items():
            if _names(surname, text, sentence) and not _is_part_of_place(surname, text):
                person, article = known_as(own, reading, self._readings)
                found: list[int] = []
                text = self._person(text, surname, person, sentence, found)
                cites += [Citation(article, index) for index in found]
        for acronym, (expansion, index) in reading.acronyms.items():
            found = []
            text = self._acronym(text, acronym, expansion, index, found)
            cites += [Citation(reading.article.id, index) for index in found]
        return text, cites

    def _person(self, text: str, surname: str, person: Person, sentence: Sentence, cites: list[int]) -> str:
        outside = text.split('"')
        if surname in self._met:
            outside[0] = _briefly(outside[0], surname, person)
            return '"'.join(outside)
        place = next(
            (place for place in range(0, len(outside), 2) if re.search(rf"\b{re.escape(surname)}\b", outside[place])),
            None,
        )
        if place is None:
            return text
        self._met.add(surname)
        before = outside[place]
        outside[place] = _in_full(before, surname, person, starts=place == 0)
        if outside[place] != before or (person.name in text and person.name not in sentence.text):
            cites += person.cites
        return '"'.join(outside)

    def _acronym(self, text: str, acronym: str, expansion: str, index: int, cites: list[int]) -> str:
        if acronym in WELL_KNOWN or acronym in self._met:
            return text
        comes_back = any(re.search(rf"\b{acronym}\b", later) for later in self._coming)
        bare = expansion.removeprefix("the ")
        if bare in text:
            self._met |= {acronym} if comes_back or acronym in text else set()  # else it has not been heard
            both = text.replace(bare, f"{bare}, or {acronym},", 1) if comes_back else text
            return re.sub(r",(?=[.,;])", "", both) if text.count(acronym) == 0 else text
        if re.search(rf"\b{acronym}\b", re.sub(r'"[^"]*"', "", text)):
            self._met.add(acronym)
            cites.append(index)
            return _spelt_out(text, acronym, expansion, bare)
        return text


def _spelt_out(text: str, acronym: str, expansion: str, bare: str) -> str:
    """The first `acronym` in full, with its "the" where nothing stands before the name that forbids it."""
    match = re.search(rf"\b{acronym}\b", text)
    before = text[: match.start()] if match else ""
    takes_article = not before or re.search(r"\b(by|to|of|from|for|with|and|that|said|says|at|in) $", before)
    text = text.replace(acronym, expansion if takes_article else bare, 1)
    return text[:1].upper() + text[1:]


def misjoined(text: str, sources: Sequence[str]) -> list[str]:
    """Names of several words in `text`, with the "in" before them, that stand so in none of the `sources`."""
    plain = [" ".join(re.sub(r"[“”\"]", "", source.replace("’", "'")).split()) for source in sources]
    return [
        found[0]
        for sentence in sentences.split(text.replace('"', ""))
        for found in _LONG_NAME.finditer(sentence)
        if not any(form in source for source in plain for form in _forms(found[0]))
    ]


def _forms(found: str) -> list[str]:
    """The name, and the name without a first word that has its capital from the sentence's beginning."""
    name = re.sub(r"'s?$|[.]$", "", found)
    if name[:1].islower():
        return [name, name[:1].upper() + name[1:]]
    words = name.split()
    small = name[:1].lower() + name[1:]
    is_spare = len(words) > 2 or words[0] in {"The", "A", "An"}
    return [name, small, " ".join(words[1:])] if is_spare else [name, small]


def _names(surname: str, text: str, sentence: Sentence) -> bool:
    """Whether `text` speaks of the person: it has the surname, where the sentence has it for a person or not at all."""
    if not re.search(rf"\b{re.escape(surname)}\b", text):
        return False
    if re.search(rf"\b{_WHERE} {re.escape(surname)}\b", text):
        return False  # "in Aldmere" is the country, whoever bears its name
    labels = {token.ent_type_ for token in sentence.doc if token.text == surname}
    speaks = re.search(rf"\b{re.escape(surname)} (said|says|told|added|warned|wrote)\b", text)
    begins = text.startswith(f"{surname} ") and "ORG" in labels  # the tagger's mistake for a name that is rare
    return not labels or begins or bool(labels & {"PERSON", ""}) or speaks is not None


def _in_full(text: str, surname: str, person: Person, *, starts: bool) -> str:
    """The first mention: role and name where the sentence begins with the name, the full name elsewhere."""
    if person.intro.rstrip(",") in text:
        return text
    form = person.name if person.name in text else surname
    form = (_TITLE.match(text) or [""])[0] + form if starts else form
    is_front = not person.intro.endswith(",")  # "night watchman Pete Dunmore" takes its "'s"
    begins = starts and text.startswith(form) and not text[len(form) :].startswith("," if is_front else (",", "'"))
    if begins and person.intro != person.name:
        return person.intro[:1].upper() + person.intro[1:] + text[len(form) :]
    if person.name in text or re.search(rf"[A-Z][\w.'-]* {re.escape(surname)}\b", text):
        return text
    return re.sub(rf"\b{re.escape(surname)}\b", person.name, text, count=1)


def _briefly(text: str, surname: str, person: Person) -> str:
    for form in (person.intro.rstrip(","), person.name):
        pattern = re.escape(form) + (r",?" if form.endswith(surname) and ", " in form else "")
        text = re.sub(pattern, surname, text, flags=re.I)
    return re.sub(rf"^{re.escape(surname.lower())}\b", surname, text)


def _is_part_of_place(surname: str, text: str) -> bool:
    return bool(
        re.search(
            rf"\b{re.escape(surname)} (University|County|Street|Square|Center|Centre|campaign|administration|family)\b",
            text,
        )
    )
