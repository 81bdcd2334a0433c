"""What the controls of formation found: one line a decision and control, first found; it only grows.

It names nobody (adjudication.format_logic.draft.Mismatch), so it outlives a case's pictures and decision.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from adjudication.format_logic.draft import Mismatch, Mismatches
from adjudication.formation import Severity
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_each_once
from integrations.casebook.tables import CONTROL_FINDINGS as FINDINGS

_OF_DECISIONS = sa.select(FINDINGS.c.code).where(
    FINDINGS.c.case_id == sa.bindparam("case"),
    FINDINGS.c.decision_id.in_(sa.bindparam("decisions", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A line: what a control found when the act of a decision was to be formed."""

    case_id: Id
    decision_id: Id
    code: str
    severity: Severity
    mismatches: Mismatches
    at_us: Micros


class ControlFindings:
    """Grows only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_all(self, found: Iterable[Found]) -> None:
        """Keeps what was found, but for what was found for the same decision before."""
        rows: list[dict[str, object]] = [
            {
                "case_id": one.case_id,
                "decision_id": one.decision_id,
                "code": one.code,
                "severity": one.severity,
                "found": msgspec.json.encode(one.mismatches).decode(),
                "at_us": one.at_us,
            }
            for one in found
        ]
        with self._database.writing() as tx:
            insert_each_once(tx, FINDINGS, rows)

    def codes(self, case_id: Id, decision_ids: Iterable[Id]) -> frozenset[str]:
        """What was found for any of these decisions of a case, and its officer told."""
        with self._database.reading() as tx:
            found = tx.execute(_OF_DECISIONS, {"case": case_id, "decisions": list(decision_ids)})
            return frozenset(found.scalars())

    def of_case(self, case_id: Id) -> tuple[Found, ...]:
        """Everything found in a case's acts, oldest first."""
        query = sa.select(FINDINGS).where(FINDINGS.c.case_id == case_id)
        with self._database.reading() as tx:
            rows = tx.execute(query.order_by(FINDINGS.c.at_us, FINDINGS.c.code))
            return tuple(
                Found(
                    case_id=row.case_id,
                    decision_id=row.decision_id,
                    code=row.code,
                    severity=row.severity,
                    mismatches=msgspec.json.decode(row.found, type=tuple[Mismatch, ...]),
                    at_us=row.at_us,
                )
                for row in rows
            )

    def counts(self, since_us: Micros) -> dict[str, int]:
        """How many decisions' acts each control found something in since an instant, by code."""
        query = sa.select(FINDINGS.c.code, sa.func.count()).where(FINDINGS.c.at_us >= since_us)
        with self._database.reading() as tx:
            return {row[0]: row[1] for row in tx.execute(query.group_by(FINDINGS.c.code))}
