"""The enforceable excess of speed, and the bracket it falls into.

Source: brief §4.2 and §15.2, `tolerance = subtract_error`: excess = floor(measured − error) − limit; 592 for brackets.
"""

from collections.abc import Sequence
from typing import Literal

from adjudication.facts import Measurement
from adjudication.lawbook import PartRule

Tolerance = Literal["subtract_error", "none"]
Boundary = Literal["milder", "lower_inclusive"]
KMH = 100
"""Measurements are in hundredths of a km/h."""


def excess_kmh(measurement: Measurement, tolerance: Tolerance) -> int:
    """Whole km/h above the limit that can be held against the driver; negative below it."""
    error = measurement.error_kmh100 if tolerance == "subtract_error" else 0
    certain = (measurement.value_kmh100 - error) // KMH
    return (certain * KMH - measurement.limit_kmh100) // KMH


def bracket(excess: int, brackets: Sequence[PartRule], boundary: Boundary) -> PartRule | None:
    """The part an excess falls under, None below the lowest; `brackets` stand mildest first.

    A border between two brackets belongs to the lower with `milder`, to the upper with `lower_inclusive`; the lowest
    border is punishable in both (brief §15.2).
    """
    touching = [part for part in brackets if _touches(excess, part)]
    if not touching:
        return None
    return touching[0] if boundary == "milder" else touching[-1]


def lowest_punishable_kmh100(measurement: Measurement, brackets: Sequence[PartRule], tolerance: Tolerance) -> int:
    """The measured speed, in hundredths of a km/h, below which there would be no offence at this limit and error."""
    error = measurement.error_kmh100 if tolerance == "subtract_error" else 0
    lowest = min(part.from_kmh or 0 for part in brackets)
    whole = -(-(measurement.limit_kmh100 + lowest * KMH) // KMH)
    return whole * KMH + error


def _touches(excess: int, part: PartRule) -> bool:
    return (part.from_kmh or 0) <= excess and (part.to_kmh is None or excess <= part.to_kmh)
