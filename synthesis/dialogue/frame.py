"""What stands around the stories: the opening with the AI disclosure, the links between stories, the closing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from synthesis.dialogue import addresses, appeals, choose, grounding, restricted, when
from synthesis.dialogue.attribution import spoken_outlet
from synthesis.dialogue.choose import content_words
from synthesis.dialogue.headlines import without_circumstance
from synthesis.dialogue.parse import parse
from synthesis.dialogue.phrases import BANNED, Phrasebook
from synthesis.dialogue.segment import Prepared
from synthesis.dialogue.when import spoken_date
from synthesis.types import Article, Edition, Host, Turn, TurnKind

MOST_CONTENTS_WORDS, MOST_LATER_WORDS = 44, 8
LEAST_OF_TITLE = 0.2  # below it, the first fact tells another matter than the title
_COUNTS = "no one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Link:
    """What leads into a story: whether it names the outlet, and nothing but that, and whether it reads a headline."""

    turn: Turn
    names_outlet: bool
    is_bare: bool = False
    is_headline: bool = False


def opening(stories: Sequence[Prepared], lead: Host, other: Host, book: Phrasebook, edition: Edition) -> list[Turn]:
    """Who speaks, which day it is, what is in it, and that machines made it. A briefing has no list of contents."""
    need, slots = ("greeting_role", {"role": _role(lead)}) if lead.role else ("greeting", {})
    date = spoken_date(edition.date)
    greeting = book.say("opening", need, show=edition.show, date=date, lead=lead.name, other=other.name, **slots)
    notice = book.say("opening", "disclosure")
    if edition.is_sample:
        notice += f" {book.say('opening', 'sample')}"
    need, slots = ("second_role", {"role": _role(other)}) if other.role else ("second", {})
    second = book.say("opening", need, other=other.name, **slots)
    if edition.format == "briefing":
        return [_turn(lead.name, greeting, "opening"), _turn(other.name, f"{second} {notice}", "opening")]
    contents = f"{second} {_contents(stories, book)}"
    rows = [(lead.name, greeting), (other.name, contents), (lead.name, notice)]
    return [_turn(host, text, "opening") for host, text in rows]


def _role(host: Host) -> str:
    return host.role if re.match(r"(our|your|the|an?)\b", host.role, re.I) else f"our {host.role}"


def _contents(stories: Sequence[Prepared], book: Phrasebook) -> str:
    """What is coming, the first story among it: two or three clauses, or two or three things, in one sentence."""
    if len(stories) == 1:
        return book.say("opening", "contents_single", outlet=spoken_outlet(stories[0].lead_article.outlet))
    for way, fewest in ((_clause, 3), (_thing, 3), (_clause, 2), (_thing, 2), (_noun, 2)):
        lead = _sound(way(stories[0]), stories[0]) or (_where(stories[0]) if way is _noun else "")
        named = [lead, *(words for prepared in stories[1:5] if (words := _brief(prepared, way)))]
        if len(named) >= fewest and lead:
            most = 3 if sum(len(words.split()) for words in named[:3]) <= MOST_CONTENTS_WORDS else 2
            *before, last = named[:most]
            joined = f"{', '.join(before)}, and {last}" if len(before) > 1 else f"{before[0]}, and {last}"
            return book.say("opening", "contents", headlines=joined)
    if spoken_outlet(stories[0].lead_article.outlet) == spoken_outlet(stories[-1].lead_article.outlet):
        return book.say("opening", "contents_count", count=_COUNTS[min(len(stories), 12)])
    count = _COUNTS[min(len(stories), 12)]
    outlets = _outlets(stories)
    return book.say("opening", "contents_few", count=count, count_capital=count.capitalize(), **outlets)


def _outlets(stories: Sequence[Prepared]) -> dict[str, str]:
    """Who reports the first story and the last one; twice the same name where that is one outlet."""
    first, last = (spoken_outlet(prepared.lead_article.outlet) for prepared in (stories[0], stories[-1]))
    return {"first": first, "last": last, "first_capital": first[:1].upper() + first[1:]}


def _brief(prepared: Prepared, way: Callable[[Prepared], str]) -> str:
    """A later story in a few words, in the `way` asked for, or ""."""
    words = way(prepared)
    if len(words.split()) > MOST_LATER_WORDS:
        words = without_circumstance(words)
    return _sound(words, prepared) if len(words.split()) <= MOST_LATER_WORDS else ""


def _clause(prepared: Prepared) -> str:
    return prepared.billing.clause


def _thing(prepared: Prepared) -> str:
    return prepared.billing.thing


def _noun(prepared: Prepared) -> str:
    return prepared.billing.thing or prepared.billing.topic


def _where(prepared: Prepared) -> str:
    """The least that can be said of a story, or ""."""
    place = prepared.billing.place
    return f"news from {place}" if place else ""


def _sound(words: str, prepared: Prepared) -> str:
    """`words` if they hold no phrase that is banned or not to be said, and say nothing that the story does not."""
    if not words or BANNED.search(words) or restricted.check(words, prepared.never_say):
        return ""
    if addresses.find(words) or appeals.is_appeal(words):
        return ""
    return "" if grounding.check(words, prepared.source_texts()) else words


def link(
    prepared: Prepared,
    position: str,
    lead: str,
    other: str,
    book: Phrasebook,
    *,
    edition: Edition,
    hands_over: bool,
    before: Sequence[Link] = (),
    may_read: bool = True,
) -> Link:
    """The words that lead into a story (`position`: first, next or last), after the links `before`. With `hands_over`
    the other host says them, since the lead has just spoken; a headline, which no fact turn could answer for, and the
    reminder of what was told before are always the other's. One link of an edition reads a headline, this one only if
    it `may_read`, and no third in a row names an outlet alone."""
    outlet = spoken_outlet(prepared.lead_article.outlet)
    slots = {"host": lead, "outlet": outlet}
    if prepared.story.told_on is not None:
        return Link(_turn(other, _again(prepared, book, edition), "link", prepared.story.id), names_outlet=False)
    if headline := _whole_headline(prepared) if may_read and not any(told.is_headline for told in before) else "":
        slots["outlet"] = spoken_outlet(_titled(prepared).outlet)
        need = "headline" if position == "next" else f"{position}_headline"
        turn = _turn(other, book.say("links", need, headline=headline, **slots), "link", prepared.story.id)
        return Link(turn, names_outlet=True, is_headline=True)
    by_name = hands_over and position == "next" and book.chance(0.5)
    base = "hand_over" if by_name else position
    for suffix, slot, words in (("_place", "place", _fresh_place(prepared)), ("", "topic", _fresh_topic(prepared))):
        filled = {**slots, slot: words}
        if _sound(words, prepared) and book.has("links", base + suffix, **filled):
            text = book.say("links", base + suffix, **filled)
            return Link(_turn(other if hands_over else lead, text, "link", prepared.story.id), names_outlet=False)
    is_third = len(before) > 1 and all(told.is_bare for told in before[-2:])
    text = book.say("links", f"{base}_{'plain' if is_third else 'outlet'}", **slots)
    turn = _turn(other if hands_over else lead, text, "link", prepared.story.id)
    return Link(turn, names_outlet=not is_third, is_bare=not is_third)


def _again(prepared: Prepared, book: Phrasebook, edition: Edition) -> str:
    """The story that was told before, by the day on which it was told."""
    told_on = prepared.story.told_on or edition.date
    day = when.day_of(told_on, edition.date)
    topic = prepared.billing.thing or prepared.billing.topic
    for need, words in (("update", topic), ("update_place", prepared.billing.place)):
        if _sound(words, prepared):
            return book.say("links", need, topic=words, place=words, day=day)
    return book.say("links", "update_plain", day=day, outlet=spoken_outlet(prepared.lead_article.outlet))


def has_news(prepared: Prepared, *, may_read: bool) -> bool:
    """Whether the story's news can be told: by its first fact, or else by its headline, if that `may_read` whole."""
    return not _lacks_news(prepared) or (may_read and leans_on_headline(prepared))


def leans_on_headline(prepared: Prepared) -> bool:
    """Whether the link has to read the headline, since no fact tells the news."""
    return _lacks_news(prepared) and bool(_whole_headline(prepared))


def _lacks_news(prepared: Prepared) -> bool:
    """Whether no fact tells what the title promises; of a story that was told before, what is new need not."""
    is_told = prepared.story.told_on is not None
    return not is_told and choose.told_of(prepared.story.title, prepared.facts[0].text) < LEAST_OF_TITLE


def _whole_headline(prepared: Prepared) -> str:
    """The headline of a story that needs it, or "" if only a part of it can be read, or no article has it."""
    headline, title = prepared.billing.headline, prepared.story.title
    is_cut = len(headline.split()) < len(title.split())
    is_printed = _titled(prepared).title.strip() in ("", title.strip())
    return _sound(headline, prepared) if prepared.needs_headline and is_printed and not is_cut else ""


def _titled(prepared: Prepared) -> Article:
    """The article that the story has its title from; else the one that it is told from."""
    title = prepared.story.title.strip()
    return next((a for a in prepared.story.articles if a.title.strip() == title), prepared.lead_article)


def _fresh_place(prepared: Prepared) -> str:
    """The place, unless the story's first words name it anyway."""
    place = prepared.billing.place
    return "" if place and place in " ".join(prepared.facts[0].text.split()[:8]) else place


def _fresh_topic(prepared: Prepared) -> str:
    """The topic, unless the story's first sentence begins with its name or noun, or has one of them as its subject."""
    topic, text = prepared.billing.topic, prepared.facts[0].text
    subjects = [token for token in parse([text])[0] if token.dep_ in {"nsubj", "nsubjpass"}]
    main = [token for token in subjects if token.head.dep_ == "ROOT" or token.head.head.dep_ == "ROOT"]
    begun = [*text.split()[:6], *(part.text for token in main for part in token.subtree)]
    return "" if content_words(topic) & content_words(" ".join(begun)) else topic


def with_link(link: Link, turns: Sequence[Turn]) -> list[Turn]:
    """The link before the story's turns, or in front of the first one's own words where the same host says both."""
    first = turns[0]
    if first.host != link.turn.host or first.kind != "fact":
        return [link.turn, *turns]
    return [replace(first, text=f"{link.turn.text} {first.text}"), *turns[1:]]


def helpline(prepared: Prepared, edition: Edition, host: str) -> list[Turn]:
    """What the show says after a story of this class, in its own words; nothing if it has none."""
    said = [text for name, text in edition.helplines.items() if name in prepared.story.severity]
    return [Turn(host, " ".join(said), "helpline", (), "show", (), prepared.story.id)] if said else []


def closing(stories: Sequence[Prepared], lead: str, other: str, book: Phrasebook, edition: Edition) -> list[Turn]:
    """What it was about, where the sources are, goodbye."""
    if edition.format == "briefing":
        return [_turn(lead, f"{_recap(stories, book, edition)} {book.say('closing', 'sources')}", "closing")]
    first = f"{_recap(stories, book, edition)} {book.say('closing', 'sources')}"
    goodbye, answer = book.say("closing", "bye", lead=other, other=lead).split("|")
    return [_turn(lead, first, "closing"), _turn(other, goodbye, "closing"), _turn(lead, answer, "closing")]


def _recap(stories: Sequence[Prepared], book: Phrasebook, edition: Edition) -> str:
    places = list(dict.fromkeys(place for prepared in stories if (place := _sound(prepared.billing.place, prepared))))
    if len(places) >= 2 and not any(prepared.is_grave for prepared in stories) and book.chance(0.5):
        return book.say("closing", "recap_places", first=places[0], last=places[-1])
    outlets = _outlets(stories)
    if outlets["first"] != outlets["last"] and book.chance(0.5):
        return book.say("closing", "recap_outlets", **outlets)
    return book.say("closing", "plain", weekday=f"{edition.date:%A}", show=edition.show)


def _turn(host: str, text: str, kind: TurnKind, story: str | None = None) -> Turn:
    return Turn(host, text, kind, (), "template", (), story)
