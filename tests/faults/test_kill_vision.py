"""kill -9 on a vision worker with the real eyes: every frame has its one answer, none is lost, none is given twice."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from adjudication import codec
from adjudication.facts import DeviceReading
from adjudication.messages import PassageObserved
from benchmarks.bench_eyes import Shown, shown
from ingest.frame import Frame
from ingest.stream import NewRecord
from ingest.topics import FRAMES, PASSAGES, dead
from integrations.sqlite_stream import SqliteStream
from tests import samples
from vision.models import default_directory, missing

DRAWN, EVENTS, KILLS = 4, 60, 5
SETTLES_WITHIN_S = 420.0
"""Ten batches of a second on a machine at rest; one that is busy may take ten times as long."""
TOPICS = (FRAMES, PASSAGES, dead("vision"))

WORKER = """
import sys, time
from pathlib import Path
from ingest.embedded import EmbeddedRunner
from ingest.events import Committed
from integrations.sqlite_stream import SqliteStream
from tests.faults.test_kill_vision import TOPICS
from vision.batching import Fed
from vision.eyes import open_eyes
from vision.stage import vision

stream = SqliteStream(Path(sys.argv[1]), TOPICS)
with Fed(open_eyes(Path(sys.argv[2]))) as eyes:
    stage = vision(eyes, key=str)
    tell = lambda event: isinstance(event, Committed) and print("Committed", flush=True)
    with EmbeddedRunner((stage,), stream, lambda name, error: print(name, repr(error), file=sys.stderr), observe=tell):
        print("running", flush=True)
        while not stream.lag() or any(lag.records for lag in stream.lag()):
            time.sleep(0.2)
stream.close()
print("done", flush=True)
"""


def frame(number: int, drawn: list[Shown]) -> Frame:
    """An event of one of the drawn frames; every other one comes with the device's boxes."""
    one = drawn[number % len(drawn)]
    plate, vehicle = (one.plate, one.vehicle) if number % 2 else (None, None)
    hint = DeviceReading(plate=one.text, confidence_bp=9_000, plate_box=plate, vehicle_box=vehicle)
    return samples.frame(number, (one.body,), reading=hint)


@pytest.mark.server
@pytest.mark.models
@pytest.mark.timeout(900)
def test_a_vision_worker_killed_at_random_moments_loses_and_repeats_nothing(tmp_path: Path) -> None:
    models = default_directory().absolute()
    if missing(models):
        pytest.skip("the models are not there: make models")
    chance, drawn = random.Random(3), [*shown(DRAWN)]
    frames = [frame(number, drawn) for number in range(1, EVENTS + 1)]
    again = [*frames, *frames[::5]]  # a device that got no receipt sends again
    stream = SqliteStream(tmp_path, TOPICS)
    stream.send([NewRecord(FRAMES.name, "cam-1", one.encode()) for one in again])
    stream.close()
    command = [sys.executable, "-c", WORKER, str(tmp_path), str(models)]
    batch_s = 1.0
    for life in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "running\n"
            if life % 2 == 0:  # every other life is killed in its second batch, the others in their first
                started = time.monotonic()
                assert process.stdout.readline() == "Committed\n"
                batch_s = time.monotonic() - started
            time.sleep(chance.uniform(0, batch_s))
            process.send_signal(signal.SIGKILL)
    last = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=SETTLES_WITHIN_S, check=True)
    told = last.stdout.split()
    assert set(told) == {"running", "Committed", "done"}, "a life that is not killed ends by itself"
    assert told.count("Committed") > 2, "there was something left to lose"

    stream = SqliteStream(tmp_path, TOPICS)
    passages = [codec.decode(record.value, PassageObserved) for record in stream.scan(PASSAGES.name, 0, 2**62)]
    assert sorted(one.event.sequence for one in passages) == list(range(1, EVENTS + 1))
    assert len({one.passage_id for one in passages}) == EVENTS
    assert not list(stream.scan(dead("vision").name, 0, 2**62))
    read = {one.event.sequence: one.plate.text if one.plate is not None else "" for one in passages}
    right = sum(read[number] == drawn[number % DRAWN].text for number in read)
    assert right >= 0.8 * EVENTS, "real eyes read real frames"
    stream.close()
