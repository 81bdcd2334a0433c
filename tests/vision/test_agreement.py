"""Two readers of one plate: how sure they are together, by formula and by a calibration fitted to labelled plates."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.errors import Invalid
from adjudication.facts import PlateReading
from vision import first
from vision.agreement import Agreement, fit, shipped
from vision.curve import CERTAIN_BP, Knot
from vision.fusion import BP, DISPUTED, agree
from vision.models import WEIGHTS
from vision.ports import SecondRead
from vision.second import REVISION

SURE = st.integers(0, BP)


def reading(confidence_bp: int = 9_500) -> PlateReading:
    return PlateReading(
        text="489AAC02",
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=confidence_bp,
        characters_bp=(confidence_bp,) * 8,
        box=None,
        picture=0,
        source="vision",
    )


def fitted(reads: list[tuple[int, bool]]) -> Agreement:
    return fit(reads, first="one", second="other", fitted_on="made up")


def test_one_text_is_as_sure_as_the_first_where_nothing_was_calibrated_and_what_each_claimed_is_kept() -> None:
    together = agree(reading(9_500), SecondRead("489AAC02", 9_000))
    assert together.confidence_bp == 9_500
    assert (together.first_confidence_bp, together.second, together.second_confidence_bp) == (9_500, "489AAC02", 9_000)


@given(SURE, SURE)
def test_two_texts_claim_at_most_one_half(first_bp: int, second_bp: int) -> None:
    together = agree(reading(first_bp), SecondRead("489AAG02", second_bp))
    assert (together.text, together.second) == ("489AAC02", "489AAG02")
    assert together.confidence_bp <= min(first_bp, DISPUTED * BP)


def test_a_second_reader_who_reads_nothing_adds_nothing() -> None:
    together = agree(reading(), SecondRead(flags=("corrupt",)))
    assert (together.confidence_bp, together.second) == (9_500, "")


def test_where_there_is_a_calibration_it_alone_says_how_sure_agreement_is() -> None:
    calibration = Agreement(
        first="one",
        second="other",
        fitted_on="made up",
        knots=(Knot(nats=1.0, right=50, reads=98), Knot(nats=4.0, right=998, reads=998)),
    )
    weak, strong = SecondRead("489AAC02", 1_000), SecondRead("489AAC02", 9_900)
    assert agree(reading(5_000), weak, calibration).confidence_bp == 5_100
    assert agree(reading(100), strong, calibration).confidence_bp == 5_100
    assert agree(reading(9_900), weak, calibration).confidence_bp == 9_990
    assert agree(reading(9_900), SecondRead("489AAG02", 9_900), calibration).confidence_bp == 5_000
    assert agree(reading(9_900), SecondRead(), calibration).confidence_bp == 9_900


@given(st.lists(st.tuples(SURE, st.booleans()), min_size=1, max_size=60), SURE, SURE)
def test_more_evidence_never_counts_for_less_however_it_was_fitted(
    reads: list[tuple[int, bool]], one: int, other: int
) -> None:
    calibration = fitted(reads)
    less, more = (calibration.confidence_bp(bp) for bp in sorted((one, other)))
    assert less <= more <= CERTAIN_BP
    assert sum(knot.reads for knot in calibration.knots) == len(reads)
    assert Agreement.parse(_bytes(calibration)) == calibration


def test_a_fit_finds_how_often_reads_were_right() -> None:
    rng = np.random.default_rng(3)
    reads = [(bp, bool(rng.random() < truth)) for bp, truth in ((5_000, 0.5), (9_000, 0.9)) for _ in range(4_000)]
    reads += [(CERTAIN_BP, True)] * 20_000
    calibration = fitted(reads)
    found = [calibration.confidence_bp(bp) for bp in (5_000, 9_000, CERTAIN_BP)]
    assert found == pytest.approx([5_000, 9_000, CERTAIN_BP], abs=200)


def test_a_few_reads_that_were_all_right_do_not_make_certainty() -> None:
    assert fitted([(9_900, True)] * 8).confidence_bp(9_999) == 9_000


@pytest.mark.parametrize(
    "broken",
    [
        b"{}",
        b'{"first":"a","second":"b","fitted_on":"c","knots":[]}',
        b'{"first":"a","second":"b","fitted_on":"c","knots":[{"nats":2,"right":9,"reads":9},'
        b'{"nats":3,"right":1,"reads":9}]}',
        b'{"first":"a","second":"b","fitted_on":"c","knots":[{"nats":2,"right":1,"reads":9},'
        b'{"nats":2,"right":9,"reads":9}]}',
    ],
)
def test_a_calibration_that_does_not_rise_is_refused(broken: bytes) -> None:
    with pytest.raises(Invalid, match="calibration-malformed"):
        Agreement.parse(broken)


def test_nothing_to_fit_to_is_an_error() -> None:
    with pytest.raises(ValueError, match="no reads"):
        fitted([])


def test_what_ships_belongs_to_the_readers_that_ship_and_to_no_other() -> None:
    digest = next(one.sha256 for one in WEIGHTS if one.role == "text")
    ours = shipped(f"pp-ocrv6-{digest[:12]}-r{REVISION}")
    assert ours is not None
    assert ours.first == first.shipped().reader
    assert shipped(f"{ours.second}-tensorrt16") is None
    assert shipped("paddleocr-0123456789ab-r3") is None


def _bytes(calibration: Agreement) -> bytes:
    return msgspec.json.encode(calibration)
