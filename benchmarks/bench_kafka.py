"""Kafka: small records/s produced and through a function stage in one process, MB/s of frames, and what a commit costs.

`python -m benchmarks.bench_kafka` prints one JSON object. One broker on the same machine, one copy, started for the
occasion (or `KAFKA_BOOTSTRAP`, where the figures are that cluster's); its data lie on the disk of this folder.
"""

import gc
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from adjudication import codec, ids
from adjudication.messages import PassageClosed
from deploy.servers import kafka
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord
from ingest.topics import HOUR_S, Topic
from integrations.kafka import topics as kafka_topics
from integrations.kafka.connection import Connection
from integrations.kafka.stream import KafkaStream

IN = Topic("bench-in.v1", "device", HOUR_S, "for the benchmark")
OUT = Topic("bench-out.v1", "device", HOUR_S, "for the benchmark")
FRAMES = Topic("bench-frames.v1", "device", HOUR_S, "for the benchmark", True)
FRAME_BYTES = 350_000
"""The national load model's frame."""
SMALL = 200_000
PICTURES = 1_500
PER_SEND = 2_000
BATCH = 4_000
"""Of the stage: a transaction costs the same for one record and for thousands."""
PRODUCERS = 8
PARTITIONS = 8
WARM = 20_000
"""Records before anything is timed: the broker compiles itself meanwhile."""
UNITS = 50


def run() -> dict[str, float]:
    """Every figure of this subject, by name and unit."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, kafka.running(1, Path(folder)) as cluster:
        connection = Connection(cluster.bootstrap, f"{secrets.token_hex(4)}.")
        shape = kafka_topics.Layout(PARTITIONS, replication=1)
        wanted = kafka_topics.wanted(connection, shape, (IN, OUT, FRAMES), ())
        kafka_topics.apply(connection.admin(), wanted)
        stream = KafkaStream(connection, (IN, OUT, FRAMES), shape=shape)
        try:
            return _figures(stream)
        finally:
            stream.close()


def _figures(stream: KafkaStream) -> dict[str, float]:
    small = [_small(n) for n in range(SMALL)]
    gc.freeze()  # a process at work holds no two hundred thousand records for the collector to look through
    _send(stream, _lots(small[:WARM], PER_SEND))
    picture = os.urandom(FRAME_BYTES)
    frames = [[NewRecord(FRAMES.name, f"cam-{n % 40}", picture)] for n in range(PICTURES)]
    found = {
        "produce_rows_s": SMALL / _seconds(lambda: _send_at_once(stream, _lots(small, PER_SEND))),
        "produce_single_rows_s": 4_000 / _seconds(lambda: _send_at_once(stream, _lots(small[:4_000], 1))),
        "produce_frames_mb_s": PICTURES * FRAME_BYTES / 1e6 / _seconds(lambda: _send_at_once(stream, frames)),
    }
    count, seconds = _through(stream)
    return found | {
        "stage_rows_s": count / seconds,
        "read_frames_mb_s": PICTURES * FRAME_BYTES / 1e6 / _seconds(lambda: _read(stream)),
        "unit_ms": 1e3 * _seconds(lambda: _commit(stream)) / UNITS,
    }


def _small(n: int) -> NewRecord:
    ident = ids.stable_id("bench", n)
    message = PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 40}", hour_us=0, outcome="NONE")
    return NewRecord(IN.name, message.device_id, codec.encode(message), {"trace": ident})


def _lots(records: Sequence[NewRecord], size: int) -> list[Sequence[NewRecord]]:
    return [records[n : n + size] for n in range(0, len(records), size)]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _send(stream: KafkaStream, batches: Sequence[Sequence[NewRecord]]) -> None:
    for batch in batches:
        stream.send(batch)


def _send_at_once(stream: KafkaStream, batches: Sequence[Sequence[NewRecord]]) -> None:
    threads = [threading.Thread(target=_send, args=(stream, batches[n::PRODUCERS])) for n in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _through(stream: KafkaStream) -> tuple[int, float]:
    """A stage that passes on what it gets: decode, handle, encode, commit. Records and seconds, after the join."""
    done = 0

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        nonlocal done
        done += len(received)
        return [Outgoing(OUT, r.key, r.message, r.carried()) for r in received if isinstance(r.message, PassageClosed)]

    session = stream.session("bench", (IN,))
    runner = Runner(Stage("bench", "function", (IN,), handle, batch=BATCH), session)
    runner.step(10.0)  # joined, and the first fetch is here
    warm, started = done, time.perf_counter()
    while done < SMALL:
        runner.step(10.0)
    seconds = time.perf_counter() - started
    session.close()
    return done - warm, seconds


def _read(stream: KafkaStream) -> None:
    session, left = stream.session("bench-read", (FRAMES,)), PICTURES
    while left > 0:
        left -= len(session.poll(64, 10.0))
    session.close()


def _commit(stream: KafkaStream) -> None:
    """Units of one record, one after the other."""
    session = stream.session("bench-units", (IN,))
    for n in range(UNITS):
        session.begin()
        session.append([NewRecord(OUT.name, f"cam-{n}", b"{}")])
        session.flush()
        session.offsets({})
        session.commit()
    session.close()


if __name__ == "__main__":
    print(json.dumps({name: round(value, 1) for name, value in run().items()}, indent=2))
