"""The index of sealed evidence: which ciphertext belongs to which case, and whether it may go."""

from collections.abc import Sequence

import sqlalchemy as sa

from adjudication.facts import EvidenceRef
from adjudication.units import Id, Micros, Sha256
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import EVIDENCE

_TURN = sa.update(EVIDENCE).where(
    EVIDENCE.c.case_id.in_(sa.bindparam("cases", expanding=True)), EVIDENCE.c.state == sa.bindparam("before")
)
_KEPT = sa.select(EVIDENCE.c.address_sha256).where(
    EVIDENCE.c.case_id.in_(sa.bindparam("cases", expanding=True)), EVIDENCE.c.state == "locked"
)


class Evidence:
    """Candidates until an act or a referral rests on them (`lock`); what stays a candidate expires."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, case_id: Id, event_id: Id, refs: Sequence[EvidenceRef], sealed_us: Micros, first: int = 0
    ) -> tuple[EvidenceRef, ...]:
        """Enters what was sealed and returns what the casebook holds: a repeat changes nothing.

        The pieces stand from place `first` on, after those of another event that were sealed at the same instant.
        """
        with self._database.writing() as tx:
            for place, ref in enumerate(refs, first):
                insert_once(
                    tx,
                    EVIDENCE,
                    case_id=case_id,
                    event_id=event_id,
                    place=place,
                    sealed_us=sealed_us,
                    state="candidate",
                    role=ref.role,
                    sha256=ref.sha256,
                    address_sha256=ref.address_sha256,
                    key_id=ref.key_id,
                    bytes=ref.bytes,
                    captured_us=ref.captured_us,
                )
            return self.of(case_id)

    def of(self, case_id: Id) -> tuple[EvidenceRef, ...]:
        """The case's evidence in the order it was sealed; expired ones are gone."""
        query = sa.select(EVIDENCE).where(EVIDENCE.c.case_id == case_id, EVIDENCE.c.state != "expired")
        with self._database.reading() as tx:
            return tuple(_ref(row) for row in tx.execute(query.order_by(EVIDENCE.c.sealed_us, EVIDENCE.c.place)))

    def of_event(self, event_id: Id) -> dict[Id, tuple[EvidenceRef, ...]]:
        """What was sealed of one event, by the case it was sealed for."""
        query = sa.select(EVIDENCE).where(EVIDENCE.c.event_id == event_id, EVIDENCE.c.state != "expired")
        cases: dict[Id, tuple[EvidenceRef, ...]] = {}
        with self._database.reading() as tx:
            for row in tx.execute(query.order_by(EVIDENCE.c.sealed_us, EVIDENCE.c.place)):
                cases[row.case_id] = (*cases.get(row.case_id, ()), _ref(row))
        return cases

    def lock(self, *case_ids: Id) -> None:
        """Acts or referrals rest on it: it stays."""
        with self._database.writing() as tx:
            tx.execute(_TURN, {"cases": case_ids, "before": "candidate", "state": "locked"})

    def kept(self, *case_ids: Id) -> tuple[Sha256, ...]:
        """Addresses of all that an act or a referral of these cases rests on."""
        with self._database.reading() as tx:
            return tuple(sorted(set(tx.execute(_KEPT, {"cases": case_ids}).scalars())))

    def expire(self, case_id: Id) -> tuple[Sha256, ...]:
        """Gives up the case's candidates; returns the addresses that no other case's evidence shares."""
        with self._database.writing() as tx:
            mine = sa.select(EVIDENCE.c.address_sha256).where(
                EVIDENCE.c.case_id == case_id, EVIDENCE.c.state == "candidate"
            )
            addresses = {row.address_sha256 for row in tx.execute(mine)}
            tx.execute(_TURN, {"cases": (case_id,), "before": "candidate", "state": "expired"})
            still = sa.select(EVIDENCE.c.address_sha256).where(
                EVIDENCE.c.address_sha256.in_(addresses), EVIDENCE.c.state != "expired"
            )
            return tuple(sorted(addresses - {row.address_sha256 for row in tx.execute(still)}))


def _ref(row: sa.Row[tuple[object, ...]]) -> EvidenceRef:
    return EvidenceRef(
        role=row.role,
        sha256=row.sha256,
        address_sha256=row.address_sha256,
        key_id=row.key_id,
        bytes=row.bytes,
        captured_us=row.captured_us,
    )
