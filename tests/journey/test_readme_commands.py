"""The README's commands are run as they stand there; a new one that nobody runs fails the suite."""

import os
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from vision.random_scenes import random_scene
from vision.render import encode_jpeg, render_frame

ROOT = Path(__file__).parents[2]
ONCE = "make demo ARGS=--once"
VERIFY = ".venv/bin/tarazy verify var/demo/act-99-2026-000000001.zip --trust var/demo/trust"
LIVE = "make demo"
PUSH = ".venv/bin/tarazy push PHOTO.jpg"
READ = ".venv/bin/tarazy read PHOTO.jpg"
SUITE = "make test"
"""Runs this suite's own kind; `.ci/run` calls it before."""
FIRST_ACT_S = 60.0
OUTSIDE_MAKE = {name: value for name, value in os.environ.items() if name != "ARGS" and not name.startswith("MAKE")}
"""A make inside a make says where it enters and leaves; a person's does not."""
ANYWHERE = {**OUTSIDE_MAKE, "TARAZY_DOOR_PORT": "0", "TARAZY_WEB_PORT": "0", "PYTHONUNBUFFERED": "1"}

pytestmark = [pytest.mark.server, pytest.mark.models, pytest.mark.timeout(900)]


def run(line: str, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        shlex.split(line), cwd=ROOT, env=ANYWHERE, capture_output=True, text=True, timeout=seconds, check=False
    )


def test_every_command_of_the_readme_is_run_here() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", readme, flags=re.DOTALL)
    lines = {shlex.join(shlex.split(line, comments=True)) for block in blocks for line in block.splitlines()}
    assert lines - {""} == {ONCE, VERIFY, LIVE, PUSH, READ, SUITE}


def test_the_script_passes_once_and_its_act_verifies() -> None:
    once = run(ONCE, 600)
    assert once.returncode == 0, once.stdout[-3000:]
    assert once.stdout.splitlines()[-1] == "var/demo/act-99-2026-000000001.zip"
    verified = run(VERIFY, 60)
    assert verified.returncode == 0, verified.stdout


def test_the_demonstration_signs_within_a_minute_and_takes_a_photograph(tmp_path: Path) -> None:
    photo = tmp_path / "PHOTO.jpg"
    photo.write_bytes(encode_jpeg(render_frame(random_scene(np.random.default_rng(3)), 3).image))
    with subprocess.Popen(
        shlex.split(LIVE), cwd=ROOT, env=ANYWHERE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        try:
            _await_first_act(demo)
            pushed = run(PUSH.replace("PHOTO.jpg", str(photo)), 120)
            assert pushed.returncode == 0, pushed.stdout + pushed.stderr
        finally:
            os.killpg(demo.pid, signal.SIGTERM)
            demo.wait(timeout=60)
    read = run(READ.replace("PHOTO.jpg", str(photo)), 60)
    assert read.returncode == 0, read.stderr


def _await_first_act(demo: subprocess.Popen[str]) -> None:
    assert demo.stdout is not None
    up: float | None = None
    for line in demo.stdout:
        if line.startswith("door "):
            up = time.monotonic()
        if "the first act" in line:
            assert up is not None
            assert time.monotonic() - up < FIRST_ACT_S
            return
    pytest.fail("the demonstration ended before its first act")
