"""Which sight is of which label, and the shares that follow."""

from pathlib import Path

import pytest

from adjudication.facts import Box, PlateReading
from vision.evaluate.matching import Picture, Sight, judge, sights
from vision.evaluate.scores import MOST_VALUES, by_condition, by_format, by_region, negatives, score
from vision.evaluate.truth import Labelled
from vision.ports import Seen, Target

HERE, AWAY = Box(x=10, y=10, width=100, height=20), Box(x=400, y=300, width=100, height=20)


def label(text: str, box: Box | None = HERE, region: str = "kz", *conditions: str) -> Labelled:
    return Labelled(2, region, Path("a.jpg"), box, text, conditions)


def picture(labels: list[Labelled], *seen: Sight, ms: float = 10) -> Picture:
    return judge(labels, seen, ms)


def test_a_plate_is_the_sight_that_lies_on_it_whatever_it_reads() -> None:
    (one,) = picture([label("489AAC02")], Sight("489AAC03", 0.9, HERE), Sight("489AAC01", 0.99, AWAY)).plates
    assert (one.read, one.found, one.exact) == ("489AAC03", True, False)


def test_each_of_two_plates_gets_its_own_sight() -> None:
    both = picture([label("489AAC02"), label("500AAA01", AWAY)], Sight("500AAA01", 0.8, AWAY), Sight("", 0, HERE))
    assert [(one.read, one.found, one.exact) for one in both.plates] == [("", True, False), ("500AAA01", True, True)]


def test_a_sight_serves_one_plate_only() -> None:
    both = picture([label("489AAC02", None), label("489AAC02", AWAY)], Sight("489AAC02", 0.9, AWAY))
    assert sorted(one.exact for one in both.plates) == [False, True]


def test_a_box_that_overlaps_too_little_is_not_found_though_its_text_is_read() -> None:
    beside = Box(x=70, y=10, width=100, height=20)  # 40 of 160 pixels wide: 0.25
    (one,) = picture([label("489AAC02")], Sight("489AAC02", 0.9, beside)).plates
    assert (one.found, one.exact) == (False, True)
    (other,) = picture([label("489AAC02")], Sight("489AAC03", 0.9, beside)).plates
    assert (other.found, other.read) == (False, "")


def test_a_plate_of_unknown_place_is_the_nearest_text_left() -> None:
    labels = [label("489AAC02"), label("500AAA01", None)]
    one = picture(labels, Sight("489AAC02", 0.9, HERE), Sight("777XYZ07", 0.99, AWAY), Sight("50OAAA01", 0.5, None))
    assert [plate.read for plate in one.plates] == ["489AAC02", "50OAAA01"]
    assert [sight.text for sight in one.beside] == ["777XYZ07"]


def test_the_first_read_is_the_surest_of_the_picture() -> None:
    right, other = Sight("489AAC02", 0.8, HERE), Sight("COOD123", 0.9, AWAY)
    assert picture([label("489AAC02")], right, Sight("COOD123", 0.7, AWAY)).first
    assert picture([label("489AAC02")], Sight("", 0.9, HERE), right).first
    assert not picture([label("489AAC02")], other, right).first


def test_what_was_offered_besides_is_among() -> None:
    (one,) = picture([label("489AAC02")], Sight("489AAC0Z", 0.8, HERE, ("489AAC02",))).plates
    assert (one.exact, one.among) == (False, True)


def test_shares_are_of_what_there_was_to_find_and_to_read() -> None:
    pictures = [
        picture([label("489AAC02")], Sight("489AAC02", 0.9, HERE), ms=10),
        picture([label("489AAC02")], Sight("489AAC03", 0.9, HERE), ms=30),
        picture([label("500AAA01"), label("", AWAY)], Sight("", 0, AWAY), ms=20),
    ]
    got = score(pictures)
    assert (got.images, got.plates, got.readable, got.ms_median) == (3, 4, 3, 20)
    assert (got.found, got.exact, got.first, got.unread) == (0.75, 0.3333, 0.3333, 0.3333)
    assert got.character_error == pytest.approx(9 / 24)  # one changed, eight lost
    assert got.exact_interval.low < 0.3333 < got.exact_interval.high


def test_nothing_has_no_share_and_any_interval() -> None:
    got = score([])
    assert (got.plates, got.exact, got.exact_interval) == (0, 0, (0, 1))


def test_scores_are_broken_down_by_region_format_and_condition() -> None:
    pictures = [
        picture([label("489AAC02", HERE, "kz", "night")], Sight("489AAC02", 0.9, HERE)),
        picture([label("AX2756EK", HERE, "ua", "day")], Sight("AX2756EH", 0.9, HERE)),
        picture([label("", HERE, "ua", "day")], Sight("", 0, HERE)),
        picture([label("", None, "ua", "")], Sight("COOD123", 0.4)),
    ]
    assert {name: (one.images, one.exact) for name, one in by_region(pictures).items()} == {"kz": (1, 1), "ua": (2, 0)}
    assert {name: one.exact for name, one in by_format(pictures).items()} == {"KZ2012-P": 1, "UA": 0}
    (values,) = by_condition(pictures, ["condition"]).values()
    assert {name: (one.plates, one.exact) for name, one in values.items()} == {"day": (2, 0), "night": (1, 1)}


def test_a_column_that_names_pictures_is_no_condition() -> None:
    many = [picture([label("489AAC02", HERE, "kz", str(number))]) for number in range(MOST_VALUES + 1)]
    assert by_condition(many, ["taken"]) == {"taken": {}}
    assert len(by_condition(many[:-1], ["taken"])["taken"]) == MOST_VALUES


def test_reads_where_there_is_no_plate_are_counted_apart() -> None:
    pictures = [
        picture([label("", None)], Sight("COOD123", 0.4)),
        picture([label("", None)]),
        picture([label("489AAC02")]),
    ]
    got = negatives(pictures)
    assert (got.images, got.read, got.highest_confidence) == (2, 1, 0.4)


def test_what_the_eyes_see_becomes_sights() -> None:
    plate = PlateReading(
        text="489AAC02",
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=9_900,
        characters_bp=(9_900,) * 8,
        box=HERE,
        picture=0,
        source="vision",
        second="489AAC0Z",
    )
    seen = Seen((Target(None, None, AWAY), Target(None, plate, HERE), Target(None, None, None)))
    assert sights(seen) == (Sight("489AAC02", 0.99, HERE, ("489AAC0Z",)), Sight("", 0.0, AWAY))
