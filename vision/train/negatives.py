"""Crops that hold no plate, of the sizes a detector cuts: what a reader must learn to answer with nothing.

`crop(rng)` draws one: lettering of every other kind (vision/boards.py), parts of cars, empty plates and holders, plain
surfaces. Half are lettering, and much of it white, rounded and lettered in black: a reader that says "a plate" to
those has learned the ground and not the grammar.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.board_texts import TEXTS
from vision.boards import BLACK, PALE, WHITE, board_of, draw_board

Picture = NDArray[np.uint8]
Draw = Callable[[np.random.Generator], Picture]

NARROWEST_PX, WIDEST_PX = 20, 200
"""Widths of a crop. A plate of 20 pixels is beyond reading; one of 200 is as large as a lane camera shows any."""
LOWEST_PX: Final = 8
"""A line of text lower than this is a stripe."""
SHARE_GREY: Final = 0.2
"""Pictures of infrared flashes have no colour."""
SHARE_PART: Final = 0.25
"""Of lettering, what is cut: detectors cut boards and shop fronts anywhere."""


def crop(rng: np.random.Generator) -> Picture:
    """A crop without a plate, as a detector would hand it to a reader: BGR uint8 [h,w,3], h ≥ 8, 20 ≤ w ≤ 200."""
    flat = _DRAW[int(rng.choice(len(_DRAW), p=_SHARES))](rng)
    return _seen(flat, rng)


def lettering(rng: np.random.Generator) -> Picture:
    """A board of any kind, whole or in part, sometimes with something beside it."""
    kinds = tuple(TEXTS)
    flat = draw_board(board_of(kinds[int(rng.integers(len(kinds)))], rng))
    if rng.random() < SHARE_PART:
        height, width = flat.shape[:2]
        part = round(width * rng.uniform(0.3, 0.9))
        first = int(rng.integers(0, width - part + 1))
        flat = flat[:, first : first + part]
        if rng.random() < 0.4 and height > 60:
            flat = flat[int(rng.integers(0, height // 3)) :]
    return flat


def empty_plate(rng: np.random.Generator) -> Picture:
    """A plate's blank, a holder with a dealer's line below, or the dark place where a plate would hang."""
    tall = rng.random() < 0.2
    width, height = (168, 120) if tall else (312, 67)
    ground = np.array((WHITE, PALE, (60, 58, 56), (30, 30, 30))[int(rng.integers(4))], np.int16)
    flat = np.full((height, width, 3), ground + rng.integers(-16, 10), np.int16).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        cv2.rectangle(flat, (0, 0), (width - 1, height - 1), BLACK, int(rng.integers(2, 9)))
    if rng.random() < 0.5:
        for x in (0.14, 0.86):
            cv2.circle(flat, (round(x * width), height // 2), 4, (90, 90, 92), -1, cv2.LINE_AA)
    if rng.random() < 0.5:
        line = draw_board(board_of("firm", rng))
        room = round(0.22 * height)
        flat[-room:] = cv2.resize(line, (width, room), interpolation=cv2.INTER_AREA)
    return flat


def grille(rng: np.random.Generator) -> Picture:
    """Bars or a mesh of a radiator, a louvre, blinds behind a window."""
    width, height = 200, int(rng.integers(40, 130))
    dark, light = (int(value) for value in np.sort(rng.integers(10, 240, 2)))
    flat = np.full((height, width, 3), dark, np.uint8)
    step, thick = int(rng.integers(7, 26)), int(rng.integers(2, 8))
    upright, mesh = rng.random() < 0.4, rng.random() < 0.3
    if upright or mesh:
        for x in range(int(rng.integers(step)), width, step):
            cv2.line(flat, (x, 0), (x, height), (light,) * 3, thick)
    if not upright or mesh:
        for y in range(int(rng.integers(step)), height, step):
            cv2.line(flat, (0, y), (width, y), (light,) * 3, thick)
    if rng.random() < 0.4:
        cv2.ellipse(flat, (width // 2, height // 2), (26, 18), 0, 0, 360, (200, 200, 200), -1, cv2.LINE_AA)
    return flat


def rings(rng: np.random.Generator) -> Picture:
    """A badge: rings, a bar, letters apart. Readers take rings for O and 0, which they are drawn like."""
    width, height = 240, int(rng.integers(50, 90))
    dark, light = (int(value) for value in np.sort(rng.integers(0, 256, 2)))
    ground, ink = ((dark,) * 3, (light,) * 3) if rng.random() < 0.5 else ((light,) * 3, (dark,) * 3)
    flat = np.full((height, width, 3), ground, np.uint8)
    count, radius = int(rng.integers(1, 6)), int(rng.integers(12, height // 2 - 4))
    reach = int(rng.uniform(1.1, 2.3) * radius)
    for number in range(count):
        x = width // 2 + round((number - (count - 1) / 2) * reach)
        axes = (radius, round(radius * rng.uniform(0.7, 1.0)))
        cv2.ellipse(flat, (x, height // 2), axes, 0, 0, 360, ink, int(rng.integers(2, 8)), cv2.LINE_AA)
    if rng.random() < 0.3:
        cv2.line(flat, (10, height // 2), (width - 10, height // 2), ink, 3, cv2.LINE_AA)
    return flat


def lamp(rng: np.random.Generator) -> Picture:
    """A lamp, lit or not, with its edge and the glare around it."""
    height, width = int(rng.integers(40, 110)), 170
    tone = ((235, 240, 245), (40, 40, 190), (40, 140, 240), (200, 210, 215))[int(rng.integers(4))]
    flat = np.full((height, width, 3), rng.integers(15, 120), np.uint8)
    middle, axes = (width // 2, height // 2), (round(width * 0.4), round(height * 0.36))
    cv2.ellipse(flat, middle, axes, float(rng.uniform(-15, 15)), 0, 360, tone, -1, cv2.LINE_AA)
    for x in range(width // 2 - 50, width // 2 + 51, int(rng.integers(14, 40))):
        cv2.line(flat, (x, 0), (x + 8, height), (70, 70, 70), 1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(flat, (0, 0), float(rng.uniform(0.5, 12))), np.uint8)


def chequers(rng: np.random.Generator) -> Picture:
    """A taxi's chequers, a crossing's bars, the arrows of a bend."""
    tones = (((20, 20, 20), (245, 245, 245)), ((24, 200, 250), (20, 20, 20)), ((40, 30, 200), (245, 245, 245)))
    one, other = tones[int(rng.integers(3))]
    rows, columns, side = int(rng.integers(1, 4)), int(rng.integers(5, 16)), 20
    odd = np.indices((rows, columns)).sum(axis=0) % 2
    small = np.where(odd[:, :, None] == 1, np.array(one), np.array(other)).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(np.repeat(small, side * 2 if rows == 1 else side, 0), side, 1))


def surface(rng: np.random.Generator) -> Picture:
    """Asphalt, paint with a reflection, a wall with windows, leaves: nothing in particular, at every contrast."""
    height, width = int(rng.integers(30, 120)), 180
    coarse = rng.random((int(rng.integers(2, 12)), int(rng.integers(2, 24)), 3), dtype=np.float32)
    grey = coarse.mean(axis=2, keepdims=True)
    mixed = grey + np.float32(rng.uniform(0, 0.6)) * (coarse - grey)
    way = (cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST)[int(rng.integers(3))]
    wide = cv2.resize(mixed, (width, height), interpolation=way) * rng.uniform(20, 230) + rng.uniform(0, 90)
    return np.asarray(np.clip(wide, 0, 255), np.uint8)


_DRAW: Final[tuple[Draw, ...]] = (lettering, empty_plate, grille, rings, lamp, chequers, surface)
_SHARES: Final = (0.56, 0.12, 0.08, 0.08, 0.05, 0.04, 0.07)
"""Of each, in that order. Chosen: lettering is what a reader is drawn to, and empty plates look like plates."""


def _seen(flat: Picture, rng: np.random.Generator) -> Picture:
    """The flat drawing as a camera sees it: askew, small, smeared, grainy, compressed."""
    height, width = flat.shape[:2]
    shown = min(round(float(np.exp(rng.uniform(np.log(NARROWEST_PX + 2), np.log(WIDEST_PX))))), WIDEST_PX)
    tall = max(round(shown * height / width * rng.uniform(0.75, 1.3)), LOWEST_PX)
    if tall > shown:
        shown, tall = max(round(shown * shown / tall), NARROWEST_PX), shown
    if shown < width / 2:
        flat = np.asarray(cv2.resize(flat, (2 * shown, 2 * tall), interpolation=cv2.INTER_AREA), np.uint8)
        height, width = flat.shape[:2]
    picture = _askew(flat, shown, tall, rng).astype(np.float32)
    picture = _lit(picture, rng)
    if rng.random() < 0.5:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.0 + shown / 120))), np.float32)
    if rng.random() < 0.2:
        length = int(rng.integers(2, 3 + shown // 16))
        kernel = (length, 1) if rng.random() < 0.5 else (1, length)
        picture = np.asarray(cv2.blur(picture, kernel), np.float32)
    picture = picture + rng.standard_normal(picture.shape[:2], dtype=np.float32)[:, :, None] * rng.uniform(0, 11)
    whole = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        _, data = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])
        whole = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return whole


def _askew(flat: Picture, shown: int, tall: int, rng: np.random.Generator) -> Picture:
    """The drawing in a picture of `shown` × `tall`, its corners moved about: cut off here, with room there."""
    height, width = flat.shape[:2]
    source = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    corners = np.array(((0, 0), (shown, 0), (shown, tall), (0, tall)), np.float32)
    shift = rng.uniform(-0.06, 0.10, (4, 2)) * (shown * 0.5, tall)
    inwards = np.array(((1, 1), (-1, 1), (-1, -1), (1, -1)))
    turn = rng.normal(0, 0.06) * shown / 2
    target = corners + inwards * shift + np.array(((0, -turn), (0, turn), (0, turn), (0, -turn)))
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    behind = tuple(float(value) for value in rng.uniform(10, 235, 3) * 0.3 + rng.uniform(10, 160))
    return np.asarray(
        cv2.warpPerspective(flat, matrix, (shown, tall), borderMode=cv2.BORDER_CONSTANT, borderValue=behind), np.uint8
    )


def _lit(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """By day, dusk or infrared flash: contrast, tint and a shade across."""
    if rng.random() < SHARE_GREY:
        picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    else:
        picture = picture * rng.uniform(0.85, 1.12, 3).astype(np.float32)
    low, high = rng.uniform(0, 70), rng.uniform(0.35, 1.05)
    shade = np.linspace(1.0, rng.uniform(0.5, 1.0), picture.shape[1], dtype=np.float32)
    if rng.random() < 0.5:
        shade = shade[::-1]
    return np.asarray((picture * high * shade[None, :, None]) + low, np.float32)
