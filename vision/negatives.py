"""Frames without any plate that could fool a reader: bare and empty mounts, badges, lettered vans, taxis, shops, signs.

    negative(seed)          one such frame as JPEG, with its kind; the same seed, the same bytes
    scene_of(kind, rng)     the scene behind it; no vehicle in it bears a plate, and no board spells one

Kinds go round with the seed, so any run of seeds holds each equally often. Frames are marked SYNTHETIC as all drawn
ones are (vision/render.py); hours, weather, blur and grain are those of vision/random_scenes.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from vision.board_texts import text_of
from vision.boards import BLACK, GREY, PALE, RED, WHITE, YELLOW, Board, board_of
from vision.bodies import BODIES, BodyName, View
from vision.painting import PAINTS
from vision.perspective import Camera
from vision.placing import PROUD_M, behind_glass, facing, flanking, limited, sheet, stretched, unruled
from vision.random_scenes import random_scene
from vision.render import encode_jpeg, render_frame
from vision.scene import CARGO, DrawnVehicle, Mounted, Scene
from vision.streetside import SIGN_SHINES, any_of, billboards, shops, signs, station

Rng = np.random.Generator

CARS: Final[tuple[BodyName, ...]] = ("sedan", "hatchback", "suv")
SHARE_OVERLAID: Final = 0.5
"""Of frames with a line of date, speed and site burned in, as many devices send them."""


@dataclass(frozen=True, slots=True)
class Negative:
    """A frame without a plate: its kind, and the JPEG as a camera would send it."""

    kind: str
    body: bytes


def negative(seed: int) -> Negative:
    """The `seed`-th frame, `seed` from 0 on."""
    kind = tuple(KINDS)[seed % len(KINDS)]
    scene = scene_of(kind, np.random.default_rng((0x4E6A7, seed)))
    return Negative(kind, encode_jpeg(render_frame(scene, seed).image, scene.jpeg_quality))


def scene_of(kind: str, rng: Rng) -> Scene:
    """A scene of one of `KINDS`.

    Raises:
        KeyError: there is no such kind.
    """
    scene = KINDS[kind](rng)
    return replace(scene, caption=_overlay(rng)) if rng.random() < SHARE_OVERLAID else scene


def _overlay(rng: Rng) -> tuple[str, ...]:
    """A device's burned-in line."""
    return *text_of("stamp", rng), f"{rng.integers(20, 140)} km/h", *text_of("route", rng)


# What stands where.


def _view(rng: Rng) -> View:
    return "front" if rng.random() < 0.5 else "rear"


def _vehicle(rng: Rng, body: BodyName, view: View, *boards: Mounted, x: float = 0.0, z: float = 21.0) -> DrawnVehicle:
    return DrawnVehicle(
        body=body,
        view=view,
        colour=any_of(rng, *PAINTS),
        plate=None,
        x_m=x,
        z_m=z,
        heading_rad=float(rng.normal(0, 0.03)),
        style=int(rng.integers(0, 18)),
        boards=boards,
    )


def _street(rng: Rng, vehicles: tuple[DrawnVehicle, ...], boards: tuple[Mounted, ...] = ()) -> Scene:
    """Seen by a lane's camera."""
    return replace(random_scene(rng, 0), vehicles=vehicles, boards=boards)


def _wide(rng: Rng, vehicles: tuple[DrawnVehicle, ...], boards: tuple[Mounted, ...] = ()) -> Scene:
    """Seen by a camera over the crossing: the whole road, its sides, and up to the houses."""
    large = rng.random() < 0.3
    camera = Camera(
        width=1920 if large else 1280,
        height=1080 if large else 960,
        focal_px=float(rng.uniform(2_400, 3_600) if large else rng.uniform(1_700, 2_800)),
        mast_m=float(rng.uniform(3.0, 6.0)),
        pitch_rad=float(rng.uniform(0.05, 0.12)),
        yaw_rad=float(rng.uniform(-0.1, 0.1)),
        roll_rad=float(rng.normal(0, 0.012)),
    )
    scene = replace(random_scene(rng, 0), vehicles=vehicles, boards=boards, camera=camera)
    return replace(scene, motion_blur_px=min(scene.motion_blur_px, 5.0), defocus_px=min(scene.defocus_px, 2.0))


def _traffic(rng: Rng) -> tuple[DrawnVehicle, ...]:
    """Up to two cars without plates further up the road."""
    places = ((float(rng.uniform(-4, -2)), 38.0), (float(rng.uniform(1, 4)), 46.0))[: int(rng.integers(0, 3))]
    return tuple(_vehicle(rng, CARS[int(rng.integers(3))], _view(rng), x=x, z=z) for x, z in places)


# Kinds of frames.


def _bare(rng: Rng) -> Scene:
    """Vehicles with nothing in the plate's place."""
    names = tuple(BODIES)
    body = names[int(rng.integers(len(names)))]
    if rng.random() < 0.5:
        far = 25.0 if BODIES[body].height > 2 else float(rng.uniform(19.5, 23))
        return _street(rng, (_vehicle(rng, body, _view(rng), x=float(rng.uniform(-0.6, 0.6)), z=far),))
    cars = tuple(_vehicle(rng, CARS[int(rng.integers(3))], _view(rng), x=x, z=z) for x, z in ((-2.2, 17), (2.0, 24)))
    return _wide(rng, (*cars, *_traffic(rng)))


def _holder(rng: Rng, body: BodyName, view: View) -> tuple[Mounted, ...]:
    """A blank plate or an empty holder, with its seller's line below."""
    front, rear = BODIES[body].plates
    height = (front if view == "front" else rear) or 0.5
    ground = (WHITE, PALE, GREY, (40, 40, 40))[int(rng.integers(4))]
    blank = stretched(sheet(ground, 4.6, border=0.06), (-0.26, 0.26), (height - 0.056, height + 0.056), -PROUD_M)
    seller = replace(board_of("firm", rng), ground=BLACK, ink=WHITE, border=0.0, round_=0.0)
    line = stretched(seller, (-0.27, 0.27), (height - 0.086, height - 0.056), -PROUD_M - 0.005)
    return (blank, line) if rng.random() < 0.7 else (line,)


def _dealer(rng: Rng) -> Scene:
    body, view = CARS[int(rng.integers(3))], _view(rng)
    return _street(rng, (_vehicle(rng, body, view, *_holder(rng, body, view), z=float(rng.uniform(19.5, 23))),))


def _badges(rng: Rng) -> Scene:
    """Rings, a name and a size on a nose or a lid, stickers on the bumper."""
    body, view = CARS[int(rng.integers(3))], _view(rng)
    shape = BODIES[body]
    light, dark = (PALE, BLACK) if rng.random() < 0.7 else (BLACK, PALE)
    rings = Board((), dark if rng.random() < 0.4 else None, light, pattern="rings", count=int(rng.integers(2, 6)))
    if view == "front":
        middle = 0.5 * (shape.stations[0][1] + (shape.plates[0] or 0.45)) + 0.03
        name = replace(board_of("badge", rng), pad=0.2)
        boards = [
            facing(rings if rng.random() < 0.6 else name, (0.0, middle, -PROUD_M), float(rng.uniform(0.07, 0.12)))
        ]
    else:
        top = shape.stations[-1][1] - 0.05
        names = [replace(board_of("badge", rng), ground=None, ink=light, pad=0.2) for _ in range(2)]
        boards = [facing(one, (x, top, -PROUD_M), 0.06) for one, x in zip(names, (-0.38, 0.38), strict=True)]
        boards.append(facing(rings, (0.0, top, -PROUD_M), 0.08))
        for x in (-0.5, 0.45):
            sticker = board_of("sticker", rng)
            boards.append(facing(sticker, (x, 0.56, -PROUD_M), limited(sticker, 0.5, float(rng.uniform(0.06, 0.13)))))
    return _street(rng, (_vehicle(rng, body, view, *boards, z=float(rng.uniform(19.0, 22))),))


def _lorry_rear(rng: Rng) -> Scene:
    """The doors of a lorry or a van with a firm's name and number, some on white boards."""
    van = rng.random() < 0.4
    body: BodyName = "minibus" if van else "truck"
    low, high, room = (1.05, 2.05, 1.5) if van else (1.15, 3.1, 2.1)
    kinds = [any_of(rng, "firm", "phone", "stamp", "advert") for _ in range(2)]
    boards = []
    for kind, y in zip(("phone", *kinds), np.linspace(low, high, 3), strict=True):
        board = board_of(kind, rng)
        if rng.random() < 0.45:
            board = unruled(board)
        height = limited(board, room * float(rng.uniform(0.35, 1.0)), 0.45)
        boards.append(facing(board, (float(rng.uniform(-0.25, 0.25)), float(y), -PROUD_M - 0.01), height))
    if not van:
        limit = Board(("70",), WHITE, BLACK, pattern="disc")
        boards.append(facing(limit, (0.95, 1.0, -PROUD_M - 0.01), 0.24, SIGN_SHINES))
    return _street(rng, (_vehicle(rng, body, "rear", *boards, x=float(rng.uniform(-0.5, 0.5)), z=25.0),))


def _lorry_side(rng: Rng) -> Scene:
    """A lettered lorry, van or bus that turns across the road."""
    body: BodyName = ("truck", "minibus", "bus")[int(rng.integers(3))]
    half, y, first, last, most = {
        "truck": (CARGO[0] / 2, 2.3, CARGO[3] + 0.4, CARGO[4] - 0.4, 0.8),
        "minibus": (BODIES["minibus"].width / 2, 0.82, 1.0, 5.1, 0.55),
        "bus": (BODIES["bus"].width / 2, 0.74, 1.5, 10.5, 0.6),
    }[body]
    boards = []
    for side in (-1.0, 1.0):
        for number, kind in enumerate(("firm", "phone")):
            board = board_of(kind, rng)
            board = unruled(board) if rng.random() < 0.5 else board
            room = 0.5 * (last - first)
            height = limited(board, 0.95 * room, most * float(rng.uniform(0.6, 1.0)))
            lift = float(rng.uniform(-0.4, 0.6)) if body == "truck" else 0.0
            boards.append(flanking(board, side, (half, y + lift, first + (number + 0.5) * room), height))
    heading = float(rng.uniform(0.35, 0.9)) * float(rng.choice((-1, 1)))
    lorry = replace(_vehicle(rng, body, "front", *boards), heading_rad=heading, x_m=-5 * np.sin(heading), z_m=24.0)
    return _wide(rng, (replace(lorry, x_m=float(lorry.x_m)), *_traffic(rng)))


def _taxi(rng: Rng) -> Scene:
    """A roof sign, chequers and a number on the doors."""
    body, view = CARS[int(rng.integers(2))], _view(rng)
    shape = BODIES[body]
    roof = 2.45 if view == "front" else shape.length - 2.45
    sign = replace(board_of("taxi", rng), border=0.06, round_=0.16)
    boards = [facing(sign, (0.0, shape.height + 0.11, roof), limited(sign, 0.7, 0.17), 0.95)]
    for side in (-1.0, 1.0):
        chequers = Board((), YELLOW, BLACK, pattern="chequers", count=int(rng.integers(14, 24)))
        number = board_of(any_of(rng, "taxi", "phone"), rng)
        boards.append(flanking(chequers, side, (shape.width / 2, 0.80, 2.2), 0.13))
        boards.append(flanking(number, side, (shape.width / 2, 0.55, 2.2), limited(number, 1.6, 0.22)))
    if view == "rear":
        phone = board_of("phone", rng)
        boards.append(behind_glass(phone, body, view, float(rng.uniform(0.5, 0.95))))
    car = _vehicle(rng, body, view, *boards, x=float(rng.uniform(-0.5, 0.5)), z=float(rng.uniform(20, 23)))
    car = replace(car, colour=any_of(rng, "yellow", "white", "silver", "yellow"))
    if rng.random() < 0.5:
        return _street(rng, (car,))
    return _wide(rng, (replace(car, z_m=15.0, heading_rad=float(rng.uniform(-0.6, 0.6))), *_traffic(rng)))


def _for_sale(rng: Rng) -> Scene:
    """A number on paper: behind a screen, or where the plate would hang."""
    body, view = CARS[int(rng.integers(3))], _view(rng)
    paper = replace(board_of("sale", rng), ground=WHITE, ink=BLACK if rng.random() < 0.7 else RED)
    if rng.random() < 0.5:
        boards = [behind_glass(paper, body, view, float(rng.uniform(0.5, 1.0)))]
    else:
        front, rear = BODIES[body].plates
        height = (front if view == "front" else rear) or 0.5
        boards = [facing(paper, (0.0, height, -PROUD_M), limited(paper, 0.62, 0.14))]
    return _street(rng, (_vehicle(rng, body, view, *boards, z=float(rng.uniform(19.5, 22.5))),))


def _bus(rng: Rng) -> Scene:
    """A bus with its route before, with advertising behind."""
    view = _view(rng)
    route = board_of("route", rng)
    boards = [facing(route, (0.0, 2.73, -0.06), limited(route, 1.9, 0.24), 0.95)]
    if view == "front":
        paper = board_of("route", rng)
        boards.append(facing(paper, (float(rng.uniform(-0.7, 0.7)), 1.3, -0.06), limited(paper, 0.7, 0.26)))
    else:
        advert = board_of(any_of(rng, "advert", "phone", "firm"), rng)
        boards.append(facing(advert, (0.0, 1.38, -0.06), limited(advert, 2.0, 0.55)))
        number = board_of("house", rng)
        boards.append(facing(number, (0.8, 0.98, -0.06), limited(number, 0.5, 0.16)))
    bus = _vehicle(rng, "bus", view, *boards, x=float(rng.uniform(-0.4, 0.4)), z=25.0)
    return _street(rng, (bus,)) if rng.random() < 0.6 else _wide(rng, (replace(bus, z_m=21.0), *_traffic(rng)))


def _beside(boards: Callable[[Rng], tuple[Mounted, ...]]) -> Callable[[Rng], Scene]:
    """A street with these by its side and some traffic."""
    return lambda rng: _wide(rng, _traffic(rng), boards(rng))


KINDS: Final[Mapping[str, Callable[[Rng], Scene]]] = MappingProxyType(
    {
        "bare": _bare,
        "dealer": _dealer,
        "badges": _badges,
        "lorry-rear": _lorry_rear,
        "lorry-side": _lorry_side,
        "taxi": _taxi,
        "for-sale": _for_sale,
        "bus": _bus,
        "shops": _beside(shops),
        "signs": _beside(signs),
        "station": _beside(station),
        "billboards": _beside(billboards),
    }
)
"""Kinds of frames, in the order of seeds."""
