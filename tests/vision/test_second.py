"""The second reader: blind, one answer for each plate it is asked about, whatever the picture is."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest

from adjudication.facts import Box, QualityFlag
from vision import spacing
from vision.boxes import Boxes, as_array
from vision.ctc import ALPHABET, BLANK, Emissions
from vision.decode import Picture, decode
from vision.first import WEIGHTS
from vision.frontal import Corners, box_corners
from vision.fusion import Lines
from vision.models import default_directory, missing
from vision.ports import SecondRead
from vision.rectify import LINE, views
from vision.render import encode_jpeg, render_frame
from vision.scene import DrawnPlate, DrawnVehicle, Scene
from vision.second import REVISION, OcrSecond, open_second

PICTURE = encode_jpeg(np.full((200, 300, 3), 128, np.uint8))
BOX = Box(x=100, y=80, width=90, height=20)


def spelt(text: str) -> Emissions:
    """What a recogniser says that is sure of `text`."""
    emissions = np.zeros((2 * max(len(text), 1), BLANK + 1))
    emissions[:, BLANK] = 1
    for place, character in enumerate(text):
        emissions[2 * place] = 0
        emissions[2 * place, ALPHABET.index(character)] = 1
    return emissions


def upright(_: Picture, boxes: Sequence[Boxes]) -> list[Corners]:
    """Corners of plates that fill their boxes."""
    return [box_corners(*map(float, box)) for box in boxes]


def reader(lines: Lines, name: str) -> OcrSecond:
    return OcrSecond(lines, name, upright, {})  # type: ignore[arg-type] # a finder is what it is called for


def saying(text: str) -> OcrSecond:
    """A reader whose recogniser spells `text` on every strip."""

    return reader(lambda strips: [spelt(text) for _ in strips], "spelling")


def seeing() -> OcrSecond:
    """A reader whose recogniser spells by the grey of a strip, so that each picture's answer is its own."""

    return reader(
        lambda strips: [spelt("489AAC02" if strip.mean() > 110 else "777KZA05") for strip in strips], "seeing"
    )


def test_each_plate_has_one_answer_in_order_and_a_broken_picture_says_why_it_has_none() -> None:
    answers = saying("489AAC02").read([(PICTURE, BOX), (b"", BOX), (PICTURE[:200], BOX), (PICTURE, BOX)])
    assert [answer.text for answer in answers] == ["489AAC02", "", "", "489AAC02"]
    assert [answer.flags for answer in answers] == [(), ("empty",), ("corrupt",), ()]
    assert answers[0].confidence_bp > 9_000 > answers[1].confidence_bp == 0


def test_each_distinct_picture_is_unpacked_once_and_answers_stay_with_their_plates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpacked: list[bytes] = []

    def counted(body: bytes) -> Picture | QualityFlag:
        unpacked.append(body)
        return decode(body)

    monkeypatch.setattr("vision.second.decode", counted)
    other, beside = encode_jpeg(np.full((200, 300, 3), 90, np.uint8)), Box(x=10, y=20, width=80, height=20)
    same = bytes(bytearray(PICTURE))  # read back from the stream, one picture comes as several objects
    asked = [(PICTURE, BOX), (b"", BOX), (other, BOX), (same, beside), (b"", beside), (other, beside)]
    answers = seeing().read(asked)
    assert unpacked == [PICTURE, b"", other]
    assert answers == [read for one in asked for read in seeing().read([one])]
    assert len({answer.text for answer in answers}) == 3, "two greys and nothing: an answer is of its own picture"


@pytest.mark.parametrize("text", ["COOD", ""])
def test_what_is_no_plate_is_nothing_read(text: str) -> None:
    assert saying(text).read([(PICTURE, BOX)]) == [SecondRead()]


@pytest.mark.parametrize(
    "box",
    [
        Box(x=0, y=0, width=0, height=0),
        Box(x=299, y=199, width=1, height=1),
        Box(x=5_000, y=5_000, width=90, height=20),
        Box(x=250, y=190, width=4_000, height=4_000),
    ],
)
def test_a_box_outside_of_the_picture_harms_nothing(box: Box) -> None:
    assert len(saying("489AAC02").read([(PICTURE, box)])) == 1


def test_strips_keep_no_picture_in_memory() -> None:
    picture = np.full((200, 300, 3), 128, np.uint8)
    at = as_array(BOX)
    kept = views(picture, at, upright(picture, [at])[0])
    assert not any(np.shares_memory(strips.line, picture) for strips in kept)


@pytest.mark.parametrize(("height", "rows"), [(20, False), (60, True)])
def test_a_plate_is_seen_as_one_line_and_where_it_may_have_two_as_those(height: int, *, rows: bool) -> None:
    picture = np.full((200, 300, 3), 128, np.uint8)
    at = as_array(Box(x=100, y=80, width=90, height=height))
    level, straight = views(picture, at, box_corners(100, 80, 190, 80 + height))
    assert straight.line.shape == (LINE[1], LINE[0], 3)
    assert (level.rows is not None, straight.rows is not None) == (rows, rows)


def test_one_view_goes_by_the_box_and_the_other_by_the_corners_alone() -> None:
    picture = np.full((200, 300, 3), 128, np.uint8)
    picture[:60] = 255
    level, straight = views(picture, as_array(BOX), box_corners(100, 10, 190, 30))
    assert (level.line.mean() < 200, straight.line.mean()) == (True, 255)


def test_nobody_asked_is_no_answer() -> None:
    assert saying("489AAC02").read([]) == []


def test_another_places_file_is_another_revision() -> None:
    """It may alter a second read, and `REVISION` is what tells of that: raise it, then note the file's digest here."""
    digest = hashlib.sha256((WEIGHTS / spacing.FILE).read_bytes()).hexdigest()
    assert (REVISION, digest[:12]) == (4, "fea657810ff3")


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "format_id"),
    [("489AAC02", "KZ2012-P"), ("52OKH05", "KZ2012-TR"), ("88BWV14", "KZ2012-TR"), ("520KH05", "KZ2012-L")],
)
def test_drawn_plates_are_read_from_picture_and_box_alone(text: str, format_id: str) -> None:
    """A trailer's O is told from a firm's nought by where it stands."""
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    second = open_second(default_directory())
    plate = DrawnPlate(text, format_id, 1)
    rendered = render_frame(Scene((DrawnVehicle("sedan", "front", "white", plate, x_m=0.5, z_m=22),)), 1)
    quad = rendered.truth.vehicles[0].plate_quad
    assert quad is not None
    (x0, x1), (y0, y1) = ((round(min(row)), round(max(row))) for row in zip(*quad, strict=True))
    (answer,) = second.read([(encode_jpeg(rendered.image), Box(x=x0, y=y0, width=x1 - x0, height=y1 - y0))])
    assert (answer.text, answer.confidence_bp >= 9_000) == (text, True)
    assert len(second.reader) <= 64
