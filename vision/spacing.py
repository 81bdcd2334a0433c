"""Do the characters stand where their format has them? A hidden character leaves a gap that its text does not show.

`489AAC10` with its C behind a tow bar reads as `489AA10`, a firm's plate, clear in every character. But a firm's two
letters stand elsewhere than a person's first two. Nor does the text show whether a ring is a nought or an O:
`52 OKH 05` is a trailer and `520 KH 05` a firm's car. Where each character of a format is seen was measured on drawn
plates (`vision/weights/places.json`): a recogniser's columns are near the characters' middles, not on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import exp
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from adjudication.errors import Invalid
from vision.ctc import Span

FILE = "places.json"
"""In a folder of weights."""
Places = Mapping[str, tuple[float, ...]]
"""By format, rows and length (`KZ2012-P/1/8`): the column of each character, in the plate's order."""

COLUMNS = 48
"""Across a plate, in which places are counted: the first reader's."""
TOGETHER, ALONE, SPREAD = 1.22, 1.0, 0.3
"""Columns that all characters of a long row together (root of the sum of squares), or the worst of a short one, may be
astray for nothing, and the deviation beyond. Measured on 18,800 plates read right on one line: 0.95 to 1.26 at the
99.9th percentile of each format, 1.37 at most; a plate read without a character that glare had burnt out is by 2.1."""
TOGETHER_ON_LINE, SPREAD_ON_LINE, MOST_NATS = 1.5, 0.5, 12.0
"""The same of a recogniser of lines, whose columns are nearly twice as wide, and the most that a text loses: of 260
plates read right, 90 in 100 are astray by less than 1.44 of our columns, 99 by less than 1.84. A trailer's `52 OKH 05`
on a firm's places is by 2.9."""
FEWEST = 4
"""Characters on a row below which a stretch explains nearly any positions: only a shift is allowed for."""
ENOUGH = 8
"""Reads from which on a format's places are known."""


def load(weights: Path) -> Places:
    """Where the first reader in a folder sees the characters of each format.

    Raises:
        Invalid: `places-malformed`; the detail says what is wrong.
    """
    try:
        return checked(msgspec.json.decode((weights / FILE).read_bytes(), type=dict[str, tuple[float, ...]]))
    except (msgspec.DecodeError, ValueError) as error:
        raise Invalid("places-malformed", str(error)) from error


@lru_cache(maxsize=1)
def shipped() -> Places:
    """The places that belong to the weights in this package.

    Raises:
        Invalid: as `load`.
    """
    return load(Path(__file__).parent / "weights")


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


def against_nats(expected: Sequence[float], spans: Sequence[Span], columns: int) -> float:
    """What speaks against characters that a recogniser of lines saw in so many columns standing in these places of one
    row, in nats: 0 to `MOST_NATS`."""
    seen = _middles(spans) * COLUMNS / columns
    off = max(_strain(np.array(expected), seen) - TOGETHER_ON_LINE, 0.0)
    return min((off / SPREAD_ON_LINE) ** 2 / 2, MOST_NATS)


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
    return max(_strain(expected, seen) - TOGETHER, 0.0)


def _strain(expected: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    """How far all together stand from their places, whatever the shift and the stretch: root of the sum of squares."""
    apart, found = expected - expected.mean(), seen - seen.mean()
    stretch = float(apart @ found / (apart @ apart))
    return float(np.linalg.norm(found / max(stretch, 0.5) - apart))
