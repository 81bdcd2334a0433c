"""Invented papers: insurance contracts, inspections and earlier penalties around one civil day, with their gaps."""

from datetime import date, timedelta
from random import Random

from adjudication.answers import Inspection, Policy, PriorPenalty, Vehicle
from adjudication.calendar import start_of_day_us
from integrations.simulators.profiles import UNINSPECTED, UNINSURED, ProfileName

YEAR = timedelta(days=365)
EXEMPT_AGE = 7
"""Private cars up to this age, the year of manufacture included, need no inspection (brief §1.4)."""


def policies(rng: Random, profile: ProfileName, today: date, number: int) -> tuple[Policy, ...]:
    """Contracts of a year each without a gap around `today`; for the uninsured one that has ended, or none."""
    if profile in UNINSURED:
        lapsed = today - timedelta(days=rng.randrange(10, 300))
        return (_policy(number, 0, lapsed - YEAR, lapsed, whole_days=False),) if rng.random() < 0.5 else ()
    begun = today - timedelta(days=rng.randrange(20, 340))
    whole_days = rng.random() < 0.2
    return tuple(
        _policy(number, turn + 1, begun + turn * YEAR, begun + (turn + 1) * YEAR, whole_days=whole_days)
        for turn in (-1, 0, 1)
    )


def _policy(number: int, turn: int, begins: date, ends: date, *, whole_days: bool) -> Policy:
    return Policy(
        number=f"OGPO-{number:07}-{turn}",
        valid_from_us=start_of_day_us(begins),
        valid_to_us=start_of_day_us(ends) - 1,
        whole_days=whole_days,
    )


def inspections(
    rng: Random, profile: ProfileName, today: date, vehicle: Vehicle, number: int
) -> tuple[Inspection, ...]:
    """Yearly inspections without a gap around `today`; none for young cars, an old one or none for the uninspected."""
    if profile in UNINSPECTED:
        passed = today - timedelta(days=rng.randrange(380, 900))
        return (_inspection(number, 0, passed),) if rng.random() < 0.7 else ()
    if vehicle.category == "M1" and today.year - vehicle.manufacture_year + 1 < EXEMPT_AGE:
        return ()
    passed = today - timedelta(days=rng.randrange(20, 340))
    return tuple(_inspection(number, turn + 1, passed + turn * YEAR) for turn in (-1, 0, 1))


def _inspection(number: int, turn: int, passed: date) -> Inspection:
    return Inspection(
        system="inspection",
        asked_us=0,
        as_of_us=0,
        card=f"TO-{number:07}-{turn}",
        passed_on=passed,
        valid_to=passed + YEAR,
    )


def prior(rng: Random, profile: ProfileName, today: date, number: int) -> tuple[PriorPenalty, ...]:
    """Earlier penalties: executed within the year for a repeat offender, long ago for a stale one."""
    if profile == "stale_prior":
        return (_penalty(number, "592(2)", today - timedelta(days=rng.randrange(800, 1_200))),)
    if profile in {"repeat_speed", "repeat_inspection"}:
        part = "592(2)" if profile == "repeat_speed" else "590(9)"
        return (_penalty(number, part, today - timedelta(days=rng.randrange(60, 250))),)
    return ()


def _penalty(number: int, part: str, in_force: date) -> PriorPenalty:
    return PriorPenalty(
        case_id=f"prior-{number:07}", part=part, in_force_on=in_force, executed_on=in_force + timedelta(days=20)
    )
