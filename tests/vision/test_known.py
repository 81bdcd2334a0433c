"""A reader that says something else than it was calibrated with is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adjudication.errors import Invalid
from vision import known
from vision.first import READER, WEIGHTS
from vision.onnx import Network

KNOWN = known.load(WEIGHTS / known.FILE)


def test_the_readers_answers_here_are_those_it_was_calibrated_with() -> None:
    known.check(Network(WEIGHTS / READER), KNOWN)
    texts = KNOWN.rows.argmax(axis=-1)
    assert ((texts < 36).sum(axis=(1, 2)) >= 5).all(), "every known plate has characters to be wrong about"


@pytest.mark.parametrize("value", [0.5, float("nan")])
def test_one_answer_that_differs_is_refused(value: float) -> None:
    rows = KNOWN.rows.copy()
    rows[3, 0, 20] = value
    with pytest.raises(Invalid, match="reader-differs"):
        known.check(Network(WEIGHTS / READER), replace(KNOWN, rows=rows))


def test_known_answers_are_kept_to_a_thousandth(tmp_path: Path) -> None:
    KNOWN.save(tmp_path / known.FILE)
    again = known.load(tmp_path / known.FILE)
    assert (again.plates == KNOWN.plates).all()
    assert np.abs(again.rows - KNOWN.rows).max() < 1e-3


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / known.FILE).write_bytes(b"PK\x03\x04")
    with pytest.raises(Invalid, match="known-answers-malformed"):
        known.load(tmp_path / known.FILE)
    with pytest.raises(Invalid, match="known-answers-malformed"):
        known.load(tmp_path / "absent.npz")
