"""Whether a confidence of 0.9 is right nine times in ten.

Everywhere here `confidences` are of shape [reads], 0–1, and `correct` of the same shape, booleans or 0 and 1. Reads of
equal confidence cannot be told apart, so each counts as the mean of them all: no figure depends on their order.
"""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from vision.evaluate.intervals import SEED, Interval, wilson

BINS = 15
"""The usual number in the literature (Guo et al. 2017), so that figures compare."""
HELD_OUT_SPLITS = 200
"""A mean of so many halves repeats to a fraction of a point; each sorts half of the reads."""
Floats = NDArray[np.float64]


class ReliabilityBin(msgspec.Struct, frozen=True):
    """Reads, range and mean of their confidences, the share of them that is right, and its Wilson interval."""

    reads: int
    lowest: float
    highest: float
    confidence: float
    correct: float
    interval: Interval


class Coverage(msgspec.Struct, frozen=True):
    """How much may be accepted when every read of at least `threshold` is, at a demanded precision.

    `share` is of everything asked for, unread plates included. `threshold` is None where none gives the precision.
    `precision` is what was observed among `accepted`; `precision_low`, its Wilson lower bound, is what may be promised.
    """

    demanded: float
    share: float
    threshold: float | None
    accepted: int
    wrong: int
    of: int
    precision: float | None
    precision_low: float | None


class HeldOut(msgspec.Struct, frozen=True):
    """A threshold chosen on one half of the reads and tried on the other, over random halves: mean share and precision.

    `kept` is the share of splits whose other half had it as well; `precision` is None if nothing was accepted.
    """

    demanded: float
    share: float
    precision: float | None
    kept: float
    splits: int


def ece(confidences: ArrayLike, correct: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error, 0–1, over bins of equal mass; 0 where there is no read.

    Equal mass, because confidences crowd near 1 and equal widths would leave most bins to a handful of reads.

    Raises:
        ValueError: see `reliability`.
    Source: K. Nguyen, B. O'Connor, EMNLP 2015 (adaptive bins); C. Guo et al., ICML 2017.
    """
    chart = reliability(confidences, correct, bins)
    reads = sum(one.reads for one in chart)
    return sum(one.reads * abs(one.confidence - one.correct) for one in chart) / reads if reads else 0.0


def brier(confidences: ArrayLike, correct: ArrayLike) -> float:
    """The Brier score: mean square of confidence minus outcome, 0 (perfect) to 1; 0 where there is no read.

    Raises:
        ValueError: see `reliability`.
    """
    sure, right = _checked(confidences, correct)
    return float(np.mean((sure - right) ** 2)) if sure.size else 0.0


def reliability(confidences: ArrayLike, correct: ArrayLike, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of equal mass (to one read), least confident first; at most one a read.

    Raises:
        ValueError: the shapes differ, a confidence is outside 0–1, or `bins` is less than 1.
    """
    if bins < 1:
        raise ValueError("at least one bin")
    sure, right = _checked(confidences, correct)
    order = np.argsort(sure, kind="stable")
    sure, shared = sure[order], _shared(sure, right)[order]
    parts = np.array_split(np.arange(sure.size), min(bins, sure.size) or 1)
    return tuple(_bin(sure[part], shared[part]) for part in parts if part.size)


def coverage_at(confidences: ArrayLike, correct: ArrayLike, precision: float, of: int | None = None) -> Coverage:
    """The most reads that one threshold accepts while at least `precision` (0–1) of them are right.

    `of` is how many plates there were to read, unread ones included; as many as reads if it is not said. The threshold
    is chosen on the very reads it is judged by: `coverage_held_out` says what that is worth.

    Raises:
        ValueError: see `reliability`, or `precision` is outside 0–1, or `of` is less than the reads.
    """
    sure, right = _checked(confidences, correct)
    total = sure.size if of is None else of
    if not 0 <= precision <= 1 or total < sure.size:
        raise ValueError("a precision from 0 to 1, of at least as many plates as were read")
    thresholds, accepted, hits = _by_threshold(sure, right)
    # A hair less than demanded is enough: 0.9 of ten reads must not fail by the last bit of a float.
    good = np.flatnonzero(hits >= precision * accepted - 1e-9)
    if good.size == 0:
        return Coverage(precision, 0.0, None, 0, 0, total, None, None)
    best = good[-1]
    count, right_ones = int(accepted[best]), int(hits[best])
    return Coverage(
        demanded=precision,
        share=count / total,
        threshold=float(thresholds[best]),
        accepted=count,
        wrong=count - right_ones,
        of=total,
        precision=right_ones / count,
        precision_low=wilson(right_ones, count).low,
    )


def coverage_held_out(
    confidences: ArrayLike, correct: ArrayLike, precision: float, *, splits: int = HELD_OUT_SPLITS, seed: int = SEED
) -> HeldOut | None:
    """`coverage_at` with its threshold chosen on one random half and tried on the other; None for fewer than two reads.

    Raises:
        ValueError: see `coverage_at`.
    """
    sure, right = _checked(confidences, correct)
    if sure.size < 2:
        return None
    rng = np.random.default_rng(seed)
    tried = [_try_half(sure, right, precision, rng.permutation(sure.size)) for _ in range(splits)]
    accepted, hits, asked = np.array(tried, dtype=np.float64).T
    precision_met = float(hits.sum() / accepted.sum()) if accepted.sum() else None
    kept = float(np.mean(hits >= precision * accepted - 1e-9))
    return HeldOut(precision, float(accepted.sum() / asked.sum()), precision_met, kept, splits)


def _try_half(sure: Floats, right: Floats, precision: float, order: NDArray[np.int64]) -> tuple[int, int, int]:
    """Accepted, right and all reads of the second half, under the threshold of the first."""
    chosen, other = order[: sure.size // 2], order[sure.size // 2 :]
    threshold = coverage_at(sure[chosen], right[chosen], precision).threshold
    accepted = sure[other] >= (np.inf if threshold is None else threshold)
    return int(accepted.sum()), int(right[other][accepted].sum()), other.size


def _by_threshold(sure: Floats, right: Floats) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Each confidence there is, highest first; the reads at or above it; those of them that are right."""
    order = np.argsort(-sure, kind="stable")
    falling = sure[order]
    last_of_ties = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)[: falling.size])
    hits = np.cumsum(right[order]).astype(np.int64)
    return falling[last_of_ties], last_of_ties + 1, hits[last_of_ties]


def _bin(sure: Floats, shared: Floats) -> ReliabilityBin:
    share = float(shared.mean())
    return ReliabilityBin(
        reads=sure.size,
        lowest=float(sure[0]),
        highest=float(sure[-1]),
        confidence=float(sure.mean()),
        correct=share,
        interval=wilson(share * sure.size, sure.size),
    )


def _shared(sure: Floats, right: Floats) -> Floats:
    """Each read's outcome, shared evenly among the reads of its confidence."""
    _, group = np.unique(sure, return_inverse=True)
    shared: Floats = (np.bincount(group, weights=right) / np.bincount(group))[group] if sure.size else right
    return shared


def _checked(confidences: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    sure, right = np.asarray(confidences, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if sure.ndim != 1 or sure.shape != right.shape:
        raise ValueError("one confidence and one outcome a read")
    if not (np.all((sure >= 0) & (sure <= 1)) and np.all((right == 0) | (right == 1))):
        raise ValueError("confidences are 0 to 1, outcomes 0 or 1")
    return sure, right
