"""Bodies of drawn vehicles: a side profile lofted into a skin of small faces, and where the plate hangs.

Metres in the vehicle's own coordinates (vision/perspective.py). Sizes are those of ordinary vehicles of each class; no
make is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vision.perspective import Points

BodyName = Literal["sedan", "hatchback", "suv", "minibus", "bus", "truck", "motorcycle"]
View = Literal["front", "rear"]
PAINT: Final = 0
GLASS: Final = 1
TRIM: Final = 2
SECTIONS: Final = 44
"""Cross-sections along a body: enough that its curves show no edges at 300 px a metre."""

Station = tuple[float, float, float, float]
"""Of the side profile: z from the front, height of the belt, height of the top, half width."""


@dataclass(frozen=True, slots=True)
class Body:
    """One body. `tilt` is how far the side windows lean in; `glass` are the z ranges of windscreen and rear window.

    `plates` gives the height of the plate's middle at front and rear; None where there is no plate.
    """

    stations: tuple[Station, ...]
    clearance: float
    tilt: float
    crown: float
    glass: tuple[tuple[float, float], ...]
    plates: tuple[float | None, float]
    smooth: int = 2

    @property
    def length(self) -> float:
        """From end to end."""
        return self.stations[-1][0]

    @property
    def width(self) -> float:
        """At its widest."""
        return 2 * max(station[3] for station in self.stations)

    @property
    def height(self) -> float:
        """Of the top above the road."""
        return max(station[2] for station in self.stations)


BODIES: Final[Mapping[BodyName, Body]] = {
    "sedan": Body(
        stations=(
            (0.0, 0.66, 0.66, 0.80),
            (0.12, 0.76, 0.76, 0.88),
            (0.95, 0.90, 0.92, 0.91),
            (1.28, 0.94, 0.98, 0.91),
            (2.05, 0.97, 1.43, 0.91),
            (2.55, 0.98, 1.46, 0.91),
            (3.35, 0.99, 1.40, 0.91),
            (4.05, 1.00, 1.06, 0.90),
            (4.52, 0.98, 1.00, 0.88),
            (4.66, 0.92, 0.92, 0.80),
        ),
        clearance=0.20,
        tilt=0.34,
        crown=0.035,
        glass=((1.30, 2.02), (3.42, 4.02)),
        plates=(0.44, 0.80),
    ),
    "hatchback": Body(
        stations=(
            (0.0, 0.66, 0.66, 0.80),
            (0.12, 0.76, 0.76, 0.88),
            (0.90, 0.91, 0.93, 0.90),
            (1.20, 0.95, 0.99, 0.90),
            (2.00, 0.98, 1.44, 0.90),
            (2.50, 0.99, 1.48, 0.90),
            (3.40, 1.00, 1.43, 0.90),
            (4.02, 1.00, 1.06, 0.88),
            (4.14, 0.95, 0.95, 0.80),
        ),
        clearance=0.20,
        tilt=0.33,
        crown=0.035,
        glass=((1.22, 1.97), (3.46, 4.00)),
        plates=(0.45, 0.74),
    ),
    "suv": Body(
        stations=(
            (0.0, 0.80, 0.80, 0.84),
            (0.12, 0.90, 0.90, 0.92),
            (1.00, 1.02, 1.04, 0.95),
            (1.30, 1.06, 1.10, 0.95),
            (2.05, 1.08, 1.60, 0.95),
            (2.60, 1.09, 1.66, 0.95),
            (3.90, 1.10, 1.60, 0.95),
            (4.50, 1.10, 1.16, 0.93),
            (4.62, 1.03, 1.03, 0.86),
        ),
        clearance=0.24,
        tilt=0.33,
        crown=0.035,
        glass=((1.32, 2.02), (3.96, 4.48)),
        plates=(0.52, 0.88),
    ),
    "minibus": Body(
        stations=(
            (0.0, 0.98, 0.98, 0.92),
            (0.10, 1.08, 1.10, 0.99),
            (0.45, 1.18, 1.26, 1.00),
            (1.05, 1.22, 2.20, 1.00),
            (1.60, 1.22, 2.38, 1.00),
            (5.20, 1.22, 2.38, 1.00),
            (5.30, 1.22, 2.30, 0.97),
        ),
        clearance=0.25,
        tilt=0.16,
        crown=0.03,
        glass=((0.48, 1.03),),
        plates=(0.55, 0.80),
        smooth=1,
    ),
    "bus": Body(
        stations=(
            (0.0, 1.10, 2.92, 1.18),
            (0.12, 1.10, 3.05, 1.25),
            (11.8, 1.10, 3.05, 1.25),
            (11.9, 1.10, 2.98, 1.22),
        ),
        clearance=0.30,
        tilt=0.06,
        crown=0.04,
        glass=(),
        plates=(0.58, 0.86),
        smooth=1,
    ),
    "truck": Body(
        stations=(
            (0.0, 1.55, 2.72, 1.10),
            (0.10, 1.55, 2.86, 1.18),
            (1.70, 1.55, 2.90, 1.18),
            (1.75, 1.55, 2.90, 1.18),
        ),
        clearance=0.35,
        tilt=0.08,
        crown=0.04,
        glass=(),
        plates=(0.62, 0.95),
        smooth=1,
    ),
    "motorcycle": Body(
        stations=((0.0, 0.8, 1.62, 0.36), (2.1, 0.8, 1.62, 0.36)),
        clearance=0.0,
        tilt=0.0,
        crown=0.0,
        glass=(),
        plates=(None, 0.62),
    ),
}


@dataclass(frozen=True, slots=True)
class Skin:
    """Faces of a body: corners [F,4,3], material [F] (PAINT, GLASS, TRIM)."""

    corners: Points
    material: NDArray[np.int8]


@lru_cache(maxsize=32)
def skin(name: BodyName, view: View) -> Skin:
    """The lofted skin of a body as seen from the front or, turned round, from the rear."""
    body = BODIES[name]
    z, belt, top, half = _profile(body)
    ring = _rings(body, belt, top, half, z)
    if view == "rear":
        ring = ring[::-1].copy()
        ring[:, :, 2] = body.length - ring[:, :, 2]
        z = body.length - z[::-1]
        belt, top = belt[::-1], top[::-1]
    a, b = ring[:-1, :-1], ring[1:, :-1]
    corners = np.stack((a, ring[:-1, 1:], ring[1:, 1:], b), axis=2).reshape(-1, 4, 3)
    cap = _cap(ring[0])
    windows = body.glass if view == "front" else tuple((body.length - q, body.length - p) for p, q in body.glass)
    material = _materials(windows, z, top - belt, ring.shape[1] - 1)
    painted = np.zeros(len(cap), np.int8)
    return Skin(np.concatenate((cap, corners)), np.concatenate((painted, material.reshape(-1))))


def box(width: float, low: float, high: float, near: float, far: float) -> Points:
    """The five seen faces of a box, [5,4,3]: near end, top, left, right, far end."""
    left, right = -width / 2, width / 2
    return np.array(
        (
            ((left, low, near), (right, low, near), (right, high, near), (left, high, near)),
            ((left, high, near), (right, high, near), (right, high, far), (left, high, far)),
            ((left, low, far), (left, low, near), (left, high, near), (left, high, far)),
            ((right, low, near), (right, low, far), (right, high, far), (right, high, near)),
            ((right, low, far), (left, low, far), (left, high, far), (right, high, far)),
        )
    )


def _cap(ring: Points) -> Points:
    """The seen end as bands, [B,4,3], bulging a little so that light runs over it."""
    half = len(ring) // 2
    left, right = ring[: half + 1].copy(), ring[half:][::-1].copy()
    height = left[:, 1]
    bulge = 0.10 * ((height - height.min()) / np.ptp(height) - 0.35) ** 2
    left[:, 2] += bulge
    right[:, 2] += bulge
    return np.stack((left[:-1], right[:-1], right[1:], left[1:]), axis=1)


def _profile(body: Body) -> tuple[Points, Points, Points, Points]:
    """The stations at SECTIONS places, their corners rounded."""
    given = np.array(body.stations)
    z = np.unique(np.concatenate((np.linspace(0.0, body.length, SECTIONS), given[:, 0])))
    columns = [np.interp(z, given[:, 0], given[:, column]) for column in (1, 2, 3)]
    for _ in range(body.smooth):
        for column in columns:
            column[1:-1] = 0.25 * column[:-2] + 0.5 * column[1:-1] + 0.25 * column[2:]
    return z, columns[0], columns[1], columns[2]


def _rings(body: Body, belt: Points, top: Points, half: Points, z: Points) -> Points:
    """Cross-sections, [S,P,3], from the left sill over the top to the right sill."""
    rise = np.maximum(top - belt, 0.0)
    low = body.clearance
    roof = 0.94 * half - body.tilt * np.minimum(rise, 0.6) / 0.6 - 0.02
    side = [
        (0.90 * half, np.full_like(z, low)),
        (0.98 * half, np.full_like(z, low + 0.12)),
        (half, 0.5 * (low + belt)),
        (0.985 * half, belt - 0.08),
        (0.94 * half, belt),
        (roof + 0.01, belt + 0.90 * rise),
        (roof - 0.09, top + 0.0 * z),
        (0.55 * roof, top + 0.75 * body.crown),
        (np.zeros_like(z), top + body.crown),
    ]
    left = [np.stack((-x, y, z), axis=1) for x, y in side]
    right = [np.stack((x, y, z), axis=1) for x, y in side[-2::-1]]
    return np.stack((*left, *right), axis=1)


def _materials(windows: tuple[tuple[float, float], ...], z: Points, rise: Points, strips: int) -> NDArray[np.int8]:
    """Which faces are glass: the belt-to-roof strips of the cabin, and the top strips within the windows' ranges."""
    middle, tall = 0.5 * (z[:-1] + z[1:]), np.minimum(rise[:-1], rise[1:])
    material = np.zeros((len(middle), strips), np.int8)
    material[:, 0] = material[:, -1] = TRIM
    side_strips = np.array((4, strips - 5))
    top_strips = np.array((6, 7, strips - 8, strips - 7))
    material[np.ix_(np.flatnonzero(tall > 0.30), side_strips)] = GLASS
    for near, far in windows:
        material[np.ix_(np.flatnonzero((middle > near) & (middle < far)), top_strips)] = GLASS
    return material
