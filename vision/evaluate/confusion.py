"""Which character is read as which."""

from collections import Counter
from collections.abc import Iterable

import msgspec

Pair = tuple[str, str]
"""A character of the plate and what was read for it; "" on the left if none was there, on the right if none read."""


class Confused(msgspec.Struct, frozen=True):
    """How often `truth` was read as `read`: one character each, or "" where nothing stands against the other."""

    truth: str
    read: str
    count: int


def align(truth: str, read: str) -> tuple[Pair, ...]:
    """One cheapest way from `truth` to `read`, character by character: each change, addition or loss costs one.

    Of equally cheap ways the one that changes characters rather than loses and adds them, decided from the end.
    """
    costs = _costs(truth, read)
    pairs: list[Pair] = []
    i, j = len(truth), len(read)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((truth[i], read[j]))
        elif i and costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
            pairs.append((truth[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return tuple(reversed(pairs))


def distance(truth: str, read: str) -> int:
    """Levenshtein's distance: the fewest characters changed, added or lost between the two."""
    return _costs(truth, read)[-1][-1]


def confusions(reads: Iterable[tuple[str, str]]) -> tuple[Confused, ...]:
    """The table over (truth, read) texts: what is commonest first, characters read right included."""
    counts = Counter(pair for truth, read in reads for pair in align(truth, read))
    return tuple(Confused(*pair, count) for pair, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _costs(truth: str, read: str) -> list[list[int]]:
    """`[i][j]`: the distance between the first i characters of `truth` and the first j of `read`."""
    rows = [list(range(len(read) + 1))]
    for i, wanted in enumerate(truth, 1):
        above, row = rows[-1], [i]
        for j, got in enumerate(read, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (wanted != got)))
        rows.append(row)
    return rows
