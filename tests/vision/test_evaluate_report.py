"""A whole run: eyes and a peer on the same pictures, its figures, its files."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from adjudication.errors import Invalid
from adjudication.facts import Box, PlateReading
from vision.evaluate.files import FILES, write_files
from vision.evaluate.paired import POOLED
from vision.evaluate.peer import PeerAnswer, PeerName, PeerPlate, peer_program
from vision.evaluate.report import Report, summed
from vision.evaluate.run import run
from vision.evaluate.truth import Truth, read_truth
from vision.ports import Look, Seen, Target

HEADER = "region,file,x1,y1,x2,y2,text,condition\n"
BOX = Box(x=10, y=10, width=100, height=20)


class Bodies:
    """Eyes that read the text which is the picture's body, at 0.9 and always in one place; nothing of an empty one."""

    reader = "bodies"

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        return [Seen((Target(None, self._plate(look.body.decode()), BOX),)) if look.body else Seen() for look in looks]

    def _plate(self, text: str) -> PlateReading:
        return PlateReading(
            text=text,
            format_id="KZ2012-P",
            country="KZ",
            confidence_bp=9_000,
            characters_bp=(9_000,) * len(text),
            box=BOX,
            picture=0,
            source="vision",
        )


class Knows:
    """A peer that reads one text whatever it is shown, and fails at one picture."""

    about = PeerName("Knows", "none")

    def ask(self, file: Path, region: str) -> PeerAnswer:
        if file.name == "c.jpg":
            return PeerAnswer(error="broken")
        return PeerAnswer((PeerPlate("489 AAC-02", 0.7, (10, 10, 100, 20)),), 5.0, 6.0)


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    pictures = {"kz/a.jpg": "489AAC02", "kz/b.jpg": "500AAA0I", "ua/c.jpg": "AX2756EK", "ua/d.jpg": ""}
    for name, body in pictures.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(body)
    rows = [
        "kz,a.jpg,10,10,110,30,489AAC02,day",
        "kz,b.jpg,10,10,110,30,500AAA01,night",
        "ua,c.jpg,,,,,AX2756EK,day",
        "ua,d.jpg,,,,,AX0001EK,day",
        "ua,e.jpg,,,,,AX0001EK,day",
    ]
    (tmp_path / "truth.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return read_truth(tmp_path / "truth.csv", tmp_path)


def test_figures_are_those_of_the_reads(truth: Truth) -> None:
    report = summed(run(Bodies(), truth.labelled), truth, precisions=(0.6, 0.9), bins=2)
    assert (report.reader, report.pooled.plates, report.pooled.exact) == ("bodies", 4, 0.5)
    assert (report.regions["kz"].exact, report.regions["ua"].exact) == (0.5, 0.5)
    assert report.conditions["condition"]["night"].exact == 0
    # Three reads at 0.9, two right.
    assert report.calibration.reads == 3
    assert report.calibration.ece == pytest.approx(0.9 - 2 / 3)
    assert report.calibration.brier == pytest.approx((0.01 + 0.01 + 0.81) / 3)
    # All three are accepted or none, of four plates.
    assert [(one.accepted, one.share) for one in report.coverage] == [(3, 0.75), (0, 0)]
    assert ("1", "I", 1) in {(one.truth, one.read, one.count) for one in report.confusion}
    assert [row.line for row in report.bad_rows] == [6]


def test_every_picture_is_shown_once_and_told(truth: Truth) -> None:
    told: list[None] = []
    run(Bodies(), truth.labelled, done=lambda: told.append(None))
    assert len(told) == 4


def test_a_peer_is_compared_picture_by_picture(truth: Truth) -> None:
    (peer,) = summed(run(Bodies(), truth.labelled, [Knows()]), truth).peers
    # Ours reads a and c, the peer a; c it could not open.
    assert (peer.name, peer.pooled.first, peer.failed) == ("Knows", 0.25, ("ua/c.jpg",))
    assert {name: one.points for name, one in peer.differences.items()} == {POOLED: 25, "kz": 0, "ua": 50}
    assert peer.differences[POOLED].low <= 25 <= peer.differences[POOLED].high
    assert peer.differences[POOLED].files == 4
    assert (peer.pooled.ms_median, peer.pooled.cpu_ms_median) == (5, 6)


def test_the_files_say_what_the_report_says(truth: Truth, tmp_path: Path) -> None:
    done = run(Bodies(), truth.labelled, [Knows()])
    report = summed(done, truth)
    write_files(tmp_path / "made" / "here", report, done, truth)
    written = [tmp_path / "made" / "here" / name for name in FILES]
    assert msgspec.json.decode(written[0].read_bytes(), type=Report) == report
    assert sum(int(row["count"]) for row in csv.DictReader(written[2].open())) == 24
    rows = list(csv.DictReader(written[3].open()))
    said = [(row["line"], row["truth"], row["read"], row["condition condition"], row["read by Knows"]) for row in rows]
    assert said == [("3", "500AAA01", "500AAA0I", "night", "489AAC02"), ("5", "AX0001EK", "", "day", "489AAC02")]


def test_the_diagram_shows_where_the_bins_stand(truth: Truth, tmp_path: Path) -> None:
    done = run(Bodies(), truth.labelled)
    report = summed(done, truth)
    write_files(tmp_path, report, done, truth)
    shown = cv2.imread(str(tmp_path / FILES[1]))
    assert shown is not None
    # One point at confidence 0.9, share 2/3: 0.9 and 0.333 of the left panel from its corner at 64, 64.
    x, y = 64 + round(0.9 * 420), 64 + round(420 / 3)
    blue, _, red = (int(channel) for channel in shown[y, x])
    assert blue > 100 > red
    assert np.array_equal(shown[y - 30, x - 60], (255, 255, 255))


def test_a_run_without_a_read_has_a_diagram_too(truth: Truth, tmp_path: Path) -> None:
    for one in truth.labelled:
        one.path.write_bytes(b"")
    done = run(Bodies(), truth.labelled)
    report = summed(done, truth)
    assert (report.pooled.exact, report.calibration.ece, report.coverage[0].accepted) == (0, 0, 0)
    write_files(tmp_path, report, done, truth)
    assert cv2.imread(str(tmp_path / FILES[1])) is not None


PROGRAM = """
import json, sys
print(json.dumps({"name": "echo", "settings": "none"}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps({"plates": [{"text": asked["region"], "confidence": 0.5}], "ms": 1, "cpu_ms": 2}), flush=True)
"""


def test_a_program_answers_line_by_line(tmp_path: Path) -> None:
    with peer_program([sys.executable, "-c", PROGRAM]) as peer:
        assert peer.about == PeerName("echo", "none")
        assert peer.ask(tmp_path / "a.jpg", "kz") == PeerAnswer((PeerPlate("kz", 0.5),), 1, 2)
        assert peer.ask(tmp_path / "b.jpg", "ua").plates[0].text == "ua"


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("", "ended"),
        ("print('hello')", "not an answer"),
        (PROGRAM.replace("sys.stdin", "[]"), "ended"),
        (PROGRAM.replace("0.5", "1.5"), "not an answer"),
    ],
)
def test_a_program_that_breaks_the_protocol_is_an_error_with_words(program: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=f"peer-failed.*{problem}"), peer_program([sys.executable, "-c", program]) as peer:
        peer.ask(tmp_path / "a.jpg", "kz")


def test_a_silent_program_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vision.evaluate.peer.SILENCE_S", 0.3)
    silent = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(Invalid, match="peer-failed"), peer_program(silent):
        pass


def test_a_program_that_is_not_there_is_an_error_with_words() -> None:
    with pytest.raises(Invalid, match="peer-absent"), peer_program(["no-such-program-of-ours"]):
        pass
