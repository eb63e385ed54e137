"""What the other host says between a story's facts, planned ahead: a story is two people talking, not one report read
in turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from synthesis.dialogue import choose, severity
from synthesis.dialogue.attribution import spoken_outlet
from synthesis.dialogue.deeds import deeds
from synthesis.dialogue.handback import handback
from synthesis.dialogue.phrases import Ask, Phrasebook
from synthesis.dialogue.questions import Spoken, answer_of, asks
from synthesis.dialogue.voices import voice
from synthesis.types import Article, Citation, TurnKind

FEWEST_FOR_A_TALK = 3  # facts: a story of so many has an exchange
# What any story could be asked is worth less than that the other host goes on with it.
WORTH = {"more": -0.6, "another_report": 0.1, "background": 0.1}
NO_TALK = -2.0  # what a story without an exchange is worth
_DENIES = re.compile(
    r"\b(den(?:y|ies|ied)|disput(?:es?|ed)|rejects?|rejected|contradict\w*|dismiss(?:es|ed)|refut\w+)\b"
    r"|\bno (?:proof|evidence|basis|truth)\b|\b(?:untrue|not true|false|falsely|baseless|misleading)\b",
    re.I,
)
_DENIAL = re.compile(r"\b(?:den(?:y|ies|ied)|disputes?|disputed|rejects?|rejected|dismiss(?:es|ed)) ", re.I)
_POINTS = re.compile(r"(?:It|They|He|She|That|This|Both|Its|Their|His|Her)\b")
_OFFICIAL = re.compile(
    r"\b(authority|ministry|minister|government|spokes\w+|president|army|military|police|agency|embassy|navy)\b", re.I
)
_ACCUSES = re.compile(r"\b(accus\w+|alleg\w+|blam\w+|claim(?:s|ed)|charg(?:es|ed)|leaked|anonymous\w*)\b", re.I)

# A role as a tabloid writes it is no word of a host's; one without its article takes it.
_SLANG = re.compile(
    r"\b(?:brit|mum|mums|dad|grandad|gran|nan|hubby|lad|kid|boss|skipper|pal|cop|ace|babe|plucky|hero|tragic|hunk"
    r"|thug|fiend|yob|toff)\b|-of-(?:two|three|four|five)\b",
    re.I,
)
_BARE_ROLE = re.compile(r"(?!an?\b|the\b|one\b)[a-z][\w-]* (?:[a-z][\w-]* )*[A-Z][^,]*$")


@dataclass(frozen=True, slots=True)
class Remark:
    """What may be said before a fact. `way`: matter, voice, named, deed, outlet, source, alone, contrast, general or
    beyond."""

    way: str
    worth: float
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A remark in its words. `reply`: what the fact's turn begins with; `is_brief`: it needs no introduction;
    `names_outlet`: nor need it say whose report it is."""

    kind: TurnKind
    text: str
    citations: tuple[Citation, ...] = ()
    reply: str = ""
    is_brief: bool = False
    names_outlet: bool = False


class Talk:
    """Plans a story's exchanges over its `groups` of facts. `named`: the outlet has been named before they begin."""

    def __init__(self, groups: Sequence[Sequence[Spoken]], articles: Sequence[Article], *, named: bool):
        self._groups, self._articles, self._named = groups, articles, named
        first = groups[0][0].fact.sentence.article if groups else articles[0]
        self._is_grave = severity.is_grave(severity.classify(first.title, first.text))
        self._most = max(1, len(groups) // 2)
        self._values: dict[tuple[int, bool, int], float] = {}

    def before(self, place: int, asked: int, book: Phrasebook, heard: Sequence[str]) -> Said | None:
        """What the other host says before the fact at `place`, or None where they tell it themselves. `asked`: how
        often they have spoken for the lead so far."""
        if asked >= self._most:
            return None
        for remark in self._remarks[place]:
            if remark.way == "source" and not self.asks_for_source:
                continue
            stay = self._value(place + 1, True, asked + 1)
            if remark.worth + stay < self._told_by_other(place) + self._value(place + 1, False, asked):
                break
            said = self._say(remark, place, book, heard)
            if said is not None:
                return said
        return None

    @cached_property
    def asks_for_source(self) -> bool:
        """Whether the first thing asked is who reports it, so that the news itself need not say so."""
        if len(self._groups) < 2 or not self._remarks[1] or self._remarks[1][0].way != "source":
            return False
        asked = self._remarks[1][0].worth + self._value(2, True, 1)
        return asked >= self._told_by_other(1) + self._value(2, False, 0)

    @cached_property
    def _remarks(self) -> list[list[Remark]]:
        """For each place the remarks that fit there, the best first."""
        found = [self._fitting(place) if place else [] for place in range(len(self._groups))]
        ways: Counter[str] = Counter()
        kept: list[list[Remark]] = []
        for remarks in found:
            worn = [Remark(r.way, r.worth - 0.35 * ways[r.way], r.asks) for r in remarks]
            worn = [remark for remark in worn if remark.way != "contrast" or not ways["contrast"]]
            kept.append(sorted(worn, key=lambda remark: -remark.worth))
            ways.update(remark.way for remark in kept[-1][:1])
        return kept

    def _fitting(self, place: int) -> list[Remark]:
        item, before = self._groups[place][0], self._groups[place - 1][-1]
        heard = [spoken.text for group in self._groups[:place] for spoken in group]
        answer = answer_of(item, before, heard)
        found = []
        wanted = asks(answer)
        if wanted:
            is_voice = wanted[0].kind in {"voice", "view"}
            found.append(Remark("voice" if is_voice else "matter", 0.8 if is_voice else 1.1, tuple(wanted)))
        is_asked_for = not answer.same_speaker and not answer.follows_silence  # "about it" is not the silence
        if item.who and is_asked_for and not _SLANG.search(item.who):
            who = f"{item.who}," if ", " in item.who else item.who
            who = f"the {who}" if _BARE_ROLE.match(who) else who
            found.append(Remark("named", 0.75, (Ask("named", {"who": who}),)))
        if self._is_contrast(item, place) and not self._is_grave and self._is_last_word(place):
            found.append(Remark("contrast", 1.2))
        is_new = item.fact.sentence.article.id != before.fact.sentence.article.id
        outlet = spoken_outlet(item.fact.sentence.article.outlet)
        is_new = is_new and self._is_another_outlet(item, place)
        if is_new and not item.fact.is_opinion:
            found.append(Remark("outlet", 0.45, (Ask("outlet_report", {"outlet": outlet}),)))
        found += [Remark("deed", 0.7, (ask,)) for ask in deeds(answer) if not is_new and answer.role != "background"]
        plain = handback(answer, is_new_source=is_new, plain=self._is_grave)
        found += [Remark("general", WORTH.get(ask.kind, 0.3), (ask,)) for ask in plain if not item.fact.is_opinion]
        if place == 1 and not self._named and not is_new:
            found.append(Remark("source", 0.4))
        if place == 1 and len(self._articles) == 1 and _ACCUSES.search(before.text):
            found.append(Remark("alone", 0.5))
        if not item.fact.needs_previous and not is_new:
            found.append(Remark("beyond", -0.8, (Ask("beyond", {"outlet": outlet}),)))
        return found

    def _is_another_outlet(self, item: Spoken, place: int) -> bool:
        """Whether its outlet has not been heard in this story: two reports may be one outlet's."""
        told = {group[0].fact.sentence.article.outlet for group in self._groups[:place]}
        return item.fact.sentence.article.outlet not in told

    def _is_contrast(self, item: Spoken, place: int) -> bool:
        """Whether somebody denies in it, or objects to, what somebody else was said to say or do."""
        fact = item.fact
        told = [spoken for group in self._groups[:place] for spoken in group]
        side = choose.sides(fact)
        is_owned = bool(fact.speaker or item.who or _DENIAL.search(fact.text))
        leans = fact.needs_previous and _POINTS.match(item.text)
        if not is_owned or leans or side & choose.sides(told[-1].fact):
            return False
        others = [other for other in told if other.fact.speaker != fact.speaker]
        is_answer = choose.answers(fact, [other.fact for other in told])
        is_denial = is_answer or bool(_DENIES.search(item.text)) and any(other.fact.speaker for other in others)
        return bool(others) and (is_denial or choose.objects(fact))

    def _is_last_word(self, place: int) -> bool:
        """Whether nobody speaks for the account that is denied at `place` behind it: the other side ends the exchange,
        or goes on."""
        told = {group[0].fact.sentence.article.id for group in self._groups[:place]}
        own = self._groups[place][0].fact.sentence.article.id
        later = [group[0].fact for group in self._groups[place + 1 :]]
        after = {fact.sentence.article.id for fact in later if fact.speaker and fact.role != "no_comment"}
        return not after & (told - {own})

    def _told_by_other(self, place: int) -> float:
        """What it is worth that the other host tells this fact: little where it leans on the one before."""
        fact = self._groups[place][0].fact
        leans = fact.needs_previous or fact.speaker == self._groups[place - 1][-1].fact.speaker != ""
        return (-0.35 if leans else -0.15) + 0.25 * self._is_grave

    def _value(self, place: int, lead_spoke: bool, asked: int) -> float:
        """The best that the rest of the story can be worth, from `place` on."""
        if place >= len(self._groups):
            return NO_TALK if not asked and place >= FEWEST_FOR_A_TALK else 0.0
        key = (place, lead_spoke, asked)
        if key not in self._values:
            self._values[key] = self._best(place, asked) if lead_spoke else self._value(place + 1, True, asked)
        return self._values[key]

    def _best(self, place: int, asked: int) -> float:
        tell = self._told_by_other(place) + self._value(place + 1, False, asked)
        if asked >= self._most or not self._remarks[place]:
            return tell
        return max(tell, self._remarks[place][0].worth + self._value(place + 1, True, asked + 1))

    def _say(self, remark: Remark, place: int, book: Phrasebook, heard: Sequence[str]) -> Said | None:
        item = self._groups[place][0]
        outlet = spoken_outlet(item.fact.sentence.article.outlet)
        if remark.way == "contrast":
            return Said("reaction", self._contrast(item, place, book, heard))
        if remark.way in {"source", "alone"}:
            if not book.has("sources", remark.way, outlet=outlet):
                return None
            question, reply = book.say("sources", remark.way, outlet=outlet).split("|")
            return Said("question", question, reply=reply[:1].upper() + reply[1:])
        text = book.ask(remark.asks, item.text, plain=self._is_grave, heard=heard)
        if not text:
            return None
        if remark.way == "named":
            return Said("question", text, item.who_cites, is_brief=True)
        return Said("question", text, names_outlet=remark.way == "outlet")

    def _contrast(self, item: Spoken, place: int, book: Phrasebook, heard: Sequence[str]) -> str:
        is_answer = choose.answers(item.fact, [other.fact for group in self._groups[:place] for other in group])
        need = "denied" if is_answer or _DENIES.search(item.text) else "objected"
        who = self._party(item, place, heard) if need == "denied" else ""
        return book.say("turns", "denied_by", who=who) if who else book.say("turns", need)

    def _party(self, item: Spoken, place: int, heard: Sequence[str]) -> str:
        """Whose account it is, by a country or a name that the listener has heard, or ""."""
        phrase = item.who or item.fact.speaker
        doc = item.fact.sentence.doc
        known = " ".join([*heard, self._articles[0].title])
        places = {word.removesuffix("'s") for entity in doc.ents if entity.label_ == "GPE" for word in [entity.text]}
        named = [word for word in re.findall(r"[A-Z]\w+", phrase) if word in places or f"of {word}" in phrase]
        if _OFFICIAL.search(phrase) and named and re.search(rf"\b{named[-1][:5]}", known):
            return named[-1]
        previous = self._groups[place - 1][-1]
        return voice(answer_of(item, previous, heard))
