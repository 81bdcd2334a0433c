"""How large a plate is in a picture, and how much larger in the next: what a distance and a speed are measured by.

The size is that of the bright field between the plate's dark rims; the ratio of sizes needs no edge at all: the two
pictures of one plate are registered upon each other, characters on characters.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Box
from vision.decode import Picture

AROUND = (0.08, 0.15)
"""The box is cut out this much wider and higher on each side: the field's edges must lie inside of the crop."""
WORKING_PX = 240
"""Smaller crops are enlarged to this width, so that smoothing and closing work below a pixel of the picture."""
LEAST_WIDTH_PX = 60
"""One pixel of such a plate is 1.7 % of its size; below, the size says too little."""
LEAST_FILL = 0.85
"""A field is a rectangle. Measured on 117 drawn plates: where it fills less of its own, something else was taken."""
ASPECT_WITHIN = 0.08
"""A field whose width by height is further off its plate's is cut, hidden or no field."""
LEAST_LIKENESS = 0.85
"""Correlation of two registered views of one plate; characters that are others stay below."""
CANVAS_PX = 192
"""Width the two views are registered at: a plate at 20 m has 145."""
STEPS, ENOUGH = 60, 1e-4
"""Of the registration: it settles within 20 to 40 steps or not at all."""
SMOOTHED_PX = 5
"""Side of the smoothing of both views: wider than grain, narrower than a stroke."""

Affine = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sized:
    """A plate's bright field: its middle and width, in pixels of the picture."""

    x: float
    y: float
    width: float


def field_of(picture: Picture, box: Box, aspect: float) -> Sized | None:
    """The bright field of the plate in `box`; None where none of about the `aspect` (width by height) is found."""
    crop, left, top = _crop(picture, box)
    if crop.shape[0] < 8 or crop.shape[1] < LEAST_WIDTH_PX:
        return None
    enlarged = max(1.0, WORKING_PX / crop.shape[1])
    bright = cv2.resize(crop, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_CUBIC).max(axis=2)
    outline = _field_outline(np.asarray(cv2.GaussianBlur(bright, (0, 0), 1.0), np.uint8))
    if outline is None:
        return None
    (x, y), sides, _ = cv2.minAreaRect(outline)
    width, height = max(sides), min(sides)
    filled = cv2.contourArea(outline) / max(width * height, 1.0)
    if filled < LEAST_FILL or abs(width / max(height, 1.0) / aspect - 1) > ASPECT_WITHIN:
        return None
    sized = Sized(left + x / enlarged, top + y / enlarged, width / enlarged)
    return sized if sized.width >= LEAST_WIDTH_PX else None


def registered(one: Picture, box: Box, other: Picture, other_box: Box) -> Affine | None:
    """Where the plate's points of `one` lie in `other`: [2,3], x′ = A·(x, y, 1). None where the views are not alike."""
    canvas = CANVAS_PX, max(round(CANVAS_PX * box.height / max(box.width, 1)), 16)
    to_one, to_other = _to_canvas(box, canvas), _to_canvas(other_box, canvas)
    views = [
        cv2.warpAffine(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), matrix[:2], canvas, flags=cv2.INTER_LINEAR)
        for picture, matrix in ((one, to_one), (other, to_other))
    ]
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, STEPS, ENOUGH)
    start, everywhere = np.eye(2, 3, dtype=np.float32), np.full(canvas[::-1], 255, np.uint8)
    try:
        likeness, warp = cv2.findTransformECC(
            views[0], views[1], start, cv2.MOTION_AFFINE, criteria, everywhere, SMOOTHED_PX
        )
    except cv2.error:  # it did not converge: the views have nothing in common
        return None
    if likeness < LEAST_LIKENESS:
        return None
    between = np.vstack((np.asarray(warp, np.float64), (0.0, 0.0, 1.0)))
    return np.asarray((np.linalg.inv(to_other) @ between @ to_one)[:2])


def _crop(picture: Picture, box: Box) -> tuple[Picture, int, int]:
    height, width = picture.shape[:2]
    wide, high = AROUND[0] * box.width, AROUND[1] * box.height
    left, top = max(int(box.x - wide), 0), max(int(box.y - high), 0)
    right, bottom = min(int(box.x + box.width + wide), width), min(int(box.y + box.height + high), height)
    return picture[top:bottom, left:right], left, top


def _field_outline(bright: Picture) -> NDArray[np.int32] | None:
    """The outline of the bright part in the middle, with the characters in it closed."""
    height, width = bright.shape
    inner = np.ascontiguousarray(bright[height // 4 : -height // 4, 15 * width // 100 : 85 * width // 100])
    level, _ = cv2.threshold(inner, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    across, down = round(0.09 * width) | 1, max(3, round(0.2 * height) | 1)
    closed = cv2.morphologyEx((bright > level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, across), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((down, 3), np.uint8))
    _, parts = cv2.connectedComponents(opened)
    middle = parts[2 * height // 5 : 3 * height // 5, 3 * width // 10 : 7 * width // 10]
    counts = np.bincount(middle.ravel())
    counts[0] = 0
    if not counts.any():
        return None
    outlines, _ = cv2.findContours(
        (parts == counts.argmax()).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return np.asarray(max(outlines, key=cv2.contourArea), np.int32)


def _to_canvas(box: Box, canvas: tuple[int, int]) -> Affine:
    """The picture's pixels to the canvas's: the box fills it."""
    across, down = canvas[0] / max(box.width, 1), canvas[1] / max(box.height, 1)
    return np.array(((across, 0, -box.x * across), (0, down, -box.y * down), (0, 0, 1)), np.float64)
