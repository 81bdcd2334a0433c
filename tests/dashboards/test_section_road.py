"""An average speed the whole way: two cameras' frames, an officer who compares them, an act, its paper, its proof."""

import dataclasses
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from adjudication import codec
from adjudication.facts import Box
from benchmarks import legend
from dashboards.render.prescription import prescription
from dashboards.verify.chain import verify
from ingest.frame import Frame
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stream import NewRecord
from ingest.topics import FRAMES
from integrations.casebook.acts import StoredAct
from integrations.casebook.cases import Case
from integrations.deadlines import DeadlineSource
from integrations.masking import keep_of
from integrations.outbox import Relay
from integrations.pack import open_pack
from integrations.packing import pack_of
from integrations.pipeline import road
from integrations.simulators.registries import PopulationRegistries
from tests.faced import FacedTest
from tests.sections import AT_US, KEYS, MINUTE_US, POPULATION, SECTION, enrolled, frame

STAGES = ("vision", "sections", "crosscheck", "confirm", "decide", "seal", "issue", "lifecycle")


class Road(FacedTest):
    """The pages of a centre whose stages run, one step after the other."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.centre.stream = self.stream = MemoryStream(clock=self.clock)
        self.centre.registries = PopulationRegistries(POPULATION, self.clock)  # type: ignore[assignment]
        for name in KEYS:
            self.centre.casebook.devices.enrol(enrolled(name))
        self.relay = Relay(self.centre.casebook, self.stream, self.clock)
        self.deadlines = DeadlineSource(self.centre.casebook, self.centre.plate_key, self.clock)
        self.runners = [
            Runner(stage, self.stream.session(stage.name, stage.reads), self.clock)
            for stage in road(self.centre, legend.LegendEyes(), legend.LegendSecond(), STAGES)
        ]

    def settle(self) -> None:
        """Until nobody has anything to do."""
        working = True
        while working:
            steps = [runner.step(0) for runner in self.runners]
            working = "worked" in steps or bool(self.deadlines.tick()) or bool(self.relay.drain())

    def drive(self, *frames: Frame) -> Case:
        """The case of the average speed that these make."""
        for one in frames:
            self.stream.send([NewRecord(FRAMES.name, one.header.device_id, one.encode())])
            self.settle()
        (waiting,) = self.centre.casebook.reviews.open(self.clock())
        case = self.centre.casebook.cases.find(waiting.case_id)
        assert case is not None
        return case

    def confirm(self, case: Case) -> tuple[TestClient, str]:
        """An officer takes the case, sees it and confirms it; the page as it was seen."""
        browser, page = self.browser("officer"), f"/officer/cases/{case.case_id}"
        browser.post("/officer/next", data=self.form(browser, "/officer"))
        text = browser.get(page).text
        answer = browser.post(f"{page}/verdict", data=self.form(browser, page, verdict="confirm"))
        assert answer.headers["location"].endswith("said=confirm")
        self.settle()
        return browser, text

    def act(self, case: Case) -> StoredAct:
        stored = self.centre.casebook.acts.of_case(case.case_id)
        assert stored is not None
        return stored


@pytest.fixture
def whole(tmp_path: Path) -> Road:
    return Road(tmp_path)


ENTERED, LEFT = frame("cam-a", AT_US - 2 * MINUTE_US), frame("cam-b", AT_US)


def test_an_officer_sees_both_ends_and_the_act_that_follows_is_proved_by_both_cameras(whole: Road) -> None:
    case = whole.drive(ENTERED, LEFT)
    assert (case.part, case.decision and case.decision.reason) == ("592(2)", "SECTION_COMPARED")
    _, page = whole.confirm(case)
    assert "Average − error" in page
    assert "Бірінші көпір" in page or "Первый мост" in page
    assert page.count("<image href") == 6, "two pictures, and of each the plate and the vehicle"
    stored = whole.act(case)
    act = stored.act
    assert act.section is not None
    assert (act.decided_by, act.excess_kmh, act.section.device.serial) == ("officer", 29, "cam-a")
    assert [ref.role for ref in act.evidence] == ["violation", "record", "violation", "record"]
    report = verify(pack_of(whole.centre, stored), whole.centre.trust())
    assert report.valid, report


@pytest.mark.parametrize("order", [(LEFT, ENTERED), (ENTERED, LEFT, LEFT, ENTERED)], ids=["exit first", "repeated"])
def test_the_order_in_which_cameras_are_heard_changes_nothing(whole: Road, order: tuple[Frame, ...]) -> None:
    assert whole.drive(*order).decision is not None
    assert whole.centre.casebook.reviews.count() == 1


def test_the_paper_says_where_the_drive_began_how_long_it_was_and_by_which_instruments(whole: Road) -> None:
    case = whole.drive(ENTERED, LEFT)
    whole.confirm(case)
    token = whole.centre.casebook.acts.token(whole.act(case).act.act_id)
    page = whole.browser(language="ru").get(f"/a/{token}").text
    for words in ("Первый мост", "3\u00a0000 м", "Средняя − погрешность", "V-cam-a", "V-cam-b"):
        assert words in page


def test_an_act_that_has_to_wait_is_formed_with_the_pictures_of_both_ends(whole: Road) -> None:
    whole.clock.set(AT_US - 1)  # the centre's clock lags behind the cameras'
    case = whole.drive(ENTERED, LEFT)
    whole.confirm(case)
    assert whole.centre.casebook.acts.of_case(case.case_id) is None
    whole.clock.set(AT_US + 10 * MINUTE_US)
    whole.settle()
    assert verify(pack_of(whole.centre, whole.act(case)), whole.centre.trust()).valid


def test_the_document_names_both_ends_the_length_and_both_instruments(whole: Road) -> None:
    case = whole.drive(ENTERED, LEFT)
    whole.confirm(case)
    act = whole.act(case).act
    paper = prescription(act, whole.centre.law.title("prescription", act.initiated_on), (), "")
    lines = [line for item in paper.items for line in item.lines if line.label is not None and line.value is not None]
    said = {line.label.ru: line.value.ru for line in lines}
    assert said["Начало участка"] == "Первый мост"
    assert said["Длина участка"] == "3\u00a0000 ± 3 м"
    assert said["Средняя скорость на участке"] == "90 км/ч"
    numbers = [line.value.ru for line in lines if "поверке" in line.label.ru]
    assert numbers == ["№ V-cam-b", "№ V-cam-a"]
    token = whole.centre.casebook.acts.token(act.act_id)
    assert whole.browser().get(f"/a/{token}/act.pdf").content.startswith(b"%PDF")


def test_where_the_entrys_picture_is_gone_nothing_is_proved_and_nobody_is_troubled(whole: Road) -> None:
    whole.stream.send([NewRecord(FRAMES.name, "cam-a", ENTERED.encode())])
    whole.runners[0].step(0)
    whole.clock.advance_s(FRAMES.retention_s)
    whole.stream.send([NewRecord(FRAMES.name, "cam-b", LEFT.encode())])
    whole.settle()
    assert whole.centre.casebook.reviews.count() == 0
    assert whole.centre.casebook.evidence.of_event(ENTERED.event_id) == {}


@pytest.mark.parametrize("changed", ["swapped", "without the entry", "with more"])
def test_a_pack_whose_records_were_changed_does_not_hold(whole: Road, changed: str) -> None:
    case = whole.drive(ENTERED, LEFT)
    whole.confirm(case)
    pack = open_pack(pack_of(whole.centre, whole.act(case)))
    first, second = pack.records
    records = {"swapped": (second, first), "without the entry": (first,), "with more": (first, second + b"0")}[changed]
    report = verify(dataclasses.replace(pack, records=records).encode(), whole.centre.trust())
    assert {link.code for link in report.links if link.state == "broken"} == {"record-digest-wrong"}


def test_a_length_that_is_not_the_registered_one_proves_nothing(whole: Road) -> None:
    case = whole.drive(ENTERED, LEFT)
    whole.confirm(case)
    pack = pack_of(whole.centre, whole.act(case))
    shorter = replace(SECTION, length_mm=2_000_000)
    whole.centre.casebook.devices.change("cam-b", lambda one: replace(one, sections=(shorter,)))
    assert {link.code for link in verify(pack, whole.centre.trust()).links if link.state == "broken"} == {
        "section-unknown"
    }
    ended = replace(SECTION, to_us=AT_US + MINUTE_US)
    whole.centre.casebook.devices.change("cam-b", lambda one: replace(one, sections=(ended, shorter)))
    assert verify(pack, whole.centre.trust()).valid


def test_the_own_vehicle_of_either_picture_is_the_one_seen_there(whole: Road) -> None:
    case = whole.drive(ENTERED, LEFT)
    assert case.decision is not None
    passage = case.decision.checked.passage
    assert passage.section is not None
    elsewhere = Box(x=1, y=2, width=30, height=40)
    entry = replace(passage.section.entry, vehicle=replace(passage.vehicle, box=elsewhere))
    run = replace(passage, section=replace(passage.section, entry=entry))
    decision = replace(case.decision, checked=replace(case.decision.checked, passage=run))
    assert keep_of(decision, 0).vehicle == legend.VEHICLE_BOX
    assert keep_of(decision, 1).vehicle == elsewhere
    assert codec.decode(codec.encode(decision), type(decision)) == decision
