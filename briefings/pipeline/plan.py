"""The rundown: every story of the day is weighed, and the best are put in order; the reason is stored either way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.timezone import now

from briefings import headlines, languages, restrictions
from briefings.errors import NothingToSay
from briefings.models import Article, Episode, Segment, Show, StageRun, Story
from briefings.newsworthiness import Kind, judge
from briefings.pipeline import stages
from briefings.plain_text import count_words
from briefings.similarity import COPY, Profile, Weights, profile

SECONDS_A_STORY = 45
# The writer may find less in a story than was thought, so some more are planned than the length needs.
RESERVE = 2
LEAST_WORDS = 80
MEMORY = dt.timedelta(days=14)
HALF_LIFE_H = 18.0
HARDNESS, FRESHNESS, SPREAD, UPDATE = 2.0, 0.5, 0.8, -0.4
SAME_OUTLET, SAME_TOPIC, ALIKE = 0.35, 0.8, 0.1


@dataclass(slots=True)
class Candidate:
    """A story as it is weighed. `out` is why it can't be told; empty if it can."""

    story: Story
    articles: list[Article]
    words: int = 0
    outlets: int = 0
    score: float = 0.0
    kind: Kind | None = None
    reasons: list[str] = field(default_factory=list)
    out: str = ""
    profile: Profile | None = None

    @property
    def lead(self) -> Article:
        return self.articles[0]


def run(claim: stages.Claim) -> None:
    """Store a segment for every weighed story, the chosen ones in order. Raises NothingToSay if there is none."""
    episode, moment = claim.episode, now()
    candidates = weigh(episode, moment)
    chosen = choose(candidates, size_of(episode.show.minutes))
    if not chosen:
        raise NothingToSay(episode, _nothing(episode.show, candidates))
    with stages.finish(claim, weighed=len(candidates), chosen=len(chosen)):
        episode.segments.all().delete()
        Segment.objects.bulk_create(_segments(episode, candidates, chosen))
        Episode.objects.filter(pk=episode.pk).update(title=headlines.of_edition([c.story.title for c in chosen])[:300])


def size_of(minutes: float) -> int:
    """How many stories are planned for an edition of this length."""
    return max(3, round(minutes * 60 / SECONDS_A_STORY)) + RESERVE


def weigh(episode: Episode, moment: dt.datetime) -> list[Candidate]:
    """Every story with a fresh article of the show's feeds, the best first."""
    found: dict[int, Candidate] = {}
    for article in _fresh(episode.show, moment):
        assert article.story is not None
        found.setdefault(article.story.pk, Candidate(article.story, [])).articles.append(article)
    told, uncovered = _told(episode), restrictions.Uncovered.by(episode.show, moment)
    candidates = list(found.values())
    for candidate in candidates:
        _weigh_one(candidate, episode.show, told.get(candidate.story.pk), moment)
        candidate.out = uncovered.why_out(candidate.story, candidate.articles) or candidate.out
    return sorted(candidates, key=lambda c: (-c.score, c.story.pk))


def _fresh(show: Show, moment: dt.datetime) -> list[Article]:
    since = moment - dt.timedelta(hours=show.max_age_hours)
    found = Article.objects.filter(feed__shows=show, story__isnull=False, published_at__gte=since)
    return list(found.select_related("feed", "story").order_by("-published_at", "-pk"))


def _told(episode: Episode) -> dict[int, dt.datetime]:
    """When each story was last planned for an edition that went out, or that is still on its way since yesterday."""
    Status, day = Episode.Status, episode.edition_date
    on_its_way = Q(episode__edition_date__gte=day - dt.timedelta(days=1)) & ~Q(episode__status=Status.REJECTED)
    earlier = Segment.objects.filter(
        Q(episode__status=Status.PUBLISHED) | on_its_way,
        episode__show=episode.show,
        episode__edition_date__gte=day - MEMORY,
        order__isnull=False,
    ).exclude(episode=episode)
    rows = earlier.values_list("story", "episode", "episode__created_at")
    done = StageRun.objects.filter(stage="plan", outcome=StageRun.Outcome.DONE, episode__show=episode.show)
    planned = dict(done.order_by("ended_at").values_list("episode", "ended_at"))
    told: dict[int, dt.datetime] = {}
    for story, earlier_episode, created_at in rows:
        when = planned.get(earlier_episode) or created_at
        told[story] = max(when, told.get(story, when))
    return told


def _weigh_one(candidate: Candidate, show: Show, told_at: dt.datetime | None, moment: dt.datetime) -> None:
    spoken = [a for a in candidate.articles if languages.same(a.language, show.language)]
    if not spoken:
        candidate.out = f"it is in another language than the show ({candidate.lead.language})"
        return
    spoken.sort(key=lambda a: -min(count_words(a.speakable_text), 900))
    candidate.articles = spoken
    lead = candidate.lead
    candidate.words = count_words(lead.speakable_text)
    candidate.profile = profile(lead.title, lead.speakable_text)
    candidate.outlets = count_outlets(spoken)
    _score(candidate, moment)
    candidate.out = _why_out(candidate, told_at)


def _score(candidate: Candidate, moment: dt.datetime) -> None:
    lead = candidate.lead
    judgement = judge(lead.title, lead.url, lead.topics, lead.speakable_text)
    age_h = (moment - max(a.published_at for a in candidate.articles)).total_seconds() / 3600
    candidate.kind = judgement.kind
    candidate.score = HARDNESS * judgement.hardness + FRESHNESS * 0.5 ** (age_h / HALF_LIFE_H)
    candidate.score += SPREAD * min(math.log2(candidate.outlets), 2.0)
    candidate.reasons += judgement.cues
    by = f"{candidate.outlets} outlets" if candidate.outlets > 1 else "one outlet"
    candidate.reasons.insert(0, f"reported by {by}")
    candidate.reasons.append("published within the hour" if age_h < 1 else f"{age_h:.0f} hours old")
    if judgement.kind is not None:
        candidate.score -= judgement.kind.penalty
        candidate.reasons.insert(0, f"it reads like {judgement.kind.name}")


def _why_out(candidate: Candidate, told_at: dt.datetime | None) -> str:
    """Why a story can't be told; an update of a told one is marked, and weighed lower."""
    if candidate.story.is_killed:
        return "killed by the desk"
    if candidate.words < LEAST_WORDS:
        return f"only {candidate.words} words of it could be read. {candidate.lead.error_message}".strip()
    if candidate.story.is_pinned:
        return ""
    if candidate.kind is not None and candidate.kind.is_out:
        return f"it is {candidate.kind.name}"
    if told_at is None or candidate.lead.feed.is_sample:  # invented news is the same every day
        return ""
    news = _new_since(candidate, told_at)
    if not news:
        return f"told in the edition planned on {told_at:%-d %B}, and nothing new since"
    candidate.score += UPDATE
    candidate.reasons.insert(0, f"an update: {news} new report{'s' if news > 1 else ''} since it was told")
    return ""


def _new_since(candidate: Candidate, told_at: dt.datetime) -> int:
    """How many articles came in after the telling that are no copies of what was known then."""
    everyone = list(candidate.story.articles.all())
    profiles = {article.pk: profile(article.title, article.speakable_text) for article in everyone}
    weights = Weights(profiles.values())
    old = [profiles[a.pk] for a in everyone if a.fetched_at <= told_at]
    new = [profiles[a.pk] for a in everyone if a.fetched_at > told_at]
    return sum(all(weights.cosine(one, known) < COPY for known in old) for one in new)


def count_outlets(articles: Sequence[Article]) -> int:
    """Outlets that report for themselves: copies of one agency's text count once."""
    profiles = [profile(article.title, article.speakable_text) for article in articles]
    weights = Weights(profiles)
    kept: list[tuple[str, Profile]] = []
    for article, own in zip(articles, profiles, strict=True):
        if any(article.outlet == outlet or weights.cosine(own, known) >= COPY for outlet, known in kept):
            continue
        kept.append((article.outlet, own))
    return len(kept)


def choose(candidates: list[Candidate], size: int) -> list[Candidate]:
    """The rundown: pinned stories, then the best, each weighed down by what it shares with those chosen before it.

    It is led by a plain news report if there is one.
    """
    open_ones = [c for c in candidates if not c.out]
    weights = Weights(c.profile for c in open_ones if c.profile)
    chosen: list[Candidate] = []
    while open_ones and len(chosen) < size:
        best = max(open_ones, key=lambda c: (c.story.is_pinned, c.score - _sameness(c, chosen, weights)))
        open_ones.remove(best)
        chosen.append(best)
    chosen.sort(key=lambda c: -c.score)
    plain = next((c for c in chosen if c.kind is None), None)
    if plain is not None:
        chosen.remove(plain)
        chosen.insert(0, plain)
    return chosen


def _sameness(candidate: Candidate, chosen: list[Candidate], weights: Weights) -> float:
    loss = SAME_OUTLET * sum(other.lead.feed_id == candidate.lead.feed_id for other in chosen)
    for other in chosen:
        if candidate.profile and other.profile:
            alike = weights.cosine(candidate.profile, other.profile)
            loss += SAME_TOPIC * alike if alike >= ALIKE else 0.0
    return loss


def _segments(episode: Episode, candidates: list[Candidate], chosen: list[Candidate]) -> list[Segment]:
    order = {id(c): index for index, c in enumerate(chosen)}
    rows = []
    for rank, candidate in enumerate(candidates, start=1):
        place = order.get(id(candidate))
        if place is None:
            # A rank within the rundown's length, and yet not chosen: what it shares with the chosen ones decided.
            why_not = "left out for variety" if rank <= len(chosen) else "there was no room"
            why = candidate.out or f"ranked {rank} of {len(candidates)}, and {why_not}: {_list(candidate)}"
        else:
            why = ("pinned by the desk; " if candidate.story.is_pinned else "") + _list(candidate)
        why = why[:1].upper() + why[1:]
        rows.append(
            Segment(episode=episode, story=candidate.story, order=place, score=candidate.score, reason=why[:500])
        )
    return rows


def _list(candidate: Candidate) -> str:
    return "; ".join(candidate.reasons)


def _nothing(show: Show, candidates: list[Candidate]) -> str:
    if not candidates:
        feeds = show.feeds.count()
        failing = show.feeds.exclude(error_code="").count()
        if not feeds:
            return f"{show.title} has no feeds"
        if failing == feeds:
            return f"all {feeds} feeds of {show.title} are failing, and nothing fresh came before"
        return f"there is no article of the last {show.max_age_hours} hours in the feeds of {show.title}"
    return f"none of the {len(candidates)} stories of the day can be told; the rundown says why"
