"""Turn a sentence of an article into something that a host can say, or refuse it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span, Token

from synthesis.dialogue import figures, when
from synthesis.dialogue.attribution import SPEECH_VERBS, Attributed, attribute, is_pronoun
from synthesis.dialogue.parse import parse
from synthesis.dialogue.reading import Reading, Sentence
from synthesis.dialogue.roles import Role, role_of
from synthesis.dialogue.shorten import LONGEST, SHORTEST, halves, shorten, strip_lead_in
from synthesis.dialogue.unspeakable import is_caption, reason
from synthesis.types import Edition

_POINTS_BACK = re.compile(
    r"^(It|They|He|She|His|Her|Their|Its|This|That|These|Those|Both|Such|Another|Others?|Neither|Either|There|Then|All (said|of|three|four|but)|Some|Most|Many of (them|those)|One of (them|those|the)|The (two|three|four|pair|latter|former|other|others|same|rest)|Two others|Here)\b(?! (who|is a|are a|was a|were a)\b)"
)
_EXPLETIVE = re.compile(
    r"^(It (is|was|remains|'s|has been) (not |also |still )?(un)?(clear|known|likely|possible|important|necessary|expected|estimated|hoped|believed)|There (is|are|was|were|has|have|will))\b"
)
_CONTINUES = re.compile(
    r"\b(also|too|as well|instead|the same|likewise|similarly|in turn|meanwhile|the move|that day|at the time|by then|afterwards?|afterward|later that)\b",
    re.I,
)
LONGEST_LEAD = 37  # the news itself may cost a breath more
_CALENDAR = frozenset("week year month morning afternoon evening night weekend season spring summer autumn fall winter time way day who".split())
_KNOWN_TO_ALL = frozenset(
    """world country government state city public economy president police military army internet web past future end
    beginning start time year month week day night morning weekend summer winter spring fall same first last next most
    coastguard ministry authority council prosecutor parliament senate congress cabinet church union weather internet
    top best worst way rest fact number area region nation sun sky sea coast air ground market media press court law
    street road war side case home family community right left ear eye""".split()
)
_PERSONAL_PRONOUNS = frozenset("he she him her his they them their it its".split())
_SPOKEN_NO = re.compile(r"\b(fuck\w*|shit\w*|bitch\w*|asshole\w*|nigg\w+|cunt\w*)\b", re.I)


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

    @property
    def key(self) -> tuple[str, int]:
        return self.sentence.article.id, self.sentence.index


def facts_of(reading: Reading, edition: Edition) -> list[Fact]:
    """All that can be said from an article, in its order, each with its score."""
    published = when.published_date(reading.article.published, edition.timezone)
    place, found = 0, []
    for sentence in reading.sentences:
        fact = _fact(reading, sentence, place, published, edition)
        if fact is not None:
            found.append(replace(fact, score=_score(fact, place)))
        if fact is not None or not reason(sentence.text):
            place += 1
    return found


def _fact(reading: Reading, sentence: Sentence, place: int, published: dt.date | None, edition: Edition) -> Fact | None:
    text = _whole_quotation(sentence)
    if not text or reason(text) or is_caption(sentence.written) or _SPOKEN_NO.search(text) or not when.is_datable(text, published, edition.date):
        return None
    text = strip_lead_in(text)
    doc = sentence.doc if text == sentence.text else parse([text])[0]
    found, cites = attribute(text, doc), [sentence.index]
    role = role_of(text, doc, place=place, is_attributed=found is not None, year=published.year if published else None)
    speaker, needs_previous = "", False
    if found is not None:
        who = _who(found, reading, sentence, cites)
        if not who:
            return None
        speaker = who
        if found.was_trailing or found.is_quote or who != found.who:
            text = found.spoken(who)
            text = text if re.search(r"[.!?]\"?$", text) else text + "."
    elif text.startswith('"') or role == "quotation" and not _has_named_subject(doc):
        return None
    elif _POINTS_BACK.match(text) and not _EXPLETIVE.match(text):
        text, needs_previous = _point_forward(text, reading, sentence, cites)
    elif _CONTINUES.search(re.sub(r'"[^"]*"', "", text)[:60]):
        needs_previous = True
    text, needs_previous = _without_hanging_pronoun(text, needs_previous, reading, sentence, cites)
    spoken = _for_the_ear(text, longest=LONGEST_LEAD if place == 0 else LONGEST)
    if not spoken:
        return None
    spoken = when.resolve(spoken, published, edition.date)
    return Fact(sentence, spoken, role, speaker, tuple(cites), needs_previous, *_leans_on(spoken, place))


def _whole_quotation(sentence: Sentence) -> str:
    """The sentence with both marks of a quotation that runs over several, or "" if nobody is named for it here."""
    if sentence.inside_quote:
        return "" if sentence.leaves_open else f'"{sentence.text}'
    if sentence.leaves_open:
        return "" if sentence.text.startswith('"') else f'{sentence.text}"'
    return sentence.text


def _for_the_ear(text: str, *, longest: int) -> str:
    doc = parse([text])[0]
    pair = halves(text, doc) if len(text.split()) > 20 else None
    if pair:
        parts = [shorten(part, parse([part])[0]) for part in pair]
        if all(parts):
            return " ".join(parts)
    return shorten(text, doc, longest=longest)


def _who(found: Attributed, reading: Reading, sentence: Sentence, cites: list[int]) -> str:
    """The speaker by name, or "" if the pronoun could be anybody."""
    if is_pronoun(found.who):
        name, index = antecedent(reading, sentence)
        if not name or found.who.lower() in {"it", "they"}:
            return ""
        cites.append(index)
        return name
    if re.match(
        r"(his|her|their|its|another|others?|all|both|many|most|few|some|one|who|which|that|this|these|those|the (two|pair|latter|former|man|woman))\b",
        found.who,
        re.I,
    ):
        return ""
    if found.speaker is not None and found.speaker.ent_type_ == "PERSON":
        surname = re.sub(r"'s$", "", found.speaker.text)
        if surname in reading.people:
            return reading.people[surname].name
        if " " not in found.who:
            return ""  # a surname that no sentence introduces
    who = re.split(r", (?:who|which|whose|where)\b", found.who)[0].strip(" ,")
    if found.verb == "according to" and len(who.split()) > 6:
        who = re.split(r" (?:obtained|seen|filed|posted|compiled|issued|conducted|matching|commissioned) ", who)[0]
    if len(who.split()) > 14:
        return ""
    return f"{who}," if "," in who and found.verb != "according to" else who


def antecedent(reading: Reading, sentence: Sentence) -> tuple[str, int]:
    """The one person whom the sentence before names, as its subject, and where; ("", 0) if that is not plain.

    To put a name to the wrong "he" would be the worst of faults, so two names in reach are one too many. A sentence
    that is all quotation is looked through to the one before it.
    """
    index = sentence.index - 1
    while index >= 0 and reading.sentences[index].inside_quote and reading.sentences[index].leaves_open:
        index -= 1
    if index < 0:
        return "", 0
    before = reading.sentences[index]
    names = {entity.text.removesuffix("'s").split()[-1] for entity in before.doc.ents if _is_person(entity)}
    known = {surname for surname in reading.people if re.search(rf"\b{re.escape(surname)}\b", before.text)}
    if len(known) != 1 or not names <= known:
        return "", 0
    surname = known.pop()
    subjects = [token for token in before.doc if token.dep_ in {"nsubj", "nsubjpass"} and _is_main(token.head)]
    is_subject = any(surname in {token.text, *(child.text for child in token.subtree)} for token in subjects)
    return (reading.people[surname].name, index) if is_subject else ("", 0)


def _is_main(verb: Token) -> bool:
    return verb.dep_ == "ROOT" or (verb.dep_ in {"parataxis", "conj"} and verb.head.dep_ == "ROOT")


def _without_hanging_pronoun(text: str, needs_previous: bool, reading: Reading, sentence: Sentence, cites: list[int]) -> tuple[str, bool]:
    """The name put in where a pronoun further on in the sentence hangs, or the text and that it needs its neighbour."""
    token = None if needs_previous else hanging_pronoun(parse([text])[0])
    if token is None:
        return text, needs_previous
    name, index = antecedent(reading, sentence) if token.text in {"he", "she"} else ("", 0)
    if not name:
        return text, True
    cites.append(index)
    return f"{text[: token.idx]}{name}{text[token.idx + len(token.text) :]}", False


def _is_person(entity: Span) -> bool:
    """Whether the entity is somebody; the tagger takes "May" for one."""
    return entity.label_ == "PERSON" and not re.fullmatch(
        r"(January|February|March|April|May|June|July|August|September|October|November|December)('s)?", entity.text
    )


def hanging_pronoun(doc: Doc) -> Token | None:
    """The first "he", "her", "they" ... of the sentence that nothing before it in the sentence can stand for."""
    in_quote = False
    for token in doc:
        in_quote ^= token.text == '"'
        word = token.text.lower()
        if not in_quote and word in {"this", "that", "these", "those"} and token.tag_ == "DT":
            is_subject = token.dep_ in {"nsubj", "nsubjpass"}
            if is_subject or (token.dep_ == "det" and token.head.ent_type_ == "" and token.head.lemma_ not in _CALENDAR):
                return token
        if not in_quote and word in {"it", "they"} and token.dep_ == "nsubj" and token.head.lemma_ in SPEECH_VERBS and token.head.dep_ == "ROOT":
            return token  # whoever it is that says something must be plain
        if in_quote or word not in _PERSONAL_PRONOUNS or (word == "it" and token.dep_ == "expl"):
            continue
        before = [
            other
            for other in doc[: token.i]
            if other.pos_ in {"NOUN", "PROPN"} and other.ent_type_ not in {"DATE", "TIME", "GPE", "MONEY", "PERCENT"}
        ]
        if word in {"he", "she", "him", "her", "his"}:
            before = [
                other
                for other in before
                if other.ent_type_ == "PERSON" or (other.tag_ == "NN" and other.dep_ in {"nsubj", "nsubjpass"})
            ]
        if not before:
            return token
    return None


def _point_forward(text: str, reading: Reading, sentence: Sentence, cites: list[int]) -> tuple[str, bool]:
    """The name put in for "He", "She", "His" or "Her" where it is clear; else the text and that it needs its neighbour."""
    match = re.match(r"(He|She|His|Her)\b", text)
    name, index = antecedent(reading, sentence) if match else ("", 0)
    if not match or not name:
        return text, True
    cites.append(index)
    is_possessive = match[0] == "His" or (match[0] == "Her" and parse([text])[0][0].tag_ == "PRP$")
    return f"{name}{chr(39) + 's' if is_possessive else ''}{text[match.end() :]}", False


def _has_named_subject(doc: Doc) -> bool:
    return any(
        token.dep_ in {"nsubj", "nsubjpass"} and token.pos_ in {"PROPN", "NOUN"} and token.head.dep_ == "ROOT"
        for token in doc
    )


def _leans_on(text: str, place: int) -> tuple[str, frozenset[str]]:
    """The nouns that a listener must know already; the first sentence of an article brings its own."""
    return ("", frozenset()) if place == 0 else (_definite_noun(text), assumed(parse([text])[0]))


def _definite_noun(text: str) -> str:
    """The noun of "The letter came ...": a listener must have heard of a letter before."""
    if not re.match(r"(The|Those|These) ", text):
        return ""
    doc = parse([text])[0]
    subject = next((token for token in doc if token.dep_ in {"nsubj", "nsubjpass"} and token.head.dep_ == "ROOT"), None)
    if subject is None or subject.lemma_.lower() in _KNOWN_TO_ALL or subject.left_edge.i != 0 or subject.pos_ != "NOUN" or _is_specified(subject):
        return ""
    return subject.lemma_.lower()


def assumed(doc: Doc) -> frozenset[str]:
    """Nouns with "the" that neither their own phrase nor common knowledge explains."""
    return frozenset(
        token.lemma_.lower()
        for token in doc
        if token.tag_ in {"NN", "NNS"}
        and not token.ent_type_
        and token.lemma_.lower() not in _KNOWN_TO_ALL
        and any(child.dep_ == "det" and child.text.lower() in {"the", "those", "these"} for child in token.children)
        and not _is_specified(token)
    )


def _is_specified(noun: Token) -> bool:
    """Whether the noun phrase says itself which one it means ("the head of the bank", "the U.S. economy")."""
    return any(
        child.dep_ in {"prep", "relcl", "acl", "poss", "appos"}
        or child.pos_ == "PROPN"
        or child.ent_type_ in {"GPE", "ORG", "NORP", "DATE"}
        for child in noun.children
    )


_BONUS: dict[str, float] = {
    "event": 0.5, "number": 0.6, "account": 0.4, "quotation": 0.5, "cause": 0.6, "reaction": 0.5, "background": -0.7,
    "next": 0.7, "no_comment": 0.1, "detail": 0.0,
}  # fmt: skip


def _score(fact: Fact, place: int) -> float:
    """How much a listener wants it: near the top, with figures, one voice, and easy to say."""
    words = len(fact.text.split())
    score = 4.0 / (1 + 0.3 * place) + _BONUS[fact.role]
    score += 0.4 if figures.quantities(fact.text) else 0.0
    score -= 0.6 * (fact.needs_previous or bool(fact.needs_noun))
    score -= 0.04 * max(0, words - 24) + (0.3 if words < SHORTEST + 3 else 0.0)
    return score - 0.4 * max(0, len(figures.quantities(fact.text)) - 3)
