"""The breaker: when it leaves a system alone, and when it tries again."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from integrations.breaker import Breaker


class Hands:
    """A clock moved by hand, in seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def opened(hands: Hands) -> Breaker:
    breaker = Breaker(failures=3, rest_s=5.0, now=hands)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_it_opens_at_the_failure_the_limit_names_and_not_before():
    breaker = Breaker(failures=2, rest_s=5.0, now=Hands())
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    assert breaker.open


def test_a_success_in_between_starts_the_count_anew():
    breaker = Breaker(failures=2, rest_s=5.0, now=Hands())
    for _ in range(10):
        breaker.failed()
        breaker.succeeded()
    assert breaker.admits()


def test_after_the_rest_one_probe_goes_and_the_others_still_wait():
    hands = Hands()
    breaker = opened(hands)
    hands.at = 4.9
    assert not breaker.admits()
    hands.at = 5.0
    assert breaker.admits()
    assert not breaker.admits()


def test_a_probe_that_succeeds_closes_it():
    hands = Hands()
    breaker = opened(hands)
    hands.at = 5.0
    assert breaker.admits()
    breaker.succeeded()
    assert breaker.admits()
    assert not breaker.open


def test_a_probe_that_fails_or_is_lost_costs_one_more_rest():
    hands = Hands()
    breaker = opened(hands)
    for probe in range(1, 4):
        hands.at = probe * 5.0
        assert breaker.admits()
        if probe % 2:
            breaker.failed()
        assert not breaker.admits()


def test_failures_of_questions_under_way_when_it_opened_do_not_lengthen_the_rest():
    hands = Hands()
    breaker = opened(hands)
    hands.at = 4.0
    breaker.failed()
    hands.at = 5.0
    assert breaker.admits()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=60))
def test_a_dead_system_is_tried_at_most_once_a_rest_after_it_opened(steps):
    hands = Hands()
    breaker = opened(hands)
    tried = [0.0]
    for fails, pause in steps:
        hands.at += pause
        if breaker.admits():
            tried.append(hands.at)
            if fails:
                breaker.failed()
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(tried))
