"""[vision]: a frame becomes passages, one for each plate-bearing vehicle and at least one for each event."""

from collections.abc import Callable, Iterator, Sequence

from adjudication import ids, plates
from adjudication.facts import Box, DeviceReading, PlateReading, QualityFlag
from adjudication.messages import EventCaptured, PassageObserved
from ingest.frame import Frame
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import FRAMES, PASSAGES
from vision.examine import Examine
from vision.ports import Eyes, Look, Seen, Target
from vision.region import surroundings
from vision.targets import NOTHING, Aim, aim, every_plate, numbered

BATCH = 8
"""Pictures wait for each other: eight frames of 150 ms keep the road's delay near a second on one core."""

OF_THE_MEANT = ("vehicle", "plate")
"""Roles of pictures in which the device says to show the vehicle it means, and no other."""

PlateKey = Callable[[str], str]


def as_read(_frame: Frame, _seen: Sequence[Seen] | None, passage: PassageObserved) -> PassageObserved:
    """The passage as it was read: nothing else is looked at."""
    return passage


def vision(eyes: Eyes | None, key: PlateKey, examine: Examine = as_read) -> Stage:
    """The stage. Without `eyes` the device's own reading stands alone.

    `key` makes the stream key of a plate (a keyed pseudonym); what is unread is keyed by its device. `examine` adds
    what the event's pictures say of each other (vision/examine.py).
    """

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        frames = [_frame(one) for one in received]
        return [
            Outgoing(PASSAGES, _key(passage, key), passage, one.carried())
            for one, frame, seen in zip(received, frames, _look(eyes, frames), strict=True)
            for read in passages(frame, seen, eyes.reader if eyes is not None else "")
            for passage in (examine(frame, seen, read),)
        ]

    return Stage(
        "vision", "observation", (FRAMES,), handle, BATCH, seen_id=lambda received: _frame(received).content_id
    )


def passages(frame: Frame, seen: Sequence[Seen] | None, reader: str) -> list[PassageObserved]:
    """What an event's pictures show; `seen` has one entry for each picture, or is None where nobody looked.

    A measured or reported event names one target, so it is one passage; any other is one for each plate that was read.
    """
    event = frame.header
    closeups = [number for number, media in enumerate(event.media) if media.role in OF_THE_MEANT]
    if seen is None:
        aims = [Aim(NOTHING, 1 if event.reading is not None else 0)]
    elif event.means_one:
        aims = [aim(seen, event.reading, closeups)]
    else:
        aims = [Aim(target, 1) for target in every_plate(seen)] or [aim(seen, event.reading, closeups)]
    hinted = device_plate(event.reading) if event.reading is not None else None
    read = {one.target.plate.text for one in aims if one.target.plate is not None}
    disagree = hinted is not None and bool(read) and hinted.text not in read
    return [
        PassageObserved(
            passage_id=ids.passage_id(frame.content_id, ordinal),
            event_id=frame.event_id,
            ordinal=ordinal,
            event=event,
            plate=one.target.plate or hinted,
            vehicle=one.target.vehicle,
            candidates=one.candidates,
            quality=tuple(dict.fromkeys(_flags(event, one, hinted, seen, disagree=disagree))),
            reader=reader,
        )
        for ordinal, one in enumerate(aims)
    ]


def device_plate(reading: DeviceReading) -> PlateReading | None:
    """The device's own reading as a plate of picture 0; None where its text is no plate."""
    text = plates.normalise(reading.plate)
    formats = plates.classify(text)
    if not formats:
        return None
    return PlateReading(
        text=text,
        format_id=formats[0].id,
        country=plates.country(formats),
        confidence_bp=reading.confidence_bp,
        characters_bp=(reading.confidence_bp,) * len(text),
        box=reading.plate_box,
        picture=0,
        source="device",
    )


def _flags(
    event: EventCaptured, aimed: Aim, hinted: PlateReading | None, seen: Sequence[Seen] | None, *, disagree: bool
) -> Iterator[QualityFlag]:
    """What an officer, or a rule, should know before trusting the passage."""
    target = aimed.target
    if event.reading is not None and hinted is None:
        yield "grammar"
    if seen is None:
        if hinted is None:
            yield "no_plate"
        return
    yield from seen[_picture(target)].flags
    yield from (*target.flags, *aimed.flags)
    if target.vehicle is None:
        yield "no_vehicle"
    if target.plate is None:
        yield "no_plate"
    if disagree:
        yield "device_disagrees"


def _picture(target: Target) -> int:
    if target.plate is not None:
        return target.plate.picture
    return target.vehicle.picture if target.vehicle is not None else 0


def _look(eyes: Eyes | None, frames: Sequence[Frame]) -> list[list[Seen] | None]:
    """Everything seen in each frame; the pictures of all frames are shown to the eyes together."""
    if eyes is None:
        return [None] * len(frames)
    answers = iter(eyes.read_many([look for frame in frames for look in looks(frame)]))
    return [[numbered(next(answers), number) for number in range(len(frame.bodies))] for frame in frames]


def looks(frame: Frame) -> list[Look]:
    """The pictures of a frame; the device's boxes lie in the first."""
    hint = frame.header.reading
    boxes = (hint.plate_box, _vehicle_box(hint)) if hint is not None else ()
    return [Look(body, *(boxes if number == 0 else ())) for number, body in enumerate(frame.bodies)]


def _vehicle_box(hint: DeviceReading) -> Box | None:
    """Where to look for the vehicle: a device that names only the plate spares that search, not the class's."""
    return hint.vehicle_box or (surroundings(hint.plate_box) if hint.plate_box is not None else None)


def _key(passage: PassageObserved, key: PlateKey) -> str:
    return key(passage.plate.text) if passage.plate is not None else passage.event.device_id


def _frame(received: Received) -> Frame:
    assert isinstance(received.message, Frame), "only frames travel on frames.v1"
    return received.message
