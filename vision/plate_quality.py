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
SLICES = 12
"""Slices of a line, each about two thirds of a character wide."""
FAINT = 0.22
"""A slice whose strokes contrast less than this share of the plate's has none: hidden, or a gap between groups."""


@dataclass(frozen=True, slots=True)
class Quality:
    """`line_px`: height of one line of the plate in the picture, in pixels. `sharpness`: the steepest changes against
    the plate's own contrast, in shares of it a pixel of the straightened plate. `contrast`: grey levels between ink
    and ground. `glare`: share of the face that is burnt out. `hidden`: longest run of slices without strokes, as a
    share of the line."""

    line_px: float
    sharpness: float
    contrast: float
    glare: float
    hidden: float


SMALL_PX, BLURRED, DIM = 18.0, 0.14, 40.0
"""Height of a line, sharpness and contrast below which a plate is flagged. Measured on 1,200 plates drawn for training:
below each of them fewer than half were read right, by a reader at half of its training."""
GLARE, HIDDEN = 0.2, 0.3
"""Burnt-out share and hidden run from which on it is flagged: 1 of 100 unhidden plates shows such a run, and of those
that do three in four were read wrongly. Glare seldom misleads the reader; a person wants to know."""


def quality(plate: Picture, corners: Corners, *, rows: int) -> Quality:
    """The measures of a straightened plate [64, 192, 3] whose corners in the picture are `corners`."""
    grey = np.asarray(cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY), np.float32)
    height, width = grey.shape
    face = grey[round(SPARE * height) : round((1 - SPARE) * height), round(SPARE * width) : round((1 - SPARE) * width)]
    low, high = (float(level) for level in np.percentile(face[::2, ::2], (5, 95)))
    contrast = max(high - low, 1.0)
    down = (np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    steep = np.percentile(np.abs(np.diff(face, axis=1)), 97)
    return Quality(
        float(down) / rows,
        float(steep) / contrast,
        contrast,
        float((face >= GLARING).mean()) if contrast < 200 else 0.0,
        max(_hidden(line, contrast) for line in np.array_split(face, rows)),
    )


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


def _hidden(line: NDArray[np.float32], contrast: float) -> float:
    """The longest run of slices in which nothing changes, as a share of the line."""
    wide = line.shape[1] // SLICES
    slices = line[:, : wide * SLICES].reshape(line.shape[0], SLICES, wide)
    dark, light = np.percentile(slices, (8, 92), axis=(0, 2))
    longest = run = 0
    for faint in (light - dark) < FAINT * contrast:
        run = run + 1 if faint else 0
        longest = max(longest, run)
    return longest / SLICES
