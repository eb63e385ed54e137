"""Thirty days of news in which most reports come more than once: under new guids, new titles, in other papers.

Everything follows from a seed. Each report knows its event, and whether it is the first, a copy, or tells news.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

DAYS, EVENTS_A_DAY = 30, 2
OUTLETS = ("Meridian", "Courier", "Evening Post", "Dispatch", "Radio One")
STORIES = Path(__file__).parent / "data/stories"
NO_NEWS = ("25-", "26-", "27-", "28-", "29-")
Kind = Literal["first", "copy", "news"]

PLACES = """Ellery Gullport Norwick Sandhaven Tidemouth Brackwater Kelpness Oysterby Foxholm Larkmoor Elmsea Ashby
    Dunmere
    Holtby Crayford Wexmouth Penrose Stanmoor Quarrington Ravensby Thornwick Uppingham Velden Yarmley""".split()
SURNAMES = """Lindqvist Brandt Castellan Dorran Ettinger Fenwick Garrow Haldane Ivarsen Jessop Kettle Lomax Maddox
    Norling
    Ostrow Prewitt Quill Renner Sorley Tarn Ulrich Vance Wendt Yardley""".split()
GIVEN = "Mara Ola Rui Nadia Peter Hanna Tobias Ida Loretta Owain Fenella Bryce Denise Casper Yusuf Althea".split()
FORMS = {
    "ferry": (
        "Ferry sinks off {place}, {n} dead",
        "At least {n} people were killed when the ferry Star of {place} sank off {place} on {day}, its owner said.",
        "The ferry had left {other} at dusk with {m} passengers, and went down within {k} minutes in heavy swell.",
        "Captain {name} said that water had come in over the bow, and that the pumps had failed at once.",
        "{name2}, who was pulled from the water by a fisherman, said that nobody had been told to leave the cabins.",
        "Divers from {other} are to search the wreck, {k} miles west of the lighthouse at {place}.",
        "The owner, the {surname} Line, has run the crossing between {other} and {place} since its founding.",
    ),
    "works": (
        "{firm} to close its works in {place}",
        "{firm}, the maker of railway brakes, will close its works in {place} and cut {n} jobs, it said on {day}.",
        "The works at {place} has lost {m} million crowns since the spring, said its director, {name}.",
        "{name2}, who speaks for the union, called the plan a betrayal of a town that has built brakes for decades.",
        "Orders will go to the plant in {other}, where {k} new machines are being set up behind the old foundry.",
        "The mayor of {place} asked for talks, and said that the town had given {firm} its land for a crown.",
        "Shares in {firm} rose by {k} percent after the notice, which was read out at the gate in the rain.",
    ),
    "vote": (
        "{place} votes to rebuild its theatre",
        "The council of {place} voted by {n} to {k} on {day} to rebuild the theatre that burned down in the winter.",
        "The building will cost {m} million crowns, half of it from the lottery, said the chair, {name}.",
        "{name2}, who led the opposition, said that the money was needed for the school in Mill Lane.",
        "An architect from {other} has drawn a hall with {n} seats in the round and a garden on its roof.",
        "Work begins after Easter, when the ruin behind the town hall of {place} has been cleared away.",
        "Actors of the company have played in a barn near {other} since the fire, to full rows of hay bales.",
    ),
    "court": (
        "Banker from {place} jailed for {k} years",
        "A court in {place} jailed the banker {name} for {k} years on {day} for stealing {m} million crowns.",
        "{surname} had moved the savings of {n} customers to a firm of his own, the jury found after two days.",
        "Judge {name2} said that he had ruined people who had trusted him as they would a son.",
        "The money went on horses and on a house by the lake near {other}, which the bank has sold since.",
        "His lawyer said that he would appeal, and that the sums had never been properly counted.",
        "Customers cheered in the gallery, and one of them rang the bell of the old savings bank in {place}.",
    ),
    "storm": (
        "Storm cuts power to {place}",
        "A storm cut the power to {n} homes in and around {place} on {day}, the grid company said.",
        "Gusts of {m} miles an hour broke the masts that carry the line from {other} across the marsh.",
        "{name}, who runs the repair crews, said that the last homes would have light again by the weekend.",
        "The hospital ran on its own engines for {k} hours, said its manager, {name2}, and moved nobody.",
        "Trains between {place} and {other} stood still, since trees lay on both tracks near the viaduct.",
        "Schools stay shut on the coast, where the tide took {k} boats and the kiosk at the end of the pier.",
    ),
}
NEWS = {
    "ferry": "The number of dead has risen to {x}, said the coastguard on {day}, and {name} has been charged over it.",
    "works": "{firm} will now keep {x} of the jobs, it said on {day}, after {name} had met the minister for {x} hours.",
    "vote": "A judge stopped the rebuilding on {day} after {x} neighbours had sued, and {name} said she would resign.",
    "court": "An appeal court cut the sentence on {day} and ordered {name} to pay back {x} million crowns.",
    "storm": "A second storm left {x} more homes dark on {day}, and {name} called in {x} soldiers to clear the roads.",
}
LEADS = (
    "It is the talk of the town, and readers have asked us for more.",
    "Our correspondent has followed the matter from its beginning.",
    "Here is what is known of it so far.",
)
TITLES = ("What we know: {}", "{}: the full report", "In full: {}", "{} - the details")


@dataclass(frozen=True, slots=True)
class Report:
    """One item of one outlet's feed on one day."""

    event: str
    kind: Kind
    outlet: str
    day: int
    hour: float
    guid: str
    url: str
    title: str
    text: str


def reports(seed: int = 20260301) -> list[Report]:
    """Everything that the feeds carry in thirty days, in order of time."""
    dice = random.Random(seed)
    rows = [row for first in _firsts(dice) for row in _repeated(first, dice)]
    return sorted((row for row in rows if row.day < DAYS), key=lambda row: (row.day, row.hour, row.guid))


def _firsts(dice: random.Random) -> Iterator[Report]:
    """The first report on each event: those of the story sets, and two made up for each day."""
    paths = [path for path in sorted(STORIES.glob("*.json")) if not path.stem.startswith(NO_NEWS)]
    for number, path in enumerate(paths):
        article = json.loads(path.read_text())["articles"][0]
        yield _first(path.stem, article["title"], article["text"], number % DAYS, dice)
    for number in range(EVENTS_A_DAY * DAYS):
        form = list(FORMS)[number % len(FORMS)]
        title, *said = _filled(FORMS[form], number, dice)
        yield _first(f"{form}-{number}", title, "\n".join(said), number // EVENTS_A_DAY, dice)


def _filled(parts: Sequence[str], number: int, dice: random.Random) -> list[str]:
    place, other = PLACES[number * 7 % len(PLACES)], PLACES[(number * 7 + 5) % len(PLACES)]
    surname, surname2 = dice.sample(SURNAMES, 2)
    slots = {
        "place": place,
        "other": other,
        "surname": surname,
        "name": f"{dice.choice(GIVEN)} {surname}",
        "name2": f"{dice.choice(GIVEN)} {surname2}",
        "firm": f"{dice.choice(SURNAMES)} {dice.choice(('Group', 'Works', 'Brothers'))}",
        "n": dice.randint(12, 900),
        "m": dice.randint(12, 90),
        "k": dice.randint(2, 11),
        "day": dice.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
    }
    return [part.format(**slots) for part in parts]


def _first(event: str, title: str, text: str, day: int, dice: random.Random) -> Report:
    url = f"https://meridian.example/{event}"
    return Report(event, "first", OUTLETS[0], day, dice.uniform(0, 20), f"{event}-guid", url, title, text)


def _repeated(first: Report, dice: random.Random) -> Iterator[Report]:
    """The report, two or three copies of it, and for every third event its news with a copy of that."""
    yield first
    for copy in dice.sample((_syndicated, _re_guided, _re_dated, _retitled), dice.randint(2, 3)):
        yield copy(first, dice)
    if dice.random() < 1 / 3:
        news = _news(first, dice)
        yield news
        yield _syndicated(news, dice)


def _syndicated(row: Report, dice: random.Random) -> Report:
    """Another paper prints it within hours: under its own title, with a line before it, or cut at the end."""
    outlet = dice.choice(OUTLETS[1:])
    said = row.text.split("\n")
    kept = said[: max(3, len(said) - dice.randint(0, 2))]
    text = "\n".join([dice.choice(LEADS), *kept] if dice.random() < 0.5 else kept)
    key = f"{outlet}-{row.guid}".replace(" ", "-").lower()
    title = dice.choice(TITLES).format(row.title)
    return replace(
        row, kind="copy", outlet=outlet, hour=min(row.hour + dice.uniform(0.5, 4), 23.9), guid=key,
        url=f"https://{outlet.replace(' ', '').lower()}.example/{row.guid}", title=title, text=text,
    )  # fmt: skip


def _re_guided(row: Report, dice: random.Random) -> Report:
    """The same page under a new guid, dated anew."""
    return replace(row, kind="copy", day=row.day + dice.randint(1, 3), guid=f"{row.guid}-{dice.random()}")


def _re_dated(row: Report, dice: random.Random) -> Report:
    """The same report on a new page, days later."""
    return replace(
        row,
        kind="copy",
        day=row.day + dice.randint(1, 9),
        guid=f"{row.guid}-again",
        url=f"{row.url}-{dice.randint(2, 9)}",
    )


def _retitled(row: Report, dice: random.Random) -> Report:
    """The same report on a new page under a new title, the next day."""
    title = dice.choice(TITLES).format(row.title)
    return replace(row, kind="copy", day=row.day + 1, guid=f"{row.guid}-new", url=f"{row.url}-new", title=title)


def _news(first: Report, dice: random.Random) -> Report:
    """What happened since, told before what was known."""
    form = first.event.split("-")[0]
    said = first.text.split("\n")
    names = [word for word in first.text.split() if word.strip(",.") in SURNAMES] or ["the authorities"]
    slots = {"x": dice.randint(1000, 9000), "day": "Sunday", "name": names[0].strip(",."), "firm": "The firm"}
    what = NEWS.get(form, "An inquiry was opened on {day}, and {x} papers were seized by order of a tribunal.")
    text = "\n".join([what.format(**slots), *said[:3]])
    day = first.day + dice.randint(1, 3)
    return replace(
        first,
        kind="news",
        day=day,
        guid=f"{first.guid}-news",
        url=f"{first.url}-news",
        title=f"New: {first.title}",
        text=text,
    )
