"""What people ask the register. Boards count `uniq` by id; what the law looks at reads `FINAL` (design §1.16)."""

from dataclasses import dataclass

from adjudication import codec
from adjudication.messages import CaseDecided, Route
from adjudication.units import Id
from integrations.register.store import Register


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of a board: `what` (a route and reason, or an outcome) and how many."""

    what: str
    reason: str
    passages: int


def outcomes_by_reason(register: Register) -> list[Counted]:
    """All that is settled, most frequent first: cases by their latest route and reason, passages without a finding."""
    rows = register.ask(
        "SELECT * FROM (SELECT latest.1 AS route, latest.2 AS reason, count() AS n FROM"
        " (SELECT argMax((route, reason), (rounds, reviews)) AS latest FROM decisions GROUP BY case_id)"
        " GROUP BY route, reason"
        " UNION ALL SELECT 'none', outcome, uniq(id) AS n FROM outcomes GROUP BY outcome)"
        " ORDER BY n DESC, 1, 2"
    )
    return [Counted(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of one passage of an event; where there was no finding, `case_id` and `route` are None."""

    passage_id: Id
    case_id: Id | None
    route: Route | None
    reason: str
    part: str


def of_event(register: Register, event_id: Id) -> list[Passed]:
    """All that is known of one event, its decisions newest last; empty while it is on its way."""
    rows = register.ask(
        "SELECT * FROM (SELECT passage_id, case_id, route, reason, part, rounds, reviews FROM decisions FINAL"
        " WHERE event_id = {e:String}"
        " UNION ALL SELECT id, '', '', outcome, '', 0, 0 FROM outcomes FINAL WHERE event_id = {e:String})"
        " ORDER BY 1, 2, 6, 7",
        {"e": event_id},
    )
    return [Passed(_text(row[0]), _text(row[1]).strip("\0") or None, row[2] or None, row[3], row[4]) for row in rows]


def decision(register: Register, decision_id: Id) -> CaseDecided | None:
    """A decision as it was first written."""
    rows = register.ask("SELECT message FROM decisions FINAL WHERE id = {id:String}", {"id": decision_id})
    return codec.decode(str(rows[0][0]).encode(), CaseDecided) if rows else None


def fold_outcome_hours(register: Register) -> None:
    """Count the passages of each hour while all its rows are there; they expire after 72 hours, so run it hourly."""
    register.command(
        "INSERT INTO outcome_hours SELECT hour, device_id, outcome, count() FROM outcomes FINAL"
        " WHERE hour > now() - INTERVAL 71 HOUR GROUP BY hour, device_id, outcome"
    )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
