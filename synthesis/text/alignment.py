"""Lay what was found beside what was expected: the shortest edit from one sequence of words to the other."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[str | None, str | None]
"""What was expected and what was found in its place; None where nothing was."""


def align(expected: Sequence[str], found: Sequence[str]) -> list[Pair]:
    """The shortest edit from `expected` to `found` that keeps the most: what is kept, changed, lost and put in."""
    # An edit costs more than all that could be kept is worth.
    edit = len(expected) + len(found) + 1
    costs = [[edit * j for j in range(len(found) + 1)]]
    for i, wanted in enumerate(expected, start=1):
        row = [edit * i]
        for j, heard in enumerate(found, start=1):
            row.append(min(costs[-1][j - 1] + (edit if wanted != heard else -1), costs[-1][j] + edit, row[-1] + edit))
        costs.append(row)
    pairs: list[Pair] = []
    i, j = len(expected), len(found)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + (edit if expected[i - 1] != found[j - 1] else -1):
            i, j = i - 1, j - 1
            pairs.append((expected[i], found[j]))
        elif i and costs[i][j] == costs[i - 1][j] + edit:
            i -= 1
            pairs.append((expected[i], None))
        else:
            j -= 1
            pairs.append((None, found[j]))
    return pairs[::-1]
