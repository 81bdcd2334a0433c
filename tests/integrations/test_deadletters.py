"""What was laid aside can be looked at without seeing anybody, and put back once, for the stage that refused it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adjudication import codec
from adjudication.errors import Invalid
from ingest.letters import MAX_REQUEUES, letters
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import FRAME_POSITION, REQUEUES, TRACE, Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import DECISIONS, FRAMES
from integrations.casebook import Casebook
from integrations.deadletters import OPERATOR, DeadLetters
from integrations.keys import MasterKey
from integrations.operating import PutBack
from integrations.outbox import Relay
from tests import samples
from tests.ingest.cameras import signed
from tests.office import VirtualClock

PERSONAL = ("489AAC02", samples.PERSON.number, samples.PERSON.name_ru, samples.PERSON.name_kk)


@dataclass
class Fussy:
    """A stage that refuses what it is told to, and remembers what it took."""

    stage: Stage = field(init=False)
    name: str = "register"
    topic: str = DECISIONS.name
    refuses: bool = True
    taken: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        topic = {one.name: one for one in (DECISIONS, FRAMES)}[self.topic]
        self.stage = Stage(self.name, "function", (topic,), self._handle)

    def _handle(self, received: Sequence[Received]) -> Sequence[Outgoing]:
        if self.refuses:
            raise Invalid("law-unknown", "this edition is not here yet")
        self.taken += received
        return ()


class Place:
    """A stream with runners of fussy stages, a casebook, and the operators' desk over both."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock(samples.CAPTURED_US)
        self.stream = MemoryStream(clock=self.clock)
        self.casebook = Casebook(f"sqlite:///{folder / 'casebook.db'}", MasterKey(bytes(32)))
        self.relay = Relay(self.casebook, self.stream, self.clock)
        self.desk = DeadLetters(self.casebook, self.stream, self.clock, ("register", "seal", "vision"))
        self.runners: dict[str, Runner] = {}

    def run(self, *fussy: Fussy) -> None:
        for one in fussy:
            if one.name not in self.runners:
                session = self.stream.session(one.name, one.stage.reads)
                self.runners[one.name] = Runner(one.stage, session, self.clock)
            while self.runners[one.name].step(0) == "worked":
                pass

    def decide(self, count: int = 1) -> None:
        headers = {FRAME_POSITION: "frames.v1/0/7", TRACE: "t-1"}
        for n in range(count):
            decision = samples.decision(n + 1)
            self.stream.send([NewRecord(DECISIONS.name, decision.case_id, codec.encode(decision), headers)])

    def place(self) -> str:
        return self.desk.page().letters[0].letter.place

    def put_back(self, place: str) -> PutBack:
        done = self.desk.put_back(place)
        self.relay.drain()
        return done


@pytest.fixture
def here(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_list_tells_codes_places_and_digests_and_nobody(here: Place) -> None:
    here.decide(3)
    here.run(Fussy())
    page = here.desk.page(size=2)
    assert (page.total, len(page.letters), page.letters[0].put_back) == (3, 2, False)
    assert [(one.stage, one.code, one.letters) for one in page.counts] == [("register", "law-unknown", 3)]
    assert len(here.desk.page(page=2, size=2).letters) == 1
    assert here.desk.page("seal").total == here.desk.page(code="other").total == 0
    shown = here.desk.show(page.letters[0].letter.place)
    assert shown.letter.source.startswith("decisions.v1/")
    text = (codec.encode(page) + codec.encode(shown)).decode()
    assert [word for word in PERSONAL if word in text] == []


def test_a_record_is_put_back_as_it_was_and_once_however_often_it_is_asked(here: Place) -> None:
    fussy = Fussy()
    here.decide()
    here.run(fussy)
    place = here.place()
    first = here.put_back(place)
    assert (first.queued, first.known) == (1, 0)
    assert (here.put_back(place).queued, here.put_back(place).known) == (0, 1)
    fussy.refuses = False
    here.run(fussy)
    assert [one.message for one in fussy.taken] == [samples.decision(1)]
    assert fussy.taken[0].carried() == {FRAME_POSITION: "frames.v1/0/7", TRACE: "t-1"}
    assert fussy.taken[0].headers[REQUEUES] == "1"
    assert here.desk.page().letters[0].put_back
    assert [(line.login, line.action) for line in here.casebook.audit.latest(9)] == [(OPERATOR, "dead-requeue")]


def test_stages_that_took_the_record_do_not_meet_it_again(here: Place) -> None:
    fussy, content = Fussy(), Fussy("seal", refuses=False)
    here.decide()
    here.run(fussy, content)
    here.put_back(here.place())
    fussy.refuses = False
    here.run(fussy, content)
    assert (len(fussy.taken), len(content.taken)) == (1, 1)


def test_what_is_refused_again_is_a_new_letter_until_it_was_put_back_often_enough(here: Place) -> None:
    fussy = Fussy()
    here.decide()
    here.run(fussy)
    for count in range(MAX_REQUEUES):
        last = max(letters(here.stream, "register"), key=lambda one: one.requeues)
        assert last.requeues == count
        assert here.put_back(last.place).queued == 1
        here.run(fussy)
    last = max(letters(here.stream, "register"), key=lambda one: one.requeues)
    assert here.desk.show(last.place).again == "requeued-too-often"
    with pytest.raises(Invalid, match="requeued-too-often"):
        here.desk.put_back(last.place)
    all_of_it = here.desk.put_back_all("register", "law-unknown")
    assert (all_of_it.queued, all_of_it.known, all_of_it.refused) == (0, MAX_REQUEUES, {"requeued-too-often": 1})


def test_all_of_a_stage_and_code_go_back_together_and_again_none(here: Place) -> None:
    fussy = Fussy()
    here.decide(20)
    here.run(fussy)
    assert here.desk.put_back_all("register", "other").queued == 0
    assert here.desk.put_back_all("register", "law-unknown").queued == 20
    assert here.desk.put_back_all("register", "").known == 20
    here.relay.drain()
    fussy.refuses = False
    here.run(fussy)
    assert len(fussy.taken) == 20
    with pytest.raises(Invalid, match="stage-unknown"):
        here.desk.put_back_all("elsewhere", "")


def test_a_frame_is_put_back_from_where_it_stands_and_is_in_no_other_store(here: Place) -> None:
    frame = signed()
    fussy = Fussy("vision", FRAMES.name)
    here.stream.send([NewRecord(FRAMES.name, "cam-1", frame.encode())])
    here.run(fussy)
    place = here.place()
    here.desk.put_back(place)
    assert [row.value for row in here.casebook.outbox.unsent(9)] == [b""]
    here.relay.drain()
    fussy.refuses = False
    here.run(fussy)
    assert [one.message for one in fussy.taken] == [frame]


def test_a_frame_that_has_expired_stays_gone(here: Place) -> None:
    fussy = Fussy("vision", FRAMES.name)
    here.stream.send([NewRecord(FRAMES.name, "cam-1", signed().encode())])
    here.run(fussy)
    place = here.place()
    here.desk.put_back(place)
    here.clock.advance_s(FRAMES.retention_s)
    assert here.desk.show(place).again == "record-expired"
    assert here.relay.drain() == 1
    assert here.casebook.outbox.unsent(9) == ()
    fussy.refuses = False
    here.run(fussy)
    assert fussy.taken == []


def test_the_content_is_opened_for_a_reason_that_is_audited_first(here: Place) -> None:
    here.decide()
    here.run(Fussy())
    place = here.place()
    with pytest.raises(Invalid, match="reason-missing"):
        here.desk.open(place, " ")
    assert here.casebook.audit.latest(9) == ()
    opened = here.desk.open(place, "ticket 7")
    assert (opened.kind, "489AAC02" in opened.text) == ("message", True)
    assert [(a.action, a.detail) for a in here.casebook.audit.latest(9)] == [("dead-content", f"{place}: ticket 7")]


def test_of_a_frame_the_header_is_opened_and_no_picture(here: Place) -> None:
    frame = signed()
    here.stream.send([NewRecord(FRAMES.name, "cam-1", frame.encode())])
    here.run(Fussy("vision", FRAMES.name))
    opened = here.desk.open(here.place(), "ticket 7")
    assert (opened.kind, opened.text) == ("header", codec.encode(frame.header).decode())


@pytest.mark.parametrize("place", ["", "register.dead", "decisions.v1/0/1", "register.dead/x/1", "/0/1", ".dead/0/1"])
def test_what_is_no_place_of_a_letter_opens_nothing(here: Place, place: str) -> None:
    with pytest.raises(Invalid, match="letter-unknown"):
        here.desk.open(place, "to see a record")
    with pytest.raises(Invalid, match="letter-unknown"):
        here.desk.show(place)
    assert here.casebook.audit.latest(9) == ()
