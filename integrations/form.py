"""Forming an act casebook-first: controls, number, money of the day, signature and log leaf, inside the caller's
transaction."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from adjudication import codec, ids, ledger
from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Unavailable
from adjudication.format_logic.draft import Draft, Earlier
from adjudication.formation import Caught, check, holding
from adjudication.forming import form_act
from adjudication.lawbook import Lawbook
from adjudication.messages import ActIssued, CaseDecided, CaseSealed
from adjudication.policy import Policy
from adjudication.protocol import Act, Body
from adjudication.repeat import repeated_cases
from adjudication.standing import Standing, opened
from adjudication.states import State
from adjudication.units import MICROS_PER_SECOND, Id, Micros
from ingest.clock import CLOCKS_US
from ingest.stage import Outgoing
from ingest.topics import ACTS
from integrations.casebook import Casebook
from integrations.casebook.cases import Entry, Turn
from integrations.casebook.controls import Found
from integrations.signing import Signer

FORMING_PAUSE_US = 600 * MICROS_PER_SECOND
"""No act is formed in the last ten minutes of an MCI: it could hardly be sent in time (brief §15.3 rule 1)."""
NO_MCI_US = 3_600 * MICROS_PER_SECOND
"""Between two tries while the day has no MCI: its figure comes with new law data, within a term of days."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: the body as it stands in its acts, and its two digits in their numbers."""

    body: Body
    code: str


@dataclass(frozen=True, slots=True)
class Forming:
    """A decision whose act is to be formed: automatic, in time, not held. `state` is where its case stands, `before`
    the standing of its act before this one, which was never sent."""

    sealed: CaseSealed
    headers: Mapping[str, str]
    state: State
    before: Standing | None = None

    @property
    def case_id(self) -> Id:
        """The case."""
        return self.sealed.decision.case_id


@dataclass(frozen=True, slots=True)
class Held:
    """An act that was not formed, and the controls that keep it, in their order: what nobody can confirm is first."""

    forming: Forming
    caught: tuple[Caught, ...]


@dataclass(frozen=True, slots=True)
class Former:
    """Forms acts for one body."""

    casebook: Casebook
    signer: Signer
    law: Lawbook
    policy: Policy
    issuer: Issuer

    def form_all(self, formings: Sequence[Forming], now_us: Micros) -> tuple[Held, ...]:
        """The acts of these cases, in their order, all formed at `now_us`; returns those that controls keep back.

        Each act is held against the controls before any has a number, and one that is kept back stops no other.

        The number's counter and the log are held from here to the end of the transaction, so this comes last in it.

        Raises:
            Unavailable: signing is not possible now, or the day has no MCI (`held_until_us`).
            Invalid: `act-incomplete`.
        """
        if not formings:
            return ()
        passed, held = self._controlled(formings, now_us)
        if passed:
            cleared, acts = [forming for forming, _ in passed], [act for _, act in passed]
            self._form(cleared, self._numbered(acts, now_us), now_us)
        return held

    def _form(self, formings: Sequence[Forming], numbered: Sequence[Act], now_us: Micros) -> None:
        book, cases = self.casebook, [forming.case_id for forming in formings]
        acts = self._signed(numbered)
        book.acts.insert_all(acts, now_us)
        book.cases.turn_all(
            [_turn(forming, issued, self.law, now_us) for forming, issued in zip(formings, acts, strict=True)]
        )
        messages = [
            (
                ids.stable_id("act-issued", issued.act.act_id),
                Outgoing(ACTS, forming.case_id, issued, forming.headers),
            )
            for forming, issued in zip(formings, acts, strict=True)
        ]
        book.outbox.put_all(messages, now_us)
        for forming in formings:
            book.repetitions.keep(forming.case_id, repeated_cases(forming.sealed.decision))
        sightings = (*cases, *book.cases.joined(*cases))
        book.evidence.lock(*sightings)
        book.deadlines.cancel_all(sightings, "CANDIDATE_EXPIRES")

    def _controlled(
        self, formings: Sequence[Forming], now_us: Micros
    ) -> tuple[list[tuple[Forming, Act]], tuple[Held, ...]]:
        """The acts that pass, not numbered yet, and those kept back; what was found of either is kept."""
        generations = self.casebook.acts.generations([forming.case_id for forming in formings])
        events = {event_id for forming in formings for event_id in _events(forming)}
        standing: dict[Id, list[Earlier]] = {event_id: [] for event_id in events}
        for one in self.casebook.acts.of_events(sorted(events)):
            standing[one.event_id].append(one)
        repeated = {case_id for forming in formings for case_id in repeated_cases(forming.sealed.decision)}
        ended = self.casebook.cases.ended(sorted(repeated)) if repeated else frozenset()
        passed: list[tuple[Forming, Act]] = []
        held: list[Held] = []
        found: list[Found] = []
        for forming in formings:
            earlier = tuple(one for event_id in _events(forming) for one in standing[event_id])
            unrepeated = tuple(one for one in repeated_cases(forming.sealed.decision) if one in ended)
            draft = self._draft(forming, generations.get(forming.case_id, 0), earlier, unrepeated, now_us)
            caught = check(draft)
            found += [_found(draft, one) for one in caught]
            if keeping := self._keeping(draft.decision, caught):
                held.append(Held(forming, keeping))
            else:
                passed.append((forming, draft.act))
                part, plate = draft.act.part, draft.act.vehicle.plate
                for event_id in _events(forming):
                    standing[event_id].append(Earlier(forming.case_id, event_id, part, plate))
        self.casebook.controls.note_all(found)
        return passed, tuple(held)

    def _draft(
        self,
        forming: Forming,
        generation: int,
        earlier: tuple[Earlier, ...],
        unrepeated: tuple[Id, ...],
        now_us: Micros,
    ) -> Draft:
        decision, evidence = forming.sealed.decision, forming.sealed.evidence
        act = form_act(
            decision, evidence, self.law, self.issuer.body, number="", generation=generation, formed_us=now_us
        )
        return Draft(
            act=act,
            decision=decision,
            evidence=evidence,
            law=self.law,
            policy=self.policy.on(civil_day(decision.checked.passage.event.captured_us)),
            body=self.issuer.body,
            generation=generation,
            formed_us=now_us,
            earlier=earlier,
            unrepeated=unrepeated,
        )

    def _keeping(self, decision: CaseDecided, caught: tuple[Caught, ...]) -> tuple[Caught, ...]:
        """The controls that keep the act from being formed. An officer who confirmed was told what was found for the
        decision he confirmed, and no more."""
        keeping = holding(caught, frozenset())
        confirmed = [review.decision_id for review in decision.reviews if review.verdict == "confirm"]
        if not keeping or not confirmed:
            return keeping
        return holding(caught, self.casebook.controls.codes(decision.case_id, confirmed))

    def _numbered(self, acts: Sequence[Act], now_us: Micros) -> list[Act]:
        numbers = self.casebook.acts.next_numbers(self.issuer.code, civil_day(now_us).year, len(acts))
        return [replace(act, number=number) for act, number in zip(acts, numbers, strict=True)]

    def _signed(self, acts: Sequence[Act]) -> list[ActIssued]:
        encoded = [codec.encode(act) for act in acts]
        signatures = [self.signer.sign(data) for data in encoded]
        nonces = [os.urandom(32).hex() for _ in acts]
        digests = [hashlib.sha256(data).hexdigest() for data in encoded]
        leaves = [
            ledger.act_leaf(nonce, digest, hashlib.sha256(signature).hexdigest())
            for nonce, digest, signature in zip(nonces, digests, signatures, strict=True)
        ]
        first = self.casebook.log.append_all(leaves)
        return [
            ActIssued(
                act=act,
                act_sha256=digest,
                signature=base64.b64encode(signature).decode(),
                leaf_index=leaf_index,
                nonce=nonce,
            )
            for leaf_index, (act, digest, signature, nonce) in enumerate(
                zip(acts, digests, signatures, nonces, strict=True), first
            )
        ]


def _found(draft: Draft, caught: Caught) -> Found:
    return Found(
        case_id=draft.decision.case_id,
        decision_id=draft.decision.decision_id,
        code=caught.code,
        severity=caught.severity,
        mismatches=caught.mismatches,
        at_us=draft.formed_us,
    )


def _events(forming: Forming) -> list[Id]:
    return [event_id for event_id, _ in forming.sealed.decision.checked.passage.shown_by]


def _turn(forming: Forming, issued: ActIssued, law: Lawbook, now_us: Micros) -> Turn:
    formed = Entry(
        cause_id=issued.act.act_id,
        what="formed",
        from_state=forming.state,
        to_state="SIGNED",
        basis="822-1(1), (3)",
        at_us=now_us,
        recorded_us=now_us,
        document_sha256=issued.act_sha256,
    )
    return Turn(forming.case_id, formed, opened(issued.act, law, forming.before))


def held_until_us(law: Lawbook, now_us: Micros, captured_us: Micros) -> Micros | None:
    """When to try again, where an act formed now would be wrong; None: it can be formed.

    Its money is not known, or about to change; or by our clock, which lags behind the device's, its offence is still to
    come, so that its signature would be older than what it says. The next try is late enough for every clock of the
    centre to agree that its time has come: whoever sets the term, whoever finds it over and whoever forms the act may
    be three machines, and a term set again at an instant that was reached already is never reached again.

    Source: brief §15.2 (no MCI is ever guessed), §15.3 rule 1.
    """
    if now_us < captured_us:
        return captured_us + CLOCKS_US
    try:
        ends_us = end_of_day_us(law.mci_on(civil_day(now_us)).last_day)
    except Unavailable:
        return now_us + NO_MCI_US
    return ends_us + CLOCKS_US if ends_us - now_us < FORMING_PAUSE_US else None
