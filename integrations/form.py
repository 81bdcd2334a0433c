"""Forming an act casebook-first: number, money of the day, signature and log leaf, inside the caller's transaction."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from adjudication import codec, ids, ledger
from adjudication.calendar import civil_day, end_of_day_us
from adjudication.errors import Unavailable
from adjudication.forming import form_act
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import State, opened
from adjudication.messages import ActIssued, CaseSealed
from adjudication.protocol import Act, Body
from adjudication.units import MICROS_PER_SECOND, Micros
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import ACTS
from integrations.casebook import Casebook
from integrations.casebook.cases import Entry
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
class Former:
    """Forms acts for one body."""

    casebook: Casebook
    signer: Signer
    law: Lawbook
    issuer: Issuer
    clock: Clock

    def form(self, sealed: CaseSealed, headers: Mapping[str, str], state: State) -> None:
        """The act of a decision that is automatic and in time; `state` is where its case stands.

        Raises:
            Unavailable: signing is not possible now, or the day has no MCI (`held_until_us`).
            Invalid: `act-incomplete`.
        """
        now_us, case_id = self.clock(), sealed.decision.case_id
        issued = self._signed(self._act(sealed, now_us))
        self.casebook.acts.insert(issued, now_us)
        formed = Entry(
            cause_id=issued.act.act_id,
            what="formed",
            from_state=state,
            to_state="SIGNED",
            basis="822-1(1), (3)",
            at_us=now_us,
            recorded_us=now_us,
            document_sha256=issued.act_sha256,
        )
        self.casebook.cases.turn(case_id, formed, opened(issued.act))
        cause = ids.stable_id("act-issued", issued.act.act_id)
        self.casebook.outbox.put(cause, Outgoing(ACTS, case_id, issued, headers), now_us)
        for sighting in (case_id, *self.casebook.cases.joined(case_id)):
            self.casebook.evidence.lock(sighting)
            self.casebook.deadlines.cancel(sighting, "CANDIDATE_EXPIRES")

    def _act(self, sealed: CaseSealed, now_us: Micros) -> Act:
        acts = self.casebook.acts
        return form_act(
            sealed.decision,
            sealed.evidence,
            self.law,
            self.issuer.body,
            number=acts.next_number(self.issuer.code, civil_day(now_us).year),
            generation=acts.generation(sealed.decision.case_id),
            formed_us=now_us,
        )

    def _signed(self, act: Act) -> ActIssued:
        data = codec.encode(act)
        signature, nonce = self.signer.sign(data), os.urandom(32).hex()
        digest = hashlib.sha256(data).hexdigest()
        leaf = ledger.act_leaf(nonce, digest, hashlib.sha256(signature).hexdigest())
        return ActIssued(
            act=act,
            act_sha256=digest,
            signature=base64.b64encode(signature).decode(),
            leaf_index=self.casebook.log.append(leaf),
            nonce=nonce,
        )


def held_until_us(law: Lawbook, now_us: Micros) -> Micros | None:
    """When to try again, where the money of an act formed now is not known or about to change; None: it can be formed.

    Source: brief §15.2 (no MCI is ever guessed), §15.3 rule 1.
    """
    try:
        ends_us = end_of_day_us(law.mci_on(civil_day(now_us)).last_day)
    except Unavailable:
        return now_us + NO_MCI_US
    return ends_us if ends_us - now_us < FORMING_PAUSE_US else None
