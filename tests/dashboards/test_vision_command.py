"""`tarazy vision evaluate` and `tarazy read --truth`: what they say, and what of a bad truth."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dashboards.cli import read, vision
from vision.models import default_directory, missing
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene

HEADER = "region,file,x1,y1,x2,y2,text,condition\n"
PEER = """
import sys
print('{"name": "Silent [reader]", "settings": "sees [nothing]"}', flush=True)
for line in sys.stdin:
    print('{"plates": [], "ms": 1}', flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two drawn frames, and a third row whose picture is absent."""
    (tmp_path / "kz").mkdir()
    for number, text in enumerate(("489AAC02", "654WOZ05")):
        car = DrawnVehicle("sedan", "front", "white", DrawnPlate(text, "KZ2012-P", 1), x_m=0.5, z_m=22)
        (tmp_path / "kz" / f"{number}.jpg").write_bytes(encode_jpeg(render_frame(Scene((car,)), number).image))
    rows = "kz,0.jpg,,,,,489AAC02,[day]\nkz,1.jpg,,,,,111XXX01,[/night]\nkz,z.jpg,,,,,654WOZ05,[day]\n"
    (tmp_path / "truth.csv").write_text(HEADER + rows)
    return tmp_path


def evaluate(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(vision.app, ["evaluate", str(folder), "--truth", str(folder / "truth.csv"), *options])


def needs_models() -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")


@pytest.mark.models
def test_json_has_the_shape_of_read_and_more(folder: Path) -> None:
    needs_models()
    got = evaluate(folder, "--json", "--report", str(folder / "report"), "--precision", "0.5", "--bins", "1")
    assert got.exit_code == 0, got.output
    report = json.loads(got.stdout)
    asked = [str(folder), "--truth", str(folder / "truth.csv"), "--json", "--partial"]
    short = json.loads(CliRunner().invoke(read.app, asked).stdout)
    assert set(short) == {"regions"}
    shared = {name: report["regions"]["kz"][name] for name in ("images", "found", "exact")}
    assert {name: short["regions"]["kz"][name] for name in shared} == shared
    assert shared == {"images": 2, "found": 1, "exact": 0.5}
    assert report["calibration"]["bins"] == 1
    assert [one["demanded"] for one in report["coverage"]] == [0.5]
    assert report["bad_rows"] == [{"line": 4, "problem": "the picture is absent"}]
    assert "line 4: the picture is absent" in got.stderr
    assert json.loads((folder / "report" / "report.json").read_text()) == report


@pytest.mark.models
def test_the_tables_name_groups_confusions_and_the_peer(folder: Path) -> None:
    needs_models()
    (folder / "peer.py").write_text(PEER)
    got = evaluate(folder, "--peer-command", f"{sys.executable} {folder / 'peer.py'}")
    assert got.exit_code == 0, got.output
    for words in (
        "by region",
        "by format",
        "KZ2012-P",
        "by condition",
        "[/night]",
        "Silent [reader]",
        "sees [nothing]",
    ):
        assert words in got.stdout
    assert "+50.0" in got.stdout
    assert "[dim]" not in got.stdout
    assert "\\" not in got.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,text\n", "line 1: the columns region, x1, y1, x2, y2 are missing"),
        (HEADER + "kz,z.jpg,,,,,489AAC02,\n", "1 rows left out: line 2: the picture is absent"),
        (HEADER, "no labelled picture is there"),
    ],
)
def test_a_truth_with_nothing_to_measure_ends_with_status_1_and_words(folder: Path, text: str, words: str) -> None:
    (folder / "truth.csv").write_text(text)
    got = evaluate(folder)
    assert got.exit_code == 1
    assert words in " ".join(got.stderr.split())


def test_a_folder_that_is_not_there_is_said(folder: Path) -> None:
    asked = ["evaluate", str(folder / "gone"), "--truth", str(folder / "truth.csv")]
    got = CliRunner().invoke(vision.app, asked)
    assert got.exit_code == 1
    assert "must exist" in got.stderr


@pytest.mark.parametrize(
    ("row", "options", "words"),
    [
        (
            "kz,z.jpg,,,,,489AAC02,",
            (),
            "pictures-absent: 1 of 4 labelled pictures are absent; --partial leaves them out",
        ),
        ("kz,0.jpg,a,b,c,d,489AAC02,", ("--partial",), "truth-malformed: line 4: x1, y1, x2, y2 are four numbers"),
    ],
)
def test_read_refuses_rows_that_are_not_sound(folder: Path, row: str, options: tuple[str, ...], words: str) -> None:
    rows = ["kz,0.jpg,,,,,489AAC02,", "kz,1.jpg,,,,,654WOZ05,", row, "kz,1.jpg,,,,,111XXX01,"]
    (folder / "truth.csv").write_text(HEADER + "\n".join(rows) + "\n")
    got = CliRunner().invoke(read.app, [str(folder), "--truth", str(folder / "truth.csv"), *options])
    assert got.exit_code == 1
    assert words in " ".join(got.stderr.split())
