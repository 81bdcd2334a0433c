"""The images: nothing unpinned, nobody is root, and the two builds of ONNX Runtime are of one version."""

import re
import subprocess
from pathlib import Path

import pytest

from integrations.config import Settings
from tests.deploy.files import DEPLOY, ROOT, tool

DOCKERFILES = [DEPLOY / "docker/Dockerfile", DEPLOY / "docker/Dockerfile.cuda"]
CUDA_LOCK = DEPLOY / "docker/requirements-cuda.lock"
COPIED = re.compile(r"^COPY ((?!--from)\S.*) \S+$", re.MULTILINE)


def pinned(lock: Path) -> set[tuple[str, str]]:
    """Names and versions; a name has several where versions differ by Python's."""
    return set(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_a_base_is_a_version_and_names_no_registry(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    arguments = dict(re.findall(r"^ARG (\w+)=(\S+)$", text, flags=re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE))
    for base in bases:
        found = re.fullmatch(r"\$\{(\w+)\}", base)
        name = arguments[found[1]] if found else base
        assert name in re.findall(r"^FROM \S+ AS (\S+)$", text, flags=re.MULTILINE) or re.fullmatch(
            r"[a-z]+:\d[\w.-]+", name
        ), base


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_an_image_ends_as_a_user_who_is_not_root(file: Path) -> None:
    last = file.read_text(encoding="utf-8").split("\nFROM ")[-1]
    assert re.findall(r"^USER (\S+)$", last, flags=re.MULTILINE)[-1] == "10001:10001"


def test_the_image_asks_for_health_and_starts_the_command() -> None:
    text = DOCKERFILES[0].read_text(encoding="utf-8")
    assert re.search(r"^HEALTHCHECK .*/health", text, flags=re.MULTILINE)
    assert 'ENTRYPOINT ["tarazy"]' in text
    settings = set(re.findall(r"TARAZY_(\w+)=", text))
    assert settings
    assert settings <= {name.upper() for name in Settings.__struct_fields__}


def test_no_library_tells_its_makers_what_is_done_with_it() -> None:
    # Source: Privacy.md of onnxruntime 1.31: on by default in its builds for Linux.
    for name in ("docker/Dockerfile", "tarazy.service"):
        assert "ORT_DISABLE_TELEMETRY=1" in (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_everything_that_is_copied_is_there_and_reaches_the_builder(file: Path) -> None:
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    sources = {name for line in COPIED.findall(file.read_text(encoding="utf-8")) for name in line.split()}
    assert sources
    assert sources <= allowed
    assert all((ROOT / name).exists() for name in allowed)


def test_the_builder_is_sent_nothing_by_default() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [rule for rule in rules if not rule.startswith(("#", "!"))] == ["*", "**/__pycache__"]


def test_the_card_has_the_same_onnx_runtime_and_numbers_as_the_processor() -> None:
    base, card = pinned(ROOT / "requirements.lock"), pinned(CUDA_LOCK)
    assert {("onnxruntime", version) for name, version in card if name == "onnxruntime-gpu"} <= base
    own = {name for name, _ in card if name == "onnxruntime-gpu" or name.startswith("nvidia-")}
    assert {(name, version) for name, version in card if name not in own} <= base


def test_what_the_card_needs_is_pinned_by_digest_and_names_no_address() -> None:
    text = CUDA_LOCK.read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert all(re.match(r"[\w.-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@pytest.mark.cluster
@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_hadolint_has_nothing_to_say(file: Path) -> None:
    done = subprocess.run([tool("hadolint"), "--no-color", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
