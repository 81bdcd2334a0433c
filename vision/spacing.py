"""Do the characters stand where their format has them? A hidden character leaves a gap that its text does not show.

`489AAC10` with its C behind a tow bar reads as `489AA10`, a firm's plate, clear in every character. But a firm's two
letters stand elsewhere than a person's first two. Where each character of a format is seen was measured on drawn plates
(`vision/weights/places.json`): a recogniser's columns are near the characters' middles, not on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp

import numpy as np
from numpy.typing import NDArray

from vision.ctc import Span

Places = Mapping[str, tuple[float, ...]]
"""By format, rows and length (`KZ2012-P/1/8`): the column of each character, in the plate's order."""

TOGETHER, ALONE, SPREAD = 1.22, 1.0, 0.3
"""Columns that all characters of a long row together (root of the sum of squares), or the worst of a short one, may be
astray for nothing, and the deviation beyond. Measured on 18,800 plates read right on one line: 0.95 to 1.26 at the
99.9th percentile of each format, 1.37 at most; a plate read without a character that glare had burnt out is by 2.1."""
FEWEST = 4
"""Characters on a row below which a stretch explains nearly any positions: only a shift is allowed for."""
ENOUGH = 8
"""Reads from which on a format's places are known."""


def key(format_id: str, rows: int, length: int) -> str:
    """The name of a format's places."""
    return f"{format_id}/{rows}/{length}"


def checked(known: Places) -> Places:
    """The same, if every entry has as many places as its name says, on one row all different.

    Raises:
        ValueError: one has not; the text names it.
    """
    for name, places in known.items():
        _, rows, length = name.rsplit("/", 2)
        if int(length) != len(places):
            raise ValueError(f"{name}: {len(places)} places")
        if rows == "1" and len(set(places)) < len(places):
            raise ValueError(f"{name}: two characters at one place")
    return known


def astray(expected: Sequence[float], row_of: Sequence[int], spans: Sequence[Span]) -> float:
    """How far the characters stand from their places, beyond what is seen on plates read right, in columns.

    `spans` are the columns of each character in the plate's order, `row_of` the row it stands on. A shift and a stretch
    of each row are allowed for: corners are found to a few pixels only.
    """
    places, found, rows = np.array(expected), _middles(spans), np.array(row_of)
    return max(_worst(places[rows == row], found[rows == row]) for row in set(row_of))


def likelihood(columns: float) -> float:
    """What is left of the certainty of a text whose characters are so far astray, 0–1."""
    return exp(-((columns / SPREAD) ** 2) / 2)


def measured(reads: Iterable[tuple[str, Sequence[Span]]]) -> Places:
    """Where characters are seen, from right reads: each with the name of its places."""
    groups: dict[str, list[NDArray[np.float64]]] = {}
    for name, spans in reads:
        groups.setdefault(name, []).append(_middles(spans))
    return {
        name: tuple(round(float(each), 2) for each in np.mean(found, axis=0))
        for name, found in sorted(groups.items())
        if len(found) >= ENOUGH
    }


def _middles(spans: Sequence[Span]) -> NDArray[np.float64]:
    return np.array([(first + last) / 2 for first, last in spans])


def _worst(expected: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    if len(seen) < FEWEST:
        off = seen - expected
        return max(float(np.abs(off - np.median(off)).max()) - ALONE, 0.0)
    apart, found = expected - expected.mean(), seen - seen.mean()
    stretch = float(apart @ found / (apart @ apart))
    return max(float(np.linalg.norm(found / max(stretch, 0.5) - apart)) - TOGETHER, 0.0)
