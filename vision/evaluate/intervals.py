"""How far a share measured on a few files may be from the truth."""

from math import sqrt
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959964
"""The normal quantile that leaves 2.5 % on either side."""
RESAMPLES = 10_000
"""A bound at 2.5 % rests on 250 of them: with other seeds it moves by a few hundredths of a standard error."""
SPLITS = 2_000
"""Enough for percentiles of half splits that repeat to a tenth of a point on a hundred files."""
SEED = 20_221
"""Any fixed number: the same files give the same bounds."""


class Interval(NamedTuple):
    """Bounds, both included, in the unit of what they bound."""

    low: float
    high: float


class Difference(msgspec.Struct, frozen=True):
    """A paired difference of shares in points (ours minus theirs, −100 to 100) with its 95 % bounds."""

    points: float
    low: float
    high: float
    files: int
    resamples: int


class Spread(msgspec.Struct, frozen=True):
    """What random halves of the files would have said; shares are 0–1 (or −1–1 where differences were given).

    `low` and `high` hold 95 % of the halves; `gap_median` and `gap_95` are by how much one half differs from the other.
    """

    mean: float
    low: float
    high: float
    gap_median: float
    gap_95: float
    splits: int


def wilson(hits: float, of: int, z: float = Z_95) -> Interval:
    """The Wilson score interval of a share; (0, 1) where nothing was tried. `hits` may be a fraction (shared ties).

    Source: E. B. Wilson, JASA 22 (1927) 209; L. Brown, T. Cai, A. DasGupta, Statistical Science 16 (2001) 101.
    """
    if of == 0:
        return Interval(0.0, 1.0)
    share, shrink = hits / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / shrink
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / shrink
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def paired_bootstrap(ours: ArrayLike, theirs: ArrayLike, *, resamples: int = RESAMPLES, seed: int = SEED) -> Difference:
    """Draws files with replacement, both answers of a file together, and bounds the difference of the means.

    `ours` and `theirs` are of shape [files], one number (0–1) a file, in one order. The bounds are percentiles.

    Raises:
        ValueError: there is no file, or not one answer of each for every file.
    Source: B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    first, second = _numbers(ours), _numbers(theirs)
    if first.shape != second.shape or first.size == 0:
        raise ValueError("as many answers of one as of the other, and at least one of each")
    difference = first - second
    # Files of equal difference are alike: drawing files with replacement is drawing how many there are of each kind.
    values, counts = np.unique(difference, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(difference.size, counts / difference.size, resamples)
    means = drawn @ values / difference.size
    low, high = np.percentile(means, (2.5, 97.5))
    return Difference(_points(difference.mean()), _points(low), _points(high), difference.size, resamples)


def half_splits(answers: ArrayLike, *, splits: int = SPLITS, seed: int = SEED) -> Spread | None:
    """What random halves of the files would have said, so that nobody believes a figure to the last file.

    `answers` is of shape [files], one number a file; None for fewer than two files.
    """
    each = _numbers(answers)
    if each.size < 2:
        return None
    half = each.size // 2
    # Files of equal answer are alike: a random half is how many it has of each kind.
    values, counts = np.unique(each, return_counts=True)
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(counts, half, splits, method="marginals")
    some, rest = drawn @ values / half, (counts - drawn) @ values / (each.size - half)
    low, high = np.percentile(np.concatenate((some, rest)), (2.5, 97.5))
    gap_median, gap_95 = np.percentile(np.abs(some - rest), (50, 95))
    mean, low, high, gap_median, gap_95 = (round(float(one), 4) for one in (each.mean(), low, high, gap_median, gap_95))
    return Spread(mean, low, high, gap_median, gap_95, splits)


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _points(share: float | np.floating) -> float:
    return round(100 * float(share), 2)
