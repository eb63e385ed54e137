"""What a show may not say or cover now: the editors' entries, applied to stories and to scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from briefings import sources
from briefings.models import Article, Restriction, Script, Show, Story, Turn
from synthesis.dialogue import restricted, wording
from synthesis.text import sentences
from synthesis.types import Finding

Rule = Restriction.Rule
Found = dict[str, str]
LEAD_SENTENCES = 3
SHORT_WORD = 3  # letters: a small one within a name is an article or a particle


def in_force(show: Show, moment: dt.datetime) -> QuerySet[Restriction]:
    """The show's own and those of all shows, in the order in which they were made, that `moment` finds unexpired."""
    of_show = Q(show=show) | Q(show=None)
    return Restriction.objects.filter(of_show, Q(expires_at=None) | Q(expires_at__gt=moment)).order_by("pk")


def never_say(show: Show, moment: dt.datetime | None = None) -> tuple[str, ...]:
    """The phrases that no turn may have; now, if no moment is given."""
    return _phrases(in_force(show, moment or now()))


def _phrases(entries: Iterable[Restriction]) -> tuple[str, ...]:
    return tuple(entry.phrase for entry in entries if entry.rule == Rule.SAY)


def may_name(show: Show, moment: dt.datetime | None = None) -> tuple[str, ...]:
    """The victims and minors whom the editors allow to be named, where a story's sources name them."""
    return _names(in_force(show, moment or now()))


def _names(entries: Iterable[Restriction]) -> tuple[str, ...]:
    return tuple(entry.phrase for entry in entries if entry.rule == Rule.NAME)


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What a show does not cover: phrases with the reason of each.

    A name is looked for in the whole of a story, since whoever may not be named is often in its last paragraph; other
    words in titles, summaries and leads, which say what it is about.
    """

    reasons: dict[str, str]

    @classmethod
    def by(cls, show: Show, moment: dt.datetime | None = None) -> Uncovered:
        return cls.of(in_force(show, moment or now()))

    @classmethod
    def of(cls, entries: Iterable[Restriction]) -> Uncovered:
        return cls({entry.phrase: entry.reason for entry in entries if entry.rule == Rule.COVER})

    def why_out(self, story: Story, articles: Iterable[Article]) -> str:
        """Why the story is left out; "" if nothing is against it."""
        about, whole = [story.title], []
        for article in articles if self.reasons else ():
            about += [article.title, article.summary, *sentences.split(article.speakable_text)[:LEAD_SENTENCES]]
            whole.append(article.speakable_text)
        for phrase, reason in self.reasons.items():
            texts = [*about, *whole] if _is_name(phrase) else about
            if restricted.check("\n".join(texts), (phrase,)):
                return f"“{phrase}” is not to be covered{f': {reason}' if reason else ''}"
        return ""


def _is_name(phrase: str) -> bool:
    """Whether its words have capitals, but for short ones: Port Ellery, NHS, Anna van der Berg."""
    small = [word for word in phrase.split() if word == word.lower()]
    return phrase != phrase.lower() and all(len(word) <= SHORT_WORD for word in small)


def standing(script: Script, *, made_since: dt.datetime | None = None) -> dict[int, list[Found]]:
    """What the restrictions of now hold against each turn, by its key; only those made after `made_since`, if given.

    A story that is not to be covered is held against its first turn.
    """
    entries = in_force(script.episode.show, now())
    if made_since is not None:
        entries = entries.filter(created_at__gt=made_since)
    phrases, uncovered = _phrases(entries), Uncovered.of(entries)
    found = {turn.pk: _said(turn.text, phrases) for turn in script.turns.all()}
    if made_since is None:
        for turn in script.turns.all():
            found[turn.pk] += _named(turn, _names(entries))
    if uncovered.reasons:
        for item in sources.told(script.episode):
            if reason := uncovered.why_out(item.story, item.articles):
                first = next(turn for turn in script.turns.all() if turn.story_id == item.story.pk)
                found[first.pk].insert(0, {"kind": restricted.KIND, "span": "", "reason": f"{reason}."})
    return found


def _said(text: str, phrases: tuple[str, ...]) -> list[Found]:
    return _stored(restricted.check(text, phrases))


def rules_of(turn: Turn, allowed: tuple[str, ...]) -> wording.Rules:
    """What may not be said of the people in the turn's story, but for the names that are `allowed`."""
    if turn.story is None:
        return wording.Rules()
    articles = turn.story.articles.all()
    texts = [text for article in articles for text in (article.title, article.speakable_text)]
    return wording.Rules.of(turn.story.severity, texts, may_name=allowed)


def _named(turn: Turn, allowed: tuple[str, ...]) -> list[Found]:
    return _stored(f for f in rules_of(turn, allowed).check(turn.text) if f.kind == wording.NAME)


def _stored(findings: Iterable[Finding]) -> list[Found]:
    return [{"kind": f.kind, "span": f.span, "reason": f.reason} for f in findings]


def renewed(turn: Turn, standing: dict[int, list[Found]]) -> list[Found]:
    """The turn's findings with those of the restrictions of now: some may have come or expired since it was checked."""
    return [*(f for f in turn.findings if f["kind"] not in (restricted.KIND, wording.NAME)), *standing[turn.pk]]


def renew(script: Script) -> None:
    """Store with each turn what the restrictions of now hold against it."""
    found = standing(script)
    for turn in script.turns.all():
        if (findings := renewed(turn, found)) != turn.findings:
            Turn.objects.filter(pk=turn.pk, version=turn.version).update(findings=findings)
