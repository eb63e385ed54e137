"""What makes an answer fit a kind of question: a pattern in its main clause, and what the story has said before it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from synthesis.dialogue import figures
from synthesis.dialogue.answer import Answer
from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.parse import parse

COUNT = (
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundreds?|dozens?|thousands?|a dozen)(?: (?:hundred|thousand|million|billion))?"
)
MONEY = (
    r"(?:[$£€¥₹]\s?\d[\d,.]*(?: ?(?:million|billion|trillion|m|bn))?|\b[\w,.]+ (?:(?:hundred|thousand|million|billion"
    r"|trillion) )*(?:dollars?|pounds|euros?|crowns?|yen|yuan|rupees?|pesos?|francs?|kron(?:or|er)|rand|riyals?"
    r"|dirhams?|lira|cents|pence)\b)"
)
SPAN = rf"{COUNT}(?: and a half)? (?:minutes?|hours?|days?|weeks?|months?|years?|decades?)\b"
DAY = (
    r"\b(?:\w+day|tomorrow|tonight|next (?:week|month|year|spring|summer|autumn|fall|winter)|this (?:week|month|year"
    r"|spring|summer|autumn|winter)|January|February|March|April|May|June|July|August|September|October|November"
    r"|December|spring|summer|autumn|winter|20\d\d)\b"
)
ACCIDENT = (
    r"\b(sank|sinks?|sunk|sinking|crash\w*|collid\w+|collision|derail\w*|collaps\w+|explo\w+|fire|blaze|accident)\b"
)
HARM = (
    rf"{ACCIDENT}|\b(earthquake|quake|flood\w*|storms?|hurricane|tornado|landslide|avalanche|attack\w*|strikes?"
    r"|shelling|missiles?|rockets?|drones?|shooting|bomb\w*|shots?|stabb\w+|tsunami|cyclone|wildfires?)\b"
)
DEATH = r"\b(kill\w*|dead|deaths?|died|dies|toll|fatal\w*|deadly|bodies)\b"
DEATHS = (
    rf"\b{COUNT} (?:\w+ ){{0,3}}(?:killed|died|dead)\b|\bkill(?:ed|ing|s) (?:at least |about |more than )?{COUNT}"
    rf"|\b(?:killed|killing|died)\b|\bdeath toll\b"
)
HURT = r"\b(wounded|injured|injur(?:y|ies)|hurt|hospitali[sz]ed)\b"
DECISION = (
    r"\b(plan\w*|vot(?:e|ed|es)|decid\w+|decision|law|bill|propos\w+|rul(?:e|es|ed|ing)|ban(?:ned|s)?|deal|agree\w*"
    r"|left|rais\w+|cut\w*|clos\w+|will|reform\w*|scheme|approv\w+)\b"
)
STUDY = r"\b(stud(?:y|ies)|trial|researchers?|scientists?|experiment\w*|tests?|tested|scan|team)\b"
MADE = (
    r"\b(scan|device|treatment|drug|vaccine|system|software|app|tool|test|battery|batteries|sensor|robot|model|machine"
    r"|material|method|technique|technology|algorithm|engine|panel|cell|implant|therapy)s?\b"
)
PAPER = (
    r"\b(letter|bill|law|plan|deal|agreement|proposal|report|contract|treaty|order|resolution|programme|package|budget"
    r"|settlement|statement|memo|ruling|policy|accord|reform)\b"
)


DECIDED = r"\b(the|this|that) (?:\w+ )?(plan|decision|move|law|ban|proposal|closure|change|scheme|deal|rule|bill)s?\b"
WEATHER = r"\b(storms?|thunderstorms?|weather|rain\w*|snow\w*|temperatures|heat\w*|winds?|tornado\w*)\b"
OBJECTS = (
    r"\b(oppos\w+|reject\w*|critici[sz]\w+|condemn\w*|objects?|objected|protest(?:s|ed)?|complain\w*"
    r"|denounc\w+|resist\w*)\b"
)

# Kinds whose pattern may stand in what was said last, and the question is still open.
_ASKED_AGAIN = frozenset(
    "next next_game results method works catch contents who where day score scorer evidence compare denial polls"
    " exceptions payer in_practice damage opposition rescue search why when_past vote reaction rates".split()
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """`kind` is asked where `says` is found in the answer's main clause, `heard` in what the story has said and
    `unheard` not. `about`: the subject must be in the listener's mind. `verb`, `tense`: of the main verb."""

    kind: str
    says: str
    heard: str = ""
    unheard: str = ""
    verb: str = ""
    tense: str = ""
    about: bool = False
    root: str = ""  # the verb of the whole sentence, who says it included
    scope: str = "core"  # where to look: the core, the clause with its side clauses, or the text with its quotations
    also: Callable[[Answer], bool] | None = None

    def was_told(self, answer: Answer) -> bool:
        """Whether what was said last has answered the question already."""
        return self.kind not in _ASKED_AGAIN and finds(self.says, answer.before)

    def fits(self, answer: Answer) -> bool:
        where = {"core": answer.core, "clause": answer.clause, "text": answer.text}[self.scope]
        return (
            bool(where)
            and (not self.verb or answer.main is not None and answer.main.lemma_.lower() in self.verb.split())
            and (not self.root or answer.root is not None and answer.root.lemma_.lower() in self.root.split())
            and (not self.tense or answer.tense in self.tense.split())
            and finds(self.says, where)
            and (not self.heard or finds(self.heard, answer.heard))
            and (not self.unheard or not finds(self.unheard, answer.heard))
            and (not self.about or answer.is_linked)
            and (self.also is None or self.also(answer))
        )


def finds(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.I) is not None


def effect_is_known(answer: Answer) -> bool:
    """Whether what the cause explains has just been told."""
    told = re.split(r"\b(?:because|due to|owing to|thanks to|as a result of|was|were)\b", answer.clause, maxsplit=1)
    effect, known = content_words(told[0]), content_words(answer.before)
    points_back = re.match(r"(That|This|It)('s| is| was)\b", answer.text) is not None
    return points_back or 2 * len(effect & known) >= max(1, len(effect))


def brings_money(answer: Answer) -> bool:
    return not finds(MONEY, answer.before)


def gives_no_money_first(answer: Answer) -> bool:
    """Whether no sum stands before the span of time, which would then be the first thing asked for."""
    span = re.search(SPAN, answer.core, re.I)
    return span is not None and not finds(MONEY, answer.core[: span.start()])


def has_new_figure(answer: Answer) -> bool:
    old = {figure.value for figure in figures.quantities(answer.heard)}
    return any(figure.value not in old for figure in figures.quantities(answer.core))


def is_about_people(answer: Answer) -> bool:
    return answer.subject is not None and answer.subject.ent_type_ not in {"DATE", "MONEY", "PERCENT"}


def speaks_out(answer: Answer) -> bool:
    """Whether the sentence tells that somebody objects, who has not just spoken."""
    if answer.root is None or answer.same_speaker:
        return False
    says = answer.root.lemma_.lower() in SPEECH_VERBS | {"call"} or finds(OBJECTS, answer.root.text)
    known = content_words(answer.before) - content_words(answer.subject_words)
    return says and bool(finds(DECIDED, answer.clause) or known & content_words(answer.clause))


def told_of_a_person(answer: Answer) -> bool:
    """Whether the subject is a person who was named just before by this name."""
    subject = answer.subject
    if subject is None or subject.pos_ != "PROPN" or not finds(rf"\b{re.escape(subject.text)}\b", answer.before):
        return False
    docs = (answer.doc, parse([answer.before])[0])
    people = [entity.text.split() for doc in docs for entity in doc.ents if entity.label_ == "PERSON"]
    return any(subject.text in words for words in people)
