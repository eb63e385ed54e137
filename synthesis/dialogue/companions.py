"""What must not be told without its other half: a reply, a claim that the next sentence takes back, a silence that
somebody has broken elsewhere in the article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from synthesis.dialogue.attribution import SPEECH_VERBS
from synthesis.dialogue.facts import Fact
from synthesis.dialogue.figures import quantities
from synthesis.dialogue.reading import Reading
from synthesis.dialogue.roles import counts_people

if TYPE_CHECKING:
    from spacy.tokens import Token

MOST_JOINED = 42
_REPLIES = frozenset("insist deny reject dispute dismiss maintain counter".split())
_ALSO_SAID = re.compile(r"^[^\",]{2,60}\balso (claim|claims|claimed|said|says|added|told)\b")
_TURNS = re.compile(
    r"^(The latter|However|Still,|Yet |But (?:the|that|it|they|he|she|officials|experts|police|there|no|some|others)\b)"
)
_TAKEN_BACK = re.compile(
    r"\b(cannot be|can't be|could not be|not possible|(?:could|can) ?not (?:independently )?(?:determine|verify"
    r"|confirm)|false alarms?|also raised)\b",
    re.I,
)
_DIVIDED = re.compile(
    r"^(?:[\w'-]+ ){1,4}(?:are|were|is|remain|remains) (?:sharply |deeply |still )?(?:divided|split)\.$"
    r"|^(?:Opinions|Views|Reactions|Accounts) (?:[\w'-]+ ){0,2}(?:differ|vary|differed|varied|are mixed|were mixed)\.$"
)
_TESTED = re.compile(r"\b(stud(y|ies)|trials?|tests?|tested|researchers|scientists|scans?|experiments?)\b", re.I)
_LIMITS = re.compile(
    r"\b(false alarms?|cautioned|limitations?|warned|(?:does|do|did) not (?:replace|prove|show|mean)|only followed"
    r"|too (?:small|early|short)|small (?:study|sample|group|number)|missed|wrongly|mistaken|not yet|more research)\b",
    re.I,
)
_ANSWERS = re.compile(r"\b(sorry|apologi[sz]e[sd]?|apology|denie[sd]|rejected|disputed)\b", re.I)
_ACCUSES = re.compile(
    r"\b(accus\w+|fined|sued|lawsuit|charged|blam\w+|alleg\w+|complain\w*|convicted|misled|broke the law|violat\w+)\b",
    re.I,
)
_MISSING = re.compile(r"\b(?:is|are|was|were|one|two|three|people|still|man|woman|child|boy|girl) (?:still )?missing\b")
_DEAD = re.compile(r"\b(killed|died|dead)\b")
_SEARCH = re.compile(r"\b(search(es|ed|ing)?|rescuers|look(ed|ing)? for)\b", re.I)


def travelling(readings: Sequence[Reading], facts: Sequence[Fact]) -> list[Fact]:
    """The facts that can be told, each with what it must not be told without: a claim joined to the sentence that
    limits it, a reply bound to what it answers. What can keep no such company is left out."""
    kept: list[Fact] = []
    gone: set[tuple[str, int]] = set()
    behind = {(fact.key[0], fact.key[1] - 1): fact for fact in facts}
    sentences = {(s.article.id, s.index): s.text for reading in readings for s in reading.sentences}
    for fact in facts:
        article, index = fact.key
        if fact.key in gone or _DIVIDED.match(fact.text):
            continue
        if _is_broken_silence(fact, readings) or _is_bare_toll(fact, facts):
            continue
        limit = behind.get(fact.key)
        if index > 0 and fact.speaker and _takes_back(sentences.get((article, index + 1), ""), fact, limit):
            joined = _joined(fact, limit)
            if joined is None:
                continue
            fact = joined
            gone.add((article, index + 1))
        kept.append(fact)
    return [_bound(fact, kept) for fact in kept]


def _takes_back(following: str, fact: Fact, limit: Fact | None) -> bool:
    """Whether a sentence takes back what stands before it. One of another voice is another account, not a limit."""
    outside = re.sub(r'"[^"]*"', "", following)
    is_voice = bool(re.search(r"(?<!he) (said|says|told)\b", outside))
    if limit is not None:
        is_voice = limit.speaker.split()[-1:] not in ([], fact.speaker.split()[-1:])
    return bool(_TAKEN_BACK.search(outside)) or (bool(_TURNS.match(outside)) and not is_voice)


def _joined(fact: Fact, limit: Fact | None) -> Fact | None:
    """Both in one turn, or None where they are too long for a breath."""
    if limit is None or len(f"{fact.text} {limit.text}".split()) > MOST_JOINED:
        return None
    cites = tuple(dict.fromkeys([*fact.cites, *limit.cites]))
    return replace(fact, text=f"{fact.text} {limit.text}", cites=cites, is_joined=True)


def _bound(fact: Fact, facts: Sequence[Fact]) -> Fact:
    """A reply, bound to the sentence before it, unless the article's first sentence is plainly what it answers."""
    if not is_reply(fact) or fact.needs_previous or fact.key[1] == 0:
        return fact
    news = next((other for other in facts if other.key[0] == fact.key[0]), fact)
    shared = _stems(fact.text) & _stems(news.text)
    is_answer = news is not fact and len(shared - _stems(fact.speaker)) >= 2
    return fact if is_answer else replace(fact, needs_previous=True)


def is_reply(fact: Fact) -> bool:
    """Whether somebody answers in it to what was said before."""
    doc = fact.sentence.doc
    root = next((token for token in doc if token.dep_ == "ROOT"), None)
    return (root is not None and root.lemma_.lower() in _REPLIES) or bool(_ALSO_SAID.match(fact.text))


def _is_broken_silence(fact: Fact, readings: Sequence[Reading]) -> bool:
    """Whether it says that somebody did not respond of whom the story reports a statement elsewhere."""
    if fact.role != "no_comment" or "would respond" in fact.text:
        return False
    silent = next((t for t in fact.sentence.doc if t.dep_ in {"nsubj", "nsubjpass"} and t.head.dep_ == "ROOT"), None)
    names = _names(silent)
    return bool(names) and any(
        (said_by := _names(token)) and (names <= said_by or said_by <= names)
        for reading in readings
        for sentence in reading.sentences
        if (sentence.article.id, sentence.index) != fact.key
        for token in sentence.doc
        if token.dep_ == "nsubj" and token.head.lemma_.lower() in SPEECH_VERBS and not _is_denied(token.head)
    )


def _is_bare_toll(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether it counts the dead on nobody's word, where another sentence of the article gives the count its owner."""
    is_owned = fact.speaker or re.search(r"\b(said|says|say|according)\b", fact.text)
    if is_owned or fact.key[1] == 0 or not (_DEAD.search(fact.text) and counts_people(fact.text)):
        return False
    counted = {figure.value for figure in quantities(fact.text)}
    return any(
        other.speaker
        and other.key[0] == fact.key[0]
        and _DEAD.search(other.text)
        and counted <= {figure.value for figure in quantities(other.text)}
        for other in facts
    )


def _names(subject: Token | None) -> set[str]:
    """The names in a subject, else its noun."""
    if subject is None:
        return set()
    names = {token.text.casefold() for token in subject.subtree if token.pos_ == "PROPN"}
    return names or ({subject.lemma_.casefold()} if subject.pos_ == "NOUN" else set())


def _is_denied(verb: Token) -> bool:
    return any(child.dep_ == "neg" for child in verb.children)


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z][a-z'-]{3,}", text.casefold())} - _COMMON


_COMMON = frozenset(w[:5] for w in "said says that this with from have been will would were also which they".split())


def company(fact: Fact, lead: Fact) -> float:
    """How much a story that begins with `lead` wants the fact beside it: a result its limits, an accusation its
    answer, the missing the search for them."""
    wanted = 1.2 * bool(_TESTED.search(lead.text) and _LIMITS.search(fact.text))
    wanted += 0.8 * bool(_ACCUSES.search(lead.text) and _ANSWERS.search(fact.text))
    return wanted + 1.2 * bool(_MISSING.search(lead.text) and _SEARCH.search(fact.text))
