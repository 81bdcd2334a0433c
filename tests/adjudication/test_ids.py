"""An id is a hash of its cause, the same on every machine and in every run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adjudication import ids

PARTS = st.lists(st.text(max_size=8) | st.integers(), max_size=4)
ROOT = Path(__file__).parents[2]
PROGRAM = """
from adjudication import codec, ids
from adjudication.decide import decide
from integrations.lawfiles import load_law, load_policy
from tests import samples
(case,) = decide(samples.checked(), (), load_law(), load_policy("default"))
print(ids.stable_id("case", "a", 1), ids.keyed_pseudonym(b"s", 1, "plate", "489AAC02"))
print(load_law().sha256, load_policy("default").sha256, case.decision_id, codec.encode(case).hex())
"""


@given(PARTS, PARTS)
def test_only_the_same_parts_give_the_same_id(first: list[str | int], second: list[str | int]) -> None:
    same = [str(part) for part in first] == [str(part) for part in second]
    assert (ids.stable_id("k", *first) == ids.stable_id("k", *second)) == same


def test_parts_do_not_run_into_each_other() -> None:
    assert ids.stable_id("k", "ab", "c") != ids.stable_id("k", "a", "bc")
    assert ids.stable_id("k", "a") != ids.stable_id("ka")


def test_a_cause_has_one_id_in_each_name_space() -> None:
    event = ids.event_id("cam-1", 7)
    made = [
        event,
        ids.passage_id(event, 0),
        ids.passage_id(event, 1),
        ids.passage_id(event, 0, "f" * 32),
        ids.checked_id(event, 1),
        ids.checked_id(event, 2),
        ids.measured_case_id(event, "p", "592(1)"),
        ids.measured_case_id(event, "p", "592(2)"),
        ids.register_case_id("900101300017", "vin", "230(2)", "2026-04-06"),
        ids.register_case_id("900101300017", "vin", "230(2)", "2026-04-07"),
        ids.decision_id(event, event, (), "a", "b"),
        ids.decision_id(event, event, (event,), "a", "b"),
    ]
    assert len(set(made)) == len(made)
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in made)


def test_a_pseudonym_depends_on_its_key_version_and_kind_and_shows_no_plate() -> None:
    made = {
        ids.keyed_pseudonym(secret, version, kind, "489AAC02")
        for secret in (b"one", b"two")
        for version in (1, 2)
        for kind in ("plate", "person")
    }
    assert len(made) == 8
    assert all(one.startswith(("v1-", "v2-")) and "489" not in one[:6] for one in made)
    assert ids.keyed_pseudonym(b"one", 1, "plate", "X") == ids.keyed_pseudonym(b"one", 1, "plate", "X")


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_equal_causes_give_equal_ids_and_bytes_under_any_hash_seed(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    here = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "PYTHONHASHSEED": "random"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == here.stdout
    assert len(ran.stdout) > 1_000
