"""What the pictures of an event say of each other, beside what is read in them: facts that may cast doubt on a passage.

Nothing here changes a reading or chooses a vehicle. What is found travels with the passage, and law makes of it what it
must (adjudication/doubts.py).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from adjudication.facts import Likeness, QualityFlag, SceneCalibration, SpeedEstimate
from adjudication.messages import PassageObserved
from adjudication.units import MICROS_PER_SECOND
from ingest.devices import DeviceRegister
from ingest.frame import Frame
from vision.decode import decode
from vision.motion import Sight, farthest_apart, sights, stood_still
from vision.ports import Seen
from vision.sizing import field_of, registered
from vision.speedcheck import FIELD_ASPECT, Track, estimate
from vision.tamper import likeness, signs

ONE_LINE = frozenset({"KZ2012-P", "KZ2012-L"})
"""Formats whose one-line plates are of known size. Plates of 1993, of motorcycles and foreign ones are not; two-line
plates are too small at 20 m for their edges to say enough."""

Examine = Callable[[Frame, Sequence[Seen] | None, PassageObserved], PassageObserved]


def examiner(devices: DeviceRegister) -> Examine:
    """Adds to a passage what its event's pictures say of each other.

    `devices` knows how each camera was calibrated. The function raises Unavailable where it cannot answer, and never
    raises for what is in a picture.
    """

    def examine(frame: Frame, seen: Sequence[Seen] | None, passage: PassageObserved) -> PassageObserved:
        return replace(
            passage,
            likeness=_likeness(frame, passage),
            second_speed=_second_speed(frame, seen, passage, devices) if _moves(frame, seen, passage) else None,
            quality=tuple(dict.fromkeys((*passage.quality, *_flags(frame, seen, passage)))),
        )

    return examine


def _likeness(frame: Frame, passage: PassageObserved) -> Likeness | None:
    """Of the picture that bears the plate."""
    plate = passage.plate
    if plate is None or plate.box is None or plate.picture >= len(frame.bodies):
        return None
    return likeness(frame.bodies[plate.picture], plate.box)


def _flags(frame: Frame, seen: Sequence[Seen] | None, passage: PassageObserved) -> Iterator[QualityFlag]:
    for media, body in zip(passage.event.media, frame.bodies, strict=True):
        yield from signs(body, media.captured_us)
    if seen is not None and _moves(frame, seen, passage) and stood_still(passage, seen):
        yield "standing"


def _moves(frame: Frame, seen: Sequence[Seen] | None, passage: PassageObserved) -> bool:
    """Whether the event is of a moving vehicle in more than one picture that somebody looked at."""
    measurement = passage.event.measurement
    return seen is not None and measurement is not None and measurement.kind == "speed" and len(frame.bodies) > 1


def _second_speed(
    frame: Frame, seen: Sequence[Seen] | None, passage: PassageObserved, devices: DeviceRegister
) -> SpeedEstimate | None:
    """None where the device is not calibrated, the plate's size is not known, it was not read in two pictures, or they
    do not show it well enough."""
    plate, event = passage.plate, passage.event
    if seen is None or plate is None or plate.format_id not in ONE_LINE:
        return None
    pair = farthest_apart(sights(plate.text, event.media, seen))
    device = devices.find(event.device_id) if pair is not None else None
    calibration = device.calibration_at(event.captured_us) if device is not None else None
    if pair is None or calibration is None:
        return None
    track = _track(frame, *pair, passage.event.captured_us, calibration)
    return estimate(track, calibration) if track is not None else None


def _track(frame: Frame, first: Sight, second: Sight, measured_us: int, calibration: SceneCalibration) -> Track | None:
    """The plate from `first` to `second`; None where a picture is broken, of another size, or shows no whole plate."""
    one, other = (decode(frame.bodies[sight.picture]) for sight in (first, second))
    if isinstance(one, str) or isinstance(other, str):
        return None
    if any(picture.shape[:2] != (calibration.height, calibration.width) for picture in (one, other)):
        return None
    sized = field_of(one, first.box, FIELD_ASPECT)
    moved = registered(one, first.box, other, second.box) if sized is not None else None
    if sized is None or moved is None:
        return None
    x, y = moved @ (sized.x, sized.y, 1.0)
    middle_us = (first.captured_us + second.captured_us) / 2
    return Track(
        first=sized,
        second=(float(x), float(y)),
        ratio=float(np.linalg.norm(moved[:, 0])),
        seconds=(second.captured_us - first.captured_us) / MICROS_PER_SECOND,
        lag_s=abs(measured_us - middle_us) / MICROS_PER_SECOND,
    )
