"""The stream: rows/s of small records and MB/s of frames, produced and through a function stage, and the floor beneath.

`python -m benchmarks.bench_stream` prints one JSON object. The floor is what the disk alone gives: the same bytes
written and flushed by hand, as often as the stream flushes.
"""

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from adjudication import codec, ids
from adjudication.messages import PassageClosed
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import NewRecord, Stream
from ingest.topics import HOUR_S, Topic
from integrations.sqlite_stream import SqliteStream

IN = Topic("bench-in.v1", "device", HOUR_S, "for the benchmark")
OUT = Topic("bench-out.v1", "device", HOUR_S, "for the benchmark")
FRAME_BYTES = 350_000
"""The national load model's frame."""
SMALL = 20_000
FRAMES = 300
PER_SEND = 64
PRODUCERS = 8
"""Threads that send one record each at a time, as the door's do."""


def run() -> dict[str, float]:
    """Every figure of this subject, by name: `<adapter>_<what>_<unit>`."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:  # a real disk: /tmp is memory on many machines
        figures |= _of("memory", MemoryStream((IN, OUT)))
        stream = SqliteStream(Path(folder) / "stream", (IN, OUT))
        figures |= _of("sqlite", stream)
        stream.close()
        figures |= _floor(Path(folder) / "floor")
    return figures


def _of(name: str, stream: Stream) -> dict[str, float]:
    small = [_small(n) for n in range(SMALL)]
    picture = os.urandom(FRAME_BYTES)
    large = [NewRecord(IN.name, f"cam-{n % 40}", picture) for n in range(FRAMES)]
    by_64 = [small[n : n + PER_SEND] for n in range(0, SMALL, PER_SEND)]
    single = [[record] for record in small[:4_000]]
    return {
        f"{name}_produce_rows_s": SMALL / _seconds(lambda: _send(stream, by_64)),
        f"{name}_stage_rows_s": SMALL / _seconds(lambda: _through(stream, "small")),
        f"{name}_produce_single_rows_s": len(single) / _seconds(lambda: _send_at_once(stream, single)),
        f"{name}_produce_frames_mb_s": FRAMES
        * FRAME_BYTES
        / 1e6
        / _seconds(lambda: _send(stream, [[r] for r in large])),
        f"{name}_read_frames_mb_s": FRAMES * FRAME_BYTES / 1e6 / _seconds(lambda: _read(stream, "frames")),
    }


def _small(n: int) -> NewRecord:
    ident = ids.stable_id("bench", n)
    message = PassageClosed(passage_id=ident, event_id=ident, device_id=f"cam-{n % 40}", hour_us=0, outcome="NONE")
    return NewRecord(IN.name, message.device_id, codec.encode(message), {"trace": ident})


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _send(stream: Stream, batches: Sequence[Sequence[NewRecord]]) -> None:
    for batch in batches:
        stream.send(batch)


def _send_at_once(stream: Stream, batches: Sequence[Sequence[NewRecord]]) -> None:
    threads = [threading.Thread(target=_send, args=(stream, batches[n::PRODUCERS])) for n in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _through(stream: Stream, group: str) -> None:
    """A stage that passes on what it gets: decode, handle, encode, commit."""

    def handle(received: Sequence[Received]) -> list[Outgoing]:
        return [Outgoing(OUT, r.key, r.message, r.carried()) for r in received if isinstance(r.message, PassageClosed)]

    stage = Stage(group, "function", (IN,), handle)
    runner = Runner(stage, stream.session(group, (IN,)))
    while runner.step(0) == "worked":
        pass


def _read(stream: Stream, group: str) -> None:
    session = stream.session(group, (IN,))
    while session.poll(64, 0):
        pass


def _floor(path: Path) -> dict[str, float]:
    """The same bytes by hand: a flush for each 64 small records, and one for each frame."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    small = b"".join(_small(n).value for n in range(PER_SEND))
    picture = os.urandom(FRAME_BYTES)

    def write(data: bytes, times: int) -> None:
        for _ in range(times):
            os.write(descriptor, data)
            os.fdatasync(descriptor)

    rows = SMALL / _seconds(lambda: write(small, SMALL // PER_SEND))
    frames = FRAMES * FRAME_BYTES / 1e6 / _seconds(lambda: write(picture, FRAMES))
    os.close(descriptor)
    return {"floor_rows_s": rows, "floor_frames_mb_s": frames}


if __name__ == "__main__":
    print(json.dumps({name: round(value, 1) for name, value in run().items()}, indent=2))
