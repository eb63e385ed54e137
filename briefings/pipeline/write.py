"""The rundown's stories to a two-host script, each of its turns with what it rests on and what the checks found.

An editor's new words for a turn are held against the same sources, and need a new approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from briefings import engines, headlines, helplines, memory, restrictions, sources
from briefings.errors import NothingToSay, ScriptRejected, StageConflict
from briefings.models import Article, Episode, Recording, Script, Segment, Show, Story, Turn
from briefings.pipeline import stages
from synthesis import types
from synthesis.errors import CheckpointError, NothingToTell, SynthesisError
from synthesis.text import sentences

Status = Episode.Status
EDITABLE = (Status.WRITTEN, Status.APPROVED, Status.VOICED)
REMEMBERED_EDITIONS = 10
REMEMBERED_QUESTIONS = 4  # editions: the right question has few wordings, and a wrong one is worse than a known one
RECORDINGS_HEARD = 5
SHORT = 0.85  # of the length asked for
UNAPPROVED: dict[str, object] = {
    "approved_by": None,
    "approved_at": None,
    "approved_sha256": "",
    "second_approved_by": None,
    "second_approved_at": None,
    "override_reason": "",
}
_FRAME = ("opening", "link", "closing")


def run(claim: stages.Claim) -> None:
    """Write the script and replace what was written before.

    Raises NothingToSay if no chosen story can be told, ModelUnavailable, ScriptRejected if the writer gives up.
    """
    episode = claim.episode
    segments = list(episode.segments.filter(order__isnull=False).select_related("story").order_by("order"))
    barred = _barred(segments, episode.show)
    free = [segment.story for segment in segments if segment.story_id not in barred]
    stories = [told for story in free if (told := told_story(story, episode)).articles]
    dialogue = _write(claim, stories)
    card = _score(dialogue, stories, episode)
    measured = _measure(dialogue, episode.show, card["minutes"])
    with stages.finish(claim, **measured):
        _store(episode, dialogue, card)
        _entitle(episode, dialogue, stories)
        _leave_out(segments, dialogue, {story.id for story in stories}, barred)


def _barred(segments: Sequence[Segment], show: Show) -> dict[int, str]:
    """The stories that may not be told any more since they were planned, with the reasons."""
    uncovered = restrictions.Uncovered.by(show)
    found = {
        segment.story_id: uncovered.why_out(segment.story, segment.story.articles.all())
        or sources.why_embargoed(segment.story, show, now())
        for segment in segments
    }
    return {story: reason for story, reason in found.items() if reason}


def _write(claim: stages.Claim, stories: Sequence[types.Story]) -> types.Dialogue:
    episode = claim.episode
    if not stories:
        raise NothingToSay(episode, "no story of the rundown may be told and has a text to tell it from")
    try:
        return engines.writer().write(
            stories, hosts_of(episode.show), edition=edition_of(episode), progress=claim.report
        )
    except NothingToTell as error:
        raise NothingToSay(episode, str(error)) from error
    except CheckpointError as error:
        raise engines.unavailable("embedded", error) from error
    except SynthesisError as error:
        raise ScriptRejected(episode, str(error)) from error


def _score(dialogue: types.Dialogue, stories: Sequence[types.Story], episode: Episode) -> dict[str, Any]:
    from synthesis.dialogue.scorecard import scorecard  # brings torch

    return scorecard(dialogue, stories, edition_of(episode), earlier_frames(episode))


def told_story(story: Story, episode: Episode) -> types.Story:
    """A story with the articles that the show may tell it from now, the lead first, and what it has told of it before.

    An article's id is its row's key.
    """
    articles = tuple(source_article(article) for article in sources.articles_for(story, episode.show, now()))
    told_on, told = memory.told(story, episode)
    return types.Story(str(story.pk), story.title, articles, frozenset(story.severity), told_on, told)


def source_article(article: Article) -> types.Article:
    return types.Article(
        id=str(article.pk),
        outlet=article.outlet,
        url=article.url,
        published=article.published_at.isoformat(),
        text=article.speakable_text,
        title=article.title,
    )


def hosts_of(show: Show) -> tuple[types.Host, ...]:
    own = show.hosts.values_list("name", "voice", "role", "persona")
    return tuple(types.Host(*host) for host in own) or types.DEFAULT_HOSTS


def edition_of(episode: Episode) -> types.Edition:
    """What the writer must know beside the stories."""
    show = episode.show
    invented = Article.objects.filter(
        story__segments__episode=episode, story__segments__order__isnull=False, feed__is_sample=True
    )
    return types.Edition(
        show=show.title,
        date=episode.edition_date,
        minutes=show.minutes,
        timezone=show.timezone,
        is_sample=invented.exists(),
        recent_phrases=frozenset(_recent_phrases(episode)),
        format=cast(types.Format, show.format),
        language=show.language,
        speaking_rates=_speaking_rates(show),
        never_say=restrictions.never_say(show),
        may_name=restrictions.may_name(show),
        allowed_addresses=tuple(line.strip() for line in show.allowed_addresses.splitlines() if line.strip()),
        helplines=helplines.of(show),
    )


def _speaking_rates(show: Show) -> dict[str, float]:
    """The words a minute of each host, by what their turns took in the show's last recordings."""
    last = Recording.objects.filter(episode__show=show).order_by("-pk")[:RECORDINGS_HEARD]
    spoken: dict[str, list[tuple[str, float]]] = {}
    for cue in (cue for recording in last for cue in recording.cues):
        spoken.setdefault(cue["host"], []).append((cue["text"], cue["end_s"] - cue["start_s"]))
    if not spoken:
        return {}
    from synthesis.dialogue.length import words_a_minute  # brings the studio's mixing, which takes seconds to import

    return {host: rate for host, said in spoken.items() if (rate := words_a_minute(said))}


def earlier_frames(episode: Episode) -> list[str]:
    """The openings, links and sign-offs of the show's last editions."""
    turns = Turn.objects.filter(script__episode__in=_last_editions(episode), kind__in=_FRAME)
    return list(turns.values_list("text", flat=True))


def _last_editions(episode: Episode) -> list[int]:
    before = Episode.objects.filter(show=episode.show, script__isnull=False).exclude(pk=episode.pk)
    return list(before.order_by("-edition_date").values_list("pk", flat=True)[:REMEMBERED_EDITIONS])


def _recent_phrases(episode: Episode) -> Iterable[str]:
    """The hosts' own words in the show's last editions, which should not be heard again so soon."""
    last = _last_editions(episode)
    turns = Turn.objects.filter(script__episode__in=last)
    asked = turns.filter(kind="question", script__episode__in=last[:REMEMBERED_QUESTIONS])
    # A link may open a fact's turn; a turn of one sentence is the fact alone, which may be told again.
    told = [sentences.split(text) for text in turns.filter(kind="fact").values_list("text", flat=True)]
    openings = [said[0] for said in told if len(said) > 1]
    return [
        *earlier_frames(episode),
        *asked.values_list("text", flat=True),
        *openings,
    ]


def _measure(dialogue: types.Dialogue, show: Show, minutes: float) -> dict[str, object]:
    """`minutes`: what the script takes to say, as the writer itself counts it."""
    return {
        "writer": dialogue.writer,
        "turns": len(dialogue.turns),
        "words": sum(len(turn.text.split()) for turn in dialogue.turns),
        "minutes": minutes,
        "minutes_asked": show.minutes,
        "is_short": minutes < SHORT * show.minutes,
        "stories": len({turn.story for turn in dialogue.turns if turn.story}),
        "left_out": len(dialogue.left_out),
        "red_turns": sum(bool(turn.findings) for turn in dialogue.turns),
    }


def _store(episode: Episode, dialogue: types.Dialogue, card: dict[str, Any]) -> None:
    script, _ = Script.objects.update_or_create(
        episode=episode,
        defaults={
            "writer": dialogue.writer,
            "is_extractive": dialogue.is_extractive,
            "hosts": [{"name": host.name, "voice": host.voice} for host in dialogue.hosts],
            "written_at": now(),
            "rejected_reason": "",
            "scorecard": card,
        }
        | UNAPPROVED,
    )
    script.turns.all().delete()
    Turn.objects.bulk_create(_turn_row(script, order, turn) for order, turn in enumerate(dialogue.turns))
    restrictions.renew(script)


def _turn_row(script: Script, order: int, turn: types.Turn) -> Turn:
    row = turn.to_json()
    return Turn(
        script=script,
        order=order,
        host=turn.host,
        text=turn.text,
        kind=turn.kind,
        story_id=int(turn.story) if turn.story else None,
        citations=[{"article": int(c["article"]), "sentence": c["sentence"]} for c in row["citations"]],
        findings=row["findings"],
        written_by=turn.written_by,
        overlap_s=turn.overlap_s,
    )


def _entitle(episode: Episode, dialogue: types.Dialogue, stories: Sequence[types.Story]) -> None:
    """The plan's title may name a story that was left out; this one names what is told."""
    titles = {story.id: story.title for story in stories}
    told = dict.fromkeys(turn.story for turn in dialogue.turns if turn.story in titles)
    title = headlines.of_edition(
        [titles[key] for key in told if key],
        hosts=[host.name for host in dialogue.hosts],
        never_say=restrictions.never_say(episode.show),
    )
    Episode.objects.filter(pk=episode.pk).update(title=title[:300])


def _leave_out(
    segments: Sequence[Segment], dialogue: types.Dialogue, tellable: set[str], barred: dict[int, str]
) -> None:
    """Note in the rundown which stories were not told after all, and why."""
    reasons = {left.story: left.reason for left in dialogue.left_out}
    reasons |= {str(story): reason for story, reason in barred.items()}
    told = {turn.story for turn in dialogue.turns}
    for segment in segments:
        key = str(segment.story_id)
        if key in told:
            continue
        missing = "The writer did not tell it." if key in tellable else "None of its articles has a text."
        Segment.objects.filter(pk=segment.pk).update(order=None, reason=reasons.get(key, missing)[:500])


def edit_turn(turn: Turn, text: str, *, by: Any, version: int) -> Turn:
    """Give a turn new words, checked against the sentences that it cites, and withdraw the script's approval.

    Raises ScriptRejected for no words; StageConflict if the turn was changed since `version`, if the episode is
    published, rejected or about to be written again, or if a worker is at it just now.
    """
    text = " ".join(text.split())
    if not text:
        raise ScriptRejected(turn, "a turn needs words")
    findings = check(turn, text)
    moment = now()
    with transaction.atomic():
        stages.step(turn.script.episode, EDITABLE, Status.WRITTEN)
        changed = Turn.objects.filter(pk=turn.pk, version=version).update(
            text=text,
            findings=findings,
            version=F("version") + 1,
            edited_by=by,
            edited_at=moment,
            original_text=turn.original_text or turn.text,
        )
        if not changed:
            raise StageConflict(
                turn, "somebody else has changed this turn meanwhile", advice="Compare, and save again."
            )
        Script.objects.filter(pk=turn.script_id).update(**UNAPPROVED)
        restrictions.renew(turn.script)
    turn.refresh_from_db()
    return turn


def check(turn: Turn, text: str) -> list[dict[str, str]]:
    """What `text` says that the turn's sources don't; a turn that cites nothing is held against its whole story."""
    from synthesis.dialogue import addresses, grounding, material  # brings the tagger, which takes seconds to import

    found = grounding.check(text, [*_cited(turn), *_known(turn)], story=_told(turn))
    outlets = [material.outlet(source_article(a)) for item in sources.told(turn.script.episode) for a in item.articles]
    found += addresses.check(text, addresses.allowed_of(edition_of(turn.script.episode), outlets))
    found += restrictions.rules_of(turn, restrictions.may_name(turn.script.episode.show)).check(text)
    return [{"kind": finding.kind, "span": finding.span, "reason": finding.reason} for finding in found]


def _told(turn: Turn) -> list[str]:
    """All that the articles of the turn's story say."""
    articles = turn.story.articles.all() if turn.story is not None else ()
    return [text for article in articles for text in (article.title, article.speakable_text)]


def _cited(turn: Turn) -> list[str]:
    """The sentences that the turn rests on, with the days that they speak of as a listener hears them."""
    from synthesis.dialogue import segment

    edition = edition_of(turn.script.episode)
    wanted: dict[int, list[int]] = {}
    for citation in turn.citations:
        wanted.setdefault(int(citation["article"]), []).append(int(citation["sentence"]))
    articles = Article.objects.select_related("feed").in_bulk(wanted)
    return [
        text
        for pk, article in articles.items()
        for text in segment.sources(source_article(article), wanted[pk], edition)
    ]


def _known(turn: Turn) -> list[str]:
    """What any turn may name; where nothing is cited, also all that the stories in question say."""
    from synthesis.dialogue.when import spoken_date

    episode = turn.script.episode
    show, told = episode.show, sources.told(episode)
    hosts = " ".join(host.name for host in show.hosts.all())
    outlets = {article.outlet for item in told for article in item.articles}
    known = [f"{show.title}. {show.author}. {hosts}. AI.", spoken_date(episode.edition_date), *outlets]
    known += helplines.of(show).values()
    if not turn.citations:
        stories = [item for item in told if turn.story_id in (None, item.story.pk)]
        known += [article.speakable_text for item in stories for article in item.articles]
        known += [item.story.title for item in stories]
    return known
