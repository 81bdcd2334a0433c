"""Review: ways in which a picture of another vehicle becomes a fine."""

from adjudication.facts import Box, PlateReading, VehicleSighting
from vision.ports import Seen, Target
from vision.targets import aim


def car(text: str | None, x: int) -> Target:
    box = Box(x=x + 40, y=160, width=60, height=14)
    vehicle = VehicleSighting(
        vehicle_class="car", confidence_bp=8_000, box=Box(x=x, y=50, width=150, height=150), picture=0
    )
    read = text and PlateReading(
        text=text,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=9_999,
        characters_bp=(9_999,) * len(text),
        box=box,
        picture=1,
        source="vision",
        second=text,
        second_confidence_bp=9_999,
    )
    return Target(vehicle=vehicle, plate=read or None, plate_box=box if read else None)


def test_the_plate_of_a_later_picture_s_only_car_is_not_surely_that_of_the_first_picture_s() -> None:
    """The measured car is unread; later another car is alone in view: its plate must not pass for the first one's."""
    chosen = aim((Seen((car(None, 100),)), Seen((car("489AAC02", 600),))), None)
    plate = chosen.target.plate
    assert plate is None or chosen.candidates != 1 or chosen.flags or chosen.target.flags


def test_a_close_up_of_the_meant_vehicle_gives_its_plate_with_both_reads() -> None:
    chosen = aim((Seen((car(None, 100),)), Seen((car("489AAC02", 600),))), None, closeups=(1,))
    plate = chosen.target.plate
    assert plate is not None
    assert (plate.text, plate.second) == ("489AAC02", "489AAC02")
