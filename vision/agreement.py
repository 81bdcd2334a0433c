"""How sure a read is once a second reader has read the same: a calibration, fitted to labelled plates, stored as data.

It says how often plates were right that both read alike and the first was so sure of; it rises, so more evidence never
counts for less. How sure the second was beside that tells nothing: by logistic regression on 65,000 drawn plates read
alike, ten of them wrongly, a nat of its evidence counts for 0.05 of the first's, with a standard error of 0.08.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

from msgspec import Meta, Struct

from adjudication.units import Bp, Name
from vision import curve
from vision.curve import Knots, stated_nats, worth

FILE = "agreement.json"
"""In `vision/weights`: belongs to the weights it was fitted with."""


class Agreement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fitted calibration of two named readers; `knots` rise in evidence and in confidence."""

    first: Name
    second: Name
    fitted_on: str
    knots: Annotated[Knots, Meta(min_length=1)]

    @classmethod
    def parse(cls, data: bytes) -> "Agreement":
        """The calibration from its file.

        Raises:
            Invalid: `calibration-malformed`; the detail says what is wrong.
        """
        return curve.parsed(data, cls)

    def confidence_bp(self, first_bp: Bp) -> Bp:
        """What a first read of that confidence is worth that the second reader has read the same."""
        return worth(self.knots, stated_nats(first_bp))


def fit(reads: Iterable[tuple[Bp, bool]], *, first: Name, second: Name, fitted_on: str) -> Agreement:
    """The calibration of agreeing reads: (first confidence, whether the text was right).

    The reads must be of plates that neither reader was fitted on.

    Raises:
        ValueError: there are no reads.
    """
    weighed = ((stated_nats(first_bp), right) for first_bp, right in reads)
    return Agreement(first=first, second=second, fitted_on=fitted_on, knots=curve.fit(weighed))


def shipped(second: Name) -> Agreement | None:
    """The calibration of the reader in this package with that second reader; None with any other, be it fitted by an
    operator or on a device that rounds otherwise: how often two such were right together nobody has counted.

    Raises:
        Invalid: as `Agreement.parse`.
    """
    known = _shipped()
    return known if known.second == second else None


@lru_cache(maxsize=1)
def _shipped() -> Agreement:
    return Agreement.parse((files("vision") / "weights" / FILE).read_bytes())
