"""Invented news for the benchmarks: scripts of any length, the same for the same number, on events that never were."""

from __future__ import annotations

import random
from collections.abc import Callable

from synthesis.types import Article, Dialogue, Host, Story, Turn, TurnKind

VOICE_PAIRS = (
    ("af_heart", "am_michael"),
    ("bf_emma", "bm_george"),
    ("af_bella", "am_fenrir"),
    ("bf_isabella", "am_puck"),
)
_PLACES = "Port Ellery, Marrow Bay, Oxholm, Lower Tarn, Vestby, Calder Point, Saltmarsh, New Harrow".split(", ")
_PEOPLE = "Mara Lindqvist, Tom Abernathy, Ines Carvalho, Joseph Adeyemi, Ruth Kowalski, Daniel Park".split(", ")
_BODIES = "the harbour council, the rail operator, the water board, the city court, the health service".split(", ")
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_FACTS = (
    "{Body} voted on {day} to rebuild the old sea wall at {place}.",
    "It will cost {money}, and take {n} months.",
    "{person} told reporters that nobody had been warned in time.",
    "Trains between {place} and {other} are running again, after {n} days without service.",
    "The storm brought down {n} trees and cut the power to {many} homes.",
    '"We can\'t wait for another winter," said {person}, who has led {body} since 2019.',
    "Prices rose by {percent} in the year to {month}, more than most forecasts had said.",
    "Police in {place} have arrested {n} people, and are looking for two more.",
    "The new ferry carries {many} passengers, and runs on methanol.",
    "A court in {place} has ruled that the tax was lawful; {body} says it will appeal.",
    "Researchers at the university found traces of the metal in {percent} of the wells they tested, "
    "which is twice as many as in the last survey, and they want the rest of them closed until spring.",
    "Unemployment fell to {percent}.",
    "The bridge stays shut.",
    "Nobody was hurt.",
    "{person} scored twice in the last ten minutes, and {place} won 3-2.",
    "The fire began at 4:30 a.m. in a warehouse near {place}, and burned until the evening.",
    "Some {many} workers walked out on {day}, as talks over pay came to nothing for the third time this month.",
    "According to {body}, the reservoir holds enough water for {n} weeks, if it stays as dry as it is.",
    "The vaccine will be offered first to children under five, then to nurses, and from {month} to everyone.",
    "{person} stepped down on {day}, after {n} years in office.",
    "The painting, thought lost for a century, turned up in an attic in {place}, wrapped in old newspapers.",
    "Shares in the shipbuilder fell {percent} in early trading.",
    "Engineers say that the dam at {place} is safe, but that its gates must be replaced before the snow melts, "
    "and that the villages below it should know which road to take if the sirens sound.",
    "A second vote is due in {month}.",
    "The museum of {place} opens its new wing on {day}. Entry is free for the first {n} days.",
    "{Body} has spent {money} on it so far, {percent} over the budget.",
)
_QUESTIONS = (
    "And who pays for that?",
    "How long will it take?",
    "Why now?",
    "What does {body} say?",
    "Was anybody hurt?",
    "Do we know when it will be decided?",
    "Is {person} going to stay?",
)
_REACTIONS = ("That's a lot.", "Right.", "So it begins again.", "Hm, that is sooner than I thought.", "I see.")
_LINKS = ("Now to {place}.", "On to the next story.", "From {place}, there is news of {body}.")
_OPENING = "This is The Line for {day}. The news in it is invented, and the voices are synthetic."
_CLOSING = "That was The Line. Thank you for listening."


def episode(number: int, turns: int) -> Dialogue:
    """Script `number`, of `turns` turns at least 1: from 3 on with an opening and a closing, hosts in turn."""
    rng = random.Random(number)
    first, second = VOICE_PAIRS[number % len(VOICE_PAIRS)]
    hosts = (Host("Ava", first), Host("Ben", second))
    body = _body(rng, turns if turns < 3 else turns - 2)
    if turns >= 3:
        body = [("opening", _OPENING, None), *body, ("closing", _CLOSING, None)]
    spoken = [
        Turn(hosts[i % 2].name, _filled(text, rng), kind, story=story) for i, (kind, text, story) in enumerate(body)
    ]
    return Dialogue(hosts, tuple(spoken))


def story(number: int, sentences: int = 9) -> Story:
    """Story `number`, one outlet's report of so many sentences."""
    rng = random.Random(f"story {number}")
    text = "\n".join(_filled(sentence, rng) for sentence in rng.sample(_FACTS, sentences))
    title = text.splitlines()[0].rstrip(".")
    report = Article(
        f"{number}", "The Line", f"https://news.example/{number}", "2026-11-23T04:00:00+00:00", text, title
    )
    return Story(f"{number}", title, (report,))


def _body(rng: random.Random, count: int) -> list[tuple[TurnKind, str, str | None]]:
    """Stories of a link, facts with questions between them, and now and then a reaction."""
    turns: list[tuple[TurnKind, str, str | None]] = []
    story = 0
    while len(turns) < count:
        story += 1
        if count > 1:
            turns.append(("link", rng.choice(_LINKS), None))
        for _ in range(rng.randint(1, 3)):
            facts = rng.sample(_FACTS, rng.choice((1, 1, 2)))
            turns.append(("fact", " ".join(facts), str(story)))
            if rng.random() < 0.6:
                turns.append(("question", rng.choice(_QUESTIONS), str(story)))
                turns.append(("fact", rng.choice(_FACTS), str(story)))
            elif rng.random() < 0.4:
                turns.append(("reaction", rng.choice(_REACTIONS), str(story)))
    return turns[:count]


def _filled(text: str, rng: random.Random) -> str:
    body = rng.choice(_BODIES)
    place, other = rng.sample(_PLACES, 2)
    words: dict[str, Callable[[], str]] = {
        "body": lambda: body,
        "Body": lambda: body[0].upper() + body[1:],
        "day": lambda: rng.choice(_DAYS),
        "place": lambda: place,
        "other": lambda: other,
        "person": lambda: rng.choice(_PEOPLE),
        "money": lambda: f"{rng.choice('$€£')}{rng.randint(2, 980) / 10} {rng.choice(('million', 'billion'))}",
        "percent": lambda: f"{rng.randint(2, 480) / 10}%",
        "month": lambda: rng.choice(("March", "June", "September", "December")),
        "n": lambda: str(rng.randint(2, 48)),
        "many": lambda: f"{rng.randint(11, 380) * 100:,}",
    }
    return text.format(**{name: draw() for name, draw in words.items()})
