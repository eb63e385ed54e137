"""Every query that a page or the podcast feed needs, with what it joins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from briefings import schedule
from briefings.models import Article, Episode, Feed, Recording, Restriction, Segment, Show, Story
from briefings.pipeline import stages

Status = Episode.Status
EPISODES_A_PAGE = 30
STORIES_A_PAGE = 40
EPISODES_IN_FEED = 100
RECENT = dt.timedelta(days=7)

RUNNING, WAITING_FOR_EDITOR, STUCK, REJECTED, PUBLISHED = "running", "editor", "stuck", "rejected", "published"


@dataclass(frozen=True, slots=True)
class StageMark:
    """A stage on an episode's line: `state` is done, running, failed, next or ahead."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Line:
    """Where an episode stands: `state` is one of the words above, `current` the stage that is next or running."""

    state: str
    current: str
    marks: list[StageMark]

    @property
    def is_moving(self) -> bool:
        """Whether it may change without a person: a page goes on asking as long as it does."""
        return self.state == RUNNING


def line(episode: Episode) -> Line:
    """The episode's way down the line, as the desk draws it."""
    following = stages.after(episode.status)
    state = _line_state(episode)
    current = following.name if following else ""
    order = [stage.name for stage in stages.STAGES]
    done = order.index(current) if current else (len(order) if state == PUBLISHED else order.index("approve"))
    here = {RUNNING: "running" if episode.claim_token else "next", STUCK: "failed"}.get(state, "next")
    marks = [
        StageMark(name, "done" if n < done else here if n == done and current else "ahead")
        for n, name in enumerate(order)
    ]
    return Line(state, current, marks)


def _line_state(episode: Episode) -> str:
    if episode.status in (Status.PUBLISHED, Status.REJECTED):
        return str(episode.status)
    if episode.is_stuck:
        return STUCK
    if episode.claim_token or stages.next_stage(episode):
        return RUNNING
    return WAITING_FOR_EDITOR


@dataclass(frozen=True, slots=True)
class ShowToday:
    show: Show
    episode: Episode | None
    line: Line | None
    next_opening: dt.datetime | None


def shows_today(moment: dt.datetime) -> list[ShowToday]:
    """Each show with its edition of today, by the date in the show's own zone; those that open by themselves first."""
    cards = []
    for show in Show.objects.order_by("-is_active", "title"):
        today = moment.astimezone(show.zone).date()
        episode = episodes().filter(show=show, edition_date=today).first()
        opening = schedule.next_opening(show, moment)
        cards.append(ShowToday(show, episode, line(episode) if episode else None, opening))
    return cards


def episodes() -> QuerySet[Episode]:
    return Episode.objects.select_related("show", "script__approved_by", "script__second_approved_by").prefetch_related(
        "script__turns"
    )


def waiting_for_editor(moment: dt.datetime) -> list[Episode]:
    """Scripts to approve and recordings to publish, the oldest edition first; no edition that is history by now."""
    ready = _recent(moment).filter(status__in=[Status.WRITTEN, Status.VOICED], error_code="", claim_token=None)
    return [e for e in ready.order_by("edition_date", "pk") if stages.next_stage(e) is None]


def stuck_episodes(moment: dt.datetime) -> QuerySet[Episode]:
    return _recent(moment).exclude(error_code="").filter(retry_at=None).exclude(status=Status.PUBLISHED)


def _recent(moment: dt.datetime) -> QuerySet[Episode]:
    return episodes().filter(edition_date__gte=moment.date() - RECENT)


def episode_list(show_slug: str = "") -> QuerySet[Episode]:
    found = episodes().prefetch_related("recordings")
    return found.filter(show__slug=show_slug) if show_slug else found


def rundown(episode: Episode) -> tuple[list[Segment], list[Segment]]:
    """The segments that are told, in order, and those left out, the best first."""
    segments = list(
        episode.segments.select_related("story").prefetch_related(
            Prefetch("story__articles", Article.objects.select_related("feed").defer("text", "summary"))
        )
    )
    return [s for s in segments if s.is_chosen], [s for s in segments if not s.is_chosen]


def feeds() -> QuerySet[Feed]:
    return Feed.objects.annotate(article_count=Count("articles")).prefetch_related("shows")


def failing_feeds() -> QuerySet[Feed]:
    return Feed.objects.exclude(error_code="").filter(is_paused=False)


def stories(words: str = "") -> QuerySet[Story]:
    """The newest first, with articles and outlets; `words` must stand in the title of the story or of an article."""
    found = Story.objects.annotate(outlet_count=Count("articles__feed", distinct=True)).prefetch_related(
        Prefetch("articles", Article.objects.select_related("feed", "copy_of__feed").defer("text"))
    )
    found = found.order_by("-last_published_at", "-pk")  # grouping drops the model's own order
    if words:
        matching = Story.objects.filter(Q(title__icontains=words) | Q(articles__title__icontains=words))
        found = found.filter(pk__in=matching.values("pk"))
    return found


def unread_articles() -> QuerySet[Article]:
    """Articles whose page could not be read, the newest first."""
    return Article.objects.exclude(error_code="").select_related("feed").defer("text")


def published_shows() -> QuerySet[Show]:
    return Show.objects.filter(episodes__status=Status.PUBLISHED).distinct()


def published_episodes(show: Show) -> QuerySet[Episode]:
    """With their recordings, the newest first."""
    return (
        Episode.objects.filter(show=show, status=Status.PUBLISHED, recordings__isnull=False)
        .distinct()
        .select_related("show")
        .prefetch_related("recordings")
        .order_by("-published_at", "-pk")
    )


def recording_of(episode: Episode) -> Recording | None:
    """The recording that counts: the newest."""
    return next(iter(episode.recordings.all()), None)


def published_recordings() -> QuerySet[Recording]:
    return Recording.objects.select_related("episode__show").filter(episode__status=Status.PUBLISHED)


def all_recordings() -> QuerySet[Recording]:
    """Of editions that wait for an editor's ear too."""
    return Recording.objects.select_related("episode__show")


@dataclass(frozen=True, slots=True)
class PublishedState:
    """What a podcast feed depends on: `changed_at` is when anything in it changed last."""

    changed_at: dt.datetime
    episodes: int
    last_recording: int


def published_state(show: Show) -> PublishedState:
    """In one query, to tell whether the feed has to be built again."""
    found = Episode.objects.filter(show=show, status=Status.PUBLISHED).aggregate(
        changed=Max("changed_at"),
        recorded=Max("recordings__created_at"),
        episodes=Count("pk", distinct=True),
        last_recording=Max("recordings__pk"),
    )
    moments = [show.changed_at, found["changed"], found["recorded"]]
    return PublishedState(max(m for m in moments if m), found["episodes"], found["last_recording"] or 0)


@dataclass(frozen=True, slots=True)
class RestrictionLists:
    """The entries that are in force, and those that have expired, the last to expire first."""

    in_force: list[Restriction]
    expired: list[Restriction]


def restriction_lists(moment: dt.datetime) -> RestrictionLists:
    found = Restriction.objects.select_related("show", "created_by").order_by("rule", Lower("phrase"), "pk")
    is_over = Q(expires_at__lte=moment)
    return RestrictionLists(list(found.exclude(is_over)), list(found.filter(is_over).order_by("-expires_at", "pk")))


@dataclass(frozen=True, slots=True)
class ShowRow:
    show: Show
    next_opening: dt.datetime | None
    latest: Episode | None
    is_open: bool


def show_list(moment: dt.datetime) -> list[ShowRow]:
    """Every show with its next opening and its latest edition; `is_open` says that this is today's already."""
    rows = []
    for show in Show.objects.annotate(feed_count=Count("feeds")).prefetch_related("hosts"):
        latest = episodes().filter(show=show).first()
        is_open = latest is not None and latest.edition_date == moment.astimezone(show.zone).date()
        rows.append(ShowRow(show, schedule.next_opening(show, moment), latest, is_open))
    return rows
