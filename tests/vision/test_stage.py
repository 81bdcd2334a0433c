"""[vision] as a stage: which passages an event becomes, whatever the eyes say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from adjudication import codec
from adjudication.facts import Box, DeviceReading, PlateReading, VehicleSighting
from adjudication.messages import PassageObserved
from ingest.stage import FRAME_POSITION, Position, Received
from ingest.topics import PASSAGES
from tests import samples
from vision.ports import Eyes, Look, Seen, Target
from vision.stage import vision
from vision.targets import holds


@dataclass
class ScriptedEyes:
    """Eyes that see what the test says, picture by picture."""

    script: dict[bytes, Seen]
    reader: str = "scripted"
    asked: list[int] = field(default_factory=list)
    shown: list[Look] = field(default_factory=list)

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        self.asked.append(len(looks))
        self.shown.extend(looks)
        return [self.script[look.body] for look in looks]


def plate(text: str, x: int = 100, confidence_bp: int = 9_000) -> PlateReading:
    return PlateReading(
        text=text,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=confidence_bp,
        characters_bp=(confidence_bp,) * len(text),
        box=Box(x=x + 40, y=160, width=60, height=14),
        picture=0,
        source="vision",
    )


def car(text: str | None, x: int = 100, size: int = 150) -> Target:
    """A car at `x` with the plate `text`, None for one that could not be read."""
    vehicle = VehicleSighting(
        vehicle_class="car", confidence_bp=8_000, box=Box(x=x, y=50, width=size, height=size), picture=0
    )
    read = plate(text, x) if text is not None else None
    return Target(vehicle=vehicle, plate=read, plate_box=read.box if read is not None else None)


def run(
    seen: tuple[Seen, ...] | None, *, reading: DeviceReading | None = None, measured: bool = True
) -> list[PassageObserved]:
    pictures = tuple(f"picture {number}".encode() for number in range(len(seen or (1,))))
    eyes: Eyes | None = None if seen is None else ScriptedEyes(dict(zip(pictures, seen, strict=True)))
    changes: dict[str, object] = {"reading": reading} | ({} if measured else {"measurement": None})
    message = samples.frame(1, pictures, **changes)
    outgoing = vision(eyes, key="key-of-{}".format).handle([Received(message, Position("frames.v1", 2, 7), "cam-1")])
    for one in outgoing:
        assert one.topic is PASSAGES
        assert one.headers[FRAME_POSITION] == "frames.v1/2/7"
        assert isinstance(one.message, PassageObserved)
        read = one.message.plate
        assert one.key == (f"key-of-{read.text}" if read else "cam-1")
        assert codec.decode(codec.encode(one.message), PassageObserved) == one.message
    return [one.message for one in outgoing if isinstance(one.message, PassageObserved)]


HINT = DeviceReading(plate="489 аас 02", confidence_bp=9_300)
AT_300 = Box(x=305, y=55, width=150, height=150)


def test_without_eyes_the_devices_reading_stands_alone() -> None:
    (passage,) = run(None, reading=HINT)
    assert passage.plate is not None
    assert (passage.plate.text, passage.plate.source, passage.plate.confidence_bp) == ("489AAC02", "device", 9_300)
    assert (passage.candidates, passage.reader, passage.quality) == (1, "", ())


def test_without_eyes_and_without_a_reading_there_is_still_one_passage() -> None:
    (passage,) = run(None)
    assert (passage.plate, passage.candidates, passage.quality) == (None, 0, ("no_plate",))


def test_a_device_text_that_is_no_plate_is_not_believed() -> None:
    (passage,) = run(None, reading=DeviceReading(plate="COOD", confidence_bp=9_900))
    assert passage.plate is None
    assert passage.quality == ("grammar", "no_plate")


def test_one_vehicle_is_the_target_of_a_measured_event() -> None:
    (passage,) = run((Seen((car("489AAC02"),)),))
    assert passage.plate is not None
    assert (passage.plate.text, passage.candidates, passage.quality) == ("489AAC02", 1, ())


def test_a_measured_event_with_two_vehicles_is_one_ambiguous_passage() -> None:
    (passage,) = run((Seen((car("489AAC02"), car("500AAA01", x=300))),))
    assert passage.candidates == 2
    assert "several_vehicles" in passage.quality


def test_a_vehicle_far_behind_is_not_a_candidate() -> None:
    (passage,) = run((Seen((car("489AAC02"), car(None, x=300, size=40))),))
    assert passage.candidates == 1


def test_the_devices_box_names_the_target_among_two() -> None:
    hint = DeviceReading(plate="500AAA01", confidence_bp=9_000, vehicle_box=AT_300)
    (passage,) = run((Seen((car("489AAC02"), car("500AAA01", x=300))),), reading=hint)
    assert passage.plate is not None
    assert (passage.plate.text, passage.candidates, passage.quality) == ("500AAA01", 1, ())


def test_the_devices_text_names_the_target_where_it_gives_no_box() -> None:
    (passage,) = run((Seen((car("500AAA01", x=300), car("489AAC02"))),), reading=HINT)
    assert passage.plate is not None
    assert (passage.plate.text, passage.candidates) == ("489AAC02", 1)


def test_a_box_that_points_at_nothing_leaves_no_candidate() -> None:
    hint = DeviceReading(plate="489AAC02", confidence_bp=9_000, vehicle_box=AT_300)
    (passage,) = run((Seen((car("500AAA01"),)),), reading=hint)
    assert passage.candidates == 0
    assert passage.plate is not None
    assert passage.plate.source == "device"


def test_eyes_that_read_otherwise_than_the_device_say_so() -> None:
    (passage,) = run((Seen((car("500AAA01"),)),), reading=HINT)
    assert passage.plate is not None
    assert passage.plate.text == "500AAA01"
    assert "device_disagrees" in passage.quality


def test_an_unmeasured_event_is_a_passage_for_each_plate() -> None:
    seen = (Seen((car("489AAC02"), car("500AAA01", x=300), car(None, x=600))),)
    passages = run(seen, measured=False)
    assert [(p.ordinal, p.plate and p.plate.text, p.candidates) for p in passages] == [
        (0, "489AAC02", 1),
        (1, "500AAA01", 1),
    ]
    assert len({p.passage_id for p in passages}) == 2


def test_an_unmeasured_event_without_a_plate_is_one_passage() -> None:
    (passage,) = run((Seen(flags=("corrupt",)),), measured=False)
    assert passage.quality == ("corrupt", "no_vehicle", "no_plate")


def test_a_second_picture_that_agrees_makes_the_plate_surer_and_is_no_second_reader() -> None:
    (passage,) = run((Seen((car("489AAC02"),)), Seen((car("489AAC02"),))))
    assert passage.plate is not None
    assert passage.plate.confidence_bp > 9_000
    assert (passage.plate.second, passage.quality) == ("", ())


def test_a_second_picture_that_differs_is_told() -> None:
    (passage,) = run((Seen((car("489AAC02"),)), Seen((car("489AAO02"),))))
    assert passage.quality == ("reads_disagree",)


def test_a_close_up_supplies_the_plate_the_overview_does_not_show() -> None:
    (passage,) = run((Seen((car(None),)), Seen((Target(None, plate("489AAC02"), None),))))
    assert passage.plate is not None
    assert (passage.plate.text, passage.plate.picture, passage.candidates) == ("489AAC02", 1, 1)


def test_the_pictures_of_a_batch_are_shown_together() -> None:
    eyes = ScriptedEyes({b"a": Seen((car("489AAC02"),)), b"b": Seen((car("500AAA01"),))})
    frames = [samples.frame(number, (body,)) for number, body in enumerate((b"a", b"b"), start=1)]
    batch = [Received(one, Position("frames.v1", 0, n), "cam-1") for n, one in enumerate(frames)]
    stage = vision(eyes, key=str)
    texts = [one.message.plate.text for one in stage.handle(batch)]
    assert (eyes.asked, texts) == ([2], ["489AAC02", "500AAA01"])
    assert stage.seen_id is not None
    assert stage.seen_id(batch[0]) == frames[0].content_id


def test_the_devices_boxes_are_shown_to_the_eyes_with_the_first_picture_only() -> None:
    eyes = ScriptedEyes({b"a": Seen((car("489AAC02"),)), b"b": Seen()})
    plate_box = Box(x=140, y=160, width=60, height=14)
    hint = DeviceReading(plate="489AAC02", confidence_bp=9_000, plate_box=plate_box, vehicle_box=AT_300)
    message = samples.frame(1, (b"a", b"b"), reading=hint)
    vision(eyes, key=str).handle([Received(message, Position("frames.v1", 2, 7), "cam-1")])
    assert eyes.shown == [Look(b"a", plate_box, AT_300), Look(b"b")]


def test_the_vehicle_is_looked_for_around_a_plate_that_comes_without_one() -> None:
    eyes = ScriptedEyes({b"a": Seen((car("489AAC02"),))})
    plate_box = Box(x=540, y=560, width=60, height=14)
    hint = DeviceReading(plate="489AAC02", confidence_bp=9_000, plate_box=plate_box)
    message = samples.frame(1, (b"a",), reading=hint)
    vision(eyes, key=str).handle([Received(message, Position("frames.v1", 2, 7), "cam-1")])
    (shown,) = eyes.shown
    assert shown.plate == plate_box
    assert shown.vehicle is not None
    assert holds(shown.vehicle, plate_box)


def test_another_content_under_a_used_number_is_its_own_passage() -> None:
    eyes = ScriptedEyes({b"a": Seen((car("489AAC02"),)), b"b": Seen((car("489AAC02"),))})
    stage = vision(eyes, key=str)
    one, again, other = (samples.frame(1, (body,)) for body in (b"a", b"a", b"b"))
    batch = [Received(frame, Position("frames.v1", 0, n), "cam-1") for n, frame in enumerate((one, again, other))]
    passages = [out.message for out in stage.handle(batch) if isinstance(out.message, PassageObserved)]
    assert one.event_id == other.event_id
    assert stage.seen_id is not None
    assert stage.seen_id(batch[0]) == stage.seen_id(batch[1]) != stage.seen_id(batch[2])
    assert passages[0].passage_id == passages[1].passage_id != passages[2].passage_id
    assert len({passage.event_id for passage in passages}) == 1


def test_the_same_frame_gives_the_same_bytes() -> None:
    seen = (Seen((car("489AAC02"),)),)
    assert [codec.encode(p) for p in run(seen)] == [codec.encode(p) for p in run(seen)]


def test_only_a_picture_of_the_meant_vehicle_lends_its_plate_without_doubt() -> None:
    twice = replace(plate("489AAC02"), second="489AAC02", second_confidence_bp=9_000)
    eyes = ScriptedEyes({b"a": Seen((car(None),)), b"b": Seen((Target(None, twice, None),))})
    for role, flags in (("violation", ("plate_lent",)), ("overview", ("plate_lent",)), ("vehicle", ()), ("plate", ())):
        overview, other = samples.event(1, (b"a", b"b")).media
        message = samples.frame(1, (b"a", b"b"), media=(overview, replace(other, role=role)))
        (out,) = vision(eyes, key=str).handle([Received(message, Position("frames.v1", 2, 7), "cam-1")])
        assert isinstance(out.message, PassageObserved)
        assert out.message.plate is not None
        assert (out.message.plate.text, out.message.quality) == ("489AAC02", flags)
