"""How sure two agreeing reads of one plate are together: a calibration, fitted to labelled plates and stored as data.

The two confidences make one figure, the weight of their evidence; the calibration says how often plates with so much
evidence were right. It is a rising step function, so more evidence never counts for less.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby, pairwise
from math import log, sqrt
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adjudication.errors import Invalid
from adjudication.units import Bp, Name

FILE = "agreement.json"
"""In `vision/weights`: belongs to the weights it was fitted with."""
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


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fitted calibration of two named readers; `steps` rise in evidence and in confidence."""

    first: Name
    second: Name
    fitted_on: str
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]

    @classmethod
    def parse(cls, data: bytes) -> "Agreement":
        """The calibration from its file.

        Raises:
            Invalid: `calibration-malformed`; the detail says what is wrong.
        """
        try:
            calibration = msgspec.json.decode(data, type=cls)
        except msgspec.DecodeError as error:
            raise Invalid("calibration-malformed", str(error)) from error
        steps = calibration.steps
        for before, after in pairwise(steps):
            if after.from_nats <= before.from_nats or after.confidence_bp < before.confidence_bp:
                raise Invalid("calibration-malformed", f"steps rise, and the one at {after.from_nats} nats does not")
        return calibration

    def confidence_bp(self, nats: float) -> Bp:
        """What so much evidence is worth. Below the first step: as the first, for nothing was seen there."""
        reached = [step for step in self.steps if step.from_nats <= nats]
        return (reached or self.steps[:1])[-1].confidence_bp


def evidence_nats(first_bp: Bp, second_bp: Bp) -> float:
    """The weight of two confidences in one text: minus the logarithm of the doubt they leave together.

    Both look at one picture, so the second counts for half of a free one. 0 to 13.8 at `CERTAIN_BP` twice.
    """
    doubts = [1 - min(bp, CERTAIN_BP) / BP for bp in (first_bp, second_bp)]
    return -log(doubts[0] * sqrt(doubts[1]))


def fit(reads: Iterable[tuple[Bp, Bp, bool]], *, first: Name, second: Name, fitted_on: str) -> Agreement:
    """The calibration of agreeing reads: (first confidence, second confidence, whether the text was right).

    Isotonic regression by pooling adjacent violators (Ayer et al. 1955) over the evidence; each pool is a step. The
    reads must be of plates that neither reader was fitted on.

    Raises:
        ValueError: there are no reads.
    """
    weighed = sorted((evidence_nats(one, other), right) for one, other, right in reads)
    if not weighed:
        raise ValueError("no reads to fit to")
    levels = [_level(nats, [right for _, right in same]) for nats, same in groupby(weighed, key=lambda one: one[0])]
    steps = _merged(_merged(levels, _is_righter), _claims_more)
    return Agreement(first=first, second=second, fitted_on=fitted_on, steps=tuple(steps))


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


@lru_cache(maxsize=1)
def shipped() -> Agreement | None:
    """The calibration that belongs to the weights in this package; None where none was fitted to them.

    Raises:
        Invalid: as `Agreement.parse`.
    """
    file = files("vision") / "weights" / FILE
    return Agreement.parse(file.read_bytes()) if file.is_file() else None
