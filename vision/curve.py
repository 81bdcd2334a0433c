"""What a reader's evidence is worth: a rising curve through knots fitted to labelled plates.

More evidence never counts for less, and no knot claims more than its number of reads allows.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from math import exp, log
from typing import Annotated, Protocol, TypeVar

import msgspec
import numpy as np
from msgspec import Meta, Struct

from adjudication.errors import Invalid
from adjudication.units import Bp

CERTAIN_BP = 9_999
"""No reader is ever certain."""
BP = 10_000


class Knot(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of `reads` with `nats` of evidence in the mean, `right` were right."""

    nats: Annotated[float, Meta(ge=0)]
    right: Annotated[int, Meta(ge=0)]
    reads: Annotated[int, Meta(ge=1)]

    @property
    def confidence_bp(self) -> Bp:
        """The share by Laplace's rule of succession: n reads, all right, never claim more than 1 − 1/(n + 2)."""
        return min(round(BP * (self.right + 1) / (self.reads + 2)), CERTAIN_BP)


Knots = tuple[Knot, ...]


def checked(knots: Knots) -> Knots:
    """`knots`, which rise in evidence and in confidence.

    Raises:
        Invalid: `calibration-malformed`; the detail says which does not.
    """
    for before, after in pairwise(knots):
        if after.nats <= before.nats or after.confidence_bp < before.confidence_bp:
            raise Invalid("calibration-malformed", f"knots rise, and the one at {after.nats} nats does not")
    return knots


class Fitted(Protocol):
    """A calibration as it is stored: whatever else it says, it has knots."""

    @property
    def knots(self) -> Knots: ...


F = TypeVar("F", bound=Fitted)


def parsed(data: bytes, kind: type[F]) -> F:
    """The calibration in a file.

    Raises:
        Invalid: `calibration-malformed`; the detail says what is wrong.
    """
    try:
        calibration = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise Invalid("calibration-malformed", str(error)) from error
    checked(calibration.knots)
    return calibration


def worth(knots: Knots, nats: float) -> Bp:
    """What so much evidence is worth: between two knots by the logarithm of their doubt, which evidence is one of;
    beyond the outermost as they."""
    claimed = np.interp(nats, [knot.nats for knot in knots], [stated_nats(knot.confidence_bp) for knot in knots])
    return as_bp(float(claimed))


def stated_nats(confidence_bp: Bp) -> float:
    """The evidence that a confidence states: minus the logarithm of its doubt, 0 to 9.2 at `CERTAIN_BP`."""
    return -log(1 - min(confidence_bp, CERTAIN_BP) / BP)


def as_bp(nats: float) -> Bp:
    """The confidence that states so much evidence, `CERTAIN_BP` at most."""
    return min(round(BP * (1 - exp(-nats))), CERTAIN_BP)


def fit(reads: Iterable[tuple[float, bool]]) -> Knots:
    """The knots of reads: (evidence in nats, whether the text was right).

    Centred isotonic regression (Oron and Flournoy 2017): adjacent violators are pooled (Ayer et al. 1955), and each
    pool is a knot where its reads are in the mean, so that reads of one pool are told apart. The reads must be of
    plates that no reader was fitted on.

    Raises:
        ValueError: there are no reads.
    """
    weighed = sorted(reads)
    if not weighed:
        raise ValueError("no reads to fit to")
    levels = [_level(nats, [right for _, right in same]) for nats, same in groupby(weighed, key=lambda one: one[0])]
    return tuple(_merged(_merged(levels, _is_righter), _claims_more))


def _merged(knots: Iterable[Knot], rises: Callable[[Knot, Knot], bool]) -> list[Knot]:
    """`knots` with each that does not rise above the one before it pooled with that, until all rise."""
    pools: list[Knot] = []
    for knot in knots:
        pools.append(knot)
        while len(pools) > 1 and not rises(pools[-2], pools[-1]):
            after, before = pools.pop(), pools.pop()
            pools.append(_pooled(before, after))
    return pools


def _level(nats: float, rights: Sequence[bool]) -> Knot:
    return Knot(nats=nats, right=sum(rights), reads=len(rights))


def _is_righter(before: Knot, after: Knot) -> bool:
    return after.right * before.reads > before.right * after.reads


def _claims_more(before: Knot, after: Knot) -> bool:
    """A few reads that were all right claim less than many of which one was wrong: then both are one knot."""
    return after.confidence_bp >= before.confidence_bp


def _pooled(before: Knot, after: Knot) -> Knot:
    reads = before.reads + after.reads
    nats = (before.nats * before.reads + after.nats * after.reads) / reads
    return Knot(nats=nats, right=before.right + after.right, reads=reads)
