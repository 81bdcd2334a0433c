"""Training can be stopped anywhere and goes on; its last stage changes nothing but what says what is hidden."""

from pathlib import Path

import pytest

from adjudication.errors import Invalid
from vision.train.plan import DOUBTING, Plan, Stage

pytestmark = pytest.mark.extra

LITTLE = Plan((Stage(1, 2, 1e-3, 0.3, DOUBTING), Stage(2, 2, 1e-3, 0.3, DOUBTING, veil=True)), size=4, warm=1)


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
