"""Worked terms of a scenario file: from which day to which, as a lawyer or an official example counts them."""

from datetime import date

from adjudication.errors import Unavailable
from adjudication.lawbook import Lawbook
from adjudication.scenarios.format import WorkedTerm
from adjudication.scenarios.run import Failure
from adjudication.terms import last_day


def unmet_term(worked: WorkedTerm, law: Lawbook) -> tuple[Failure, ...]:
    """What the term comes to otherwise than its author counted; one without `last_day` must be refused."""
    actual = _counted(worked, law)
    if actual == worked.last_day:
        return ()
    return (Failure(worked.id, "last_day", str(worked.last_day or "refused"), str(actual or "refused")),)


def _counted(worked: WorkedTerm, law: Lawbook) -> date | None:
    """The last day of the term; None where the law's data refuses to say it."""
    try:
        if worked.code is None:
            return law.calendar.add_days(worked.start, worked.days)
        return last_day(law, worked.code, worked.start, part=worked.part, stops=worked.stops)
    except Unavailable:
        return None
