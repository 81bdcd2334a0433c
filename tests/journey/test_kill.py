"""SIGKILL a process that runs a whole road, at random moments, and start it again: the end is as if it had not been."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from ingest.clock import system_clock
from ingest.runner import Runner
from integrations.sqlite_stream import SqliteStream
from tests.journey.road import TOPICS, Road

INPUTS = 600
KILLS = 4

CENTRE = """
import sys, time
from pathlib import Path
from ingest.clock import system_clock
from ingest.embedded import EmbeddedRunner
from integrations.sqlite_stream import SqliteStream
from tests.journey.road import TOPICS, Road

stream = SqliteStream(Path(sys.argv[1]), TOPICS)
road = Road(stream, system_clock, first_answer=int(sys.argv[2]))
with EmbeddedRunner(road.stages, stream, lambda name, error: print(name, repr(error), file=sys.stderr)):
    print("running", flush=True)
    time.sleep(60)
"""


def test_a_road_killed_at_random_moments_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    chance = random.Random(2)
    stream = SqliteStream(tmp_path, TOPICS)
    Road(stream, system_clock).send(INPUTS)
    stream.close()
    for kill in range(KILLS):
        command = [sys.executable, "-c", CENTRE, str(tmp_path), str((kill + 1) * 1_000_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "running\n"
            time.sleep(chance.uniform(0.0, 0.15))
            process.send_signal(signal.SIGKILL)
    stream = SqliteStream(tmp_path, TOPICS)
    road = Road(stream, system_clock)
    assert road.run(Runner)
    assert road.faults(INPUTS) == []
    assert road.restarts == 0
    stream.close()
