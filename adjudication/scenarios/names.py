"""What a file may call registers, states and policies: the brief's words beside the program's own, as data."""

from collections.abc import Set
from dataclasses import dataclass

from adjudication.answers import System
from adjudication.happenings import BORNE_OUT, STATEMENTS, What
from adjudication.states import STATED, State

SYSTEMS: dict[str, System] = {
    **dict.fromkeys(("device", "devices", "verification", "verifications"), "devices"),
    **dict.fromkeys(("vehicle", "vehicles", "owner", "owners", "holder"), "vehicles"),
    **dict.fromkeys(("person", "persons", "individual", "legal_person", "legal_persons", "size_class"), "persons"),
    "insurance": "insurance",
    "inspection": "inspection",
    **dict.fromkeys(("penalties", "previous", "history"), "penalties"),
}
"""Registers, also by what they are asked about: who owns or holds a vehicle the vehicles' tells. Source: brief §5."""


@dataclass(frozen=True, slots=True)
class StateName:
    """A state of the brief: any of these `states`, and where `told` is not empty one of it was, and none of `untold`.

    `refund`: money is due back. No `states`: the law knows no such state, as `basis` says.
    """

    states: tuple[State, ...]
    basis: str
    told: tuple[What, ...] = ()
    untold: tuple[What, ...] = ()
    refund: bool = False

    def fits(self, state: State, told: Set[What], *, refund: bool) -> bool:
        """Whether a case is in it: its own state, what was told of it, whether money is due back."""
        was_told = not self.told or not told.isdisjoint(self.told)
        return state in self.states and was_told and told.isdisjoint(self.untold) and (refund or not self.refund)


STATES: dict[str, StateName] = {
    "RECEIVED": StateName(("NEW",), "brief 3.7"),
    "DETECTED": StateName(("NEW",), "brief 3.7"),
    "QUALIFIED": StateName(("NEW",), "brief 3.7"),
    "REJECTED_FORMAT": StateName(("REJECTED",), "brief 3.7"),
    "DISCARDED": StateName(("REJECTED",), "brief 3.7; 741(1)"),
    "EXPIRED": StateName(("REJECTED", "TERMINATED"), "brief 3.7; 62(1), 741(1)(5)"),
    "ENRICHING": StateName(("WAITING",), "brief 3.7"),
    "READY": StateName(("DECIDED",), "brief 3.7; 31(1)"),
    "INITIATED": StateName(("SENT",), "brief 3.7; 802(4)(1)"),
    "CLOSED_IN_FORCE": StateName(("PAID_50",), "brief 3.7; 811(2)"),
    "PROTESTED": StateName(("APPEALED",), "brief 3.7; 826-2, 811(4)", told=("protest", "protest-shortened")),
    "UPHELD": StateName(("IN_FORCE", "PAID_50"), "brief 3.7; 826-4", told=("upheld",)),
    "CANCELLED": StateName(("TERMINATED",), "brief 3.7; 826-4", told=("cancelled",)),
    "NEW_DECISION": StateName(("TERMINATED",), "brief 3.7, 15.1(4); 826-4", told=("cancelled",)),
    "CHANGED": StateName((), "brief 15.1(4): a prescription is upheld or cancelled, never changed"),
    "DEFERRED": StateName(("PUT_OFF",), "brief 3.7; 888", told=("deferral",)),
    "INSTALMENTS": StateName(("PUT_OFF",), "brief 3.7; 888", told=("instalments",)),
    "TO_ENFORCEMENT": StateName(("HANDED_OVER",), "brief 3.7; 896(1)"),
    "RETURNED": StateName(("HANDED_BACK",), "brief 3.7; 896(2)-(3)"),
    "DEAD": StateName(("LAPSED",), "brief 3.7; 890"),
    "REFUND_DUE": StateName(("TERMINATED", "REJECTED"), "brief 3.7, 15.3(9)", refund=True),
    "OWNER_STATEMENT": StateName(
        (*STATED, "PAID_50"), "brief 3.7; 31(3)", told=STATEMENTS, untold=(*BORNE_OUT, "statement-false")
    ),
    "CHECK": StateName(
        (*STATED, "PAID_50"), "brief 3.7; 31(3)", told=STATEMENTS, untold=(*BORNE_OUT, "statement-false")
    ),
    "RELEASED": StateName(("TERMINATED",), "brief 3.7; 31(3)", told=BORNE_OUT),
    "CASE_AGAINST_POSSESSOR": StateName(("TERMINATED",), "brief 3.7; 31(3)", told=("possessor-established",)),
    "DENIED": StateName((*STATED, "PAID_50"), "brief 3.7; 31(3)", told=("statement-false",)),
    "WARNING_ONLY": StateName(("CLOSED",), "brief 3.7; 43"),
}
"""The states of brief §3.7 that are called otherwise here."""
SETTLED: dict[str, tuple[str, ...]] = {
    "never_delivered_past_limitation": ("review", "review_then_terminate", "review, then terminate under 741(1)(5)")
}
"""What brief §15.2 names beside the policies and knows one value of, in the words for it: it is built so, and no file
changes it."""
