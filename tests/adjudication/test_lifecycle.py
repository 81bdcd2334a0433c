"""The course of a case: what may follow what, when terms end, and what money does."""

from datetime import date
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.calendar import add_months, end_of_day_us, start_of_day_us
from adjudication.errors import Conflict, Invalid
from adjudication.forming import form_act
from adjudication.happenings import WHATS, Told, What, event_of, possible, what_of
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import apply
from adjudication.messages import (
    ActDeadlineCode,
    ActVoided,
    CaseEvents,
    ContestDecided,
    ContestFiled,
    ContestKind,
    DeadlineReached,
    DecisionProlonged,
    EarlierVoided,
    HandedBack,
    HandedOver,
    LawEased,
    LimitationResumed,
    LimitationStopped,
    MotionDecided,
    MotionFiled,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PaymentPutOff,
    PaymentReceived,
    RefundPaid,
    StatementDecided,
    StatementFiled,
    StopGround,
)
from adjudication.protocol import Body, Terms
from adjudication.standing import Outcome, Standing, opened
from adjudication.states import ACTED, DUE, STATED, TERMINAL, TRANSITIONS, State, Trigger, step
from integrations.lawfiles import law_files, load_law
from tests import samples

CASE = "c" * 32
NUMBER = "02-2022-000000001"
BODY = Body(body_id="01", name_kk="Үлгі", name_ru="Пример", location_kk="", location_ru="")
YEAR = '[[year]]\nyear = {}\noff = []\nsource = ""\nconfidence = "A"\n'
LAW = Lawbook.parse(
    {
        "calendar.toml": "".join(YEAR.format(year) for year in (2022, 2023, 2024)).encode(),
        "terms.toml": law_files()["terms.toml"].replace(b"2024-01-01", b"2022-01-01"),
    }
)
"""The terms of the law in a calendar without holidays."""
DAYS = LAW.calendar
SENT = start_of_day_us(date(2022, 8, 1)) + 10
SIGNED = Standing(
    act_number=NUMBER,
    state="SIGNED",
    sum_tiyn=4_325_000,
    discount_tiyn=2_162_500,
    terms=Terms(discount_days=7, considered_days=15, appeal_days=10, payment_days=30),
)
SOMETIME = st.integers(0, 400).map(lambda hours: SENT + hours * 3_600_000_000)


def after(standing: Standing, *events: CaseEvents) -> Standing:
    for event in events:
        standing = apply(standing, event, LAW).standing
    return standing


def sent(at_us: int = SENT, number: str = NUMBER) -> NoticeDispatched:
    return NoticeDispatched(case_id=CASE, at_us=at_us, act_number=number, channel="cabinet", proof="p")


def delivered(at_us: int = SENT) -> NoticeDelivered:
    return NoticeDelivered(case_id=CASE, at_us=at_us, channel="sms", proof="p")


def failed() -> NoticeFailed:
    return NoticeFailed(case_id=CASE, at_us=SENT, channel="sms", reason="no-egov-number")


def paid(tiyn: int, at_us: int, receipt: str = "r") -> PaymentReceived:
    return PaymentReceived(case_id=CASE, at_us=at_us, receipt=receipt, tiyn=tiyn)


def reached(code: str, due_us: int) -> DeadlineReached:
    return DeadlineReached(case_id=CASE, at_us=due_us, code=code, due_us=due_us)


def voided(reason: str, number: str = NUMBER) -> ActVoided:
    return ActVoided(case_id=CASE, at_us=SENT, act_number=number, reason=reason)


DELIVERED = after(SIGNED, sent(), delivered())


def test_every_transition_names_known_states_triggers_and_an_article():
    for (state, trigger), transition in TRANSITIONS.items():
        assert {state, transition.to} <= set(get_args(State))
        assert trigger in get_args(Trigger)
        assert transition.basis


def test_every_state_is_reached_and_only_terminal_ones_end_the_course():
    reachable, frontier = {"NEW"}, ["NEW"]
    while frontier:
        here = frontier.pop()
        following = {transition.to for (state, _), transition in TRANSITIONS.items() if state == here} - reachable
        reachable |= following
        frontier += following
    assert reachable == set(get_args(State))
    opened_again = {"voided", "contested", "statement", "statement-denied", "released"}
    ends = set(get_args(State)) - {state for state, trigger in TRANSITIONS if trigger not in opened_again}
    assert ends == set(TERMINAL)


def test_an_undecided_case_may_take_every_route_and_an_issued_one_none():
    assert step("WAITING", "auto") is not None
    assert step("SIGNED", "auto") is None
    assert step("REJECTED", "auto") is None


def test_the_official_example_delivered_on_1_august_the_discount_lasts_through_10_august():
    assert DELIVERED.state == "DELIVERED"
    assert DELIVERED.discount_until_us == end_of_day_us(date(2022, 8, 10))
    assert DELIVERED.deemed_us == end_of_day_us(date(2022, 8, 22))


def test_the_course_without_a_payment():
    outcome = apply(DELIVERED, reached("DEEMED", end_of_day_us(date(2022, 8, 22))), LAW)
    assert [one.to for one in outcome.steps] == ["DEEMED_CONSIDERED", "APPEAL_WINDOW"]
    appeal = end_of_day_us(date(2022, 9, 5))
    assert outcome.deadlines == (("APPEAL", appeal), ("LIM_OFFENCE", None))
    outcome = apply(outcome.standing, reached("APPEAL", appeal), LAW)
    assert outcome.standing.state == "IN_FORCE"
    pay = end_of_day_us(DAYS.add_days(date(2022, 9, 6), 30))
    assert outcome.deadlines == (("PAY", pay), ("YEAR", end_of_day_us(date(2023, 9, 6))))
    assert after(outcome.standing, reached("PAY", pay)).state == "OVERDUE"
    assert after(outcome.standing, reached("PAY", pay), paid(4_325_000, pay + 1)).state == "PAID_FULL"


@pytest.mark.parametrize(("late_us", "state"), [(-1, "PAID_50"), (0, "DELIVERED")])
def test_half_the_sum_counts_until_24_00_of_the_seventh_day(late_us: int, state: str):
    until = DELIVERED.discount_until_us
    assert until is not None
    assert after(DELIVERED, paid(2_162_500, until + late_us)).state == state


def test_the_payers_instant_counts_even_if_the_word_of_it_comes_after_the_term():
    late = after(DELIVERED, reached("DISCOUNT", end_of_day_us(date(2022, 8, 10))), reached("DEEMED", SENT))
    assert late.state == "APPEAL_WINDOW"
    assert after(late, paid(2_162_500, SENT + 1)).state == "PAID_50"


def test_partial_and_late_money_is_credited_to_the_full_sum():
    partial = after(DELIVERED, paid(2_000_000, SENT + 1))
    assert (partial.state, partial.paid_tiyn) == ("DELIVERED", 2_000_000)
    until = DELIVERED.discount_until_us
    assert until is not None
    late = after(partial, paid(2_325_000, until + 1))
    assert late.state == "DELIVERED"
    force = after(late, reached("DEEMED", until + 2), reached("APPEAL", until + 3))
    assert force.state == "PAID_FULL"


def test_what_is_paid_above_the_sum_is_due_back():
    assert after(DELIVERED, paid(4_325_000, SENT + 1)).refund_tiyn == 2_162_500
    closed = after(DELIVERED, paid(2_162_500, SENT + 1))
    assert after(closed, paid(1_000, SENT + 2, "again")).refund_tiyn == 1_000


def test_voiding_after_payment_makes_the_money_due_back():
    closed = after(DELIVERED, paid(2_162_500, SENT + 1), voided("NO_EVENT"))
    assert (closed.state, closed.refund_tiyn) == ("TERMINATED", 2_162_500)


@pytest.mark.parametrize("code", ["SEND", "LIM_OFFENCE"])
def test_what_was_paid_for_an_act_that_lapsed_unsent_is_due_back(code: str):
    lapsed = after(SIGNED, paid(2_162_500, SENT), reached(code, SENT + 1))
    assert (lapsed.state, lapsed.refund_tiyn) == ("TERMINATED", 2_162_500)
    assert after(lapsed, paid(1_000, SENT + 2, "again")).refund_tiyn == 2_163_500


def test_a_warning_comes_into_force_and_is_closed_with_nothing_to_pay():
    warning = msgspec.structs.replace(SIGNED, sum_tiyn=0, discount_tiyn=None)
    there = after(warning, sent(), delivered())
    assert there.discount_until_us is None
    assert after(there, reached("DEEMED", SENT), reached("APPEAL", SENT + 1)).state == "CLOSED"


@given(SOMETIME, SOMETIME)
def test_the_earliest_proper_delivery_starts_the_clocks_in_whatever_order_proofs_come(first: int, second: int):
    both = after(SIGNED, sent(), delivered(first), delivered(second))
    assert both == after(SIGNED, sent(), delivered(second), delivered(first))
    assert both.delivered_us == min(first, second)


def test_the_first_sending_initiates_and_a_second_channel_does_not():
    assert after(SIGNED, sent(SENT), sent(SENT + 5)).sent_us == SENT


def test_no_lawful_channel_waits_for_post_and_post_can_still_deliver():
    waiting = after(SIGNED, failed(), failed())
    assert waiting.state == "POST_PENDING"
    assert after(waiting, sent(), delivered()).state == "DELIVERED"
    assert after(SIGNED, sent(), failed()).state == "UNDELIVERED"


def test_deadlines_that_are_not_the_acts_change_nothing():
    assert after(DELIVERED, reached("RECHECK", SENT), reached("CANDIDATE_EXPIRES", SENT)) == DELIVERED


def test_a_channel_that_fails_after_another_delivered_changes_nothing():
    assert after(DELIVERED, failed()) == DELIVERED


@pytest.mark.parametrize(("code", "state"), [("SEND", "TERMINATED"), ("LIM_OFFENCE", "TERMINATED")])
def test_what_was_not_sent_in_time_is_terminated(code: str, state: str):
    assert after(SIGNED, reached(code, SENT)).state == state
    assert after(SIGNED, failed(), reached(code, SENT)).state == state


def test_limitation_before_consideration_is_for_officers_and_after_it_nothing():
    assert after(SIGNED, sent(), reached("LIM_OFFENCE", SENT)).state == "LIMITATION_REVIEW"
    assert after(DELIVERED, reached("LIM_OFFENCE", SENT)).state == "LIMITATION_REVIEW"
    considered = after(DELIVERED, reached("DEEMED", SENT))
    assert after(considered, reached("LIM_OFFENCE", SENT)) == considered


def test_an_unsent_act_is_superseded_and_a_sent_one_never():
    assert after(SIGNED, voided("SUPERSEDED_UNSENT")).state == "SUPERSEDED_UNSENT"
    with pytest.raises(Conflict):
        after(SIGNED, sent(), voided("SUPERSEDED_UNSENT"))


@pytest.mark.parametrize(
    "events",
    [
        (delivered(),),
        (sent(number="02-2022-000000002"),),
        (voided("NO_EVENT", "02-2022-000000002"),),
        (voided("NO_EVENT"), sent()),
        (voided("SUPERSEDED_UNSENT"), sent()),
    ],
)
def test_contradictions_are_conflicts(events: tuple[CaseEvents, ...]):
    with pytest.raises(Conflict):
        after(SIGNED, *events)


DEEMED_US = end_of_day_us(date(2022, 8, 22))
APPEAL_US = end_of_day_us(date(2022, 9, 5))
OPEN = after(DELIVERED, reached("DEEMED", DEEMED_US))
FORCE = after(OPEN, reached("APPEAL", APPEAL_US))
IN_FORCE_ON = date(2022, 9, 6)
PAY_US = end_of_day_us(DAYS.add_days(IN_FORCE_ON, 30))
OVERDUE = after(FORCE, reached("PAY", PAY_US))
YEAR_US = end_of_day_us(date(2023, 9, 6))
HALF = 2_162_500
SOON = date(2022, 9, 9)


def complaint(at_us: int, by: ContestKind = "complaint") -> ContestFiled:
    return ContestFiled(case_id=CASE, at_us=at_us, by=by, reference="in-1")


def decision(outcome: str, at_us: int) -> ContestDecided:
    return ContestDecided(case_id=CASE, at_us=at_us, outcome=outcome, reference="out-1")  # type: ignore[arg-type]


def statement(at_us: int) -> StatementFiled:
    return StatementFiled(
        case_id=CASE, at_us=at_us, ground="OTHER_POSSESSOR", reference="in-2", possessor="900101300017"
    )


def verdict(established: bool, at_us: int) -> StatementDecided:
    return StatementDecided(case_id=CASE, at_us=at_us, established=established, reference="out-2")


def stopped(at_us: int, ground: StopGround = "expertise") -> LimitationStopped:
    return LimitationStopped(case_id=CASE, at_us=at_us, ground=ground, reference="in-3")


def resumed_at(at_us: int) -> LimitationResumed:
    return LimitationResumed(case_id=CASE, at_us=at_us, reference="in-4")


def motion(at_us: int) -> MotionFiled:
    return MotionFiled(case_id=CASE, at_us=at_us, reference="in-5")


def motion_decided() -> MotionDecided:
    return MotionDecided(case_id=CASE, at_us=SENT, reference="out-5")


def prolonged_at(at_us: int) -> DecisionProlonged:
    return DecisionProlonged(case_id=CASE, at_us=at_us, reference="out-6")


LIMIT_US = end_of_day_us(date(2022, 9, 30))
ON_ITS_WAY = after(msgspec.structs.replace(SIGNED, limitation_until_us=LIMIT_US), sent())
STOPPED: tuple[What, ...] = (
    "limitation-expertise",
    "limitation-prosecutor",
    "limitation-sent-on",
    "limitation-force-majeure",
    "other-possessor",
    "theft",
)
RESUMED: tuple[What, ...] = ("limitation-resumed", "other-possessor", "theft")


def put_off(until_on: date, at_us: int, how: str = "deferral") -> PaymentPutOff:
    return PaymentPutOff(case_id=CASE, at_us=at_us, how=how, until_on=until_on, reference="out-3")  # type: ignore[arg-type]


def handed_over(at_us: int) -> HandedOver:
    return HandedOver(case_id=CASE, at_us=at_us, reference="896-1")


def handed_back(at_us: int) -> HandedBack:
    return HandedBack(case_id=CASE, at_us=at_us, reference="896-2")


def refund(tiyn: int) -> RefundPaid:
    return RefundPaid(case_id=CASE, at_us=PAY_US, tiyn=tiyn, reference="r-1")


def folded(standing: Standing, event: CaseEvents) -> Outcome:
    return apply(standing, event, LAW)


def test_a_complaint_in_its_time_suspends_execution_until_it_is_decided():
    outcome = folded(OPEN, complaint(APPEAL_US - 1))
    assert outcome.standing.state == "APPEALED"
    stopped = dict(outcome.deadlines)
    assert stopped["APPEAL"] is None
    assert stopped["DECISION"] == end_of_day_us(DAYS.add_days(date(2022, 9, 5), 13))
    assert after(outcome.standing, reached("APPEAL", APPEAL_US)) == outcome.standing
    assert after(outcome.standing, reached("PAY", PAY_US)) == outcome.standing
    late = folded(outcome.standing, reached("DECISION", PAY_US))
    assert (late.standing.state, late.for_people) == ("APPEALED", True)


@pytest.mark.parametrize("early", [after(SIGNED, sent()), after(SIGNED, sent(), failed()), DELIVERED])
def test_a_complaint_before_its_time_is_held_and_considered_when_it_comes(early: Standing):
    held = after(early, complaint(SENT + 5))
    assert (held.state, held.contest) == (early.state, "complaint")
    assert held.discount_until_us == early.discount_until_us
    considered = after(held, delivered(), reached("DEEMED", DEEMED_US))
    assert considered.state == "APPEALED"
    assert after(considered, complaint(DEEMED_US + 1, "protest")) == considered


@pytest.mark.parametrize("late", [FORCE, OVERDUE, after(DELIVERED, paid(HALF, SENT + 1))])
def test_a_complaint_after_its_time_or_after_half_the_sum_is_for_people(late: Standing):
    outcome = folded(late, complaint(APPEAL_US))
    assert (outcome.standing, outcome.for_people) == (late, True)


@pytest.mark.parametrize("gone", [SIGNED, after(DELIVERED, voided("NO_EVENT")), after(SIGNED, failed())])
def test_what_was_not_sent_or_does_not_stand_cannot_be_complained_about(gone: Standing):
    with pytest.raises(Conflict):
        after(gone, complaint(SENT))


def test_an_act_that_is_upheld_is_in_force_from_that_day_and_the_court_may_be_asked_for_ten_days():
    decided_us = start_of_day_us(date(2022, 9, 20)) + 5
    outcome = folded(after(OPEN, complaint(APPEAL_US - 1)), decision("upheld", decided_us))
    force = outcome.standing
    assert (force.state, force.contest) == ("IN_FORCE", None)
    assert force.court_until_us == end_of_day_us(DAYS.add_days(date(2022, 9, 20), 10))
    assert dict(outcome.deadlines)["PAY"] == end_of_day_us(DAYS.add_days(date(2022, 9, 20), 30))
    assert dict(outcome.deadlines)["YEAR"] == end_of_day_us(date(2023, 9, 20))
    in_court = after(force, complaint(force.court_until_us - 1, "court"))
    assert in_court.state == "APPEALED"
    final = after(in_court, decision("upheld", force.court_until_us + 5))
    assert (final.state, final.court_until_us) == ("IN_FORCE", None)
    assert folded(force, complaint(force.court_until_us, "court")).for_people
    with pytest.raises(Conflict):
        after(FORCE, complaint(APPEAL_US + 1, "court"))


@pytest.mark.parametrize("by", ["complaint", "protest"])
def test_an_act_that_is_cancelled_ends_and_all_money_goes_back(by: ContestKind):
    appealed = after(OPEN, paid(1_000, SENT + 1), complaint(DEEMED_US, by), paid(500, DEEMED_US + 2))
    outcome = folded(appealed, decision("cancelled", DEEMED_US + 9))
    assert (outcome.standing.state, outcome.standing.refund_tiyn) == ("TERMINATED", 1_500)
    assert {code for code, due in outcome.deadlines if due is None} == set(get_args(ActDeadlineCode))


def test_what_was_paid_in_full_while_it_was_considered_is_settled_when_it_is_upheld():
    appealed = after(OPEN, complaint(DEEMED_US), paid(4_325_001, DEEMED_US + 1))
    assert appealed.state == "APPEALED"
    upheld = after(appealed, decision("upheld", DEEMED_US + 2))
    assert (upheld.state, upheld.refund_tiyn) == ("PAID_FULL", 1)


def test_nothing_is_decided_that_is_not_considered():
    for standing in (OPEN, FORCE, after(DELIVERED, complaint(SENT + 5))):
        with pytest.raises(Conflict):
            after(standing, decision("upheld", SENT))


def test_half_the_sum_beside_a_complaint_is_credited_and_left_to_people():
    held = after(DELIVERED, complaint(SENT + 5))
    outcome = folded(held, paid(HALF, SENT + 9))
    assert (outcome.standing.state, outcome.standing.paid_tiyn, outcome.for_people) == ("DELIVERED", HALF, True)


def test_a_prosecutor_may_open_a_shortened_procedure_for_a_year():
    closed = after(DELIVERED, paid(HALF + 7, SENT + 1))
    year_us = end_of_day_us(add_months(date(2022, 8, 1), 12))
    opened_again = after(closed, complaint(year_us - 1, "protest-shortened"))
    assert opened_again.state == "APPEALED"
    back = after(opened_again, paid(3, year_us), decision("upheld", year_us + 1))
    assert (back.state, back.refund_tiyn) == ("PAID_50", 10)
    assert after(opened_again, decision("cancelled", year_us + 1)).refund_tiyn == HALF + 7
    assert folded(closed, complaint(year_us, "protest-shortened")).for_people
    with pytest.raises(Conflict):
        after(FORCE, complaint(SENT, "protest-shortened"))


@pytest.mark.parametrize("standing", [after(SIGNED, sent()), DELIVERED, OPEN, FORCE, OVERDUE])
def test_an_owners_statement_waits_for_its_check_and_releases_or_does_nothing(standing: Standing):
    said = folded(standing, statement(SENT + 5))
    assert (said.standing.state, said.for_people) == (standing.state, True)
    assert after(said.standing, statement(SENT + 6)) == said.standing
    assert after(said.standing, verdict(False, SENT + 7)) == standing
    released = after(said.standing, paid(50, APPEAL_US), verdict(True, SENT + 7))
    assert (released.state, released.refund_tiyn) == ("TERMINATED", 50)


def test_a_statement_that_nobody_made_is_not_checked_and_none_is_made_of_what_ended():
    with pytest.raises(Conflict):
        after(DELIVERED, verdict(True, SENT))
    with pytest.raises(Conflict):
        after(SIGNED, statement(SENT))
    assert folded(after(DELIVERED, paid(HALF, SENT + 1)), statement(SENT + 2)).for_people
    assert folded(after(DELIVERED, statement(SENT + 1)), paid(HALF, SENT + 2)).for_people


def test_payment_is_deferred_by_a_month_or_spread_over_three_and_not_longer():
    at_us = start_of_day_us(IN_FORCE_ON) + 5
    off = folded(FORCE, put_off(date(2022, 10, 6), at_us))
    until_us = end_of_day_us(date(2022, 10, 6))
    assert off.standing.state == "PUT_OFF"
    assert dict(off.deadlines) == {"PAY": None, "YEAR": None, "PUT_OFF": until_us}
    assert after(FORCE, put_off(date(2022, 12, 6), at_us, "instalments")).state == "PUT_OFF"
    for until_on, how in [
        (date(2022, 10, 7), "deferral"),
        (date(2022, 12, 7), "instalments"),
        (IN_FORCE_ON, "deferral"),
    ]:
        with pytest.raises(Conflict):
            after(FORCE, put_off(until_on, at_us, how))
    over = folded(off.standing, reached("PUT_OFF", until_us))
    assert over.standing.state == "OVERDUE"
    assert dict(over.deadlines) == {
        "YEAR": YEAR_US + until_us - at_us,
        "HAND_OVER": end_of_day_us(DAYS.add_days(date(2022, 10, 6), 10)),
    }
    assert after(off.standing, paid(4_325_000, at_us + 9)).state == "PAID_FULL"
    assert after(OVERDUE, reached("PUT_OFF", until_us)) == OVERDUE
    with pytest.raises(Conflict):
        after(OVERDUE, put_off(date(2022, 10, 20), start_of_day_us(date(2022, 10, 19))))


def test_an_overdue_act_goes_to_the_bailiffs_and_may_come_back():
    outcome = folded(FORCE, reached("PAY", PAY_US))
    assert dict(outcome.deadlines) == {"HAND_OVER": end_of_day_us(DAYS.add_days(DAYS.add_days(IN_FORCE_ON, 30), 10))}
    assert folded(OVERDUE, reached("HAND_OVER", PAY_US + 1)).for_people
    there = after(OVERDUE, handed_over(PAY_US + 2))
    assert there.state == "HANDED_OVER"
    assert after(there, reached("HAND_OVER", PAY_US + 3)) == there
    back = folded(there, handed_back(PAY_US + 4))
    assert (back.standing.state, [code for code, _ in back.deadlines]) == ("HANDED_BACK", ["HAND_OVER"])
    assert after(back.standing, handed_over(PAY_US + 5)).state == "HANDED_OVER"
    assert after(there, paid(4_325_001, PAY_US + 6)).refund_tiyn == 1
    assert after(there, paid(4_325_000, PAY_US + 6)).state == "ENFORCED"
    for standing, event in [(FORCE, handed_over(PAY_US)), (OVERDUE, handed_back(PAY_US)), (there, handed_over(PAY_US))]:
        with pytest.raises(Conflict):
            after(standing, event)


def test_nothing_is_enforced_while_an_owners_statement_is_open():
    stated = after(OVERDUE, statement(PAY_US + 1))
    with pytest.raises(Conflict):
        after(stated, handed_over(PAY_US + 2))
    assert after(stated, verdict(False, PAY_US + 3), handed_over(PAY_US + 4)).state == "HANDED_OVER"


@pytest.mark.parametrize("standing", [FORCE, OVERDUE, after(OVERDUE, handed_over(PAY_US + 2))])
def test_what_is_not_executed_within_a_year_is_not_executed_any_more(standing: Standing):
    lapsed = after(standing, paid(7, PAY_US + 3), reached("YEAR", YEAR_US), paid(5, YEAR_US + 1))
    assert (lapsed.state, lapsed.paid_tiyn, lapsed.refund_tiyn) == ("LAPSED", 12, 5)


def test_a_complaint_to_the_court_stops_the_year_for_as_long_as_it_is_considered():
    force = after(OPEN, complaint(DEEMED_US), decision("upheld", DEEMED_US + 9))
    assert force.year_until_us is not None
    pause_us, days_us = 40 * 86_400_000_000, 5 * 86_400_000_000
    in_court = after(force, complaint(DEEMED_US + days_us, "court"))
    again = folded(in_court, decision("upheld", DEEMED_US + days_us + pause_us))
    assert again.standing.year_until_us == force.year_until_us + pause_us
    assert [one.to for one in again.steps] == ["IN_FORCE"]


def test_no_more_goes_back_than_is_due_back():
    due = after(DELIVERED, paid(HALF + 10, SENT + 1))
    assert after(due, refund(4), refund(6)).refunded_tiyn == 10
    with pytest.raises(Conflict):
        after(due, refund(4), refund(7))


@pytest.mark.parametrize("what", WHATS)
def test_what_is_told_becomes_an_event_that_says_what_was_told(what: What):
    told = Told(CASE, SENT, "n", date(2022, 9, 1), 5, "900101300017", "P-1")
    assert what_of(event_of(what, told)) == what
    assert what_of(delivered()) is None


@pytest.mark.parametrize("what", ["deferral", "instalments", "other-possessor", "possessor-established", "refund"])
def test_what_lacks_its_day_its_person_or_its_sum_cannot_be_told(what: What):
    with pytest.raises(Invalid, match="happening-incomplete"):
        event_of(what, Told(CASE, SENT))


@pytest.mark.parametrize(
    ("standing", "offered"),
    [
        (SIGNED, ()),
        (DELIVERED, ("complaint", "protest", "motion", "other-possessor", "theft")),
        (
            after(DELIVERED, statement(SENT)),
            ("complaint", "protest", "motion", "possessor-established", "statement-true", "statement-false"),
        ),
        (msgspec.structs.replace(DELIVERED, of_possessor=True), ("complaint", "protest", "motion")),
        (
            after(OPEN, complaint(DEEMED_US)),
            ("decision-prolonged", "upheld", "cancelled", "motion", "other-possessor", "theft"),
        ),
        (after(ON_ITS_WAY, stopped(SENT), motion(SENT)), ("complaint", "protest", "motion-decided", *RESUMED)),
        (after(ON_ITS_WAY, motion(SENT)), ("complaint", "protest", "motion-decided", *STOPPED)),
        (after(ON_ITS_WAY, reached("LIM_OFFENCE", LIMIT_US)), ("complaint", "protest", *STOPPED[:4])),
        (after(DELIVERED, voided("NO_EVENT")), ()),
    ],
)
def test_what_would_do_something_is_offered(standing: Standing, offered: tuple[What, ...]):
    now_us = LIMIT_US + 5 if standing.state == "LIMITATION_REVIEW" else DEEMED_US - 1
    assert possible(standing, CASE, now_us, LAW) == offered


@pytest.mark.parametrize(
    ("standing", "event", "said"),
    [
        (SIGNED, delivered(), "an act was delivered that was never sent"),
        (SIGNED, sent(number="02-2022-000000002"), "a notice was sent for an act that does not stand"),
        (
            SIGNED,
            voided("NO_EVENT", "02-2022-000000002"),
            "another act of this case was voided than the one that stands",
        ),
        (DELIVERED, voided("SUPERSEDED_UNSENT"), "an act that was sent cannot be superseded as unsent"),
        (SIGNED, complaint(SENT), "a complaint about an act that was not sent, or does not stand"),
        (FORCE, complaint(SENT, "court"), "to the court before the superior body has decided"),
        (
            FORCE,
            complaint(SENT, "protest-shortened"),
            "a protest against a shortened procedure that did not end this case",
        ),
        (OPEN, decision("upheld", SENT), "a decision on a complaint that is not considered"),
        (SIGNED, statement(SENT), "an owner's statement about an act that was not sent, or does not stand"),
        (DELIVERED, verdict(True, SENT), "the check of a statement that nobody made"),
        (FORCE, put_off(date(2023, 9, 6), APPEAL_US), "payment may be put off from 2022-09-06 to 2022-10-06 at most"),
        (
            OPEN,
            put_off(date(2022, 9, 9), APPEAL_US),
            "payment is put off of an act that is not in force, or is overdue",
        ),
        (FORCE, handed_over(SENT), "handed over before payment was overdue, or after the end"),
        (FORCE, handed_back(SENT), "handed back without being handed over"),
        (
            after(OVERDUE, statement(PAY_US)),
            handed_over(PAY_US),
            "an owner's statement is not checked yet; nothing is enforced before that",
        ),
        (DELIVERED, refund(1), "more would go back than is due back"),
        (DELIVERED, stopped(SENT), "limitation is stopped that has passed, or is not known"),
        (ON_ITS_WAY, stopped(LIMIT_US), "limitation is stopped that has passed, or is not known"),
        (
            after(ON_ITS_WAY, delivered(), reached("DEEMED", DEEMED_US)),
            stopped(SENT),
            "limitation is stopped of an act that was not sent, or was considered",
        ),
        (ON_ITS_WAY, resumed_at(SENT), "limitation runs again that was not stopped"),
        (
            msgspec.structs.replace(OPEN, limitation_until_us=LIMIT_US, limitation_stopped_us=SENT),
            resumed_at(SENT),
            "limitation runs again of an act that was considered, or does not stand",
        ),
        (SIGNED, motion(SENT), "a motion about an act that was not sent, or does not stand"),
        (DELIVERED, motion_decided(), "a decision on a motion that nobody made"),
        (DELIVERED, prolonged_at(SENT), "the time to decide is prolonged that does not run, or a second time"),
        (
            after(OPEN, complaint(DEEMED_US)),
            prolonged_at(end_of_day_us(DAYS.add_days(date(2022, 8, 23), 13))),
            "the time to decide is prolonged that does not run, or a second time",
        ),
        (
            after(OPEN, complaint(DEEMED_US), prolonged_at(DEEMED_US)),
            prolonged_at(DEEMED_US),
            "the time to decide is prolonged that does not run, or a second time",
        ),
    ],
)
def test_a_contradiction_says_of_which_case_and_what_it_is(standing: Standing, event: CaseEvents, said: str):
    with pytest.raises(Conflict) as caught:
        folded(standing, event)
    assert str(caught.value) == str(Conflict(CASE, said))


@pytest.mark.parametrize("standing", [FORCE, after(FORCE, put_off(SOON, APPEAL_US))])
def test_a_complaint_to_the_court_stops_all_that_ran(standing: Standing):
    in_court = msgspec.structs.replace(standing, court_until_us=PAY_US)
    outcome = folded(in_court, complaint(APPEAL_US + 5, "court"))
    decide_us = end_of_day_us(DAYS.add_days(IN_FORCE_ON, 13))
    assert outcome.deadlines == (
        ("APPEAL", None), ("PAY", None), ("PUT_OFF", None), ("YEAR", None), ("DECISION", decide_us),
    )  # fmt: skip
    assert outcome.standing.pay_until_us is None
    assert outcome.standing.paused_us in (APPEAL_US, APPEAL_US + 5)
    assert [one.to for one in outcome.steps] == ["APPEALED"]
    upheld = folded(outcome.standing, decision("upheld", APPEAL_US + 9))
    assert upheld.deadlines[0] == ("DECISION", None)
    assert (upheld.standing.paused_us, upheld.standing.contest) == (None, None)


def test_what_an_unsent_act_was_paid_is_due_back_where_no_other_is_formed_and_counts_where_one_is():
    superseded = after(SIGNED, paid(7, SENT), voided("SUPERSEDED_UNSENT"))
    lapsed = folded(superseded, reached("SEND", SENT + 9))
    assert [one.to for one in lapsed.steps] == ["REJECTED"]
    assert (lapsed.standing.refund_tiyn, lapsed.deadlines) == (
        7,
        tuple((code, None) for code in get_args(ActDeadlineCode)),
    )
    act = form_act(
        samples.decision(), (), load_law(), BODY, number=NUMBER, generation=1, formed_us=samples.CAPTURED_US + 9
    )
    fresh = opened(act, load_law())
    assert (fresh.act_number, fresh.state, fresh.sum_tiyn) == (NUMBER, "SIGNED", act.sum_tiyn)
    assert (fresh.discount_tiyn, fresh.terms) == (act.discount_tiyn, act.terms)
    assert (fresh.paid_tiyn, fresh.paid_in_term_tiyn) == (0, 0)
    carried = opened(act, load_law(), superseded)
    assert (carried.paid_tiyn, carried.paid_in_term_tiyn, carried.refund_tiyn) == (7, 7, 0)


def test_limitation_ends_as_much_later_as_it_stood_still():
    still = folded(ON_ITS_WAY, stopped(SENT + 10))
    assert (still.deadlines, [one.basis for one in still.steps]) == ((), ["62(5)"])
    runs = folded(still.standing, resumed_at(SENT + 17))
    assert runs.deadlines == (("LIM_OFFENCE", LIMIT_US + 7),)
    assert (runs.standing.limitation_until_us, runs.standing.limitation_stopped_us) == (LIMIT_US + 7, None)
    again = after(runs.standing, stopped(SENT + 20), resumed_at(SENT + 25))
    assert again.limitation_until_us == LIMIT_US + 12
    assert after(again, reached("LIM_OFFENCE", LIMIT_US)) == again, "the word of its old end means nothing"
    over = folded(again, reached("LIM_OFFENCE", LIMIT_US + 12))
    assert (over.standing.state, over.deadlines) == ("LIMITATION_REVIEW", ALL_STOP)


def test_a_second_ground_changes_nothing_and_what_is_over_before_it_began_adds_nothing():
    still = after(ON_ITS_WAY, stopped(SENT + 10))
    assert after(still, stopped(SENT + 12, "prosecutor")) == still
    assert after(still, resumed_at(SENT + 9)).limitation_until_us == LIMIT_US


def test_limitation_that_stands_still_does_not_pass_and_people_look_when_it_would_have():
    still = after(ON_ITS_WAY, stopped(SENT))
    would = folded(still, reached("LIM_OFFENCE", LIMIT_US))
    assert (would.standing, would.for_people) == (still, True)
    assert [(one.to, one.basis) for one in would.steps] == [("SENT", "62(5)")]
    considered = after(still, delivered(), reached("DEEMED", DEEMED_US))
    assert (considered.state, considered.limitation_stopped_us) == ("APPEAL_WINDOW", None)


@pytest.mark.parametrize(
    ("there", "back", "deadlines"),
    [
        ((), "SENT", (("DISCOUNT", None), ("DEEMED", None))),
        ((delivered(),), "DELIVERED", (("DISCOUNT", end_of_day_us(date(2022, 8, 10))), ("DEEMED", DEEMED_US))),
    ],
)
def test_a_word_that_limitation_stood_still_before_it_passed_opens_the_case_again(there, back: State, deadlines):
    passed = after(ON_ITS_WAY, *there, reached("LIM_OFFENCE", LIMIT_US))
    assert passed.state == "LIMITATION_REVIEW"
    opens = folded(passed, stopped(LIMIT_US - 1))
    assert (opens.standing.state, opens.for_people) == (back, True)
    assert opens.deadlines == deadlines
    runs = folded(opens.standing, resumed_at(LIMIT_US + 4))
    assert runs.deadlines == (("LIM_OFFENCE", LIMIT_US + 5),)


def test_a_motion_is_before_people_at_once_and_again_after_three_days():
    made = folded(DELIVERED, motion(SENT))
    until_us = end_of_day_us(DAYS.add_days(date(2022, 8, 1), 3))
    assert (made.for_people, made.deadlines) == (True, (("PETITION", until_us),))
    assert after(made.standing, motion(SENT + 1)) == made.standing
    late = folded(made.standing, reached("PETITION", until_us))
    assert (late.standing, late.for_people, len(late.steps)) == (made.standing, True, 1)
    done = folded(late.standing, motion_decided())
    assert (done.standing, done.deadlines) == (DELIVERED, (("PETITION", None),))
    assert not folded(done.standing, reached("PETITION", until_us)).for_people


def test_the_time_to_decide_is_prolonged_once_and_in_time():
    considered = after(OPEN, complaint(DEEMED_US))
    until_us = end_of_day_us(DAYS.add_days(date(2022, 8, 23), 13))
    assert considered.decision_until_us == until_us
    longer = folded(considered, prolonged_at(until_us - 1))
    later_us = end_of_day_us(DAYS.add_days(date(2022, 8, 23), 23))
    assert longer.deadlines == (("DECISION", later_us),)
    assert not folded(longer.standing, reached("DECISION", until_us)).for_people, "it was prolonged meanwhile"
    assert folded(longer.standing, reached("DECISION", later_us)).for_people
    for outcome in ("upheld", "cancelled"):
        over = after(longer.standing, decision(outcome, later_us))
        assert (over.contest, over.decision_until_us, over.prolonged) == (None, None, False)


def test_a_milder_law_brings_what_is_not_executed_before_people_and_changes_nothing():
    told = LawEased(case_id=CASE, at_us=SENT + 5, law_sha256="0" * 64, mci_before=10, part="599(1)", mci_count=9)
    for standing in (ON_ITS_WAY, DELIVERED, OPEN, FORCE, OVERDUE):
        outcome = folded(standing, told)
        assert (outcome.standing, outcome.deadlines, outcome.for_people) == (standing, (), True)
        assert [(one.to, one.basis) for one in outcome.steps] == [(standing.state, "5(1)")]
    for standing in (SIGNED, after(DELIVERED, voided("NO_EVENT")), after(DELIVERED, paid(HALF, SENT + 1))):
        outcome = folded(standing, told)
        assert (outcome.standing, outcome.steps, outcome.for_people) == (standing, (), False)


def test_an_act_that_ends_leaves_no_motion_and_nothing_that_stands_still():
    gone = after(ON_ITS_WAY, stopped(SENT), motion(SENT), voided("NO_EVENT"))
    assert (gone.state, gone.motion_us, gone.limitation_stopped_us) == ("TERMINATED", None, None)


ALL_STOP = tuple((code, None) for code in get_args(ActDeadlineCode))


def test_each_step_sets_and_stops_its_terms_and_no_others():
    """To the microsecond, from what is sent to what has ended."""
    on_its_way = folded(SIGNED, sent())
    assert on_its_way.deadlines == (("SEND", None),)
    there = folded(on_its_way.standing, delivered())
    discount, deemed = end_of_day_us(date(2022, 8, 10)), end_of_day_us(date(2022, 8, 22))
    assert there.deadlines == (("DISCOUNT", discount), ("DEEMED", deemed))
    assert (there.standing.discount_until_us, there.standing.deemed_us) == (discount, deemed)
    over = folded(there.standing, reached("DISCOUNT", discount))
    assert (over.deadlines, [one.to for one in over.steps]) == ((), ["DELIVERED"])
    opens = folded(there.standing, reached("DEEMED", deemed))
    assert opens.deadlines == (("APPEAL", APPEAL_US), ("LIM_OFFENCE", None))
    assert opens.standing.appeal_until_us == APPEAL_US
    force = folded(opens.standing, reached("APPEAL", APPEAL_US))
    assert force.deadlines == (("PAY", PAY_US), ("YEAR", YEAR_US))
    assert (force.standing.pay_until_us, force.standing.year_until_us) == (PAY_US, YEAR_US)
    assert [one.to for one in force.steps] == ["IN_FORCE"]
    overdue = folded(force.standing, reached("PAY", PAY_US))
    assert [one.to for one in overdue.steps] == ["OVERDUE"]
    gone = folded(overdue.standing, handed_over(PAY_US + 2))
    assert gone.deadlines == (("HAND_OVER", None),)
    assert folded(gone.standing, reached("YEAR", YEAR_US)).deadlines == ALL_STOP
    assert folded(there.standing, reached("LIM_OFFENCE", deemed)).deadlines == ALL_STOP
    half = folded(there.standing, paid(HALF, SENT + 1))
    assert (half.deadlines, half.standing.settled_us, half.for_people) == (ALL_STOP, SENT + 1, False)


@pytest.mark.parametrize(("tiyn", "state"), [(HALF - 1, "SENT"), (HALF, "PAID_50"), (HALF + 9, "PAID_50")])
def test_half_the_sum_that_came_before_the_word_of_the_sending_settles_it_then(tiyn: int, state: str):
    outcome = folded(after(SIGNED, paid(tiyn, SENT - 5)), sent())
    assert outcome.standing.state == state
    if state == "PAID_50":
        assert [one.to for one in outcome.steps] == ["SENT", "PAID_50"]
        assert (outcome.deadlines, outcome.standing.refund_tiyn) == ((("SEND", None), *ALL_STOP), tiyn - HALF)
        assert outcome.standing.settled_us == SENT


def test_money_after_the_discounts_term_is_no_money_in_it():
    late = after(SIGNED, sent(), delivered(), paid(5, end_of_day_us(date(2022, 8, 10))), paid(7, SENT + 1))
    assert (late.paid_tiyn, late.paid_in_term_tiyn) == (12, 7)


def test_what_comes_before_people_says_each_step_that_it_took():
    held = after(SIGNED, sent(), delivered(), complaint(SENT + 5))
    assert [one.to for one in folded(held, statement(SENT + 6)).steps] == ["DELIVERED"]
    appealed = after(held, reached("DEEMED", DEEMED_US))
    late = folded(appealed, reached("DECISION", PAY_US))
    assert ([one.to for one in late.steps], late.deadlines) == (["APPEALED"], ())
    overdue = after(SIGNED, sent(), delivered(), reached("DEEMED", DEEMED_US), reached("APPEAL", APPEAL_US))
    not_handed = folded(after(overdue, reached("PAY", PAY_US)), reached("HAND_OVER", PAY_US + 9))
    assert ([one.to for one in not_handed.steps], not_handed.for_people) == (["OVERDUE"], True)
    stated = after(SIGNED, sent(), delivered(), statement(SENT + 1))
    half = folded(stated, paid(HALF, SENT + 2))
    assert ([one.to for one in half.steps], half.deadlines, half.for_people) == (["PAID_50"], ALL_STOP, True)
    released = after(stated, verdict(True, SENT + 3))
    assert (released.stated_us, released.contest) == (None, None)


@pytest.mark.parametrize("state", get_args(State))
def test_an_act_that_repeats_what_was_no_penalty_comes_before_people_once_and_is_not_ended_by_itself(state: State):
    standing = msgspec.structs.replace(SIGNED, state=state, sent_us=SENT, paid_tiyn=HALF)
    told = EarlierVoided(case_id=CASE, at_us=SENT + 5, earlier_id="c-1")
    first = apply(standing, told, LAW)
    gone = state in {"TERMINATED", "REJECTED", "SUPERSEDED_UNSENT"}
    assert (first.for_people, first.standing.unrepeated_us) == (not gone, None if gone else SENT + 5)
    assert (first.steps, first.deadlines, first.standing.state, first.standing.paid_tiyn) == ((), (), state, HALF)
    assert not apply(first.standing, told, LAW).for_people


def test_the_sets_of_states_are_of_states_that_follow_a_sending():
    assert set(DUE) < set(STATED) < set(ACTED) <= set(get_args(State))


EVENTS = st.one_of(
    SOMETIME.map(delivered),
    st.tuples(st.integers(1, 5_000_000), SOMETIME).map(lambda pair: paid(*pair)),
    st.tuples(st.sampled_from(get_args(ActDeadlineCode)), SOMETIME).map(lambda pair: reached(*pair)),
    st.just(failed()),
)


@given(st.lists(EVENTS, max_size=12))
def test_no_order_of_events_loses_money_or_leaves_a_terminal_state(events: list[CaseEvents]):
    standing = after(SIGNED, sent())
    for event in events:
        before, standing = standing, after(standing, event)
        if before.state in TERMINAL:
            assert standing.state == before.state
    assert standing.paid_tiyn == sum(event.tiyn for event in events if isinstance(event, PaymentReceived))
    if standing.state == "PAID_50":
        assert standing.paid_in_term_tiyn >= 2_162_500


@given(st.sampled_from(get_args(State)), EVENTS)
def test_any_event_in_any_state_moves_along_the_table_or_not_at_all(state: State, event: CaseEvents):
    standing = msgspec.structs.replace(SIGNED, state=state, sent_us=SENT)
    outcome = apply(standing, event, LAW)
    here: State = state
    for transition in outcome.steps:
        assert transition in {way for (start, _), way in TRANSITIONS.items() if start == here}
        here = transition.to
    assert outcome.standing.state == here
