"""Cases through whatever may happen to them, in any order, beside a model that knows only what nobody may suffer.

An owner's case, and where a check finds who possessed the vehicle, the case against that person beside it.

`TARAZY_COURSES=100000` runs so many cases (`make courses`); by default a few hundred.
"""

import os
from dataclasses import replace as with_facts
from datetime import date
from functools import cache
from typing import get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adjudication.calendar import DAY_US, add_months, civil_day, end_of_day_us, start_of_day_us
from adjudication.decide import decide
from adjudication.errors import Conflict
from adjudication.format_logic.draft import Draft, Earlier
from adjudication.formation import check
from adjudication.lifecycle import SENDING_UNSETTLED, apply
from adjudication.messages import (
    ActDeadlineCode,
    ActVoided,
    CaseDecided,
    CaseEvents,
    ContestDecided,
    ContestFiled,
    ContestKind,
    DeadlineReached,
    DecisionProlonged,
    HandedBack,
    HandedOver,
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
)
from adjudication.possession import named_by
from adjudication.protocol import Terms
from adjudication.standing import Standing, opened
from adjudication.states import ACTED, DUE, LIMITED, TERMINAL, TRANSITIONS, State
from integrations.lawfiles import load_law, load_policy
from tests import drafts, samples
from tests.adjudication.test_decide import review

CASE, NUMBER = "c" * 32, "02-2026-000000001"
LAW = load_law()
OFFENCE_ON = date(2024, 4, 8)
LIMITATION_US = end_of_day_us(add_months(OFFENCE_ON, 2))
SEND_US = end_of_day_us(LAW.calendar.add_days(OFFENCE_ON, 10))
SUM, HALF = 4_325_000, 2_162_500
FOR_PEOPLE: frozenset[State] = frozenset({"APPEALED", "LIMITATION_REVIEW", "POST_PENDING", "SUPERSEDED_UNSENT"})
"""Where no term ends a case, because somebody must decide, send by hand or form it anew."""
ENFORCEABLE: frozenset[State] = frozenset({*DUE, "PAID_FULL", "ENFORCED", "CLOSED"})
HOURS = st.integers(0, 48).map(lambda hours: hours * DAY_US // 24)
WAITS = st.one_of(HOURS, st.integers(1, 60).map(lambda days: days * DAY_US))
KEPT: dict[State, int] = {
    **dict.fromkeys(("TERMINATED", "REJECTED", "CLOSED"), 0),
    **dict.fromkeys(("PAID_FULL", "ENFORCED"), SUM),
    "PAID_50": HALF,
}
"""What an ended case keeps of the money."""
MONEY = st.sampled_from([1, 1_000, HALF - 1, HALF, HALF + 1, SUM - HALF, SUM - 1, SUM, SUM + 5])
BY: tuple[ContestKind, ...] = get_args(ContestKind)


@cache
def possessors_draft() -> Draft:
    """The act of a case against a possessor, about to be formed."""
    policy, checked = load_policy("default"), samples.possessed(OWNERS)
    [case] = decide(checked, (), LAW, policy)
    assert isinstance(case, CaseDecided)
    [confirmed] = decide(checked, (review(case),), LAW, policy)
    assert isinstance(confirmed, CaseDecided)
    return drafts.draft(confirmed, LAW, policy)


OWNERS = samples.decision(case_id=CASE)
OWNERS_ACT = Earlier(CASE, OWNERS.checked.passage.event_id, OWNERS.part, "489AAC02")


class Course(RuleBasedStateMachine):
    """One case from its signing. Time only moves on; each term that ends on the way is told, as [deadlines] would."""

    @initialize(warning=st.sampled_from([False, False, False, True]), lent=st.sampled_from([False, False, True]))
    def signed(self, warning: bool, lent: bool) -> None:
        terms = Terms(discount_days=7, considered_days=15, appeal_days=10, payment_days=30)
        self.now_us = start_of_day_us(OFFENCE_ON) + DAY_US
        self.standing = Standing(
            act_number=NUMBER,
            state="SIGNED",
            sum_tiyn=0 if warning else SUM,
            discount_tiyn=None if warning else HALF,
            terms=terms,
            limitation_until_us=LIMITATION_US,
        )
        self.stood_still_us, self.stopped_us = 0, None
        self.due: dict[ActDeadlineCode, int | None] = {"SEND": SEND_US, "LIM_OFFENCE": LIMITATION_US}
        self.paid_in = self.paid_back = 0
        self.was_considered_us: int | None = None
        self.over = self.on_desk = False
        self.lent, self.begun = lent, False
        self.possessors: Standing | None = None

    def tell(self, event: CaseEvents) -> None:
        before = self.standing
        try:
            outcome = apply(before, event, LAW)
        except Conflict:
            return
        if named_by(OWNERS, before.state, event) is not None:
            assert outcome.standing.state == "TERMINATED", "who is not released has no possessor in their place"
            assert not self.begun, "one release, one case against a possessor"
            self.begun = True
        here = before.state
        for transition in outcome.steps:
            assert transition in {way for (start, _), way in TRANSITIONS.items() if start == here}
            here = transition.to
        assert here == outcome.standing.state
        self.standing, self.due = outcome.standing, {**self.due, **dict(outcome.deadlines)}
        if here == "APPEAL_WINDOW" or "APPEAL_WINDOW" in {one.to for one in outcome.steps}:
            self.was_considered_us = self.was_considered_us or event.at_us
        self.on_desk = self.on_desk or outcome.for_people
        if isinstance(event, LimitationStopped) and outcome.standing != before:
            self.stopped_us = event.at_us
        if isinstance(event, LimitationResumed) and self.stopped_us is not None:
            self.stood_still_us += event.at_us - self.stopped_us
            self.stopped_us = None
        if isinstance(event, PaymentReceived):
            self.paid_in += event.tiyn
        if isinstance(event, RefundPaid):
            self.paid_back += event.tiyn

    def until(self, instant_us: int) -> None:
        """Time passes, and every term that ends in it is told in its order."""
        while ready := sorted((at, code) for code, at in self.due.items() if at is not None and at <= instant_us):
            at_us, code = ready[0]
            self.due[code] = None
            self.now_us = max(self.now_us, at_us)
            self.tell(DeadlineReached(case_id=CASE, at_us=at_us, code=code, due_us=at_us))
        self.now_us = instant_us

    @rule(wait_us=WAITS)
    def time_passes(self, wait_us: int) -> None:
        self.until(self.now_us + wait_us)

    @rule()
    def sent(self) -> None:
        if self.now_us < SEND_US:  # the dispatcher refuses later (§15.3 rule 1)
            self.tell(NoticeDispatched(case_id=CASE, at_us=self.now_us, act_number=NUMBER, channel="cabinet", proof=""))

    @rule(late_us=WAITS)
    def delivered(self, late_us: int) -> None:
        at_us = max(self.now_us - late_us, self.standing.sent_us or 0)
        self.tell(NoticeDelivered(case_id=CASE, at_us=at_us, channel="sms", proof=""))

    @rule(reason=st.sampled_from(["no-egov-number", SENDING_UNSETTLED]))
    def failed(self, reason: str) -> None:
        self.tell(NoticeFailed(case_id=CASE, at_us=self.now_us, channel="sms", reason=reason))

    @rule(tiyn=MONEY, late_us=WAITS)
    def paid(self, tiyn: int, late_us: int) -> None:
        self.tell(PaymentReceived(case_id=CASE, at_us=self.now_us - late_us, receipt="r", tiyn=tiyn))

    @rule(by=st.sampled_from(BY))
    def contested(self, by: ContestKind) -> None:
        self.tell(ContestFiled(case_id=CASE, at_us=self.now_us, by=by, reference=""))

    @rule(outcome=st.sampled_from(["upheld", "upheld", "cancelled"]))
    def decided(self, outcome: str) -> None:
        self.tell(ContestDecided(case_id=CASE, at_us=self.now_us, outcome=outcome, reference=""))  # type: ignore[arg-type]

    @rule()
    def prolonged(self) -> None:
        self.tell(DecisionProlonged(case_id=CASE, at_us=self.now_us, reference=""))

    @rule(late_us=WAITS)
    def limitation_stopped(self, late_us: int) -> None:
        at_us = max(self.now_us - late_us, self.standing.sent_us or 0)
        self.tell(LimitationStopped(case_id=CASE, at_us=at_us, ground="expertise", reference=""))

    @rule()
    def limitation_resumed(self) -> None:
        self.tell(LimitationResumed(case_id=CASE, at_us=self.now_us, reference=""))

    @rule()
    def moved(self) -> None:
        self.tell(MotionFiled(case_id=CASE, at_us=self.now_us, reference=""))

    @rule()
    def motion_decided(self) -> None:
        self.tell(MotionDecided(case_id=CASE, at_us=self.now_us, reference=""))

    @rule()
    def stated(self) -> None:
        self.tell(StatementFiled(case_id=CASE, at_us=self.now_us, ground="UNLAWFUL_DISPOSSESSION", reference=""))

    @rule(established=st.sampled_from([False, False, True]), named=st.booleans())
    def checked(self, established: bool, named: bool) -> None:
        possessor = samples.POSSESSOR.number if established and named else None
        self.tell(
            StatementDecided(
                case_id=CASE, at_us=self.now_us, established=established, possessor=possessor, reference="", proof=""
            )
        )

    @precondition(lambda self: self.lent)
    @rule()
    def released_of_what_another_did(self) -> None:
        self.sent()
        self.stated()
        self.checked(established=True, named=True)

    @precondition(lambda self: self.possessors is None)
    @rule()
    def possessors_act_is_formed(self) -> None:
        """Whoever tries to form it, whenever: what stands of the owner's act is told as the casebook tells it."""
        stands = self.standing.state in ACTED
        draft = with_facts(possessors_draft(), earlier=(OWNERS_ACT,) if stands else ())
        if self.begun or stands:
            caught = {one.code for one in check(draft)}
            assert caught == ({"DUPLICATE_ACT"} if stands else set())
            if not caught:
                self.possessors = opened(draft.act, LAW)

    @rule(how=st.sampled_from(["deferral", "instalments"]), days=st.integers(1, 100))
    def put_off(self, how: str, days: int) -> None:
        until_on = civil_day(self.now_us + days * DAY_US)
        self.tell(PaymentPutOff(case_id=CASE, at_us=self.now_us, how=how, until_on=until_on, reference=""))  # type: ignore[arg-type]

    @rule()
    def handed_over(self) -> None:
        before = self.standing
        self.tell(HandedOver(case_id=CASE, at_us=self.now_us, reference=""))
        assert before.stated_us is None or self.standing == before, "nothing is enforced while a statement is open"

    @rule()
    def handed_back(self) -> None:
        self.tell(HandedBack(case_id=CASE, at_us=self.now_us, reference=""))

    @rule(tiyn=MONEY)
    def refunded(self, tiyn: int) -> None:
        self.tell(RefundPaid(case_id=CASE, at_us=self.now_us, tiyn=tiyn, reference=""))

    @precondition(lambda self: not self.over)
    @rule(reason=st.sampled_from(["DEAD_OR_LIQUIDATED", "NO_EVENT", "SUPERSEDED_UNSENT"]))
    def voided(self, reason: str) -> None:
        self.tell(ActVoided(case_id=CASE, at_us=self.now_us, act_number=NUMBER, reason=reason))
        self.over = self.standing.state == "TERMINATED"

    @invariant()
    def every_tenge_is_where_it_should_be(self) -> None:
        one = self.standing
        assert (one.paid_tiyn, one.refunded_tiyn) == (self.paid_in, self.paid_back)
        kept = one.paid_tiyn - one.refund_tiyn
        assert one.refunded_tiyn <= one.refund_tiyn <= one.paid_tiyn
        assert kept == KEPT.get(one.state, kept)
        if one.state in TERMINAL:
            assert kept <= one.sum_tiyn

    @invariant()
    def a_fine_is_in_force_only_if_it_was_sent_delivered_and_considered_in_time(self) -> None:
        one = self.standing
        if one.state in ENFORCEABLE:
            assert one.sent_us is not None
            assert one.delivered_us is not None
            assert self.was_considered_us is not None
            assert self.was_considered_us <= LIMITATION_US + self.stood_still_us or self.stopped_us is not None
        if one.state == "PAID_50":  # whoever pays half knows of the act, sent or not
            assert one.paid_in_term_tiyn >= HALF

    @invariant()
    def limitation_ends_as_much_later_as_it_stood_still(self) -> None:
        assert self.standing.limitation_until_us == LIMITATION_US + self.stood_still_us
        if self.standing.state in LIMITED:
            told = self.stopped_us is not None and self.due["LIM_OFFENCE"] is None
            assert told or self.due["LIM_OFFENCE"] == self.standing.limitation_until_us

    @invariant()
    def nobody_is_fined_twice_for_one_act(self) -> None:
        """The possessor's act is formed once the owner's has ended without a penalty, and keeps it so."""
        if self.possessors is not None:
            assert self.standing.state == "TERMINATED"
            assert self.standing.refund_tiyn == self.standing.paid_tiyn
        if self.begun:
            assert self.standing.state == "TERMINATED"

    @invariant()
    def what_is_terminated_stays_so_and_nothing_runs_on(self) -> None:
        if self.over:
            assert self.standing.state == "TERMINATED"
        if self.standing.state in TERMINAL:
            assert [code for code, at in self.due.items() if at is not None] == []

    @invariant()
    def nothing_is_collected_while_it_is_contested(self) -> None:
        if self.standing.state == "APPEALED":
            assert {self.due.get(code) for code in ("PAY", "PUT_OFF", "HAND_OVER", "YEAR", "APPEAL")} == {None}

    def teardown(self) -> None:
        """Left alone, every case ends, or somebody has it on the desk."""
        if not hasattr(self, "standing"):
            return
        self.until(self.now_us + 800 * DAY_US)
        stands = self.stopped_us is not None and self.standing.state in LIMITED
        assert self.standing.state in TERMINAL | FOR_PEOPLE or (stands and self.on_desk)


Course.TestCase.settings = settings(
    max_examples=int(os.environ.get("TARAZY_COURSES", "300")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCourse = Course.TestCase
