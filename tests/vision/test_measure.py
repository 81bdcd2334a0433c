"""Measuring the eyes on labelled photographs."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from adjudication.errors import Invalid
from adjudication.facts import Box, PlateReading
from vision.measure import absent, labels, measure
from vision.ports import Look, Seen, Target

HEADER = "region,file,x1,y1,x2,y2,text\n"


class Always:
    """Eyes that see one plate, whatever they are shown."""

    reader = "always"

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        box = Box(x=10, y=10, width=100, height=20)
        plate = PlateReading(
            text="489AAC02",
            format_id="KZ2012-P",
            country="KZ",
            confidence_bp=9_000,
            characters_bp=(9_000,) * 8,
            box=box,
            picture=0,
            source="vision",
        )
        return [Seen((Target(None, plate, box),)) for _ in looks]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kz").mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (tmp_path / "kz" / name).write_bytes(b"picture")
    return tmp_path


def test_found_and_exact_are_counted_for_each_region(folder: Path) -> None:
    truth = folder / "truth.csv"
    truth.write_text(
        HEADER + "kz,a.jpg,12,10,112,30,489AAC02\nkz,b.jpg,300,300,400,320,489AAC02\nkz,c.jpg,,,,,500AAA01\n"
    )
    labelled = labels(truth, folder)
    assert absent(labelled) == []
    score = measure(Always(), labelled, lambda: None).regions["kz"]
    assert (score.images, score.found, score.exact) == (3, 0.6667, 0.6667)


def test_absent_pictures_are_named(folder: Path) -> None:
    truth = folder / "truth.csv"
    truth.write_text(HEADER + "kz,a.jpg,,,,,489AAC02\nkz,z.jpg,,,,,489AAC02\n")
    assert [path.name for path in absent(labels(truth, folder))] == ["z.jpg"]


@pytest.mark.parametrize("text", ["file,text\na.jpg,X\n", HEADER + "kz,a.jpg,one,2,3,4,489AAC02\n"])
def test_a_truth_of_another_form_is_refused(folder: Path, text: str) -> None:
    (folder / "truth.csv").write_text(text)
    with pytest.raises(Invalid, match="truth-malformed"):
        labels(folder / "truth.csv", folder)
