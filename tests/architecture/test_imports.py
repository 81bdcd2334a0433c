"""Who may import what: one line of dependence, each heavy library in one place, a command line that starts at once."""

import ast
import subprocess
import sys
from collections import defaultdict
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("adjudication", "ingest", "vision", "integrations", "dashboards")

HEAVY = {
    "ultralytics": "vision/yolo.py",
    "torch": ("vision/yolo.py", "vision/train/"),
    "onnxruntime": ("vision/onnx.py", "vision/train/"),
    "paddleocr": "vision/paddle.py",
    "confluent_kafka": "integrations/kafka/",
    "clickhouse_connect": "integrations/register/",
    "chdb": "integrations/register/",
    "obstore": "integrations/objects/",
    "sqlalchemy": ("integrations/casebook/", "integrations/schema/casebook/"),
    "alembic": ("integrations/casebook/", "integrations/schema/casebook/"),
    "pyarrow": "integrations/register/",
    "prometheus_client": "integrations/prometheus.py",
    "opentelemetry": "integrations/traces.py",
}

ALLOWED = {"adjudication", "msgspec", "typing_extensions", "__main__", "__mp_main__"}
"""msgspec imports typing_extensions where it is there."""


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("library", sorted(HEAVY))
def test_a_heavy_library_stands_in_one_place(library: str) -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in modules()
        if library in imported(path) and not str(path.relative_to(ROOT)).startswith(HEAVY[library])
    ]
    assert elsewhere == []


def test_a_package_imports_only_what_stands_to_its_right() -> None:
    for path in modules():
        own = PACKAGES.index(path.relative_to(ROOT).parts[0])
        forbidden = imported(path) & set(PACKAGES[own + 1 :])
        assert not forbidden, f"{path.relative_to(ROOT)} imports {forbidden}"


def test_the_command_line_loads_nothing_heavy_before_it_is_told_what_to_do() -> None:
    source = "import sys, dashboards.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy = {*HEAVY, "cv2", "numpy", "fastapi", "httpx", "reportlab"}
    assert not heavy & set(loaded.stdout.split())


def test_the_vocabulary_loads_nothing_but_the_standard_library_and_msgspec() -> None:
    source = "import sys, adjudication.codec; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", _with_site(source)], capture_output=True, text=True, check=True
    )
    strangers = set(loaded.stdout.split()) - set(sys.stdlib_module_names) - ALLOWED
    assert not strangers


def _with_site(source: str) -> str:
    import msgspec

    folders = [str(ROOT), str(Path(msgspec.__file__).parents[1])]
    return f"import sys; sys.path += {folders!r}; {source}"


def test_no_two_packages_install_the_same_file():
    """Which of the two is there would be chance: `chdb` and `chdb-core` both write chdb/__init__.py."""
    writers = defaultdict(set)
    for package in distributions():
        for file in package.files or ():
            if file.suffix != ".pyc":
                writers[str(file)].add(package.name)
    assert {file: names for file, names in writers.items() if len(names) > 1} == {}
