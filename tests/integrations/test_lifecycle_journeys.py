"""Whole journeys of cases on a clock that is driven by hand: sent, delivered, paid, lapsed, superseded, expired."""

from collections.abc import Iterator
from datetime import date

import msgspec
import pytest

from adjudication import ids
from adjudication.answers import Penalties, PriorPenalty
from adjudication.decide import decide
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.happenings import Told, What, event_of
from adjudication.messages import (
    ActIssued,
    ActVoided,
    CaseDecided,
    ContestFiled,
    DeadlineReached,
    EarlierVoided,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PassageChecked,
    PossessorNamed,
)
from adjudication.scenarios.build import OFFICER
from ingest.topics import ACTS, CASE_EVENTS, RECHECKS
from integrations.casebook.desk import Desk, Opinion
from integrations.casebook.payments import Payment
from integrations.channels.port import Refused
from integrations.course import record_happening
from integrations.lawfiles import load_law, load_policy
from integrations.payments import record_payment
from tests import office, samples
from tests.casebooks import Place
from tests.office import Office, at, changed, december


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


CASE = samples.decision().case_id


def number(desk: Office) -> str:
    stored = desk.casebook.acts.of_case(CASE)
    assert stored is not None
    return stored.act.number


def pay(desk: Office, tiyn: int, receipt: str = "KZ-1", paid_us: int | None = None) -> bool:
    payment = Payment(receipt, CASE, tiyn, desk.clock() if paid_us is None else paid_us)
    return record_payment(desk.casebook, number(desk), payment, desk.clock)


def states(desk: Office) -> list[str]:
    return [entry.to_state for entry in desk.casebook.cases.history(CASE)]


def test_an_act_is_sent_and_delivered_and_its_clocks_run(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    assert states(desk) == ["DECIDED", "SIGNED", "SENT", "DELIVERED"]
    # Delivered Monday 6 April 2026: seven and fifteen working days.
    deadlines = desk.casebook.deadlines.of(CASE)
    assert deadlines["DISCOUNT"] == at(2026, 4, 16, 0)
    assert deadlines["DEEMED"] == at(2026, 4, 28, 0)
    assert "SEND" not in deadlines
    [notice] = desk.sms.notices
    assert number(desk) in notice.text
    assert "/act/" in notice.link
    assert "489AAC02" not in notice.text


def test_half_paid_in_time_closes_the_case(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 4, 15, 23.9))
    assert pay(desk, 2_162_500)
    desk.until(at(2026, 9, 1))
    assert desk.state(samples.decision()) == "PAID_50"
    assert desk.casebook.deadlines.of(CASE) == {}


def test_death_ends_nothing_that_was_executed_and_an_officer_is_told_so(desk: Office):
    """Source: 741(1)(7); brief §15.3 rule 10. Another ground ends it, and the money is due back."""
    desk.take(samples.decision())
    desk.serve()
    pay(desk, 2_162_500)
    desk.serve()
    desk.take(changed(samples.decision(), route="reject", reason="NO_EVENT"))
    officers = Desk(desk.casebook, lambda plate: plate, desk.clock)
    officers.lease(CASE, OFFICER)
    with pytest.raises(Invalid, match="penalty-executed"):
        officers.record_review(CASE, OFFICER, Opinion("reject", "DEAD_OR_LIQUIDATED"))
    assert desk.state(samples.decision()) == "PAID_50"
    officers.record_review(CASE, OFFICER, Opinion("reject", "NO_EVENT"))
    desk.serve()
    assert desk.state(samples.decision()) == "TERMINATED"


def test_the_whole_course_without_payment_ends_overdue(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 4, 27, 23.9))
    assert desk.state(samples.decision()) == "DELIVERED"
    desk.until(at(2026, 4, 28, 0))
    assert desk.state(samples.decision()) == "APPEAL_WINDOW"
    # Ten working days from 27 April: 28, 29, 30 April, 4, 5, 6, 8, 12, 13, 14 May; the 1st, 7th and 11th are days off.
    desk.until(at(2026, 5, 14, 23.9))
    assert desk.state(samples.decision()) == "APPEAL_WINDOW"
    desk.until(at(2026, 5, 15, 0))
    assert desk.state(samples.decision()) == "IN_FORCE"
    desk.until(at(2026, 7, 31))
    assert desk.state(samples.decision()) == "OVERDUE"
    pay(desk, 4_325_000)
    desk.serve()
    assert desk.state(samples.decision()) == "PAID_FULL"


def tell(desk: Office, what: What, **more: object) -> None:
    """Somebody tells it of the case now, and the centre takes it in."""
    event = event_of(what, Told(CASE, desk.clock(), f"n-{what}", **more))  # type: ignore[arg-type]
    record_happening(desk.casebook, load_law(), event, "officer", desk.clock)
    desk.serve()


def test_a_complaint_suspends_all_terms_and_an_act_that_is_cancelled_is_void_and_paid_back(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    pay(desk, 1_000)
    desk.until(at(2026, 5, 5))
    tell(desk, "complaint")
    assert desk.state(samples.decision()) == "APPEALED"
    assert set(desk.casebook.deadlines.of(CASE)) == {"DECISION"}
    desk.until(at(2026, 9, 1))
    assert desk.state(samples.decision()) == "APPEALED"
    waiting = desk.casebook.reviews.find(CASE, desk.clock())
    assert waiting is not None
    assert waiting.why == "course"  # the decision is late
    tell(desk, "cancelled")
    assert desk.state(samples.decision()) == "TERMINATED"
    stored = desk.casebook.acts.of_case(CASE)
    assert stored is not None
    assert stored.void_reason == "CANCELLED_ON_APPEAL"
    case = desk.casebook.cases.find(CASE)
    assert case is not None
    assert case.standing is not None
    assert (case.reason, case.standing.refund_tiyn) == ("CANCELLED_ON_APPEAL", 1_000)
    assert [one.reason for one in desk.published(CASE_EVENTS) if isinstance(one, ActVoided)] == ["CANCELLED_ON_APPEAL"]
    tell(desk, "refund", tiyn=1_000)
    with pytest.raises(Invalid, match="course-impossible"):
        tell(desk, "refund", tiyn=1)


def repetition_of(earlier_id: str) -> CaseDecided:
    """A decision on another passage of the same person, which repeats what that case punished."""
    checked, event_id = samples.checked(), ids.event_id("cam-2", 7)
    prior = PriorPenalty(case_id=earlier_id, part="592(2)", in_force_on=date(2026, 3, 1))
    penalties = Penalties(
        system="penalties", asked_us=samples.CAPTURED_US, as_of_us=samples.CAPTURED_US, prior=(prior,)
    )
    passage = msgspec.structs.replace(checked.passage, event_id=event_id, passage_id=ids.passage_id(event_id, 0))
    rounds = (msgspec.structs.replace(checked.rounds[0], penalties=penalties),)
    (found,) = decide(
        msgspec.structs.replace(
            checked, checked_id=ids.checked_id(passage.passage_id, 1), passage=passage, rounds=rounds
        ),
        (),
        load_law(),
        load_policy("default"),
    )
    assert isinstance(found, CaseDecided)
    assert (found.part, found.base) == ("592(4)", "592(2)")
    return found


def test_where_an_earlier_case_ends_without_a_penalty_its_repetition_comes_before_officers(desk: Office):
    again = repetition_of(CASE)
    desk.take(samples.decision())
    desk.take(again)
    desk.serve()
    desk.until(at(2026, 5, 5))
    before = desk.state(again)
    assert desk.casebook.reviews.find(again.case_id, desk.clock()) is None
    tell(desk, "complaint")
    tell(desk, "cancelled")
    waiting = desk.casebook.reviews.find(again.case_id, desk.clock())
    assert waiting is not None
    assert (waiting.why, desk.state(again)) == ("course", before)
    case = desk.casebook.cases.find(again.case_id)
    assert case is not None
    assert case.standing is not None
    assert case.standing.unrepeated_us == desk.clock()
    assert [line.what for line in desk.casebook.cases.history(again.case_id)][-1] == f"earlier-voided: {CASE}"
    assert [one.earlier_id for one in desk.published(CASE_EVENTS) if isinstance(one, EarlierVoided)] == [CASE]


def void(desk: Office, case_id: str, reason: str) -> None:
    """The act of a case stands no more, and [lifecycle] has folded that."""
    stored = desk.casebook.acts.of_case(case_id)
    assert stored is not None
    event = ActVoided(case_id=case_id, at_us=desk.clock(), act_number=stored.act.number, reason=reason)
    desk.lifecycle.handle([office.received(event, CASE_EVENTS)])


def test_no_act_is_formed_as_a_repetition_of_what_was_cancelled_after_the_registers_told_of_it(desk: Office):
    again = repetition_of(CASE)
    desk.take(samples.decision())
    void(desk, CASE, "NO_EVENT")
    desk.take(again)
    assert desk.casebook.acts.of_case(again.case_id) is None
    waiting = desk.casebook.reviews.find(again.case_id, desk.clock())
    assert waiting is not None
    assert (desk.state(again), waiting.why, waiting.reason) == ("REVIEW", "decision", "EARLIER_VOIDED")


def test_an_act_is_not_formed_anew_as_a_repetition_of_what_was_cancelled_meanwhile(desk: Office):
    again = repetition_of(CASE)
    desk.take(samples.decision(), again)
    void(desk, again.case_id, "SUPERSEDED_UNSENT")
    void(desk, CASE, "NO_EVENT")
    desk.serve()
    assert desk.state(again) == "REVIEW"
    assert [one.code for one in desk.casebook.controls.of_case(again.case_id)] == ["EARLIER_VOIDED"]


def test_a_repetition_of_another_case_is_left_alone(desk: Office):
    again = repetition_of("c-of-another-body")
    desk.take(samples.decision())
    desk.take(again)
    desk.serve()
    desk.until(at(2026, 5, 5))
    tell(desk, "complaint")
    tell(desk, "cancelled")
    assert desk.casebook.reviews.find(again.case_id, desk.clock()) is None


def test_what_is_upheld_goes_its_way_through_the_bailiffs_until_its_year_is_over(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 5, 5))
    tell(desk, "complaint")
    desk.until(at(2026, 5, 20))
    tell(desk, "upheld")
    assert desk.state(samples.decision()) == "IN_FORCE"
    assert set(desk.casebook.deadlines.of(CASE)) == {"PAY", "YEAR"}
    desk.until(at(2026, 5, 25))
    tell(desk, "deferral", until_on=date(2026, 6, 20))
    assert set(desk.casebook.deadlines.of(CASE)) == {"PUT_OFF"}
    desk.until(at(2026, 6, 22))
    assert set(desk.casebook.deadlines.of(CASE)) == {"HAND_OVER", "YEAR"}
    tell(desk, "handed-over")
    desk.until(at(2026, 7, 10))
    tell(desk, "handed-back")
    tell(desk, "handed-over")
    assert states(desk)[-4:] == ["OVERDUE", "HANDED_OVER", "HANDED_BACK", "HANDED_OVER"]
    desk.until(at(2027, 6, 20))
    assert desk.state(samples.decision()) == "LAPSED"
    assert desk.casebook.deadlines.of(CASE) == {}


def test_an_owners_statement_comes_before_officers_and_releases_the_owner(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    tell(desk, "theft")
    waiting = desk.casebook.reviews.find(CASE, desk.clock())
    assert waiting is not None
    assert waiting.why == "course"
    tell(desk, "statement-true")
    assert desk.state(samples.decision()) == "TERMINATED"
    case = desk.casebook.cases.find(CASE)
    assert case is not None
    assert case.reason == "RELEASED"
    assert desk.published(RECHECKS) == []


def test_who_possessed_the_vehicle_is_asked_about_once_in_the_order_of_its_plate(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    tell(desk, "other-possessor", possessor=samples.POSSESSOR.number)
    tell(desk, "possessor-established", possessor=samples.POSSESSOR.number, proof="D-17")
    assert desk.state(samples.decision()) == "TERMINATED"
    (named,) = desk.published(RECHECKS)
    assert isinstance(named, PossessorNamed)
    assert named.passage == samples.decision().checked.passage
    (record,) = desk.stream.scan(RECHECKS.name, 0, desk.clock() + 1)
    assert record.key == "v1-489AAC02"
    history = desk.casebook.cases.history(CASE)
    assert (history[-2].to_state, history[-1].what) == ("TERMINATED", f"goes on: {named.possessor.case_id}")
    assert all(samples.POSSESSOR.number not in entry.what for entry in history)
    desk.reopen()
    desk.lifecycle.handle([office.received(one, CASE_EVENTS) for one in desk.published(CASE_EVENTS)])
    assert len(desk.published(RECHECKS)) == 1


def test_after_half_the_sum_a_release_begins_no_case(desk: Office):
    """Source: brief §15.3 rule 11."""
    desk.take(samples.decision())
    desk.serve()
    tell(desk, "other-possessor", possessor=samples.POSSESSOR.number)
    pay(desk, 2_162_500)
    desk.serve()
    tell(desk, "possessor-established", possessor=samples.POSSESSOR.number, proof="D-17")
    assert states(desk)[-2:] == ["PAID_50", "TERMINATED"]
    assert desk.published(RECHECKS) == []


@pytest.mark.parametrize("named", [samples.PERSON.number, "900101300018"])
def test_a_possessor_who_is_the_person_liable_or_nobody_is_refused_already_in_the_statement(desk: Office, named: str):
    desk.take(samples.decision())
    desk.serve()
    with pytest.raises(Invalid, match="possessor-"):
        tell(desk, "other-possessor", possessor=named)
    assert states(desk)[-1] == "DELIVERED"
    assert desk.casebook.reviews.find(CASE, desk.clock()) is None


def test_what_is_told_twice_at_once_is_one_event_and_what_is_impossible_or_to_come_is_refused(desk: Office):
    with pytest.raises(Invalid, match="course-impossible"):
        tell(desk, "complaint")
    desk.take(samples.decision())
    desk.serve()
    told = event_of("complaint", Told(CASE, desk.clock(), "n-1"))
    for _ in range(2):
        record_happening(desk.casebook, load_law(), told, "officer", desk.clock)
    desk.serve()
    assert [one for one in desk.published(CASE_EVENTS) if isinstance(one, ContestFiled)] == [told]
    with pytest.raises(Invalid, match="course-impossible"):
        tell(desk, "upheld")
    late = event_of("handed-over", Told(CASE, desk.clock() + 1, "n-2"))
    with pytest.raises(Invalid, match="course-future"):
        record_happening(desk.casebook, load_law(), late, "officer", desk.clock)


def test_money_that_came_for_an_act_that_was_never_sent_counts_for_the_one_formed_anew(place: Place):
    desk = Office(place, at(2025, 12, 31, 20))
    desk.take(december())
    case_id = december().case_id
    first = desk.casebook.acts.of_case(case_id)
    assert first is not None
    record_payment(desk.casebook, first.act.number, Payment("KZ-1", case_id, 5, desk.clock()), desk.clock)
    desk.relay.drain()
    desk.clock.set(at(2026, 1, 1, 9))
    desk.serve()
    case = desk.casebook.cases.find(case_id)
    assert case is not None
    assert case.standing is not None
    assert (case.standing.act_number, case.standing.paid_tiyn) == ("02-2026-000000001", 5)
    desk.casebook.close()


def test_half_a_day_late_is_credited_and_the_rest_is_owed(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 4, 16, 12))
    pay(desk, 2_162_500)
    desk.until(at(2026, 5, 20))
    assert desk.state(samples.decision()) == "IN_FORCE"
    pay(desk, 2_162_500, "KZ-2")
    desk.serve()
    assert desk.state(samples.decision()) == "PAID_FULL"


def test_a_receipt_counts_once_and_another_content_under_it_is_a_conflict(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    now_us = desk.clock()
    assert pay(desk, 1_000, paid_us=now_us)
    assert not pay(desk, 1_000, paid_us=now_us)
    with pytest.raises(Conflict):
        pay(desk, 2_000, paid_us=now_us)
    with pytest.raises(Invalid, match="act-unknown"):
        record_payment(desk.casebook, "02-2026-000000099", Payment("x", CASE, 1, 1), desk.clock)
    desk.serve()
    case = desk.casebook.cases.find(CASE)
    assert case is not None
    assert case.standing is not None
    assert case.standing.paid_tiyn == 1_000


def without_phone() -> CaseDecided:
    decision = samples.decision()
    checked = samples.checked(1, liable=msgspec.structs.replace(samples.PERSON, egov_phone=None))
    return msgspec.structs.replace(decision, checked=checked)


def test_without_an_egov_number_and_cabinet_the_act_waits_for_post_and_lapses_with_its_term(desk: Office):
    desk.cabinet.refusal = Refused("no-cabinet", again=False)
    desk.take(without_phone())
    desk.serve()
    assert desk.state(samples.decision()) == "POST_PENDING"
    assert [event.channel for event in desk.published(CASE_EVENTS) if isinstance(event, NoticeFailed)] == [
        "cabinet",
        "sms",
    ]
    desk.until(at(2026, 4, 21, 1))
    assert desk.state(samples.decision()) == "TERMINATED"
    [voided] = [event for event in desk.published(CASE_EVENTS) if isinstance(event, ActVoided)]
    assert voided.reason == "SEND_TERM_LAPSED"
    assert desk.casebook.acts.numbers() == ("02-2026-000000001",)


def test_channels_out_of_reach_pause_and_deliver_once_they_are_back(desk: Office):
    desk.take(samples.decision())
    desk.cabinet.refusal = desk.sms.refusal = Refused("unreachable", again=True)
    with pytest.raises(Unavailable):
        desk.serve()
    desk.cabinet.refusal = desk.sms.refusal = None
    desk.read.clear()
    desk.clock.advance_s(office.HOUR_S)
    desk.serve()
    assert desk.state(samples.decision()) == "DELIVERED"


def test_a_notice_repeated_after_a_crash_is_sent_once_and_dated_by_the_first(desk: Office):
    desk.take(samples.decision())
    [issued] = desk.published(ACTS)
    first = desk.notify.handle([office.received(issued, ACTS)])
    desk.clock.advance_s(office.HOUR_S)
    assert desk.notify.handle([office.received(issued, ACTS)]) == first
    assert len(desk.sms.notices) == 1
    kinds = {type(outgoing.message) for outgoing in first}
    assert kinds == {NoticeDispatched, NoticeDelivered}


def test_an_act_left_unsent_over_new_year_is_superseded_and_formed_anew_with_the_new_mci(place: Place):
    desk = Office(place, at(2025, 12, 31, 20))
    desk.take(december())
    desk.relay.drain()
    desk.clock.set(at(2026, 1, 1, 9))
    desk.serve()
    acts = [issued for issued in desk.published(ACTS) if isinstance(issued, ActIssued)]
    assert {issued.act.number for issued in acts} == {"02-2025-000000001", "02-2026-000000001"}
    assert {issued.act.mci_tiyn for issued in acts} == {393_200, 432_500}
    assert [notice.act_number for notice in desk.sms.notices] == ["02-2026-000000001"]
    assert [entry.to_state for entry in desk.casebook.cases.history(december().case_id)] == [
        "DECIDED",
        "SIGNED",
        "SUPERSEDED_UNSENT",
        "SIGNED",
        "SENT",
        "DELIVERED",
    ]
    old = desk.casebook.acts.by_number("02-2025-000000001")
    assert old is not None
    assert old.void_reason == "SUPERSEDED_UNSENT"
    desk.casebook.close()


def test_where_a_crash_hides_a_sending_before_new_year_no_second_act_is_formed(place: Place):
    desk = Office(place, at(2025, 12, 31, 20))
    desk.take(december())
    [issued] = desk.published(ACTS)
    desk.notify.handle([office.received(issued, ACTS)])  # sent, and the process died before it could say so
    desk.clock.set(at(2026, 1, 1, 9))
    desk.serve()
    assert desk.state(december()) == "POST_PENDING"
    assert len(desk.published(ACTS)) == 1
    [waiting] = desk.casebook.reviews.open(desk.clock())
    assert (waiting.case_id, waiting.why) == (december().case_id, "conflict")
    desk.casebook.close()


def test_an_unsent_act_whose_term_is_over_is_not_formed_anew(desk: Office):
    desk.take(samples.decision())
    desk.relay.drain()
    desk.clock.set(at(2026, 4, 21, 9))
    desk.serve()
    assert desk.state(samples.decision()) in {"TERMINATED", "REJECTED"}
    assert desk.sms.notices == []
    assert len(desk.published(ACTS)) == 1


def test_a_notice_sent_in_the_last_minute_stands_though_its_word_comes_after_the_term(desk: Office):
    desk.take(samples.decision())
    [issued] = desk.published(ACTS)
    desk.clock.set(at(2026, 4, 20, 23.99))
    told = desk.notify.handle([office.received(issued, ACTS)])
    desk.clock.set(at(2026, 4, 21, 0))
    desk.deadlines.tick()
    [due] = [event for event in desk.published(CASE_EVENTS) if isinstance(event, DeadlineReached)]
    desk.lifecycle.handle([office.received(due, CASE_EVENTS)])
    assert desk.state(samples.decision()) == "SIGNED"
    desk.lifecycle.handle([office.received(outgoing.message, CASE_EVENTS) for outgoing in told])
    assert desk.state(samples.decision()) == "DELIVERED"
    assert "SEND" not in desk.casebook.deadlines.of(CASE)


def test_an_attempt_to_send_whose_word_never_comes_ends_with_the_term(desk: Office):
    desk.take(samples.decision())
    desk.casebook.acts.mark_sending("02-2026-000000001", desk.clock())
    for at_us in (at(2026, 4, 21, 0), at(2026, 4, 21, 1)):
        desk.clock.set(at_us)
        desk.deadlines.tick()
        events = [event for event in desk.published(CASE_EVENTS) if isinstance(event, DeadlineReached)]
        desk.lifecycle.handle([office.received(events[-1], CASE_EVENTS)])
    assert desk.state(samples.decision()) == "TERMINATED"
    stored = desk.casebook.acts.of_case(CASE)
    assert stored is not None
    assert stored.void_reason == "SEND_UNPROVEN", "it may have been sent: nobody says that it was not"


def test_a_waiting_case_is_asked_about_again_once_per_passage(desk: Office):
    first = changed(samples.decision(), "a" * 32, route="wait", ask_again_us=desk.clock() + 5_000_000)
    second = changed(first, "b" * 32, case_id="e" * 32, part="599(1)")
    desk.take(first, second)
    desk.until(desk.clock() + 6_000_000)
    [again] = desk.published(RECHECKS)
    assert isinstance(again, PassageChecked)
    assert again == first.checked
    codes = [event.code for event in desk.published(CASE_EVENTS) if isinstance(event, DeadlineReached)]
    assert codes == ["RECHECK", "RECHECK"]
    [record] = desk.stream.scan(RECHECKS.name, 0, desk.clock() + 1)
    assert record.key == "v1-489AAC02"


@pytest.mark.parametrize("route", ["review", "wait"])
def test_what_is_not_decided_by_the_end_of_the_sending_term_is_rejected(desk: Office, route: str):
    desk.take(changed(samples.decision(), route=route, ask_again_us=at(2026, 5, 1)))
    desk.until(at(2026, 4, 21, 0))
    case = desk.casebook.cases.find(CASE)
    assert case is not None
    assert (case.state, case.reason) == ("REJECTED", "SEND_TERM_LAPSED")
    assert desk.casebook.reviews.count() == desk.casebook.waits.count() == 0
    desk.take(changed(samples.decision(), "f" * 32, reason="CONFIRMED"))
    assert desk.casebook.reviews.count() == 0


def test_a_sent_act_that_is_never_delivered_comes_before_officers_at_limitation(desk: Office):
    desk.sms.refusal = Refused("not-the-egov-number", again=False)
    desk.take(samples.decision())
    desk.serve()
    assert desk.state(samples.decision()) == "UNDELIVERED"
    desk.until(at(2026, 6, 7, 0))
    assert desk.state(samples.decision()) == "LIMITATION_REVIEW"
    [waiting] = desk.casebook.reviews.open(desk.clock())
    assert waiting.why == "limitation"


def test_limitation_that_stood_still_lapses_later_by_exactly_that(desk: Office):
    desk.sms.refusal = Refused("not-the-egov-number", again=False)
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 4, 20, 9))
    tell(desk, "limitation-expertise")
    desk.until(at(2026, 4, 30, 9))
    tell(desk, "limitation-resumed")
    assert desk.casebook.deadlines.of(CASE)["LIM_OFFENCE"] == at(2026, 6, 17, 0)
    assert [entry.basis for entry in desk.casebook.cases.history(CASE)][-2:] == ["62(5)", "62(5)"]
    desk.until(at(2026, 6, 16, 23.9))
    assert (desk.state(samples.decision()), desk.casebook.reviews.count()) == ("UNDELIVERED", 0)
    desk.until(at(2026, 6, 17, 0))
    assert desk.state(samples.decision()) == "LIMITATION_REVIEW"


def test_a_word_that_comes_late_takes_the_case_from_the_desk_where_it_is_ended(desk: Office):
    desk.sms.refusal = Refused("not-the-egov-number", again=False)
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 6, 8))
    event = event_of("limitation-prosecutor", Told(CASE, at(2026, 6, 5), "in-9"))
    record_happening(desk.casebook, load_law(), event, "officer", desk.clock)
    desk.serve()
    assert desk.state(samples.decision()) == "SENT"
    waiting = desk.casebook.reviews.find(CASE, desk.clock())
    assert waiting is not None
    assert waiting.why == "course"
    tell(desk, "limitation-resumed")
    assert desk.casebook.deadlines.of(CASE)["LIM_OFFENCE"] == at(2026, 6, 10, 0)


def test_a_motion_is_before_officers_at_once_and_again_when_its_days_are_over(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    tell(desk, "motion")
    waiting = desk.casebook.reviews.find(CASE, desk.clock())
    assert waiting is not None
    assert waiting.why == "course"
    desk.casebook.reviews.close(CASE, "confirm", desk.clock())
    desk.until(at(2026, 4, 10, 0))
    assert desk.casebook.reviews.find(CASE, desk.clock()) is not None
    tell(desk, "motion-decided")
    assert "PETITION" not in desk.casebook.deadlines.of(CASE)


def test_candidates_are_shredded_after_thirty_days_with_their_decision_and_ciphertext(desk: Office):
    decision = changed(samples.decision(), route="review")
    key_id, _ = desk.casebook.keys.data_key(CASE)
    address = desk.store.put(b"ciphertext")
    piece = msgspec.structs.replace(office.evidence_of(decision)[0], address_sha256=address, key_id=key_id)
    desk.casebook.evidence.record(CASE, decision.checked.passage.event_id, (piece,), desk.clock())
    desk.issue.handle([office.received(msgspec.structs.replace(office.sealed(decision), evidence=(piece,)))])
    desk.until(at(2026, 5, 5))
    assert desk.store.get(address) == b"ciphertext"
    desk.until(at(2026, 5, 7))
    with pytest.raises(Invalid, match="evidence-missing"):
        desk.store.get(address)
    with pytest.raises(Invalid, match="key-erased"):
        desk.casebook.keys.open(key_id)
    case = desk.casebook.cases.find(CASE)
    assert case is not None
    assert case.decision is None


def test_an_act_keeps_its_evidence_for_good(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    desk.until(at(2026, 12, 1))
    assert len(desk.casebook.evidence.of(CASE)) == 2


def test_events_told_twice_change_a_case_once(desk: Office):
    desk.take(samples.decision())
    desk.serve()
    pay(desk, 1_000)
    desk.serve()
    history = desk.casebook.cases.history(CASE)
    desk.read.clear()
    desk.serve()
    assert desk.casebook.cases.history(CASE) == history


def test_a_contradicting_event_is_put_before_officers(desk: Office):
    desk.take(samples.decision())
    stray = NoticeDelivered(case_id=CASE, at_us=desk.clock(), channel="sms", proof="p")
    desk.lifecycle.handle([office.received(stray, CASE_EVENTS)])
    assert desk.state(samples.decision()) == "SIGNED"
    [waiting] = desk.casebook.reviews.open(desk.clock())
    assert waiting.why == "conflict"


def test_an_event_of_a_case_nobody_decided_is_refused(desk: Office):
    stray = NoticeDelivered(case_id="9" * 32, at_us=1, channel="sms", proof="p")
    with pytest.raises(Invalid, match="case-unknown"):
        desk.lifecycle.handle([office.received(stray, CASE_EVENTS)])


def test_a_restart_between_any_two_steps_loses_and_doubles_nothing(desk: Office):
    desk.take(samples.decision())
    for step in (desk.relay.drain, desk.serve, desk.deadlines.tick, desk.serve):
        desk.reopen()
        step()
    assert desk.state(samples.decision()) == "DELIVERED"
    assert len(desk.sms.notices) == 1
    assert date(2026, 4, 6) == desk.casebook.acts.latest(1)[0].act.initiated_on
