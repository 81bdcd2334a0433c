"""The READMEs say what is there: every module, command, topic, metric and setting, and nothing that is not."""

import configparser
import os
import re
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboards.cli import COMMANDS
from ingest import topics
from ingest.clock import system_clock
from ingest.metrics import ASKED, TOLD
from integrations.config import ABOUT, Settings
from integrations.keys import MasterKey
from integrations.pipeline import Centre, Stores, road

ROOT = Path(__file__).parents[2]
PACKAGES = ("dashboards", "integrations", "vision", "ingest", "adjudication")
FOLDERS = (*PACKAGES, "tests", "deploy")
READMES = sorted(
    [*(path for folder in (*FOLDERS, "benchmarks") for path in (ROOT / folder).rglob("README.md")), ROOT / "README.md"]
)
READING_ORDER = "## Files, in reading order"
QUOTED = re.compile(r"`([\w./-]+)`")
FILE = re.compile(r"(?<![\w./-])[\w./-]+\.(?:py|sql|service|md)(?![\w/])")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")

# Put together here, so that this file does not find itself.
MACHINE_PATHS = [f"/{name}/" for name in ("work", "home", "root", "Users", "tmp")]
REGISTRIES = [".".join(name) for name in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))]
TEXT = {"", *[".py", ".md", ".toml", ".html", ".css", ".js", ".sql", ".yml", ".yaml", ".svg", ".service", ".lock"]}
OUTSIDE = {".venv", ".tools", ".git", ".cache", "var", "dist", "__pycache__"}


def section(readme: Path, heading: str) -> str:
    """The text below a heading, up to the next one of its rank."""
    text = readme.read_text(encoding="utf-8")
    assert f"\n{heading}\n" in text, f"{readme.relative_to(ROOT)} has no part {heading!r}"
    return re.split(r"^## ", text.split(f"\n{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def table(readme: str, first_column: str) -> list[str]:
    """The rows of a README's tables whose first column, without its quotes, matches."""
    lines = (ROOT / readme).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(rf"\| `{first_column}` \|", line)]


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def modules(folder: Path) -> Iterator[str]:
    """Every module below a folder but those that a README nearer to them speaks for."""
    for path in sorted(folder.rglob("*.py")):
        nearer = any((between / "README.md").exists() for between in path.parents if folder in between.parents)
        if path.name != "__init__.py" and not nearer:
            yield str(path.relative_to(folder))


def text_files() -> Iterator[Path]:
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if name not in OUTSIDE and not name.endswith(("_cache", ".egg-info"))]
        below[:] = [name for name in below if not (name.startswith(".") and name not in {".ci", ".github"})]
        yield from (Path(folder, name) for name in names if Path(name).suffix in TEXT and name != ".git")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_of_a_package_is_named_once_in_its_reading_order(package: str) -> None:
    named = QUOTED.findall(section(ROOT / package / "README.md", READING_ORDER))
    files = [name for name in named if name.endswith(".py") and (ROOT / package / name).exists()]
    assert sorted(files) == sorted(modules(ROOT / package))


@pytest.mark.parametrize("folder", ["ingest/doors", "integrations/casebook", "vision/train"])
def test_every_module_of_a_folder_with_a_readme_of_its_own_is_named_there(folder: str) -> None:
    named = set(QUOTED.findall((ROOT / folder / "README.md").read_text(encoding="utf-8")))
    assert set(modules(ROOT / folder)) <= named


def test_every_folder_and_shared_module_of_the_tests_is_named() -> None:
    named = set(QUOTED.findall(section(ROOT / "tests/README.md", READING_ORDER)))
    folders = {f"{path.parent.name}/" for path in (ROOT / "tests").rglob("test_*.py")} | {"scenarios/"}
    shared = {str(path.relative_to(ROOT / "tests")) for path in (ROOT / "tests").rglob("*.py")}
    shared = {name for name in shared if not Path(name).name.startswith(("test_", "conftest"))}
    assert folders | shared <= named


def test_every_file_of_the_deployment_is_named() -> None:
    named = set(QUOTED.findall(section(ROOT / "deploy/README.md", READING_ORDER)))
    stored = (path for path in (ROOT / "deploy").rglob("*") if path.is_file() and path.suffix != ".pyc")
    files = {str(path.relative_to(ROOT / "deploy")) for path in stored}
    assert files - {"README.md"} == {name for name in named if (ROOT / "deploy" / name).is_file()}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_a_readme_speaks_of_exists(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    quoted = {name for span in re.findall(r"`([^`\n]+)`", text) for name in FILE.findall(span)}
    named = quoted | set(LINK.findall(text))
    gone = {name for name in named if not any((place / name).exists() for place in (readme.parent, ROOT))}
    assert not gone


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_a_readme_speaks_of_is_one(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    spoken = "\n".join(re.findall(r"`([^`\n]+)`", text) + re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL))
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(re.findall(r"(?m)(?:^|&& )make ([a-z][a-z-]*)", spoken)) <= set(targets)
    assert set(re.findall(r"(?m)(?:^|bin/)tarazy ([a-z][a-z-]*)", spoken)) <= set(COMMANDS)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_readme_says_what_its_package_may_import(package: str) -> None:
    right = set(PACKAGES[PACKAGES.index(package) + 1 :])
    said = set(QUOTED.findall(section(ROOT / package / "README.md", "## What it may import"))) & set(PACKAGES)
    assert said == right


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_stands_in_the_manual(command: str) -> None:
    assert import_module(f"dashboards.cli.{command}").app.info.help
    manual = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "dashboards/README.md"))
    assert re.search(rf"tarazy {command}\b", manual)


def test_every_topic_is_documented_as_it_is() -> None:
    known = [row(f"`{t.name}`", t.key, f"{t.retention_s // 3600} h", t.about) for t in topics.ROAD]
    assert table("ingest/README.md", r"[a-z-]+\.v\d+") == known


def test_every_stage_is_documented_as_it_is() -> None:
    # Making the stages opens nothing: what they name and read is known before there is a store.
    closed: Any = SimpleNamespace(devices=None, close=lambda: None)
    centre = Centre(Settings(), system_clock, Stores(*(lambda: closed for _ in fields(Stores))))
    centre.signer = centre.log = centre.registries = closed
    centre.master = MasterKey(bytes(32))
    assert tuple(s.name for s in road(centre, None)) == topics.STAGES
    known = [row(f"`{s.name}`", s.kind, ", ".join(t.name for t in s.reads)) for s in road(centre, None)]
    told = table("integrations/README.md", r"[a-z]+")
    assert [row(*line.strip("| ").split(" | ")[:3]) for line in told] == known


def test_every_metric_is_documented_as_it_is() -> None:
    known = [row(f"`{m.name}`", m.kind, ", ".join(m.labels) or "–", m.about) for m in (*TOLD, *ASKED)]
    assert table("ingest/README.md", r"tarazy_\w+") == known


def test_every_setting_is_documented_as_it_is() -> None:
    defaults = {name: getattr(Settings(), name) for name in Settings.__struct_fields__}
    shown = {name: "true" if value is True else str(value) for name, value in defaults.items()}
    known = [
        row(f"`TARAZY_{name.upper()}`", f"`{value}`" if value else "empty", ABOUT[name])
        for name, value in shown.items()
    ]
    assert table("integrations/README.md", r"TARAZY_\w+") == known


def test_the_unit_file_sets_what_there_is_to_set() -> None:
    unit = configparser.RawConfigParser(strict=False, delimiters=("=",))
    text = (ROOT / "deploy/tarazy.service").read_text(encoding="utf-8")
    unit.read_string(text)
    assert unit["Service"]["ExecStart"].endswith("/bin/tarazy up")
    given = set(re.findall(r"^Environment=TARAZY_(\w+)=", text, flags=re.MULTILINE))
    assert given
    assert given <= {name.upper() for name in Settings.__struct_fields__}


def test_nothing_names_a_machine_or_a_registry() -> None:
    own = Path(__file__)
    for path in text_files():
        if path != own:
            text = path.read_text(encoding="utf-8", errors="replace")
            found = [word for word in (*MACHINE_PATHS, *REGISTRIES) if word in text]
            assert not found, f"{path.relative_to(ROOT)} says {found}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-extra.lock"])
def test_a_lock_pins_every_package_by_digest_and_names_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8"))
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert pinned
    assert all(re.match(r"[\w.\[\]-]+==\S+", entry) and "--hash=sha256:" in entry for entry in pinned)
    assert "://" not in "".join(entries)


def test_the_lock_has_one_cv2_and_neither_torch_nor_paddle() -> None:
    names = re.findall(r"^([\w.-]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [name for name in names if name.startswith("opencv")] == ["opencv-python-headless"]
    assert not [name for name in names if name.startswith(("torch", "paddle", "ultralytics"))]


def test_the_extras_lock_installs_the_same_cv2_and_no_paddlepaddle() -> None:
    lock = (ROOT / "requirements-extra.lock").read_text(encoding="utf-8")
    lines = re.findall(r"^[\w.-]+==.*", lock, flags=re.MULTILINE)
    builds = [line for line in lines if line.startswith("opencv") and "sys_platform == 'never'" not in line]
    assert [line.split("==")[0] for line in builds] == ["opencv-python-headless"]
    names = {line.split("==")[0] for line in lines}
    assert {"torch", "ultralytics", "paddleocr", "onnx", "onnxruntime"} <= names
    assert "paddlepaddle" not in names
