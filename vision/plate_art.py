"""Number plates as drawings: the formats of Kazakhstan and a generic foreign one.

Geometry and colours are data. Source: ST RK 986-2012 as described in public (sizes 520×112 and 280×200 mm; the standard
itself was not read); digits about 0.70 and letters about 0.51 of a one-line plate's height were measured on public
drawings. The face is Roboto narrowed, a stand-in for the stamped face. Everything in millimetres, y downwards; colours
are BGR.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adjudication.errors import Invalid

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

PX_PER_MM: Final = 2
"""A plate of a clear scene is seen at 0.2–0.4 px/mm; five times that leaves nothing to aliasing."""
EDGE_MM: Final = 3.0
CORNER_MM: Final = 9.0
ROBOTO_CAP: Final = 0.711
"""Height of Roboto's capitals and digits, in ems. Source: its OS/2 table, sCapHeight 1456 of 2048."""
GLYPH_FILL: Final = 0.86
"""Share of its cell that a glyph may take at most: stamped characters stand about 7 mm apart in 50 mm cells."""
GLYPH_RATIO: Final = 0.72
"""Widest allowed glyph, as a share of its height: plate faces are narrow."""

WHITE: Final = (244, 246, 246)
BLACK: Final = (24, 22, 22)
YELLOW: Final = (30, 196, 250)
RED: Final = (44, 30, 186)
FLAG_BLUE: Final = (202, 175, 0)
"""The flag's turquoise (Pantone 3125 C)."""
FLAG_GOLD: Final = (0, 198, 254)
EU_BLUE: Final = (153, 51, 0)


@dataclass(frozen=True, slots=True)
class Field:
    """Where one group of characters stands: left edge, width, centre height and cap height."""

    x: float
    width: float
    y: float
    cap: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One drawn form of a plate format. `pattern`'s groups go to `fields` in order; `strip` marks the country."""

    format_id: str
    rows: int
    width: float
    height: float
    pattern: str
    fields: tuple[Field, ...]
    ground: Colour = WHITE
    ink: Colour = BLACK
    strip: str = "flag"
    divider: float | None = None


_LINE = 57.0
_REGION = Field(416, 92, _LINE, 57)

LAYOUTS: Final = (
    Layout(
        "KZ2012-P",
        1,
        520,
        112,
        r"(\d{3})([A-Z]{3})(\d{2})",
        (Field(58, 158, _LINE, 78), Field(226, 174, _LINE, 58), _REGION),
        divider=409,
    ),
    Layout(
        "KZ2012-L",
        1,
        520,
        112,
        r"(\d{3})([A-Z]{2})(\d{2})",
        (Field(64, 164, _LINE, 78), Field(254, 120, _LINE, 58), _REGION),
        divider=409,
    ),
    Layout(
        "KZ2012-TR",
        1,
        520,
        112,
        r"(\d{2})([A-Z]{2,3})(\d{2})",
        (Field(66, 110, _LINE, 78), Field(206, 174, _LINE, 58), _REGION),
        divider=409,
    ),
    Layout(
        "KZ2012-P",
        2,
        280,
        200,
        r"(\d{3})([A-Z]{3})(\d{2})",
        (Field(70, 186, 54, 76), Field(118, 150, 146, 60), Field(14, 88, 146, 60)),
    ),
    Layout(
        "KZ2012-L",
        2,
        280,
        200,
        r"(\d{3})([A-Z]{2})(\d{2})",
        (Field(70, 186, 54, 76), Field(128, 130, 146, 60), Field(14, 88, 146, 60)),
    ),
    Layout(
        "KZ2012-TR",
        2,
        280,
        200,
        r"(\d{2})([A-Z]{2,3})(\d{2})",
        (Field(124, 130, 146, 60), Field(70, 186, 54, 68), Field(14, 88, 146, 60)),
    ),
    Layout(
        "KZ2012-MC",
        2,
        245,
        160,
        r"(\d{2})([A-Z]{2})(\d{2})",
        (Field(78, 130, 42, 58), Field(122, 108, 116, 52), Field(14, 90, 116, 52)),
    ),
    Layout(
        "KZ1993-P",
        1,
        520,
        112,
        r"([A-Z])(\d{3})([A-Z]{3})",
        (Field(20, 62, _LINE, 58), Field(96, 158, _LINE, 78), Field(266, 174, _LINE, 58)),
        strip="oval",
    ),
    Layout(
        "KZ1993-L",
        1,
        520,
        112,
        r"([A-Z])(\d{3})([A-Z]{2})",
        (Field(26, 66, _LINE, 58), Field(116, 170, _LINE, 78), Field(304, 126, _LINE, 58)),
        strip="oval",
    ),
    Layout(
        "KZ2012-F",
        1,
        520,
        112,
        r"([A-Z])(\d{4})(\d{2})",
        (Field(58, 62, _LINE, 58), Field(130, 214, _LINE, 78), _REGION),
        ground=YELLOW,
        divider=409,
    ),
    Layout(
        "KZ-MIL",
        1,
        520,
        112,
        r"(\d{4})([A-Z]{2})",
        (Field(66, 240, _LINE, 78), Field(340, 140, _LINE, 58)),
        ground=BLACK,
        ink=WHITE,
    ),
    Layout(
        "KZ-DIP",
        1,
        520,
        112,
        r"(D)(\d{3})(\d{3})",
        (Field(58, 64, _LINE, 70), Field(138, 164, _LINE, 78), Field(330, 164, _LINE, 78)),
        ground=RED,
        ink=WHITE,
    ),
    Layout("LATIN", 1, 520, 112, r"([A-Z0-9]{4,9})", (Field(62, 440, _LINE, 76),), strip="blue"),
)
"""Format ids are those of adjudication/plates.py; any foreign format is drawn as `LATIN`, in one group."""


def layout_of(format_id: str, text: str, rows: int = 1) -> Layout:
    """The layout of a format in one or two rows that can carry `text`; formats not of Kazakhstan share one.

    Raises:
        Invalid: `plate-layout`, no drawn form of that format takes this text; the text is not repeated.
    """
    drawn_as = format_id if format_id.startswith("KZ") else "LATIN"
    for layout in LAYOUTS:
        if (layout.format_id, layout.rows) == (drawn_as, rows) and re.fullmatch(layout.pattern, text):
            return layout
    raise Invalid("plate-layout", f"no layout of {format_id} in {rows} row(s) takes a text of {len(text)} characters")


@lru_cache(maxsize=512)
def draw_plate(layout: Layout, text: str) -> Picture:
    """A new, clean plate seen straight on: BGR uint8 [height × PX_PER_MM, width × PX_PER_MM, 3]. Do not write into it.

    Raises:
        Invalid: `plate-layout`, the text does not fit the layout.
    """
    match = re.fullmatch(layout.pattern, text)
    if match is None:
        raise Invalid("plate-layout", f"{layout.format_id} does not take a text of {len(text)} characters")
    picture = Image.new("RGB", (_px(layout.width), _px(layout.height)), _rgb(layout.ink))
    draw = ImageDraw.Draw(picture)
    edge, right, bottom = _px(EDGE_MM), _px(layout.width - EDGE_MM), _px(layout.height - EDGE_MM)
    draw.rounded_rectangle((edge, edge, right, bottom), _px(CORNER_MM), fill=_rgb(layout.ground))
    _STRIPS[layout.strip](draw, layout)
    if layout.divider is not None:
        draw.rectangle((_px(layout.divider), edge, _px(layout.divider + 2), bottom), fill=_rgb(layout.ink))
    for field, group in zip(layout.fields, match.groups(), strict=True):
        _write(picture, field, group, layout.ink)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def soil(plate: Picture, dirt: float, rng: np.random.Generator) -> Picture:
    """The plate with mud on it: `dirt` 0 is clean, above 0.7 whole characters are gone. Returns a new picture."""
    if dirt <= 0:
        return plate
    height, width = plate.shape[:2]
    coarse = rng.random((6, 6 * width // height), dtype=np.float32)
    fine = rng.random((height // 6, width // 6), dtype=np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.resize(fine, (width, height), interpolation=cv2.INTER_LINEAR)
    cover = np.clip((patches + 0.35 * grain - 1.2 + 1.1 * dirt) * 3.5, 0, 0.97)[:, :, None]
    mud = np.array((58, 72, 84), np.float32)
    return np.asarray(plate * (1 - cover) + mud * cover, np.uint8)


def _px(mm: float) -> int:
    return round(mm * PX_PER_MM)


def _rgb(colour: Colour) -> tuple[int, int, int]:
    return colour[2], colour[1], colour[0]


@lru_cache(maxsize=64)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    path = resources.files("font_roboto").joinpath("files", f"Roboto-{weight}.ttf")
    return ImageFont.truetype(str(path), size)


@lru_cache(maxsize=1024)
def _glyph(character: str, cap_px: int, cell_px: int) -> Image.Image:
    """One character as a mask, narrowed until it fits its cell."""
    font = _font("Medium", round(cap_px / ROBOTO_CAP))
    left, top, right, bottom = font.getbbox(character)
    mask = Image.new("L", (int(right - left), int(bottom - top)), 0)
    ImageDraw.Draw(mask).text((-left, -top), character, fill=255, font=font)
    widest = min(cell_px * GLYPH_FILL, cap_px * GLYPH_RATIO)
    natural = mask.width * 0.86
    width = min(widest, natural)
    return mask.resize((max(2, round(width)), cap_px), Image.Resampling.LANCZOS)


def _write(picture: Image.Image, field: Field, text: str, ink: Colour) -> None:
    cell = min(_px(field.width) / len(text), _px(field.cap) * GLYPH_RATIO / GLYPH_FILL)
    start = _px(field.x) + (_px(field.width) - cell * len(text)) / 2
    cap = _px(field.cap)
    for index, character in enumerate(text):
        glyph = _glyph(character, cap, round(cell))
        x = round(start + cell * (index + 0.5) - glyph.width / 2)
        picture.paste(_rgb(ink), (x, _px(field.y) - cap // 2), glyph)


def _flag_strip(draw: ImageDraw.ImageDraw, layout: Layout) -> None:
    """The flag with KZ under it, at the left of the (upper) line."""
    line = min(layout.height, 112.0)
    draw.rectangle((_px(12), _px(0.2 * line), _px(46), _px(0.44 * line)), fill=_rgb(FLAG_BLUE))
    draw.ellipse((_px(24), _px(0.27 * line), _px(34), _px(0.37 * line)), fill=_rgb(FLAG_GOLD))
    draw.text((_px(29), _px(0.62 * line)), "KZ", fill=_rgb(layout.ink), font=_font("Medium", _px(25)), anchor="mm")


def _oval(draw: ImageDraw.ImageDraw, layout: Layout) -> None:
    """The oval with KZ at the right end of the plates of 1993."""
    draw.ellipse((_px(452), _px(36), _px(506), _px(78)), outline=_rgb(layout.ink), width=_px(2))
    draw.text((_px(479), _px(57)), "KZ", fill=_rgb(layout.ink), font=_font("Medium", _px(24)), anchor="mm")


def _blue_strip(draw: ImageDraw.ImageDraw, layout: Layout) -> None:
    draw.rectangle((_px(EDGE_MM), _px(10), _px(46), _px(layout.height - 10)), fill=_rgb(EU_BLUE))


_STRIPS: Final = {"flag": _flag_strip, "oval": _oval, "blue": _blue_strip}
