"""Twenty thousand decisions are the same bytes in two processes that order their hashes differently."""

import json
import os
import subprocess
import sys
from pathlib import Path

from adjudication.decide import decide
from adjudication.messages import CaseDecided
from benchmarks.decisions import LOOKS, national, numbered, of_all_kinds, run
from integrations.lawfiles import load_law, load_policy

ROOT = Path(__file__).parents[2]
COUNT = 20_000
GROWTH_KIB = 2_048
"""What memory may still grow by after half of a short run: the allocator takes arenas of a MiB."""


def decided(hash_seed: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.decisions", str(COUNT)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_decisions_replay_bit_identically_under_other_hash_seeds_and_in_flat_memory() -> None:
    started = [decided(seed) for seed in ("1", "2")]
    one, two = (json.loads(process.communicate()[0]) for process in started)
    assert one["decisions"] >= COUNT
    assert (one["decisions"], one["passages"], one["sha256"]) == (two["decisions"], two["passages"], two["sha256"])
    for told in (one, two):
        assert len(told["kib"]) == LOOKS
        assert told["kib"][-1] - told["kib"][LOOKS // 2] < GROWTH_KIB


def test_the_digest_is_of_what_was_decided() -> None:
    assert run(100).sha256 == run(100).sha256 != run(101).sha256


def test_the_passages_are_of_every_route_and_part_and_no_two_are_alike() -> None:
    law, policy = load_law(), load_policy("default")
    cases = [case for checked in of_all_kinds() for case in decide(checked, (), law, policy)]
    assert {case.route for case in cases if isinstance(case, CaseDecided)} == {
        "auto",
        "review",
        "wait",
        "refer",
        "reject",
    }
    assert len({case.part for case in cases if isinstance(case, CaseDecided)}) > 20
    passages = numbered(national())
    first = [next(passages) for _ in range(1_000)]
    assert len({checked.checked_id for checked in first}) == 1_000
    assert sum(len(decide(checked, (), law, policy)) for checked in first) == 1_000
