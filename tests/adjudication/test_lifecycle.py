"""The course of a case: what may follow what, when terms end, and what money does."""

from datetime import date
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication import lifecycle
from adjudication.calendar import Calendar, Year, end_of_day_us, start_of_day_us
from adjudication.errors import Conflict
from adjudication.lifecycle import TERMINAL, TRANSITIONS, Standing, State, Trigger, apply, step
from adjudication.messages import (
    ActVoided,
    CaseEvents,
    DeadlineReached,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PaymentReceived,
)
from adjudication.protocol import Terms

CASE = "c" * 32
NUMBER = "02-2022-000000001"
DAYS = Calendar(Year(year=year, off=(), source="", confidence="A") for year in (2022, 2023))
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
        standing = apply(CASE, standing, event, DAYS.add_days).standing
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
    ends = set(get_args(State)) - {state for state, trigger in TRANSITIONS if trigger != "voided"}
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
    outcome = apply(CASE, DELIVERED, reached("DEEMED", end_of_day_us(date(2022, 8, 22))), DAYS.add_days)
    assert [one.to for one in outcome.steps] == ["DEEMED_CONSIDERED", "APPEAL_WINDOW"]
    appeal = end_of_day_us(date(2022, 9, 5))
    assert outcome.deadlines == (("APPEAL", appeal), ("LIM_OFFENCE", None))
    outcome = apply(CASE, outcome.standing, reached("APPEAL", appeal), DAYS.add_days)
    assert outcome.standing.state == "IN_FORCE"
    pay = end_of_day_us(DAYS.add_days(date(2022, 9, 6), 30))
    assert outcome.deadlines == (("PAY", pay),)
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


EVENTS = st.one_of(
    SOMETIME.map(delivered),
    st.tuples(st.integers(1, 5_000_000), SOMETIME).map(lambda pair: paid(*pair)),
    st.tuples(st.sampled_from(get_args(lifecycle.Code)), SOMETIME).map(lambda pair: reached(*pair)),
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
    outcome = apply(CASE, standing, event, DAYS.add_days)
    here: State = state
    for transition in outcome.steps:
        assert transition in {way for (start, _), way in TRANSITIONS.items() if start == here}
        here = transition.to
    assert outcome.standing.state == here
