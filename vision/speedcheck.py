"""The second speed check: how fast a plate moved between two pictures of a calibrated, fixed camera.

It never makes a speed or raises one. It says how sure it is, contribution by contribution, so that law can tell whether
it contradicts the instrument (adjudication.doubts.second_speed). Two models, each a function of measured quantities:

    plate size   a field of known width, seen `width` pixels wide, is focal · mm / width away (pinhole camera)
    road plane   the sight line through the plate meets the road at a surveyed place; the plate hangs `height` above the
                 road, so it has moved (1 − height / mast) of what that place has

Where the device's calibration supports both, the surer one is told, and nothing at all if they contradict each other.

Source: JCGM 100:2008 (GUM), 5.1: the combined standard uncertainty is the root of the contributions' squares, each the
change of the result by one standard uncertainty of its input, taken by finite differences.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Contribution, RoadPlane, SceneCalibration, SpeedEstimate
from adjudication.units import MICROS_PER_SECOND
from vision.sizing import Sized

FIELD_MM, FIELD_ERROR_MM = 514.0, 3.0
"""Between the rims of a one-line plate, 520 mm wide with 3 mm on each side (ST RK 986 as described in public); the
rim's width is not known better than by its own size."""
FIELD_ASPECT = 514 / 106
WIDTH_ERROR = 0.025
"""Standard uncertainty of the field's measured width, relative. Measured: on 98 drawn plates 0.7 % too small,
scattering by 0.3 %; on 16 photographs with labelled plates scattering by 2.6 %, the labels' own errors among it."""
RATIO_ERROR = 0.005
"""Of the ratio of two widths by registration. Measured on 49 drawn pairs: 0.15 %, at most 0.3 %; grown for the moiré,
shadows and compression of real roads, on which nothing was measured."""
PLACE_ERROR_PX = 1.0
"""Of the plate's middle in one picture, relative to the other. Measured on the same pairs: 0.16 px."""
HEIGHT_M, HEIGHT_ERROR_M = 0.65, 0.20
"""Of a plate's middle above the road: bumpers to boot lids, 0.35 to 0.95 m, nearly all within two standard
uncertainties."""
CHANGE_MS2 = 2.0
"""Standard uncertainty of the acceleration between the measurement and the pictures: firm braking is 3 to 4 m/s²."""
SHORTEST_S, LONGEST_S = 0.05, 3.0
"""Within less a plate moves by less than its own uncertainty; after more it may have done anything."""
WORST = 0.25
"""An estimate with a relative standard uncertainty beyond this says nothing."""
AGREE = 2.0
"""Two models contradict each other where they differ by more than so many of their combined standard uncertainties."""
KMH_PER_MS = 3.6

Array = NDArray[np.float64]
Method = Literal["plate_size", "road_plane"]
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An input of a model: its value and its standard uncertainty, in the same unit."""

    name: str
    value: float
    standard: float


@dataclass(frozen=True, slots=True)
class Track:
    """One plate in two pictures. `ratio` is the second width by the first; `seconds` lie between, positive.

    `lag_s` is how far the middle of the two instants is from the instant of the instrument's measurement.
    """

    first: Sized
    second: tuple[float, float]
    ratio: float
    seconds: float
    lag_s: float


def estimate(track: Track, calibration: SceneCalibration) -> SpeedEstimate | None:
    """The speed of the plate with its uncertainty; None where the pictures do not say it well enough."""
    if not SHORTEST_S <= track.seconds <= LONGEST_S:
        return None
    estimates = [_told("plate_size", by_plate_size(calibration), _of_the_plate(track, calibration), track)]
    if calibration.road is not None:
        model = by_road_plane(calibration.road)
        estimates.append(_told("road_plane", model, _of_the_road(track, calibration, calibration.road), track))
    best = min(estimates, key=lambda one: one.standard_kmh100)
    apart = [abs(one.value_kmh100 - best.value_kmh100) for one in estimates]
    spread = [math.hypot(one.standard_kmh100, best.standard_kmh100) for one in estimates]
    if any(far > AGREE * bound for far, bound in zip(apart, spread, strict=True)):
        return None
    return best if best.standard_kmh100 <= WORST * best.value_kmh100 else None


def by_plate_size(calibration: SceneCalibration) -> Callable[[Values], float]:
    """km/h by the pinhole model, of the quantities of `_of_the_plate`."""
    middle_x, middle_y = calibration.width / 2, calibration.height / 2

    def model(of: Values) -> float:
        focal, ratio = of["focal"], of["ratio"]
        depth_m = focal * of["field"] / 1000 * math.cos(of["turn"]) / of["width"]
        one = np.array(((of["x"] - middle_x) / focal, (of["y"] - middle_y) / focal, 1.0))
        other = np.array(((of["x2"] - middle_x) / focal, (of["y2"] - middle_y) / focal, 1.0)) / ratio
        return float(np.linalg.norm(other - one) * depth_m / of["seconds"]) * KMH_PER_MS

    return model


def by_road_plane(road: RoadPlane) -> Callable[[Values], float]:
    """km/h by the surveyed road, of the quantities of `_of_the_road`."""
    to_road = homography(road)

    def model(of: Values) -> float:
        one, other = (_on_the_road(to_road, of[x], of[y]) for x, y in (("x", "y"), ("x2", "y2")))
        moved_m = float(np.linalg.norm(other - one)) * of["survey"] * (1 - of["height"] / of["mast"])
        return moved_m / of["seconds"] * KMH_PER_MS

    return model


def homography(road: RoadPlane) -> Array:
    """[3,3]: pixels of the picture to metres on the road, by least squares over the surveyed marks."""
    pixels = np.array([(mark.x_px100 / 100, mark.y_px100 / 100) for mark in road.marks])
    metres = np.array([(mark.right_mm / 1000, mark.ahead_mm / 1000) for mark in road.marks])
    found, _ = cv2.findHomography(pixels, metres, 0)
    return np.asarray(found, np.float64)


def combined(model: Callable[[Values], float], quantities: Sequence[Quantity]) -> tuple[float, dict[str, float]]:
    """The model's value, and what each quantity's standard uncertainty contributes to it (≥ 0)."""
    values = {one.name: one.value for one in quantities}
    result = model(values)
    parts: dict[str, float] = {}
    for one in quantities:
        ends = [model({**values, one.name: one.value + step}) for step in (one.standard, -one.standard)]
        parts[one.name] = max(abs(end - result) for end in ends)
    return result, parts


def _of_the_plate(track: Track, calibration: SceneCalibration) -> tuple[Quantity, ...]:
    focal_px = calibration.focal_px100 / 100
    return (
        Quantity("field", FIELD_MM, FIELD_ERROR_MM),
        Quantity("focal", focal_px, focal_px * calibration.focal_error_bp / 10_000),
        Quantity("turn", calibration.turn_mrad / 1000, calibration.turn_error_mrad / 1000),
        Quantity("width", track.first.width, WIDTH_ERROR * track.first.width),
        Quantity("ratio", track.ratio, RATIO_ERROR * track.ratio),
        *_of_both(track, calibration),
    )


def _of_the_road(track: Track, calibration: SceneCalibration, road: RoadPlane) -> tuple[Quantity, ...]:
    return (
        Quantity("height", HEIGHT_M, HEIGHT_ERROR_M),
        Quantity("mast", road.mast_mm / 1000, road.mast_error_mm / 1000),
        Quantity("survey", 1.0, road.scale_error_bp / 10_000),
        *_of_both(track, calibration),
    )


def _of_both(track: Track, calibration: SceneCalibration) -> tuple[Quantity, ...]:
    (x2, y2), stamp_s = track.second, calibration.stamp_error_us / MICROS_PER_SECOND
    return (
        Quantity("x", track.first.x, 0.0),
        Quantity("y", track.first.y, 0.0),
        Quantity("x2", x2, PLACE_ERROR_PX),
        Quantity("y2", y2, PLACE_ERROR_PX),
        Quantity("seconds", track.seconds, min(math.sqrt(2) * stamp_s, track.seconds / 2)),
    )


def _told(
    method: Method, model: Callable[[Values], float], quantities: Sequence[Quantity], track: Track
) -> SpeedEstimate:
    value_kmh, parts = combined(model, quantities)
    parts["change"] = CHANGE_MS2 * track.lag_s * KMH_PER_MS
    standard_kmh = math.sqrt(sum(part**2 for part in parts.values()))
    return SpeedEstimate(
        method=method,
        value_kmh100=_hundredths(value_kmh),
        standard_kmh100=_hundredths(standard_kmh),
        apart_us=round(track.seconds * MICROS_PER_SECOND),
        budget=tuple(
            Contribution(name=name, standard_kmh100=_hundredths(part)) for name, part in parts.items() if part > 0
        ),
    )


def _hundredths(kmh: float) -> int:
    """Within what a speed may be: an impossible one stays impossible."""
    return min(round(kmh * 100), 50_000)


def _on_the_road(to_road: Array, x: float, y: float) -> Array:
    right, ahead, scale = to_road @ np.array((x, y, 1.0))
    return np.asarray(np.array((right, ahead)) / scale, np.float64)
