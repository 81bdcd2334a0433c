"""What a recogniser of any text says, as what it means on a plate."""

import numpy as np
import pytest

from vision.ctc import ALPHABET, BLANK
from vision.plate_ocr import Folding

NAMES = ["O", "Q", "q", "口", "§"]


def folded(**shares: float) -> dict[str, float]:
    """What is left of one column of shares, by character; of the rest the recogniser says blank."""
    column = np.array([[1 - sum(shares.values()), *(shares.get(name, 0.0) for name in NAMES), 0.0]], np.float32)
    (row,) = Folding(NAMES)(column)
    assert row.sum() == pytest.approx(1)
    return {"": float(row[BLANK]), **{name: float(row[ALPHABET.index(name)]) for name in "OQ0"}}


def test_what_is_drawn_alike_is_one_character_and_what_no_plate_bears_is_blank() -> None:
    assert folded(口=0.9)["0"] == pytest.approx(0.9, abs=1e-6)
    assert folded(**{"§": 0.9})[""] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("seen", "meant"), [(0.0, "O"), (0.003, "O"), (0.05, "Q"), (0.6, "Q")])
def test_a_letter_that_texts_seldom_have_is_not_doubted_for_that(seen: float, meant: str) -> None:
    """Both ways of writing it count, and a trace of it on an O is none."""
    shares = folded(O=0.95 - seen, Q=seen / 2, q=seen / 2)
    assert max("OQ", key=shares.__getitem__) == meant
