"""A plate as a flat sheet: its design drawn in a face, with what is screwed, glued and clipped to it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.plate_art import EU_BLUE, FLAG_BLUE, FLAG_GOLD, Colour
from vision.train.designs import Design, Legend, Rng
from vision.train.faces import Face, drawn, glyph

Floats = NDArray[np.float32]
PX_PER_MM = 1.0
"""520 pixels for a plate of 520 mm: the widest picture shows 340, spoilt at half as many again."""
MARGIN_MM = 14.0
"""Around the plate, for its frame."""
FILL = 0.86
"""Share of its cell that a character takes: stamped ones stand about 7 mm apart in cells of 50 mm (plate_art)."""
RATIO = 0.74
"""Widest a character may be for its height."""
SOLE = "1I"
"""Characters that are not widened to the others' width."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """[H, W, 3] BGR 0–255; `corners` [4, 2] of the plate in it, from the upper left clockwise; `cells` [N, 4] boxes of
    the characters; `ink` and `ground` their grey levels."""

    picture: Floats
    corners: Floats
    cells: Floats
    ink: float
    ground: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where faces lie, and the one to draw with."""

    faces: Path
    face: Face


def draw(design: Design, drawing: Drawing, rng: Rng, often: dict[str, float]) -> Sheet:
    """The plate, new and clean but for its frame and screws."""
    layout = design.layout
    size = _px(layout.width + 2 * MARGIN_MM), _px(layout.height + 2 * MARGIN_MM)
    picture = np.empty((size[1], size[0], 3), np.uint8)
    _mount(picture, design, drawing, rng, framed=rng.random() < often["frame"])
    _ground(picture, design)
    if design.scenery:
        _scenery(picture, design, rng)
    _signs(picture, design)
    for legend in design.legends:
        _write_legend(picture, legend, drawing, layout.ink)
    cells = _write_number(picture, design, drawing, rng)
    if rng.random() < often["screws"]:
        _screws(picture, design, rng)
    left, top = _px(MARGIN_MM), _px(MARGIN_MM)
    right, bottom = _px(MARGIN_MM + layout.width), _px(MARGIN_MM + layout.height)
    corners = np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)
    return Sheet(
        picture.astype(np.float32), corners, np.array(cells, np.float32), _grey(layout.ink), _grey(layout.ground)
    )


def _px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def _grey(colour: Colour) -> float:
    blue, green, red = colour
    return 0.114 * blue + 0.587 * green + 0.299 * red


def _box(picture: NDArray[np.uint8], edges: tuple[float, float, float, float], colour: Colour, line: int = -1) -> None:
    x0, y0, x1, y1 = (_px(edge + MARGIN_MM) for edge in edges)
    cv2.rectangle(picture, (x0, y0), (x1, y1), colour, line)


def _mount(picture: NDArray[np.uint8], design: Design, drawing: Drawing, rng: Rng, *, framed: bool) -> None:
    """What the plate sits on: the car's body, and often a holder with a dealer's name."""
    body = int(rng.integers(8, 235))
    cv2.rectangle(
        picture, (0, 0), picture.shape[1::-1], [int(n) for n in np.clip(body + rng.integers(-14, 15, 3), 0, 255)], -1
    )
    if not framed:
        return
    width, height = design.layout.width, design.layout.height
    shade = int(rng.integers(5, 70)) if rng.random() < 0.85 else int(rng.integers(120, 220))
    around = float(rng.uniform(3, 9))
    foot = float(rng.uniform(6, 13)) if rng.random() < 0.6 else around
    head = float(rng.uniform(6, 13)) if rng.random() < 0.25 else around
    _box(picture, (-around, -head, width + around, height + foot), (shade, shade, shade))
    light = 235 if shade < 100 else 20
    for band, y in ((foot, height + foot / 2), (head, -head / 2)):
        if band > around + 2:
            name = "".join(rng.choice(list("ABCDEFGHIKLMNOPRSTUVWXYZ 0123456789-."), int(rng.integers(5, 20))))
            written = Legend(name, width * float(rng.uniform(0.05, 0.4)), y, band * 0.62, (light, light, light))
            _write_legend(picture, written, drawing, (light, light, light))


def _ground(picture: NDArray[np.uint8], design: Design) -> None:
    layout = design.layout
    _box(picture, (0, 0, layout.width, layout.height), layout.ink)
    _box(picture, (3, 3, layout.width - 3, layout.height - 3), layout.ground)
    if design.ground_below is not None:
        x0, x1 = _px(MARGIN_MM + 3), _px(MARGIN_MM + layout.width - 3)
        y0, y1 = _px(MARGIN_MM + 3), _px(MARGIN_MM + layout.height - 3)
        share = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None, None]
        above, below = np.array(layout.ground, np.float32), np.array(design.ground_below, np.float32)
        picture[y0:y1, x0:x1] = (above * (1 - share) + below * share).astype(np.uint8)
    if design.upper_band is not None:
        height, colour = design.upper_band
        _box(picture, (3, 3, layout.width - 3, height), colour)
    if layout.divider is not None:
        _box(picture, (layout.divider, 3, layout.divider + 2, layout.height - 3), layout.ink)


def _scenery(picture: NDArray[np.uint8], design: Design, rng: Rng) -> None:
    """A pale picture under the number: hills, a sun, stripes."""
    layout = design.layout
    x0, y0 = _px(MARGIN_MM + 3), _px(MARGIN_MM + 3)
    face = picture[y0 : _px(MARGIN_MM + layout.height - 3), x0 : _px(MARGIN_MM + layout.width - 3)]
    height, width = face.shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        pale = face.reshape(-1, 3).mean(axis=0) * 0.6 + rng.uniform(40, 250, 3) * 0.4
        colour = tuple(float(each) for each in pale)
        if rng.random() < 0.6:
            points = rng.uniform(0, 1, (int(rng.integers(3, 7)), 2)) * (width, height)
            cv2.fillPoly(face, [points.astype(np.int32)], colour, cv2.LINE_AA)
        else:
            at = int(rng.integers(0, width)), int(rng.integers(0, height))
            cv2.circle(face, at, int(rng.integers(height // 8, height // 2)), colour, -1, cv2.LINE_AA)


def _signs(picture: NDArray[np.uint8], design: Design) -> None:
    """The country's mark: the flag over KZ, the oval of 1993, the blue band."""
    layout = design.layout
    line = min(layout.height, 112.0)
    if layout.strip == "flag":
        _box(picture, (12, 0.2 * line, 46, 0.44 * line), FLAG_BLUE)
        middle = _px(29 + MARGIN_MM), _px(0.32 * line + MARGIN_MM)
        cv2.circle(picture, middle, _px(5), FLAG_GOLD, -1, cv2.LINE_AA)
        _sign(picture, 18, 0.62 * line, layout.ink)
    elif layout.strip == "oval":
        middle = _px(479 + MARGIN_MM), _px(57 + MARGIN_MM)
        cv2.ellipse(picture, middle, (_px(27), _px(21)), 0, 0, 360, layout.ink, 2, cv2.LINE_AA)
        _sign(picture, 468, 57, layout.ink)
    elif layout.strip == "blue":
        _box(picture, (3, 3, 46, layout.height - 3), EU_BLUE)
        if design.country == "EU":
            middle = _px(24 + MARGIN_MM), _px(0.32 * line + MARGIN_MM)
            cv2.circle(picture, middle, _px(11), (40, 220, 250), 2, cv2.LINE_AA)


def _sign(picture: NDArray[np.uint8], x: float, y: float, ink: Colour) -> None:
    at = _px(x + MARGIN_MM), _px(y + 9 + MARGIN_MM)
    cv2.putText(picture, "KZ", at, cv2.FONT_HERSHEY_SIMPLEX, 0.72, ink, 2, cv2.LINE_AA)


def _write_number(
    picture: NDArray[np.uint8], design: Design, drawing: Drawing, rng: Rng
) -> list[tuple[float, float, float, float]]:
    """The number, each group in its field; returns the characters' boxes, group by group."""
    taller, wider = float(rng.uniform(0.94, 1.06)), float(rng.uniform(0.92, 1.08))
    fill = FILL * float(rng.uniform(0.9, 1.06))
    cells = []
    for field, group in zip(design.layout.fields, design.groups, strict=True):
        if not group:
            continue
        cap = _px(field.cap * taller)
        cell = min(_px(field.width) / len(group), _px(field.cap) * RATIO / FILL)
        start = _px(field.x + MARGIN_MM) + (_px(field.width) - cell * len(group)) / 2
        y = _px(field.y + MARGIN_MM) + float(rng.uniform(-1.5, 1.5)) * PX_PER_MM
        for index, character in enumerate(group):
            mask = glyph(drawing.faces, drawing.face, character)
            natural = mask.shape[1] * cap / mask.shape[0] * wider
            width = min(natural, cell * fill)
            if character not in SOLE:
                width = max(width, min(cell * fill * 0.8, cap * 0.6))
            small = drawn(mask, round(width), cap)
            x = start + cell * (index + 0.5) - small.shape[1] / 2
            _stamp(picture, small, round(x), round(y - cap / 2), design.layout.ink)
            cells.append((start + cell * index, y - cap / 2, start + cell * (index + 1), y + cap / 2))
    if design.emblem:
        _emblem(picture, design, rng)
    if design.dash:
        first, second = design.layout.fields[:2]
        middle = (first.x + first.width + second.x) / 2
        _box(picture, (middle - 5, first.y - 3, middle + 5, first.y + 3), design.layout.ink)
    return cells


def _emblem(picture: NDArray[np.uint8], design: Design, rng: Rng) -> None:
    """A coat of arms, a seal or a picture between the first two groups: no character, whatever it looks like."""
    first, second = design.layout.fields[:2]
    x, y = _px((first.x + first.width + second.x) / 2 + MARGIN_MM), _px(first.y + float(rng.uniform(-8, 8)) + MARGIN_MM)
    size = _px(first.cap * float(rng.uniform(0.15, 0.36)))
    colours = [tuple(int(n) for n in rng.integers(0, 256, 3)) for _ in range(2)]
    kind = int(rng.integers(0, 4))
    if kind == 0:
        cv2.circle(picture, (x, y), size, colours[0], -1 if rng.random() < 0.5 else 2, cv2.LINE_AA)
        cv2.circle(picture, (x, y), size // 2, colours[1], -1, cv2.LINE_AA)
    elif kind == 1:
        shield = np.array(((-size, -size), (size, -size), (size, size // 3), (0, size), (-size, size // 3)), np.int32)
        cv2.fillPoly(picture, [shield + np.array((x, y), np.int32)], colours[0], cv2.LINE_AA)
        cv2.line(picture, (x, y - size), (x, y + size // 2), colours[1], max(size // 3, 1), cv2.LINE_AA)
    elif kind == 2:
        points = rng.integers(-size - 1, size + 1, (int(rng.integers(3, 9)), 2)).astype(np.int32)
        cv2.fillPoly(picture, [points + np.array((x, y), np.int32)], colours[0], cv2.LINE_AA)
    else:
        cv2.ellipse(picture, (x, y - size), (size // 2 + 1, size // 2 + 1), 0, 0, 360, colours[0], -1, cv2.LINE_AA)
        cv2.ellipse(picture, (x, y + size), (size // 2 + 1, size // 2 + 1), 0, 0, 360, colours[1], -1, cv2.LINE_AA)


def _write_legend(picture: NDArray[np.uint8], legend: Legend, drawing: Drawing, ink: Colour) -> None:
    cap = max(_px(legend.cap), 4)
    x = _px(legend.x + MARGIN_MM)
    for character in legend.text:
        if not character.isalnum():
            x += cap // 2
            continue
        mask = glyph(drawing.faces, drawing.face, character)
        small = drawn(mask, max(round(mask.shape[1] * cap / mask.shape[0]), 2), cap)
        _stamp(picture, small, x, round(_px(legend.y + MARGIN_MM) - cap / 2), legend.ink or ink)
        x += small.shape[1] + max(cap // 7, 1)


def _stamp(picture: NDArray[np.uint8], mask: NDArray[np.uint8], x: int, y: int, ink: Colour) -> None:
    """Lay `mask` in `ink` over the picture; what falls outside is lost."""
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + mask.shape[1], width), min(y + mask.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    cover = cv2.merge([mask[y0 - y : y1 - y, x0 - x : x1 - x]] * 3)
    part = picture[y0:y1, x0:x1]
    inked = (cover * (np.array(ink, np.float32) / 255)).astype(np.uint8)
    part[:] = cv2.add(cv2.multiply(part, 255 - cover, scale=1 / 255), inked)


def _screws(picture: NDArray[np.uint8], design: Design, rng: Rng) -> None:
    width, height = design.layout.width, design.layout.height
    inset = float(rng.uniform(12, 110)) * width / 520
    y = height * (0.5 if width > 400 and rng.random() < 0.35 else float(rng.choice((0.1, 0.88))))
    shade = int(rng.integers(20, 235))
    colour = (shade, shade, min(shade + int(rng.integers(0, 25)), 255))
    for x in (inset, width - inset):
        at = _px(x + MARGIN_MM), _px(y + MARGIN_MM)
        cv2.circle(picture, at, _px(float(rng.uniform(3, 7))), colour, -1, cv2.LINE_AA)
