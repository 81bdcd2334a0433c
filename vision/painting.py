"""Paints one vehicle of a scene into a layer of its own: shaded skin, decals, plate, shadow and the glow of its lamps.

The layer is painted at twice its size and reduced, which smooths every edge at once.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.backdrop import Light
from vision.bodies import BODIES, GLASS, TRIM, box, skin
from vision.faces import Decal, Stuff, decals, wheels
from vision.mounting import lay
from vision.perspective import Points, placed
from vision.plate_art import draw_plate, layout_of, soil
from vision.scene import CARGO, DrawnPlate, DrawnVehicle, Mounted, Scene, outline, plate_corners

Floats = NDArray[np.float32]
Canvas = NDArray[np.uint8]

OVERSAMPLING: Final = 2
MARGIN_PX: Final = 150
"""Room around the body for its shadow and the glow of its lamps."""

PAINTS: Final[dict[str, tuple[float, float, float]]] = {
    "white": (0.90, 0.91, 0.92),
    "black": (0.07, 0.07, 0.07),
    "silver": (0.68, 0.68, 0.67),
    "grey": (0.36, 0.36, 0.35),
    "blue": (0.36, 0.24, 0.16),
    "red": (0.15, 0.14, 0.25),
    "green": (0.12, 0.15, 0.11),
    "yellow": (0.10, 0.68, 0.88),
}
"""BGR of 0–1; the names are those of the vehicle register. Measured: an SSD trained on photographs takes drawn cars of
saturated red, green or blue for buses; dark and greyish paints keep them cars."""
STUFFS: Final[dict[Stuff, tuple[float, float, float]]] = {
    "black": (0.04, 0.04, 0.04),
    "dark": (0.12, 0.12, 0.12),
    "chrome": (0.74, 0.74, 0.73),
    "lamp": (0.95, 0.93, 0.90),
    "tail": (0.08, 0.06, 0.52),
    "amber": (0.08, 0.42, 0.82),
    "glass": (0.13, 0.12, 0.11),
    "seam": (0.16, 0.16, 0.16),
    "cloth": (0.16, 0.14, 0.13),
    "paint": (0.0, 0.0, 0.0),
}
BLOOM: Final[dict[Stuff, tuple[float, float, float]]] = {"lamp": (255.0, 250.0, 240.0), "tail": (30.0, 24.0, 210.0)}
"""What shines by night."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A painted vehicle at (x, y) of the frame: colour and glow [h,w,3] in 0–255, alpha and shadow [h,w] in 0–1."""

    x: int
    y: int
    colour: Floats
    alpha: Floats
    shadow: Floats
    glow: Floats


@dataclass(frozen=True, slots=True)
class _Easel:
    """Where the layer lies and how world points fall on it."""

    scene: Scene
    vehicle: DrawnVehicle
    light: Light
    x: int
    y: int
    colour: Canvas
    mask: Canvas

    def world(self, local: Points) -> Points:
        return placed(local, self.vehicle.x_m, self.vehicle.z_m, self.vehicle.heading_rad)

    def pixels(self, world: Points) -> Points:
        flat = self.scene.camera.project(world.reshape(-1, 3)) - (self.x, self.y)
        return (OVERSAMPLING * flat).reshape(*world.shape[:-1], 2)

    def fill(self, polygon: Points, tone: Points) -> None:
        whole = np.round(polygon * 16).astype(np.int32)
        b, g, r = (int(value) for value in np.clip(255 * tone, 0, 255))
        cv2.fillPoly(self.colour, [whole], (b, g, r), cv2.LINE_8, 4)
        cv2.fillPoly(self.mask, [whole], 255, cv2.LINE_8, 4)


def paint_vehicle(scene: Scene, vehicle: DrawnVehicle, light: Light, rng: np.random.Generator) -> Layer:
    """The vehicle as a layer of the scene's frame."""
    easel = _easel(scene, vehicle, light)
    ends = decals(vehicle.body, vehicle.view, vehicle.style)
    for decal in (*wheels(vehicle.body), *(decal for decal in ends if decal.behind)):
        _paint_decal(easel, decal)
    if vehicle.body != "motorcycle":
        _paint_skin(easel)
    for decal in ends:
        if not decal.behind:
            _paint_decal(easel, decal)
    if vehicle.plate is not None:
        _hang_plate(easel, vehicle.plate, rng)
    for mounted in vehicle.boards:
        quad = easel.pixels(easel.world(np.array(mounted.corners)))
        lay(easel.colour, easel.mask, mounted, quad, light)
    height, width = easel.mask.shape[0] // OVERSAMPLING, easel.mask.shape[1] // OVERSAMPLING
    size = (width, height)
    alpha = cv2.resize(easel.mask, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    colour = cv2.resize(easel.colour, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return Layer(easel.x, easel.y, colour, alpha, _shadow(easel, size), _glow(easel, ends, size))


def paint_board(scene: Scene, mounted: Mounted, light: Light) -> Layer | None:
    """A board of the street as a layer of the scene's frame; None where it is not in the picture."""
    quad = scene.camera.project(np.array(mounted.corners))
    low = np.clip(np.floor(quad.min(axis=0)).astype(int) - 2, 0, (scene.camera.width, scene.camera.height))
    high = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 2, 0, (scene.camera.width, scene.camera.height))
    if (high <= low).any():
        return None
    size = int(high[0] - low[0]), int(high[1] - low[1])
    shape = (OVERSAMPLING * size[1], OVERSAMPLING * size[0])
    colour, mask = np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.uint8)
    lay(colour, mask, mounted, OVERSAMPLING * (quad - low), light)
    cover = mask.astype(np.float32) / np.float32(255)
    alpha = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), np.float32)
    laid = cv2.resize(colour.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    plain = np.asarray(laid / np.maximum(alpha, 0.05)[:, :, None], np.float32)
    dark = np.zeros(alpha.shape, np.float32)
    return Layer(int(low[0]), int(low[1]), plain, alpha, dark, np.zeros((*alpha.shape, 3), np.float32))


def _easel(scene: Scene, vehicle: DrawnVehicle, light: Light) -> _Easel:
    seen = scene.camera.project(outline(vehicle))
    low = np.floor(np.maximum(seen.min(axis=0), -400)).astype(int) - MARGIN_PX
    high = np.ceil(np.minimum(seen.max(axis=0), (scene.camera.width + 400, scene.camera.height + 400))).astype(int)
    width, height = (int(value) for value in np.maximum(high - low + MARGIN_PX, 8))
    shape = (OVERSAMPLING * height, OVERSAMPLING * width)
    blank = np.zeros((*shape, 3), np.uint8)
    return _Easel(scene, vehicle, light, int(low[0]), int(low[1]), blank, np.zeros(shape, np.uint8))


def _paint_skin(easel: _Easel) -> None:
    """The body's faces, far to near, those turned away left out; a truck's box too."""
    vehicle = easel.vehicle
    shell = skin(vehicle.body, vehicle.view)
    corners, material = shell.corners, shell.material
    paint = np.repeat(np.array(PAINTS[vehicle.colour])[None], len(corners), axis=0)
    if vehicle.body == "truck":
        width, low, high, near, far = CARGO
        cargo = box(width, low, high, *((near, far) if vehicle.view == "front" else (0.0, far - near)))
        if vehicle.view == "rear":
            corners, material, paint = corners[:0], material[:0], paint[:0]
        corners = np.concatenate((corners, cargo))
        material = np.concatenate((material, np.zeros(len(cargo), np.int8)))
        paint = np.concatenate((paint, np.full((len(cargo), 3), 0.72)))
    world = easel.world(corners.reshape(-1, 3)).reshape(-1, 4, 3)
    tones = _shaded(easel, world, material, paint)
    polygons = easel.pixels(world)
    eye = np.array((easel.scene.camera.aside_m, easel.scene.camera.mast_m, 0.0))
    distance = np.linalg.norm(world.mean(axis=1) - eye, axis=1)
    for face in np.argsort(-distance, kind="stable"):
        easel.fill(polygons[face], tones[face])


def _shaded(easel: _Easel, world: Points, material: NDArray[np.int8], paint: Points) -> Points:
    """Tones, [F,3] BGR of 0–1: matt light, the sky's mirror image in paint and glass."""
    light, camera = easel.light, easel.scene.camera
    normal = np.cross(world[:, 1] - world[:, 3], world[:, 2] - world[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    view = world.mean(axis=1) - (camera.aside_m, camera.mast_m, 0.0)
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    facing = np.sum(normal * view, axis=1, keepdims=True)
    normal = np.where(facing > 0, -normal, normal)
    cosine = np.abs(facing)
    sun = np.array(light.sun) / np.linalg.norm(light.sun)
    matt = light.ambient * (0.75 + 0.25 * normal[:, 1:2]) + light.sun_strength * np.clip(normal @ sun, 0, 1)[:, None]
    mirror = view - 2 * np.sum(view * normal, axis=1, keepdims=True) * normal
    seen = _surroundings(light, mirror)
    glass, trim = (material == GLASS)[:, None], (material == TRIM)[:, None]
    base = np.where(glass, np.array(STUFFS["glass"]), np.where(trim, np.array(STUFFS["dark"]), paint))
    fresnel = (1 - cosine) ** 3
    share = np.where(glass, 0.20 + 0.55 * fresnel, np.where(trim, 0.03, 0.09 + 0.40 * fresnel))
    highlight = 0.5 * np.clip(mirror @ sun, 0, 1)[:, None] ** 40 * light.sun_strength * ~trim
    return np.asarray((base * matt * (1 - share) + seen * share + highlight) * light.exposure)


def _surroundings(light: Light, direction: Points) -> Points:
    """What a mirror shows in that direction: sky above, a dark band of houses, the road below."""
    up = direction[:, 1:2]
    sky = np.array(light.haze) + np.clip(up * 1.6, 0, 1) * (np.array(light.sky) - np.array(light.haze))
    road = np.full(3, 0.30 * (light.ambient + light.sun_strength))
    houses = np.array(light.haze) * 0.42
    band = np.clip((up - 0.05) / 0.22, 0, 1)
    return np.asarray(np.where(up < 0.0, road, houses * (1 - band) + sky * band))


def _paint_decal(easel: _Easel, decal: Decal) -> None:
    light = easel.light
    base = PAINTS[easel.vehicle.colour] if decal.stuff == "paint" else STUFFS[decal.stuff]
    strength = light.ambient + 0.55 * light.sun_strength
    tone = np.array(base) * strength * light.exposure
    if decal.stuff in {"glass", "chrome"}:
        tone = 0.78 * tone + 0.22 * np.array(light.haze) * light.exposure * (0.7 if decal.stuff == "glass" else 1.0)
    if decal.stuff in BLOOM and _lit(easel.scene):
        tone = np.array(BLOOM[decal.stuff]) / 255
    easel.fill(easel.pixels(easel.world(decal.points)), tone)


def _lit(scene: Scene) -> bool:
    return scene.daylight != "day" or scene.weather in {"rain", "snow", "fog"}


def _hang_plate(easel: _Easel, plate: DrawnPlate, rng: np.random.Generator) -> None:
    """The plate in its place, lit (by night it throws the flash back), soiled or burned out."""
    corners = plate_corners(easel.vehicle)
    if corners is None:
        return
    quad = easel.pixels(corners).astype(np.float32)
    flat = soil(draw_plate(layout_of(plate.format_id, plate.text, plate.rows), plate.text), plate.dirt, rng)
    shown = max(8.0, float(np.linalg.norm(quad[1] - quad[0])))
    scale = min(1.0, 1.3 * shown / flat.shape[1])
    small = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    night = easel.scene.daylight == "night"
    strength = 0.86 if night else max(0.72, min(1.0, easel.light.ambient + 0.70 * easel.light.sun_strength))
    lit = small.astype(np.float32) * strength * (1.0 if night else easel.light.exposure)
    flat = np.clip(lit + 255 * 1.2 * plate.glare, 0, 255).astype(np.uint8)
    height, width = flat.shape[:2]
    source = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    size = (easel.colour.shape[1], easel.colour.shape[0])
    flags, border = cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT
    cv2.warpPerspective(flat, matrix, size, dst=easel.colour, flags=flags, borderMode=border)
    cv2.fillConvexPoly(easel.mask, np.round(quad * 16).astype(np.int32), 255, cv2.LINE_8, 4)


def _shadow(easel: _Easel, size: tuple[int, int]) -> Floats:
    """Dark under the body, and the body's cast on the road."""
    width, height = size
    dark = np.zeros((height, width), np.float32)
    body, light = BODIES[easel.vehicle.body], easel.light
    half, far = body.width / 2, body.length
    contact = np.array([(-half, 0.0, 0.05), (half, 0.0, 0.05), (half, 0.0, far), (-half, 0.0, far)])
    under = easel.pixels(easel.world(contact)) / OVERSAMPLING
    cv2.fillPoly(dark, [np.round(under).astype(np.int32)], 0.72)
    if light.sun_strength > 0.5:
        tall = min(body.height, 2.0) * 0.25  # the sun of midsummer: a longer cast would leave the layer
        slide = np.array(light.sun) / light.sun[1] * tall
        ground = np.array(
            [(x - dx, 0.0, z - dz) for dx, dz in ((0.0, 0.0), (slide[0], slide[2])) for x, _, z in contact]
        )
        cast = cv2.convexHull((easel.pixels(easel.world(ground)) / OVERSAMPLING).astype(np.float32))
        layer = np.zeros_like(dark)
        cv2.fillPoly(layer, [np.round(cast).astype(np.int32)], 0.42)
        dark = np.maximum(dark, layer)
    return np.asarray(cv2.GaussianBlur(dark, (0, 0), 9), np.float32)


def _glow(easel: _Easel, ends: list[Decal], size: tuple[int, int]) -> Floats:
    """Light that spills from burning lamps; nothing by clear day."""
    width, height = size
    glow = np.zeros((height, width, 3), np.float32)
    if not _lit(easel.scene):
        return glow
    for decal in ends:
        if decal.stuff in BLOOM:
            polygon = easel.pixels(easel.world(decal.points)) / OVERSAMPLING
            cv2.fillPoly(glow, [np.round(polygon).astype(np.int32)], BLOOM[decal.stuff])
    small = cv2.resize(glow, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    wide = 1.1 if easel.scene.daylight == "night" else 0.5
    halo = cv2.GaussianBlur(small, (0, 0), 4) + 0.8 * cv2.GaussianBlur(small, (0, 0), 11)
    return np.asarray(wide * cv2.resize(halo, (width, height)), np.float32)
