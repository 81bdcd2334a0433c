"""Lays a flat board into a picture: in perspective, lit as its place is, left out where it is turned away."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.backdrop import Light
from vision.boards import cover_of, draw_board
from vision.perspective import Points
from vision.scene import Mounted

Canvas = NDArray[np.uint8]

SHARPER: Final = 1.3
"""A board is shrunk before it is laid, but for a third more than it is shown at: warping alone would drop strokes."""
LEAST_AREA_PX: Final = 6.0
"""Of what is laid: less is a speck."""


def lay(colour: Canvas, mask: Canvas, mounted: Mounted, quad: Points, light: Light) -> None:
    """Lays the board over `colour` [h,w,3] and marks it in `mask` [h,w]; `quad` [4,2] is where its corners fall.

    Corners go clockwise from the board's top left. Whatever goes the other way is seen from behind, and not drawn.
    """
    if _area(quad) < LEAST_AREA_PX:
        return
    height, width = mask.shape
    low = np.clip(np.floor(quad.min(axis=0)).astype(int) - 1, 0, (width, height))
    high = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 2, 0, (width, height))
    if (high <= low).any():
        return
    flat, cover = draw_board(mounted.board), cover_of(mounted.board)
    upper, lower = float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[2] - quad[3]))
    shown = max(upper, lower, 4.0)
    scale = min(1.0, SHARPER * shown / flat.shape[1])
    if mounted.board.ground is None:
        flat = np.full_like(flat, np.array(mounted.board.ink, np.uint8))
    small, thin = (cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for one in (flat, cover))
    rows, columns = small.shape[:2]
    source = np.array(((0, 0), (columns, 0), (columns, rows), (0, rows)), np.float32)
    matrix = cv2.getPerspectiveTransform(source, (quad - low).astype(np.float32))
    size = int(high[0] - low[0]), int(high[1] - low[1])
    lit = np.clip(small * _strength(mounted, light), 0, 255).astype(np.uint8)
    laid = cv2.warpPerspective(lit, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpPerspective(thin, matrix, size, flags=cv2.INTER_LINEAR)
    region = np.s_[low[1] : high[1], low[0] : high[0]]
    share = there.astype(np.float32)[:, :, None] / np.float32(255)
    colour[region] = (colour[region] * (1 - share) + laid * share).astype(np.uint8)
    mask[region] = np.maximum(mask[region], there)


def _area(quad: Points) -> float:
    """Of the quad in square pixels, negative if it is seen from behind."""
    x, y = quad[:, 0], quad[:, 1]
    return 0.5 * float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def _strength(mounted: Mounted, light: Light) -> float:
    """How bright the board's white is shown: by what falls on it, or by what it throws back or emits itself."""
    matt = (light.ambient + 0.6 * light.sun_strength) * light.exposure
    return max(min(matt, 1.0), mounted.shines)
