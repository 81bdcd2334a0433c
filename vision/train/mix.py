"""The stated mixes: how often each kind of plate and how hard each condition comes, and what counts as legible.

Committed before anything was trained, and not tuned to results. `ROAD` is what figures are stated on: a lane camera
as set up by its manual (a plate 90 to 320 pixels wide, some of them dirty, blurred or in bad light). `TRAINED` is
harder in every respect, so that the road's worst is not the reader's edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

KAZAKHSTAN: Final[Mapping[str, float]] = {
    "KZ2012-P": 0.50,
    "KZ2012-L": 0.13,
    "KZ2012-TR": 0.04,
    "KZ2012-P/2": 0.10,
    "KZ2012-L/2": 0.04,
    "KZ2012-TR/2": 0.02,
    "KZ2012-MC/2": 0.03,
    "KZ2012-F": 0.03,
    "KZ1993-P": 0.05,
    "KZ1993-L": 0.02,
    "KZ-DIP": 0.02,
    "KZ-POL": 0.01,
    "KZ-MIL": 0.01,
}
"""By what is met on the road: persons' cars most; rare kinds have more than their share so that they are judged."""

_ROWS: Final = {kind: share * (2 if kind.endswith("/2") else 1) for kind, share in KAZAKHSTAN.items()}
"""Plates of two lines twice as often: they are fewer on the road and harder to learn."""
SPOILT_KINDS: Final[Mapping[str, float]] = {kind: share / sum(_ROWS.values()) for kind, share in _ROWS.items()}
"""Of Kazakhstan alone: nobody else's plate is accepted, so nobody else's needs so exact a doubt."""
TRAINED_KINDS: Final[Mapping[str, float]] = {
    **{kind: 0.54 * share / sum(_ROWS.values()) for kind, share in _ROWS.items()},
    "RU": 0.04,
    "UZ": 0.03,
    "KG": 0.03,
    "UA": 0.03,
    "EU": 0.09,
    "plain": 0.05,
    "US": 0.08,
    "BR": 0.04,
    "two lines": 0.02,
    "none": 0.05,
}
"""Over half of Kazakhstan, the rest foreign, so that letters are learnt as shapes and not as places; some are none."""


@dataclass(frozen=True, slots=True)
class Hardship:
    """How hard conditions may come. Lengths in pixels of the picture, angles in degrees, shares 0 to 1.

    `width_px`: log-uniform range of the width of 520 mm. `often` is the chance of each optional condition.
    """

    width_px: tuple[float, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    blur_px: float
    motion_px: float
    noise: float
    jpeg: tuple[int, int]
    contrast: tuple[float, float]
    often: Mapping[str, float]


TRAINED: Final = Hardship(
    width_px=(62.0, 340.0),
    yaw_deg=52.0,
    pitch_deg=30.0,
    roll_deg=24.0,
    blur_px=1.7,
    motion_px=7.0,
    noise=16.0,
    jpeg=(28, 96),
    contrast=(0.25, 1.0),
    often={
        "dirt": 0.30,
        "glare": 0.12,
        "infrared": 0.20,
        "shadow": 0.25,
        "occlusion": 0.10,
        "frame": 0.45,
        "screws": 0.45,
        "motion": 0.40,
        "worn": 0.12,
        "snow": 0.05,
    },
)
SPOILT: Final = replace(
    TRAINED,
    width_px=(80.0, 330.0),
    yaw_deg=40.0,
    pitch_deg=26.0,
    roll_deg=14.0,
    blur_px=1.3,
    motion_px=5.0,
    noise=12.0,
    jpeg=(45, 96),
    often={
        "dirt": 0.40,
        "glare": 0.25,
        "infrared": 0.25,
        "shadow": 0.30,
        "occlusion": 0.25,
        "frame": 0.45,
        "screws": 0.60,
        "motion": 0.40,
        "worn": 0.12,
        "snow": 0.06,
        "stains": 0.25,
    },
)
"""The road's views with most plates spoilt: what is learnt is doubt where a character is hidden or altered."""
ROAD: Final = Hardship(
    width_px=(90.0, 320.0),
    yaw_deg=32.0,
    pitch_deg=22.0,
    roll_deg=8.0,
    blur_px=0.9,
    motion_px=3.5,
    noise=9.0,
    jpeg=(55, 95),
    contrast=(0.45, 1.0),
    often={
        "dirt": 0.15,
        "glare": 0.05,
        "infrared": 0.20,
        "shadow": 0.20,
        "occlusion": 0.03,
        "frame": 0.35,
        "screws": 0.40,
        "motion": 0.30,
        "worn": 0.05,
        "snow": 0.02,
    },
)
STRANGE: Final = replace(
    ROAD,
    often={**ROAD.often, "double": 0.25, "lines": 0.25, "halftone": 0.25, "warp": 0.25},
)
"""The road's conditions and four more that nothing was trained on: a double image of two exposures, a grid before the
plate, a moiré of a sensor's cells, a bent plate."""

LEAST_CAP_PX: Final = 9.0
"""A letter's height in the picture: below it strokes of one pixel merge (58 mm letters on a plate 81 px wide)."""
LEAST_ADVANCE_PX: Final = 5.0
"""Room of one character along its line, foreshortened by the angle of view."""
MOST_BLUR: Final = 0.16
"""Standard deviation of all blur together, as a share of a letter's height: a stroke is about that wide."""
LEAST_CONTRAST: Final = 34.0
"""Grey levels of 255 between ink and ground."""
LEAST_CONTRAST_TO_NOISE: Final = 3.0
MOST_COVERED: Final = 0.35
"""Share of the worst character hidden by dirt, snow, glare or things."""
