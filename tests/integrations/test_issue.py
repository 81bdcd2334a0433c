"""[issue]: casebook-first, once, numbered without a gap, in time, never unsigned."""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication import codec, ids, ledger
from adjudication.answers import NoRecord
from adjudication.errors import Unavailable
from adjudication.messages import ActIssued, CaseDecided
from ingest.clock import CLOCKS_US
from ingest.topics import ACTS
from integrations import cms, signing
from integrations.channels.port import Refused
from tests import office, samples
from tests.casebooks import Place, Places
from tests.office import Office, at, changed, december


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


def insurance(day: int = 1, sequence: int = 1) -> CaseDecided:
    """230(2), seen on another day or by another camera."""
    ordinary = samples.decision(sequence)
    none = NoRecord(system="insurance", asked_us=samples.CAPTURED_US, as_of_us=samples.CAPTURED_US)
    again = msgspec.structs.replace(none, asked_us=samples.CAPTURED_US + office.DAY_S * 1_000_000)
    (once,) = ordinary.checked.rounds
    rounds = tuple(msgspec.structs.replace(once, insurance=said) for said in (none, again))
    checked = msgspec.structs.replace(ordinary.checked, rounds=rounds)
    case_id = ids.register_case_id("900101300017", "489AAC02", "230(2)", f"2026-04-{day:02}")
    return msgspec.structs.replace(
        ordinary,
        case_id=case_id,
        decision_id=ids.stable_id("d", day, sequence),
        checked=checked,
        part="230(2)",
        excess_kmh=None,
    )


def test_an_automatic_decision_becomes_a_numbered_signed_logged_act(desk: Office):
    desk.take(samples.decision())
    [issued] = desk.published(ACTS)
    assert isinstance(issued, ActIssued)
    act = issued.act
    assert act.number == "02-2026-000000001"
    assert (act.mci_tiyn, act.sum_tiyn, act.discount_tiyn) == (432_500, 4_325_000, 2_162_500)
    assert act.initiated_on == date(2026, 4, 6)
    assert act.sendable_until_us == at(2026, 4, 21, 0)
    assert act.decided_by == "automatic"
    root = signing.read_certificate(office.signing_keys() / signing.ROOT_CERTIFICATE)
    cms.verify_detached(codec.encode(act), base64.b64decode(issued.signature), [root])
    stored = desk.casebook.acts.of_case(act.case_id)
    assert stored is not None
    assert stored.issued == issued
    assert desk.state(samples.decision()) == "SIGNED"


def asked_of(desk: Office, sequences: range) -> int:
    """How many statements a batch of acts is to the database."""
    batch = [office.received(desk.seal(samples.decision(sequence))) for sequence in sequences]
    asked: list[str] = []

    def count(*told: object) -> None:
        asked.append(str(told[2]))

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        desk.issue.handle(batch)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
    return len(asked)


def test_a_batch_asks_the_database_as_often_whether_it_has_two_acts_or_twenty(desk: Office):
    desk.take(samples.decision())  # the first number opens a series
    assert asked_of(desk, range(2, 4)) == asked_of(desk, range(4, 24))
    assert len(desk.casebook.acts.numbers()) == 23


def test_every_act_is_in_the_log_under_a_signed_checkpoint(desk: Office):
    desk.take(*(samples.decision(sequence) for sequence in range(1, 6)))
    checkpoint, _, _ = ledger.parse_checkpoint(desk.casebook.log.checkpoint())
    assert checkpoint.size == 5
    for issued in desk.published(ACTS):
        assert isinstance(issued, ActIssued)
        signature = base64.b64decode(issued.signature)
        leaf = ledger.act_leaf(issued.nonce, issued.act_sha256, hashlib.sha256(signature).hexdigest())
        path = desk.casebook.log.inclusion(issued.leaf_index, checkpoint.size)
        assert ledger.verify_inclusion(leaf, issued.leaf_index, checkpoint.size, path, checkpoint.root)


def test_the_same_decision_again_finds_its_act(desk: Office):
    desk.take(samples.decision())
    desk.clock.advance_s(3600)
    desk.take(samples.decision(), samples.decision())
    desk.reopen()
    desk.take(samples.decision())
    assert len(desk.published(ACTS)) == 1
    assert desk.casebook.acts.numbers() == ("02-2026-000000001",)


def test_a_contradicting_decision_is_put_before_officers_and_changes_nothing(desk: Office):
    desk.take(samples.decision())
    desk.take(changed(samples.decision(), part="592(1)", mci_count=5))
    assert desk.state(samples.decision()) == "SIGNED"
    [waiting] = desk.casebook.reviews.open(desk.clock())
    assert waiting.why == "conflict"
    assert len(desk.published(ACTS)) == 1


def test_the_same_outcome_by_another_decision_is_no_conflict(desk: Office):
    desk.take(samples.decision())
    desk.take(changed(samples.decision(), reason="CONFIRMED"))
    assert desk.casebook.reviews.count() == 0


@pytest.mark.parametrize(
    ("route", "state"), [("review", "REVIEW"), ("wait", "WAITING"), ("refer", "REFERRED"), ("reject", "REJECTED")]
)
def test_every_other_route_has_its_place_and_no_act(desk: Office, route: str, state: str):
    decision = changed(samples.decision(), route=route, ask_again_us=desk.clock() + 5)
    desk.take(decision)
    assert desk.state(decision) == state
    assert desk.published(ACTS) == []
    assert desk.casebook.reviews.count() == (route == "review")
    assert desk.casebook.waits.count() == (route == "wait")
    assert len(desk.casebook.referrals.open()) == (route == "refer")


def test_what_was_reviewed_or_waited_is_issued_by_the_next_decision(desk: Office):
    desk.take(changed(samples.decision(), "a" * 32, route="wait", ask_again_us=desk.clock() + 5))
    desk.take(changed(samples.decision(), "b" * 32, route="review"))
    assert desk.casebook.waits.count() == 0
    assert "RECHECK" not in desk.casebook.deadlines.of(samples.decision().case_id)
    desk.take(changed(samples.decision(), "c" * 32, reason="CONFIRMED"))
    assert desk.casebook.reviews.count() == 0
    assert desk.state(samples.decision()) == "SIGNED"
    states = [entry.to_state for entry in desk.casebook.cases.history(samples.decision().case_id)]
    assert states == ["WAITING", "REVIEW", "DECIDED", "SIGNED"]


def test_without_its_pictures_no_case_goes_on(desk: Office):
    decision = samples.decision()
    desk.issue.handle([office.received(msgspec.structs.replace(office.sealed(decision), evidence=()))])
    case = desk.casebook.cases.find(decision.case_id)
    assert case is not None
    assert (case.state, case.reason) == ("REJECTED", "EVIDENCE_MISSING")


@pytest.mark.parametrize(
    ("moment", "state", "reason"),
    [
        (at(2026, 4, 20, 23.9), "SIGNED", "CLEAR"),
        (at(2026, 4, 21, 0), "REJECTED", "SEND_TERM_LAPSED"),
        (at(2026, 6, 6, 23.9), "REJECTED", "SEND_TERM_LAPSED"),
        (at(2026, 6, 7, 0), "REJECTED", "LIMITATION"),
    ],
)
def test_the_last_day_of_sending_is_the_last_of_forming(place: Place, moment: int, state: str, reason: str):
    desk = Office(place, moment)
    desk.take(samples.decision())
    case = desk.casebook.cases.find(samples.decision().case_id)
    assert case is not None
    assert (case.state, case.reason) == (state, reason)
    desk.casebook.close()


def test_evidence_of_an_act_is_locked_and_that_of_a_review_stays_a_candidate(desk: Office):
    other = changed(samples.decision(2), route="review")
    desk.take(samples.decision(), other)
    assert desk.casebook.evidence.expire(samples.decision().case_id) == ()
    assert "CANDIDATE_EXPIRES" not in desk.casebook.deadlines.of(samples.decision().case_id)
    assert "CANDIDATE_EXPIRES" in desk.casebook.deadlines.of(other.case_id)


def test_ten_sightings_of_one_uninsured_car_are_one_open_case(desk: Office):
    sightings = [insurance(day) for day in range(6, 12)]
    desk.take(*sightings)
    states = [desk.state(one) for one in sightings]
    assert states == ["SIGNED", *["JOINED"] * 5]
    assert len(desk.published(ACTS)) == 1
    assert len(desk.casebook.cases.joined(sightings[0].case_id)) == 5
    assert desk.casebook.evidence.expire(sightings[1].case_id) == ()


def test_a_rejected_register_finding_lets_the_next_sighting_be_a_case(desk: Office):
    first, second = insurance(6), insurance(7)
    desk.take(changed(first, "a" * 32, route="wait", ask_again_us=desk.clock() + 5))
    desk.take(changed(first, "b" * 32, route="reject", reason="NO_EVENT"))
    desk.take(second)
    assert desk.state(first) == "REJECTED"
    assert desk.state(second) == "SIGNED"


def test_a_speed_offence_does_not_join_another(desk: Office):
    desk.take(samples.decision(1), samples.decision(2))
    assert {desk.state(samples.decision(1)), desk.state(samples.decision(2))} == {"SIGNED"}


def test_forming_pauses_shortly_before_the_mci_changes_and_goes_on_after(place: Place):
    desk = Office(place, at(2025, 12, 31, 23.9))
    desk.take(december())
    assert (desk.state(december()), desk.casebook.acts.numbers()) == ("WAITING", ())
    desk.until(at(2026, 1, 1, 0) + CLOCKS_US - 1)
    assert desk.casebook.acts.numbers() == ()
    desk.until(at(2026, 1, 1, 0) + CLOCKS_US)
    [issued] = desk.published(ACTS)
    assert isinstance(issued, ActIssued)
    assert (issued.act.number, issued.act.mci_tiyn) == ("02-2026-000000001", 432_500)
    desk.casebook.close()


def test_a_term_found_over_by_a_clock_that_is_ahead_forms_the_act_by_one_that_is_behind(place: Place):
    desk = Office(place, at(2025, 12, 31, 23.9))
    desk.take(december())
    desk.clock.set(at(2026, 1, 1, 0) + CLOCKS_US)
    desk.deadlines.tick()
    desk.clock.set(at(2026, 1, 1, 0))  # as far behind as two clocks may lie apart
    desk.serve()
    assert (desk.state(december()), len(desk.casebook.acts.numbers())) == ("DELIVERED", 1)
    desk.casebook.close()


def test_no_act_is_signed_before_its_offence_by_a_clock_that_lags(desk: Office):
    desk.clock.set(samples.CAPTURED_US - 1)
    desk.take(samples.decision())
    assert (desk.state(samples.decision()), desk.casebook.acts.numbers()) == ("WAITING", ())
    desk.until(samples.CAPTURED_US + CLOCKS_US)
    [issued] = desk.published(ACTS)
    assert isinstance(issued, ActIssued)
    stored = desk.casebook.acts.of_case(samples.decision().case_id)
    assert stored is not None
    assert stored.formed_us >= samples.CAPTURED_US


def test_an_act_formed_in_december_may_be_sent_only_with_its_own_mci(place: Place):
    desk = Office(place, at(2025, 12, 31, 12))
    desk.take(december())
    [issued] = desk.published(ACTS)
    assert isinstance(issued, ActIssued)
    assert issued.act.sendable_until_us == at(2026, 1, 1, 0)
    desk.casebook.close()


def of_2027(sequence: int = 1, **changes: object) -> CaseDecided:
    """Seen on 28 December 2026: it may be sent until 14 January 2027, a year whose MCI nobody knows yet."""
    ordinary = samples.decision(sequence)
    event = msgspec.structs.replace(ordinary.checked.passage.event, captured_us=at(2026, 12, 28))
    passage = msgspec.structs.replace(ordinary.checked.passage, event=event)
    seen = {"checked": msgspec.structs.replace(ordinary.checked, passage=passage)}
    terms = {"send_last_day_on": date(2027, 1, 14), "limitation_last_day_on": date(2027, 2, 28)}
    return msgspec.structs.replace(ordinary, **seen, **terms, **changes)


def test_without_an_mci_of_the_day_nothing_is_formed_or_guessed_and_nothing_behind_it_waits(place: Place):
    desk = Office(place, at(2027, 1, 4))
    automatic, doubtful, abroad = of_2027(1), of_2027(2, route="review"), of_2027(3, route="refer")
    desk.take(automatic, doubtful, abroad)
    assert [desk.state(one) for one in (automatic, doubtful, abroad)] == ["WAITING", "REVIEW", "REFERRED"]
    desk.take(automatic)
    desk.until(at(2027, 1, 14, 23))
    assert (desk.state(automatic), desk.casebook.acts.numbers()) == ("WAITING", ())
    desk.until(at(2027, 1, 15, 0))
    case = desk.casebook.cases.find(automatic.case_id)
    assert case is not None
    assert (case.state, case.reason) == ("REJECTED", "SEND_TERM_LAPSED")
    desk.until(at(2027, 1, 16))
    assert desk.published(ACTS) == []
    desk.casebook.close()


def test_an_act_superseded_into_a_year_without_an_mci_is_tried_again_until_its_term_ends(place: Place):
    desk = Office(place, at(2026, 12, 31, 12))
    desk.cabinet.refusal = desk.sms.refusal = Refused("no-connection", again=False)
    desk.take(of_2027())
    desk.clock.set(at(2027, 1, 1, 9))
    desk.serve()
    assert desk.state(of_2027()) == "SUPERSEDED_UNSENT"
    assert "RECHECK" in desk.casebook.deadlines.of(of_2027().case_id)
    desk.until(at(2027, 1, 15, 0))
    assert desk.state(of_2027()) == "REJECTED"
    assert len(desk.casebook.acts.numbers()) == 1
    desk.casebook.close()


class Broken:
    """A signer whose key cannot be used at some calls."""

    def __init__(self, signer: signing.Signer, failures: set[int]) -> None:
        self._signer, self._failures, self._calls = signer, failures, 0

    def sign(self, data: bytes) -> bytes:
        self._calls += 1
        if self._calls in self._failures:
            raise Unavailable("signing key")
        return self._signer.sign(data)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.integers(1, 12)),
    st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=4), min_size=1, max_size=8),
)
def test_numbers_are_complete_and_no_case_acts_twice_however_forming_fails(
    places: Places, failures: set[int], batches: list[list[int]]
):
    desk = Office(places())
    desk.signer = Broken(desk.signer, failures)
    desk.reopen()
    for batch in batches:
        try:
            desk.take(*(samples.decision(sequence) for sequence in batch))
        except Unavailable:
            desk.reopen()
    acts = desk.published(ACTS)
    numbers = [f"02-2026-{serial:09}" for serial in range(1, len(acts) + 1)]
    assert list(desk.casebook.acts.numbers()) == numbers
    assert len({issued.act.case_id for issued in acts if isinstance(issued, ActIssued)}) == len(acts)
    assert sorted(issued.leaf_index for issued in acts if isinstance(issued, ActIssued)) == list(range(len(acts)))
    assert desk.casebook.log.size() == len(acts)
    desk.casebook.close()


class Crash(Exception):
    """The process dies here."""


def crash_at(desk: Office, statement: int) -> None:
    """The writer dies before its n-th statement from now."""
    left = [statement]

    def count(*_arguments: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    sa.event.listen(desk.casebook._database._writer, "before_cursor_execute", count)


@pytest.mark.parametrize("statement", range(1, 60, 5))
def test_a_crash_before_any_statement_leaves_numbers_complete_and_no_act_twice(place: Place, statement: int):
    desk = Office(place)
    desk.take(samples.decision(1))
    crash_at(desk, statement)
    with contextlib.suppress(Crash):
        desk.take(samples.decision(2), samples.decision(3))
    desk.reopen()
    desk.take(samples.decision(2), samples.decision(3))
    assert desk.casebook.acts.numbers() == tuple(f"02-2026-{serial:09}" for serial in (1, 2, 3))
    assert len(desk.published(ACTS)) == desk.casebook.log.size() == 3
    desk.casebook.close()
