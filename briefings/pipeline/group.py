"""Articles to stories: what several outlets report of one event becomes one story, which later reports join."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.timezone import now

from briefings.models import Article, Show, Story
from briefings.pipeline import stages
from briefings.similarity import Profile, Weights, is_same_event, profile

MEMORY = dt.timedelta(days=14)
# Reports on one event come near each other; a story that goes on does so by one report after the other.
REACH = dt.timedelta(hours=72)
# The invented sample news is served anew each day: today's report is not to join yesterday's.
SAMPLE_REACH = dt.timedelta(hours=12)
MEAN_AT_LEAST = 0.2


@dataclass(slots=True)
class Cluster:
    """Articles on one event: those of a stored story, or of one to be made (`story` is None then)."""

    story: Story | None
    members: list[Article] = field(default_factory=list)
    joined: list[Article] = field(default_factory=list)


def run(claim: stages.Claim) -> None:
    """Give every fresh article of the show a story. Run again, it finds nothing left to do."""
    articles = list(ungrouped(claim.episode.show, now()))
    clusters = cluster(articles, _remembered(articles, now()))
    grown = [found for found in clusters if found.joined]
    new = sum(found.story is None for found in grown)
    with stages.finish(claim, articles=len(articles), new_stories=new, grown_stories=len(grown) - new):
        for found in grown:
            _store(found)


def ungrouped(show: Show, moment: dt.datetime) -> list[Article]:
    """The show's fresh articles that belong to no story yet, the oldest first."""
    since = moment - dt.timedelta(hours=show.max_age_hours)
    found = Article.objects.filter(feed__shows=show, story=None, read_at__isnull=False, published_at__gte=since)
    return list(found.select_related("feed").order_by("published_at", "pk"))


def _remembered(articles: list[Article], moment: dt.datetime) -> list[Cluster]:
    """The stories of the last two weeks, with those of their articles that a new one could be near to."""
    if not articles:
        return []
    members = Article.objects.filter(
        story__last_published_at__gte=moment - MEMORY, published_at__gte=articles[0].published_at - REACH
    )
    clusters: dict[int, Cluster] = {}
    for article in members.select_related("feed", "story").order_by("published_at", "pk"):
        assert article.story is not None
        clusters.setdefault(article.story.pk, Cluster(article.story)).members.append(article)
    return list(clusters.values())


def cluster(articles: list[Article], known: list[Cluster]) -> list[Cluster]:
    """Put each article to the cluster that it fits best, or open one for it. Returns all clusters."""
    clusters = list(known)
    everyone = [*articles, *(member for found in known for member in found.members)]
    profiles = {article.pk: profile(article.title, article.speakable_text) for article in everyone}
    weights = Weights(profiles.values())
    for article in articles:
        home = _home(article, clusters, profiles, weights)
        if home is None:
            home = Cluster(None)
            clusters.append(home)
        home.members.append(article)
        home.joined.append(article)
    return clusters


def _home(article: Article, clusters: list[Cluster], profiles: dict[int, Profile], weights: Weights) -> Cluster | None:
    own, best, best_score = profiles[article.pk], None, 0.0
    for found in clusters:
        near = [member for member in found.members if _is_near(article, member)]
        if any(_is_same_page(article, member) for member in near):
            return found
        if not any(is_same_event(own, profiles[member.pk], weights) for member in near):
            continue
        # The mean over all keeps a chain of half-related reports from growing into one story.
        score = sum(weights.cosine(own, profiles[member.pk]) for member in near) / len(near)
        if score >= MEAN_AT_LEAST and score > best_score:
            best, best_score = found, score
    return best


def _is_near(one: Article, other: Article) -> bool:
    """Near in time, and both real or both invented."""
    reach = SAMPLE_REACH if one.feed.is_sample else REACH
    return abs(one.published_at - other.published_at) <= reach and one.feed.is_sample == other.feed.is_sample


def _is_same_page(one: Article, other: Article) -> bool:
    return bool(one.canonical_url) and one.canonical_url == other.canonical_url


def _store(found: Cluster) -> None:
    """Another show may have grouped some of these articles meanwhile: those stay where they are."""
    pks = [article.pk for article in found.joined]
    free = list(Article.objects.filter(pk__in=pks, story=None).values_list("pk", "published_at"))
    if not free:
        return
    times = [published for _, published in free]
    if found.story is None:
        found.story = Story.objects.create(
            title=_title(found.joined), first_published_at=min(times), last_published_at=max(times)
        )
    else:
        found.story.last_published_at = max([found.story.last_published_at, *times])
        found.story.save(update_fields=["last_published_at"])
    Article.objects.filter(pk__in=[pk for pk, _ in free]).update(story=found.story)


def _title(articles: list[Article]) -> str:
    """That of the fullest report."""
    return max(articles, key=lambda article: min(len(article.text), 6000)).title
