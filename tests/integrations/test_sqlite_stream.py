"""What only the stream on disk promises: it survives its process, refuses a second, frees what expired."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adjudication.errors import Unavailable
from ingest.clock import VirtualClock
from ingest.stream import Entry, Name, NewRecord
from ingest.topics import Topic
from integrations.sqlite_stream import SqliteStream

NOW_US = 1_775_000_000_000_000
PLAIN = Topic("plain.v1", "device", 3600, "for these tests")
LARGE = 40_000

PRODUCER = """
import sys, threading
from pathlib import Path
from ingest.stream import NewRecord
from ingest.topics import Topic
from integrations.sqlite_stream import SqliteStream

stream = SqliteStream(Path(sys.argv[1]), [Topic("plain.v1", "device", 3600, "for these tests")])
said = threading.Lock()

def produce(who):
    for n in range(10**9):
        stream.send([NewRecord("plain.v1", f"p{who}", f"{n}".encode()),
                     NewRecord("plain.v1", f"p{who}", f"{n}/".encode().ljust(40_000, b"."))])
        with said:
            print(who, n, flush=True)

for who in range(3):
    threading.Thread(target=produce, args=(who,)).start()
"""


def open_stream(folder: Path, clock: VirtualClock | None = None) -> SqliteStream:
    return SqliteStream(folder, [PLAIN], clock or VirtualClock(NOW_US), 2)


def everything(stream: SqliteStream) -> list[bytes]:
    return [record.value for record in stream.scan(PLAIN.name, 0, 2**62)]


def test_what_was_acknowledged_survives_sigkill_and_no_unit_is_torn(tmp_path: Path) -> None:
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", PRODUCER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        acknowledged = {}
        for _ in range(200):
            who, n = process.stdout.readline().split()
            acknowledged[who] = int(n)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        stream = SqliteStream(tmp_path, [PLAIN])
        found: dict[str, list[bytes]] = {}
        for record in stream.scan(PLAIN.name, 0, 2**62):
            found.setdefault(record.key[1:], []).append(record.value)
        stream.close()
        for who, n in acknowledged.items():
            small, large = found[who][-2::-2][::-1], found[who][::-2][::-1]
            begun = max(at for at, value in enumerate(small) if value == b"0")  # this process's, behind the last one's
            assert [int(value) for value in small[begun:]] == list(range(len(small) - begun))
            assert len(small) - begun > n
            assert [(int(value.split(b"/")[0]), len(value)) for value in large[begun:]] == [
                (at, LARGE) for at in range(len(small) - begun)
            ]


def test_records_offsets_and_windows_stand_after_a_restart(tmp_path: Path) -> None:
    stream = open_stream(tmp_path)
    stream.send([NewRecord(PLAIN.name, "a", b"1"), NewRecord(PLAIN.name, "a", bytes(LARGE))])
    session = stream.session("g", [PLAIN])
    (first,) = session.poll(1, 0)
    session.begin()
    session.remember([Entry("w", Name("a", "1"), NOW_US + 1, b"v")])
    session.flush()
    session.offsets({first.partition: first.position.offset + 1})
    session.commit()
    stream.close()
    stream = open_stream(tmp_path)
    session = stream.session("g", [PLAIN])
    assert [len(record.value) for record in session.poll(10, 0)] == [LARGE]
    assert [entry.value for entry in session.entries("w", "a")] == [b"v"]
    stream.close()


def test_a_second_opener_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    stream = open_stream(tmp_path)
    with pytest.raises(Unavailable, match="only one may"):
        open_stream(tmp_path)
    stream.close()
    stream.close()
    open_stream(tmp_path).close()


def test_a_closed_stream_is_unavailable(tmp_path: Path) -> None:
    stream = open_stream(tmp_path)
    stream.close()
    with pytest.raises(Unavailable):
        stream.send([NewRecord(PLAIN.name, "a", b"1")])
    with pytest.raises(Unavailable):
        everything(stream)


def test_expired_frames_give_their_disk_space_back(tmp_path: Path) -> None:
    clock = VirtualClock(NOW_US)
    stream = open_stream(tmp_path, clock)
    for _ in range(12):
        stream.send([NewRecord(PLAIN.name, "a", bytes(LARGE))])
        clock.advance_s(PLAIN.retention_s / 6)
        while stream.sweep():
            pass
    kept = sum(path.stat().st_size for path in (tmp_path / "large").iterdir())
    assert 5 * LARGE <= kept <= 7 * LARGE
    assert len(everything(stream)) == 5
    stream.close()


def test_what_a_crash_left_in_a_segment_is_not_read_and_goes(tmp_path: Path) -> None:
    open_stream(tmp_path).close()
    orphan = tmp_path / "large" / "000000000001.segment"
    orphan.write_bytes(b"written, never committed")
    stream = open_stream(tmp_path)
    assert not orphan.exists()
    stream.send([NewRecord(PLAIN.name, "a", bytes(LARGE))])
    assert everything(stream) == [bytes(LARGE)]
    stream.close()


@pytest.mark.parametrize("size", [1_000, LARGE])
def test_a_full_disk_makes_it_unavailable_and_leaves_nothing_half_done(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = open_stream(tmp_path)
    stream.send([NewRecord(PLAIN.name, "a", b"before")])
    room = 3
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:1_000])

    if size == LARGE:
        monkeypatch.setattr(os, "write", full)
    else:
        (pages,) = stream._writer._connection.execute("PRAGMA page_count").fetchone()
        stream._writer._connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    def fill() -> None:
        for _ in range(200):
            stream.send([NewRecord(PLAIN.name, "a", bytes(size)), NewRecord(PLAIN.name, "b", b"")])

    with pytest.raises(Unavailable):
        fill()
    monkeypatch.undo()
    stream._writer._connection.execute("PRAGMA max_page_count = 1000000")
    stream.send([NewRecord(PLAIN.name, "a", b"after" * size)])
    found = everything(stream)
    assert found.count(bytes(size)) == found.count(b"")
    assert found.count(b"after" * size) == 1
    offsets = [r.position.offset for r in stream.scan(PLAIN.name, 0, 2**62) if r.key == "a"]
    assert len(set(offsets)) == len(offsets)
    stream.close()
