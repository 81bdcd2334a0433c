"""Do the characters stand where their format has them? A hidden character leaves a gap that its text does not show.

`489AAC10` with its C behind a tow bar reads as `489AA10`, a firm's plate, clear in every character. But a firm's two
letters stand elsewhere than a person's first two. Nor does the text show whether a ring is a nought or an O:
`52 OKH 05` is a trailer and `520 KH 05` a firm's car. Where each character of a format is seen, and how much that
scatters, was measured on drawn plates (`vision/weights/places.json`): a recogniser's columns are near the characters'
middles, not on them, and on two rows a region's small 1 is seen three columns further right than its other digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import exp
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from adjudication.errors import Invalid
from vision.ctc import Span

FILE = "places.json"
"""In a folder of weights."""


class Placement(Struct, frozen=True, forbid_unknown_fields=True):
    """Where each character of a format is seen, in the plate's order: its column, and how much that scatters (standard
    deviation, columns) beyond a shift of the whole plate."""

    columns: tuple[float, ...]
    scatter: tuple[float, ...]


Places = Mapping[str, Placement]
"""By format, rows and length (`KZ2012-P/1/8`)."""

COLUMNS = 48
"""Across a plate, in which places are counted: the first reader's."""
SHIFT, STRETCH, LEAST_SCATTER = 1.0, 0.05, 0.3
"""What corners that are off do to all places alike (standard deviations: columns, and share of the distance from the
middle), and the least a character scatters: spans are whole columns."""
ALLOWED = {1: 17.0, 2: 27.0}
"""By rows: the squared distance up to which nothing is held against a text. Measured on 106,000 plates read right on
one row and 25,000 on two: the 99.9th percentiles. A person's plate read without one of its letters stands off a firm's
places by more than 28 in 99 cases of 100 on one row, and by more than 92 on two."""
TOGETHER_ON_LINE, SPREAD_ON_LINE, MOST_NATS = 1.5, 0.5, 12.0
"""Of a recogniser of lines, whose columns are nearly twice as wide: by how many of our columns (root of the sum of
squares) its characters may be astray for nothing, the deviation beyond, and the most that a text loses. Of 260 plates
read right 90 in 100 are astray by less than 1.44, 99 by less than 1.84; a trailer's `52 OKH 05` on a firm's places is
by 2.9."""
ENOUGH = 30
"""Reads from which on a format's places, and their scatter, are known."""


def load(weights: Path) -> Places:
    """Where the first reader in a folder sees the characters of each format.

    Raises:
        Invalid: `places-malformed`; the detail says what is wrong.
    """
    try:
        return checked(msgspec.json.decode((weights / FILE).read_bytes(), type=dict[str, Placement]))
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
        if not int(length) == len(places.columns) == len(places.scatter):
            raise ValueError(f"{name}: {len(places.columns)} places, {len(places.scatter)} scatters")
        if int(rows) not in ALLOWED:
            raise ValueError(f"{name}: a place on {rows} rows")
        if rows == "1" and len(set(places.columns)) < len(places.columns):
            raise ValueError(f"{name}: two characters at one place")
    return known


def astray(expected: Placement, spans: Sequence[Span]) -> float:
    """How far the characters stand from their places: the squared distance of Mahalanobis (1936), 0 and more.

    `spans` are the columns of each character in the plate's order. A shift and a stretch of the whole plate are likely,
    for corners are found to a few pixels only; what one character is off by itself is not.
    """
    columns = np.array(expected.columns)
    apart = columns - columns.mean()
    scatter = np.maximum(expected.scatter, LEAST_SCATTER)
    spread = np.diag(scatter**2) + SHIFT**2 + STRETCH**2 * np.outer(apart, apart)
    off = _middles(spans) - columns
    return float(off @ np.linalg.solve(spread, off))


def likelihood(squared: float, rows: int) -> float:
    """What is left of the certainty of a text on so many rows whose characters are so far astray, 0–1."""
    return exp(-max(squared - ALLOWED[rows], 0.0) / 2)


def against_nats(expected: Placement, spans: Sequence[Span], columns: int) -> float:
    """What speaks against characters that a recogniser of lines saw in so many columns standing in these places of one
    row, in nats: 0 to `MOST_NATS`."""
    seen = _middles(spans) * COLUMNS / columns
    off = max(_strain(np.array(expected.columns), seen) - TOGETHER_ON_LINE, 0.0)
    return min((off / SPREAD_ON_LINE) ** 2 / 2, MOST_NATS)


def measured(reads: Iterable[tuple[str, Sequence[Span]]]) -> Places:
    """Where characters are seen, from right reads: each with the name of its places."""
    groups: dict[str, list[NDArray[np.float64]]] = {}
    for name, spans in reads:
        groups.setdefault(name, []).append(_middles(spans))
    return {name: _placement(np.array(found)) for name, found in sorted(groups.items()) if len(found) >= ENOUGH}


def _placement(found: NDArray[np.float64]) -> Placement:
    """The means of [reads, characters], and how each scatters once what moves the whole plate is taken out."""
    columns = found.mean(axis=0)
    off = found - columns
    scatter = (off - np.median(off, axis=1, keepdims=True)).std(axis=0)
    return Placement(*(tuple(round(float(each), 2) for each in values) for values in (columns, scatter)))


def _middles(spans: Sequence[Span]) -> NDArray[np.float64]:
    return np.array([(first + last) / 2 for first, last in spans])


def _strain(expected: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    """How far all together stand from their places, whatever the shift and the stretch: root of the sum of squares."""
    apart, found = expected - expected.mean(), seen - seen.mean()
    stretch = float(apart @ found / (apart @ apart))
    return float(np.linalg.norm(found / max(stretch, 0.5) - apart))
