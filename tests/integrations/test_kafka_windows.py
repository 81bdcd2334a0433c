"""What a member of a group remembers lies on a disk, which may be full: nothing is forgotten by that, and all waits.

The changelog here is a list; tests/contracts has the brokers'.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adjudication.errors import Invalid, Unavailable
from ingest.clock import VirtualClock
from ingest.stream import Entry, Name, Partition
from integrations.config import load
from integrations.kafka import window_file
from integrations.kafka.opened import open_stream
from integrations.kafka.windows import MARK, Change, Windows

NOW_US = 1_775_000_000_000_000
SEEN = "seen"
PAGES = 12
"""Of 4 KiB: some 150 entries."""


class Record:
    """As the client of Kafka gives one."""

    def __init__(self, key: bytes, value: bytes | None) -> None:
        self._key, self._value = key, value

    def key(self) -> bytes:
        return self._key

    def value(self) -> bytes | None:
        return self._value


class Changelog:
    """One partition; `tell` is a unit that is committed whatever a member does with it."""

    def __init__(self) -> None:
        self._records: list[Record] = []

    def tell(self, changes: Sequence[Change]) -> None:
        self._records += [Record(change.key, change.value) for change in changes]

    def mark(self, partitions: Sequence[Partition]) -> list[int]:
        self._records.append(Record(MARK, None))
        return [len(self._records) for _ in partitions]

    def read(self, partition: Partition, start: int | None, end: int) -> Iterator[Any]:
        yield from self._records[:end]


class Small(window_file.WindowFile):
    """On a disk of PAGES; `grown` makes it as large as one could wish."""

    grown = False

    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder)
        if not Small.grown:
            self._database.execute(f"PRAGMA max_page_count = {PAGES}")


@pytest.fixture
def log() -> Changelog:
    return Changelog()


@pytest.fixture
def windows(log: Changelog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Windows:
    monkeypatch.setattr("integrations.kafka.windows.WindowFile", Small)
    monkeypatch.setattr(Small, "grown", False)
    lookup: Any = log
    made = Windows(lookup, log.mark, "vision", 1, clock=VirtualClock(NOW_US), folder=tmp_path)
    made.load([0])
    return made


def entry(n: int) -> Entry:
    return Entry(SEEN, Name("cam-1", f"{n:064}"), NOW_US + 1_000_000)


def remember(windows: Windows, log: Changelog, n: int) -> None:
    """A unit of one entry, as a session makes it."""
    windows.mend()
    changes = windows.changes([entry(n)])
    log.tell(changes)
    windows.committed(changes)


def fill(windows: Windows, log: Changelog) -> int:
    """How many units were committed before the disk stopped the work."""
    for n in range(PAGES * 100):
        try:
            remember(windows, log, n)
        except Unavailable:
            return n
    raise AssertionError("the disk is not small enough for this test")


def test_a_full_disk_stops_the_work_and_nothing_is_forgotten(windows: Windows, log: Changelog) -> None:
    done = fill(windows, log)
    assert done > 10
    for _ in range(2):  # as often as it is tried
        with pytest.raises(Unavailable, match="disk of the windows"):
            windows.mend()
        with pytest.raises(Unavailable, match="disk of the windows"):
            windows.known(SEEN, [entry(0).name])
        with pytest.raises(Unavailable, match="disk of the windows"):
            windows.entries(SEEN, "cam-1")
    Small.grown = True
    windows.mend()
    names = [entry(n).name for n in range(done)]
    assert windows.known(SEEN, names) == frozenset(names)
    remember(windows, log, done)
    assert windows.known(SEEN, [entry(done).name])


def test_a_unit_that_cannot_be_compared_with_what_is_known_is_not_made(
    windows: Windows, log: Changelog, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(windows, log, 0)
    with monkeypatch.context() as broken:
        broken.setattr(window_file, "_KNOWN", "SELECT 1 FROM gone WHERE ? = ? AND ? > ?")
        with pytest.raises(Unavailable):
            windows.changes([entry(1)])
    windows.mend()
    assert windows.known(SEEN, [entry(0).name, entry(1).name]) == {entry(0).name}


def test_a_partition_that_goes_takes_its_trouble_with_it(windows: Windows, log: Changelog) -> None:
    fill(windows, log)
    windows.drop(0)
    windows.mend()
    with pytest.raises(RuntimeError, match="not this member's"):
        windows.known(SEEN, [entry(0).name])


def test_a_window_lies_in_its_folder_and_leaves_nothing_there(windows: Windows, log: Changelog, tmp_path: Path) -> None:
    remember(windows, log, 0)
    assert not list(tmp_path.iterdir())
    windows.close()
    tmp_path.rmdir()
    with pytest.raises(Unavailable, match="disk of the windows"):
        windows.load([0])


def test_a_folder_that_is_none_stops_the_start(tmp_path: Path) -> None:
    told = {"TARAZY_KAFKA": "127.0.0.1:9092", "TARAZY_WINDOWS": str(tmp_path / "none")}
    with pytest.raises(Invalid, match="TARAZY_WINDOWS"):
        open_stream(load(told), VirtualClock(NOW_US))
