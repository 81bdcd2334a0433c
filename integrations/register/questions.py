"""What is looked up in the register, row by row; what is counted over many rows is in totals.py.

A row is found in two steps of one query: `keys` says where it stands, and the row is read there by its table's own key.
Of two rows of one cause the highest version is taken, as FINAL would; unlike FINAL that reads no more than those rows.
Where a question is asked alone, what to read first is said (PREWHERE), which spares the engine a part of its planning.
One thread asks: a second one takes longer to start than a few granules take to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from adjudication import codec
from adjudication.messages import ActIssued, CaseDecided, Route
from adjudication.units import Id, Micros, Tiyn
from integrations.register.store import Register, Row


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of one passage of an event; where there was no finding, `case_id` and `route` are None."""

    passage_id: Id
    case_id: Id | None
    route: Route | None
    reason: str
    part: str


@dataclass(frozen=True, slots=True)
class Acted:
    """One act of a person, without its text."""

    act_id: Id
    number: str
    offence_at: datetime
    part: str
    form: str
    sum_tiyn: Tiyn


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on what a device saw."""

    decision_id: Id
    case_id: Id
    captured_at: datetime
    route: Route
    reason: str
    part: str


OF_EVENT = """
SELECT * FROM (
    SELECT passage_id, case_id, route, reason, part, rounds, reviews FROM decisions
    WHERE event_id = {key:String} AND (case_id, id, captured_at) IN
        (SELECT case_id, id, happened_at FROM keys WHERE kind = 'event' AND key = {key:String})
    ORDER BY version DESC LIMIT 1 BY case_id, id
    UNION ALL
    SELECT id, '', '', outcome, '', 0, 0 FROM outcomes WHERE event_id = {key:String} LIMIT 1 BY id
) ORDER BY 1, 2, 6, 7
SETTINGS max_threads = 1
"""
DECISION = """
SELECT message FROM decisions WHERE case_id = {case:String} AND id = {id:String} ORDER BY version DESC LIMIT 1
SETTINGS max_threads = 1
"""
ACTS = """
SELECT id, version, {fields} FROM acts PREWHERE (case_id, offence_at) IN
    (SELECT case_id, happened_at FROM keys PREWHERE kind = {kind:String} AND key = {key:String})
SETTINGS max_threads = 1
"""
"""Every row of every case that a key leads to; `_standing` takes those that count. To sort and choose them in the query
costs more than to read them: measured at 10 M acts, 6.8 ms in the median instead of 4.3."""
ACT = ACTS.replace("{fields}", "number, message")
ACTS_OF = ACTS.replace("{fields}", "person_key, number, offence_at, part, form, sum_tiyn")
OF_DEVICE = """
SELECT id, case_id, captured_at, route, reason, part FROM (
    SELECT case_id, id, captured_at, route, reason, part, rounds, reviews FROM decisions
    WHERE (case_id, id, captured_at) IN (
        SELECT case_id, id, captured_at FROM decisions WHERE device_id = {device:String}
        AND captured_at >= fromUnixTimestamp64Micro({a:Int64}) AND captured_at < fromUnixTimestamp64Micro({b:Int64})
    ) AND captured_at >= fromUnixTimestamp64Micro({a:Int64}) AND captured_at < fromUnixTimestamp64Micro({b:Int64})
    ORDER BY version DESC LIMIT 1 BY case_id, id
) ORDER BY captured_at, rounds, reviews
"""
"""The inner question is answered by the projection `by_device`."""


def of_event(register: Register, event_id: Id) -> list[Passed]:
    """All that is known of one event, its decisions newest last; empty while it is on its way."""
    rows = register.ask(OF_EVENT, {"key": event_id})
    return [Passed(_text(row[0]), _text(row[1]).strip("\0") or None, row[2] or None, row[3], row[4]) for row in rows]


def decision(register: Register, case_id: Id, decision_id: Id) -> CaseDecided | None:
    """A decision as it was first written."""
    rows = register.ask(DECISION, {"case": case_id, "id": decision_id})
    return codec.decode(str(rows[0][0]).encode(), CaseDecided) if rows else None


def act(register: Register, number: str) -> ActIssued | None:
    """An act by its number, as it was first written."""
    found = _standing(register.ask(ACT, {"kind": "number", "key": number}), number)
    return codec.decode(str(found[0][-1]).encode(), ActIssued) if found else None


def acts_of(register: Register, person_key: str) -> list[Acted]:
    """A person's acts by the time of the offence, oldest first; `person_key` as [register] wrote it."""
    found = _standing(register.ask(ACTS_OF, {"kind": "person", "key": person_key}), person_key)
    acts = (Acted(_text(act_id), *columns) for act_id, _, _, *columns in found)
    return sorted(acts, key=lambda act: (act.offence_at, act.number))


def decisions_of_device(register: Register, device_id: str, from_us: Micros, to_us: Micros) -> list[Decided]:
    """What was decided on a device's events captured in [from_us, to_us), in that order."""
    rows = register.ask(OF_DEVICE, {"device": device_id, "a": from_us, "b": to_us})
    return [Decided(_text(row[0]), _text(row[1]), *row[2:]) for row in rows]


def _standing(rows: Sequence[Row], key: str) -> list[Row]:
    """Of rows (id, version, what led to it, …) one of each id, the highest version, as FINAL would; and only where it
    is this key's: a key may also have been written of a later row of its cause, which counts not."""
    standing = {row[0]: row for row in sorted(rows, key=lambda row: int(row[1]))}
    return [row for row in standing.values() if row[2] == key]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
