"""[confirm]: what has a finding is read a second time, blind and once; nothing else is, and nothing is made up."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.decide import decide, finds
from adjudication.errors import Invalid
from adjudication.facts import Box, QualityFlag
from adjudication.messages import CaseDecided, PassageChecked
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import FRAME_POSITION, TRACE, Position, Received
from ingest.stream import NewRecord
from ingest.topics import CHECKED, CONFIRMED, FRAMES, HOUR_S, ROAD
from integrations.lawfiles import load_law, load_policy
from tests import samples
from vision.confirm import confirm
from vision.ports import SecondRead

LAW, POLICY = load_law(), load_policy("default")
PICTURES = (b"\xff\xd8 first \xff\xd9", samples.PICTURE)
BOX = Box(x=10, y=10, width=100, height=20)
NOTHING: Mapping[str, object] = {}
LAWFUL = {"measurement": None}


class ScriptedSecond:
    """A second reader who says what the test says, and remembers what it was shown."""

    reader = "another"

    def __init__(self, says: SecondRead) -> None:
        self.says = says
        self.shown: list[tuple[bytes, Box]] = []

    def read(self, asked: Sequence[tuple[bytes, Box]]) -> list[SecondRead]:
        self.shown += asked
        return [self.says for _ in asked]


class Road:
    """One event in the stream, and the stage."""

    def __init__(self, says: SecondRead) -> None:
        self.clock = VirtualClock(samples.CAPTURED_US)
        self.stream = MemoryStream(clock=self.clock)
        self.stream.send([NewRecord(FRAMES.name, "cam-1", samples.frame(1, PICTURES).encode())])
        [record] = self.stream.scan(FRAMES.name, 0, samples.CAPTURED_US + 1)
        self.headers = {FRAME_POSITION: str(record.position), TRACE: "t-1"}
        self.second = ScriptedSecond(says)
        self.stage = confirm(self.second, self.stream, lambda checked: finds(checked, LAW, POLICY))

    def confirmed(self, message: PassageChecked, headers: dict[str, str] | None = None) -> PassageChecked:
        received = Received(message, Position(CHECKED.name, 0, 1), "key", self.headers if headers is None else headers)
        [out] = self.stage.handle([received])
        assert (out.topic, out.key, out.headers) == (CONFIRMED, "key", received.carried())
        assert isinstance(out.message, PassageChecked)
        return out.message


def read_once(event: Mapping[str, object] = NOTHING, **plate: Any) -> PassageChecked:
    """A speed of 21 over, its plate read by the eyes alone in the second of two pictures."""
    ordinary = samples.checked()
    assert ordinary.passage.plate is not None
    first = replace(ordinary.passage.plate, confidence_bp=9_999, picture=1, second="", second_confidence_bp=0)
    passage = replace(
        ordinary.passage,
        event=samples.event(1, PICTURES, **event),
        plate=replace(first, **plate),
        also_read_by="",
    )
    return replace(ordinary, passage=passage)


def decided(checked: PassageChecked) -> tuple[str, str]:
    [case] = decide(checked, (), LAW, POLICY)
    assert isinstance(case, CaseDecided)
    return case.route, case.reason


def test_a_finding_is_automatic_only_once_a_second_reader_read_the_same() -> None:
    road, checked = Road(SecondRead("489AAC02", 9_700)), read_once()
    assert decided(checked) == ("review", "SECOND_READ_MISSING")
    confirmed = road.confirmed(checked)
    plate = confirmed.passage.plate
    assert plate is not None
    assert (plate.second, plate.second_confidence_bp, plate.first_confidence_bp) == ("489AAC02", 9_700, 9_999)
    assert plate.confidence_bp == 9_999
    assert confirmed.passage.also_read_by == "another"
    assert decided(confirmed) == ("auto", "CLEAR")


def test_the_second_reader_sees_the_picture_and_the_box_and_nothing_else() -> None:
    road = Road(SecondRead("489AAC02", 9_000))
    road.confirmed(read_once())
    assert road.second.shown == [(PICTURES[1], BOX)]


@pytest.mark.parametrize(
    ("says", "flags", "reason"),
    [
        (SecondRead("489AAG02", 9_900), ("reads_disagree",), "READS_DISAGREE"),
        (SecondRead(), (), "SECOND_READ_MISSING"),
        (SecondRead(flags=("corrupt",)), ("corrupt",), "SECOND_READ_MISSING"),
    ],
)
def test_another_text_or_none_goes_to_an_officer(says: SecondRead, flags: tuple[QualityFlag, ...], reason: str) -> None:
    confirmed = Road(says).confirmed(read_once())
    assert confirmed.passage.plate is not None
    assert confirmed.passage.plate.text == "489AAC02"
    assert (confirmed.passage.quality, confirmed.passage.also_read_by) == (flags, "another")
    assert decided(confirmed) == ("review", reason)


def test_a_passage_without_a_finding_goes_on_as_it_came_and_costs_nothing() -> None:
    road, checked = Road(SecondRead("489AAC02", 9_000)), read_once(event=LAWFUL)
    assert road.confirmed(checked) == checked
    assert road.second.shown == []


@pytest.mark.parametrize("plate", [{"source": "officer"}, {"source": "device"}, {"box": None}])
def test_only_what_the_eyes_read_in_a_known_place_is_read_again(plate: dict[str, Any]) -> None:
    road, checked = Road(SecondRead("489AAC02", 9_000)), read_once(**plate)
    assert road.confirmed(checked) == checked
    assert road.second.shown == []


def test_an_unread_plate_is_not_looked_for() -> None:
    checked = read_once()
    unread = replace(checked, passage=replace(checked.passage, plate=None))
    assert Road(SecondRead("489AAC02", 9_000)).confirmed(unread) == unread


def test_where_nobody_can_read_a_second_time_everything_goes_on_as_it_came() -> None:
    road = Road(SecondRead())
    road.stage = confirm(None, road.stream, lambda _: True)
    assert road.confirmed(read_once()) == read_once()


@pytest.mark.parametrize("headers", [{}, {FRAME_POSITION: f"{FRAMES.name}/0/999"}])
def test_a_picture_that_is_gone_is_said_and_seen_by_an_officer(headers: dict[str, str]) -> None:
    road = Road(SecondRead("489AAC02", 9_000))
    confirmed = road.confirmed(read_once(), headers)
    assert confirmed.passage.quality == ("picture_gone",)
    assert (confirmed.passage.plate, confirmed.passage.also_read_by) == (read_once().passage.plate, "")
    assert decided(confirmed) == ("review", "SECOND_READ_MISSING")


@pytest.mark.parametrize("wrong", ["another event", "another picture", "fewer pictures"])
def test_a_record_that_is_not_the_signed_event_is_not_read(wrong: str) -> None:
    road, checked = Road(SecondRead("489AAC02", 9_000)), read_once()
    if wrong == "another event":
        checked = replace(checked, passage=replace(checked.passage, event_id=ids.event_id("cam-9", 9)))
    if wrong == "another picture":
        data = bytearray(samples.frame(1, PICTURES).encode())
        data[-3] ^= 1
        road.stream.send([NewRecord(FRAMES.name, "cam-1", bytes(data))])
        *_, record = road.stream.scan(FRAMES.name, 0, samples.CAPTURED_US + 1)
        road.headers[FRAME_POSITION] = str(record.position)
    if wrong == "fewer pictures":
        checked = read_once(picture=2)
    confirmed = road.confirmed(checked)
    assert (confirmed.passage.quality, road.second.shown) == (("picture_gone",), [])


def test_a_further_round_of_answers_does_not_ask_again() -> None:
    road = Road(SecondRead("489AAC02", 9_000))
    again = road.confirmed(road.confirmed(read_once()))
    gone = road.confirmed(road.confirmed(read_once(), {}))
    assert len(road.second.shown) == 1
    assert again.passage.also_read_by == "another"
    assert gone.passage.quality == ("picture_gone",)


def test_the_name_follows_from_what_was_asked_of_whom() -> None:
    road, checked = Road(SecondRead("489AAC02", 9_000)), read_once()
    confirmed, lawful = road.confirmed(checked), road.confirmed(read_once(event=LAWFUL))
    assert confirmed.checked_id == ids.confirmed_id(checked.checked_id, "another") != checked.checked_id
    assert lawful.checked_id == checked.checked_id
    assert road.confirmed(checked) == confirmed


def test_a_repeated_input_is_answered_once() -> None:
    road = Road(SecondRead("489AAC02", 9_000))
    runner = Runner(road.stage, road.stream.session("confirm", road.stage.reads), road.clock)
    record = NewRecord(CHECKED.name, "key", codec.encode(read_once()), road.headers)
    road.stream.send([record])
    runner.step(0)
    road.second.says = SecondRead("489AAG02", 9_000)
    road.stream.send([record])
    runner.step(0)
    [out] = road.stream.scan(CONFIRMED.name, 0, samples.CAPTURED_US + 1)
    first = codec.decode_message(out.value)
    assert isinstance(first, PassageChecked)
    assert first.passage.plate is not None
    assert first.passage.plate.second == "489AAC02"


def test_another_kind_of_message_is_refused() -> None:
    road = Road(SecondRead())
    received = Received(samples.passage(), Position(CHECKED.name, 0, 1), "key", {})
    with pytest.raises(Invalid, match="message-unexpected"):
        road.stage.handle([received])


def test_the_topic_keeps_to_the_plate_as_long_as_what_it_is_made_of() -> None:
    assert CONFIRMED in ROAD
    assert (CONFIRMED.key, CONFIRMED.retention_s) == (CHECKED.key, 72 * HOUR_S)
