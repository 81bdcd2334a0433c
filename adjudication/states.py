"""The course of a case as data: its states, what moves it, and by which article.

`TRANSITIONS` says what may follow what; any other step is no step. How one event picks its transition, keeps the
account and dates the next terms is in `lifecycle`. Source: brief §3.2, §3.7, §15.1, §15.3; the articles stand beside
each line.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal[
    "NEW",
    "DECIDED",
    "REVIEW",
    "WAITING",
    "REFERRED",
    "REJECTED",
    "JOINED",
    "SIGNED",
    "POST_PENDING",
    "SENT",
    "UNDELIVERED",
    "DELIVERED",
    "PAID_50",
    "DEEMED_CONSIDERED",
    "APPEAL_WINDOW",
    "APPEALED",
    "IN_FORCE",
    "PUT_OFF",
    "OVERDUE",
    "HANDED_OVER",
    "HANDED_BACK",
    "PAID_FULL",
    "ENFORCED",
    "LAPSED",
    "LIMITATION_REVIEW",
    "SUPERSEDED_UNSENT",
    "TERMINATED",
    "CLOSED",
]
"""POST_PENDING: no electronic way is lawful and nothing was sent. UNDELIVERED: sent, hence initiated, not delivered.
Both wait for registered post, which people send by hand today. APPEALED: a complaint or protest is considered, and
execution suspended. PUT_OFF: payment is deferred or by instalments. HANDED_OVER, HANDED_BACK: at the bailiffs, and
returned by them. LAPSED: not executed within its year. CLOSED: a warning that has come into force."""

Trigger = Literal[
    "auto",
    "review",
    "wait",
    "refer",
    "reject",
    "joined",
    "held",
    "formed",
    "dispatched",
    "delivered",
    "undeliverable",
    "paid-half-in-term",
    "paid",
    "send-over",
    "discount-over",
    "deemed",
    "appeal-opens",
    "appeal-over",
    "settled",
    "payment-over",
    "limitation-over",
    "superseded",
    "voided",
    "contest-held",
    "contested",
    "decision-prolonged",
    "decision-over",
    "upheld",
    "upheld-shortened",
    "cancelled",
    "limitation-stopped",
    "limitation-stands",
    "limitation-resumed",
    "reopened-sent",
    "reopened-delivered",
    "law-eased",
    "motion",
    "motion-over",
    "motion-decided",
    "statement",
    "statement-denied",
    "released",
    "put-off",
    "put-off-over",
    "handed-over",
    "handed-back",
    "hand-over-late",
    "year-over",
]

UNDECIDED: tuple[State, ...] = ("NEW", "REVIEW", "WAITING")
NOT_IN_FORCE: tuple[State, ...] = ("SENT", "UNDELIVERED", "DELIVERED", "DEEMED_CONSIDERED")
"""Sent, and the time for a complaint has not begun: one that comes is held until it does (§15.1(9))."""
DUE: tuple[State, ...] = ("IN_FORCE", "PUT_OFF", "OVERDUE", "HANDED_OVER", "HANDED_BACK")
"""In force, and not paid in full."""
PAYABLE: tuple[State, ...] = ("POST_PENDING", *NOT_IN_FORCE, "APPEAL_WINDOW", "APPEALED", "LIMITATION_REVIEW", *DUE)
"""Where money may still arrive in time: the payer's instant counts, so its word may come after the term (§15.3.6)."""
EXECUTED: tuple[State, ...] = ("PAID_50", "PAID_FULL", "ENFORCED", "CLOSED")
"""Where the penalty is executed: death ends nothing any more (741(1)(7); brief §15.3(10))."""
ACTED: tuple[State, ...] = ("SIGNED", *PAYABLE, *EXECUTED)
STATED: tuple[State, ...] = (*NOT_IN_FORCE, "APPEAL_WINDOW", "APPEALED", *DUE)
"""Where an owner may still say that somebody else had the vehicle (31(3)), and people move for something (740): the act
was sent and is not executed."""
OWED: tuple[State, ...] = ("POST_PENDING", *STATED)
"""Formed, and not executed: a milder law still reaches it (5(1); §15.1(6))."""
LIMITED: tuple[State, ...] = ("SENT", "UNDELIVERED", "DELIVERED")
"""Sent, and not considered: limitation runs (62(1))."""
TERMINAL: frozenset[State] = frozenset(
    {"REFERRED", "REJECTED", "JOINED", "PAID_50", "PAID_FULL", "ENFORCED", "LAPSED", "TERMINATED", "CLOSED"}
)
"""Where a case ends. PAID_50 may be opened once more by a prosecutor, within a year (811(4))."""
CONTESTED: frozenset[State] = frozenset({"APPEAL_WINDOW", "APPEALED", "LIMITATION_REVIEW"})
"""Where an act may be appealed, or a person looks at it: its evidence stays whatever dates say (826-2(2); 62(1))."""
FINDING_RELEASED: frozenset[State] = TERMINAL | set(DUE)
"""Where a further sighting of a register finding is a new case: the open one is decided, and in force (§15.2)."""


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a trigger leads from a state, and the article that says so."""

    to: State
    basis: str


def _from(
    states: tuple[State, ...], trigger: Trigger, to: State, basis: str
) -> dict[tuple[State, Trigger], Transition]:
    return {(state, trigger): Transition(to, basis) for state in states}


def _within(states: tuple[State, ...], trigger: Trigger, basis: str) -> dict[tuple[State, Trigger], Transition]:
    """Something that leaves the state as it is, and has its line in the history."""
    return {(state, trigger): Transition(state, basis) for state in states}


TRANSITIONS: dict[tuple[State, Trigger], Transition] = {
    **_from(UNDECIDED, "auto", "DECIDED", "31(1); 807(1)(2)"),
    **_from(UNDECIDED, "review", "REVIEW", "policy"),
    **_from(UNDECIDED, "wait", "WAITING", "policy; brief 15.2"),
    **_from(UNDECIDED, "refer", "REFERRED", "807; 804"),
    **_from(UNDECIDED, "reject", "REJECTED", "741(1)"),
    **_from(UNDECIDED, "joined", "JOINED", "brief 15.2: one open case"),
    **_from((*UNDECIDED, "SUPERSEDED_UNSENT"), "send-over", "REJECTED", "822-1(3)"),
    **_from(("SUPERSEDED_UNSENT",), "reject", "REJECTED", "741(1)"),
    **_from(("DECIDED", "SUPERSEDED_UNSENT"), "held", "REVIEW", "822-1(1); controls of formation"),
    **_from(("DECIDED", "SUPERSEDED_UNSENT"), "formed", "SIGNED", "822-1(1), (3)"),
    **_from(("SIGNED", "POST_PENDING"), "dispatched", "SENT", "802(4)(1)"),
    **_from(("SIGNED",), "undeliverable", "POST_PENDING", "743(4-1)"),
    **_from(("SENT",), "undeliverable", "UNDELIVERED", "743(4-1)"),
    **_from(LIMITED, "delivered", "DELIVERED", "743(4-1)"),
    **_from(("SIGNED", "POST_PENDING"), "superseded", "SUPERSEDED_UNSENT", "44(1); brief 15.3.1"),
    **_from(("SIGNED", "POST_PENDING"), "send-over", "TERMINATED", "822-1(3)"),
    **_from((*UNDECIDED, "SUPERSEDED_UNSENT"), "limitation-over", "REJECTED", "62(1); 741(1)(5)"),
    **_from(("SIGNED", "POST_PENDING"), "limitation-over", "TERMINATED", "62(1); 741(1)(5)"),
    **_from(LIMITED, "limitation-over", "LIMITATION_REVIEW", "62(1); brief 15.2"),
    **_within(LIMITED, "limitation-stopped", "62(5)"),
    **_within(LIMITED, "limitation-stands", "62(5)"),
    **_within(LIMITED, "limitation-resumed", "62(5)"),
    **_from(("LIMITATION_REVIEW",), "reopened-sent", "SENT", "62(5)"),
    **_from(("LIMITATION_REVIEW",), "reopened-delivered", "DELIVERED", "62(5)"),
    **_from(PAYABLE, "paid-half-in-term", "PAID_50", "811(1), (2)"),
    **_from(("DELIVERED",), "discount-over", "DELIVERED", "811(1); 823(1)"),
    **_from(("DELIVERED",), "deemed", "DEEMED_CONSIDERED", "817(1)"),
    **_from(("DEEMED_CONSIDERED",), "appeal-opens", "APPEAL_WINDOW", "826-2(2)"),
    **_from(("APPEAL_WINDOW",), "appeal-over", "IN_FORCE", "826-2(2)"),
    **_within(NOT_IN_FORCE, "contest-held", "826-2(2); brief 15.1(9)"),
    **_from(("APPEAL_WINDOW",), "contested", "APPEALED", "826-2(2), (4)"),
    **_from(("IN_FORCE", "PUT_OFF"), "contested", "APPEALED", "826-4: to the court"),
    **_from(("PAID_50",), "contested", "APPEALED", "811(4)"),
    **_within(("APPEALED",), "decision-prolonged", "826-3"),
    **_within(("APPEALED",), "decision-over", "826-3"),
    **_from(("APPEALED",), "upheld", "IN_FORCE", "826-4"),
    **_from(("APPEALED",), "upheld-shortened", "PAID_50", "811(4); 826-4"),
    **_from(("APPEALED",), "cancelled", "TERMINATED", "826-4; brief 15.1(4)"),
    **_within(OWED, "law-eased", "5(1)"),
    **_within(STATED, "motion", "740(1)"),
    **_within(STATED, "motion-over", "740(2)"),
    **_within(STATED, "motion-decided", "740(2)"),
    **_within((*STATED, "PAID_50"), "statement", "31(3)"),
    **_within((*STATED, "PAID_50"), "statement-denied", "31(3)"),
    **_from((*STATED, "PAID_50"), "released", "TERMINATED", "31(3)"),
    **_from(("IN_FORCE",), "put-off", "PUT_OFF", "888"),
    **_from(("PUT_OFF",), "put-off-over", "OVERDUE", "888; 896(1)"),
    **_from(("IN_FORCE",), "payment-over", "OVERDUE", "893(1); 896(1)"),
    **_from(("OVERDUE", "HANDED_BACK"), "handed-over", "HANDED_OVER", "896(1)-(3)"),
    **_from(("HANDED_OVER",), "handed-back", "HANDED_BACK", "896(2)-(3)"),
    **_within(("OVERDUE", "HANDED_BACK"), "hand-over-late", "896(1)"),
    **_from(DUE, "year-over", "LAPSED", "890"),
    **_from(("IN_FORCE", "PUT_OFF", "OVERDUE"), "paid", "PAID_FULL", "893(1)"),
    **_from(("HANDED_OVER", "HANDED_BACK"), "paid", "ENFORCED", "894; 896"),
    **_from(("IN_FORCE",), "settled", "CLOSED", "43"),
    **_from((*ACTED, "SUPERSEDED_UNSENT"), "voided", "TERMINATED", "741(3)"),
}


def step(state: State, trigger: Trigger) -> Transition | None:
    """What `trigger` does in `state`; None where the table knows no such step."""
    return TRANSITIONS.get((state, trigger))
