"""Many writers share one flush; one's refusal is not another's; nobody waits for ever."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from integrations.group_commit import GroupCommit, Job


def at_once(work: Callable[[int], None], threads: int) -> None:
    started = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(20)
        assert not thread.is_alive()


def test_those_who_come_while_one_writes_are_written_together_in_their_order() -> None:
    groups: list[list[int]] = []
    gate, entered = threading.Event(), threading.Event()

    def write(jobs: Sequence[Job[int]]) -> None:
        groups.append([job.item for job in jobs])
        entered.set()
        gate.wait(10)

    commits = GroupCommit(write, lambda item: 1, 100)
    first = threading.Thread(target=commits.submit, args=(0,))
    first.start()
    entered.wait(10)
    rest = [threading.Thread(target=commits.submit, args=(n,)) for n in range(1, 6)]
    for n, thread in enumerate(rest, 1):
        thread.start()
        while len(commits._line) < n:
            time.sleep(0.001)
    gate.set()
    for thread in (first, *rest):
        thread.join(10)
    assert groups == [[0], [1, 2, 3, 4, 5]]


def test_everything_submitted_is_written_once_and_never_by_two_at_a_time() -> None:
    written: list[int] = []
    writing = threading.Lock()

    def write(jobs: Sequence[Job[int]]) -> None:
        assert writing.acquire(blocking=False)
        written.extend(job.item for job in jobs)
        writing.release()

    commits = GroupCommit(write, lambda item: 1, 3)

    def submit(who: int) -> None:
        for n in range(200):
            commits.submit(who * 1_000 + n)

    at_once(submit, 6)
    assert sorted(written) == [who * 1_000 + n for who in range(6) for n in range(200)]
    for who in range(6):
        assert [n for n in written if n // 1_000 == who] == [who * 1_000 + n for n in range(200)]


def test_a_group_takes_no_more_once_it_weighs_enough() -> None:
    groups: list[int] = []
    commits = GroupCommit(lambda jobs: groups.append(len(jobs)), lambda item: item, 10)

    def submit(who: int) -> None:
        for _ in range(50):
            commits.submit(10)

    at_once(submit, 4)
    assert set(groups) == {1}


def test_a_refused_job_raises_for_its_own_thread_only() -> None:
    def write(jobs: Sequence[Job[int]]) -> None:
        for job in jobs:
            job.error = RuntimeError("odd") if job.item % 2 else None

    commits = GroupCommit(write, lambda item: 1, 100)
    refused: list[int] = []

    def submit(n: int) -> None:
        try:
            commits.submit(n)
        except RuntimeError:
            refused.append(n)

    at_once(submit, 10)
    assert sorted(refused) == [1, 3, 5, 7, 9]


def test_a_failed_write_is_raised_for_all_of_its_group_and_the_next_goes_through() -> None:
    failures = [OSError("full")]

    def write(jobs: Sequence[Job[int]]) -> None:
        if failures:
            raise failures.pop()

    commits = GroupCommit(write, lambda item: 1, 100)
    with pytest.raises(OSError, match="full"):
        commits.submit(1)
    commits.submit(2)
