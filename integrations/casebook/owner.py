"""What an owner is shown: by number and plate the standing of an act, by the token of its QR code everything.

Guessing is limited by act and by address, so that neither one act nor the whole book can be tried out.
"""

import hmac
from dataclasses import dataclass

from adjudication import plates
from adjudication.facts import EvidenceRef
from adjudication.messages import CaseDecided
from adjudication.standing import Standing
from adjudication.units import Micros
from ingest.clock import Clock
from integrations.casebook.acts import StoredAct
from integrations.casebook.casebook import Casebook
from integrations.casebook.payments import Payment

ALLOWED_BY_ADDRESS = 20
"""Failures within the window from one address: a household or an office shares one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Standing, sum and terms: nothing that says who, where or what the picture shows.

    `standing` is None where the act is void; `void_reason` says why then.
    """

    act_number: str
    form: str
    part: str
    sum_tiyn: int
    half_tiyn: int | None
    formed_us: Micros
    standing: Standing | None
    void_reason: str | None


@dataclass(frozen=True, slots=True)
class ShownWhole:
    """All that its addressee may see; `decision` holds the explanation."""

    shown: Shown
    stored: StoredAct
    decision: CaseDecided | None
    evidence: tuple[EvidenceRef, ...]
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class NotShown:
    """No such act, or not of this plate (which of the two is not told); after too many tries, how long to wait."""

    wait_s: int = 0


class OwnerDesk:
    """The doors owners come through. `address` is the caller's network address; it is kept hashed."""

    def __init__(self, casebook: Casebook, clock: Clock) -> None:
        self._casebook = casebook
        self._clock = clock

    def by_number(self, act_number: str, plate: str, address: str) -> Shown | NotShown:
        """The act's standing, for somebody who holds its number and knows the plate."""
        subjects = (f"act:{act_number}", f"address:{address}")
        wait_s = self._wait_s(subjects)
        if wait_s:
            return NotShown(wait_s)
        stored = self._casebook.acts.by_number(act_number)
        known = "" if stored is None else stored.act.vehicle.plate
        right = hmac.compare_digest(plates.normalise(plate).encode(), known.encode())
        if stored is None or not right:
            self._failed(subjects)
            return NotShown()
        return self._shown(stored)

    def by_token(self, token: str, address: str) -> ShownWhole | NotShown:
        """The whole act, for whoever was given its QR code."""
        subjects = (f"address:{address}",)
        wait_s = self._wait_s(subjects)
        if wait_s:
            return NotShown(wait_s)
        with self._casebook.view():
            stored = self._casebook.acts.by_token(token)
            if stored is not None:
                return self._whole(stored)
        self._failed(subjects)
        return NotShown()

    def _whole(self, stored: StoredAct) -> ShownWhole:
        case_id = stored.act.case_id
        case = self._casebook.cases.find(case_id)
        return ShownWhole(
            shown=self._shown(stored),
            stored=stored,
            decision=None if case is None else case.decision,
            evidence=stored.act.evidence,
            payments=self._casebook.payments.of_case(case_id),
        )

    def _shown(self, stored: StoredAct) -> Shown:
        case = self._casebook.cases.find(stored.act.case_id)
        return Shown(
            act_number=stored.act.number,
            form=stored.act.form,
            part=stored.act.part,
            sum_tiyn=stored.act.sum_tiyn,
            half_tiyn=stored.act.discount_tiyn,
            formed_us=stored.formed_us,
            standing=None if case is None or stored.voided_us is not None else case.standing,
            void_reason=stored.void_reason,
        )

    def _wait_s(self, subjects: tuple[str, ...]) -> int:
        now_us, attempts = self._clock(), self._casebook.attempts
        by_address = attempts.wait_s(subjects[-1], now_us, ALLOWED_BY_ADDRESS)
        return max(by_address, *(attempts.wait_s(subject, now_us) for subject in subjects[:-1]), 0)

    def _failed(self, subjects: tuple[str, ...]) -> None:
        with self._casebook.transaction():
            for subject in subjects:
                self._casebook.attempts.failed(subject, self._clock())
