"""How sure two agreeing reads of one plate are together: a calibration, fitted to labelled plates and stored as data.

The two confidences make one figure, the weight of their evidence; the calibration says how often plates with so much
evidence were right. It is a rising step function, so more evidence never counts for less.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from math import log, sqrt
from typing import Annotated

from msgspec import Meta, Struct

from adjudication.units import Bp, Name
from vision import curve
from vision.curve import BP, CERTAIN_BP, Step, worth

FILE = "agreement.json"
"""In `vision/weights`: belongs to the weights it was fitted with."""


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
        return curve.parsed(data, cls)

    def confidence_bp(self, nats: float) -> Bp:
        """What so much evidence is worth."""
        return worth(self.steps, nats)


def evidence_nats(first_bp: Bp, second_bp: Bp) -> float:
    """The weight of two confidences in one text: minus the logarithm of the doubt they leave together.

    Both look at one picture, so the second counts for half of a free one. 0 to 13.8 at `CERTAIN_BP` twice.
    """
    doubts = [1 - min(bp, CERTAIN_BP) / BP for bp in (first_bp, second_bp)]
    return -log(doubts[0] * sqrt(doubts[1]))


def fit(reads: Iterable[tuple[Bp, Bp, bool]], *, first: Name, second: Name, fitted_on: str) -> Agreement:
    """The calibration of agreeing reads: (first confidence, second confidence, whether the text was right).

    The reads must be of plates that neither reader was fitted on.

    Raises:
        ValueError: there are no reads.
    """
    weighed = ((evidence_nats(one, other), right) for one, other, right in reads)
    return Agreement(first=first, second=second, fitted_on=fitted_on, steps=curve.fit(weighed))


@lru_cache(maxsize=1)
def shipped() -> Agreement | None:
    """The calibration that belongs to the weights in this package; None where none was fitted to them.

    Raises:
        Invalid: as `Agreement.parse`.
    """
    file = files("vision") / "weights" / FILE
    return Agreement.parse(file.read_bytes()) if file.is_file() else None
