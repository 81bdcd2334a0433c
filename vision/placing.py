"""Where boards hang in a drawn scene: upright, on a flank, over a rectangle, behind a screen."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from vision.boards import BLACK, Board, Colour, size_of
from vision.bodies import BodyName, View
from vision.scene import Mounted, Point

PROUD_M: Final = 0.035
"""Boards stand this far before what they hang on, as plates do: nearer they would sink into a bulging nose."""
WINDOWS: Final[Mapping[tuple[BodyName, View], tuple[tuple[float, float], tuple[float, float]]]] = MappingProxyType(
    {
        ("sedan", "front"): ((1.42, 1.11), (1.80, 1.32)),
        ("hatchback", "front"): ((1.37, 1.14), (1.72, 1.33)),
        ("suv", "front"): ((1.47, 1.27), (1.82, 1.49)),
        ("sedan", "rear"): ((0.67, 1.15), (1.07, 1.36)),
        ("hatchback", "rear"): ((0.19, 1.15), (0.50, 1.34)),
        ("suv", "rear"): ((0.19, 1.26), (0.52, 1.51)),
    }
)
"""Where a paper lies behind wind- and rear screens: (z, y) of its lower and of its upper edge, vision/bodies.py."""


def facing(board: Board, middle: Point, height: float, shines: float = 0.0) -> Mounted:
    """A board upright around `middle`, looking at the camera; metres, of the vehicle where it hangs on one."""
    x, y, z = middle
    half, up = 0.5 * height * _aspect(board), 0.5 * height
    corners = ((x - half, y + up, z), (x + half, y + up, z), (x + half, y - up, z), (x - half, y - up, z))
    return Mounted(board, corners, shines)


def flanking(board: Board, side: float, middle: Point, height: float) -> Mounted:
    """A board on a vehicle's flank: `side` -1 left or 1 right as seen, `middle` of the right one; its own metres."""
    x, y, z = middle
    half, up, wall = 0.5 * side * height * _aspect(board), 0.5 * height, side * (x + PROUD_M)
    corners = (
        (wall, y + up, z - half),
        (wall, y + up, z + half),
        (wall, y - up, z + half),
        (wall, y - up, z - half),
    )
    return Mounted(board, corners)


def sheet(ground: Colour, aspect: float = 1.0, border: float = 0.0) -> Board:
    """A plain sheet, about `aspect` times as wide as high."""
    return Board((), ground, BLACK, border=border, count=max(round(aspect), 1))


def stretched(board: Board, x: tuple[float, float], y: tuple[float, float], z: float, shines: float = 0.0) -> Mounted:
    """A board stretched over a rectangle that looks at the camera."""
    corners = ((x[0], y[1], z), (x[1], y[1], z), (x[1], y[0], z), (x[0], y[0], z))
    return Mounted(board, corners, shines)


def _aspect(board: Board) -> float:
    width, height = size_of(board)
    return width / height


def unruled(board: Board) -> Board:
    """The same lettering without its ground: painted or cut from film."""
    return replace(board, ground=None, border=0.0, round_=0.0, ink=BLACK if min(board.ink) > 150 else board.ink)


def limited(board: Board, width_m: float, height_m: float) -> float:
    """The board's height, at most `height_m`, at which it is no wider than `width_m`."""
    return min(height_m, width_m / _aspect(board))


def behind_glass(board: Board, body: BodyName, view: View, width: float) -> Mounted:
    """A paper behind a screen, leaning as that leans, at most `width` metres wide."""
    (near, low), (far, high) = WINDOWS[body, view]
    tall = float(np.hypot(far - near, high - low))
    share = min(1.0, width / _aspect(board) / tall)
    half = 0.5 * min(width, tall * share * _aspect(board))
    far, high = near + share * (far - near), low + share * (high - low)
    corners = ((-half, high, far), (half, high, far), (half, low, near), (-half, low, near))
    return Mounted(board, corners)
