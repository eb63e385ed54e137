"""A script as an editor reads it: each turn with its sources and sound, each story with what calls for care."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.timezone import now

from briefings import restrictions, sources
from briefings.models import Article, Episode, Show, Story, Turn
from briefings.selectors import recording_of
from synthesis.dialogue import severity
from synthesis.text import sentences

WORDS_A_MINUTE = 165


@dataclass(frozen=True, slots=True)
class Cited:
    """A cited sentence with its source. `sentence` is empty where the article has none at that place any more."""

    outlet: str
    title: str
    url: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Flag:
    """What an editor is warned of in an article."""

    outlet: str
    kind: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class StoryHead:
    """What stands above a story: its classes as an editor reads them, its outlets, and its articles' flags."""

    title: str
    classes: list[str]
    is_grave: bool
    outlets: list[str]
    flags: list[Flag]


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn with what it rests on. `speaker` is the host's place in the show, which picks the colour.

    `start_s`: when the newest recording says just these words; None if it says others, or there is none.
    """

    turn: Turn
    cited: list[Cited]
    speaker: int
    head: StoryHead | None
    start_s: float | None


def script_turns(episode: Episode, *, only: Turn | None = None) -> list[TurnView]:
    """The script's turns in order, or just `only`, with their findings by the restrictions of now."""
    turns = [only] if only else list(episode.script.turns.select_related("story", "edited_by"))
    wanted = {c["article"] for turn in turns for c in turn.citations}
    articles = {str(a.pk): a for a in Article.objects.filter(pk__in=wanted).select_related("feed")}
    split = {key: sentences.split(article.speakable_text) for key, article in articles.items()}
    names = list(episode.show.hosts.values_list("name", flat=True))
    heads, starts, standing = _heads(episode), _starts(episode), restrictions.standing(episode.script)
    views = []
    for turn in turns:
        turn.findings = restrictions.renewed(turn, standing)
        cited = [_cite(articles, split, citation) for citation in turn.citations]
        speaker = names.index(turn.host) if turn.host in names else 0
        head = heads.get(turn.story_id) if turn.story_id else None
        views.append(TurnView(turn, [c for c in cited if c], speaker, head, starts.get((turn.order, turn.text))))
    return views


def _cite(articles: dict[str, Article], split: dict[str, list[str]], citation: dict[str, int]) -> Cited | None:
    article = articles.get(str(citation["article"]))
    if article is None:
        return None
    texts, index = split[str(article.pk)], int(citation["sentence"])
    sentence = texts[index] if 0 <= index < len(texts) else ""
    return Cited(article.outlet, article.title, article.url, sentence)


def _heads(episode: Episode) -> dict[int, StoryHead]:
    told = sources.told(episode)
    flagged = Article.objects.filter(story__in=[item.story for item in told]).exclude(flags=[]).select_related("feed")
    flags: dict[int | None, list[Flag]] = {}
    for article in flagged.order_by("pk"):
        found = [
            Flag(article.outlet, str(flag.get("kind", "")), str(flag.get("excerpt", ""))) for flag in article.flags
        ]
        flags.setdefault(article.story_id, []).extend(found)
    return {item.story.pk: _head(item.story, episode.show, flags.get(item.story.pk, [])) for item in told}


def _head(story: Story, show: Show, flags: list[Flag]) -> StoryHead:
    classes = [title for name, title in severity.TITLES.items() if name in story.severity]
    outlets = list(dict.fromkeys(article.outlet for article in sources.articles_for(story, show, now())))
    return StoryHead(story.title, classes, severity.is_grave(story.severity), outlets, flags)


def _starts(episode: Episode) -> dict[tuple[int, str], float]:
    """When the newest recording says a turn, by the turn's place and words."""
    recording = recording_of(episode)
    return {(cue["turn"], cue["text"]): cue["start_s"] for cue in recording.cues} if recording else {}


def word_count(turns: list[TurnView]) -> int:
    return sum(len(view.turn.text.split()) for view in turns)
