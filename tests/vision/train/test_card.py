"""The card says what was measured, and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from integrations.lawfiles import load_policy
from vision.agreement import Agreement
from vision.curve import Knot
from vision.first import WEIGHTS, Confidence
from vision.train import judge, pairs
from vision.train.card import POLICY_BP, Evidence, card
from vision.train.judge import CALIBRATION, Verdict
from vision.train.pairs import Pair, asked, fitted

RIGHT = Verdict(
    number=0,
    format_id="KZ2012-P",
    rows=1,
    text="489AAC02",
    read="489AAC02",
    nats=9.0,
    legible=True,
    cap_px=20.0,
    blur_px=0.4,
    contrast=120.0,
    noise=2.0,
    covered=0.0,
    yaw_deg=3.0,
    kinds="dirt",
)
WRONG = replace(RIGHT, number=1, read="489AAG02", nats=2.0)
UNSEEN = replace(RIGHT, number=2, read="", nats=0.0, legible=False, rows=2)
WORTH = Confidence(
    reader="abc",
    fitted_on="8 plates",
    knots=(Knot(nats=0, right=1, reads=2), Knot(nats=8, right=99_998, reads=99_998)),
)
PAIRS = (
    Pair(0, "489AAC02", "489AAC02", 9_999, "489AAC02", 9_000),
    Pair(1, "489AAC02", "489AAG02", 5_000, "489AAG02", 8_000),
)


BOTH = Agreement(
    first="abc",
    second="other",
    fitted_on="2 plates",
    knots=(Knot(nats=0, right=1, reads=2), Knot(nats=11, right=9_998, reads=9_998)),
)


@pytest.fixture(scope="module")
def text() -> str:
    verdicts = [RIGHT, WRONG, UNSEEN]
    return card(WEIGHTS, Evidence(7, WORTH, verdicts, [RIGHT], PAIRS[:1], PAIRS, BOTH))


def test_shares_are_of_legible_plates_with_their_interval(text: str) -> None:
    assert "| legible plates read to the letter | 50.00% of 2 (9.45%–90.55%) |" in text
    assert "| all plates, the illegible too | 33.33% of 3" in text


def test_accepted_reads_are_counted_with_the_wrong_among_them(text: str) -> None:
    assert "| accepted by the first alone at 99.99% | 1, 33.3%; 0 wrong |" in text


def test_what_both_readers_get_wrong_is_named(text: str) -> None:
    assert "| 99.99% or more | 0 | 0 | 100.00% of 1 sampled |" in text
    assert "| 0.00% or more | 1 | 1 |" in text
    assert "489AAC02 read 489AAG02 (50.00%)" in text


def test_what_both_claim_together_is_counted_at_the_policys_bound_and_others(text: str) -> None:
    assert "calibrated on 2 plates.\nPolicy asks for" in text
    assert "| 99.99% or more | 0, 0.0% | 0 |" in text
    assert f"| {POLICY_BP / 10_000:.2%} or more | 3, 100.0% | 0 |" in text


def test_the_surest_84_in_100_are_counted_with_the_wrong_among_them(text: str) -> None:
    assert "| wrong among the surest 3, 84% | 2 |" in text


def test_the_bound_is_the_policys() -> None:
    assert load_policy().edition[-1].plate_confidence_bp == POLICY_BP


def test_it_says_how_it_was_made_and_what_it_is_not(text: str) -> None:
    assert "7 steps" in text
    assert "No photograph of a Kazakhstan plate was to be had" in text


def test_verdicts_and_pairs_come_back_as_they_were_saved(tmp_path: Path) -> None:
    judge.save([RIGHT, UNSEEN], tmp_path / "verdicts.csv")
    assert judge.load(tmp_path / "verdicts.csv") == [RIGHT, UNSEEN]
    pairs.save(PAIRS, tmp_path / "pairs.csv")
    assert tuple(pairs.load(tmp_path / "pairs.csv")) == PAIRS


def test_two_readers_are_calibrated_on_what_they_agree_on() -> None:
    both = fitted(PAIRS, 1.0, WORTH, "other", CALIBRATION)
    assert (both.first, both.second) == ("abc", "other")
    assert sum(knot.reads for knot in both.knots) == 2
    assert sum(knot.right for knot in both.knots) == 1


def test_a_right_read_of_a_sample_stands_for_its_likes_and_a_wrong_one_for_itself() -> None:
    both = fitted(PAIRS, 0.05, WORTH, "other", CALIBRATION)
    assert sum(knot.reads for knot in both.knots) == 21
    assert sum(knot.right for knot in both.knots) == 20


def test_every_wrong_read_is_asked_about_and_a_sample_of_the_others() -> None:
    plates = [replace(RIGHT, number=n) for n in range(5)] + [replace(WRONG, number=5), replace(UNSEEN, number=6)]
    assert [each.number for each in asked(plates, 2)] == [0, 1, 5]
