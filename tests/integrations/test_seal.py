"""What a finding rests on is sealed before anything waits, once per case, and survives the frame."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from adjudication.errors import Invalid
from adjudication.messages import CaseDecided, CaseSealed, SectionEntry, SectionRun
from ingest import topics
from ingest.clock import VirtualClock
from ingest.memory import MemoryStream
from ingest.stage import ENTRY_POSITION, FRAME_POSITION, Position, Received
from ingest.stream import NewRecord
from integrations.objects import Directory, directory
from integrations.seal import open_evidence, seal
from tests import samples
from tests.casebooks import Place

PICTURES = (samples.PICTURE, b"\xff\xd8 another \xff\xd9")


def decided(**changes: object) -> CaseDecided:
    """The ordinary decision about the event in the stream."""
    ordinary = samples.decision()
    passage = replace(ordinary.checked.passage, event=samples.event(1, PICTURES))
    checked = replace(ordinary.checked, passage=passage)
    return replace(ordinary, **{"checked": checked} | changes)


class Centre:
    """The stores that sealing touches, and one event in the stream."""

    def __init__(self, place: Place) -> None:
        self.clock = VirtualClock(samples.CAPTURED_US)
        self.casebook = place.open()
        self.store: Directory = directory(place.folder / "evidence")
        self.stream = MemoryStream(clock=self.clock)
        self.frame = samples.frame(1, PICTURES)
        self.stream.send([NewRecord(topics.FRAMES.name, "cam-1", self.frame.encode())])
        [record] = self.stream.scan(topics.FRAMES.name, 0, samples.CAPTURED_US + 1)
        self.position = record.position
        self.handle = seal(self.casebook, self.store, self.stream, self.clock).handle

    def sealed(self, decision: CaseDecided, headers: dict[str, str]) -> CaseSealed:
        [out] = self.handle([Received(decision, Position("decisions.v1", 0, 1), decision.case_id, headers)])
        assert isinstance(out.message, CaseSealed)
        return out.message


@pytest.fixture
def centre(place: Place) -> Iterator[Centre]:
    centre = Centre(place)
    yield centre
    centre.casebook.close()


def test_pictures_and_the_devices_record_are_sealed_under_the_cases_key(centre: Centre) -> None:
    decision = decided()
    sealed = centre.sealed(decision, {FRAME_POSITION: str(centre.position)})
    assert [ref.role for ref in sealed.evidence] == ["violation", "violation", "record"]
    inside = [open_evidence(centre.casebook, centre.store, decision.case_id, ref) for ref in sealed.evidence]
    assert inside == [*PICTURES, centre.frame.record]
    with pytest.raises(Invalid, match="evidence-key-wrong"):
        open_evidence(centre.casebook, centre.store, "0" * 32, sealed.evidence[0])


ENTRY_PICTURE = b"\xff\xd8 the entry \xff\xd9"


def of_a_run(centre: Centre) -> tuple[CaseDecided, dict[str, str]]:
    """The decision about a drive whose entry stands in the stream too, and where both stand."""
    entry = samples.frame(2, (ENTRY_PICTURE,), device_id="cam-0", captured_us=samples.CAPTURED_US - 1)
    centre.stream.send([NewRecord(topics.FRAMES.name, "cam-0", entry.encode())])
    every = centre.stream.scan(topics.FRAMES.name, 0, samples.CAPTURED_US + 1)
    (place,) = [record.position for record in every if record.key == "cam-0"]
    passage = decided().checked.passage
    assert passage.plate is not None
    assert passage.measurement is not None
    run = SectionRun(
        section=samples.SECTION,
        entry=SectionEntry(
            passage_id="e" * 32,
            event_id=entry.event_id,
            event=entry.header,
            plate=passage.plate,
            vehicle=None,
            quality=(),
        ),
        measurement=passage.measurement,
    )
    checked = replace(decided().checked, passage=replace(passage, section=run))
    return decided(checked=checked), {FRAME_POSITION: str(centre.position), ENTRY_POSITION: str(place)}


def test_of_an_average_speed_both_ends_are_sealed_the_exit_first(centre: Centre) -> None:
    decision, headers = of_a_run(centre)
    sealed = centre.sealed(decision, headers)
    opened = [open_evidence(centre.casebook, centre.store, decision.case_id, ref) for ref in sealed.evidence]
    assert [*opened[:2], opened[3]] == [*PICTURES, ENTRY_PICTURE]
    assert [ref.role for ref in sealed.evidence] == ["violation", "violation", "record", "violation", "record"]
    assert centre.casebook.evidence.of(decision.case_id) == sealed.evidence
    assert centre.sealed(decision, {}).evidence == sealed.evidence


@pytest.mark.parametrize("gone", [FRAME_POSITION, ENTRY_POSITION])
def test_an_average_speed_without_either_end_is_not_proved_and_nothing_is_kept(centre: Centre, gone: str) -> None:
    decision, headers = of_a_run(centre)
    del headers[gone]
    assert centre.sealed(decision, headers).evidence == ()
    assert centre.casebook.evidence.of(decision.case_id) == ()


def test_a_decision_taken_again_rests_on_the_same_evidence_without_the_frame(centre: Centre) -> None:
    first = centre.sealed(decided(), {FRAME_POSITION: str(centre.position)})
    again = centre.sealed(decided(reason="OTHER"), {})
    assert again.evidence == first.evidence


def test_a_second_case_of_the_event_gets_copies_of_its_own_when_the_frame_is_gone(centre: Centre) -> None:
    first = centre.sealed(decided(), {FRAME_POSITION: str(centre.position)})
    other = replace(decided(), case_id="b" * 32)
    second = centre.sealed(other, {})
    assert [ref.sha256 for ref in second.evidence] == [ref.sha256 for ref in first.evidence]
    assert {ref.address_sha256 for ref in second.evidence}.isdisjoint({ref.address_sha256 for ref in first.evidence})
    assert open_evidence(centre.casebook, centre.store, "b" * 32, second.evidence[0]) == samples.PICTURE


def test_a_rejected_finding_seals_nothing(centre: Centre) -> None:
    sealed = centre.sealed(decided(route="reject"), {FRAME_POSITION: str(centre.position)})
    assert sealed.evidence == ()


@pytest.mark.parametrize("headers", [{}, {FRAME_POSITION: "frames.v1/0/999"}])
def test_where_the_frame_is_gone_the_decision_goes_on_without_evidence(centre: Centre, headers: dict[str, str]) -> None:
    assert centre.sealed(decided(), headers).evidence == ()


def test_another_events_frame_is_never_taken_for_this_ones(centre: Centre) -> None:
    with pytest.raises(Invalid, match="frame-position-wrong"):
        centre.sealed(samples.decision(2), {FRAME_POSITION: str(centre.position)})


def test_another_event_s_pictures_under_a_reused_number_are_never_this_one_s(centre: Centre) -> None:
    centre.sealed(decided(), {FRAME_POSITION: str(centre.position)})
    assert centre.sealed(samples.decision(case_id="b" * 32), {}).evidence == ()
    assert centre.sealed(samples.decision(), {}).evidence == ()
