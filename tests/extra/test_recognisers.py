"""One contract of recognisers of lines, held by our runner and by paddleocr: the same weights on the same strips."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.extra.extras import TEXT
from vision.ctc import BLANK, read
from vision.decode import Picture
from vision.fusion import Lines
from vision.given import Given
from vision.onnx import Network
from vision.plate_art import draw_plate, layout_of
from vision.plate_ocr import LineReader

pytestmark = pytest.mark.models

PLATES = {
    "489AAC02": "KZ2012-P",
    "654WOZ05": "KZ2012-P",
    "120BCD16": "KZ2012-P",
    "389BK01": "KZ2012-L",
    "A123BCD": "KZ1993-P",
}


def strip(text: str, height: int = 56) -> Picture:
    """A drawn plate, as high as a near camera shows it."""
    drawn = draw_plate(layout_of(PLATES[text], text), text)
    return cv2.resize(drawn, (height * drawn.shape[1] // drawn.shape[0], height), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module", params=["ours", pytest.param("paddleocr", marks=pytest.mark.extra)])
def lines(request: pytest.FixtureRequest, directory: Path) -> Lines:
    if request.param == "ours":
        return LineReader(Network(directory / TEXT.file))
    recogniser: Given = request.getfixturevalue("recogniser")
    from vision.paddle import PaddleLines

    return PaddleLines(recogniser)


def test_drawn_plates_are_read_right_under_the_grammar(lines: Lines) -> None:
    best = [read(emissions, 1)[0].text for emissions in lines([strip(text) for text in PLATES])]
    assert best == list(PLATES)


def test_each_column_is_a_distribution_over_the_alphabet_and_the_blank(lines: Lines) -> None:
    for emissions in lines([strip("489AAC02"), np.full((20, 200, 3), 90, np.uint8)]):
        assert emissions.shape[1] == BLANK + 1
        assert len(emissions) >= 12
        assert emissions.min() >= 0
        assert emissions.sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_a_strip_reads_the_same_alone_and_in_any_company(lines: Lines) -> None:
    strips = [strip("489AAC02"), strip("654WOZ05", 20)[:, 10:-60], cv2.resize(strip("120BCD16"), (700, 48))]
    together = lines(strips)
    for one, among in zip(strips, together, strict=True):
        (alone,) = lines([one])
        assert np.abs(alone - among).max() < 1e-4


def test_strips_of_any_shape_are_answered_and_none_is_no_answer(lines: Lines) -> None:
    shapes = [(1, 1), (300, 4), (4, 3000)]
    assert len(lines([np.full((*shape, 3), 120, np.uint8) for shape in shapes])) == len(shapes)
    assert len(lines([])) == 0


@pytest.mark.extra
def test_paddleocrs_own_texts_are_those_of_its_columns(recogniser: Given) -> None:
    from vision.paddle import PaddleLines

    said = PaddleLines(recogniser).texts([strip(text) for text in PLATES])
    assert [one.text.replace(" ", "") for one in said] == list(PLATES)
    assert all(0.8 < one.score <= 1 for one in said)
