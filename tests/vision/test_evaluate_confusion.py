"""Characters against characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.evaluate.confusion import Confused, align, confusions, distance

TEXTS = st.text("AB01", max_size=7)


@pytest.mark.parametrize(
    ("truth", "read", "pairs"),
    [
        ("AB1", "A81", [("A", "A"), ("B", "8"), ("1", "1")]),
        ("AB1", "A1", [("A", "A"), ("B", ""), ("1", "1")]),
        ("AB1", "AXB1", [("A", "A"), ("", "X"), ("B", "B"), ("1", "1")]),
        ("AB", "", [("A", ""), ("B", "")]),
        ("", "A", [("", "A")]),
        ("", "", []),
    ],
)
def test_characters_are_aligned(truth: str, read: str, pairs: list[tuple[str, str]]) -> None:
    assert list(align(truth, read)) == pairs


def test_the_distance_is_levenshteins() -> None:
    assert distance("KITTEN", "SITTING") == 3
    assert distance("489AAC02", "489AAC02") == 0
    assert distance("489AAC02", "") == 8


@settings(deadline=None)  # a busy machine is no fault
@given(TEXTS, TEXTS)
def test_an_alignment_spells_both_texts_and_costs_the_distance(truth: str, read: str) -> None:
    pairs = align(truth, read)
    assert "".join(a for a, _ in pairs) == truth
    assert "".join(b for _, b in pairs) == read
    assert sum(a != b for a, b in pairs) == distance(truth, read) == distance(read, truth)


def test_the_table_counts_what_is_read_as_what_commonest_first() -> None:
    table = confusions([("O1", "01"), ("O0", "00"), ("1", "1")])
    assert table == (Confused("1", "1", 2), Confused("O", "0", 2), Confused("0", "0", 1))
