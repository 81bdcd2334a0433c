"""One car in two drawn frames of a calibrated camera, at a known speed: what checks of moving vehicles are tried on."""

import dataclasses
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from adjudication.facts import Box, Measurement, PlateReading, RoadMark, RoadPlane, SceneCalibration, VehicleSighting
from adjudication.messages import EventCaptured
from ingest.frame import Frame
from tests import samples
from vision.perspective import Camera
from vision.ports import Seen, Target
from vision.random_scenes import plate_text
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene, VehicleTruth, truth_of

DETECTED = (1.10, 1.75)
"""How much wider and higher than the plate the plate detector's box is. Measured on 108 drawn one-line plates."""
DETECTED_BY = (0.04, 0.16)
"""And by how much that scatters."""
CAMERA = Camera()


@dataclass(frozen=True)
class Crossing:
    """A car at two instants. `kmh` is true."""

    first: Scene
    second: Scene
    apart_us: int
    kmh: float
    text: str


def crossing(rng: np.random.Generator, **scene: object) -> Crossing:
    """A car of one of three bodies, front or rear, day or night, between 50 and 150 km/h."""
    kmh = float(rng.uniform(50, 150))
    near, gone = float(rng.uniform(19.5, 21.5)), float(rng.uniform(4, 10))
    view = "front" if rng.random() < 0.6 else "rear"
    format_id = str(rng.choice(("KZ2012-P", "KZ2012-L")))
    plate = DrawnPlate(plate_text(rng, format_id), format_id, dirt=float(rng.choice((0.0, 0.12))))
    car = DrawnVehicle(
        body=str(rng.choice(("sedan", "hatchback", "suv"))),  # type: ignore[arg-type]  # one of the three names
        view=view,
        colour=str(rng.choice(("white", "black", "silver", "blue"))),
        plate=plate,
        x_m=float(rng.uniform(-0.5, 0.5)),
        z_m=near + gone if view == "front" else near,
        heading_rad=float(rng.normal(0, 0.02)),
        style=int(rng.integers(0, 18)),
    )
    there = dataclasses.replace(car, z_m=near if view == "front" else near + gone)
    road: dict[str, object] = {
        "daylight": str(rng.choice(("day", "day", "dusk", "night"))),
        "motion_blur_px": float(rng.choice((0.0, 2.0))),
        "noise": float(rng.uniform(1, 7)),
        "jpeg_quality": int(rng.integers(70, 94)),
        "place": int(rng.integers(0, 20)),
    } | scene
    return Crossing(
        first=Scene((car,), **road),  # type: ignore[arg-type]  # a scene's fields by name
        second=Scene((there,), **road),  # type: ignore[arg-type]
        apart_us=round(gone / (kmh / 3.6) * 1_000_000),
        kmh=kmh,
        text=plate.text,
    )


def calibration(camera: Camera = CAMERA, *, road: bool = True) -> SceneCalibration:
    """What a surveyor would write down of a drawn camera."""
    return SceneCalibration(
        since_us=0,
        width=camera.width,
        height=camera.height,
        focal_px100=round(camera.focal_px * 100),
        focal_error_bp=50,
        turn_mrad=0,
        turn_error_mrad=50,
        stamp_error_us=1_000,
        road=_road(camera) if road else None,
    )


def _road(camera: Camera) -> RoadPlane:
    marks = []
    for right, ahead in ((-1.0, 20.5), (1.0, 20.5), (-1.2, 30.0), (1.2, 30.0)):
        ((x, y),) = camera.project(np.array([[right, 0.0, ahead]]))
        place = {"right_mm": round(right * 1000), "ahead_mm": round(ahead * 1000)}
        marks.append(RoadMark(x_px100=round(x * 100), y_px100=round(y * 100), **place))
    return RoadPlane(mast_mm=round(camera.mast_m * 1000), mast_error_mm=50, marks=tuple(marks), scale_error_bp=50)


def event_of(one: Crossing, measured_kmh: float, bodies: tuple[bytes, bytes]) -> EventCaptured:
    """A measured event with the two pictures."""
    ordinary = samples.event(1, bodies)
    first, second = ordinary.media
    later_us = first.captured_us + one.apart_us
    return samples.event(
        1,
        bodies,
        captured_us=first.captured_us + one.apart_us // 2,
        media=(first, replace(second, captured_us=later_us)),
        measurement=Measurement(
            kind="speed", value_kmh100=round(measured_kmh * 100), error_kmh100=200, limit_kmh100=6_000
        ),
    )


def drawn(one: Crossing, measured_kmh: float, seed: int) -> Frame:
    """The event as a frame of two drawn pictures."""
    first, second = (
        encode_jpeg(render_frame(scene, seed + number).image, scene.jpeg_quality)
        for number, scene in enumerate((one.first, one.second))
    )
    header = event_of(one, measured_kmh, (first, second))
    return Frame(header, b"", b"", (first, second))


def seen_in(scene: Scene, picture: int, rng: np.random.Generator) -> Seen:
    """What a detector and a perfect reader would say: true texts, boxes as loose as measured."""
    return Seen(tuple(_target(truth, picture, rng) for truth in truth_of(scene).vehicles))


def _target(truth: VehicleTruth, picture: int, rng: np.random.Generator) -> Target:
    assert truth.plate_quad is not None
    assert truth.plate_text is not None
    quad = np.array(truth.plate_quad)
    middle, size = quad.mean(axis=0), quad.max(axis=0) - quad.min(axis=0)
    width, height = size * np.clip(rng.normal(DETECTED, DETECTED_BY), 1.0, 2.2)
    x, y = middle - (width / 2, height / 2)
    box = Box(x=max(round(x), 0), y=max(round(y), 0), width=round(width), height=round(height))
    reading = PlateReading(
        text=truth.plate_text,
        format_id=truth.format_id or "",
        country="KZ",
        confidence_bp=9_999,
        characters_bp=(9_999,) * len(truth.plate_text),
        box=box,
        picture=picture,
        source="vision",
    )
    vehicle = VehicleSighting(vehicle_class="car", confidence_bp=9_000, box=truth.box, picture=picture)
    return Target(vehicle, reading, box)
