"""The truth of labelled photographs: what is read of it, and what is left out with its line."""

from pathlib import Path

import pytest

from adjudication.errors import Invalid
from adjudication.facts import Box
from vision.evaluate.truth import Truth, by_picture, read_truth

HEADER = "region,file,x1,y1,x2,y2,text\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kz").mkdir()
    for name in ("kz/a.jpg", "kz/b.jpg", "flat.jpg"):
        (tmp_path / name).write_bytes(b"picture")
    return tmp_path


def read(folder: Path, text: str | bytes) -> Truth:
    (folder / "truth.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_truth(folder / "truth.csv", folder)


def problems(truth: Truth) -> dict[int, str]:
    return {row.line: row.problem for row in truth.bad}


def test_a_row_is_a_plate_with_its_place_spelled_as_plates_are(folder: Path) -> None:
    (one,) = read(folder, HEADER + "kz,a.jpg,12.4,10,112.6,30, 489 aac 02\n").labelled
    assert (one.line, one.region, one.path) == (2, "kz", folder / "kz/a.jpg")
    assert one.box == Box(x=12, y=10, width=101, height=20)
    assert one.text == "489AAC02"


def test_the_place_may_be_unknown_and_the_picture_lie_in_the_folder_itself(folder: Path) -> None:
    (one,) = read(folder, HEADER + "kz,flat.jpg,,,,,489AAC02\n").labelled
    assert (one.path, one.box) == (folder / "flat.jpg", None)


def test_a_picture_may_have_several_plates(folder: Path) -> None:
    truth = read(folder, HEADER + "kz,a.jpg,,,,,489AAC02\nkz,b.jpg,,,,,500AAA01\nkz,a.jpg,,,,,123BBB05\n")
    assert [[one.text for one in some] for some in by_picture(truth.labelled)] == [
        ["489AAC02", "123BBB05"],
        ["500AAA01"],
    ]


def test_a_box_without_text_is_an_unreadable_plate_and_neither_is_a_picture_without_one(folder: Path) -> None:
    unreadable, empty = read(folder, HEADER + "kz,a.jpg,1,1,9,9,\nkz,b.jpg,,,,,\n").labelled
    assert unreadable.is_plate
    assert not empty.is_plate


def test_further_columns_are_conditions(folder: Path) -> None:
    truth = read(folder, "condition,region,file,x1,y1,x2,y2,text,camera\nnight,kz,a.jpg,,,,,489AAC02,c7\n")
    assert truth.conditions == ("condition", "camera")
    assert truth.labelled[0].conditions == ("night", "c7")


def test_spreadsheets_may_write_semicolons_and_a_byte_order_mark(folder: Path) -> None:
    text = "\ufeff" + (HEADER + "kz,a.jpg,1.5,1,9,9,489AAC02\r\n").replace(",", ";").replace("1.5", "1,5")
    assert read(folder, text).labelled[0].box == Box(x=2, y=1, width=7, height=8)


def test_bad_rows_are_named_by_line_and_the_rest_is_kept(folder: Path) -> None:
    rows = [
        "kz,a.jpg,1,1,9,9,489AAC02",
        "kz,z.jpg,,,,,489AAC02",
        "kz,b.jpg,one,2,3,4,489AAC02",
        "kz,b.jpg,1,,3,4,489AAC02",
        "kz,b.jpg,9,9,1,1,489AAC02",
        "kz,b.jpg,nan,1,5,5,489AAC02",
        "kz,b.jpg,,,,",
        "kz,b.jpg,,,,,---",
        "kz,,,,,,489AAC02",
        "..,../b.jpg,,,,,489AAC02",
        "kz,a.jpg,1,1,9,9,489 AAC 02",
        "",
        '"kz","b.jpg",,,,,500AAA01',
    ]
    truth = read(folder, HEADER + "\n".join(rows) + "\n")
    assert [(one.line, one.text) for one in truth.labelled] == [(2, "489AAC02"), (14, "500AAA01")]
    assert problems(truth) == {
        3: "the picture is absent",
        4: "x1, y1, x2, y2 are four numbers or all empty",
        5: "x1, y1, x2, y2 are four numbers or all empty",
        6: "the box is empty: x1 < x2 and y1 < y2 are needed",
        7: "x1, y1, x2, y2 are four numbers or all empty",
        8: "6 cells where the heading has 7 columns",
        9: "the text has neither letter nor digit",
        10: "no file is named",
        11: "the picture lies outside of the folder",
        12: "repeats line 2",
    }


def test_bytes_that_are_no_text_cost_their_own_row_only(folder: Path) -> None:
    truth = read(folder, HEADER.encode() + b"kz,a.jpg,,,,,48\xff\nkz,a\x00.jpg,,,,,489AAC02\nkz,b.jpg,,,,,489AAC02\n")
    assert [one.line for one in truth.labelled] == [4]
    assert set(problems(truth)) == {2, 3}


def test_a_cell_of_no_end_costs_its_own_row_only(folder: Path) -> None:
    truth = read(folder, HEADER + f"kz,a.jpg,,,,,{'A' * 200_000}\nkz,b.jpg,,,,,489AAC02\n")
    assert [one.line for one in truth.labelled] == [3]
    assert problems(truth)[2].startswith("not CSV")


@pytest.mark.parametrize("text", ["", "file,text\na.jpg,X\n"])
def test_a_truth_without_its_columns_is_refused(folder: Path, text: str) -> None:
    with pytest.raises(Invalid, match=r"truth-malformed: line 1: the columns region, .* are missing"):
        read(folder, text)
