"""Of two readers' texts the surer is taken, and disputed."""

import pytest

from adjudication.facts import Box, PlateReading
from vision.fusion import BP, DISPUTED
from vision.ports import Look, SecondRead, Seen, Target
from vision.twice import Twice, surer

BOX = Box(x=10, y=20, width=100, height=22)


def first(text: str, confidence_bp: int) -> PlateReading:
    return PlateReading(
        text=text,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=confidence_bp,
        characters_bp=(confidence_bp,) * len(text),
        box=BOX,
        picture=0,
        source="vision",
    )


def test_two_who_agree_say_one_text() -> None:
    plate = surer(first("489AAC02", 9_000), SecondRead("489AAC02", 9_000), BOX, None)
    assert plate is not None
    assert (plate.text, plate.second, plate.first_confidence_bp) == ("489AAC02", "489AAC02", 9_000)


@pytest.mark.parametrize(("ours", "theirs", "text"), [(8_000, 7_000, "489AAC02"), (6_000, 7_000, "489AAG02")])
def test_of_two_texts_the_surer_is_taken_and_disputed(ours: int, theirs: int, text: str) -> None:
    plate = surer(first("489AAC02", ours), SecondRead("489AAG02", theirs), BOX, None)
    assert plate is not None
    assert plate.text == text
    assert {plate.text, plate.second} == {"489AAC02", "489AAG02"}
    assert plate.confidence_bp <= DISPUTED * BP


def test_what_only_the_second_reads_is_its_reading_and_disputed() -> None:
    plate = surer(None, SecondRead("489AAG02", 9_900), BOX, None)
    assert plate is not None
    assert (plate.text, plate.second, plate.box) == ("489AAG02", "", BOX)
    assert plate.confidence_bp == DISPUTED * BP


def test_where_the_second_reads_nothing_the_first_stands() -> None:
    plate = surer(first("489AAC02", 8_000), SecondRead(), BOX, None)
    assert plate is not None
    assert (plate.text, plate.confidence_bp, plate.second) == ("489AAC02", 8_000, "")
    assert surer(None, SecondRead(), BOX, None) is None


class _Eyes:
    reader = "one"

    def read_many(self, looks: list[Look]) -> list[Seen]:
        vehicle_alone = Target(None, None, None)
        return [Seen((Target(None, first("489AAC02", 6_000), BOX), vehicle_alone)) for _ in looks]


class _Second:
    reader = "two"

    def read(self, asked: list[tuple[bytes, Box]]) -> list[SecondRead]:
        assert all(box == BOX for _, box in asked)
        return [SecondRead("489AAG02", 9_000) for _ in asked]


def test_every_plate_with_a_place_is_read_twice_and_differing_reads_are_named() -> None:
    twice = Twice(_Eyes(), _Second())
    (seen,) = twice.read_many([Look(b"")])
    assert twice.reader == "one+two"
    assert [target.plate.text if target.plate else None for target in seen.targets] == ["489AAG02", None]
    assert seen.targets[0].flags == ("reads_disagree",)
