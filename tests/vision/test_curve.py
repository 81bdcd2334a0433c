"""What evidence is worth: a rising function that claims no more than its reads allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from vision.curve import CERTAIN_BP, Step, checked, fit, worth

READS = st.lists(st.tuples(st.floats(0, 16), st.booleans()), min_size=1, max_size=80)


@given(READS)
def test_more_evidence_never_counts_for_less(reads: list[tuple[float, bool]]) -> None:
    steps = fit(reads)
    worths = [worth(steps, nats / 4) for nats in range(70)]
    assert worths == sorted(worths)
    assert checked(steps) == steps


@given(READS)
def test_every_read_is_in_one_step(reads: list[tuple[float, bool]]) -> None:
    steps = fit(reads)
    assert sum(step.reads for step in steps) == len(reads)
    assert sum(step.right for step in steps) == sum(right for _, right in reads)


def test_few_reads_claim_little_and_none_claims_certainty() -> None:
    assert worth(fit([(5.0, True)] * 8), 5.0) == 9_000
    assert worth(fit([(5.0, True)] * 100_000), 5.0) == CERTAIN_BP


def test_wrong_reads_above_right_ones_are_pooled_with_them() -> None:
    (step,) = fit([(1.0, True), (1.0, True), (2.0, False)])
    assert (step.right, step.reads) == (2, 3)


def test_steps_that_fall_are_refused() -> None:
    falling = (Step(from_nats=0, right=9, reads=10), Step(from_nats=1, right=1, reads=10))
    with pytest.raises(Invalid, match="calibration-malformed"):
        checked(falling)


def test_no_reads_are_no_calibration() -> None:
    with pytest.raises(ValueError, match="no reads"):
        fit([])
