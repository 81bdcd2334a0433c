"""Weights that an operator gives: a file of this machine with its digest, or nothing."""

import hashlib
from pathlib import Path

import pytest

from adjudication.errors import Invalid
from vision import given as module
from vision.given import Given, given, private_copy
from vision.models import ModelsMissing

BODY = b"weights"
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def weights(tmp_path: Path) -> Given:
    path = tmp_path / "Best@Model.PT"
    path.write_bytes(BODY)
    return Given(path, DIGEST)


def test_a_reference_is_a_path_and_a_digest() -> None:
    assert given(f" models/my plates@v2.pt@sha256:{DIGEST} ") == Given(Path("models/my plates@v2.pt"), DIGEST)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "best.pt",
        f"best.pt@{DIGEST}",
        f"@sha256:{DIGEST}",
        f"best.pt@sha256:{DIGEST[1:]}",
        f"best.pt@sha256:{DIGEST.upper()}",
    ],
)
def test_anything_else_is_refused(reference: str) -> None:
    with pytest.raises(Invalid, match="weights-reference"):
        given(reference)


def test_the_copy_is_private_whole_nameless_and_gone_afterwards(weights: Given) -> None:
    with private_copy(weights) as copy:
        assert copy.read_bytes() == BODY
        assert copy.name == "weights.pt"
        assert copy.stat().st_mode & 0o077 == copy.parent.stat().st_mode & 0o077 == 0
    assert not copy.parent.exists()


def test_a_name_is_not_looked_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("yolo11n.pt", "https://example.org/best.pt", str(tmp_path)):
        with pytest.raises(ModelsMissing, match="nothing is downloaded"), private_copy(Given(Path(name), DIGEST)):
            pass


def test_another_file_than_the_pinned_one_is_not_used(weights: Given) -> None:
    weights.path.write_bytes(BODY + b"!")
    with pytest.raises(ModelsMissing, match="not the pinned file"), private_copy(weights):
        pytest.fail("it was given out")


def test_what_is_far_too_large_is_not_copied_whole(weights: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", len(BODY) - 1)
    with pytest.raises(ModelsMissing, match="larger than"), private_copy(weights):
        pytest.fail("it was given out")
