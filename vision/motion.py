"""One vehicle in two pictures of an event: where its plate was, and where it was a moment later."""

from collections.abc import Sequence
from dataclasses import dataclass

from adjudication.facts import Box, Measurement, Media
from adjudication.messages import PassageObserved
from adjudication.units import MICROS_PER_SECOND, Micros
from vision.ports import Seen, Target
from vision.targets import overlap

OF_THE_SCENE = ("overview", "violation")
"""Roles of pictures that show the road as the fixed camera sees it; the others are cut out or zoomed in."""
GONE_M = 1.5
"""A vehicle that should have gone this far has moved in the picture by three plates' widths at right angles, and
towards a camera 30 m away and 4.5 m high still by more than a third of one."""
STILL = 0.15
"""Of a plate's width."""
STILL_IOU = 0.9
"""Boxes of a standing vehicle overlap by more, those of one that went `GONE_M` on by less."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A plate that was read in one picture. `box` is in that picture's pixels."""

    picture: int
    captured_us: Micros
    box: Box
    target: Target


def sights(text: str, media: Sequence[Media], seen: Sequence[Seen]) -> tuple[Sight, ...]:
    """Where `text` was read in pictures of the scene, by their instants: at most once a picture, none where twice."""
    found = []
    for number, (picture, one) in enumerate(zip(media, seen, strict=True)):
        bearing = [t for t in one.targets if t.plate is not None and t.plate.text == text and t.plate_box is not None]
        if picture.role in OF_THE_SCENE and len(bearing) == 1:
            box = bearing[0].plate_box
            assert box is not None
            found.append(Sight(number, picture.captured_us, box, bearing[0]))
    return tuple(sorted(found, key=lambda sight: (sight.captured_us, sight.picture)))


def farthest_apart(found: Sequence[Sight]) -> tuple[Sight, Sight] | None:
    """The two sights with the most time between them; None where there are no two instants."""
    if len(found) < 2 or found[0].captured_us == found[-1].captured_us:
        return None
    return found[0], found[-1]


def stood_still(passage: PassageObserved, seen: Sequence[Seen]) -> bool:
    """Whether the passage's vehicle is where it was, in another picture by which the measured one must have gone on.

    By its plate where that was read twice; else by its own box. False where nothing can be told.
    """
    plate, measurement, media = passage.plate, passage.event.measurement, passage.event.media
    if measurement is None:
        return False
    pair = farthest_apart(sights(plate.text, media, seen)) if plate is not None else None
    if pair is not None:
        apart_us = pair[1].captured_us - pair[0].captured_us
        return _gone_m(measurement, apart_us) >= GONE_M and _shift(pair[0].box, pair[1].box) < STILL
    vehicle = passage.vehicle
    if vehicle is None or vehicle.picture >= len(media) or media[vehicle.picture].role not in OF_THE_SCENE:
        return False
    return any(
        overlap(vehicle.box, target.vehicle.box) >= STILL_IOU
        for picture, one in zip(media, seen, strict=True)
        if picture.role in OF_THE_SCENE
        and _gone_m(measurement, abs(picture.captured_us - media[vehicle.picture].captured_us)) >= GONE_M
        for target in one.targets
        if target.vehicle is not None
    )


def _gone_m(measurement: Measurement, apart_us: int) -> float:
    """How far the measured vehicle went in that time."""
    return measurement.value_kmh100 / 360 * apart_us / MICROS_PER_SECOND


def _shift(one: Box, other: Box) -> float:
    """The farthest move of a corner, in widths of the plate, or its growth if that is more."""
    moves = (
        abs(one.x - other.x),
        abs(one.y - other.y),
        abs(one.x + one.width - other.x - other.width),
        abs(one.y + one.height - other.y - other.height),
    )
    return max(*moves, abs(one.width - other.width)) / max(one.width, 1)
