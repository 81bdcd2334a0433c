"""Settings are read once, strangers are refused, every one is explained."""

import re
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from adjudication.errors import Invalid
from dashboards.cli import config
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


def file_of(folder: Path, text: str) -> dict[str, str]:
    """An environment that names a file with this text."""
    path = folder / "tarazy.toml"
    path.write_text(text, encoding="utf-8")
    return {"TARAZY_CONFIG": str(path)}


def test_a_file_says_what_the_environment_does_not(tmp_path: Path) -> None:
    environment = file_of(
        tmp_path, 'policy = "demo"\ndoor_port = 1\nvision = false\ndata = "there"\ntraces_ratio = 0.5'
    )
    settings = load(environment | {"TARAZY_DOOR_PORT": "2"})
    assert (settings.policy, settings.door_port, settings.vision) == ("demo", 2, False)
    assert (settings.data, settings.traces_ratio, settings.web_port) == (Path("there"), 0.5, 8601)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("door = 1", "`door`"),
        ("DOOR_PORT = 1", "`DOOR_PORT`"),
        ('config = "other.toml"', "`config`"),
        ('door_port = "x"', "door_port"),
        ("[kafka]\nprefix = 'a'", "kafka"),
        ("door_port", "no file of TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_refused_by_name_with_the_file_and_what_to_do(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(Invalid, match=named) as refused:
        load(file_of(tmp_path, text) | {"TARAZY_DOOR_PORT": "2", "TARAZY_KAFKA": "host:1"})
    assert str(tmp_path / "tarazy.toml") in refused.value.detail
    assert re.search("in lower case and without TARAZY_|as name = value", refused.value.detail)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        load({"TARAZY_CONFIG": str(tmp_path / "none.toml")})


def test_a_wrong_variable_is_not_taken_for_the_files_fault(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="door_port") as refused:
        load(file_of(tmp_path, "door_port = 1") | {"TARAZY_DOOR_PORT": "x"})
    assert "tarazy.toml" not in refused.value.detail


def test_every_setting_is_explained_with_its_source(tmp_path: Path) -> None:
    environment = file_of(tmp_path, 'policy = "default"\nhost = "::1"') | {"TARAZY_POLICY": "demo"}
    lines = {line.variable: line for line in explain(load(environment), environment)}
    assert (lines["TARAZY_POLICY"].source, lines["TARAZY_POLICY"].value) == ("environment", "demo")
    assert lines["TARAZY_HOST"].source == f"file {tmp_path / 'tarazy.toml'}"
    assert lines["TARAZY_DATA"].source == "default"
    assert set(ABOUT) == set(Settings.__struct_fields__)


def test_the_command_says_where_each_value_came_from(tmp_path: Path) -> None:
    told = file_of(tmp_path, 'policy = "demo"') | {"COLUMNS": "400"}
    printed = CliRunner().invoke(config.app, env=told).output
    assert f"file {tmp_path / 'tarazy.toml'}" in next(line for line in printed.splitlines() if "TARAZY_POLICY" in line)
    wrong = CliRunner().invoke(config.app, env=file_of(tmp_path, "door = 1"))
    assert (wrong.exit_code, "door" in wrong.output) == (2, True)
