"""A plate as if seen straight on: from four corners to the one size that the reader takes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.decode import Picture

Corners = NDArray[np.float32]
"""[4, 2] x and y, from the upper left clockwise as the plate is read."""
Size = tuple[int, int]
"""Width and height in pixels."""

WIDTH, HEIGHT = 192, 64
"""What the reader sees, of one line or two: eight characters of 16 pixels and their margins; two lines of 32."""
SPARE = 0.04
"""Shown beyond the corners, of the plate's size: corners found are off by about as much."""
LEAST_SHRUNK = 1.5
"""From here on the picture is averaged down first: sampling every other pixel would lose strokes."""


def frontal(picture: Picture, corners: Corners, size: Size = (WIDTH, HEIGHT)) -> Picture:
    """The plate at `corners` of `picture` [h, w, 3], as [height, width, 3] of `size`, stretched whatever its
    proportions are.

    Corners may lie outside the picture: what is not there is the nearest edge's colour.
    """
    shrink = _shrink(corners, size)
    if shrink >= LEAST_SHRUNK:
        picture, corners = _averaged(picture, corners, shrink)
    width, height = size
    x, y = SPARE * width / (1 + 2 * SPARE), SPARE * height / (1 + 2 * SPARE)
    target = np.array(((x, y), (width - x, y), (width - x, height - y), (x, height - y)), np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(corners, np.float32), target)
    flat = cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def box_corners(x0: float, y0: float, x1: float, y1: float) -> Corners:
    """The corners of an upright box."""
    return np.array(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), np.float32)


def extent(corners: Corners) -> tuple[float, float]:
    """Width and height of the plate in the picture, in pixels: its sides in the mean."""
    across = float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    return across, down


def _shrink(corners: Corners, size: Size) -> float:
    """How many pixels of the picture become one, down or across, whichever is less."""
    (across, down), (width, height) = extent(corners), size
    return min(across / width, down / height)


def _averaged(picture: Picture, corners: Corners, shrink: float) -> tuple[Picture, Corners]:
    """The part about the plate, made smaller by averaging, and the corners in it."""
    height, width = picture.shape[:2]
    low = np.floor(corners.min(axis=0) - 0.1 * np.ptp(corners, axis=0)).clip(0, (width - 2, height - 2)).astype(int)
    high = np.ceil(corners.max(axis=0) + 0.1 * np.ptp(corners, axis=0)).clip(low + 2, (width, height)).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    size = max(round(part.shape[1] / shrink), 2), max(round(part.shape[0] / shrink), 2)
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    scale = np.array((size[0] / part.shape[1], size[1] / part.shape[0]), np.float32)
    return small, np.asarray((corners - low) * scale, np.float32)
