"""What operations see of the casebook: how much stands where, and whether anything stands still."""

from collections.abc import Mapping
from dataclasses import dataclass

from adjudication.messages import DeadlineCode
from adjudication.units import MICROS_PER_SECOND, Micros
from integrations.casebook.casebook import Casebook

DAY_US = 86_400 * MICROS_PER_SECOND
"""What ends within a day can still be saved by people who work days; what ends sooner hardly."""

WEEK_US = 7 * DAY_US


@dataclass(frozen=True, slots=True)
class Counts:
    """One look. `ending`: terms that end within a day, by code. `controls`: decisions of the last seven days whose act
    a control of formation found wrong, by its code.

    `next_due_us` and `most_urgent_us` are None where nothing is due or in review.
    """

    cases: Mapping[str, int]
    in_review: int
    most_urgent_us: Micros | None
    waiting: int
    referred: int
    outbox: int
    overdue: int
    ending: Mapping[DeadlineCode, int]
    next_due_us: Micros | None
    controls: Mapping[str, int]
    acts: int
    signed_acts: int


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
            ending=casebook.deadlines.ending(now_us, now_us + DAY_US),
            next_due_us=casebook.deadlines.next_us(),
            controls=casebook.controls.counts(now_us - WEEK_US),
            acts=casebook.log.size(),
            signed_acts=casebook.log.signed_size(),
        )
