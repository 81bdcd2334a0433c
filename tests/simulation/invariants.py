"""What must be true of everything stored once a day is over, whatever broke in it. Each is a function and a sentence.

An invariant gives the ids that offend it; none means that it holds. Of the road: `road_invariants.py`; of cases, acts
and people: `case_invariants.py`.
"""

from collections.abc import Callable

from tests.simulation.case_invariants import (
    acts_have_their_evidence,
    each_decision_is_in_the_casebook,
    each_release_goes_on_once,
    histories_follow_the_law,
    log_is_the_acts_in_order,
    no_case_has_two_acts,
    no_case_is_forgotten,
    nobody_is_fined_twice_for_one_act,
    notices_are_of_acts_that_stand,
    numbers_have_no_gap,
    payments_count_once,
)
from tests.simulation.remains import Offenders, Remains
from tests.simulation.road_invariants import (
    accepted_events_are_accounted_for,
    drives_are_paired_once,
    each_cause_has_one_id,
    each_id_has_one_content,
    everything_comes_to_rest,
    no_process_fails_by_itself,
    nothing_is_laid_aside,
    offsets_agree_with_outputs,
    outbox_is_published_once,
    register_equals_a_replay,
    topics_hold_what_was_committed,
)

Invariant = Callable[[Remains], Offenders]

INVARIANTS: tuple[Invariant, ...] = (
    everything_comes_to_rest,
    no_process_fails_by_itself,
    nothing_is_laid_aside,
    accepted_events_are_accounted_for,
    drives_are_paired_once,
    each_id_has_one_content,
    each_cause_has_one_id,
    topics_hold_what_was_committed,
    offsets_agree_with_outputs,
    register_equals_a_replay,
    outbox_is_published_once,
    each_decision_is_in_the_casebook,
    no_case_is_forgotten,
    histories_follow_the_law,
    no_case_has_two_acts,
    nobody_is_fined_twice_for_one_act,
    each_release_goes_on_once,
    numbers_have_no_gap,
    acts_have_their_evidence,
    log_is_the_acts_in_order,
    notices_are_of_acts_that_stand,
    payments_count_once,
)


def offences(r: Remains) -> dict[str, list[str]]:
    """Which invariants do not hold, and the ids that say so, in order."""
    found = {invariant.__name__: sorted(invariant(r)) for invariant in INVARIANTS}
    return {name: offenders for name, offenders in found.items() if offenders}
