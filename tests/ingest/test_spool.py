"""The spool and the keeper: durable, bounded, in order, whatever breaks."""

import errno
import os
from pathlib import Path

import pytest

from ingest.keeping import DRAIN_RECORDS, IDLE_S, Keeper
from ingest.spool import Entry, Spool
from ingest.stream import NewRecord
from tests.ingest.cameras import Stream


def a_record(number: int) -> NewRecord:
    return NewRecord("frames.v1", "cam-1", b"frame %d" % number, {"trace": str(number)})


def test_entries_come_back_oldest_first_also_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 1_000)
    for data in (b"a", b"b", b"c"):
        assert spool.append(data)
    for opened in (spool, Spool(tmp_path, 1_000)):
        assert opened.oldest(2) == [Entry(1, b"a"), Entry(2, b"b")]
        assert len(opened) == 3
    spool.remove(1)
    reopened = Spool(tmp_path, 1_000)
    reopened.append(b"d")
    assert reopened.oldest(9) == [Entry(2, b"b"), Entry(3, b"c"), Entry(4, b"d")]


def test_a_spool_is_bounded_and_has_room_again_once_something_left(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10)
    assert spool.append(bytes(10))
    assert spool.full
    assert not spool.append(b"x")
    spool.remove(1)
    assert spool.append(b"x")
    assert Spool(tmp_path, 10).append(bytes(9))


def test_a_spool_is_full_from_the_first_entry_that_has_no_room_until_one_leaves(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10)
    assert spool.append(bytes(7))
    assert not spool.full
    assert not spool.append(bytes(7))
    assert spool.full
    spool.remove(1)
    assert not spool.full
    assert not spool.append(bytes(11))
    assert not spool.full  # where nothing waits, what comes next may find the stream: only trying tells


def test_what_was_being_written_at_a_crash_is_not_an_entry(tmp_path: Path) -> None:
    Spool(tmp_path, 100).append(b"whole")
    (tmp_path / "00000000000000000002.part").write_bytes(b"hal")
    assert [entry.data for entry in Spool(tmp_path, 100).oldest(9)] == [b"whole"]
    assert not list(tmp_path.glob("*.part"))


def test_frames_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Spool(tmp_path / "spool", 100).append(b"x")
    (file,) = (tmp_path / "spool").iterdir()
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_is_a_full_spool_and_a_broken_one_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(handle: int) -> None:
        raise OSError(number, "fsync")

    spool = Spool(tmp_path, 100)
    monkeypatch.setattr(os, "fsync", fails)
    if number == errno.ENOSPC:
        assert not spool.append(b"x")
    else:
        with pytest.raises(OSError, match="fsync"):
            spool.append(b"x")
    monkeypatch.undo()
    assert len(spool) == 0
    assert not list(tmp_path.iterdir())
    assert spool.append(bytes(100))


def test_while_the_stream_takes_records_nothing_touches_the_disk(tmp_path: Path) -> None:
    stream, spool = Stream(), Spool(tmp_path, 10_000)
    keeper = Keeper(stream, spool)
    assert keeper.keep(a_record(1)) == "stream"
    assert keeper.waiting == 0
    assert keeper.drain() == IDLE_S


def test_records_queue_behind_those_that_wait_and_arrive_in_order_as_they_were(tmp_path: Path) -> None:
    stream, spool = Stream(), Spool(tmp_path, 10_000)
    keeper = Keeper(stream, spool)
    stream.away = True
    assert keeper.keep(a_record(0)) == "spool"
    stream.away = False
    rest = range(1, DRAIN_RECORDS + 2)
    assert {keeper.keep(a_record(number)) for number in rest} == {"spool"}
    assert keeper.drain() == 0.0
    assert keeper.keep(a_record(99)) == "spool"
    assert keeper.drain() == 0.0
    assert stream.records == [a_record(number) for number in (0, *rest, 99)]
    assert keeper.keep(a_record(100)) == "stream"


def test_a_stream_still_away_keeps_what_waits_and_says_when_to_try(tmp_path: Path) -> None:
    stream = Stream()
    stream.away = True
    keeper = Keeper(stream, Spool(tmp_path, 10_000))
    keeper.keep(a_record(1))
    assert keeper.drain() == 0.05
    assert keeper.waiting == 1


def test_an_entry_nobody_can_read_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stream, spool = Stream(), Spool(tmp_path, 10_000)
    spool.append(b"\xc1 no record")
    stream.away = True
    keeper = Keeper(stream, spool)
    keeper.keep(a_record(1))
    stream.away = False
    assert keeper.drain() == 0.0
    assert stream.records == [a_record(1)]
    assert [path.suffix for path in tmp_path.iterdir()] == [".aside"]
    assert Spool(tmp_path, 10_000).append(b"next")
    assert (tmp_path / "00000000000000000002.entry").exists()


def test_a_full_spool_keeps_nothing(tmp_path: Path) -> None:
    stream = Stream()
    stream.away = True
    keeper = Keeper(stream, Spool(tmp_path, 1))
    assert keeper.keep(a_record(1)) == "full"
    assert keeper.waiting == 0
