"""Two views of one plate, one reading that says how sure it is."""

import numpy as np
import pytest

from vision.ctc import ALPHABET, BLANK, Emissions
from vision.fusion import CERTAIN, DISPUTED, View, fuse, read_view


def strip(text: str, share: float = 0.999) -> Emissions:
    """Emissions that spell `text`, each character with `share`."""
    rows = []
    for character in text:
        row = np.zeros(BLANK + 1)
        row[ALPHABET.index(character)], row[BLANK] = share, 1 - share
        blank = np.zeros(BLANK + 1)
        blank[BLANK] = 1
        rows += [row, blank]
    return np.array(rows)


def line(text: str, share: float = 0.999) -> View:
    view = read_view(strip(text, share), None, {})
    assert view is not None
    return view


def test_views_that_agree_are_surer_than_either() -> None:
    one, other = line("489AAC02", 0.97), line("489AAC02", 0.95)
    fused = fuse(one, other)
    assert fused is not None
    assert (fused.text, fused.second, fused.rows) == ("489AAC02", "489AAC02", 1)
    assert 0.97**8 < fused.certainty <= CERTAIN
    assert fused.characters == pytest.approx((0.97,) * 8)


def test_views_that_differ_may_claim_no_more_than_half() -> None:
    fused = fuse(line("489AAC02"), line("489AAH02"))
    assert fused is not None
    assert {fused.text, fused.second} == {"489AAC02", "489AAH02"}
    assert fused.certainty <= DISPUTED


def test_one_view_alone_is_never_sure() -> None:
    fused = fuse(line("489AAC02"), None)
    assert fused is not None
    assert (fused.second, fused.second_certainty) == ("", 0.0)
    assert fused.certainty <= DISPUTED


def test_nothing_read_is_no_reading() -> None:
    assert fuse(None, None) is None
    assert read_view(np.eye(BLANK + 1)[[BLANK] * 4], None, {}) is None


@pytest.mark.parametrize(
    ("upper", "lower", "plate"),
    [
        ("489", "02AAC", "489AAC02"),
        ("KZ489", "02AAC", "489AAC02"),
        ("389", "01BK", "389BK01"),
        ("12", "05AB", "12AB05"),
        ("BYM", "2078", "78BYM20"),
        ("BYM", "2O78", "78BYM20"),
    ],
)
def test_two_rows_are_read_with_the_region_last(upper: str, lower: str, plate: str) -> None:
    view = read_view(strip(upper + lower, 0.05), (strip(upper), strip(lower, 0.99)), {})
    fused = fuse(view, view)
    assert fused is not None
    assert (fused.text, fused.rows) == (plate, 2)
    assert len(fused.characters) == len(plate)
    assert min(fused.characters) == pytest.approx(0.99, abs=1e-6)
