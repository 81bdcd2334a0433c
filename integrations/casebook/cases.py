"""Cases: where each one stands, and everything that ever happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from adjudication import codec
from adjudication.messages import CaseDecided
from adjudication.standing import Standing
from adjudication.states import FINDING_RELEASED, OWED, State
from adjudication.units import Id, Micros, Sha256
from integrations.casebook.database import Database, insert_each_once, insert_once
from integrations.casebook.tables import CASES, HISTORY


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. `decision` is None once it has expired; `standing` until an act is formed."""

    case_id: Id
    state: State
    route: str
    reason: str
    part: str
    decision_id: Id
    decision: CaseDecided | None
    finding_key: str | None
    joined_to: Id | None
    standing: Standing | None
    entered_us: Micros
    changed_us: Micros


@dataclass(frozen=True, slots=True)
class Entered:
    """A decision that a case rests on, and the register finding it holds open, if any."""

    decision: CaseDecided
    finding_key: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history. `cause_id` names what caused it: a cause is entered once for each state."""

    cause_id: Id
    what: str
    from_state: State
    to_state: State
    basis: str
    at_us: Micros
    recorded_us: Micros
    actor: str = "system"
    document_sha256: Sha256 | None = None


_LOCK = sa.text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:cases AS text[])) WITH ORDINALITY "
    "AS asked (name, place) ORDER BY place"
)
_FIND = sa.select(CASES).where(CASES.c.case_id == sa.bindparam("case"))
_FIND_ALL = sa.select(CASES).where(CASES.c.case_id.in_(sa.bindparam("cases", expanding=True))).order_by(CASES.c.case_id)
_WRITE_LINE = sa.insert(HISTORY).inline()
_HOLDING = sa.select(CASES.c.case_id).where(CASES.c.finding_key == sa.bindparam("finding"))
_CHANGE = sa.update(CASES).where(CASES.c.case_id == sa.bindparam("case"))
_KNOWS = (
    sa.select(HISTORY.c.seq)
    .where(HISTORY.c.case_id == sa.bindparam("case"), HISTORY.c.cause_id == sa.bindparam("cause"))
    .limit(1)
)
_ENDED = sa.select(CASES.c.case_id).where(
    CASES.c.case_id.in_(sa.bindparam("cases", expanding=True)), CASES.c.state.in_(("TERMINATED", "REJECTED"))
)
_OWED = (
    sa.select(CASES)
    .where(CASES.c.state.in_(OWED), CASES.c.case_id > sa.bindparam("after"))
    .order_by(CASES.c.case_id)
    .limit(sa.bindparam("limit"))
)
_JOINED = (
    sa.select(CASES.c.case_id)
    .where(CASES.c.joined_to.in_(sa.bindparam("cases", expanding=True)))
    .order_by(CASES.c.entered_us, CASES.c.case_id)
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A case's move to `entry.to_state`, with the standing it has from then on (None: as before)."""

    case_id: Id
    entry: Entry
    standing: Standing | None = None


class Cases:
    """One row a case, and its history, which only grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, case_id: Id) -> Case | None:
        """The case; inside a transaction its row is locked until the end (PostgreSQL; SQLite has one writer)."""
        with self._database.reading() as tx:
            row = tx.execute(self._database.locked(_FIND), {"case": case_id}).first()
        return None if row is None else _case(row)

    def find_all(self, case_ids: Iterable[Id]) -> dict[Id, Case]:
        """Those of the cases that there are, as `find`."""
        with self._database.reading() as tx:
            rows = tx.execute(self._database.locked(_FIND_ALL), {"cases": list(case_ids)})
            return {row.case_id: _case(row) for row in rows}

    def owed(self, after: Id, limit: int) -> tuple[Case, ...]:
        """Cases whose acts are not executed, by id, those after `after`."""
        with self._database.reading() as tx:
            return tuple(_case(row) for row in tx.execute(_OWED, {"after": after, "limit": limit}))

    def ended(self, case_ids: Iterable[Id]) -> frozenset[Id]:
        """Those of the cases that ended without a penalty; one that is not here is another body's."""
        with self._database.reading() as tx:
            return frozenset(tx.execute(_ENDED, {"cases": list(case_ids)}).scalars())

    def lock(self, case_ids: Iterable[Id]) -> None:
        """Inside a transaction: nobody else who calls this has these cases until its end, whether they exist or not.

        Several are locked in one order everywhere, so that two who share some never wait for one another.
        """
        with self._database.writing() as tx:
            if tx.dialect.name == "postgresql":  # SQLite has one writer
                tx.execute(_LOCK, {"cases": sorted(set(case_ids))})

    def holding(self, finding_key: str) -> Id | None:
        """The open case of this register finding."""
        with self._database.reading() as tx:
            return tx.execute(_HOLDING, {"finding": finding_key}).scalar()

    def enter_all(self, entered: Sequence[Entered], at_us: Micros) -> None:
        """Enters new cases, each as NEW; one that is there already stays as it is."""
        rows = [
            {"case_id": one.decision.case_id, "state": "NEW", "entered_us": at_us, **_resting(one, at_us)}
            for one in entered
        ]
        if rows:
            with self._database.writing() as tx:
                insert_each_once(tx, CASES, rows)

    def rest_on(self, entered: Entered, at_us: Micros) -> None:
        """Replaces the decision that a case rests on; its state is written by `turn`."""
        with self._database.writing() as tx:
            tx.execute(_CHANGE, {"case": entered.decision.case_id, **_resting(entered, at_us)})

    def turn(self, case_id: Id, entry: Entry, standing: Standing | None = None) -> bool:
        """Moves a case to `entry.to_state` and writes its history; says False, doing nothing, where that was done.

        An open register finding is let go where the new state settles it.
        """
        with self._database.writing() as tx:
            turn = Turn(case_id, entry, standing)
            if not insert_once(tx, HISTORY, **_line(turn)):
                return False
            tx.execute(_CHANGE, _move(turn))
            return True

    def turn_all(self, turns: Sequence[Turn]) -> None:
        """Moves whose causes are all new, each of another case, all with a standing or all without."""
        if turns:
            with self._database.writing() as tx:
                tx.execute(_WRITE_LINE, [_line(turn) for turn in turns])
                tx.execute(_CHANGE, [_move(turn) for turn in turns])

    def set_reason(self, case_id: Id, reason: str) -> None:
        """Why the case stands where it stands, where time or missing evidence said so and not the decision."""
        with self._database.writing() as tx:
            tx.execute(sa.update(CASES).where(CASES.c.case_id == case_id).values(reason=reason))

    def knows_cause(self, case_id: Id, cause_id: Id) -> bool:
        """Whether this cause already stands in the case's history."""
        with self._database.reading() as tx:
            return tx.execute(_KNOWS, {"case": case_id, "cause": cause_id}).first() is not None

    def join(self, case_id: Id, to: Id) -> None:
        """This case is only a further sighting of `to`."""
        with self._database.writing() as tx:
            tx.execute(sa.update(CASES).where(CASES.c.case_id == case_id).values(joined_to=to))

    def joined(self, *case_ids: Id) -> tuple[Id, ...]:
        """The further sightings of these cases, oldest first."""
        with self._database.reading() as tx:
            return tuple(tx.execute(_JOINED, {"cases": case_ids}).scalars())

    def forget_decision(self, case_id: Id) -> None:
        """Drops what names a person, a plate and a place; state, part and history stay."""
        with self._database.writing() as tx:
            tx.execute(sa.update(CASES).where(CASES.c.case_id == case_id).values(decision=None))

    def history(self, case_id: Id) -> tuple[Entry, ...]:
        """All that happened, oldest first."""
        query = sa.select(HISTORY).where(HISTORY.c.case_id == case_id).order_by(HISTORY.c.seq)
        with self._database.reading() as tx:
            return tuple(Entry(**{key: getattr(row, key) for key in Entry.__slots__}) for row in tx.execute(query))

    def by_state(self) -> dict[str, int]:
        """How many cases stand in each state."""
        query = sa.select(CASES.c.state, sa.func.count()).group_by(CASES.c.state)
        with self._database.reading() as tx:
            return {row[0]: row[1] for row in tx.execute(query)}


def _resting(entered: Entered, at_us: Micros) -> dict[str, object]:
    decision = entered.decision
    return {
        "route": decision.route,
        "reason": decision.reason,
        "part": decision.part,
        "decision_id": decision.decision_id,
        "decision": codec.encode(decision),
        "finding_key": entered.finding_key,
        "changed_us": at_us,
    }


def _line(turn: Turn) -> dict[str, object]:
    return {"case_id": turn.case_id, **{key: getattr(turn.entry, key) for key in Entry.__slots__}}


def _move(turn: Turn) -> dict[str, object]:
    """An open register finding is let go where the new state settles it."""
    entry = turn.entry
    changed: dict[str, object] = {"case": turn.case_id, "state": entry.to_state, "changed_us": entry.recorded_us}
    if turn.standing is not None:
        changed["standing"] = codec.encode(turn.standing)
    if entry.to_state in FINDING_RELEASED:
        changed["finding_key"] = None
    return changed


def _case(row: sa.Row[tuple[object, ...]]) -> Case:
    return Case(
        case_id=row.case_id,
        state=row.state,
        route=row.route,
        reason=row.reason,
        part=row.part,
        decision_id=row.decision_id,
        decision=None if row.decision is None else codec.decode(row.decision, CaseDecided),
        finding_key=row.finding_key,
        joined_to=row.joined_to,
        standing=None if row.standing is None else codec.decode(row.standing, Standing),
        entered_us=row.entered_us,
        changed_us=row.changed_us,
    )
