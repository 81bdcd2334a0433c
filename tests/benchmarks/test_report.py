"""From what was noted of a run to its figures: nothing counted twice, nothing hidden."""

import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from benchmarks.national import processes
from benchmarks.national.capacity import Spent, model
from benchmarks.national.client import Phase, Sent, Told
from benchmarks.national.processes import Used
from benchmarks.national.report import Seen, figures, timeline
from benchmarks.national.watch import Look
from benchmarks.national.words import told as worded
from benchmarks.sampling import sampled

PHASE = Phase(devices=10, seconds=30.0, seed=1, times=1.0, offences=0.01, outage=True)
BEGAN_S = 1_000.0


def sent(number: int, at_s: float, *, backlog: bool = False, twice: bool = False) -> Sent:
    return Sent(f"event-{number}", "backlog" if backlog else "live", twice, BEGAN_S + at_s, 0.05, 0.0, 100)


def looked(at_s: float, settled: int, lag: int = 0) -> Look:
    return Look(BEGAN_S + at_s, settled, settled // 10, {"decide confirmed.v1": lag} if lag else {}, {"broker": at_s})


SENT = [sent(n, float(n)) for n in range(30)] + [sent(30 + n, 20.0 + n, backlog=True, twice=n == 0) for n in range(5)]
SEEN = Seen(
    phase=PHASE,
    told=Told(BEGAN_S, SENT, {"overloaded": 2}, {}, BEGAN_S + 30),
    looks=[looked(0, 100), looked(10, 110, lag=4), looked(20, 120), looked(35, 134), looked(40, 134)],
    first_seen_s={one.event_id: one.sent_s + (3 if one.sent_s >= BEGAN_S + 20 else 1) for one in SENT},
    used={"gateway": Used(0.34, 50.0, 3400), "client": Used(3.4, 20.0, 0)},
    stages={},
    seconds=40.0,
)


def test_a_rate_counts_until_the_last_passage_is_settled_and_no_longer() -> None:
    told = figures(SEEN)
    assert told["passages_per_second"] == pytest.approx(34 / 35)
    assert (told["accepted"], told["settled"], told["unsettled"]) == (35, 34, 1)


def test_the_devices_processor_time_is_told_apart() -> None:
    told = figures(SEEN)
    assert told["centre_cpu_ms_per_passage"] == pytest.approx(10.0)
    assert told["client_cpu_ms_per_passage"] == pytest.approx(100.0)


def test_live_latency_during_a_backlog_stands_beside_that_before_it() -> None:
    latency = figures(SEEN)["latency_s"]
    assert isinstance(latency, dict)
    assert latency["live before backlog"]["p99"] == pytest.approx(1.0)
    assert latency["live during backlog"]["p99"] == pytest.approx(3.0)
    assert latency["backlog"]["count"] == 5


def test_an_event_sent_twice_is_two_bodies_and_one_passage() -> None:
    told = figures(SEEN)
    assert told["bytes_sent"] == 36 * 100
    assert told["sent_twice"] == 1


def test_the_timeline_tells_the_lag_that_was_seen() -> None:
    assert [look["lag_records"] for look in timeline(SEEN)] == [4, 0, 0, 0]
    assert figures(SEEN)["lag_records_most"] == 4


def test_what_is_told_in_words_names_passages_cost_and_assumptions() -> None:
    spent = Spent(40.0, 34, {"gateway": 0.34})
    capacity = msgspec.to_builtins(model(Spent(5.0, 0, {"gateway": 0.0}), spent, spent, 350_000))
    text = worded(figures(SEEN) | {"capacity": capacity})
    assert "1.0 passages/s at the register" in text
    assert "6000 devices: 35 passages/s" in text
    assert "assumed: " in text


def test_a_process_below_this_one_is_named_and_its_time_is_counted() -> None:
    source = "import sys; sum(range(30_000_000)); print(1, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", source, "benchmarks.roles", "gateway"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = processes.used()
        process.communicate()
    assert used["gateway"].cpu_s > 0.05
    assert used["gateway"].memory_mib > 1
    assert "watcher" in used


def test_a_profile_names_where_the_time_went(tmp_path: Path) -> None:
    with sampled(tmp_path / "profile.txt"):
        worker = threading.Thread(target=busy)
        worker.start()
        worker.join()
    assert "test_report.py:busy" in (tmp_path / "profile.txt").read_text()


def busy() -> None:
    for _ in range(200):
        sum(range(200_000))
