"""Several pictures of one passage vote; who objects is named, not outvoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication.facts import PlateReading
from vision.voting import OBJECTION_BP, voted


def read(text: str, confidence_bp: int, picture: int = 0) -> PlateReading:
    return PlateReading(
        text=text,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=confidence_bp,
        characters_bp=(confidence_bp,) * len(text),
        box=None,
        picture=picture,
        source="vision",
    )


def test_one_picture_is_its_own_vote() -> None:
    assert voted([read("489AAC02", 7_000)]) == (read("489AAC02", 7_000), False)


def test_pictures_that_agree_are_surer_than_each() -> None:
    chosen, objects = voted([read("489AAC02", 9_000), read("489AAC02", 8_000, 1)])
    assert chosen.confidence_bp == pytest.approx(10_000 * (1 - 0.1 * 0.2**0.5), abs=1)
    assert (chosen.picture, objects) == (0, False)


def test_two_against_one_win_but_the_objection_is_named() -> None:
    reads = [read("489AAC02", 8_000), read("489AAC02", 7_000, 1), read("489AAG02", 8_500, 2)]
    chosen, objects = voted(reads)
    assert (chosen.text, objects) == ("489AAC02", True)
    assert chosen.confidence_bp == 8_000, "an objection leaves the surest as sure as it was"


def test_a_picture_that_can_hardly_be_read_is_no_objection() -> None:
    chosen, objects = voted([read("489AAC02", 9_900), read("480AAC02", OBJECTION_BP - 1, 1)])
    assert (chosen.text, objects) == ("489AAC02", False)


@given(st.lists(st.tuples(st.sampled_from(("489AAC02", "489AAG02", "480AAC02")), st.integers(0, 9_999)), min_size=1))
def test_a_vote_is_a_reading_of_some_picture_and_its_order_does_not_matter(votes: list[tuple[str, int]]) -> None:
    reads = [read(text, bp, picture) for picture, (text, bp) in enumerate(votes)]
    chosen, objects = voted(reads)
    assert (chosen.text, chosen.picture) in {(one.text, one.picture) for one in reads}
    again, objected = voted(reads[::-1])
    assert (again.text, again.confidence_bp, objected) == (chosen.text, chosen.confidence_bp, objects)
