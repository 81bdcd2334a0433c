"""[sections]: two passages of one vehicle, at a section's entry and at its exit, become its average speed."""

from collections.abc import Sequence
from typing import cast

import pytest
from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.facts import PlateReading
from adjudication.messages import PassageObserved
from ingest.clock import VirtualClock
from ingest.devices import DevicesInMemory, with_section
from ingest.frame import Frame
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import ENTRY_POSITION, FRAME_POSITION, Position, Received
from ingest.stream import NewRecord
from ingest.topics import FRAMES, PASSAGES
from integrations.sections import REFRESH_S, sections
from tests import samples
from tests.sections import AT_US, CAR, MINUTE_US, SECTION, enrolled, frame


def seen(one: Frame) -> PassageObserved:
    """The passage that eyes make of a frame."""
    passage = samples.passage(1, CAR.plate, event=one.header, event_id=one.event_id)
    return replace(passage, passage_id=ids.passage_id(one.content_id, 0))


ENTERED, LEFT = seen(frame("cam-a", AT_US - 2 * MINUTE_US)), seen(frame("cam-b", AT_US))
UNSURE = replace(cast(PlateReading, ENTERED.plate), confidence_bp=8_999)


class Road:
    """The stage over a stream, as a runner drives it; `begin` is what another life of the process sees."""

    def __init__(self) -> None:
        self.clock = VirtualClock(AT_US)
        self.devices = DevicesInMemory([enrolled("cam-a"), enrolled("cam-b")])
        self.stream = MemoryStream(clock=self.clock)
        self.begin()

    def begin(self) -> None:
        stage = sections(self.devices, self.clock)
        self.session = self.stream.session("sections", stage.reads)
        self.runner = Runner(stage, self.session, self.clock)

    def pass_by(self, *passages: PassageObserved) -> list[PassageObserved]:
        """The runs that come of it, of these passages and of all before them."""
        for passage in passages:
            headers = {FRAME_POSITION: f"{FRAMES.name}/0/{passage.event.device_id}"}
            self.stream.send([NewRecord(PASSAGES.name, "key", codec.encode(passage), headers)])
            while self.runner.step(0) == "worked":
                pass
        return [message for message, _ in self.made()]

    def made(self) -> list[tuple[PassageObserved, dict[str, str]]]:
        stood = [(codec.decode(r.value, PassageObserved), r.headers) for r in self.stream.scan(PASSAGES.name, 0, 2**62)]
        return [(message, dict(headers)) for message, headers in stood if message.section is not None]


@pytest.fixture
def line() -> Road:
    return Road()


@pytest.mark.parametrize("order", [(ENTERED, LEFT), (LEFT, ENTERED)], ids=["in order", "exit first"])
def test_both_ends_in_whatever_order_make_one_run(line: Road, order: Sequence[PassageObserved]) -> None:
    (run,) = line.pass_by(*order)
    assert run.section is not None
    assert (run.section.section, run.section.entry.event) == (SECTION, ENTERED.event)
    assert (run.event, run.measurement) == (LEFT.event, run.section.measurement)
    assert run.passage_id == ids.run_id(ENTERED.passage_id, LEFT.passage_id)
    [(_, headers)] = line.made()
    assert headers[FRAME_POSITION] == f"{FRAMES.name}/0/cam-b"
    assert headers[ENTRY_POSITION] == f"{FRAMES.name}/0/cam-a"


def test_a_run_is_not_paired_again_and_repetitions_make_none(line: Road) -> None:
    assert len(line.pass_by(ENTERED, LEFT, LEFT, ENTERED)) == 1


def test_what_another_life_of_the_process_saw_is_remembered(line: Road) -> None:
    line.pass_by(ENTERED)
    line.session.close()
    line.begin()
    assert len(line.pass_by(LEFT)) == 1


def test_one_exit_makes_one_run_though_a_later_entry_comes_late(line: Road) -> None:
    nearer = seen(frame("cam-a", AT_US - MINUTE_US, 2))
    (run,) = line.pass_by(ENTERED, LEFT, nearer)
    assert run.section is not None
    assert run.section.entry.event_id == ENTERED.event_id
    (other,) = Road().pass_by(ENTERED, nearer, LEFT)
    assert other.section is not None
    assert other.section.entry.event_id == nearer.event_id


def test_a_lawful_drive_first_does_not_hide_the_one_that_was_too_fast(line: Road) -> None:
    hour_ago, nearer = seen(frame("cam-a", AT_US - 60 * MINUTE_US)), seen(frame("cam-a", AT_US - MINUTE_US, 2))
    assert line.pass_by(hour_ago, LEFT) == []
    (run,) = line.pass_by(nearer)
    assert run.section is not None
    assert run.section.entry.event_id == nearer.event_id


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTERED, plate=None),
        replace(ENTERED, plate=UNSURE),
        replace(ENTERED, supersedes="0" * 32),
        seen(frame("cam-a", AT_US - 4 * MINUTE_US)),
    ],
    ids=["unread", "unsure", "corrected later", "lawful"],
)
def test_what_may_be_another_vehicle_or_was_lawful_makes_no_run(line: Road, entry: PassageObserved) -> None:
    assert line.pass_by(entry, LEFT) == []


def test_a_section_registered_while_the_stage_runs_counts_a_minute_later(line: Road) -> None:
    line.devices = DevicesInMemory([enrolled("cam-a"), replace(enrolled("cam-b"), sections=())])
    line.session.close()
    line.begin()
    assert line.pass_by(ENTERED, LEFT) == []
    line.devices.change("cam-b", lambda device: with_section(device, SECTION))
    line.clock.advance_s(REFRESH_S + 1)
    later = (seen(frame("cam-a", AT_US, 3)), seen(frame("cam-b", AT_US + 2 * MINUTE_US, 3)))
    assert len(line.pass_by(*later)) == 1


def test_an_end_is_forgotten_when_its_pictures_are(line: Road) -> None:
    line.pass_by(ENTERED)
    line.clock.advance_s(FRAMES.retention_s)
    assert line.pass_by(LEFT) == []


def test_another_kind_of_message_is_refused(line: Road) -> None:
    stage = sections(line.devices, line.clock)
    with pytest.raises(Invalid, match="message-unexpected"):
        stage.handle([Received(samples.decision(), Position("passages.v1", 0, 0), "k")])
