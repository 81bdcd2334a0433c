"""Readers of others in our places: named by a setting, and never replaced by ours in silence."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import onnxruntime as ort
import pytest

from adjudication.errors import Invalid
from dashboards.centre import eyes_of, second_of
from integrations.config import Settings, load
from vision.fitted import Fittings, fitted_plates, fitted_vehicles, torch_device
from vision.models import ModelsMissing, default_directory, missing
from vision.onnx import BUILDS, CPU, NAMES, PROVIDERS, Device, Provider

REFERENCE = "best.pt@sha256:" + 64 * "0"


def test_without_a_setting_nothing_is_fitted() -> None:
    assert fitted_plates(Fittings()) is None
    assert fitted_vehicles(Fittings()) is None


def test_a_detector_runs_where_the_networks_are_told_to_or_the_start_is_refused() -> None:
    assert torch_device(Device()) == "cpu"
    assert torch_device(Device("cuda", 1)) == torch_device(Device("tensorrt", 1)) == "cuda:1"
    with pytest.raises(Invalid, match="provider-unavailable"):
        torch_device(Device("openvino"))


@pytest.mark.models
@pytest.mark.parametrize("provider", [one for one in PROVIDERS if NAMES[one] not in ort.get_available_providers()])
@pytest.mark.parametrize("opened", [eyes_of, second_of])
def test_a_centre_whose_device_is_not_there_does_not_start(
    opened: Callable[[Settings], object], provider: Provider
) -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    with pytest.raises(Invalid, match="provider-unavailable") as refusal:
        opened(Settings(models=Path(default_directory()), provider=provider))
    assert BUILDS[provider] in refusal.value.detail
    assert "TARAZY_PROVIDER=cpu" in refusal.value.detail


def test_the_second_reader_runs_on_the_device_of_the_settings_and_its_name_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Device] = []

    def loaded(_path: Path, *, threads: int, device: Device) -> str:
        assert threads > 0
        asked.append(device)
        return "network"

    monkeypatch.setattr("vision.second.Network", loaded)
    monkeypatch.setattr("vision.corners.Network", loaded)
    monkeypatch.setattr("vision.second.LineReader", lambda network: network)
    monkeypatch.setattr("vision.second.models.paths", lambda _directory: {"text": Path("text.onnx")})
    told = second_of(load({"TARAZY_PROVIDER": "tensorrt", "TARAZY_DEVICE": "1", "TARAZY_HALF": "true"}))
    plain = second_of(load({}))
    assert asked == [*2 * [Device("tensorrt", 1, half=True)], *2 * [CPU]]
    assert told is not None
    assert plain is not None
    assert told.reader == f"{plain.reader}-tensorrt16"
    assert len(told.reader) <= 64


def test_a_fitted_second_reader_elsewhere_than_on_the_processor_is_refused_with_what_to_do() -> None:
    settings = load({"TARAZY_PROVIDER": "cuda", "TARAZY_SECOND_READER": REFERENCE})
    with pytest.raises(Invalid, match="provider-unavailable") as refusal:
        second_of(settings)
    assert "TARAZY_PROVIDER=cpu" in refusal.value.detail
    assert "TARAZY_SECOND_READER" in refusal.value.detail


@pytest.mark.models
@pytest.mark.skipif(find_spec("ultralytics") is not None, reason="ultralytics is installed: tests/extra")
def test_a_centre_that_lacks_the_library_of_a_fitted_reader_does_not_start() -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    settings = load({"TARAZY_PLATE_DETECTOR": REFERENCE, "TARAZY_SECOND_READER": REFERENCE})
    with pytest.raises(ModelsMissing, match="ultralytics is not installed"):
        eyes_of(settings)
    with pytest.raises(ModelsMissing, match="paddleocr is not installed"):
        second_of(settings)


@pytest.mark.models
def test_a_centre_whose_reference_has_no_digest_does_not_start() -> None:
    if missing(default_directory()):
        pytest.skip("the models are not there: make models")
    with pytest.raises(Invalid, match="weights-reference"):
        eyes_of(Settings(models=Path(default_directory()), plate_detector="best.pt"))
