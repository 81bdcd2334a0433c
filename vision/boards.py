"""Lettering that is no plate, drawn flat: phone numbers, shop signs, prices, road signs, papers behind a window.

    board_of(kind, rng)    a board of that kind, as data
    draw_board(board)      its picture, seen straight on
    cover_of(board)        which of that picture covers what is behind it

Many are white, rounded and lettered in black on purpose: a board that no reader could take for a plate teaches nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vision.board_texts import text_of

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]
Colour = tuple[int, int, int]
Pattern = Literal["text", "disc", "rings", "chequers", "bars"]

WHITE: Final = (246, 246, 244)
BLACK: Final = (22, 22, 24)
NAVY: Final = (112, 52, 20)
BLUE: Final = (176, 84, 16)
RED: Final = (36, 28, 190)
GREEN: Final = (64, 116, 24)
YELLOW: Final = (24, 200, 250)
ORANGE: Final = (20, 120, 240)
GREY: Final = (120, 118, 116)
PALE: Final = (214, 222, 226)

FACES: Final = (
    ("font_roboto", "Roboto-Medium.ttf"),
    ("font_roboto", "Roboto-Bold.ttf"),
    ("font_roboto", "Roboto-Black.ttf"),
    ("font_roboto", "Roboto-Regular.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Bold.ttf"),
    ("font_source_sans_pro", "SourceSansPro-Black.ttf"),
)
"""The first is the drawn plates' own face: a reader must not tell a plate by its face."""
LINE_PX: Final = 44
"""Height of a line of text in a flat board: more than any picture shows of it."""


@dataclass(frozen=True, slots=True)
class Board:
    """Lettering on a ground. `face` counts in `FACES`; `narrow` is a letter's width by its natural one.

    `pad` is the margin and `border` the rim's width, as shares of a line's height; `round_` the corners' radius as a
    share of the height. A board without `ground` is lettering on whatever is behind it. Other patterns than text: a
    round sign with a red rim, a badge's rings, chequers, bars (a grid, blinds); `count` says how many of the last
    three. A board of text without lines is a plain sheet, `count` times as wide as high.
    """

    lines: tuple[str, ...]
    ground: Colour | None
    ink: Colour
    face: int = 0
    narrow: float = 1.0
    pad: float = 0.35
    border: float = 0.0
    round_: float = 0.0
    pattern: Pattern = "text"
    count: int = 4


def board_of(kind: str, rng: np.random.Generator) -> Board:
    """A board of one of `TEXTS`, in colours that such boards have."""
    styles = STYLES.get(kind, PLAIN)
    ground, ink = styles[int(rng.integers(len(styles)))]
    return Board(
        lines=text_of(kind, rng),
        ground=ground,
        ink=ink,
        face=int(rng.integers(len(FACES))),
        narrow=float(rng.uniform(0.66, 1.05)),
        pad=float(rng.uniform(0.18, 0.6)),
        border=float(rng.choice((0.0, 0.06, 0.12), p=(0.4, 0.35, 0.25))),
        round_=float(rng.choice((0.0, 0.08, 0.16))),
    )


@lru_cache(maxsize=256)
def draw_board(board: Board) -> Picture:
    """The board seen straight on: BGR uint8 [h,w,3]; mid grey where it has no ground. Do not write into it."""
    picture = Image.new("RGB", size_of(board), _rgb(board.ground or GREY))
    if board.ground is not None and (board.border or board.round_):
        draw, rim = ImageDraw.Draw(picture), round(board.border * LINE_PX)
        draw.rectangle((0, 0, *picture.size), fill=_rgb(board.ink if rim else PALE))
        inner = (rim, rim, picture.width - 1 - rim, picture.height - 1 - rim)
        draw.rounded_rectangle(inner, board.round_ * picture.height, fill=_rgb(board.ground))
    if board.pattern == "disc":
        ImageDraw.Draw(picture).ellipse((0, 0, picture.width - 1, picture.height - 1), fill=_rgb(RED))
        rim = round(0.1 * picture.height)
        inner = (rim, rim, picture.width - 1 - rim, picture.height - 1 - rim)
        ImageDraw.Draw(picture).ellipse(inner, fill=_rgb(board.ground or WHITE))
    picture.paste(_rgb(board.ink), (0, 0), _ink(board))
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


@lru_cache(maxsize=256)
def cover_of(board: Board) -> Mask:
    """Where the drawn board hides what is behind it: uint8 [h,w], 255 all of it. Do not write into it."""
    if board.ground is None:
        return np.ascontiguousarray(np.asarray(_ink(board)))
    cover = Image.new("L", size_of(board), 0 if board.pattern == "disc" else 255)
    if board.pattern == "disc":
        ImageDraw.Draw(cover).ellipse((0, 0, cover.width - 1, cover.height - 1), fill=255)
    return np.ascontiguousarray(np.asarray(cover))


def size_of(board: Board) -> tuple[int, int]:
    """Width and height of the drawn board, in its own pixels."""
    pad = round(board.pad * LINE_PX)
    if board.pattern == "bars" or (board.pattern == "text" and not board.lines):
        return (4 * LINE_PX, 2 * LINE_PX) if board.pattern == "bars" else (board.count * LINE_PX, LINE_PX)
    if board.pattern == "chequers":
        return board.count * LINE_PX, 2 * LINE_PX
    if board.pattern == "rings":
        return round((0.7 * board.count + 0.3) * LINE_PX) + 2 * pad, LINE_PX + 2 * pad
    lines = [_line(line, board.face) for line in board.lines]
    width = max(round(max(line.width for line in lines) * board.narrow), 4) + 2 * pad
    height = sum(line.height for line in lines) + _GAP_PX * (len(lines) - 1) + 2 * pad
    return (max(width, height),) * 2 if board.pattern == "disc" else (width, height)


def _ink(board: Board) -> Image.Image:
    """Where there is ink, as a mask of the board's size."""
    mask = Image.new("L", size_of(board), 0)
    _INKS[board.pattern](mask, board)
    return mask


def _write(mask: Image.Image, board: Board) -> None:
    lines = [_line(line, board.face) for line in board.lines]
    y = (mask.height - sum(line.height for line in lines) - _GAP_PX * (len(lines) - 1)) // 2
    for line in lines:
        narrowed = line.resize((max(round(line.width * board.narrow), 2), line.height), Image.Resampling.BILINEAR)
        mask.paste(narrowed, ((mask.width - narrowed.width) // 2, y))
        y += line.height + _GAP_PX


def _ring(mask: Image.Image, board: Board) -> None:
    draw, pad = ImageDraw.Draw(mask), round(board.pad * LINE_PX)
    for number in range(board.count):
        x = pad + round(0.7 * LINE_PX * number)
        draw.ellipse((x, pad, x + LINE_PX, pad + LINE_PX), outline=255, width=round(0.13 * LINE_PX))


def _chequer(mask: Image.Image, board: Board) -> None:
    draw = ImageDraw.Draw(mask)
    for column in range(board.count):
        y = LINE_PX * (column % 2)
        draw.rectangle((LINE_PX * column, y, LINE_PX * (column + 1) - 1, y + LINE_PX - 1), fill=255)


def _bars(mask: Image.Image, board: Board) -> None:
    draw, step = ImageDraw.Draw(mask), mask.height / board.count
    for bar in range(board.count):
        draw.rectangle((0, round(bar * step), mask.width, round((bar + 0.5) * step)), fill=255)


_INKS: Final[Mapping[Pattern, Callable[[Image.Image, Board], None]]] = MappingProxyType(
    {"text": _write, "disc": _write, "rings": _ring, "chequers": _chequer, "bars": _bars}
)
_GAP_PX: Final = 12
"""Between two lines of text."""


@lru_cache(maxsize=256)
def _line(text: str, face: int) -> Image.Image:
    """One line of text as a mask, cut to its ink."""
    font = font_of(face, LINE_PX)
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (max(int(right - left), 1), max(int(bottom - top), 1)), 0)
    ImageDraw.Draw(mask).text((-left, -top), text, fill=255, font=font)
    return mask


@lru_cache(maxsize=64)
def font_of(face: int, size_px: int) -> ImageFont.FreeTypeFont:
    """One of `FACES` at a size in pixels an em."""
    package, name = FACES[face]
    return ImageFont.truetype(str(resources.files(package).joinpath("files", name)), size_px)


def _rgb(colour: Colour) -> tuple[int, int, int]:
    return colour[2], colour[1], colour[0]


PLAIN: Final[tuple[tuple[Colour, Colour], ...]] = ((WHITE, BLACK), (WHITE, BLACK), (WHITE, NAVY), (YELLOW, BLACK))
STYLES: Final[Mapping[str, tuple[tuple[Colour, Colour], ...]]] = MappingProxyType(
    {
        "shop": ((WHITE, RED), (GREEN, WHITE), (RED, WHITE), (NAVY, YELLOW), (WHITE, BLACK)),
        "price": ((BLACK, YELLOW), (BLACK, WHITE), (WHITE, BLACK), (NAVY, WHITE)),
        "distance": ((BLUE, WHITE), (GREEN, WHITE), (WHITE, BLACK)),
        "route": ((BLACK, ORANGE), (WHITE, BLACK), (YELLOW, BLACK)),
        "house": ((NAVY, WHITE), (WHITE, BLACK), (BLUE, WHITE)),
        "taxi": ((YELLOW, BLACK), (WHITE, BLACK), (BLACK, YELLOW)),
        "badge": ((BLACK, PALE), (GREY, WHITE), (RED, PALE), (WHITE, GREY)),
        "word": ((RED, WHITE), (WHITE, BLACK), (BLUE, WHITE), (YELLOW, BLACK)),
        "stamp": ((BLACK, WHITE), (WHITE, BLACK), (GREY, WHITE)),
        "advert": ((YELLOW, RED), (WHITE, NAVY), (GREEN, WHITE), (NAVY, WHITE)),
    }
)
"""Ground and ink of the kinds that are not plain, each as likely as the next."""
