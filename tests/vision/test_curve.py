"""What evidence is worth: a rising function that claims no more than its reads allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from vision.curve import CERTAIN_BP, Knot, checked, fit, worth

READS = st.lists(st.tuples(st.floats(0, 16), st.booleans()), min_size=1, max_size=80)


@given(READS)
def test_more_evidence_never_counts_for_less(reads: list[tuple[float, bool]]) -> None:
    knots = fit(reads)
    worths = [worth(knots, nats / 4) for nats in range(70)]
    assert worths == sorted(worths)
    assert checked(knots) == knots


@given(READS)
def test_every_read_is_in_one_knot(reads: list[tuple[float, bool]]) -> None:
    knots = fit(reads)
    assert sum(knot.reads for knot in knots) == len(reads)
    assert sum(knot.right for knot in knots) == sum(right for _, right in reads)


def test_few_reads_claim_little_and_none_claims_certainty() -> None:
    assert worth(fit([(5.0, True)] * 8), 5.0) == 9_000
    assert worth(fit([(5.0, True)] * 100_000), 5.0) == CERTAIN_BP


def test_wrong_reads_above_right_ones_are_pooled_with_them() -> None:
    (knot,) = fit([(1.0, True), (1.0, True), (2.0, False)])
    assert (knot.right, knot.reads) == (2, 3)


def test_between_two_knots_doubt_falls_by_its_logarithm_and_beyond_them_not_at_all() -> None:
    knots = (Knot(nats=2.0, right=89, reads=98), Knot(nats=6.0, right=998, reads=998))
    assert [worth(knots, nats) for nats in (0.0, 2.0, 4.0, 6.0, 9.0)] == [9_000, 9_000, 9_900, 9_990, 9_990]


def test_a_pool_s_knot_stands_where_its_reads_are_in_the_mean() -> None:
    (knot,) = fit([(1.0, True), (1.0, True), (1.0, True), (5.0, False)])
    assert knot == Knot(nats=2.0, right=3, reads=4)


def test_knots_that_fall_are_refused() -> None:
    falling = (Knot(nats=0, right=9, reads=10), Knot(nats=1, right=1, reads=10))
    with pytest.raises(Invalid, match="calibration-malformed"):
        checked(falling)


def test_no_reads_are_no_calibration() -> None:
    with pytest.raises(ValueError, match="no reads"):
        fit([])
