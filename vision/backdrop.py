"""The street of a drawn scene: sky, buildings, trees, road and kerb; one place has one street."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.perspective import Camera, Points
from vision.scene import LANE_M, Daylight, Weather

Picture = NDArray[np.uint8]
Tone = tuple[float, float, float]

NEAR_M: Final = 8.0
FAR_M: Final = 260.0
ROAD_LEFT: Final = -1.5 * LANE_M
ROAD_RIGHT: Final = 1.5 * LANE_M
DASH_M: Final = (3.0, 4.5)
"""A dash and the gap after it."""


@dataclass(frozen=True, slots=True)
class Light:
    """How a scene is lit; tones are BGR of 0–1. `sun` points from the scene to the light."""

    sun: Tone
    sun_strength: float
    ambient: float
    sky: Tone
    haze: Tone
    exposure: float


_LIGHTS: Final[dict[tuple[Daylight, bool], Light]] = {
    ("day", True): Light((-0.55, 0.72, -0.42), 0.72, 0.46, (0.86, 0.70, 0.50), (0.90, 0.88, 0.84), 1.0),
    ("day", False): Light((-0.15, 0.95, -0.28), 0.30, 0.66, (0.80, 0.78, 0.76), (0.82, 0.81, 0.80), 0.96),
    ("dusk", True): Light((0.75, 0.30, -0.58), 0.36, 0.34, (0.52, 0.42, 0.44), (0.50, 0.58, 0.74), 0.82),
    ("dusk", False): Light((0.2, 0.8, -0.58), 0.22, 0.36, (0.46, 0.42, 0.40), (0.50, 0.48, 0.46), 0.78),
    ("night", True): Light((0.05, 0.25, -0.97), 0.46, 0.22, (0.13, 0.08, 0.07), (0.17, 0.13, 0.12), 0.70),
    ("night", False): Light((0.05, 0.25, -0.97), 0.46, 0.22, (0.14, 0.11, 0.10), (0.20, 0.17, 0.16), 0.70),
}
"""By night the light is the camera's own flash."""


def light_of(daylight: Daylight, weather: Weather) -> Light:
    """How a scene of that hour and weather is lit."""
    return _LIGHTS[daylight, weather == "clear"]


@lru_cache(maxsize=24)
def backdrop(camera: Camera, daylight: Daylight, weather: Weather, place: int) -> Picture:
    """The empty street: BGR uint8 [height, width, 3]. Do not write into it."""
    rng = np.random.default_rng((0x57EE7, place))
    light = light_of(daylight, weather)
    picture = _sky(camera, light)
    _buildings(picture, camera, light, rng, lit=daylight != "day")
    _ground(picture, camera, light, weather, rng)
    _trees(picture, camera, light, rng)
    _lamp_posts(picture, camera, light, lit=daylight != "day")
    return picture


def _bgr(tone: Points | Tone, factor: float = 1.0) -> tuple[int, int, int]:
    b, g, r = (int(min(255.0, max(0.0, 255.0 * factor * value))) for value in tone)
    return b, g, r


def _tint(light: Light, grey: Tone) -> Tone:
    """A surface's colour as the light shows it."""
    strength = min(1.1, light.ambient + 0.75 * light.sun_strength)
    b, g, r = (value * strength * light.exposure for value in grey)
    return b, g, r


def _horizon(camera: Camera) -> int:
    return round(float(camera.project(np.array(((0.0, 0.0, 5_000.0),)))[0, 1]))


def _sky(camera: Camera, light: Light) -> Picture:
    horizon = max(_horizon(camera), 1)
    share = np.clip(np.arange(camera.height) / horizon, 0, 1)[:, None] ** 1.5
    rows = (1 - share) * np.array(light.sky) + share * np.array(light.haze)
    return np.repeat((255 * rows).astype(np.uint8)[:, None], camera.width, axis=1).copy()


def _buildings(picture: Picture, camera: Camera, light: Light, rng: np.random.Generator, *, lit: bool) -> None:
    """Blocks along both sides of the street, farthest first."""
    for z in np.linspace(240, 90, 9):
        for side in (-1, 1):
            near = side * float(rng.uniform(11, 16))
            wide, high = float(rng.uniform(9, 22)), float(rng.uniform(8, 30))
            tone = rng.uniform(0.45, 0.8) * np.array((0.92, 0.97, 1.0)) + rng.uniform(-0.05, 0.05, 3)
            fade = 0.45 * z / 240
            shown = (1 - fade) * np.array(_tint(light, tuple(tone))) + fade * np.array(light.haze)
            corners = [(near, 0.0, z), (near + side * wide, 0.0, z), (near + side * wide, high, z), (near, high, z)]
            wall = camera.project(np.array(corners))
            _fill(picture, wall, _bgr(shown))
            _windows(picture, wall, shown, rng, lit=lit)


def _windows(picture: Picture, wall: Points, tone: Points, rng: np.random.Generator, *, lit: bool) -> None:
    (x0, y0), (x1, y1) = wall.min(axis=0), wall.max(axis=0)
    step_x, step_y = max((x1 - x0) / 8, 5.0), max((y1 - y0) / 9, 6.0)
    for x in np.arange(x0 + 0.3 * step_x, x1 - 0.6 * step_x, step_x):
        for y in np.arange(y0 + 0.3 * step_y, y1 - 0.8 * step_y, step_y):
            shines = lit and rng.random() < 0.35
            colour = (120, 200, 245) if shines else _bgr(tone, 0.62)
            low = (round(x), round(y))
            cv2.rectangle(picture, low, (round(x + 0.5 * step_x), round(y + 0.55 * step_y)), colour, -1)


def _strip(camera: Camera, left: float, right: float, near: float = NEAR_M, far: float = FAR_M) -> Points:
    return camera.project(np.array(((left, 0.0, near), (right, 0.0, near), (right, 0.0, far), (left, 0.0, far))))


def _ground(picture: Picture, camera: Camera, light: Light, weather: Weather, rng: np.random.Generator) -> None:
    snow = weather == "snow"
    wet = 0.72 if weather == "rain" else 1.0
    grass: Tone = (0.86, 0.85, 0.84) if snow else (0.26, 0.42, 0.34)
    _fill(picture, _strip(camera, -60, 60), _bgr(_tint(light, grass)))
    for left, right in ((ROAD_LEFT - 4.2, ROAD_LEFT), (ROAD_RIGHT, ROAD_RIGHT + 4.2)):
        _fill(picture, _strip(camera, left, right), _bgr(_tint(light, (0.62, 0.63, 0.64))))
    asphalt: Tone = (0.50, 0.50, 0.50) if snow else (0.42 * wet, 0.41 * wet, 0.405 * wet)
    _fill(picture, _strip(camera, ROAD_LEFT, ROAD_RIGHT), _bgr(_tint(light, asphalt)))
    for edge, width in ((ROAD_LEFT, -0.22), (ROAD_RIGHT, 0.22)):
        _fill(picture, _strip(camera, edge, edge + width), _bgr(_tint(light, (0.74, 0.75, 0.76))))
        _fill(picture, _strip(camera, edge, edge - 0.06 * np.sign(width)), _bgr(_tint(light, (0.22, 0.22, 0.22))))
    _wear(picture, camera, light, rng, wet=weather == "rain")
    _markings(picture, camera, light, faded=snow)


def _wear(picture: Picture, camera: Camera, light: Light, rng: np.random.Generator, *, wet: bool) -> None:
    """Grain, tyre tracks, cracks and patches of the asphalt, drawn flat and laid into perspective."""
    metres_x, metres_z, scale = 2 * ROAD_RIGHT, 120.0, 24
    width, height = round(metres_x * scale), round(metres_z * 8)
    texture = rng.normal(0, 8, (height, width)).astype(np.float32)
    soft = rng.normal(0, 5, (height // 60, width // 24)).astype(np.float32)
    texture += cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    across = np.arange(width) / scale - ROAD_RIGHT
    for lane in (-1, 0, 1):
        for track in (-0.75, 0.75):
            texture -= (9 * np.exp(-(((across - lane * LANE_M - track) / 0.32) ** 2))).astype(np.float32)
        texture += ((14 if wet else 4) * np.exp(-(((across - lane * LANE_M) / 0.4) ** 2))).astype(np.float32)
    for _ in range(6):
        start = rng.uniform((0, 0), (width, height))
        path = start + np.cumsum(rng.normal(0, (7, 12), (26, 2)), axis=0)
        cv2.polylines(texture, [path.astype(np.int32)], False, -20.0, 1, cv2.LINE_AA)
    corners = _strip(camera, ROAD_LEFT, ROAD_RIGHT, NEAR_M, NEAR_M + metres_z).astype(np.float32)
    flat = np.array(((0, height), (width, height), (width, 0), (0, 0)), np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    texture *= min(1.0, light.exposure * (light.ambient + light.sun_strength))
    laid = cv2.warpPerspective(texture, matrix, (camera.width, camera.height), flags=cv2.INTER_AREA)
    np.copyto(picture, np.clip(picture + laid[:, :, None], 0, 255).astype(np.uint8))


def _markings(picture: Picture, camera: Camera, light: Light, *, faded: bool) -> None:
    white = _bgr(_tint(light, (0.62, 0.63, 0.64) if faded else (0.90, 0.91, 0.92)))
    for edge in (ROAD_LEFT + 0.35, ROAD_RIGHT - 0.35):
        _fill(picture, _strip(camera, edge - 0.06, edge + 0.06), white)
    for line in (-0.5 * LANE_M, 0.5 * LANE_M):
        for start in np.arange(NEAR_M, 160, sum(DASH_M)):
            _fill(picture, _strip(camera, line - 0.06, line + 0.06, start, start + DASH_M[0]), white)


def _trees(picture: Picture, camera: Camera, light: Light, rng: np.random.Generator) -> None:
    for z in np.linspace(110, 34, 8):
        for side in (-1, 1):
            x = side * float(rng.uniform(8.4, 10.5))
            foot, top = camera.project(np.array(((x, 0.0, z), (x, 2.4, z))))
            metre = float(np.linalg.norm(foot - top)) / 2.4
            thickness = max(1, round(0.24 * metre))
            trunk = _bgr(_tint(light, (0.20, 0.26, 0.32)))
            cv2.line(picture, _whole(foot), _whole(top), trunk, thickness, cv2.LINE_AA)
            _crown(picture, top, metre, light, rng)


def _crown(picture: Picture, top: Points, metre: float, light: Light, rng: np.random.Generator) -> None:
    green = np.array((0.20, 0.42, 0.30)) * rng.uniform(0.8, 1.15)
    for _ in range(42):
        dx, dy = rng.normal(0, 0.75), rng.normal(-1.2, 0.8)
        shade = 1.0 - 0.22 * dy / 1.6 * 0.5 + rng.uniform(-0.15, 0.15) - 0.25
        centre = (round(float(top[0] + dx * metre)), round(float(top[1] + dy * metre)))
        radius = max(2, round(rng.uniform(0.25, 0.55) * metre))
        cv2.circle(picture, centre, radius, _bgr(_tint(light, tuple(green * shade))), -1, cv2.LINE_AA)


def _lamp_posts(picture: Picture, camera: Camera, light: Light, *, lit: bool) -> None:
    for z in (95.0, 60.0, 36.0):
        x = ROAD_RIGHT + 0.9
        foot, top, head = camera.project(np.array(((x, 0.0, z), (x, 8.0, z), (x - 2.0, 8.4, z))))
        metre = float(np.linalg.norm(foot - top)) / 8.0
        grey = _bgr(_tint(light, (0.46, 0.46, 0.45)))
        cv2.line(picture, _whole(foot), _whole(top), grey, max(1, round(0.16 * metre)), cv2.LINE_AA)
        cv2.line(picture, _whole(top), _whole(head), grey, max(1, round(0.10 * metre)), cv2.LINE_AA)
        if lit:
            cv2.circle(picture, _whole(head), max(2, round(0.25 * metre)), (170, 225, 255), -1, cv2.LINE_AA)


def _whole(point: Points) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def _fill(picture: Picture, polygon: Points, colour: tuple[int, int, int]) -> None:
    """A polygon with smooth edges; coordinates to a sixteenth of a pixel."""
    limited = np.clip(polygon, -30_000, 30_000)
    cv2.fillPoly(picture, [np.round(limited * 16).astype(np.int32)], colour, cv2.LINE_AA, 4)
