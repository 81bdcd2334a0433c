"""Training can be stopped anywhere and goes on, and begins again from what was exported.

Its last stage changes nothing but what says what is hidden.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from adjudication.errors import Invalid
from vision.corners import FILE as CORNERS
from vision.corners import WEIGHTS
from vision.first import READER
from vision.onnx import Network
from vision.train.batches import batch
from vision.train.plan import DOUBTING, Plan, Stage

pytestmark = pytest.mark.extra

LITTLE = Plan((Stage(1, 2, 1e-3, 0.3, DOUBTING), Stage(2, 2, 1e-3, 0.3, DOUBTING, veil=True)), size=4, warm=1)


@pytest.fixture(autouse=True)
def single() -> None:
    """OpenCV's threads do not survive the fork of a loader's workers, who wait for them."""
    cv2.setNumThreads(1)


def test_a_resumed_training_ends_its_plan_and_the_last_stage_leaves_the_reading_alone(
    tmp_path: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    from vision.train import fit

    monkeypatch.setattr(fit, "PLAN", Plan(LITTLE.stages[:1], size=4, warm=1))
    fit.fit(tmp_path, faces, minutes=5, threads=1, report=str)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    monkeypatch.setattr(fit, "PLAN", LITTLE)
    torch.save(state | {"plan": repr(LITTLE)}, tmp_path / "state.pt")
    training = fit.fit(tmp_path, faces, minutes=5, threads=1, report=str)
    assert training.step == LITTLE.steps
    for name, before in state["reader_average"].items():
        same = bool(torch.equal(before, training.reader_average.state_dict()[name]))
        assert same != name.startswith("veil") or name.endswith("num_batches_tracked"), name


def test_a_state_of_another_plan_is_refused(tmp_path: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from vision.train import fit

    monkeypatch.setattr(fit, "PLAN", LITTLE)
    fit.fit(tmp_path, faces, minutes=0, threads=1, report=str)
    monkeypatch.setattr(fit, "PLAN", Plan(LITTLE.stages, size=8, warm=1))
    with pytest.raises(Invalid, match="training-of-another-plan"):
        fit.opened(tmp_path)


def test_a_restored_reader_answers_as_its_export_with_norms_of_what_it_sees(faces: Path) -> None:
    torch = pytest.importorskip("torch")
    from vision.train.begin import restore
    from vision.train.network import Reader

    shown, others = (batch(LITTLE.stages[0], number, 96, faces).plates for number in (0, 1))
    reader = Reader()
    restore(reader, WEIGHTS / READER, [torch.tensor(shown)])
    said, *_ = Network(WEIGHTS / READER).run(others)
    for learning in (False, True):
        with torch.no_grad():
            rows, _, _, _ = reader.train(learning)(torch.tensor(others))
        # What differs is the rounding between the layers of the file: on spoilt plates four columns in a thousand.
        assert np.mean(rows.argmax(-1).numpy() == said.argmax(-1)) > 0.99, learning


def test_restored_corners_are_those_of_the_export(faces: Path) -> None:
    torch = pytest.importorskip("torch")
    from vision.train.begin import restore
    from vision.train.network import Corners

    boxes = batch(LITTLE.stages[0], 0, 8, faces).boxes
    corners = Corners()
    restore(corners, WEIGHTS / CORNERS, [torch.tensor(boxes)])
    with torch.no_grad():
        found = corners.eval()(torch.tensor(boxes)).numpy()
    assert found == pytest.approx(Network(WEIGHTS / CORNERS).run(boxes)[0], abs=1e-4)


def test_a_training_begun_from_weights_goes_on_with_the_last_stage_of_reading_and_is_not_begun_twice(
    tmp_path: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from vision.train import begin, fit

    plan = Plan((Stage(3, 9, 1e-3, 0.3, DOUBTING), *LITTLE.stages), size=4, warm=1)
    monkeypatch.setattr(fit, "PLAN", plan)
    monkeypatch.setattr(begin, "PLAN", plan)
    begin.begin(tmp_path, WEIGHTS, faces)
    begun = fit.opened(tmp_path)
    assert begun.step == 9
    assert begun.reader_average.state_dict()["rows.bias"].abs().sum() > 0
    assert fit.fit(tmp_path, faces, minutes=5, threads=1, report=str).step == plan.steps
    with pytest.raises(Invalid, match="training-begun"):
        begin.begin(tmp_path, WEIGHTS, faces)
