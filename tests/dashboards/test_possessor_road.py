"""From an owner's release to the possessor's act, the whole way: frames, registers, officers' pages, proof."""

from pathlib import Path
from typing import TypeVar

import pytest

from adjudication import codec, ids
from adjudication.facts import Measurement
from adjudication.messages import CaseDecided, CaseEvents, NoticeDelivered, NoticeDispatched, PossessorNamed
from dashboards.verify.chain import verify
from ingest.stage import Outgoing
from ingest.stream import NewRecord
from ingest.topics import CASE_EVENTS, DECISIONS, FRAMES, RECHECKS, Topic
from integrations.casebook.acts import StoredAct
from integrations.casebook.cases import Case
from integrations.packing import pack_of
from tests.dashboards.test_section_road import STAGES, Road
from tests.sections import AT_US, CAR, POPULATION, frame

SPEED = Measurement(kind="speed", value_kmh100=8_300, error_kmh100=200, limit_kmh100=6_000)
POSSESSOR = POPULATION.pick(lambda dossier: dossier.profile == "repeat_speed").liable
"""Who was fined for the same before."""
DAY_S = 86_400
Kind = TypeVar("Kind")


class Released(Road):
    """A car measured too fast: its owner's act is sent and delivered, and the owner says that it was somebody else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        speeding = frame("cam-a", AT_US, measurement=SPEED)
        self.stream.send([NewRecord(FRAMES.name, "cam-a", speeding.encode())])
        self.settle()
        (self.owners,) = {one.case_id for one in self.on(DECISIONS, CaseDecided)}
        self.against = ids.possessor_case_id(self.owners, POSSESSOR.number)
        case_id, at_us, number = self.owners, self.clock(), self.stored(self.owners).act.number
        self.say(NoticeDispatched(case_id=case_id, at_us=at_us, act_number=number, channel="cabinet", proof="p"))
        self.say(NoticeDelivered(case_id=case_id, at_us=at_us, channel="cabinet", proof="p"))
        self.clock.advance_s(DAY_S)
        self.officer = self.browser("officer")
        assert self.tell(what="other-possessor", possessor=POSSESSOR.number) == "told"

    def on(self, topic: Topic, kind: type[Kind]) -> list[Kind]:
        """What stands on a topic, each message once however often it is there."""
        records = self.stream.scan(topic.name, 0, self.clock() + 1)
        messages = {codec.encode(message): message for message in (codec.decode_message(one.value) for one in records)}
        return [message for message in messages.values() if isinstance(message, kind)]

    def say(self, event: CaseEvents) -> None:
        cause = ids.stable_id("said", codec.digest(event))
        self.centre.casebook.outbox.put(cause, Outgoing(CASE_EVENTS, event.case_id, event), self.clock())
        self.settle()

    def tell(self, **fields: str) -> str:
        page = f"/officer/cases/{self.owners}"
        answer = self.officer.post(f"{page}/course", data=self.form(self.officer, page, reference="in-7", **fields))
        self.settle()
        return answer.headers["location"].rpartition("=")[2]

    def establish(self, person: str = POSSESSOR.number) -> str:
        return self.tell(what="possessor-established", possessor=person, proof="D-17")

    def case(self, case_id: str) -> Case | None:
        return self.centre.casebook.cases.find(case_id)

    def stored(self, case_id: str) -> StoredAct:
        stored = self.centre.casebook.acts.of_case(case_id)
        assert stored is not None
        return stored

    def page(self, case_id: str, language: str = "en") -> str:
        return self.browser("officer", language).get(f"/officer/cases/{case_id}").text


@pytest.fixture
def whole(tmp_path: Path) -> Released:
    return Released(tmp_path)


def test_the_release_ends_the_owners_case_and_begins_the_possessors_by_itself(whole: Released) -> None:
    assert whole.establish() == "told"
    owners, against = whole.case(whole.owners), whole.case(whole.against)
    assert owners is not None
    assert against is not None
    assert (owners.state, owners.reason, whole.stored(whole.owners).void_reason) == (
        "TERMINATED",
        "RELEASED",
        "RELEASED",
    )
    assert (against.state, against.reason, against.part) == ("REVIEW", "POSSESSOR_NAMED", "592(4)")
    assert against.decision is not None
    assert (against.decision.liable, against.decision.base) == (POSSESSOR.number, "592(2)")
    assert whole.centre.casebook.acts.of_case(whole.against) is None
    assert set(whole.centre.casebook.deadlines.of(whole.against)) == {"SEND", "LIM_OFFENCE", "CANDIDATE_EXPIRES"}
    assert CAR.owner not in str(against.decision.checked.rounds[0].liable)


def test_an_officer_confirms_and_the_possessor_is_fined_on_the_same_evidence_with_a_proof(whole: Released) -> None:
    whole.establish()
    case = whole.case(whole.against)
    assert case is not None
    page = f"/officer/cases/{case.case_id}"
    for step, fields in (("lease", {}), ("verdict", {"verdict": "confirm"})):
        whole.officer.post(f"{page}/{step}", data=whole.form(whole.officer, page, **fields))
    whole.settle()
    stored = whole.stored(whole.against)
    act, owners = stored.act, whole.stored(whole.owners).act
    assert (act.addressee.number, act.of_possessor, act.part) == (POSSESSOR.number, True, "592(4)")
    assert [one.sha256 for one in act.evidence] == [one.sha256 for one in owners.evidence]
    assert {one.key_id for one in act.evidence}.isdisjoint({one.key_id for one in owners.evidence})
    report = verify(pack_of(whole.centre, stored), whole.centre.trust())
    assert report.valid, report
    token = whole.centre.casebook.acts.token(act.act_id)
    for language, words in {"ru": "Собственник освобождён", "kk": "босатылды", "en": "The owner was released"}.items():
        assert words in whole.browser(language=language).get(f"/a/{token}").text
    assert CAR.owner not in whole.browser().get(f"/a/{token}").text


def test_the_two_cases_lead_to_each_other_and_the_page_says_what_proves_it(whole: Released) -> None:
    whole.establish()
    owners, against = whole.page(whole.owners), whole.page(whole.against)
    assert f'href="/officer/cases/{whole.against}"' in owners
    assert f'href="/officer/cases/{whole.owners}"' in against
    assert "D-17" in against
    assert "the case goes on against that person" in owners
    assert POSSESSOR.number not in owners + against
    assert "Иелікте ұстаған тұлғаға қатысты жалғасады" in whole.page(whole.owners, "kk")
    assert "Владевшее лицо" in whole.page(whole.against, "ru")


def test_until_the_registers_have_answered_the_owners_page_says_that_they_are_asked(whole: Released) -> None:
    del whole.runners[STAGES.index("crosscheck")]
    whole.establish()
    assert whole.case(whole.against) is None
    assert "the registers are being asked" in whole.page(whole.owners)


def test_told_twice_and_read_twice_it_is_one_case(whole: Released) -> None:
    assert (whole.establish(), whole.establish()) == ("told", "course-impossible")
    (named,) = whole.on(RECHECKS, PossessorNamed)
    before = codec.encode(named)
    whole.centre.casebook.outbox.put("again", Outgoing(RECHECKS, "another", named), whole.clock())
    whole.settle()
    assert [codec.encode(one) for one in whole.on(RECHECKS, PossessorNamed)] == [before]
    assert len([one for one in whole.on(DECISIONS, CaseDecided) if one.case_id == whole.against]) == 1
    assert whole.centre.casebook.reviews.count() == 2, "the owner's, who stated, and the possessor's"


@pytest.mark.parametrize(
    ("person", "said", "words"),
    [
        (CAR.owner, "possessor-liable", "the person whose case this is"),
        ("900101300018", "possessor-number", "wrong check digits"),
    ],
)
def test_the_owner_himself_and_a_number_that_is_nobodys_are_refused_with_a_reason(
    whole: Released, person: str, said: str, words: str
) -> None:
    assert whole.establish(person) == said
    assert words in whole.officer.get(f"/officer/cases/{whole.owners}?said={said}").text
    case = whole.case(whole.owners)
    assert case is not None
    assert case.state == "DELIVERED"
    assert whole.on(RECHECKS, PossessorNamed) == []


def test_a_theft_that_is_borne_out_begins_no_case(whole: Released) -> None:
    whole.tell(what="statement-true")
    case = whole.case(whole.owners)
    assert case is not None
    assert (case.state, case.reason) == ("TERMINATED", "RELEASED")
    assert whole.on(RECHECKS, PossessorNamed) == []
    assert "Goes on against" not in whole.page(whole.owners)
