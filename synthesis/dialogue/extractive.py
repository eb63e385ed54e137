"""Write a whole edition from the sources' own sentences, as long as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synthesis.dialogue import frame, length
from synthesis.dialogue.phrases import Phrasebook, Ranker
from synthesis.dialogue.segment import Prepared, tell
from synthesis.types import Edition, Host, LeftOut, Turn

FEWEST_FACTS, TOLERANCE = 2, 0.07
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
    for place, (prepared, count) in enumerate(zip(stories, counts, strict=True)):
        lead, other = hosts[(place + shift) % 2].name, hosts[(place + shift + 1) % 2].name
        position = "first" if place == 0 else "last" if place == len(stories) - 1 and place > 1 else "next"
        if len(stories) == 1:
            named = True
        else:
            link, named = frame.link(prepared, position, lead, other, book)
            turns.append(link)
        written = teller(prepared, count, lead, other, book, named) if teller else []
        turns += written or tell(prepared, count, lead, other, book, edition, named=named)
    end = (len(stories) + shift) % 2
    return turns + frame.closing(stories, hosts[end].name, hosts[1 - end].name, book, edition)


def fit(
    stories: Sequence[Prepared], hosts: Sequence[Host], edition: Edition
) -> tuple[list[Prepared], list[int], list[LeftOut]]:
    """Which stories to tell and how many facts of each, so that the edition comes near the minutes asked for."""
    target, left_out = edition.minutes * 60, []
    kept = list(stories)
    counts = [min(FEWEST_FACTS, len(prepared.facts)) for prepared in kept]
    while len(kept) > 1 and _length(kept, counts, hosts, edition) > target * (1 + TOLERANCE):
        left_out.insert(0, LeftOut(kept[-1].story.id, f"There is no room for it in {edition.minutes:g} minutes."))
        kept, counts = kept[:-1], counts[:-1]
    for place in _turns_to_grow(kept, counts):
        trial = [*counts]
        trial[place] += 1
        if _length(kept, trial, hosts, edition) <= target * (1 + TOLERANCE / 2):
            counts = trial
    return kept, counts, left_out


def _turns_to_grow(stories: Sequence[Prepared], counts: Sequence[int]) -> list[int]:
    """Places in the order in which stories get one more fact: worth first, earlier stories before later ones."""
    wants = [
        (prepared.facts[number].score - 0.25 * number - 0.1 * place, place, number)
        for place, prepared in enumerate(stories)
        for number in range(counts[place], len(prepared.facts))
    ]
    return [place for _, place, _ in sorted(wants, key=lambda want: (-(want[0]), want[2], want[1]))]


def _length(stories: Sequence[Prepared], counts: Sequence[int], hosts: Sequence[Host], edition: Edition) -> float:
    return length.seconds(compose(stories, counts, hosts, edition, None))
