"""Write a whole edition from the sources' own sentences, in its format, as long as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synthesis.dialogue import frame, length
from synthesis.dialogue.phrases import Phrasebook, Ranker
from synthesis.dialogue.segment import Prepared, tell
from synthesis.types import Edition, Format, Host, LeftOut, Turn

TOLERANCE, NEAR = 0.06, 0.015  # of the length asked for: what is accepted, and what is not worth another try
MOST_TRIES = 6
Teller = Callable[[Prepared, int, str, str, Phrasebook, bool], list[Turn]]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a format is: how many stories a minute, and how many facts they have at least, the first one `top`."""

    stories_per_minute: float
    fewest: int
    top: int
    most_stories: int = 100
    most_facts: int = 100


SHAPES: dict[Format, Shape] = {
    "briefing": Shape(stories_per_minute=2.5, fewest=1, top=2, most_facts=3),
    "daily": Shape(stories_per_minute=1.1, fewest=3, top=4),
    "deep_dive": Shape(stories_per_minute=0.1, fewest=4, top=4, most_stories=1),
}


def compose(
    stories: Sequence[Prepared],
    counts: Sequence[int],
    hosts: Sequence[Host],
    edition: Edition,
    ranker: Ranker | None,
    teller: Teller | None = None,
) -> list[Turn]:
    """The whole script with `counts[i]` facts of story i. Hosts change roles from story to story."""
    book = Phrasebook(f"{edition.show} {edition.date.isoformat()}", avoid=edition.recent_phrases, ranker=ranker)
    shift = edition.date.toordinal() % 2
    turns = frame.opening(stories, hosts[shift], hosts[1 - shift], book, edition)
    links: list[frame.Link] = []
    leaning = [prepared for prepared in stories if frame.leans_on_headline(prepared)]
    for place, (prepared, count) in enumerate(zip(stories, counts, strict=True)):
        lead, other = hosts[(place + shift + 1) % 2].name, hosts[(place + shift) % 2].name
        position = "first" if place == 0 else "last" if place == len(stories) - 1 and place > 1 else "next"
        named = len(stories) == 1  # the opening has said where its one story comes from
        link = None
        if not named or prepared.needs_headline or prepared.story.told_on:
            alone = turns[-1].host == lead
            link = frame.link(
                prepared, position, lead, other, book, edition=edition, hands_over=alone, before=links,
                may_read=not leaning or prepared in leaning,
            )  # fmt: skip
            links.append(link)
            named = link.names_outlet
        written = teller(prepared, count, lead, other, book, named) if teller else []
        told = written or tell(prepared, count, lead, other, book, edition, named=named)
        turns += frame.with_link(link, told) if link else told
        turns += frame.helpline(prepared, edition, other if turns[-1].host == lead else lead)
    names = [host.name for host in hosts]
    end = 1 - names.index(turns[-1].host)  # the closing is begun by who did not speak last
    return turns + frame.closing(stories, names[end], names[1 - end], book, edition)


def fit(
    stories: Sequence[Prepared], hosts: Sequence[Host], edition: Edition
) -> tuple[list[Prepared], list[int], list[LeftOut]]:
    """Which stories to tell and how many facts of each, so that the edition comes near the minutes asked for."""
    if edition.format not in SHAPES:
        raise ValueError(f"the formats are {', '.join(SHAPES)}, and not {edition.format!r}")
    shape, target = SHAPES[edition.format], edition.minutes * 60
    room = min(shape.most_stories, max(1, round(edition.minutes * shape.stories_per_minute)))
    kept, dropped = list(stories[:room]), list(stories[room:])
    counts = [_most(prepared, shape, shape.fewest if at else shape.top) for at, prepared in enumerate(kept)]
    measure = _Measure(hosts, edition)
    while len(kept) > 1 and measure.told(kept, counts) > target * (1 + TOLERANCE):
        dropped.insert(0, kept.pop())
        counts.pop()
    counts = _grown(kept, counts, measure, target)
    while dropped and len(kept) < shape.most_stories and measure.told(kept, counts) < target * (1 - TOLERANCE / 2):
        # The stories told so far have no more to say.
        wider = [*kept, dropped[0]], [*counts, _most(dropped[0], shape, shape.fewest)]
        if measure.told(*wider) > target * (1 + TOLERANCE):
            break
        kept, counts = wider[0], _grown(*wider, measure, target)
        dropped.pop(0)
    reason = f"There is no room for it in {edition.minutes:g} minutes."
    if shape.most_stories == 1:
        reason = "This edition is of one story."
    return kept, counts, [LeftOut(prepared.story.id, reason) for prepared in dropped]


def _most(prepared: Prepared, shape: Shape, count: int) -> int:
    return min(count, shape.most_facts, len(prepared.facts))


def _grown(stories: Sequence[Prepared], fewest: list[int], measure: _Measure, target: float) -> list[int]:
    """The counts grown from `fewest` to what comes nearest to the length asked for."""
    counts = [*fewest]
    best, tried = counts, {tuple(counts)}
    for _ in range(MOST_TRIES):
        off = target - measure.told(stories, best)
        if abs(off) < NEAR * target:
            break
        counts = measure.changed(stories, best, fewest, off)
        if tuple(counts) in tried:
            break
        tried.add(tuple(counts))
        if abs(target - measure.told(stories, counts)) < abs(off):
            best = counts
    return _refined(stories, best, fewest, measure, target)


def _refined(
    stories: Sequence[Prepared], counts: list[int], fewest: Sequence[int], measure: _Measure, target: float
) -> list[int]:
    """The counts, or those with one fact more or less of one story where they come nearer: a fact is much of a short
    edition."""
    if abs(target - measure.told(stories, counts)) < NEAR * target:
        return counts
    beside = [
        [*counts[:place], counts[place] + step, *counts[place + 1 :]]
        for place in range(len(stories))
        for step in (1, -1)
        if fewest[place] <= counts[place] + step <= measure.most(stories[place])
    ]
    return min([counts, *beside], key=lambda tried: abs(target - measure.told(stories, tried)))


class _Measure:
    """Seconds of whole scripts, and of single stories, each measured once for each number of facts."""

    def __init__(self, hosts: Sequence[Host], edition: Edition):
        self._hosts, self._edition = hosts, edition
        self._most = SHAPES[edition.format].most_facts
        self._known: dict[tuple[str, int], float] = {}
        self._whole: dict[tuple[tuple[str, int], ...], float] = {}

    def told(self, stories: Sequence[Prepared], counts: Sequence[int]) -> float:
        """The length of the whole script."""
        key = tuple((prepared.story.id, count) for prepared, count in zip(stories, counts, strict=True))
        if key not in self._whole:
            turns = compose(stories, counts, self._hosts, self._edition, None)
            self._whole[key] = length.seconds(turns, self._edition.speaking_rates)
        return self._whole[key]

    def most(self, prepared: Prepared) -> int:
        """How many facts the story can be told with."""
        return min(self._most, len(prepared.facts))

    def changed(self, stories: Sequence[Prepared], counts: list[int], fewest: Sequence[int], off: float) -> list[int]:
        """The counts with as many more facts as fill `off` seconds, or fewer where it is negative."""
        found = [*counts]
        places = _turns_to_grow(stories, counts) if off > 0 else _turns_to_shrink(stories, counts, fewest)
        for place in places:
            step = 1 if off > 0 else -1
            if not fewest[place] <= found[place] + step <= self.most(stories[place]):
                continue
            gain = self._story(stories[place], found[place] + step) - self._story(stories[place], found[place])
            if abs(off - gain) < abs(off):
                found[place] += step
                off -= gain
        return found

    def _story(self, prepared: Prepared, count: int) -> float:
        key = (prepared.story.id, count)
        if key not in self._known:
            lead, other = (host.name for host in self._hosts)
            turns = tell(prepared, count, lead, other, Phrasebook(prepared.story.id), self._edition, named=False)
            self._known[key] = length.seconds(turns, self._edition.speaking_rates)
        return self._known[key]


def _turns_to_grow(stories: Sequence[Prepared], counts: Sequence[int]) -> list[int]:
    """Places in the order in which stories get one more fact: a fourth for all before anyone's fifth, the first story
    one ahead; then the facts' worth."""
    wants = [
        (10.0 * ((place == 0) - number) + prepared.facts[number].score - 0.15 * place, place, number)
        for place, prepared in enumerate(stories)
        for number in range(counts[place], len(prepared.facts))
    ]
    return [place for _, place, _ in sorted(wants, key=lambda want: (-(want[0]), want[2], want[1]))]


def _turns_to_shrink(stories: Sequence[Prepared], counts: Sequence[int], fewest: Sequence[int]) -> list[int]:
    """Places in the order in which stories give a fact up: the worth of their last one decides, and then the order."""
    wants = [
        (stories[place].facts[number - 1].score - 0.15 * place, place)
        for place, count in enumerate(counts)
        for number in range(count, fewest[place], -1)
    ]
    return [place for _, place in sorted(wants)]
