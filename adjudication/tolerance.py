"""The enforceable excess of speed, weight or size, and the bracket it falls into.

Source: brief §4.2 and §15.2, `tolerance = subtract_error`: excess = floor(measured − error) − limit; 592, 571(6) for
brackets.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeVar

from adjudication.facts import LoadMeasurement, Measurement
from adjudication.lawbook import PartRule

Tolerance = Literal["subtract_error", "none"]
Boundary = Literal["milder", "lower_inclusive"]
KMH = 100
"""Measurements of speed are in hundredths of a km/h."""


class Bracketed(Protocol):
    """What applies from one border to another; None: without end."""

    @property
    def borders(self) -> tuple[int, int | None]:
        """The lower and the upper border, both touched."""


_B = TypeVar("_B", bound=Bracketed)


def excess_kmh(measurement: Measurement, tolerance: Tolerance) -> int:
    """Whole km/h above the limit that can be held against the driver; negative below it."""
    error = measurement.error_kmh100 if tolerance == "subtract_error" else 0
    certain = (measurement.value_kmh100 - error) // KMH
    return (certain * KMH - measurement.limit_kmh100) // KMH


def excess_load(measured: LoadMeasurement, tolerance: Tolerance) -> int:
    """Kilograms or millimetres above what is permitted that can be held against anybody; negative below it."""
    error = measured.error if tolerance == "subtract_error" else 0
    return measured.value - error - measured.permitted


def bracket(excess: int, brackets: Sequence[_B], boundary: Boundary) -> _B | None:
    """What an excess falls under, None below the lowest; `brackets` stand mildest first.

    A border between two brackets belongs to the lower with `milder`, to the upper with `lower_inclusive`; the lowest
    border is punishable in both (brief §15.2).
    """
    touching = [one for one in brackets if _touches(excess, *one.borders)]
    if not touching:
        return None
    return touching[0] if boundary == "milder" else touching[-1]


def lowest_punishable_kmh100(measurement: Measurement, brackets: Sequence[PartRule], tolerance: Tolerance) -> int:
    """The measured speed, in hundredths of a km/h, below which there would be no offence at this limit and error."""
    error = measurement.error_kmh100 if tolerance == "subtract_error" else 0
    lowest = min(part.from_kmh or 0 for part in brackets)
    whole = -(-(measurement.limit_kmh100 + lowest * KMH) // KMH)
    return whole * KMH + error


def _touches(excess: int, lower: int, upper: int | None) -> bool:
    return lower <= excess and (upper is None or excess <= upper)
