"""Readers of others in our places: named by a setting, and never replaced by ours in silence."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from adjudication.errors import Invalid
from dashboards.centre import eyes_of, second_of
from integrations.config import Settings, load
from vision.fitted import Fittings, fitted_plates, fitted_vehicles, torch_device
from vision.models import ModelsMissing, default_directory, missing
from vision.onnx import Device

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
