"""Crash at every step of the commit path, restart, finish: the end is as if nothing had happened.

And the other way round: a runner whose commit path is planted with a mistake is caught by the same checker.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.clock import Clock, VirtualClock
from ingest.memory import MemoryStream
from ingest.runner import Runner, Work
from ingest.stage import Stage
from ingest.stream import Partition, Session, Stream
from integrations.sqlite_stream import SqliteStream
from tests.journey.road import STEPS, TOPICS, Crash, Road

NOW_US = 1_775_000_000_000_000
INPUTS = 24
STAGES = ("look", "judge", "pair")

EVERY_STEP = [(stage, step, after) for stage in STAGES for step in STEPS for after in (False, True)]


def end_of(
    stream: Stream, clock: Clock, crashes: list[Crash], runner: Callable[[Stage, Session, Clock], Runner] = Runner
) -> list[str]:
    """The faults of a run that dies at each of `crashes`."""
    road = Road(stream, clock, crashes)
    road.send(INPUTS)
    if not road.run(runner):
        return ["it never ends"]
    return road.faults(INPUTS)


def in_memory(crashes: list[Crash], runner: Callable[[Stage, Session, Clock], Runner] = Runner) -> list[str]:
    clock = VirtualClock(NOW_US)
    return end_of(MemoryStream(TOPICS, clock, 4), clock, crashes, runner)


def test_an_undisturbed_run_is_without_fault() -> None:
    assert in_memory([]) == []


@pytest.mark.parametrize(("stage", "step", "after"), EVERY_STEP)
def test_a_crash_at_any_step_changes_nothing_in_memory(stage: str, step: str, after: bool) -> None:
    for nth in (1, 2, 3):
        crash = Crash(stage, step, after, nth)
        assert in_memory([crash]) == []
        assert crash.nth <= 0, "the crash never came"


@pytest.mark.parametrize(("stage", "step", "after"), EVERY_STEP)
def test_a_crash_at_any_step_changes_nothing_on_disk(stage: str, step: str, after: bool, tmp_path: Path) -> None:
    clock = VirtualClock(NOW_US)
    stream = SqliteStream(tmp_path, TOPICS, clock, 4)
    assert end_of(stream, clock, [Crash(stage, step, after, 2)]) == []
    stream.close()


_CRASHES = st.builds(
    Crash, st.sampled_from(STAGES), st.sampled_from(STEPS), st.booleans(), st.integers(min_value=1, max_value=12)
)


@given(st.lists(_CRASHES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_number_of_crashes_changes_nothing(crashes: list[Crash]) -> None:
    assert in_memory(crashes) == []


# Planted mistakes: each overrides the commit path the way somebody might one day write it.


class CommitsBeforeFlush(Runner):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.append(work.outputs)
        self._session.remember(work.entries)
        self._session.commit()
        self._session.flush()
        self._session.offsets(work.next_offsets)


class OffsetsBeforeAppend(Runner):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.offsets(work.next_offsets)
        self._session.append(work.outputs)
        self._session.remember(work.entries)
        self._session.flush()
        self._session.commit()


class OffsetsInAUnitBefore(Runner):
    def _commit(self, work: Work) -> None:
        offsets = dict(work.next_offsets)
        self._unit(offsets=offsets)
        super()._commit(work)

    def _unit(self, offsets: dict[Partition, int]) -> None:
        self._session.begin()
        self._session.flush()
        self._session.offsets(offsets)
        self._session.commit()


class OffsetsInAUnitAfter(OffsetsInAUnitBefore):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.append(work.outputs)
        self._session.flush()
        self._session.commit()
        self._session.begin()
        self._session.remember(work.entries)
        self._session.flush()
        self._session.offsets(work.next_offsets)
        self._session.commit()


class WindowsInAUnitBefore(Runner):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.remember(work.entries)
        self._session.flush()
        self._session.commit()
        super()._commit(work)


class WindowsInAUnitAfter(Runner):
    def _commit(self, work: Work) -> None:
        entries, work.entries = work.entries, []
        super()._commit(work)
        self._session.begin()
        self._session.remember(entries)
        self._session.flush()
        self._session.commit()


class ForgetsWindows(Runner):
    def _commit(self, work: Work) -> None:
        work.entries = []
        super()._commit(work)


class ForgetsOffsets(Runner):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.append(work.outputs)
        self._session.remember(work.entries)
        self._session.flush()
        self._session.commit()


class SkipsOne(Runner):
    def _commit(self, work: Work) -> None:
        skipping = {partition: offset + 1 for partition, offset in work.next_offsets.items()}
        self._session.begin()
        self._session.append(work.outputs)
        self._session.remember(work.entries)
        self._session.flush()
        self._session.offsets(skipping)
        self._session.commit()


class RepeatsOne(Runner):
    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.append(work.outputs)
        self._session.flush()
        self._session.offsets({partition: offset - 1 for partition, offset in work.next_offsets.items()})
        self._session.commit()


MUTANTS = (
    CommitsBeforeFlush,
    OffsetsBeforeAppend,
    OffsetsInAUnitBefore,
    OffsetsInAUnitAfter,
    WindowsInAUnitBefore,
    WindowsInAUnitAfter,
    ForgetsWindows,
    ForgetsOffsets,
    SkipsOne,
    RepeatsOne,
)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mistake_in_the_commit_path_is_caught(mutant: type[Runner]) -> None:
    plans = [Crash(stage, step, after, nth) for stage, step, after in EVERY_STEP for nth in (1, 2, 3, 4)]
    random.Random(7).shuffle(plans)
    assert any(in_memory([plan], mutant) for plan in plans)
