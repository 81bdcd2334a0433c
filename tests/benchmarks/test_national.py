"""`tarazy bench national`, whole and small: every accepted passage is counted at the register."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = "from dashboards.cli import main; main()"
ARGUMENTS = ("bench", "national", "--devices", "20", "--seconds", "10", "--frame-kb", "30", "--json")
TIMES = "150"
"""Twenty devices send one event in ten seconds: too few to see anything."""
KEYS = {
    "passages_per_second",
    "sustained_passages_per_second",
    "acts_per_second",
    "accepted",
    "settled",
    "receipt_s",
    "latency_s",
    "stages",
    "lag_records_most",
    "dropped",
    "refused",
    "bytes_sent",
    "cpu_ms_per_passage",
    "client_cpu_ms_per_passage",
    "memory_mib",
    "capacity",
    "eyes",
    "machine",
}
STAGES = {"vision", "crosscheck", "confirm", "decide", "seal", "issue", "notify", "lifecycle", "register"}
SERVERS = {"broker", "database", "register", "s3"}


@pytest.mark.whole
@pytest.mark.timeout(900)
def test_every_accepted_passage_is_counted_and_all_figures_are_told(tmp_path: Path) -> None:
    picture = tmp_path / "run.png"
    told = subprocess.run(
        [sys.executable, "-c", COMMAND, *ARGUMENTS, "--open", "--times", TIMES, "--picture", str(picture)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-3000:]
    figures = json.loads(told.stdout)
    assert figures.keys() >= KEYS
    for size in (figures["first_size"], figures):
        assert size["accepted"] > 0
        assert size["settled"] == size["accepted"]
        assert size["refused"] == {}
    assert figures["kinds"].keys() >= {"live", "backlog"}
    assert figures["passages_per_second"] > 0
    assert figures["stages"].keys() >= STAGES - {"issue", "notify", "lifecycle", "seal"}
    assert figures["cpu_ms_per_passage"].keys() >= SERVERS | {"gateway", "client"}
    assert [needed["devices"] for needed in figures["capacity"]["needed"]] == [6_000, 60_000]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_without_the_source_tree_the_command_says_what_is_missing() -> None:
    blind = "import sys; sys.modules['benchmarks'] = None; " + COMMAND
    told = subprocess.run(
        [sys.executable, "-c", blind, *ARGUMENTS], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "comes with the source tree" in told.stderr
