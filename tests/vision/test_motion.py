"""A parked car beside the moving one: whoever did not move was not measured."""

import numpy as np
import pytest
from msgspec.structs import replace

from adjudication.facts import Box, Measurement
from tests import samples
from tests.vision.crossings import seen_in
from tests.vision.test_stage import car
from vision.motion import stood_still
from vision.perspective import Camera
from vision.ports import Seen
from vision.scene import DrawnPlate, DrawnVehicle, Scene
from vision.stage import passages

WIDE = Camera(width=1920, height=1080, focal_px=4_200.0, pitch_rad=0.14)
"""Sees two lanes."""
PARKED, MOVER = "489AAC02", "500AAA01"


def street(mover_z_m: float, parked_z_m: float = 22.0) -> Scene:
    vehicles = (
        DrawnVehicle("sedan", "front", "silver", DrawnPlate(PARKED, "KZ2012-P"), -1.8, parked_z_m),
        DrawnVehicle("suv", "front", "blue", DrawnPlate(MOVER, "KZ2012-P"), 1.6, mover_z_m),
    )
    return Scene(vehicles, camera=WIDE)


def is_doubted(text: str, *, kmh: float, apart_s: float, roles: tuple[str, str] = ("overview", "violation")) -> bool:
    """Whether the passage of `text` is doubted, where the mover went as fast as was measured."""
    rng = np.random.default_rng(5)
    far = 22.0 + kmh / 3.6 * apart_s
    seen = [seen_in(scene, picture, rng) for picture, scene in enumerate((street(far), street(22.0)))]
    first, second = samples.event(1, (b"a", b"b")).media
    media = (
        replace(first, role=roles[0]),
        replace(second, role=roles[1], captured_us=first.captured_us + round(apart_s * 1e6)),
    )
    measurement = Measurement(kind="speed", value_kmh100=round(kmh * 100), error_kmh100=200, limit_kmh100=6_000)
    named = [Seen(tuple(t for t in one.targets if t.plate is not None and t.plate.text == text)) for one in seen]
    frame = samples.frame(1, (b"a", b"b"), media=media, measurement=measurement)
    (passage,) = passages(frame, named, "")
    return stood_still(passage, seen)


@pytest.mark.parametrize("kmh", [50, 83, 140])
@pytest.mark.parametrize("apart_s", [0.15, 0.25, 0.4])
def test_of_two_abreast_the_parked_one_is_doubted_and_the_mover_is_not(kmh: float, apart_s: float) -> None:
    assert is_doubted(PARKED, kmh=kmh, apart_s=apart_s)
    assert not is_doubted(MOVER, kmh=kmh, apart_s=apart_s)


def test_within_too_short_a_time_nobody_is_doubted() -> None:
    assert not is_doubted(PARKED, kmh=60, apart_s=0.05)


def test_a_close_up_says_nothing_of_movement() -> None:
    assert not is_doubted(PARKED, kmh=83, apart_s=0.3, roles=("overview", "plate"))


def observed(*targets: Seen, role: str = "violation", later_us: int = 500_000):
    media = samples.event(1, (b"a", b"b")).media
    media = (media[0], replace(media[1], role=role, captured_us=media[0].captured_us + later_us))
    frame = samples.frame(1, (b"a", b"b"), media=media)
    return passages(frame, targets, "")[0], targets


def test_where_the_plate_was_read_once_the_vehicles_box_tells() -> None:
    assert stood_still(*observed(Seen((car("489AAC02"),)), Seen((car(None, x=102),))))
    assert not stood_still(*observed(Seen((car("489AAC02"),)), Seen((car(None, x=180),))))
    assert not stood_still(*observed(Seen((car("489AAC02"),)), Seen()))
    assert not stood_still(*observed(Seen((car("489AAC02"),)), Seen((car(None, x=102),)), role="plate"))
    assert not stood_still(*observed(Seen((car("489AAC02"),)), Seen((car(None, x=102),)), later_us=10_000))


def test_without_a_measurement_or_a_vehicle_nothing_is_told() -> None:
    passage, seen = observed(Seen((car("489AAC02"),)), Seen((car("489AAC02"),)))
    assert stood_still(passage, seen)
    assert not stood_still(replace(passage, event=replace(passage.event, measurement=None)), seen)
    assert not stood_still(replace(passage, plate=None, vehicle=None), seen)


def test_a_plate_that_grew_has_come_nearer() -> None:
    first, second = car("489AAC02"), car("489AAC02")
    box = second.plate_box
    assert box is not None
    nearer = Box(x=box.x - 6, y=box.y - 2, width=box.width + 12, height=box.height + 4)
    moved = type(second)(second.vehicle, second.plate, nearer)
    assert not stood_still(*observed(Seen((first,)), Seen((moved,))))
