"""Articles to stories: what several outlets report of one event becomes one story, which later reports join.

A copy of a known report, an agency's under another title or an old one under a new date, goes to the story of what it
copies, and is marked as its copy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.timezone import now

from briefings import copies, engines, novelty, similarity, sources
from briefings.meanings import Meanings
from briefings.models import Article, Show, Story
from briefings.pipeline import stages
from briefings.similarity import Weights, profile
from synthesis.dialogue import severity

MEMORY = dt.timedelta(days=14)
# Reports on one event come near each other; a story that goes on does so by one report after the other.
REACH = dt.timedelta(hours=72)
# The invented sample news is served anew each day: today's report is not to join yesterday's.
SAMPLE_REACH = dt.timedelta(hours=12)
MEAN_AT_LEAST = 0.2
WORDS_FOR_MEANING = 0.45  # a cosine of meanings, brought to the scale of one of words


@dataclass(slots=True)
class Cluster:
    """Articles on one event: those of a stored story, or of one to be made (`story` is None then)."""

    story: Story | None
    members: list[Article] = field(default_factory=list)
    joined: list[Article] = field(default_factory=list)


def run(claim: stages.Claim) -> None:
    """Give every fresh article of the show a story. Run again, it finds nothing left to do."""
    moment = now()
    articles = ungrouped(claim.episode.show, moment)
    likenesses = find_likenesses(articles, moment)
    meanings = Meanings(engines.sentence_encoder() if articles else None)
    clusters = cluster(articles, _remembered(articles, moment), likenesses, meanings)
    grown = [found for found in clusters if found.joined]
    new = sum(found.story is None for found in grown)
    counts = {
        "articles": len(articles),
        "copies": len(likenesses.copies),
        "new_stories": new,
        "by_meaning": meanings.are_known,
    }
    with stages.finish(claim, **counts, grown_stories=len(grown) - new):
        for found in grown:
            _store(found, likenesses.copies)


def ungrouped(show: Show, moment: dt.datetime) -> list[Article]:
    """The show's fresh articles that belong to no story yet, the oldest first."""
    since = moment - dt.timedelta(hours=show.max_age_hours)
    found = Article.objects.filter(feed__shows=show, story=None, read_at__isnull=False, published_at__gte=since)
    return list(found.select_related("feed").order_by("published_at", "pk"))


@dataclass(slots=True)
class Likenesses:
    """By an article's key the known report whose text it has: as a copy, or as what has grown out of it since."""

    copies: dict[int, Article] = field(default_factory=dict)
    grown: dict[int, Article] = field(default_factory=dict)

    def of(self, article: Article) -> Article | None:
        return self.copies.get(article.pk) or self.grown.get(article.pk)


def find_likenesses(articles: list[Article], moment: dt.datetime) -> Likenesses:
    """Look each article up in the reports of the last two weeks. Invented news is like nothing else."""
    known = Article.objects.filter(published_at__gte=moment - MEMORY, read_at__isnull=False, feed__is_sample=False)
    known = known.exclude(pk__in=[article.pk for article in articles]).select_related("story", "copy_of__story")
    library, by_key = copies.Library(), {}
    found = Likenesses()
    for article in known.order_by("published_at", "pk") if articles else ():
        by_key[article.pk] = article
        library.add(article.pk, article.speakable_text)
    for article in articles:
        if not article.feed.is_sample:
            like = [by_key[key] for key in library.originals(copies.runs(article.speakable_text))]
            _sort_out(article, [known for known in like if _is_of_the_same(article, known)], found)
            by_key[article.pk] = article
            library.add(article.pk, article.speakable_text)
    return found


def _sort_out(article: Article, like: list[Article], found: Likenesses) -> None:
    """Put the article down as a copy of the first of those that have its text and its figures, else as grown."""
    for known in like:
        if not _has_grown(article, known):
            found.copies[article.pk] = found.copies.get(known.pk) or known.copy_of or known
            return
    if like:
        found.grown[article.pk] = like[0]


def _is_of_the_same(article: Article, known: Article) -> bool:
    """Whether texts that share their phrases speak of the same names: a form that is filled in anew does not."""
    own, its = (profile(one.title, one.speakable_text) for one in (article, known))
    if similarity.are_titled_apart(own, its):
        return False
    return not (own.names or its.names) or similarity.names_heard(own, its) >= similarity.COPIED_NAMES


def _has_grown(article: Article, known: Article) -> bool:
    return bool(novelty.changed(article.speakable_text, novelty.Known.of([known.title, known.speakable_text])))


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


def cluster(articles: list[Article], known: list[Cluster], likenesses: Likenesses, meanings: Meanings) -> list[Cluster]:
    """Put each article to the cluster of what it is like, else to that which it fits best, or open one for it.

    Returns all clusters.
    """
    clusters = list(known)
    everyone = [*articles, *(member for found in known for member in found.members)]
    measure = Measure(everyone, meanings)
    for article in articles:
        original = likenesses.of(article)
        home = _home_of(original, clusters) if original else None
        home = home or _home(article, clusters, measure)
        if home is None:
            home = Cluster(None)
            clusters.append(home)
        home.members.append(article)
        home.joined.append(article)
    return clusters


class Measure:
    """How likely two of a batch's articles are to report one event, by their words, names and meanings."""

    def __init__(self, articles: list[Article], meanings: Meanings):
        self._profiles = {article.pk: profile(article.title, article.speakable_text) for article in articles}
        self._weights = Weights(self._profiles.values())
        self._meanings = meanings

    def is_same_event(self, one: Article, other: Article) -> bool:
        own, its = self._profiles[one.pk], self._profiles[other.pk]
        if similarity.is_same_event(own, its, self._weights):
            return True
        # Names first: a meaning costs a hundred times as much.
        if not self._meanings.are_known or similarity.names_heard(own, its) < similarity.LEAST_HEARD:
            return False
        return similarity.is_meant(own, its, self._meanings.alike(one, other))

    def score(self, one: Article, other: Article) -> float:
        words = self._weights.cosine(self._profiles[one.pk], self._profiles[other.pk])
        return max(words, WORDS_FOR_MEANING * self._meanings.alike(one, other))


def _home_of(original: Article, clusters: list[Cluster]) -> Cluster | None:
    """The cluster that holds the original; one is opened for a story of which no report is near any more."""
    for found in clusters:
        if original in found.members or (found.story is not None and found.story.pk == original.story_id):
            return found
    if original.story is None:
        return None
    clusters.append(Cluster(original.story))
    return clusters[-1]


def _home(article: Article, clusters: list[Cluster], measure: Measure) -> Cluster | None:
    best, best_score = None, 0.0
    for found in clusters:
        near = [member for member in found.members if _is_near(article, member)]
        if any(_is_same_page(article, member) for member in near):
            return found
        if not any(measure.is_same_event(article, member) for member in near):
            continue
        # The mean over all keeps a chain of half-related reports from growing into one story.
        score = sum(measure.score(article, member) for member in near) / len(near)
        if score >= MEAN_AT_LEAST and score > best_score:
            best, best_score = found, score
    return best


def _is_near(one: Article, other: Article) -> bool:
    """Near in time, and both real or both invented."""
    reach = SAMPLE_REACH if one.feed.is_sample else REACH
    return abs(one.published_at - other.published_at) <= reach and one.feed.is_sample == other.feed.is_sample


def _is_same_page(one: Article, other: Article) -> bool:
    return bool(one.canonical_url) and one.canonical_url == other.canonical_url


def _store(found: Cluster, originals: Mapping[int, Article]) -> None:
    """Another show may have grouped some of these articles meanwhile: those stay where they are."""
    free = list(
        Article.objects.filter(pk__in=[article.pk for article in found.joined], story=None).select_related("feed")
    )
    if not free:
        return
    times = [a.published_at for a in free if a.pk not in originals] or [a.published_at for a in free if not found.story]
    if found.story is None:
        found.story = Story(title=_title(found.joined), first_published_at=min(times), last_published_at=max(times))
    found.story.last_published_at = max([found.story.last_published_at, *times])
    found.story.severity = _severity(found)
    found.story.save(update_fields=["last_published_at", "severity"] if found.story.pk else None)
    for article in free:
        article.story, article.copy_of = found.story, originals.get(article.pk)
    Article.objects.bulk_update(free, ["story", "copy_of"])


def _severity(found: Cluster) -> list[str]:
    """The classes of the story, by all its reports."""
    joined = {article.pk for article in found.joined}
    earlier = list(found.story.articles.all()) if found.story and found.story.pk else []
    reports = sources.ranked([*found.joined, *(article for article in earlier if article.pk not in joined)])
    return sorted(severity.of_reports([(article.title, article.speakable_text) for article in reports]))


def _title(articles: list[Article]) -> str:
    """That of the fullest report."""
    return max(articles, key=lambda article: min(len(article.text), 6000)).title
