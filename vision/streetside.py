"""What stands beside a drawn street and bears no plate: shop fronts, road signs, price boards, advertising.

World coordinates (vision/perspective.py): the road runs along z, its edges at about x = ±5.25 metres.
"""

from typing import Final

import numpy as np

from vision.board_texts import TEXTS
from vision.boards import BLACK, NAVY, RED, WHITE, Board, board_of
from vision.placing import facing, limited, sheet, stretched
from vision.scene import Mounted

Rng = np.random.Generator

SIGN_SHINES: Final = 0.85
"""Road signs throw the flash back; shop signs and price boards are lit."""


def shops(rng: Rng) -> tuple[Mounted, ...]:
    """Shop fronts: signs, hours on the door, house numbers, blinds, banners with phone numbers."""
    boards = []
    for side in (-1.0, 1.0):
        z = float(rng.uniform(28, 44))
        for bay in range(3):
            near = side * (5.6 + 5.2 * bay)
            span = (min(near, near + side * 5.0), max(near, near + side * 5.0))
            boards += _bay(rng, span, z)
    return tuple(boards)


def _bay(rng: Rng, span: tuple[float, float], z: float) -> list[Mounted]:
    """One shop's front between two x."""
    left, right = span
    tone = int(rng.integers(110, 215))
    wall = sheet((tone, tone + int(rng.integers(0, 15)), tone + int(rng.integers(0, 25))))
    boards = [stretched(wall, span, (0.0, float(rng.uniform(4.5, 9))), z)]
    dark, light = (58, 52, 46), (120, 118, 112)
    for x in (left + 0.4, left + 2.0):
        pane = Board((), dark, light, pattern="bars", count=int(rng.integers(5, 14)))
        boards.append(stretched(pane if rng.random() < 0.5 else sheet(dark), (x, x + 1.4), (0.7, 2.4), z - 0.02))
    door = left + 3.7
    boards.append(stretched(sheet(dark), (door, door + 0.95), (0.0, 2.3), z - 0.02))
    sign = board_of("shop", rng)
    height = limited(sign, 4.4, float(rng.uniform(0.45, 0.9)))
    boards.append(facing(sign, (0.5 * (left + right), 3.1, z - 0.04), height, 0.8 if rng.random() < 0.7 else 0.0))
    hours, house, phone = (board_of(kind, rng) for kind in ("hours", "house", any_of(rng, "phone", "advert", "sale")))
    boards.append(facing(hours, (door + 0.47, 1.5, z - 0.06), limited(hours, 0.8, 0.3)))
    boards.append(facing(house, (right - 0.25, 2.45, z - 0.06), limited(house, 0.6, 0.3)))
    boards.append(facing(phone, (left + 1.8, float(rng.uniform(1.0, 2.2)), z - 0.06), limited(phone, 2.4, 0.45)))
    return boards


def _pole(x: float, z: float, high: float) -> Mounted:
    return stretched(sheet((110, 112, 112)), (x - 0.05, x + 0.05), (0.0, high), z + 0.02)


def signs(rng: Rng) -> tuple[Mounted, ...]:
    """Road signs by the road: limits, distances, stops, names of streets."""
    boards = []
    for number, z in enumerate(rng.uniform(15, 42, 4)):
        x = (-1) ** number * float(rng.uniform(5.6, 6.8))
        y = float(rng.uniform(2.2, 2.9))
        boards.append(_pole(x, float(z), y))
        if rng.random() < 0.45:
            limit = Board((str(10 * int(rng.integers(2, 12))),), WHITE, BLACK, pattern="disc", pad=0.55)
            boards.append(facing(limit, (x, y, float(z)), 0.8, SIGN_SHINES))
            below = board_of("distance", rng)
            boards.append(facing(below, (x, y - 0.68, float(z) - 0.01), limited(below, 1.3, 0.34), SIGN_SHINES))
        else:
            sign = board_of(any_of(rng, "distance", "word", "route", "house"), rng)
            height = limited(sign, 2.4, float(rng.uniform(0.4, 0.9)))
            boards.append(facing(sign, (x, y, float(z)), height, SIGN_SHINES))
    over = board_of("distance", rng)
    if rng.random() < 0.5:
        boards.append(facing(over, (float(rng.uniform(-2, 2)), 6.2, 48.0), limited(over, 5.0, 1.3), SIGN_SHINES))
    return tuple(boards)


def station(rng: Rng) -> tuple[Mounted, ...]:
    """A filling station's price board."""
    boards = []
    for side in (-1.0, 1.0):
        x, z = side * float(rng.uniform(6.2, 7.5)), float(rng.uniform(17, 30))
        boards.append(stretched(sheet((NAVY, WHITE, RED)[int(rng.integers(3))]), (x - 0.9, x + 0.9), (0.0, 5.2), z))
        for y in (1.5, 2.6, 3.6):
            price = board_of("price", rng)
            boards.append(facing(price, (x, y, z - 0.04), limited(price, 1.6, 0.8), 0.95))
        name = board_of("firm", rng)
        boards.append(facing(name, (x, 4.6, z - 0.04), limited(name, 1.7, 0.5), 0.9))
    return tuple(boards)


def billboards(rng: Rng) -> tuple[Mounted, ...]:
    """Advertising by the road, with numbers to call."""
    boards = []
    for side in (-1.0, 1.0):
        x, z = side * float(rng.uniform(6.4, 9.0)), float(rng.uniform(20, 44))
        y = float(rng.uniform(1.4, 4.0))
        kinds = ("advert", "phone", "sale", "firm", "shop")
        board = board_of(any_of(rng, *kinds), rng)
        boards.append(_pole(x, z, y))
        boards.append(facing(board, (x, y, z), limited(board, float(rng.uniform(1.5, 5.0)), 2.4), 0.8))
        extra = board_of(any_of(rng, *TEXTS), rng)
        boards.append(facing(extra, (0.8 * x, 1.2, z - 2.0), limited(extra, 1.4, 0.5)))
    return tuple(boards)


def any_of(rng: Rng, *choices: str) -> str:
    """One of the choices, each as likely."""
    return choices[int(rng.integers(len(choices)))]
