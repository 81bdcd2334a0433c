"""Bounds of shares and of paired differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.evaluate.intervals import half_splits, paired_bootstrap, wilson


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Agresti and Coull's example for 8 of 10 at 1.96: 0.490 to 0.943.
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)


def test_nothing_tried_says_nothing() -> None:
    assert wilson(0, 0) == (0, 1)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(1, 500), st.data())
def test_a_share_lies_within_its_interval(of: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, of))
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1


def test_files_answered_alike_do_not_differ() -> None:
    got = paired_bootstrap([1, 0, 1], [1, 0, 1], resamples=100)
    assert (got.points, got.low, got.high, got.files) == (0, 0, 0, 3)


def test_the_bounds_are_those_of_the_paired_difference_not_of_two_shares() -> None:
    # 100 files, both right on 50; ours alone on 10, theirs on none: difference 10 points, standard error
    # sqrt(0.1 × 0.9 / 100) = 3 points. Unpaired it would be 7.
    ours, theirs = np.zeros(100), np.zeros(100)
    ours[:60] = theirs[:50] = 1
    got = paired_bootstrap(ours, theirs)
    assert got.points == 10
    assert (got.low, got.high) == pytest.approx((10 - 1.96 * 3, 10 + 1.96 * 3), abs=1.2)


def test_the_same_files_give_the_same_bounds_in_whatever_order() -> None:
    ours, theirs = [1, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1]
    assert paired_bootstrap(ours, theirs) == paired_bootstrap(ours, theirs)
    assert paired_bootstrap(ours, theirs) == paired_bootstrap(ours[::-1], theirs[::-1])


def test_a_resample_of_two_files_has_either_twice_in_half_of_the_draws() -> None:
    got = paired_bootstrap([1, 0], [0, 0])
    assert (got.points, got.low, got.high) == (50, 0, 100)


@pytest.mark.parametrize(("ours", "theirs"), [([], []), ([1], [1, 0])])
def test_answers_that_are_no_pairs_are_refused(ours: list[int], theirs: list[int]) -> None:
    with pytest.raises(ValueError, match="one of each"):
        paired_bootstrap(ours, theirs)


def test_halves_of_equal_answers_agree() -> None:
    spread = half_splits([1, 1, 1, 1])
    assert spread is not None
    assert (spread.mean, spread.low, spread.high, spread.gap_95) == (1, 1, 1, 0)


def test_halves_of_two_files_are_one_file_each() -> None:
    spread = half_splits([1, 0])
    assert spread is not None
    assert (spread.mean, spread.low, spread.high, spread.gap_median, spread.gap_95) == (0.5, 0, 1, 1, 1)


def test_halves_spread_as_halves_of_a_finite_set_do() -> None:
    # Half of 200 without replacement, share 0.8: standard error sqrt(0.16 / 100 × 100 / 199) = 2.8 points.
    spread = half_splits([1] * 160 + [0] * 40)
    assert spread is not None
    assert (spread.low, spread.high) == pytest.approx((0.8 - 1.96 * 0.0284, 0.8 + 1.96 * 0.0284), abs=0.012)


def test_one_file_has_no_halves() -> None:
    assert half_splits([1]) is None
