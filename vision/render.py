"""Synthetic frames of a traffic camera, with their exact truth.

    truth_of(scene)            what is true, from geometry, before anything is drawn (vision/scene.py)
    render_frame(scene, seed)  the picture and that truth; same scene and seed, same bytes
    encode_jpeg(image, q)      as a camera would send it

The picture is always marked SYNTHETIC. Source of sizes and plates: vision/bodies.py, vision/plate_art.py.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from adjudication.errors import Invalid
from vision.backdrop import backdrop, light_of
from vision.painting import Layer, paint_board, paint_vehicle
from vision.scene import DrawnVehicle, FrameTruth, Mounted, Scene, truth_of

Picture = NDArray[np.uint8]

BAR_PX: Final = 46
"""Height of the information bar at the top."""
MARK: Final = "SYNTHETIC · СИНТЕТИКА"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A frame, BGR uint8 [height, width, 3], and what is true of it."""

    image: Picture
    truth: FrameTruth


def render_frame(scene: Scene, seed: int) -> Rendered:
    """Draws a scene. `seed` drives only what has no truth: grain, dirt, drops.

    Raises:
        Invalid: `plate-layout`, a plate's text does not fit its format.
    """
    truth = truth_of(scene)
    rng = np.random.default_rng((0xF4A3E, seed))
    picture = backdrop(scene.camera, scene.daylight, scene.weather, scene.place).copy()
    things: list[DrawnVehicle | Mounted] = [*scene.vehicles, *scene.boards]
    for thing in sorted(things, key=lambda each: -_depth_m(each)):
        layer = _painted(scene, thing, rng)
        if layer is not None:
            _put(picture, layer)
    picture = _weathered(picture, scene, rng)
    picture = _sensed(picture, scene, rng)
    _caption(picture, scene.caption)
    return Rendered(picture, truth)


def encode_jpeg(image: Picture, quality: int = 88) -> bytes:
    """The frame as JPEG, `quality` 1 to 100.

    Raises:
        Invalid: `jpeg`, the array is not a picture.
    """
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise Invalid("jpeg", f"no JPEG of an array of shape {image.shape}")
    return data.tobytes()


def _depth_m(thing: DrawnVehicle | Mounted) -> float:
    """How far away it stands: what is nearer is painted later."""
    return thing.z_m if isinstance(thing, DrawnVehicle) else sum(z for _, _, z in thing.corners) / len(thing.corners)


def _painted(scene: Scene, thing: DrawnVehicle | Mounted, rng: np.random.Generator) -> Layer | None:
    """A vehicle, smeared if it moves, or a board of the street; None where that is out of the picture."""
    light = light_of(scene.daylight, scene.weather)
    if isinstance(thing, Mounted):
        return paint_board(scene, thing, light)
    layer = paint_vehicle(scene, thing, light, rng)
    return _smeared(layer, scene.motion_blur_px) if scene.motion_blur_px >= 1 else layer


def _put(picture: Picture, layer: Layer) -> None:
    """One layer into the picture: its shadow, then itself."""
    height, width = picture.shape[:2]
    top, left = max(0, layer.y), max(0, layer.x)
    bottom, right = min(height, layer.y + layer.alpha.shape[0]), min(width, layer.x + layer.alpha.shape[1])
    if top >= bottom or left >= right:
        return
    there = np.s_[top - layer.y : bottom - layer.y, left - layer.x : right - layer.x]
    ground = picture[top:bottom, left:right].astype(np.float32)
    alpha = layer.alpha[there][:, :, None]
    shaded = ground * (1 - layer.shadow[there][:, :, None])
    mixed = shaded * (1 - alpha) + layer.colour[there] * alpha + layer.glow[there]
    picture[top:bottom, left:right] = np.clip(mixed, 0, 255).astype(np.uint8)


def _smeared(layer: Layer, length_px: float) -> Layer:
    """The layer moved along the road during the exposure: down the picture, a little aside."""
    size = max(3, 2 * round(length_px / 2) + 1)
    kernel = np.zeros((size, size), np.float32)
    cv2.line(kernel, (size // 2 - size // 8, 0), (size // 2 + size // 8, size - 1), 1.0, 1, cv2.LINE_AA)
    kernel /= kernel.sum()
    alpha = np.asarray(cv2.filter2D(layer.alpha, -1, kernel), np.float32)
    spread = cv2.filter2D(layer.colour * layer.alpha[:, :, None], -1, kernel)
    colour = np.asarray(spread / np.maximum(alpha, 1e-3)[:, :, None], np.float32)
    return replace(layer, colour=colour, alpha=alpha)


def _weathered(picture: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """Fog, rain or snow between the camera and the street."""
    height, width = picture.shape[:2]
    if scene.weather == "fog":
        depth = np.linspace(0.62, 0.16, height, dtype=np.float32)[:, None, None]
        haze = 255 * np.array(light_of(scene.daylight, "fog").haze, np.float32)
        return np.asarray(picture * (1 - depth) + haze * depth, np.uint8)
    if scene.weather in {"rain", "snow"}:
        drops = np.zeros((height, width), np.uint8)
        snow = scene.weather == "snow"
        for x, y, size in rng.uniform((0, 0, 0.4), (width, height, 1.0), (170 if snow else 260, 3)):
            if snow:
                cv2.circle(drops, (int(x), int(y)), max(1, round(2.6 * size)), int(200 * size), -1, cv2.LINE_AA)
            else:
                cv2.line(drops, (int(x), int(y)), (int(x + 3), int(y + 26 * size)), int(70 * size), 1, cv2.LINE_AA)
        veil = cv2.GaussianBlur(drops, (0, 0), 0.8)[:, :, None]
        return np.asarray(np.clip(picture.astype(np.int16) + veil, 0, 255), np.uint8)
    return picture


def _sensed(picture: Picture, scene: Scene, rng: np.random.Generator) -> Picture:
    """Lens and sensor: focus, darker corners, grain."""
    if scene.defocus_px > 0.2:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), scene.defocus_px), np.uint8)
    height, width = picture.shape[:2]
    lit = np.asarray(cv2.multiply(picture, _vignette(height, width), dtype=cv2.CV_32F), np.float32)
    if scene.noise > 0:
        grain = rng.standard_normal((height, width), dtype=np.float32) * scene.noise
        lit += grain[:, :, None]
    return np.clip(lit, 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def _vignette(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.repeat((1 - 0.09 * (x**2 + y**2))[:, :, None], 3, axis=2).astype(np.float32)


def _caption(picture: Picture, caption: tuple[str, ...]) -> None:
    """Burns the bar in: the mark, then the caption's parts, spread over the width."""
    height, width = picture.shape[:2]
    bar = Image.new("RGB", (width, BAR_PX), (16, 18, 22))
    draw = ImageDraw.Draw(bar)
    font = _font(round(BAR_PX * 0.48))
    mark_px = round(draw.textlength(MARK, font=font)) + 24
    draw.rectangle((0, 0, mark_px, BAR_PX), fill=(196, 62, 22))
    draw.text((12, BAR_PX // 2), MARK, font=font, fill=(255, 255, 255), anchor="lm")
    rest = "   ·   ".join(caption)
    size = round(BAR_PX * 0.48)
    while size > 9 and draw.textlength(rest, font=_font(size)) > width - mark_px - 28:
        size -= 1
    draw.text((mark_px + 16, BAR_PX // 2), rest, font=_font(size), fill=(232, 236, 240), anchor="lm")
    picture[:BAR_PX] = np.asarray(bar)[:, :, ::-1]
    cv2.putText(
        picture,
        "SYNTHETIC",
        (width - 236, height - 22),
        cv2.FONT_HERSHEY_SIMPLEX,
        1.15,
        (214, 214, 214),
        2,
        cv2.LINE_AA,
    )


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = resources.files("font_source_sans_pro").joinpath("files", "SourceSansPro-Semibold.ttf")
    return ImageFont.truetype(str(path), size)
