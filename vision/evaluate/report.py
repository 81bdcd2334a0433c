"""All figures of one run, as data."""

from collections.abc import Sequence

import msgspec
import numpy as np

from vision.evaluate.calibration import (
    BINS,
    Coverage,
    HeldOut,
    ReliabilityBin,
    brier,
    coverage_at,
    coverage_held_out,
    ece,
    reliability,
)
from vision.evaluate.confusion import Confused, confusions
from vision.evaluate.intervals import Spread, half_splits
from vision.evaluate.matching import Judged, Picture
from vision.evaluate.paired import PeerReport, compare
from vision.evaluate.run import Run
from vision.evaluate.scores import GroupScore, Negatives, by_condition, by_format, by_region, negatives, score
from vision.evaluate.truth import BadRow, Truth

PRECISIONS = (0.99, 0.999)
"""What an automatic act is asked for in the first place; any other can be demanded."""


class Calibration(msgspec.Struct, frozen=True):
    """Of the reads of labelled plates: expected calibration error over `bins` of equal mass, Brier score, the bins.

    There are fewer bins than asked for where there are fewer reads.
    """

    reads: int
    bins: int
    ece: float
    brier: float
    reliability: tuple[ReliabilityBin, ...]


class Report(msgspec.Struct, frozen=True):
    """What `tarazy vision evaluate` says. `regions` has what `tarazy read --truth` has, and more.

    `coverage` has its threshold from the very reads it is judged by, `held_out` from random halves of them. `spread` is
    what random halves of the pictures would have said of `pooled.first`. `reads_beside` are reads of plates nobody
    labelled, or of no plate. `bad_rows` of the truth are left out of every figure.
    """

    reader: str
    regions: dict[str, GroupScore]
    pooled: GroupScore
    formats: dict[str, GroupScore]
    conditions: dict[str, dict[str, GroupScore]]
    calibration: Calibration
    coverage: tuple[Coverage, ...]
    held_out: tuple[HeldOut, ...]
    spread: Spread | None
    confusion: tuple[Confused, ...]
    negatives: Negatives
    reads_beside: int
    bad_rows: tuple[BadRow, ...]
    peers: tuple[PeerReport, ...]


def summed(run: Run, truth: Truth, *, precisions: Sequence[float] = PRECISIONS, bins: int = BINS) -> Report:
    """The figures of a run.

    Raises:
        ValueError: a precision is outside 0–1 or `bins` is less than 1.
    """
    pictures = run.pictures
    read, readable = _read(pictures), [one for one in _plates(pictures) if one.label.text]
    sure, right = [one.sight.confidence for one in read if one.sight is not None], [one.exact for one in read]
    chart = reliability(sure, right, bins)
    held = [coverage_held_out(sure, right, precision) for precision in precisions]
    with_text = [picture for picture in pictures if any(one.label.text for one in picture.plates)]
    return Report(
        reader=run.reader,
        regions=by_region(pictures),
        pooled=score(pictures),
        formats=by_format(pictures),
        conditions=by_condition(pictures, truth.conditions),
        calibration=Calibration(len(read), len(chart), ece(sure, right, bins), brier(sure, right), chart),
        coverage=tuple(coverage_at(sure, right, precision, len(readable)) for precision in precisions),
        held_out=tuple(one for one in held if one is not None),
        spread=half_splits(np.array([picture.first for picture in with_text], dtype=np.float64)),
        confusion=confusions((one.label.text, one.read) for one in read),
        negatives=negatives(pictures),
        reads_beside=sum(len(picture.beside) for picture in pictures),
        bad_rows=truth.bad,
        peers=tuple(compare(pictures, peer) for peer in run.peers),
    )


def _read(pictures: Sequence[Picture]) -> list[Judged]:
    """Labelled plates whose text is known and of which something was read."""
    return [one for one in _plates(pictures) if one.label.text and one.read]


def _plates(pictures: Sequence[Picture]) -> list[Judged]:
    return [one for picture in pictures for one in picture.plates]
