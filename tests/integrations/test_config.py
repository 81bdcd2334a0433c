"""Settings are read once, strangers are refused, every one is explained."""

from pathlib import Path
from typing import get_args

import pytest

from adjudication.errors import Invalid
from integrations.config import ABOUT, Provider, Settings, explain, load
from vision.onnx import PROVIDERS


def test_silence_means_the_defaults() -> None:
    assert load({"PATH": "/bin"}) == Settings()


def test_a_variable_is_read_as_the_kind_of_its_setting() -> None:
    settings = load({"TARAZY_DATA": "there", "TARAZY_DOOR_PORT": "1", "TARAZY_VISION": "false"})
    assert (settings.data, settings.door_port, settings.vision) == (Path("there"), 1, False)


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("TARAZY_DOOR", "1", "door"),
        ("TARAZY_DOOR_PORT", "x", "door_port"),
        ("TARAZY_VISION", "maybe", "vision"),
        ("TARAZY_PROVIDER", "gpu", "provider"),
    ],
)
def test_what_is_not_a_setting_is_refused_by_name(variable: str, value: str, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        load({variable: value})


def test_where_networks_run_is_what_the_networks_know() -> None:
    assert get_args(Provider) == PROVIDERS
    assert load({"TARAZY_PROVIDER": "tensorrt", "TARAZY_HALF": "true"}).half


def test_every_setting_is_explained_with_its_source() -> None:
    environment = {"TARAZY_POLICY": "demo"}
    lines = {line.variable: line for line in explain(load(environment), environment)}
    assert lines["TARAZY_POLICY"].source == "environment"
    assert lines["TARAZY_DATA"].source == "default"
    assert set(ABOUT) == set(Settings.__struct_fields__)
