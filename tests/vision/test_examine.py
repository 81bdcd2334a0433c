"""What is added to a passage beside its reading, and that nothing of the reading changes."""

import dataclasses

import msgspec
import numpy as np
import pytest

from adjudication.facts import Measurement
from adjudication.messages import PassageObserved
from ingest.frame import Frame
from tests.enrolled import DEVICES
from tests.vision.crossings import crossing, drawn, seen_in
from vision.examine import examiner
from vision.ports import Seen
from vision.stage import passages

EXAMINE = examiner(DEVICES)


@pytest.fixture(scope="module")
def standing() -> tuple[Frame, list[Seen], PassageObserved]:
    """A car drawn twice at one place, said to have been measured at 90 km/h."""
    rng = np.random.default_rng(12)
    one = crossing(rng, daylight="day", place=0)
    still = dataclasses.replace(one, second=one.first, apart_us=300_000)
    seen = [seen_in(scene, picture, np.random.default_rng(1)) for picture, scene in enumerate((still.first,) * 2)]
    frame = drawn(still, 90, 4)
    return frame, seen, passages(frame, seen, "")[0]


def test_a_vehicle_that_stood_still_is_flagged_and_its_reading_stays(
    standing: tuple[Frame, list[Seen], PassageObserved],
) -> None:
    frame, seen, passage = standing
    examined = EXAMINE(frame, seen, passage)
    assert "standing" in examined.quality
    assert examined.likeness is not None
    added = {"quality": passage.quality, "likeness": None, "second_speed": None}
    assert msgspec.structs.replace(examined, **added) == passage


@pytest.mark.parametrize("kind", ["section_speed", None])
def test_only_a_speed_at_a_point_is_compared_with_movement(
    standing: tuple[Frame, list[Seen], PassageObserved], kind: str | None
) -> None:
    frame, seen, passage = standing
    speed = kind and Measurement(kind="section_speed", value_kmh100=9_000, error_kmh100=200, limit_kmh100=6_000)
    event = msgspec.structs.replace(passage.event, measurement=speed or None)
    assert "standing" not in EXAMINE(frame, seen, msgspec.structs.replace(passage, event=event)).quality


def test_where_nobody_looked_only_the_files_speak(standing: tuple[Frame, list[Seen], PassageObserved]) -> None:
    frame, _, _ = standing
    (unread,) = passages(frame, None, "")
    assert EXAMINE(frame, None, unread) == unread
    marked = frame.bodies[0][:2] + b"\xff\xfe\x00\x10Made with GIMP" + frame.bodies[0][2:]
    edited = dataclasses.replace(frame, bodies=(marked, frame.bodies[1]))
    assert EXAMINE(edited, None, unread).quality == (*unread.quality, "edited")
