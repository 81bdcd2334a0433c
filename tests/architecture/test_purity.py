"""`adjudication` is pure: standard library without I/O, and msgspec."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "adjudication").rglob("*.py"))
ALLOWED = {
    *("adjudication", "base64", "binascii", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum"),
    *("functools", "hashlib", "hmac", "itertools", "math", "msgspec", "operator", "re", "string", "struct"),
    *("tomllib", "types", "typing", "unicodedata"),
}
CLOCKS = {("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow")}
FORBIDDEN_CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
LOADED = """
import pkgutil, importlib, sys
before = set(sys.modules)
import adjudication
for module in pkgutil.walk_packages(adjudication.__path__, "adjudication."):
    importlib.import_module(module.name)
print("\\n".join(sorted(name for name in set(sys.modules) - before)))
"""
HEAVY = {"socket", "ssl", "asyncio", "sqlite3", "logging", "random", "secrets", "zoneinfo", "numpy", "threading"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_imports_only_what_is_pure(file: Path) -> None:
    assert _imported(ast.parse(file.read_text())) <= ALLOWED


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_knows_no_clock_and_touches_nothing_outside(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in CLOCKS, f"{file.name}:{node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in FORBIDDEN_CALLS, f"{file.name}:{node.lineno}"


def test_importing_all_of_it_loads_nothing_heavy() -> None:
    # -S: no site hooks, which could import things of their own; msgspec is found where this interpreter found it.
    import msgspec

    path = [str(ROOT), str(Path(msgspec.__file__).parents[1])]
    program = f"import sys; sys.path[:0] = {path!r}\n{LOADED}"
    ran = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert "adjudication" in loaded
    assert not loaded & HEAVY
    # msgspec itself looks for typing_extensions.
    foreign = {name for name in loaded if name not in sys.stdlib_module_names}
    assert foreign <= {"adjudication", "msgspec", "typing_extensions"}


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a name comes from"
            names.add((node.module or "").partition(".")[0])
    return names
