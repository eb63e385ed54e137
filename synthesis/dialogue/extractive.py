"""Write a whole edition from the sources' own sentences, as long as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synthesis.dialogue import frame, length
from synthesis.dialogue.phrases import Phrasebook, Ranker
from synthesis.dialogue.segment import Prepared, tell
from synthesis.types import Edition, Host, LeftOut, Turn

STORIES_PER_MINUTE, FEWEST_FACTS, TOP_FACTS, TOLERANCE = 1.25, 3, 4, 0.06
Teller = Callable[[Prepared, int, str, str, Phrasebook, bool], list[Turn]]


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
    turns = frame.opening(stories, hosts[shift].name, hosts[1 - shift].name, book, edition)
    links: list[frame.Link] = []
    for place, (prepared, count) in enumerate(zip(stories, counts, strict=True)):
        lead, other = hosts[(place + shift + 1) % 2].name, hosts[(place + shift) % 2].name
        position = "first" if place == 0 else "last" if place == len(stories) - 1 and place > 1 else "next"
        named = len(stories) == 1  # the opening has said where its one story comes from
        link = None
        if not named or prepared.needs_headline:
            alone = turns[-1].host == lead
            link = frame.link(prepared, position, lead, other, book, hands_over=alone, before=links)
            links.append(link)
            named = link.names_outlet
        written = teller(prepared, count, lead, other, book, named) if teller else []
        told = written or tell(prepared, count, lead, other, book, edition, named=named)
        turns += frame.with_link(link, told) if link else told
    names = [host.name for host in hosts]
    end = 1 - names.index(turns[-1].host)  # the closing is begun by who did not speak last
    return turns + frame.closing(stories, names[end], names[1 - end], book, edition)


def fit(
    stories: Sequence[Prepared], hosts: Sequence[Host], edition: Edition
) -> tuple[list[Prepared], list[int], list[LeftOut]]:
    """Which stories to tell and how many facts of each, so that the edition comes near the minutes asked for."""
    target = edition.minutes * 60
    room = max(1, round(edition.minutes * STORIES_PER_MINUTE))
    kept, dropped = list(stories[:room]), list(stories[room:])
    counts = [min(FEWEST_FACTS if at else TOP_FACTS, len(prepared.facts)) for at, prepared in enumerate(kept)]
    measure = _Measure(edition)
    while len(kept) > 1 and measure.total(kept, counts) > target * (1 + TOLERANCE):
        dropped.insert(0, kept.pop())
        counts.pop()
    counts = _grown(kept, counts, measure, hosts, edition)
    while dropped and _length(kept, counts, hosts, edition) < target * (1 - TOLERANCE):
        # The stories told so far have no more to say.
        wider = [*kept, dropped[0]], [*counts, min(FEWEST_FACTS, len(dropped[0].facts))]
        if _length(*wider, hosts, edition) > target * (1 + TOLERANCE):
            break
        kept, counts = wider[0], _grown(*wider, measure, hosts, edition)
        dropped.pop(0)
    reason = f"There is no room for it in {edition.minutes:g} minutes."
    return kept, counts, [LeftOut(prepared.story.id, reason) for prepared in dropped]


def _grown(
    stories: Sequence[Prepared], fewest: list[int], measure: _Measure, hosts: Sequence[Host], edition: Edition
) -> list[int]:
    """The counts grown from `fewest` up to the length asked for, corrected by what the whole script measures."""
    goal = target = edition.minutes * 60
    counts = fewest
    for _ in range(3):
        counts = [*fewest]
        for place in _turns_to_grow(stories, counts):
            trial = [count + (at == place) for at, count in enumerate(counts)]
            if trial[place] <= len(stories[place].facts) and measure.total(stories, trial) <= goal:
                counts = trial
        off = target - _length(stories, counts, hosts, edition)
        if abs(off) < TOLERANCE / 2 * target:
            break
        goal += off
    return counts


def _length(stories: Sequence[Prepared], counts: Sequence[int], hosts: Sequence[Host], edition: Edition) -> float:
    return length.seconds(compose(stories, counts, hosts, edition, None))


class _Measure:
    """Spoken seconds of stories, each measured once for each number of facts."""

    FRAME_S, LINK_S = 38.0, 4.0

    def __init__(self, edition: Edition):
        self._edition = edition
        self._known: dict[tuple[str, int], float] = {}

    def total(self, stories: Sequence[Prepared], counts: Sequence[int]) -> float:
        told = sum(self._story(prepared, count) for prepared, count in zip(stories, counts, strict=True))
        return self.FRAME_S + told + self.LINK_S * len(stories)

    def _story(self, prepared: Prepared, count: int) -> float:
        key = (prepared.story.id, count)
        if key not in self._known:
            turns = tell(prepared, count, "A", "B", Phrasebook(prepared.story.id), self._edition, named=False)
            self._known[key] = length.seconds(turns)
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
