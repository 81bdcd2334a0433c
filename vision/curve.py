"""What a reader's evidence is worth: a rising step function fitted to labelled plates.

More evidence never counts for less, and no step claims more than its number of reads allows.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Annotated, Protocol, TypeVar

import msgspec
from msgspec import Meta, Struct

from adjudication.errors import Invalid
from adjudication.units import Bp

CERTAIN_BP = 9_999
"""No reader is ever certain."""
BP = 10_000


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `from_nats` of evidence on, `right` of `reads` agreeing reads were right."""

    from_nats: Annotated[float, Meta(ge=0)]
    right: Annotated[int, Meta(ge=0)]
    reads: Annotated[int, Meta(ge=1)]

    @property
    def confidence_bp(self) -> Bp:
        """The share by Laplace's rule of succession: n reads, all right, never claim more than 1 − 1/(n + 2)."""
        return min(round(BP * (self.right + 1) / (self.reads + 2)), CERTAIN_BP)


Steps = tuple[Step, ...]


def checked(steps: Steps) -> Steps:
    """`steps`, which rise in evidence and in confidence.

    Raises:
        Invalid: `calibration-malformed`; the detail says which does not.
    """
    for before, after in pairwise(steps):
        if after.from_nats <= before.from_nats or after.confidence_bp < before.confidence_bp:
            raise Invalid("calibration-malformed", f"steps rise, and the one at {after.from_nats} nats does not")
    return steps


class Fitted(Protocol):
    """A calibration as it is stored: whatever else it says, it has steps."""

    @property
    def steps(self) -> Steps: ...


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
    checked(calibration.steps)
    return calibration


def worth(steps: Steps, nats: float) -> Bp:
    """What so much evidence is worth. Below the first step: as the first, for nothing was seen there."""
    reached = [step for step in steps if step.from_nats <= nats]
    return (reached or steps[:1])[-1].confidence_bp


def fit(reads: Iterable[tuple[float, bool]]) -> Steps:
    """The steps of reads: (evidence in nats, whether the text was right).

    Isotonic regression by pooling adjacent violators (Ayer et al. 1955); each pool is a step. The reads must be of
    plates that no reader was fitted on.

    Raises:
        ValueError: there are no reads.
    """
    weighed = sorted(reads)
    if not weighed:
        raise ValueError("no reads to fit to")
    levels = [_level(nats, [right for _, right in same]) for nats, same in groupby(weighed, key=lambda one: one[0])]
    return tuple(_merged(_merged(levels, _is_righter), _claims_more))


def _merged(steps: Iterable[Step], rises: Callable[[Step, Step], bool]) -> list[Step]:
    """`steps` with each that does not rise above the one before it pooled with that, until all rise."""
    pools: list[Step] = []
    for step in steps:
        pools.append(step)
        while len(pools) > 1 and not rises(pools[-2], pools[-1]):
            after, before = pools.pop(), pools.pop()
            pools.append(_pooled(before, after))
    return pools


def _level(nats: float, rights: Sequence[bool]) -> Step:
    return Step(from_nats=nats, right=sum(rights), reads=len(rights))


def _is_righter(before: Step, after: Step) -> bool:
    return after.right * before.reads > before.right * after.reads


def _claims_more(before: Step, after: Step) -> bool:
    """A few reads that were all right claim less than many of which one was wrong: then both are one step."""
    return after.confidence_bp >= before.confidence_bp


def _pooled(before: Step, after: Step) -> Step:
    return Step(from_nats=before.from_nats, right=before.right + after.right, reads=before.reads + after.reads)
