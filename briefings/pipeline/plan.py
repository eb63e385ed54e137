"""The rundown: every story of the day is weighed, and the best are put in order; the reason is stored either way."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.timezone import now

from briefings import headlines, interests, languages, memory, novelty, restrictions, running_order, sources
from briefings.errors import NothingToSay
from briefings.models import Article, Episode, Segment, Show, Story
from briefings.newsworthiness import Kind, judge
from briefings.pipeline import stages
from briefings.plain_text import count_words
from briefings.similarity import Profile, Weights, profile

SECONDS_A_STORY = 45
# The writer may find less in a story than was thought, so some more are planned than the length needs.
RESERVE = 2
LEAST_WORDS = 80
HALF_LIFE_H = 18.0
HARDNESS, FRESHNESS, SPREAD, UPDATE, INTEREST = 2.0, 0.5, 0.8, -0.4, 0.6
INTERESTS_COUNTED, INTEREST_WORDS = 2, 120
SAME_OUTLET, SAME_TOPIC, ALIKE = 0.35, 0.8, 0.1
QUOTED = 140  # characters of what is new, in the reason


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
    chosen = running_order.arrange(choose(candidates, size_of(episode.show.minutes)))
    if not chosen:
        raise NothingToSay(episode, _nothing(episode.show, candidates))
    with stages.finish(claim, weighed=len(candidates), chosen=len(chosen)):
        episode.segments.all().delete()
        Segment.objects.bulk_create(_segments(episode, candidates, chosen))
        Episode.objects.filter(pk=episode.pk).update(title=_title(episode.show, chosen)[:300])


def _title(show: Show, chosen: Sequence[Candidate]) -> str:
    hosts = list(show.hosts.values_list("name", flat=True))
    titles = [candidate.story.title for candidate in chosen]
    return headlines.of_edition(titles, hosts=hosts, never_say=restrictions.never_say(show))


def size_of(minutes: float) -> int:
    """How many stories are planned for an edition of this length."""
    return max(3, round(minutes * 60 / SECONDS_A_STORY)) + RESERVE


def weigh(episode: Episode, moment: dt.datetime) -> list[Candidate]:
    """Every story with a fresh article of the show's feeds, the best first."""
    found: dict[int, Candidate] = {}
    for article in _fresh(episode.show, moment):
        assert article.story is not None
        found.setdefault(article.story.pk, Candidate(article.story, [])).articles.append(article)
    told, uncovered = memory.tellings(episode), restrictions.Uncovered.by(episode.show, moment)
    candidates = list(found.values())
    for candidate in candidates:
        _weigh_one(candidate, episode.show, told.get(candidate.story.pk), moment)
        candidate.out = uncovered.why_out(candidate.story, candidate.articles) or candidate.out
    return sorted(candidates, key=lambda c: (-c.score, c.story.pk))


def _fresh(show: Show, moment: dt.datetime) -> list[Article]:
    since = moment - dt.timedelta(hours=show.max_age_hours)
    found = Article.objects.filter(feed__shows=show, story__isnull=False, published_at__gte=since)
    return list(found.select_related("feed", "story", "copy_of").order_by("-published_at", "-pk"))


def _weigh_one(candidate: Candidate, show: Show, told: memory.Telling | None, moment: dt.datetime) -> None:
    spoken = [a for a in candidate.articles if languages.same(a.language, show.language)]
    if not spoken:
        candidate.out = f"it is in another language than the show ({candidate.lead.language})"
        return
    since = moment - dt.timedelta(hours=show.max_age_hours)
    news = [a for a in spoken if a.copy_of is None or a.copy_of.published_at >= since]
    free = [a for a in news if sources.embargo_of(a) <= moment]
    candidate.articles = sources.ranked(sources.without_copies(free or news or spoken))
    lead = candidate.lead
    candidate.words = count_words(lead.speakable_text)
    candidate.profile = profile(lead.title, lead.speakable_text)
    candidate.outlets = count_outlets(candidate.articles)
    _score(candidate, show, moment)
    candidate.out = _why_barred(candidate, show, bool(free or not news), moment) or _why_out(candidate, told)
    if not news and not candidate.story.is_pinned:
        first = min(a.copy_of.published_at for a in spoken if a.copy_of)
        candidate.out = candidate.out or f"an old report under a new date: it was first published on {first:%-d %B}"


def _why_barred(candidate: Candidate, show: Show, is_free: bool, moment: dt.datetime) -> str:
    """Why it may not be told now, whatever its worth."""
    if candidate.story.is_killed:
        return "killed by the desk"
    if why := sources.why_embargoed(candidate.story, show, moment):
        return why
    if not is_free:
        until = min(sources.embargo_of(a) for a in candidate.articles)
        outlet = candidate.lead.outlet
        return f"under {outlet}'s embargo until {sources.local_time(until, show)}"
    return ""


def _score(candidate: Candidate, show: Show, moment: dt.datetime) -> None:
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
    wanted = interests.met(show, [lead.title, *lead.topics, " ".join(lead.speakable_text.split()[:INTEREST_WORDS])])
    if wanted:
        candidate.score += INTEREST * min(len(wanted), INTERESTS_COUNTED)
        candidate.reasons.insert(0, f"of interest to its listeners ({', '.join(wanted[:3])})")
    if judgement.kind is not None:
        candidate.score -= judgement.kind.penalty
        candidate.reasons.insert(0, f"it reads like {judgement.kind.name}")


def _why_out(candidate: Candidate, told: memory.Telling | None) -> str:
    """Why a story is not worth telling; an update of a told one is marked, and weighed lower."""
    if candidate.words < LEAST_WORDS:
        return f"only {candidate.words} words of it could be read. {candidate.lead.error_message}".strip()
    if candidate.story.is_pinned:
        return ""
    if candidate.kind is not None and candidate.kind.is_out:
        return f"it is {candidate.kind.name}"
    if told is None or candidate.lead.feed.is_sample:  # invented news is the same every day
        return ""
    news = _news_since(candidate, told)
    if not news:
        return f"told in the edition of {told.on:%-d %B}, and no new facts since"
    candidate.score += UPDATE
    candidate.reasons.insert(0, f"an update of {told.on:%-d %B}: “{_cut(news[0])}”")
    return ""


def _news_since(candidate: Candidate, told: memory.Telling) -> list[str]:
    """The sentences that came in after the telling with a fact that none had which was known then."""
    known = [a for a in candidate.story.articles.all() if a.fetched_at <= told.at]
    facts = novelty.Known.of(text for a in known for text in (a.title, a.speakable_text))
    new = [a for a in candidate.articles if a.fetched_at > told.at and a.copy_of_id is None]
    return [sentence for a in new for sentence in novelty.news(a.speakable_text, facts)]


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= QUOTED else sentence[:QUOTED].rsplit(" ", 1)[0] + "…"


def count_outlets(articles: Sequence[Article]) -> int:
    """Outlets that report for themselves: of a report and its copies one counts."""
    return len({article.outlet for article in sources.without_copies(articles)})


def choose(candidates: list[Candidate], size: int) -> list[Candidate]:
    """Pinned stories, then the best, each weighed down by what it shares with those chosen before it."""
    open_ones = [c for c in candidates if not c.out]
    weights = Weights(c.profile for c in open_ones if c.profile)
    chosen: list[Candidate] = []
    while open_ones and len(chosen) < size:
        best = max(open_ones, key=lambda c: (c.story.is_pinned, c.score - _sameness(c, chosen, weights)))
        open_ones.remove(best)
        chosen.append(best)
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
