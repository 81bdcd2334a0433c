"""A drawn scene as data, and the exact truth of it: what stands where, computed from geometry before anything is drawn.

A scene is everything a frame depends on but the grain (vision/render.py takes a seed for that).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from adjudication.facts import Box, VehicleClass
from vision.boards import Board
from vision.bodies import BODIES, BodyName, View, skin
from vision.perspective import Camera, Points, placed
from vision.plate_art import layout_of

Mask = NDArray[np.uint8]
Hidden = NDArray[np.bool_]
Daylight = Literal["day", "dusk", "night"]
Weather = Literal["clear", "overcast", "rain", "snow", "fog"]

GANTRY: Final = Camera()
LANE_M: Final = 3.5
"""Width of a lane. Source: ordinary city streets; the exact value carries nothing."""
PLATE_GAP_M: Final = 0.03
"""The plate stands this far before the body."""
CARGO: Final = (2.5, 0.9, 3.7, 2.0, 9.0)
"""A truck's box: width, low, high, near, far, in metres from the cab's front."""

CLASS_OF: Final[dict[BodyName, VehicleClass]] = {
    "sedan": "car",
    "hatchback": "car",
    "suv": "car",
    "minibus": "car",
    "bus": "bus",
    "truck": "truck",
    "motorcycle": "motorcycle",
}
"""The class that COCO's annotators give each body; a minibus is mostly a car to them."""


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A plate to draw: normalised text, format id of adjudication/plates.py, in one row or two."""

    text: str
    format_id: str
    rows: Literal[1, 2] = 1
    dirt: float = 0.0
    glare: float = 0.0


Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mounted:
    """A board hung in the world, or on a vehicle in that one's own metres; it is no plate and has no part in the truth.

    `corners` go clockwise from its top left as seen. `shines`: how bright its white is shown by night, 0 to 1; road
    signs throw the flash back, shop signs are lit.
    """

    board: Board
    corners: tuple[Point, Point, Point, Point]
    shines: float = 0.0


@dataclass(frozen=True, slots=True)
class DrawnVehicle:
    """A vehicle to draw: its seen end's middle at (x_m, z_m) of the world. `style` picks details without meaning."""

    body: BodyName
    view: View
    colour: str
    plate: DrawnPlate | None
    x_m: float
    z_m: float = 20.5
    heading_rad: float = 0.0
    style: int = 0
    boards: tuple[Mounted, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame to draw. `caption` is burned into its bar; `place` picks the street; lengths of blur are in pixels."""

    vehicles: tuple[DrawnVehicle, ...]
    camera: Camera = GANTRY
    daylight: Daylight = "day"
    weather: Weather = "clear"
    motion_blur_px: float = 0.0
    defocus_px: float = 0.0
    noise: float = 3.0
    jpeg_quality: int = 88
    place: int = 0
    caption: tuple[str, ...] = ()
    boards: tuple[Mounted, ...] = ()


@dataclass(frozen=True, slots=True)
class VehicleTruth:
    """What is true of one drawn vehicle.

    `plate_quad` are the plate's corners in pixels, clockwise from its top left, None without a plate. `occlusion` and
    `plate_occlusion` are the shares hidden behind nearer vehicles or outside the picture, 0 to 1. `readable` is whether
    a person could read the plate: false if dirty, overexposed, smeared, small or hidden.
    """

    vehicle_class: VehicleClass
    colour: str
    box: Box
    plate_text: str | None
    format_id: str | None
    plate_quad: tuple[tuple[float, float], ...] | None
    occlusion: float
    plate_occlusion: float
    readable: bool


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What is true of a frame, in the scene's order of vehicles."""

    vehicles: tuple[VehicleTruth, ...]


def truth_of(scene: Scene) -> FrameTruth:
    """The exact truth of a scene, from its geometry alone.

    Raises:
        Invalid: `plate-layout`, a plate's text does not fit its format.
    """
    masks = [_silhouette(scene.camera, vehicle) for vehicle in scene.vehicles]
    return FrameTruth(
        tuple(
            _vehicle_truth(scene, vehicle, mask, _hiding(scene, vehicle, masks))
            for vehicle, mask in zip(scene.vehicles, masks, strict=True)
        )
    )


def outline(vehicle: DrawnVehicle) -> Points:
    """World points, [N,3], whose hull is the vehicle's silhouette."""
    local = skin(vehicle.body, vehicle.view).corners.reshape(-1, 3)
    if vehicle.body == "truck":
        width, low, high, near, far = CARGO
        if vehicle.view == "rear":
            near, far = 0.0, far - near
        corners = [(side * width / 2, y, z) for side in (-1, 1) for y in (low, high) for z in (near, far)]
        local = np.concatenate((local, corners))
    feet = [(side * 0.9 * BODIES[vehicle.body].width / 2, 0.0, z) for side in (-1, 1) for z in (0.4, 1.1)]
    return placed(np.concatenate((local, feet)), vehicle.x_m, vehicle.z_m, vehicle.heading_rad)


def plate_corners(vehicle: DrawnVehicle) -> Points | None:
    """World corners of the plate, [4,3], clockwise from its top left as seen; None without a plate."""
    heights = BODIES[vehicle.body].plates
    middle = heights[0] if vehicle.view == "front" else heights[1]
    if vehicle.plate is None or middle is None:
        return None
    layout = layout_of(vehicle.plate.format_id, vehicle.plate.text, vehicle.plate.rows)
    half_width, half_height = layout.width / 2_000, layout.height / 2_000
    lean = 0.06 * half_height
    corners = (
        (-half_width, middle + half_height, lean - PLATE_GAP_M),
        (half_width, middle + half_height, lean - PLATE_GAP_M),
        (half_width, middle - half_height, -lean - PLATE_GAP_M),
        (-half_width, middle - half_height, -lean - PLATE_GAP_M),
    )
    return placed(np.array(corners), vehicle.x_m, vehicle.z_m, vehicle.heading_rad)


MASK_SCALE: Final = 4
"""Hidden shares are counted on every fourth pixel: exact to about a hundredth, and cheap."""
_MARGIN = 1
"""Silhouettes are counted on three pictures' width and height, so that what lies outside is known too."""


def _silhouette(camera: Camera, vehicle: DrawnVehicle) -> Mask:
    hull = cv2.convexHull(camera.project(outline(vehicle)).astype(np.float32))
    return _filled(camera, np.asarray(hull[:, 0], np.float64))


def _filled(camera: Camera, polygon: Points) -> Mask:
    width, height = camera.width // MASK_SCALE, camera.height // MASK_SCALE
    mask = np.zeros((height * (1 + 2 * _MARGIN), width * (1 + 2 * _MARGIN)), np.uint8)
    shifted = polygon / MASK_SCALE + (width * _MARGIN, height * _MARGIN)
    cv2.fillPoly(mask, [np.round(shifted).astype(np.int32)], 1)
    return mask


def _hiding(scene: Scene, vehicle: DrawnVehicle, masks: Sequence[Mask]) -> Hidden:
    """Where this vehicle cannot be seen: outside the picture, or behind a nearer vehicle."""
    width, height = scene.camera.width // MASK_SCALE, scene.camera.height // MASK_SCALE
    hidden = np.ones((height * (1 + 2 * _MARGIN), width * (1 + 2 * _MARGIN)), np.bool_)
    hidden[height * _MARGIN : height * (_MARGIN + 1), width * _MARGIN : width * (_MARGIN + 1)] = False
    for other, mask in zip(scene.vehicles, masks, strict=True):
        if other is not vehicle and other.z_m < vehicle.z_m:
            hidden |= mask.astype(np.bool_)
    return hidden


def _vehicle_truth(
    scene: Scene,
    vehicle: DrawnVehicle,
    mask: Mask,
    hidden: Hidden,
) -> VehicleTruth:
    camera, plate, corners = scene.camera, vehicle.plate, plate_corners(vehicle)
    quad = camera.project(corners) if corners is not None else None
    plate_hidden = _share(_filled(camera, quad), hidden) if quad is not None else 0.0
    return VehicleTruth(
        vehicle_class=CLASS_OF[vehicle.body],
        colour=vehicle.colour,
        box=_box(camera, camera.project(outline(vehicle))),
        plate_text=plate.text if plate and quad is not None else None,
        format_id=plate.format_id if plate and quad is not None else None,
        plate_quad=tuple((float(x), float(y)) for x, y in quad) if quad is not None else None,
        occlusion=_share(mask, hidden),
        plate_occlusion=plate_hidden,
        readable=plate is not None and quad is not None and plate_hidden < 0.02 and _readable(scene, plate, quad),
    )


def _share(mask: Mask, hidden: Hidden) -> float:
    whole = int(mask.sum())
    return round(float(mask[hidden].sum()) / whole, 3) if whole else 1.0


def _readable(scene: Scene, plate: DrawnPlate, quad: Points) -> bool:
    """A person needs strokes of two pixels or so, not smeared over their neighbours, not covered, not burned out."""
    stroke_px = np.linalg.norm(quad[1] - quad[0]) / 60
    smeared = max(scene.motion_blur_px, 2 * scene.defocus_px) > 3.2 * stroke_px
    return bool(stroke_px >= 1.1 and not smeared and plate.dirt < 0.4 and plate.glare < 0.6)


def _box(camera: Camera, points: Points) -> Box:
    """The smallest box around the points, cut to the picture."""
    low = np.clip(np.floor(points.min(axis=0)), 0, (camera.width, camera.height)).astype(int)
    high = np.clip(np.ceil(points.max(axis=0)), 0, (camera.width, camera.height)).astype(int)
    return Box(x=int(low[0]), y=int(low[1]), width=int(high[0] - low[0]), height=int(high[1] - low[1]))
