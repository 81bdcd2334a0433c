"""Calibration: figures computed by hand on a few reads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.evaluate.calibration import brier, coverage_at, coverage_held_out, ece, reliability

READS = st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=60)


def test_the_error_is_the_mean_gap_of_equal_bins() -> None:
    # Two bins of two: mean 0.3 with none right, mean 0.85 with one right: (0.3 + 0.35) / 2.
    assert ece([0.2, 0.9, 0.4, 0.8], [0, 1, 0, 0], bins=2) == pytest.approx(0.325)


def test_a_reader_right_as_often_as_it_says_has_no_error() -> None:
    assert ece([0.75] * 4, [1, 1, 1, 0], bins=2) == pytest.approx(0)
    assert ece([1.0] * 3, [1, 1, 1]) == 0
    assert ece([], []) == 0


def test_one_bin_a_read_is_the_mean_distance() -> None:
    assert ece([0.9, 0.6], [1, 0], bins=10) == pytest.approx((0.1 + 0.6) / 2)


def test_brier_is_the_mean_square() -> None:
    assert brier([0.9, 0.6], [1, 0]) == pytest.approx((0.01 + 0.36) / 2)
    assert brier([1, 0], [1, 0]) == 0


def test_bins_have_equal_mass_and_state_range_mean_and_share() -> None:
    low, high = reliability([0.9, 0.1, 0.5, 1.0], [True, False, True, True], bins=2)
    assert (low.reads, low.lowest, low.highest, low.confidence, low.correct) == (2, 0.1, 0.5, pytest.approx(0.3), 0.5)
    assert (high.reads, high.lowest, high.highest, high.correct) == (2, 0.9, 1.0, 1.0)
    assert 0 < low.interval.low < 0.5 < low.interval.high < 1


def test_reads_of_one_confidence_share_their_outcomes_whatever_their_order() -> None:
    assert ece([0.5] * 4, [1, 1, 0, 0], bins=2) == ece([0.5] * 4, [0, 1, 0, 1], bins=2) == pytest.approx(0)


@settings(deadline=None)  # a busy machine is no fault
@given(READS, st.randoms(use_true_random=False), st.integers(1, 20))
def test_no_figure_depends_on_the_order_of_the_reads(reads: list[tuple[int, bool]], random: object, bins: int) -> None:
    mixed = reads[:]
    random.shuffle(mixed)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    first, second = ([[c / 100 for c, _ in one], [r for _, r in one]] for one in (reads, mixed))
    assert ece(*first, bins) == pytest.approx(ece(*second, bins))
    assert coverage_at(*first, 0.9) == coverage_at(*second, 0.9)


@settings(deadline=None)  # a busy machine is no fault
@given(READS, st.integers(1, 20))
def test_bins_hold_every_read_and_differ_by_at_most_one(reads: list[tuple[int, bool]], bins: int) -> None:
    sizes = [one.reads for one in reliability([c / 100 for c, _ in reads], [r for _, r in reads], bins)]
    assert sum(sizes) == len(reads)
    assert max(sizes) - min(sizes) <= 1


def test_coverage_goes_down_to_the_last_threshold_that_keeps_the_precision() -> None:
    # From the surest: right, right, wrong, right, right; 4 of 5 is 0.8, 2 of 3 is not.
    sure, right = [0.99, 0.95, 0.90, 0.85, 0.80], [1, 1, 0, 1, 1]
    got = coverage_at(sure, right, 0.8)
    assert (got.threshold, got.accepted, got.wrong, got.share, got.precision) == (0.80, 5, 1, 1.0, 0.8)
    strict = coverage_at(sure, right, 1.0, of=10)
    assert (strict.threshold, strict.accepted, strict.wrong, strict.share) == (0.95, 2, 0, 0.2)
    # Wilson, two of two: 1 / (1 + 1.96² / 2).
    assert strict.precision_low == pytest.approx(2 / (2 + 1.959964**2), abs=1e-6)


def test_reads_of_one_confidence_are_accepted_together_or_not_at_all() -> None:
    got = coverage_at([0.9, 0.9, 0.8], [1, 0, 1], 0.9)
    assert (got.threshold, got.accepted, got.share, got.precision) == (None, 0, 0.0, None)


def test_nothing_read_covers_nothing() -> None:
    got = coverage_at([], [], 0.999, of=7)
    assert (got.threshold, got.accepted, got.of, got.share) == (None, 0, 7, 0.0)


def test_a_threshold_tuned_to_the_reads_shows_when_it_is_held_out() -> None:
    # Confidence says nothing here: the best of many thresholds is luck.
    rng = np.random.default_rng(3)
    sure, right = rng.uniform(size=60), rng.uniform(size=60) < 0.8
    tuned, held = coverage_at(sure, right, 0.9), coverage_held_out(sure, right, 0.9)
    assert tuned.precision is not None
    assert tuned.precision >= 0.9
    assert held is not None
    assert held.precision is not None
    assert held.precision < 0.9
    assert held.kept < 1


def test_a_perfect_reader_keeps_its_precision_on_the_other_half() -> None:
    held = coverage_held_out([0.9] * 10, [1] * 10, 0.999)
    assert held is not None
    assert (held.share, held.precision, held.kept) == (1.0, 1.0, 1.0)
    assert coverage_held_out([0.9], [1], 0.999) is None


@pytest.mark.parametrize(
    ("sure", "right"),
    [([0.5], [1, 0]), ([1.5], [1]), ([-0.1], [0]), ([float("nan")], [0]), ([0.5], [2]), ([[0.5]], [[1]])],
)
def test_what_is_no_confidence_or_no_outcome_is_refused(sure: list[float], right: list[int]) -> None:
    for figure in (ece, brier, reliability):
        with pytest.raises(ValueError, match="confidence"):
            figure(sure, right)
    with pytest.raises(ValueError, match="confidence"):
        coverage_at(sure, right, 0.9)


def test_a_demand_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="precision"):
        coverage_at([0.5], [1], 1.1)
    with pytest.raises(ValueError, match="precision"):
        coverage_at([0.5, 0.6], [1, 1], 0.9, of=1)
    with pytest.raises(ValueError, match="bin"):
        ece([0.5], [1], bins=0)
