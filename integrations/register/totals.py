"""What is counted in the register. Boards count `uniq` by id over a few days; what the law looks at reads FINAL.

FINAL merges each month by itself: two rows of one cause lie in the same one, because partitions come from the cause.
"""

from dataclasses import dataclass
from datetime import date

from adjudication.units import Micros, Tiyn
from integrations.register.store import Register

BOARD_US = 7 * 86_400_000_000
"""How far back boards count: a week has one of each day, and touches two months at most."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One line of a board: `what` (a route and reason, or an outcome) and how many."""

    what: str
    reason: str
    passages: int


@dataclass(frozen=True, slots=True)
class Total:
    """One line of a form: acts and their sums, by body, part, form and month of initiation (its first day)."""

    body_id: str
    part: str
    form: str
    month_on: date
    acts: int
    sum_tiyn: Tiyn


@dataclass(frozen=True, slots=True)
class Offences:
    """Acts of one district, part and month of the offence (its first day, UTC)."""

    district_code: str
    part: str
    month_on: date
    acts: int


@dataclass(frozen=True, slots=True)
class Tile:
    """Acts by part and form over some days, about: `uniq` errs by half a per cent and reads nothing twice."""

    part: str
    form: str
    acts: int


def outcomes_by_reason(register: Register, now_us: Micros) -> list[Counted]:
    """What BOARD_US settled, most frequent first: cases by latest route and reason, and passages without a finding."""
    rows = register.ask(
        "SELECT * FROM (SELECT latest.1 AS route, latest.2 AS reason, count() AS n FROM"
        " (SELECT argMax((route, reason), (rounds, reviews)) AS latest FROM decisions"
        "  WHERE captured_at >= fromUnixTimestamp64Micro({since:Int64}) GROUP BY case_id)"
        " GROUP BY route, reason"
        " UNION ALL SELECT 'none', outcome, uniq(id) AS n FROM outcomes"
        "  WHERE hour >= fromUnixTimestamp64Micro({since:Int64}) GROUP BY outcome)"
        " ORDER BY n DESC, 1, 2",
        {"since": max(0, now_us - BOARD_US)},
    )
    return [Counted(*row) for row in rows]


def acts_tile(register: Register, from_us: Micros, to_us: Micros) -> list[Tile]:
    """Acts on offences of [from_us, to_us), most frequent first."""
    rows = register.ask(
        "SELECT part, form, uniq(id) AS n FROM acts WHERE offence_at >= fromUnixTimestamp64Micro({a:Int64})"
        " AND offence_at < fromUnixTimestamp64Micro({b:Int64}) GROUP BY part, form ORDER BY n DESC, 1, 2",
        {"a": from_us, "b": to_us},
    )
    return [Tile(*row) for row in rows]


def form_totals(register: Register, first_on: date, last_on: date) -> list[Total]:
    """Acts initiated from `first_on` to `last_on`, both included, exact: what a statistical form of a body reports."""
    rows = register.ask(
        "SELECT body_id, part, form, toStartOfMonth(initiated_on) AS month, count(), sum(sum_tiyn) FROM acts FINAL"
        " WHERE initiated_on BETWEEN {a:Date} AND {b:Date} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        " SETTINGS do_not_merge_across_partitions_select_final = 1",
        {"a": first_on, "b": last_on},
    )
    return [Total(*row) for row in rows]


def offences_by_district(register: Register, from_us: Micros, to_us: Micros) -> list[Offences]:
    """Acts on offences of [from_us, to_us) by district, part and month, exact."""
    rows = register.ask(
        "SELECT district_code, part, toStartOfMonth(offence_at) AS month, count() FROM acts FINAL"
        " WHERE offence_at >= fromUnixTimestamp64Micro({a:Int64}) AND offence_at < fromUnixTimestamp64Micro({b:Int64})"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 SETTINGS do_not_merge_across_partitions_select_final = 1",
        {"a": from_us, "b": to_us},
    )
    return [Offences(*row) for row in rows]


def fold_outcome_hours(register: Register) -> None:
    """Count the passages of each hour while all its rows are there; they expire after 72 hours, so run it hourly."""
    register.command(
        "INSERT INTO outcome_hours SELECT hour, device_id, outcome, count() FROM outcomes FINAL"
        " WHERE hour > now() - INTERVAL 71 HOUR GROUP BY hour, device_id, outcome"
    )
