"""How good a plate is as a picture, measured on it seen straight on, and what of that a person should know.

Resolution is counted in the picture as it came; sharpness, glare and what is hidden on the plate as the reader saw it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import QualityFlag
from vision.decode import Picture
from vision.frontal import Corners

SPARE = 0.08
"""Of each side, left out: frame and bumper."""
GLARING = 250
"""Grey level from which on a pixel says nothing any more."""


@dataclass(frozen=True, slots=True)
class Quality:
    """`line_px`: height of one line of the plate in the picture, in pixels. `sharpness`: the steepest changes against
    the plate's own contrast, in shares of it a pixel of the straightened plate. `contrast`: grey levels between ink
    and ground. `glare`: share of the face that is burnt out. `hidden`: how much of the most hidden place among the
    characters is hidden, by what the reader sees there (`plate_reader.py`)."""

    line_px: float
    sharpness: float
    contrast: float
    glare: float
    hidden: float


SMALL_PX, BLURRED, DIM = 18.0, 0.14, 40.0
"""Height of a line, sharpness and contrast below which a plate is flagged. Measured on 1,200 plates drawn for training:
below each of them fewer than half were read right, by a reader at half of its training."""
GLARE, HIDDEN = 0.2, 0.8
"""Burnt-out share and hidden place from which on it is flagged. Measured on 60,000 drawn plates: 7 % have such a place,
of those with nothing hidden 1 in 10,000; in them lie two thirds of all wrong reads. Glare seldom misleads the reader;
a person wants to know."""


def quality(plate: Picture, corners: Corners, *, rows: int, hidden: float) -> Quality:
    """The measures of a straightened plate [64, 192, 3] whose corners in the picture are `corners`.

    What is `hidden` the reader says.
    """
    grey = np.asarray(cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY), np.uint8)
    height, width = grey.shape
    face = grey[round(SPARE * height) : round((1 - SPARE) * height), round(SPARE * width) : round((1 - SPARE) * width)]
    low, high = _levels(face, 0.05, 0.95)
    contrast = max(high - low, 1)
    down = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    (steep,) = _levels(np.asarray(cv2.absdiff(face[:, 1:], face[:, :-1]), np.uint8), 0.97)
    return Quality(
        float(down) / rows,
        steep / contrast,
        float(contrast),
        float((face >= GLARING).mean()) if contrast < 200 else 0.0,
        hidden,
    )


def _levels(grey: NDArray[np.uint8], *shares: float) -> list[int]:
    """The grey levels that so much of the picture does not exceed, by counting."""
    reached = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    return [int(level) for level in np.searchsorted(reached, np.array(shares) * grey.size)]


def flags(measured: Quality) -> Iterator[QualityFlag]:
    """What is wrong with a plate as a picture."""
    if measured.line_px < SMALL_PX:
        yield "plate_small"
    if measured.sharpness < BLURRED or measured.contrast < DIM:
        yield "blurred"
    if measured.glare > GLARE:
        yield "glare"
    if measured.hidden > HIDDEN:
        yield "occluded"
