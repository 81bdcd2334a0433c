"""A plate as strips with one line of text each: level by its text, and straight by its corners."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.boxes import Boxes, clipped, grown
from vision.decode import Picture
from vision.frontal import Corners, extent, frontal

SLOPES = np.linspace(-0.36, 0.36, 25)
"""Slopes of a line of text that are tried, to 20°. Measured: plates on passing cars hang up to 15° off."""
PROFILE_HEIGHT = 64
EDGE_ROWS = 8
"""Rows at top and bottom that a shear fills with repeated pixels: left out of the profile."""
SQUARE = 2.3
"""Width by height below which a plate may have two rows: 280×200 mm is 1.4 and one line 520×112 mm is 4.6; seen at 60°
a one-line plate is still 2.3."""
ROW_OVERLAP = 0.06
"""Each row takes this share of the height beyond the gap, for the gap is seldom level."""
FLAT = 5.5
"""Width by height above which a box holds little but its line."""
BAND_MARGIN, BAND_SHARE = 0.08, 0.45
"""The frame's sides are left out; a row belongs to the band from this share of the densest rows' strokes."""
LEAST_BAND, LEAST_BAND_PX = 0.3, 8
"""A thinner band is an edge or a motto, not the plate's line."""
LOOSE = (0.03, 0.06)
"""How much wider and higher than its box the plate is taken: the detector cuts some at the first character."""
LINE, TWO_ROWS = (256, 48), (160, 112)
"""Width and height of a plate seen straight on: of one line as the recogniser takes it, and of two as plates are."""


@dataclass(frozen=True, slots=True)
class Strips:
    """One view of a plate: its whole face as one line, and as two rows where it may have two."""

    line: Picture
    rows: tuple[Picture, Picture] | None


def views(picture: Picture, box: Boxes, corners: Corners) -> tuple[Strips, Strips]:
    """Two views of the plate in `box` [4] at `corners` that fail differently: the box, level by the slope of its text
    and in even grey, and the plate seen straight on in its colours."""
    return _levelled(level(_crop(picture, grown(box, *LOOSE)))), _straight(picture, corners)


def _levelled(crop: Picture) -> Strips:
    """The box's strips, the line cut to its band of text."""
    (height, width), (first, last) = crop.shape[:2], text_band(crop)
    return Strips(evened(crop[first:last]), _rows(crop, evened(crop)) if width < SQUARE * height else None)


def _straight(picture: Picture, corners: Corners) -> Strips:
    """The plate's strips as corners tell them."""
    across, down = extent(corners)
    face = frontal(picture, corners, TWO_ROWS) if across < SQUARE * down else None
    return Strips(frontal(picture, corners, LINE), _rows(face, face) if face is not None else None)


def level(crop: Picture) -> Picture:
    """The crop sheared so that its line of text runs level."""
    slope = text_slope(crop)
    return _sheared(crop, slope) if slope else crop


def text_slope(crop: Picture) -> float:
    """The slope, in pixels down for each pixel to the right, at which rows of text and gaps stand out most."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    width = max(round(PROFILE_HEIGHT * grey.shape[1] / grey.shape[0]), 1)
    edges = np.abs(cv2.Sobel(cv2.resize(grey, (width, PROFILE_HEIGHT)), cv2.CV_32F, 0, 1))
    contrasts = [float(np.var(np.diff(_profile(edges, slope)))) for slope in SLOPES]
    best = int(np.argmax(contrasts))
    return -float(SLOPES[best]) if contrasts[best] > contrasts[len(SLOPES) // 2] else 0.0


def evened(crop: Picture) -> Picture:
    """Grey with locally even contrast, as three equal channels: shadows across a plate disappear."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    flat = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(2, 4)).apply(grey)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR), np.uint8)


def text_band(crop: Picture) -> tuple[int, int]:
    """The rows, first and past the last, in which strokes stand densely; all rows where there is no such band.

    A frame, a bumper or a motto above and below a line make its text small in the strip, and small text is misread.
    """
    height, width = crop.shape[:2]
    if width / height > FLAT:
        return 0, height
    margin = round(BAND_MARGIN * width)
    strokes = _strokes(crop[:, margin : width - margin])
    dense = strokes > BAND_SHARE * np.percentile(strokes, 95)
    first, last = max(_runs(dense), key=lambda run: run[1] - run[0], default=(0, height))
    if last - first < max(LEAST_BAND * height, LEAST_BAND_PX):
        return 0, height
    spare = max(round(0.12 * (last - first)), 1)
    return max(first - spare, 0), min(last + spare, height)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and past-the-last index of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(((False,), flags, (False,))).astype(np.int8)))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _strokes(crop: Picture) -> NDArray[np.float32]:
    """How much changes along each row, smoothed over three rows."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    changes = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)).mean(axis=1)
    return np.asarray(np.convolve(changes, np.ones(3) / 3, mode="same"), np.float32)


def row_gap(crop: Picture) -> int:
    """The row between two lines of text: where, near the middle, the fewest strokes cross."""
    strokes = _strokes(crop)
    first = round(0.33 * len(strokes))
    return first + int(np.argmin(strokes[first : max(round(0.62 * len(strokes)), first + 1)]))


def _rows(crop: Picture, shown: Picture) -> tuple[Picture, Picture]:
    """The two rows of `shown`, which is `crop` after some filter."""
    height = len(crop)
    gap, spare = row_gap(crop), max(round(ROW_OVERLAP * height), 1)
    return shown[: min(gap + spare, height)], shown[max(gap - spare, 0) :]


def _crop(picture: Picture, box: Boxes) -> Picture:
    """A copy: a part that is looked at later must not keep its whole picture in memory."""
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = (int(value) for value in clipped(box, width, height).round())
    return picture[min(y0, height - 2) : max(y1, y0 + 2), min(x0, width - 2) : max(x1, x0 + 2)].copy()


def _sheared(image: Picture, slope: float) -> Picture:
    height, width = image.shape[:2]
    matrix = np.array(((1, 0, 0), (-slope, 1, slope * width / 2)), np.float32)
    level_ = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(level_, np.uint8)


def _profile(edges: NDArray[np.float32], slope: float) -> NDArray[np.float32]:
    height, width = edges.shape
    matrix = np.array(((1, 0, 0), (slope, 1, -slope * width / 2)), np.float32)
    sheared = cv2.warpAffine(edges, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sheared[EDGE_ROWS:-EDGE_ROWS].mean(axis=1), np.float32)
