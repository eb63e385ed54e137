"""Choose which facts of a story are told, and in which order a listener needs them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synthesis.dialogue import figures, owned, tolls
from synthesis.dialogue.attribution import says_also
from synthesis.dialogue.companions import company, travelling
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.presumed import EVENTS
from synthesis.dialogue.protagonists import named
from synthesis.dialogue.reading import Reading
from synthesis.dialogue.roles import is_counter

MOST_FACTS, MOST_DEEP, ENDING_BY = 16, 80, 3
LATE = 2  # the last sentence that can be an article's news
TOLD = 0.8  # the share of a sentence's words that make it one that was told before
# What is worth: a voice of another side, the whole of a title, the reason for an attack.
OTHER_SIDE, PROMISED, WHY, ANSWER = 1.0, 2.0, 1.2, 1.5
_ATTACKS = re.compile(
    r"\b(attack(s|ed)?|fire[sd] (?:missiles?|rockets?|on|at)|fired|str(ikes?|uck)|bomb(s|ed)|shell(s|ed)|invade[sd]"
    r"|raid(s|ed)|shot|missiles?|drones?)\b",
    re.I,
)
_DISSENT = re.compile(
    r"\b(against|reject(s|ed)?|criti[cs]i[sz]ed|oppos(es|ed)|object(s|ed)?|unfair|less pleased|divided|warned "
    r"(that it|of)|disputed?|denie[sd]|condemned|protested|called on|complain(s|ed)?|cautioned|doubts?"
    r"|disappoint\w*)\b"
)
_OBJECTS = re.compile(
    r"\b(rejects?|rejected|criti[cs]i[sz]e[sd]?|oppose[sd]?|object(?:s|ed)? to|unfair|condemn(?:s|ed)|denounce[sd]"
    r"|complain(?:s|ed)|protested|denie[sd])\b"
)
_CONFIRMS = re.compile(r"\b(?:confirm(?:s|ed)|acknowledged)\b", re.I)
_UNCONFIRMED = re.compile(r"\b(?:could|can)(?: not|n't) (?:\w+ly )?(?:be )?(?:confirm|verif)", re.I)
# A claim about somebody, and the words in which they answer it.
_CLAIMED = re.compile(
    r"\b(accus\w+|alleg\w+|blam\w+|claim(?:s|ed)?|critici[sz]\w+|misled|hid(?:es|ing)?|fail(?:s|ed) to)\b", re.I
)
_ANSWERED = re.compile(r"\b(never|not|no|n't|den(?:y|ies|ied)|reject\w*|disput\w*|untrue|false)\b|n't\b", re.I)
_REASON = re.compile(
    r"\b(because|in (?:retaliation|revenge|response|reply|reaction|protest)|retaliat\w+|avenge\w*|linked to|to protest"
    r"|after accusing|accus(?:es|ed) (?:it|him|her|them) of|for spreading|so that|in order to|the reason|blam(?:es|ed)"
    r"|over (?:its|his|her|their|the) (?:alleged|refusal|failure))\b",
    re.I,
)
_RESEARCH = frozenset("study trial researcher scientist team author experiment".split())
_STEP = re.compile(
    r"\b(decides?|meets?|votes?|hear|hearing|travel|starts?|begins?|opens?|reopens?|discuss|look for|appeal|rule|due"
    r"|expected|expects|announce|publish|go on sale|investigat\w*|answer|test|build|shows?|return|resume|visit|debate"
    r"|present|sign|appear|continue|launch|scheduled|tomorrow|next (week|month|year|summer|spring|autumn|winter))\b"
)
_STOP = frozenset(
    """the and for that with was were has have had not are but his her its their they this from said says who which
    will would been after about into than more also could when there over out one two first new""".split()
)


def rank(title: str, readings: Sequence[Reading], facts: Sequence[Fact], *, is_deep: bool = False) -> list[Fact]:
    """The facts worth telling, in order of worth: any first n of them make a story that holds together.

    From an article at most a third of its sentences are taken, three of a short one, four of one that has eight. The
    first fact is the lead article's news, the third at the latest one to end on; what says again what was said, or
    points at something unsaid, does not get in. `is_deep`: as many as can be told of one story alone, up to two thirds.
    """
    facts = named(readings, tolls.current(readings, travelling(readings, owned.telling(readings, facts))))
    most = MOST_DEEP if is_deep else MOST_FACTS
    room = {r.article.id: 2 * r.total // 3 if is_deep else _room(r.total) for r in readings}
    chosen: list[Fact] = []
    said = set(content_words(title))
    lead = _lead(title, facts, _first(readings)) if readings else None
    candidates = [lead] if lead else []
    while candidates and len(chosen) < most:
        best = max(candidates, key=lambda fact: _worth(fact, chosen, said, title))
        chosen.append(best)
        room[best.sentence.article.id] -= 1
        said |= content_words(best.text)
        candidates = [
            fact
            for fact in facts
            if fact not in chosen
            and room[fact.sentence.article.id] > 0
            and _can_follow(fact, chosen, said)
            and all(whole in chosen for whole in _wholes(fact, facts))
            and _worth(fact, chosen, said, title) > 0.0
        ]
        if len(chosen) == ENDING_BY - 1 and not any(map(is_ending, chosen[1:])):
            candidates = [fact for fact in candidates if is_ending(fact)] or candidates
    return chosen


def untold(facts: Sequence[Fact], told: Sequence[str]) -> list[Fact]:
    """The facts that none of the sentences `told` has told, in these words or nearly so."""
    before = [content_words(sentence) for sentence in told]
    return [fact for fact in facts if not any(_is_told(content_words(fact.sentence.written), said) for said in before)]


def _is_told(words: set[str], said: set[str]) -> bool:
    return len(words & said) >= TOLD * max(1, min(len(words), len(said)))


def _room(total: int) -> int:
    return max(3, total // 3, min(4, total // 2))


def _first(readings: Sequence[Reading]) -> str:
    """The id of the report that brings the news: the lead article, or the newest where that counts anew what it has."""
    return tolls.newer(readings[0], readings).article.id


def _lead(title: str, facts: Sequence[Fact], article: str) -> Fact | None:
    """The first fact of the lead article that needs nothing before it; one of the next two, where only that tells what
    the title tells."""
    alone = [fact for fact in facts if not fact.needs_previous and not fact.needs_noun and not _is_silence(fact)]
    alone = [fact for fact in alone if not fact.is_opinion and (not fact.assumes or fact.sentence.index == 0)] or alone
    first = [fact for fact in alone if fact.sentence.article.id == article][:3] or alone[:1]
    if first and first[0].sentence.index > LATE:
        first = [fact for fact in alone if fact.sentence.index <= LATE] or first  # what is new stands in another report
    if not first:
        return None
    nearest = max(first, key=lambda fact: told_of(title, fact.text))  # the earliest of equals
    return first[0] if told_of(title, first[0].text) > 0.0 or told_of(title, nearest.text) < 0.5 else nearest


def _is_silence(fact: Fact) -> bool:
    """Whether it tells that somebody does not answer, or that a report could not be confirmed."""
    return fact.role == "no_comment" or bool(_UNCONFIRMED.search(fact.text))


def told_of(title: str, text: str) -> float:
    """The share of the title's words that `text` has, in whatever form."""
    wanted, said = ({word[:5] for word in content_words(words)} for words in (title, text))
    found = {word for word in wanted if any(word.startswith(other) or other.startswith(word) for other in said)}
    return len(found) / max(1, len(wanted))


def _can_follow(fact: Fact, chosen: Sequence[Fact], said: set[str]) -> bool:
    article, index = fact.key
    if fact.needs_previous and not any(other.key == (article, index - 1) for other in chosen):
        return False
    if any(not _is_heard_of(event, said) for event in fact.assumes & EVENTS) or is_second_word(fact, chosen):
        return False
    owner = re.match(r"(?:The )?([A-Z]\w+)'s ", fact.text) if fact.role == "no_comment" else None
    if owner is not None and not content_words(owner[1]) & said:
        return False  # the silence of somebody whom nobody spoke of
    is_told_of = fact.needs_noun in said or (fact.needs_noun in _RESEARCH and bool(said & _RESEARCH))
    return not fact.needs_noun or is_told_of


def _is_heard_of(event: str, said: set[str]) -> bool:
    """Whether the event was told of, be it by its verb: "attacked" before "the attack"."""
    return any(word.startswith(event[: max(4, len(event) - 2)]) for word in said)


def is_second_word(fact: Fact, told: Sequence[Fact]) -> bool:
    """Whether its speaker "also says" it, and nothing that they said is among the facts `told`."""
    if not says_also(fact.text):
        return False
    speaker = fact.speaker.split()[-1:]
    return not speaker or all(other.speaker.split()[-1:] != speaker for other in told)


def _wholes(part: Fact, facts: Sequence[Fact]) -> list[Fact]:
    """What counts all of that of which `part` counts some, just before it: "600 drones" before "549 were shot down"."""
    counts = _counts(part.text)
    article, index = part.key
    return [
        fact
        for fact in facts
        if fact.key[0] == article
        and 0 < index - fact.key[1] <= 3
        and any(counts.get(noun, number) < number for noun, number in _counts(fact.text).items())
    ]


def _counts(text: str) -> dict[str, float]:
    found = re.findall(r"\b(\d[\d,]*) (?:[a-z-]+ ){0,2}?([a-z]{4,}s|people)\b", text)
    return {noun: float(number.replace(",", "")) for number, noun in found}


def _worth(fact: Fact, chosen: Sequence[Fact], said: set[str], title: str) -> float:
    words = content_words(fact.text)
    told = {figure.value for other in chosen for figure in figures.quantities(other.text)}
    overlap = max(
        (
            len(words & content_words(other.text)) / max(1, min(len(words), len(content_words(other.text))))
            for other in chosen
        ),
        default=0.0,
    )
    is_other = bool(chosen) and fact.sentence.article.id != chosen[0].sentence.article.id
    if is_other and not fact.is_opinion and not fact.is_apart and (overlap > 0.5 or _is_same_news(fact, told)):
        return -10.0  # another outlet's account of the same news
    if {figure.value for figure in figures.quantities(fact.text)} - told:
        overlap /= 2  # "At least 83 people were wounded in the attack" is news in old words
    if overlap > 0.6:
        return -10.0
    roles = Counter(other.role for other in chosen)
    speakers = Counter(other.speaker for other in chosen[1:] if other.speaker)
    outlets = Counter(other.sentence.article.id for other in chosen)
    fresh_outlet = 1.0 if chosen and not outlets[fact.sentence.article.id] else 0.0
    wanted = sum(worth for part, worth in _PARTS if part(fact) and not any(map(part, chosen[1:])))
    wanted += WHY * (bool(chosen) and _explains(fact, chosen[0]) and not any(_explains(f, chosen[0]) for f in chosen))
    wanted += OTHER_SIDE * (bool(sides(fact)) and _is_new_side(fact, chosen))
    wanted += ANSWER * answers(fact, chosen)
    wanted += PROMISED * _promised(fact, chosen, title)
    wanted -= 0.9 * max(0, roles["next"] - 1) * (fact.role == "next")  # a third forecast tells nothing new
    unexplained = min(3.0, len(fact.assumes - said))
    wanted += company(fact, chosen[0]) if chosen and not any(company(other, chosen[0]) for other in chosen[1:]) else 0.0
    return (
        fact.score
        - 1.2 * overlap
        - 0.35 * roles[fact.role]
        - 0.6 * speakers[fact.speaker]
        + fresh_outlet
        + wanted
        - unexplained
    )


def _is_same_news(fact: Fact, told: set[float]) -> bool:
    """Whether another report's first words, or figures that were told, can be nothing but the same news again."""
    if is_dissent(fact):
        return False
    counted = {figure.value for figure in figures.quantities(fact.text)}
    is_old = bool(counted) and counted <= told and not fact.speaker
    return is_old or fact.sentence.index == 0 or (fact.sentence.index == 1 and not fact.speaker)


def _is_new_side(fact: Fact, chosen: Sequence[Fact]) -> bool:
    """Whether a side speaks in it that has not been heard, where another has."""
    heard = [sides(other) for other in chosen]
    return any(heard) and not any(sides(fact) & side for side in heard) and fact.role != "no_comment"


def answers(fact: Fact, chosen: Sequence[Fact]) -> bool:
    """Whether somebody who has not been heard says in it that what was claimed of somebody is not so."""
    heard = {other.speaker for other in chosen}
    is_theirs = bool(fact.speaker) and fact.speaker not in heard and fact.role != "no_comment"
    words = content_words(fact.text)
    if not is_theirs or not any(_CLAIMED.search(f.text) and words & content_words(f.text) for f in chosen):
        return False
    return bool(_ANSWERED.search(fact.text)) and not any(_ANSWERED.search(other.text) for other in chosen[1:])


def _explains(fact: Fact, lead: Fact) -> bool:
    """Whether the news is an attack, and this says why, on the word of those who made it."""
    is_theirs = not sides(lead) or bool(sides(lead) & sides(fact))
    return bool(_ATTACKS.search(lead.text)) and is_theirs and gives_reason(fact)


def _promised(fact: Fact, chosen: Sequence[Fact], title: str) -> float:
    """The share of the title that is told by it and by nothing before it."""
    told = {word[:5] for other in chosen for word in content_words(other.text)}
    wanted = {word[:5] for word in content_words(title)}
    new = {word[:5] for word in content_words(fact.text)} & (wanted - told)
    return len(new) / max(1, len(wanted))


def is_ending(fact: Fact) -> bool:
    """Whether a story can end on it: what comes next, what is not known, or who sees it otherwise."""
    return is_step(fact) or fact.role == "no_comment" or is_dissent(fact)


def is_step(fact: Fact) -> bool:
    """Whether it tells what somebody will do, or when; not what something will cost or be like."""
    return fact.role == "next" and bool(_STEP.search(fact.text))


def is_dissent(fact: Fact) -> bool:
    """Whether somebody disagrees in it, or gives another account."""
    return bool(_DISSENT.search(re.sub(r'"[^"]*"', "", fact.text))) or (
        fact.role in {"account", "quotation"} and is_counter(fact.text) and not _CONFIRMS.search(fact.text)
    )


def objects(fact: Fact) -> bool:
    """Whether somebody speaks out in it against what was said or done."""
    return bool(_OBJECTS.search(re.sub(r'"[^"]*"', "", fact.text)))


def gives_reason(fact: Fact) -> bool:
    """Whether it says why: a cause, or what somebody wants to avenge, answer or reach."""
    return fact.role == "cause" or bool(_REASON.search(re.sub(r'"[^"]*"', "", fact.text)))


def sides(fact: Fact) -> frozenset[str]:
    """The countries and bodies for which its speaker speaks, by the beginnings of their names."""
    doc = fact.sentence.doc
    subject = next((t for t in doc if t.dep_ == "nsubj" and t.head.dep_ == "ROOT"), None)
    told = [fact.speaker, "" if subject is None else doc[subject.left_edge.i : subject.i + 1].text]
    names = {e.text for e in doc.ents if e.label_ in {"GPE", "NORP"} and any(e.text in phrase for phrase in told)}
    return frozenset(re.sub(r"^the ", "", name).casefold()[:5] for name in names)


def _is_voice(fact: Fact) -> bool:
    return bool(fact.speaker) and fact.role in {"quotation", "account", "reaction"}


def _is_quotation(fact: Fact) -> bool:
    return fact.role == "quotation"


def _is_detail(fact: Fact) -> bool:
    return fact.role in {"number", "detail", "event", "cause"} and not fact.speaker


# What a story should have beside its lead, and how much each is wanted while it is missing.
_PARTS = (
    (is_ending, 1.2),
    (is_step, 0.6),
    (_is_voice, 1.2),
    (_is_quotation, 0.5),
    (_is_detail, 0.8),
    (gives_reason, 0.9),
)


def content_words(text: str) -> set[str]:
    """The words that carry meaning, in lower case and without a plural's s."""
    words = re.findall(r"[^\W_][\w'-]+", text.casefold())
    return {re.sub(r"('s|s)$", "", word) for word in words if len(word) > 2 and word not in _STOP}
