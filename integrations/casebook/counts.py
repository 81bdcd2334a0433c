"""What operations see of the casebook: how much stands where, and whether anything stands still."""

from collections.abc import Mapping
from dataclasses import dataclass

from adjudication.units import Micros
from integrations.casebook.casebook import Casebook


@dataclass(frozen=True, slots=True)
class Counts:
    """One look. `next_due_us` and `most_urgent_us` are None where nothing is due or in review."""

    cases: Mapping[str, int]
    in_review: int
    most_urgent_us: Micros | None
    waiting: int
    referred: int
    outbox: int
    overdue: int
    next_due_us: Micros | None
    acts: int


def ops_counts(casebook: Casebook, now_us: Micros) -> Counts:
    """All of one instant. POST_PENDING and UNDELIVERED in `cases` are what people have to send by post."""
    with casebook.view():
        urgent = casebook.reviews.open(now_us, limit=1)
        return Counts(
            cases=casebook.cases.by_state(),
            in_review=casebook.reviews.count(),
            most_urgent_us=urgent[0].due_us if urgent else None,
            waiting=casebook.waits.count(),
            referred=casebook.referrals.count(),
            outbox=casebook.outbox.waiting(),
            overdue=casebook.deadlines.overdue(now_us),
            next_due_us=casebook.deadlines.next_us(),
            acts=casebook.log.size(),
        )
