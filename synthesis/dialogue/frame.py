"""What stands around the stories: the opening with the AI disclosure, the links between stories, the closing."""

from __future__ import annotations

from collections.abc import Sequence

from synthesis.dialogue import grounding
from synthesis.dialogue.attribution import outlet_name
from synthesis.dialogue.phrases import BANNED, Phrasebook
from synthesis.dialogue.segment import Prepared
from synthesis.dialogue.when import spoken_date
from synthesis.types import Edition, Turn, TurnKind

_COUNTS = "no one two three four five six seven eight nine ten eleven twelve".split()


def opening(stories: Sequence[Prepared], lead: str, other: str, book: Phrasebook, edition: Edition) -> list[Turn]:
    """Who speaks, which day it is, what is in it, and that machines made it."""
    greeting = book.say(
        "opening", "greeting", show=edition.show, date=spoken_date(edition.date), lead=lead, other=other
    )
    second = f"{book.say('opening', 'second', other=other)} {_contents(stories, book)}"
    notice = book.say("opening", "disclosure")
    if edition.is_sample:
        notice += f" {book.say('opening', 'sample')}"
    return [_turn(lead, greeting, "opening"), _turn(other, second, "opening"), _turn(lead, notice, "opening")]


def _contents(stories: Sequence[Prepared], book: Phrasebook) -> str:
    if len(stories) == 1:
        return book.say("opening", "contents_single", outlet=outlet_name(stories[0].story.articles[0].outlet))
    headlines: list[str] = []
    words = 0
    for prepared in stories[:5]:
        headline = _sound(prepared.billing.headline, prepared)
        if headline and len(headlines) < 3 and words + len(headline.split()) <= 34:
            headlines.append(headline[:1].upper() + headline[1:])
            words += len(headline.split())
    if len(headlines) < 2:
        count = _COUNTS[min(len(stories), 12)]
        return book.say("opening", "contents_few", count=count, count_capital=count.capitalize())
    listed = ". ".join([*headlines[:-1], _after_and(headlines[-1])])
    return book.say("opening", "contents", headlines=f"{listed}.")


def _after_and(headline: str) -> str:
    first = headline.split()[0]
    small = headline[:1].lower() + headline[1:] if first in {"The", "A", "An"} else headline
    return f"And {small}"


def _sound(words: str, prepared: Prepared) -> str:
    """`words` if they hold no banned phrase and say nothing that the story does not."""
    if not words or BANNED.search(words) or grounding.check(words, prepared.source_texts()):
        return ""
    return words


def link(prepared: Prepared, position: str, lead: str, other: str, book: Phrasebook) -> tuple[Turn, bool]:
    """The turn that leads into a story (`position`: first, next or last), and whether it names the outlet."""
    place, topic = _sound(prepared.billing.place, prepared), _sound(_fresh_topic(prepared), prepared)
    outlet = outlet_name(prepared.story.articles[0].outlet)
    headline = _sound(prepared.billing.headline, prepared)
    if headline and prepared.needs_headline:
        need = "headline" if position == "next" else f"{position}_headline"
        return _turn(lead, book.say("links", need, outlet=outlet, headline=headline), "link", prepared.story.id), True
    if position == "next" and not prepared.is_grave and (topic or place) and book.chance(0.3):
        need, slots = ("hand_over_place", {"place": place}) if place else ("hand_over", {"topic": topic})
        if book.has("links", need, host=lead, **slots):
            return _turn(other, book.say("links", need, host=lead, **slots), "link", prepared.story.id), False
    if place and book.has("links", f"{position}_place", place=place):
        return _turn(lead, book.say("links", f"{position}_place", place=place), "link", prepared.story.id), False
    if topic and book.has("links", position, topic=topic) and book.chance(0.75):
        return _turn(lead, book.say("links", position, topic=topic), "link", prepared.story.id), False
    return _turn(lead, book.say("links", f"{position}_outlet", outlet=outlet), "link", prepared.story.id), True


def _fresh_topic(prepared: Prepared) -> str:
    """The topic, unless the story's first sentence begins with these very words."""
    topic, text = prepared.billing.topic, prepared.facts[0].text.casefold()
    return "" if len(topic.split()) > 2 and text.startswith(topic.casefold()) else topic


def closing(stories: Sequence[Prepared], lead: str, other: str, book: Phrasebook, edition: Edition) -> list[Turn]:
    """What it was about, where the sources are, goodbye."""
    first = f"{_recap(stories, book, edition)} {book.say('closing', 'sources')}"
    goodbye, answer = book.say("closing", "bye", lead=other, other=lead).split("|")
    return [_turn(lead, first, "closing"), _turn(other, goodbye, "closing"), _turn(lead, answer, "closing")]


def _recap(stories: Sequence[Prepared], book: Phrasebook, edition: Edition) -> str:
    places = list(dict.fromkeys(place for prepared in stories if (place := _sound(prepared.billing.place, prepared))))
    topics = [
        topic
        for prepared in stories
        if not prepared.is_grave and (topic := _sound(prepared.billing.topic, prepared)) and len(topic.split()) <= 4
    ]
    if len(places) >= 2 and book.chance(0.5):
        return book.say("closing", "recap_places", first=places[0], last=places[-1])
    if len(topics) >= 2 and len(stories) > 2 and book.chance(0.6):
        return book.say("closing", "recap", topics=f"{topics[0]} and {topics[1]}")
    return book.say("closing", "plain", weekday=f"{edition.date:%A}", show=edition.show)


def _turn(host: str, text: str, kind: TurnKind, story: str | None = None) -> Turn:
    return Turn(host, text, kind, (), "template", (), story)
