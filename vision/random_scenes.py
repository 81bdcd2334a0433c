"""Random scenes, for measuring readers and for load: every plate format, hour and weather, clear and hopeless ones."""

from typing import Final, TypeVar

import numpy as np

from adjudication.regions import REGIONS
from vision.bodies import BODIES, BodyName, View
from vision.painting import PAINTS
from vision.perspective import Camera
from vision.scene import LANE_M, Daylight, DrawnPlate, DrawnVehicle, Scene, Weather

_T = TypeVar("_T", bound=str)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPES: Final[dict[str, str]] = {
    "KZ2012-P": "dddlllrr",
    "KZ2012-L": "dddllrr",
    "KZ2012-F": "lddddrr",
    "KZ1993-P": "ldddlll",
    "KZ1993-L": "ldddll",
    "KZ-DIP": "Ddddddd",
    "KZ2012-MC": "ddllrr",
    "LATIN": "lldddll",
}
"""Texts by the shapes of adjudication/plates.py: d a digit, l a letter, rr a region."""
_BODIES: Final[tuple[tuple[BodyName, float], ...]] = (
    ("sedan", 0.42),
    ("hatchback", 0.16),
    ("suv", 0.18),
    ("minibus", 0.06),
    ("bus", 0.05),
    ("truck", 0.08),
    ("motorcycle", 0.05),
)
_FORMATS: Final[tuple[tuple[str, float], ...]] = (
    ("KZ2012-P", 0.62),
    ("KZ2012-L", 0.16),
    ("KZ1993-P", 0.06),
    ("KZ1993-L", 0.03),
    ("KZ2012-F", 0.04),
    ("KZ-DIP", 0.02),
    ("LATIN", 0.07),
)
_DAYLIGHT: Final[tuple[tuple[Daylight, float], ...]] = (("day", 0.65), ("dusk", 0.1), ("night", 0.25))
_WEATHER: Final[tuple[tuple[Weather, float], ...]] = (
    ("clear", 0.5),
    ("overcast", 0.3),
    ("rain", 0.08),
    ("snow", 0.08),
    ("fog", 0.04),
)


def random_scene(rng: np.random.Generator, vehicles: int = 1) -> Scene:
    """A scene with 0 to 2 vehicles side by side; about one plate in eight is beyond reading."""
    offsets = {0: (), 1: (0.0,), 2: (-LANE_M / 2, LANE_M / 2)}[vehicles]
    return Scene(
        vehicles=tuple(_vehicle(rng, x, beside=vehicles > 1) for x in offsets),
        camera=Camera(roll_rad=float(rng.normal(0, 0.012)), aside_m=float(rng.uniform(-0.6, 0.6))),
        daylight=_pick(rng, _DAYLIGHT),
        weather=_pick(rng, _WEATHER),
        motion_blur_px=float(rng.choice((0.0, 0.0, 0.0, 2.0, 18.0), p=(0.4, 0.3, 0.1, 0.16, 0.04))),
        defocus_px=float(rng.choice((0.0, 0.6, 5.0), p=(0.6, 0.36, 0.04))),
        noise=float(rng.uniform(1.0, 7.0)),
        jpeg_quality=int(rng.integers(62, 94)),
        place=int(rng.integers(0, 20)),
    )


def _vehicle(rng: np.random.Generator, x_m: float, *, beside: bool) -> DrawnVehicle:
    body = _pick(rng, _BODIES)
    view: View = "rear" if body == "motorcycle" or rng.random() < 0.4 else "front"
    bulky = BODIES[body].height > 2
    return DrawnVehicle(
        body=body,
        view=view,
        colour=str(rng.choice(tuple(PAINTS))),
        plate=_plate(rng, body, view),
        x_m=x_m + float(rng.uniform(-0.15, 0.15) if beside else rng.uniform(-0.6, 0.6)),
        z_m=float(rng.uniform(24.0, 26.0) if beside or bulky else rng.uniform(19.5, 22.0)),
        heading_rad=float(rng.normal(0, 0.03)),
        style=int(rng.integers(0, 18)),
    )


def _plate(rng: np.random.Generator, body: BodyName, view: View) -> DrawnPlate:
    motorcycle = body == "motorcycle"
    format_id = "KZ2012-MC" if motorcycle else _pick(rng, _FORMATS)
    two_rows = motorcycle or (view == "rear" and format_id in {"KZ2012-P", "KZ2012-L"} and rng.random() < 0.12)
    return DrawnPlate(
        text=plate_text(rng, format_id),
        format_id=format_id,
        rows=2 if two_rows else 1,
        dirt=float(rng.choice((0.0, 0.12, 0.75), p=(0.75, 0.20, 0.05))),
        glare=float(rng.choice((0.0, 0.9), p=(0.97, 0.03))),
    )


def plate_text(rng: np.random.Generator, format_id: str) -> str:
    """A random text of one of the formats this module draws."""
    drawn = "".join(_character(rng, kind) for kind in _SHAPES[format_id])
    return drawn.replace("rr", str(rng.choice(tuple(REGIONS))))


def _character(rng: np.random.Generator, kind: str) -> str:
    if kind == "d":
        return str(rng.integers(10))
    return _LETTERS[int(rng.integers(26))] if kind == "l" else kind


def _pick(rng: np.random.Generator, weighted: tuple[tuple[_T, float], ...]) -> _T:
    """One of the choices by weight; the weights add up to 1."""
    return weighted[int(rng.choice(len(weighted), p=[weight for _, weight in weighted]))][0]
