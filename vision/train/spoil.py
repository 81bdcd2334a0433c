"""From a clean sheet to what a camera makes of it, with the conditions written down beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.train import mix
from vision.train.designs import Design, Rng, choose
from vision.train.faces import Face
from vision.train.mix import Hardship
from vision.train.negatives import crop
from vision.train.sheet import PX_PER_MM, Drawing, Sheet, draw
from vision.train.strange import strange

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
AROUND = 0.35
"""Of the plate's seen size on each side: what a detector's box, grown, may show beside the plate."""
PARTS, PARTS_SHARE = 600, 0.35
"""How many pictures of cars' parts and lettering serve as background, and how often one does."""
RECESS_SHARE = 0.3
"""How often a plate hangs in a recess that is darker or lighter than the body."""
BARE_SHARE = 0.5
"""How often nothing of the holder is seen: else its edge would tell where the plate's is."""
DETAIL = 1.5
"""The sheet is spoilt at this many times the pixels it will be seen with."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What was done to a plate. Heights and blur in pixels of the picture, angles in degrees, shares 0–1.

    `contrast` is between ink and ground in grey levels; `covered` the share of the worst character that is hidden.
    """

    cap_px: float
    advance_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    blur_px: float
    noise: float
    jpeg: int
    contrast: float
    covered: float
    kinds: tuple[str, ...] = field(default=())

    @property
    def legible(self) -> bool:
        """Within the committed limits of pixels, contrast and blur (vision/train/mix.py)."""
        return (
            self.cap_px >= mix.LEAST_CAP_PX
            and self.advance_px >= mix.LEAST_ADVANCE_PX
            and self.blur_px <= mix.MOST_BLUR * self.cap_px
            and self.contrast >= mix.LEAST_CONTRAST
            and self.contrast >= mix.LEAST_CONTRAST_TO_NOISE * self.noise
            and self.covered <= mix.MOST_COVERED
        )


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture around a plate [h, w, 3] BGR, and its truth; `corners` [4, 2] from the upper left clockwise.

    `veil` [h, w] is how much of each pixel's ink cannot be seen for what lies on it or for glare, 0–255. `design` is
    None where there is no plate.
    """

    picture: Picture
    veil: Picture
    corners: Floats
    design: Design | None
    conditions: Conditions | None


def shoot(rng: Rng, kinds: dict[str, float], hardship: Hardship, faces: tuple[Path, tuple[Face, ...]]) -> Shot | None:
    """One plate by chance, as seen; None where chance says that there is no plate."""
    design = choose(rng, kinds)
    if design is None:
        return None
    folder, among = faces
    drawing = Drawing(folder, among[int(rng.integers(0, len(among)))])
    sheet = draw(design, drawing, rng, dict(hardship.often))
    return expose(sheet, design, rng, hardship)


def expose(sheet: Sheet, design: Design, rng: Rng, hardship: Hardship) -> Shot:
    """The sheet hung on a car, worn, lit, seen at an angle, blurred, noisy and compressed."""
    low, high = hardship.width_px
    width_px = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    px_per_mm = width_px / 520
    if design.layout.width < 400:
        px_per_mm *= float(rng.uniform(1.0, 1.4))
    small = _shrunk(sheet, px_per_mm * DETAIL / PX_PER_MM)
    picture, cover, kinds = _wear(small, rng, hardship)
    picture, burnt, contrast, lit = _light(picture, small, rng, hardship)
    cover = np.maximum(cover, burnt)
    angles = tuple(
        float(rng.normal(0, most / 2.2)) for most in (hardship.yaw_deg, hardship.pitch_deg, hardship.roll_deg)
    )
    angles = tuple(
        float(np.clip(a, -m, m))
        for a, m in zip(angles, (hardship.yaw_deg, hardship.pitch_deg, hardship.roll_deg), strict=True)
    )
    matrix = _projection(small, angles, 1 / DETAIL, rng)
    seen, matrix = _hung(picture, matrix, small, rng)
    corners = _moved(matrix, small.corners)
    cells = _moved(matrix, _cell_corners(small.cells)).reshape(-1, 4, 2)
    blur = _blur(rng, hardship)
    seen, motion = _blurred(seen, blur, rng, hardship)
    seen, odd = strange(seen, rng, hardship.often)
    noise = float(rng.uniform(0, hardship.noise))
    final, quality = _recorded(seen, noise, rng, hardship)
    veil = cv2.warpPerspective((cover * 255).astype(np.uint8), matrix, final.shape[1::-1], flags=cv2.INTER_LINEAR)
    caps = np.linalg.norm(cells[:, 3] - cells[:, 0], axis=1)
    advances = np.linalg.norm(cells[:, 1] - cells[:, 0], axis=1)
    hidden = max((float(cover[y0:y1, x0:x1].mean()) for x0, y0, x1, y1 in _whole(small.cells, cover)), default=0.0)
    names = (*kinds, *lit, *(("motion",) if motion else ()), *odd)
    yaw, pitch, roll = angles
    spread = float(np.sqrt(blur**2 + motion**2 / 12))
    conditions = Conditions(
        float(caps.min()), float(advances.min()), yaw, pitch, roll, spread, noise, quality, contrast, hidden, names
    )
    return Shot(final, np.asarray(veil, np.uint8), corners, design, conditions)


def _shrunk(sheet: Sheet, scale: float) -> Sheet:
    """The sheet with no more detail than the picture will need."""
    if scale >= 1:
        return sheet
    height, width = sheet.picture.shape[:2]
    size = max(round(width * scale), 8), max(round(height * scale), 8)
    factor = np.array((size[0] / width, size[1] / height), np.float32)
    picture = cv2.resize(sheet.picture, size, interpolation=cv2.INTER_AREA)
    cells = sheet.cells * np.tile(factor, 2)
    return Sheet(np.asarray(picture, np.float32), sheet.corners * factor, cells, sheet.ink, sheet.ground)


def _patches(rng: Rng, shape: tuple[int, int], coarse: int) -> Floats:
    """Smooth chance from 0 to 1, in spots about 1/`coarse` of the height."""
    height, width = shape
    spots = rng.random((coarse, max(coarse * width // height, 2)), dtype=np.float32)
    return np.asarray(cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _wear(sheet: Sheet, rng: Rng, hardship: Hardship) -> tuple[Floats, Floats, list[str]]:
    """Worn paint, mud, snow, a tow bar, stains: the picture and how much of each pixel is hidden."""
    picture = sheet.picture.copy()
    cover = np.zeros(picture.shape[:2], np.float32)
    names = []
    for name, laid in _LAID.items():
        if name in hardship.often and rng.random() < hardship.often[name]:
            by, colour = laid(picture, rng)
            picture = picture * (1 - by[:, :, None]) + colour * by[:, :, None]
            cover = np.maximum(cover, by)
            names.append(name)
    return picture, cover, names


Laid = tuple[Floats, Floats]
"""How much of each pixel is covered [h, w], 0–1, and in which colour [3]."""


def _worn(picture: Floats, rng: Rng) -> Laid:
    share = np.clip(_patches(rng, picture.shape[:2], 9) * np.float32(1.6) - np.float32(0.75), 0, 0.75)
    return share, picture.mean(axis=(0, 1))


def _mud(picture: Floats, rng: Rng) -> Laid:
    """Spots, more of them below."""
    shape = picture.shape[:2]
    amount = float(rng.beta(1.3, 2.6)) * 0.8
    grain = 0.65 * _patches(rng, shape, 5) + 0.35 * _patches(rng, shape, 14)
    slope = np.linspace(-0.12, 0.18, shape[0], dtype=np.float32)[:, None]
    share = np.clip((grain + slope - 0.92 + amount) * 2.6, 0, 0.96).astype(np.float32)
    return share, np.array((58, 72, 84), np.float32) * np.float32(rng.uniform(0.5, 1.9))


def _snow(picture: Floats, rng: Rng) -> Laid:
    """A ragged edge from above, or from below."""
    height, width = picture.shape[:2]
    edge = height * float(rng.uniform(0.05, 0.45))
    ragged = edge * (0.5 + _patches(rng, (1, width), 1)[0])
    rows = np.arange(height, dtype=np.float32)[:, None]
    rows = rows if rng.random() < 0.5 else rows[::-1]
    share = np.clip((ragged[None, :] - rows) / np.float32(3), 0, 0.97).astype(np.float32)
    return share, np.array((238, 236, 232), np.float32)


def _bar(picture: Floats, rng: Rng) -> Laid:
    """Something before the plate: a tow bar, a cable, a branch."""
    height, width = picture.shape[:2]
    bar = np.zeros((height, width), np.uint8)
    x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
    lean = int(rng.normal(0, width / 4))
    thick = max(round(height * float(rng.uniform(0.04, 0.28))), 1)
    upright = ((x, -5), (x + lean, height + 5))
    ends = upright if rng.random() < 0.7 else ((-5, y), (width + 5, y + lean // 8))
    cv2.line(bar, ends[0], ends[1], 255, thick, cv2.LINE_AA)
    return bar.astype(np.float32) / np.float32(255), np.full(3, rng.uniform(5, 200), np.float32)


def _stains(picture: Floats, rng: Rng) -> Laid:
    """A few spots and strokes about as wide as a letter's: one at the foot of an F makes an E of it."""
    height, width = picture.shape[:2]
    spots = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        thick = max(round(height * float(rng.uniform(0.03, 0.12))), 1)
        reach = rng.normal(0, height / 8, 2) if rng.random() < 0.5 else (0.0, 0.0)
        cv2.line(spots, (x, y), (x + int(reach[0]), y + int(reach[1])), 255, thick, cv2.LINE_AA)
    return spots.astype(np.float32) / np.float32(255), np.full(3, rng.uniform(5, 240), np.float32)


_LAID: Mapping[str, Callable[[Floats, Rng], Laid]] = {
    "worn": _worn,
    "dirt": _mud,
    "snow": _snow,
    "occlusion": _bar,
    "stains": _stains,
}


def _light(picture: Floats, sheet: Sheet, rng: Rng, hardship: Hardship) -> tuple[Floats, Floats, float, list[str]]:
    """Day, shade, glare or the infrared flash; returns also how much of the contrast between ink and ground glare has
    burnt away of each pixel [h, w], 0–1, and the contrast that is left elsewhere."""
    names = []
    flare = np.zeros((1, 1, 1), np.float32)
    shape = picture.shape[:2]
    strength = float(rng.uniform(*hardship.contrast))
    level = float(rng.uniform(0.15, 1.0))
    if rng.random() < hardship.often["infrared"]:
        grey = picture @ np.array((0.2, 0.45, 0.35), np.float32)
        picture = np.repeat(grey[:, :, None], 3, axis=2)
        names.append("infrared")
    else:
        picture = picture * np.array(1 + rng.normal(0, 0.06, 3), np.float32)
    dark = (1 - strength) * 255 * level
    picture = picture * strength + dark * np.float32(0.9)
    if rng.random() < hardship.often["shadow"]:
        x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
        y = np.linspace(-0.3, 0.3, shape[0], dtype=np.float32)[:, None]
        edge = np.clip((x + y * float(rng.normal(0, 2)) - float(rng.uniform(-0.7, 0.7))) * 14, 0, 1)
        picture = picture * (1 - edge[:, :, None] * float(rng.uniform(0.2, 0.6))).astype(np.float32)
        names.append("shadow")
    if rng.random() < hardship.often["glare"]:
        x = np.linspace(0, shape[1] / shape[0], shape[1], dtype=np.float32)[None, :] - float(rng.uniform(0, 4))
        y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None] - float(rng.uniform(0, 1))
        flare = np.exp(-(x * x + y * y) / float(rng.uniform(0.05, 0.9)) ** 2)[:, :, None].astype(np.float32)
        flare = flare * np.float32(rng.uniform(60, 230))
        picture = picture + flare
        names.append("glare")
    exposure = float(rng.uniform(0.55, 1.15))
    levels = np.array((sheet.ink, sheet.ground), np.float32) * np.float32(strength) + np.float32(dark * 0.9)
    contrast = abs(sheet.ink - sheet.ground) * strength * exposure
    burnt = np.broadcast_to(_burnt(flare, levels, exposure)[:, :, 0], shape)
    return np.clip(picture * exposure, 0, 255), burnt, contrast, names


def _burnt(flare: Floats, levels: Floats, exposure: float) -> Floats:
    """How much of the step between the two grey `levels` is lost where so much light is added, 0–1."""
    ink, ground = (np.clip((level + flare) * np.float32(exposure), 0, 255) for level in levels)
    unlit = np.clip(levels * exposure, 0, 255)
    return np.asarray(np.clip(1 - np.abs(ground - ink) / max(abs(float(np.ptp(unlit))), 1.0), 0, 1), np.float32)


def _projection(sheet: Sheet, angles: tuple[float, ...], scale: float, rng: Rng) -> Floats:
    """[3, 3] from the sheet to the picture: turned by yaw, pitch and roll before a camera some plates' widths away."""
    yaw, pitch, roll = np.radians(angles)
    height, width = sheet.picture.shape[:2]
    turn = _about(1, yaw) @ _about(0, pitch) @ _about(2, roll)
    away = width * float(rng.uniform(4, 30))
    basis = np.column_stack((turn[:, 0], turn[:, 1], np.array((0, 0, away))))
    camera = np.diag((away * scale, away * scale, 1.0))
    centre = np.array(((1, 0, -width / 2), (0, 1, -height / 2), (0, 0, 1)))
    return np.asarray(camera @ basis @ centre, np.float32)


def _about(axis: int, angle: float) -> NDArray[np.float64]:
    cos, sin = np.cos(angle), np.sin(angle)
    first, second = [other for other in range(3) if other != axis]
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = cos
    turn[first, second], turn[second, first] = -sin, sin
    return turn


def _moved(matrix: Floats, points: Floats) -> Floats:
    return np.asarray(cv2.perspectiveTransform(points.reshape(1, -1, 2).astype(np.float32), matrix)[0], np.float32)


def _cell_corners(cells: Floats) -> Floats:
    x0, y0, x1, y1 = cells.T
    return np.stack((x0, y0, x1, y0, x1, y1, x0, y1), axis=1).reshape(-1, 2)


def _whole(cells: Floats, cover: Floats) -> list[tuple[int, int, int, int]]:
    height, width = cover.shape
    inside = cells.clip(0, (width, height, width, height)).round().astype(int)
    return [(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)) for x0, y0, x1, y1 in inside]


def _hung(picture: Floats, matrix: Floats, sheet: Sheet, rng: Rng) -> tuple[Floats, Floats]:
    """The sheet in its place on a background of a car's parts; returns the picture and the matrix into it."""
    height, width = picture.shape[:2]
    outline = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    if rng.random() < BARE_SHARE:
        outline = sheet.corners
    corners = _moved(matrix, sheet.corners)
    low, high = corners.min(axis=0), corners.max(axis=0)
    size = np.maximum(((high - low) * (1 + 2 * AROUND)).round().astype(int), 12)
    shift = np.eye(3, dtype=np.float32)
    shift[:2, 2] = (high - low) * AROUND - low
    matrix = np.asarray(shift @ matrix, np.float32)
    place = int(size[0]), int(size[1])
    background = _background(rng, (place[1], place[0]))
    if rng.random() < RECESS_SHARE:
        _recess(background, corners + shift[:2, 2], rng)
    warped = cv2.warpPerspective(picture, matrix, place, flags=cv2.INTER_LINEAR)
    mask = np.zeros((place[1], place[0]), np.uint8)
    cv2.fillConvexPoly(mask, (_moved(matrix, outline) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = mask[:, :, None].astype(np.float32) / 255
    return np.asarray(warped * share + background * (1 - share), np.float32), matrix


def _recess(background: Floats, corners: Floats, rng: Rng) -> None:
    """A shaded field about the plate, with a lit or a dark edge."""
    middle = corners.mean(axis=0)
    wide = (corners - middle) * rng.uniform(1.05, 1.6, 2) + middle + rng.normal(0, 2, 2)
    shade = float(background.mean()) * float(rng.uniform(0.2, 1.5))
    outline = (wide * 16).astype(np.int32)
    cv2.fillConvexPoly(background, outline, (shade,) * 3, cv2.LINE_AA, 4)
    edge = (float(np.clip(shade * rng.uniform(0.2, 3), 0, 255)),) * 3
    cv2.polylines(background, [outline], isClosed=True, color=edge, thickness=1, lineType=cv2.LINE_AA, shift=4)


@lru_cache(maxsize=1)
def _parts() -> tuple[Picture, ...]:
    """Pictures without a plate, drawn once: each is as costly as a plate."""
    return tuple(crop(np.random.default_rng((PARTS, number))) for number in range(PARTS))


def _background(rng: Rng, shape: tuple[int, int]) -> Floats:
    """What is about a plate: shaded paint with edges, gaps and lamps, often with lettering or parts of a car."""
    height, width = shape
    if rng.random() < PARTS_SHARE:
        part = _parts()[int(rng.integers(0, PARTS))]
        part = part[:, ::-1] if rng.random() < 0.5 else part
        return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    base = rng.uniform(8, 215, 3) if rng.random() < 0.35 else np.full(3, rng.uniform(8, 220))
    tilt = np.linspace(float(rng.uniform(0.6, 1.2)), float(rng.uniform(0.6, 1.2)), height, dtype=np.float32)
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = base
    picture *= tilt[:, None, None]
    for _ in range(int(rng.integers(0, 6))):
        shade = tuple(float(n) for n in np.clip(base * rng.uniform(0.2, 1.5), 0, 255))
        x0, x1 = (int(n) for n in rng.integers(-width // 2, width * 3 // 2, 2))
        y0, y1 = (int(n) for n in rng.integers(0, height, 2))
        if rng.random() < 0.7:
            cv2.line(picture, (x0, y0), (x1, y1), shade, int(rng.integers(1, max(height // 8, 2))), cv2.LINE_AA)
        else:
            cv2.rectangle(picture, (x0, y0), (x1, y1), shade, -1)
    return picture


def _blur(rng: Rng, hardship: Hardship) -> float:
    return float(abs(rng.normal(0, hardship.blur_px / 2))) + 0.2


def _blurred(picture: Floats, sigma: float, rng: Rng, hardship: Hardship) -> tuple[Floats, float]:
    """Out of focus, and by chance smeared along a line; returns the smear's length in pixels."""
    out = cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.25 else picture
    if rng.random() >= hardship.often["motion"]:
        return np.asarray(out, np.float32), 0.0
    length = float(rng.uniform(1, hardship.motion_px))
    angle = float(rng.uniform(0, np.pi))
    reach = int(length / 2) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for step in np.linspace(-length / 2, length / 2, 25):
        x, y = reach + step * np.cos(angle), reach + step * np.sin(angle)
        kernel[round(y), round(x)] += 1
    return np.asarray(cv2.filter2D(out, -1, kernel / kernel.sum()), np.float32), length


@lru_cache(maxsize=1)
def _film() -> Floats:
    """One large piece of noise, of which each picture gets some place: drawing it anew is a third of all work."""
    return np.random.default_rng(0).standard_normal((1024, 1024, 3), dtype=np.float32)


def _grain(shape: tuple[int, int], rng: Rng) -> Floats:
    """Noise of unit strength, of each colour by itself or of grey."""
    film = _film()
    y, x = (int(rng.integers(0, max(have - want, 1))) for have, want in zip(film.shape[:2], shape, strict=True))
    grain = film[y : y + shape[0], x : x + shape[1]]
    return grain if rng.random() < 0.5 else grain[:, :, :1]


def _recorded(picture: Floats, noise: float, rng: Rng, hardship: Hardship) -> tuple[Picture, int]:
    """Noise of the sensor, and JPEG."""
    if noise > 0.5:
        picture = picture + _grain(picture.shape[:2], rng) * np.float32(noise)
    quality = int(rng.integers(hardship.jpeg[0], hardship.jpeg[1] + 1))
    done, data = cv2.imencode(".jpg", np.clip(picture, 0, 255).astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert done, "an array of pixels can be encoded"
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8), quality
