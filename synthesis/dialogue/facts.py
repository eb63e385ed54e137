"""Turn a sentence of an article into something that a host can say, or refuse it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synthesis.dialogue import figures, opinion, when
from synthesis.dialogue.attribution import Attributed, attribute, is_pronoun, spoken_outlet
from synthesis.dialogue.parse import parse
from synthesis.dialogue.presumed import assumed, counts_unnamed, definite_noun, has_named_subject
from synthesis.dialogue.pronouns import (
    EXPLETIVE,
    antecedent,
    hanging_pronoun,
    point_forward,
    quotes_back,
    speaks_of_itself,
    without_hanging_pronoun,
)
from synthesis.dialogue.reading import Person, Reading, Sentence
from synthesis.dialogue.roles import Role, counts_people, is_counter, role_of
from synthesis.dialogue.shorten import LONGEST, halves, shorten, strip_lead_in
from synthesis.dialogue.unspeakable import is_caption, is_for_models, reason
from synthesis.dialogue.whole_sentence import SHORTEST, is_sentence
from synthesis.types import Edition

if TYPE_CHECKING:
    from spacy.tokens import Token

_POINTS_BACK = re.compile(
    r"^(It|They|He|She|His|Her|Their|Its|This|That|These|Those|Both|Such|Another|Others?|Neither|Either|There|Then"
    r"|All (said|of|three|four|but)|Some|Most|Many of (them|those)|One of (them|those)|The (two|three|four|pair"
    r"|latter|former|other|others|same|rest)|Two others|Here)\b(?! (who|is a|are a|was a|were a)\b)"
)
_CONTINUES = re.compile(
    r"\b(were affected|was affected|also|too|as well|instead|the same|likewise|similarly|in turn|meanwhile|the move"
    r"|that day|at the time|by then|afterwards?|afterward|later that)\b",
    re.I,
)
# A part of what was counted before: "the rest are fixed", "seven of the nine had left".
_PART_OF_IT = re.compile(
    r"^(?:the (?:rest|others?|latter|former|pair|two|three|four|first|second|third|last)|[\w' ]{2,30} own|both"
    r"|neither|either|others|some|\w+ of the (?:two|three|four|five|six|seven|eight|nine|ten))"
    r" (?:is|are|was|were|has|have|had|will|would|can|could|may|might|to \w+)\b|\b(?:did|done|do|doing) so\b",
    re.I,
)
# Somebody's, who is named by nothing but the first name.
_KIN = re.compile(
    r"(?:the )?(?:mum|mother|dad|father|brother|sister|wife|husband|son|daughter|pal|friend|partner|girlfriend"
    r"|boyfriend)(?: [A-Z][\w-]+)?(?:, \d+,?)?$",
    re.I,
)
LONGEST_LEAD = 40  # the news itself may cost a breath more
_CHANGED = re.compile(
    r"\b(the) (revised|revamped|reworked|redrawn|rewritten|renewed|renegotiated|amended) (?=[a-z])", re.I
)
_PLACE = r"[A-Z][\w'-]+(?:\.(?=,))?(?: [A-Z][\w'-]+){0,2}"
_LIST = re.compile(rf"(?<= ){_PLACE}(?:, {_PLACE}){{3,}},? (?:and|or) {_PLACE}")
_BARE_VOICE = re.compile(r"(?:an?|the) spokes(?:man|woman|person)$", re.I)  # whose?
_SPOKEN_NO = re.compile(r"\b(fuck\w*|\w*shit\w*|bitch\w*|asshole\w*|nigg\w+|cunt\w*)\b|^Trending\b", re.I)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to say. `speaker` is who says it in the source, "" if nobody is named; `needs_previous` that it makes
    sense only right behind the sentence before it; `needs_noun` a word that must have been said before."""

    sentence: Sentence
    text: str
    role: Role
    speaker: str
    cites: tuple[int, ...]
    needs_previous: bool = False
    needs_noun: str = ""
    assumes: frozenset[str] = frozenset()  # nouns that it speaks of as known ("the memo")
    score: float = 0.0
    is_joined: bool = False  # two sentences, neither of which may be told alone
    is_apart: bool = False  # of a report about somebody of whom the lead article does not speak
    is_opinion: bool = False  # its author's view, in the author's own words

    @property
    def key(self) -> tuple[str, int]:
        return self.sentence.article.id, self.sentence.index


def facts_of(reading: Reading, edition: Edition) -> list[Fact]:
    """All that can be said from an article, in its order, each with its score."""
    published = when.dated(reading.article, edition.timezone)
    if opinion.is_one(reading):
        return _views(reading, published, edition)
    place, found = 0, []
    for sentence in reading.sentences:
        fact = _fact(reading, sentence, place, published, edition)
        if fact is not None:
            found.append(replace(fact, score=_score(fact, place)))
        if fact is not None or not reason(sentence.text):
            place += 1
    return found


def _views(reading: Reading, published: dt.date | None, edition: Edition) -> list[Fact]:
    """What an opinion piece says, each sentence as its author's word; what it says of its author is left out."""
    author, cites = opinion.author(reading)
    found = []
    for place, sentence in enumerate(reading.sentences):
        text = opinion.owned(sentence, author, reading.article.outlet)
        if text and not _is_refused(sentence, sentence.text, published, edition):
            speaker = author or spoken_outlet(reading.article.outlet)
            indexes = tuple(dict.fromkeys([sentence.index, *cites]))
            fact = Fact(sentence, text, "account", speaker, indexes, is_opinion=True)
            found.append(replace(fact, score=_score(fact, place)))
    return found


def _is_refused(sentence: Sentence, text: str, published: dt.date | None, edition: Edition) -> bool:
    return (
        bool(reason(text))
        or is_caption(sentence.written)
        or is_for_models(sentence.written)
        or bool(_SPOKEN_NO.search(text))
        or not when.is_datable(text, published, edition.date)
    )


def _fact(reading: Reading, sentence: Sentence, place: int, published: dt.date | None, edition: Edition) -> Fact | None:
    text = _whole_quotation(sentence)
    if not text or _is_refused(sentence, text, published, edition):
        return None
    text = _before_ellipsis(strip_lead_in(_without_change(text, sentence, reading)))
    if not text:
        return None
    doc = sentence.doc if text == sentence.text else parse([text])[0]
    found, cites = attribute(text, doc, sentence.article.text), [sentence.index]
    role = role_of(text, doc, place=place, is_attributed=found is not None, year=published.year if published else None)
    speaker, needs_previous = "", False
    if found is not None:
        who = _who(found, reading, sentence, cites)
        leans = not who and re.match(r"(It|They) \w+ ", text) is not None and '"' not in text
        if not who and not leans:
            return None
        speaker = who
        if leans:
            needs_previous = True
        elif found.was_trailing or found.is_quote or who != found.who:
            text = found.spoken(who)
            text = text if re.search(r"[.!?]\"?$", text) else text + "."
        leans = leans or _BARE_VOICE.match(found.who) is not None
        needs_previous = leans or (quotes_back(found.claim) if found.is_quote else _leans_back(found.claim))
    elif text.startswith('"') or role == "quotation" and not has_named_subject(doc):
        return None
    elif _POINTS_BACK.match(text) and not EXPLETIVE.match(text):
        text, needs_previous = point_forward(text, reading, sentence, cites)
    elif _PART_OF_IT.search(text) or counts_unnamed(doc) or _CONTINUES.search(re.sub(r'"[^"]*"', "", text)[:60]):
        needs_previous = True
    if place == 0 and (sentence.index == 0 or not _POINTS_BACK.match(text)):
        needs_previous = False  # an article's first sentence leans on nothing: its pronouns point forward
    else:
        text, needs_previous = without_hanging_pronoun(text, needs_previous, reading, sentence, cites)
    spoken = _lead_for_the_ear(text) if place == 0 else _for_the_ear(text, longest=LONGEST)
    if not spoken:
        return None
    spoken = when.resolve(_short_list(spoken), published, edition.date)
    noun, assumes = _leans_on(spoken, place)
    noun = noun or (_unknown_name(spoken, reading) if place else "")
    return Fact(sentence, spoken, role, speaker, tuple(cites), needs_previous, noun, assumes)


def _without_change(text: str, sentence: Sentence, reading: Reading) -> str:
    """The text without the "revised" of "the revised deal", where no sentence before it tells of a change."""
    found = _CHANGED.search(text)
    before = " ".join(other.text for other in reading.sentences[: sentence.index])
    if found is None or re.search(rf"\b{found[2][:6]}", before, re.I):
        return text
    return f"{text[: found.start()]}{found[1]} {text[found.end() :]}"


def _leans_back(claim: str) -> bool:
    if _PART_OF_IT.search(claim):
        return True
    return hanging_pronoun(parse([claim])[0]) is not None and not speaks_of_itself(claim)


def _short_list(text: str) -> str:
    """The text with three of a list of more than four places: who listens keeps no more."""
    found = _LIST.search(text)
    if found is None:
        return text
    names = [name for name in re.split(r", (?:and |or )?| (?:and|or) ", found[0]) if not name.endswith(".")]
    last = "or" if re.search(r" or [A-Z][\w. ]*$", found[0]) else "and"
    return f"{text[: found.start()]}{', '.join(names[:2])} {last} {names[2]}{text[found.end() :]}"


def _whole_quotation(sentence: Sentence) -> str:
    """The sentence with both marks of a quotation that runs over several, or "" if nobody is named for it here."""
    if sentence.inside_quote:
        return "" if sentence.leaves_open else f'"{sentence.text}'
    if sentence.leaves_open:
        return "" if sentence.text.startswith('"') else f'{sentence.text}"'
    return sentence.text


_ELLIPSIS = re.compile(r"\s*(…|\.\.\.|\. \. \.)")


def _before_ellipsis(text: str) -> str:
    """The sentence with no quotation that runs over an ellipsis: one that is quoted first ends before it; else ""."""
    gap = _ELLIPSIS.search(text)
    if gap is None:
        return text
    quoted = re.match(r'"([^"]*)"', text)
    before = text[1 : gap.start()].rstrip(" ,;:")
    if quoted is None or gap.start() >= quoted.end() or not is_sentence(f"{before}.", None):
        return ""
    return f'"{before},{text[quoted.end() - 1 :]}'


def _for_the_ear(text: str, *, longest: int) -> str:
    doc = parse([text])[0]
    pair = halves(text, doc) if len(text.split()) > 20 else None
    if pair:
        parts = [shorten(part, parse([part])[0]) for part in pair]
        if all(parts):
            return " ".join(parts)
    return shorten(text, doc, longest=longest)


def _lead_for_the_ear(text: str) -> str:
    """The news, whole where a breath carries it: who, what and where are cut last."""
    doc = parse([text])[0]
    is_breath = 10 <= len(text.split()) <= LONGEST_LEAD - 4 and text.endswith(".") and "—" not in text
    if is_breath and any(token.pos_ in {"VERB", "AUX"} for token in doc):
        return text
    return shorten(text, doc, longest=LONGEST_LEAD, comfortable=LONGEST_LEAD - 4, keeps_names=True) or _for_the_ear(
        text, longest=LONGEST_LEAD
    )


def _who(found: Attributed, reading: Reading, sentence: Sentence, cites: list[int]) -> str:
    """The speaker by name, or "" if the pronoun could be anybody."""
    if is_pronoun(found.who):
        name, index = antecedent(reading, sentence)
        if not name or found.who.lower() in {"it", "they"}:
            return ""
        cites.append(index)
        return name
    if (owned := _owned_role(found.who, reading)) is not None:
        return owned
    if re.match(
        r"(i|we|you|his|her|their|its|another|others?|all|both|many|most|few|some|one|who|which|that|this|these|those"
        r"|the (two|pair|latter|former|man|woman))\b",
        found.who,
        re.I,
    ):
        return ""
    if found.speaker is not None and found.speaker.ent_type_ == "PERSON":
        surname = re.sub(r"'s$", "", found.speaker.text)
        if surname in reading.people:
            return _person_in_full(reading.people[surname], found.who)
        if " " not in found.who and not _is_everywhere(found.who, reading):
            return ""  # a surname that no sentence introduces
    is_bare_name = found.speaker is not None and found.who == found.speaker.text and _is_somebody(found.speaker)
    if is_bare_name and found.is_quote and not _is_everywhere(found.who, reading):
        return ""
    who = re.split(r", (?:who|which|whose|where|including|adding|noting|citing)\b", found.who)[0].strip(" ,")
    if found.verb == "according to" and len(who.split()) > 6:
        who = re.split(r" (?:obtained|seen|filed|posted|compiled|issued|conducted|matching|that \w+ed) ", who)[0]
    if len(who.split()) > 14 or _KIN.match(who):
        return ""
    return f"{who}," if "," in who and found.verb != "according to" else who


def _is_somebody(name: Token) -> bool:
    """Whether it may be a person's surname: a name, and none of a country or a body."""
    return name.pos_ == "PROPN" and name.ent_type_ not in {"GPE", "NORP", "ORG"}


def _owned_role(who: str, reading: Reading) -> str | None:
    """The name in "Its chairwoman, Jean Whitlock", where the report shows whose chairwoman she is; else None."""
    if not re.match(r"(Its|Their) ", who):
        return None
    known = [person for person in reading.people.values() if who.strip(" ,").endswith(f", {person.name}")]
    return known[0].name if known and known[0].has_role else None


def _person_in_full(person: Person, who: str) -> str:
    """The name; with what the sentence says of the person behind it where no role can be put in front."""
    written = who.strip(" ,")
    title = person.intro.removesuffix(person.name).strip(" .").lower()
    has_role = title not in {"", "dr", "prof", "professor", "mr", "mrs", "ms", "sir", "captain"}
    if has_role or person.name not in written or len(written.split()) > 16:
        return person.name
    behind = written[written.index(person.name) + len(person.name) :]
    if not re.match(r",? (of|for|from|who|which|with|at|defending|prosecuting)\b", behind) or '"' in behind:
        return person.name
    return f"{written}," if "," in behind else written


def _leans_on(text: str, place: int) -> tuple[str, frozenset[str]]:
    """The nouns that a listener must know already; the first sentence of an article brings its own."""
    return ("", frozenset()) if place == 0 else (definite_noun(text), assumed(parse([text])[0]))


def _unknown_name(text: str, reading: Reading) -> str:
    """The name of somebody with which the sentence begins, and whom no sentence introduces as a whole; else ""."""
    first = parse([text])[0][0]
    is_name = first.ent_type_ == "PERSON" and first.dep_ in {"nsubj", "nsubjpass"} and first.left_edge == first
    is_bare = is_name and first.text not in reading.people and not _is_everywhere(first.text, reading)
    return first.text.lower() if is_bare else ""


def _is_everywhere(name: str, reading: Reading) -> bool:
    """Whether the whole article is about the name, so that it needs no introduction ("Strava")."""
    times = sum(bool(re.search(rf"\b{re.escape(name)}\b", sentence.text)) for sentence in reading.sentences[:12])
    return times >= 3 or bool(re.search(rf"\b{re.escape(name)}\b", reading.article.title))


_LONG_PAST = re.compile(r"^[^,\"]{0,60}\bhad (already |not |never )?(been|\w+ed|sent|told|said|given|made)\b(?! said)")
_BONUS: dict[str, float] = {
    "event": 0.5, "number": 0.6, "account": 0.4, "quotation": 0.5, "cause": 0.6, "reaction": 0.5, "background": -0.7,
    "next": 0.7, "no_comment": 0.1, "detail": 0.0,
}  # fmt: skip


def _score(fact: Fact, place: int) -> float:
    """How much a listener wants it: near the top, with figures, one voice, and easy to say."""
    words = len(fact.text.split())
    score = 3.2 / (1 + 0.3 * place) + _BONUS[fact.role]
    score += 0.4 if figures.quantities(fact.text) else 0.0
    near = max(0.0, 1 - place / 30)
    score += 1.2 * near if is_counter(fact.text) and place > 0 else 0.0  # the other side is always wanted
    score += 0.8 * near if counts_people(fact.text) else 0.0
    score -= 0.5 * (not fact.speaker and bool(_LONG_PAST.search(fact.text)))
    score -= 0.6 * (fact.needs_previous or bool(fact.needs_noun))
    score -= 0.5 * max(0, fact.text.count(",") - 3)  # a list is for the eye
    score -= 0.04 * max(0, words - 24) + (0.3 if words < SHORTEST + 3 else 0.0)
    return score - 0.4 * max(0, len(figures.quantities(fact.text)) - 3)
