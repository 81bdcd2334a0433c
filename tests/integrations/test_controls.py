"""Controls on the road: what they keep back is before an officer, never lost or tried for ever, and stops no other."""

from collections.abc import Iterator
from datetime import date

import pytest
from msgspec.structs import replace

from adjudication.facts import Officer
from adjudication.messages import CaseDecided, PaymentReceived, ReviewRecorded
from ingest.topics import ACTS, CASE_EVENTS
from integrations.channels.port import Refused
from tests import office, samples
from tests.casebooks import Place
from tests.office import Office, at, changed, december

OFFICER = Officer(login="o-1", full_name="A B", body_id="demo")
ORDINARY = samples.decision()
WRONG_SUM = samples.decision(2, mci_count=11)


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


def born_otherwise(sequence: int = 3) -> CaseDecided:
    """The register's day of birth is not the number's: an officer's to judge."""
    decision = samples.decision(sequence)
    person = replace(samples.PERSON, born_on=date(1990, 1, 2))
    rounds = (replace(decision.checked.rounds[0], liable=person),)
    return replace(decision, checked=replace(decision.checked, rounds=rounds))


def confirmed(decision: CaseDecided, decision_id: str, about: str = "") -> CaseDecided:
    """What deciding makes of an officer's confirmation of a decision."""
    review = ReviewRecorded(
        review_id=decision_id,
        case_id=decision.case_id,
        decision_id=about or decision.decision_id,
        officer=OFFICER,
        at_us=samples.CAPTURED_US + 1,
        verdict="confirm",
        reason="",
        note="",
        plate=None,
        checked=decision.checked,
    )
    return replace(decision, decision_id=decision_id, reason="CONFIRMED", reviews=(review,))


def waiting(desk: Office) -> list[tuple[str, str, str]]:
    return [(one.case_id, one.why, one.reason) for one in desk.casebook.reviews.open(desk.clock())]


def test_an_act_kept_back_is_before_an_officer_and_the_others_of_its_batch_are_formed(desk: Office) -> None:
    desk.take(ORDINARY, WRONG_SUM, samples.decision(4))
    assert [desk.state(one) for one in (ORDINARY, WRONG_SUM, samples.decision(4))] == ["SIGNED", "REVIEW", "SIGNED"]
    assert desk.casebook.acts.numbers() == ("02-2026-000000001", "02-2026-000000002"), "nothing kept back has a number"
    assert len(desk.published(ACTS)) == desk.casebook.log.size() == 2
    assert waiting(desk) == [(WRONG_SUM.case_id, "decision", "SUM_NOT_OF_LAW")]
    history = desk.casebook.cases.history(WRONG_SUM.case_id)
    assert [(one.what, one.to_state) for one in history] == [("auto", "DECIDED"), ("held: SUM_NOT_OF_LAW", "REVIEW")]
    case = desk.casebook.cases.find(WRONG_SUM.case_id)
    assert case is not None
    assert case.reason == "SUM_NOT_OF_LAW"
    found = {one.code: one for one in desk.casebook.controls.of_case(WRONG_SUM.case_id)}
    assert [(one.point, one.stated, one.expected) for one in found["SUM_NOT_OF_LAW"].mismatches] == [
        ("mci_count", "11", "10"),
        ("sum_tiyn", "4757500", "4325000"),
        ("twice_the_discount_tiyn", "4757500", "4325000"),
    ]


def test_a_batch_of_nothing_else_forms_nothing(desk: Office) -> None:
    desk.take(WRONG_SUM)
    assert desk.casebook.acts.numbers() == ()
    assert desk.casebook.log.size() == 0


def test_the_same_message_again_changes_nothing(desk: Office) -> None:
    desk.take(WRONG_SUM)
    before = (desk.casebook.cases.history(WRONG_SUM.case_id), desk.casebook.controls.of_case(WRONG_SUM.case_id))
    desk.clock.advance_s(60)
    desk.take(WRONG_SUM, WRONG_SUM)
    desk.reopen()
    desk.take(WRONG_SUM)
    after = (desk.casebook.cases.history(WRONG_SUM.case_id), desk.casebook.controls.of_case(WRONG_SUM.case_id))
    assert after == before
    assert len(waiting(desk)) == 1


def test_nobody_confirms_a_block_away_and_each_verdict_has_it_tried_once(desk: Office) -> None:
    desk.take(WRONG_SUM)
    desk.casebook.reviews.close(WRONG_SUM.case_id, "confirm", desk.clock())
    desk.take(confirmed(WRONG_SUM, "b" * 32))
    assert desk.state(WRONG_SUM) == "REVIEW"
    assert waiting(desk) == [(WRONG_SUM.case_id, "decision", "SUM_NOT_OF_LAW")]
    assert desk.casebook.acts.numbers() == ()


def test_what_is_put_right_is_formed_after_a_verdict(desk: Office) -> None:
    desk.take(WRONG_SUM)
    desk.take(replace(confirmed(WRONG_SUM, "b" * 32), mci_count=10))
    assert desk.state(WRONG_SUM) == "SIGNED"
    assert waiting(desk) == []


def test_a_doubt_is_settled_by_an_officer_who_was_told_of_it(desk: Office) -> None:
    doubtful = born_otherwise()
    desk.take(doubtful)
    assert waiting(desk) == [(doubtful.case_id, "decision", "BIRTH_DATE_DISAGREES")]
    desk.take(confirmed(doubtful, "b" * 32))
    assert desk.state(doubtful) == "SIGNED"
    stored = desk.casebook.acts.of_case(doubtful.case_id)
    assert stored is not None
    assert (stored.act.decided_by, stored.act.officer) == ("officer", "A B")


def test_an_officer_who_confirmed_something_else_before_was_not_told(desk: Office) -> None:
    doubtful = born_otherwise()
    desk.take(confirmed(doubtful, "b" * 32, about="a" * 32))
    assert waiting(desk) == [(doubtful.case_id, "decision", "BIRTH_DATE_DISAGREES")]
    desk.take(confirmed(doubtful, "c" * 32, about="b" * 32))
    assert desk.state(doubtful) == "SIGNED"


def test_a_rejection_ends_the_case(desk: Office) -> None:
    desk.take(WRONG_SUM)
    desk.take(changed(WRONG_SUM, "b" * 32, route="reject", reason="OFFICER_REJECTED"))
    assert desk.state(WRONG_SUM) == "REJECTED"
    assert waiting(desk) == []


def test_a_case_that_nobody_looks_at_ends_with_its_term(desk: Office) -> None:
    desk.take(WRONG_SUM)
    desk.until(at(2026, 4, 20, 23))
    assert desk.state(WRONG_SUM) == "REVIEW"
    desk.until(at(2026, 4, 21, 0))
    assert desk.state(WRONG_SUM) == "REJECTED"
    assert waiting(desk) == []


def test_two_acts_of_one_event_and_part_are_never_formed_in_one_batch_or_two(desk: Office) -> None:
    """Another vehicle of the same event, of which the device measured one."""
    other = replace(ORDINARY, case_id="c" * 32, decision_id="d" * 32)
    third = replace(ORDINARY, case_id="e" * 32, decision_id="f" * 32)
    desk.take(ORDINARY, other)
    desk.take(third)
    assert [desk.state(one) for one in (ORDINARY, other, third)] == ["SIGNED", "REVIEW", "REVIEW"]
    assert {reason for _, _, reason in waiting(desk)} == {"DUPLICATE_ACT"}


def test_what_is_only_noted_is_formed_and_counted(desk: Office) -> None:
    """The samples were decided under law data of another digest."""
    desk.take(ORDINARY, WRONG_SUM)
    assert [one.code for one in desk.casebook.controls.of_case(ORDINARY.case_id)] == ["OTHER_LAW_DATA"]
    assert desk.casebook.controls.counts(desk.clock()) == {"OTHER_LAW_DATA": 2, "SUM_NOT_OF_LAW": 1}
    assert desk.casebook.controls.counts(desk.clock() + 1) == {}


def superseded(desk: Office, decision: CaseDecided) -> None:
    """Formed at the end of a year, not sent, and its MCI over; half the sum was paid all the same."""
    desk.cabinet.refusal = desk.sms.refusal = Refused("no-connection", again=False)
    desk.take(decision)
    stored = desk.casebook.acts.of_case(decision.case_id)
    assert stored is not None
    paid = PaymentReceived(
        case_id=decision.case_id, at_us=desk.clock(), receipt="r", tiyn=stored.act.discount_tiyn or 0
    )
    desk.lifecycle.handle([office.received(paid, CASE_EVENTS)])


def off_by_half_a_second() -> CaseDecided:
    """Within what policy allows a device's clock."""
    decision = december()
    event = replace(decision.checked.passage.event, clock_offset_us=500_000)
    passage = replace(decision.checked.passage, event=event)
    return replace(decision, checked=replace(decision.checked, passage=passage))


LATE = off_by_half_a_second()


@pytest.fixture
def held_anew(place: Place) -> Iterator[Office]:
    """A case whose first act was never sent, though half was paid, and whose second a control keeps back: policy was
    stricter for a while."""
    desk = Office(place, at(2025, 12, 30))
    superseded(desk, LATE)
    ordinary = desk.policy
    stricter = tuple(replace(edition, clock_offset_us=100_000) for edition in ordinary.edition)
    desk.policy = replace(ordinary, edition=stricter)
    desk.reopen()
    desk.clock.set(at(2026, 1, 5))
    desk.serve()
    desk.policy = ordinary
    desk.reopen()
    yield desk
    desk.casebook.close()


def test_an_act_formed_anew_is_held_against_the_controls_too(held_anew: Office) -> None:
    case = held_anew.casebook.cases.find(LATE.case_id)
    assert case is not None
    assert case.state == "REVIEW"
    assert [one.to_state for one in held_anew.casebook.cases.history(case.case_id)][-2:] == [
        "SUPERSEDED_UNSENT",
        "REVIEW",
    ]
    assert waiting(held_anew) == [(case.case_id, "decision", "CLOCK_OUT_OF_BOUND")]
    assert len(held_anew.casebook.acts.numbers()) == 1


def test_after_a_verdict_it_is_formed_with_the_money_that_came_before(held_anew: Office) -> None:
    held_anew.take(confirmed(LATE, "b" * 32))
    case = held_anew.casebook.cases.find(LATE.case_id)
    assert case is not None
    assert case.standing is not None
    assert (case.state, case.standing.paid_tiyn, case.standing.refund_tiyn) == ("SIGNED", 1_966_000, 0)
    assert len(held_anew.casebook.acts.numbers()) == 2


def test_where_it_is_rejected_the_money_is_due_back(held_anew: Office) -> None:
    held_anew.take(changed(LATE, "b" * 32, route="reject", reason="OFFICER_REJECTED"))
    case = held_anew.casebook.cases.find(LATE.case_id)
    assert case is not None
    assert case.standing is not None
    assert (case.state, case.standing.state, case.standing.refund_tiyn) == ("REJECTED", "REJECTED", 1_966_000)


def test_where_its_term_ends_the_money_is_due_back_and_nobody_is_asked_any_more(held_anew: Office) -> None:
    held_anew.until(at(2026, 1, 20))
    case = held_anew.casebook.cases.find(LATE.case_id)
    assert case is not None
    assert case.standing is not None
    assert (case.state, case.standing.refund_tiyn) == ("REJECTED", 1_966_000)
    assert waiting(held_anew) == []
