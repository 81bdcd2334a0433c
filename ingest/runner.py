"""The runner: read → handle → commit, the same for every stage and every deployment.

Handling may be slow and touches nothing. Then, in one short burst with nothing slow inside (`Runner._commit`):

    1. begin      open the unit
    2. append     outputs and dead letters
    3. remember   seen inputs, keyed windows, crash marks: they are true exactly if the offsets are
    4. flush      all of it has reached the stream, invisible
    5. offsets    only after the flush: an offset must never speak for what might be lost
    6. commit     everything becomes visible at once, or nothing does

A crash anywhere leaves the unit wholly done or wholly undone; undone records are read and handled again. For a function
that gives the same bytes; for an observation the uncommitted answer was never seen by anybody.

    raised by a stage   the runner
    Invalid             finds the record by handling singly, lays it aside (deadletter.py), goes on, up to a limit
    Conflict            the same, with an alarm: the first outcome stands, a person looks at the second
    Unavailable         commits nothing of it, pauses its partitions, backs off; other partitions go on
    anything else       commits what came before the record, marks the crash durably, and raises; the third crash at one
                        record lays it aside with an alarm instead
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from adjudication import codec
from adjudication.errors import Conflict, Invalid, Unavailable
from adjudication.units import MICROS_PER_SECOND
from ingest import frame
from ingest.backoff import Backoff
from ingest.clock import Clock, system_clock
from ingest.deadletter import CONFLICT, CRASHED, Refusal, RefusalLimit, dead_letter
from ingest.events import Committed, Halted, Held, Observe, Refused, Working, ignore
from ingest.stage import REQUEUED_FOR, Position, Received, Stage
from ingest.stream import Entry, Name, NewRecord, Partition, Session, StoredRecord
from ingest.topics import FRAMES
from ingest.windows import SEEN

POLL_S = 0.2
"""How long a poll waits for the first record: bounds how long a stop takes, costs five wake-ups a second at rest."""
CRASHES = "crashes"
"""The window that counts crashes by record, across restarts."""
MAX_CRASHES = 3
"""The first may be the machine's fault, the second a coincidence."""
CRASH_MEMORY_S = 24 * 3600
"""Crash marks are for a record that crashes again on each restart, which backs off to half a minute at most."""


@dataclass(slots=True)
class Work:
    """What came of the first `len(done)` records of a poll, in their order, and what stopped it there, if anything."""

    records: Sequence[StoredRecord]
    done: list[StoredRecord] = field(default_factory=list)
    outputs: list[NewRecord] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    repeated: int = 0
    held: Unavailable | None = None
    crash: Exception | None = None

    @property
    def rest(self) -> Sequence[StoredRecord]:
        """The records still to be handled."""
        return self.records[len(self.done) :]

    @property
    def refused(self) -> list[bool]:
        """Of each record done, whether it was laid aside."""
        if not self.refusals:
            return [False] * len(self.done)
        refused = {refusal.record.position for refusal in self.refusals}
        return [record.position in refused for record in self.done]

    @property
    def is_explained(self) -> bool:
        """Whether one record is known to be why handling all at once failed."""
        return bool(self.held or self.crash or any(refusal.code == CRASHED for refusal in self.refusals))

    @property
    def next_offsets(self) -> dict[Partition, int]:
        """Where the group goes on once this is committed."""
        places = [record.position for record in self.done]
        ends = {(place.topic, place.partition): place.offset + 1 for place in places}  # a plain tuple costs a fifth
        return {Partition(*place): offset for place, offset in ends.items()}


class _Read(Struct, frozen=True):
    """A record as decoded, or the reason why it could not be; all None but the record: nothing is left to do for it."""

    record: StoredRecord
    received: Received | None = None
    seen: Name | None = None
    refused: Invalid | None = None
    bug: Exception | None = None


class Runner:
    """Runs one stage over one session, on one thread."""

    def __init__(
        self,
        stage: Stage,
        session: Session,
        clock: Clock = system_clock,
        observe: Observe = ignore,
        seed: int = 0,
    ) -> None:
        """`seed` is of the back-off's jitter."""
        self._stage = stage
        self._session = session
        self._clock = clock
        self._observe = observe
        self._backoff = Backoff(seed)
        self._limit = RefusalLimit()
        self._failures: dict[Partition, int] = {}
        self._resume_us: dict[Partition, int] = {}
        self._working = False
        self._retention_us = {topic.name: topic.retention_s * MICROS_PER_SECOND for topic in stage.reads}
        for window in stage.windows:
            window.bind(session.entries, clock)

    def run(self, stop: threading.Event) -> Literal["stopped", "halted"]:
        """Work until `stop` is set, finishing the batch in hand, or until the limit of refusals.

        Raises:
            Exception: whatever the stage or the stream raised that is a bug; the session is to be opened anew.
        """
        failures = 0
        while not stop.is_set():
            try:
                outcome = self.step()
                if outcome == "halted":
                    return "halted"
                failures = 0
                if outcome == "worked" and self._stage.pause_s:
                    stop.wait(self._stage.pause_s)
            except Unavailable as error:  # the stream itself, outside of any record's handling
                failures += 1
                wait_s = self._backoff.wait_s(failures, error.retry_after_s)
                self._working = False
                self._observe(Held(self._stage.name, error.what, 0, wait_s))
                stop.wait(wait_s)
        return "stopped"

    def step(self, timeout_s: float = POLL_S) -> Literal["worked", "idle", "halted"]:
        """One poll and what comes of it. Raises as `run`, and Unavailable where the stream cannot be read."""
        outcome = self._step(timeout_s)
        if outcome != "halted" and not self._working and not self._resume_us:
            self._working = True
            self._observe(Working(self._stage.name))
        return outcome

    def _step(self, timeout_s: float) -> Literal["worked", "idle", "halted"]:
        self._resume_due()
        records = self._session.poll(self._stage.batch, timeout_s)
        if not records:
            return "idle"
        started = time.perf_counter()
        try:
            work = self._work(records)
        except Unavailable as error:  # the session does not know now what it remembers
            self._forget()
            self._hold(records, error)
            return "worked"
        if work.held is not None and not work.done:
            self._hold(records, work.held)
            return "worked"
        limit = self._limit.after(work.refused)
        if limit.exceeded:
            self._observe(Halted(self._stage.name))
            return "halted"
        handled = time.perf_counter()
        try:
            self._commit(work)
        except Unavailable as error:
            self._session.abort()
            self._hold(records, error)
            return "worked"
        finally:
            self._forget()
        self._limit = limit
        self._report(work, handled - started, time.perf_counter() - handled)
        if work.held is not None:
            self._hold(work.rest, work.held)
        if work.crash is not None:
            raise work.crash
        return "worked"

    def _forget(self) -> None:
        """What the stage put in its windows and is not committed."""
        for window in self._stage.windows:
            window.drop()

    def _commit(self, work: Work) -> None:
        """Steps 1 to 6 of this module's head."""
        session = self._session
        session.begin()  # 1
        session.append([*work.outputs, *(dead_letter(self._stage, refusal) for refusal in work.refusals)])  # 2
        session.remember(work.entries)  # 3
        session.flush()  # 4
        session.offsets(work.next_offsets)  # 5
        session.commit()  # 6

    # Handling

    def _work(self, records: Sequence[StoredRecord]) -> Work:
        """All at once; where that fails for a reason that may be one record's, one by one."""
        reads = self._without_repeated([self._read(record) for record in records])
        work = Work(records)
        try:
            self._answer(reads, work)
        except Unavailable as error:
            work.held = error
        except Exception as error:
            work = self._work_singly(records, reads)
            if not isinstance(error, Invalid | Conflict) and not work.is_explained:
                work.crash = error  # no single record does it: what was handled stands, and the worker stops
        work.entries += [entry for window in self._stage.windows for entry in window.fresh]
        return work

    def _work_singly(self, records: Sequence[StoredRecord], reads: Sequence[_Read]) -> Work:
        work = Work(records)
        for read in reads:
            try:
                self._answer([read], work)
            except Unavailable as error:
                work.held = error
                break
            except Invalid as error:
                self._refuse(Refusal(read.record, error.code, error.detail), work)
            except Conflict as error:
                self._refuse(Refusal(read.record, CONFLICT, error.cause_id, alarm=True), work)
            except Exception as error:
                if self._crashed(read.record, work):
                    work.crash = error
                    break
        return work

    def _answer(self, reads: Sequence[_Read], work: Work) -> None:
        """Add what the stage makes of `reads` to `work`, or raise and add nothing."""
        for bug in (read.bug for read in reads if read.bug):
            raise bug
        received = [read.received for read in reads if read.received]
        remembered = [len(window.fresh) for window in self._stage.windows]
        try:
            work.outputs += [
                NewRecord(out.topic.name, out.key, codec.encode(out.message), out.headers)
                for out in (self._stage.handle(received) if received else ())
            ]
        except Exception:
            for window, keep in zip(self._stage.windows, remembered, strict=True):
                window.drop(keep)
            raise
        work.entries += [
            Entry(SEEN, read.seen, self._clock() + self._retention_us[read.record.position.topic])
            for read in reads
            if read.seen
        ]
        work.refusals += [
            Refusal(read.record, read.refused.code, read.refused.detail) for read in reads if read.refused
        ]
        work.repeated += sum(read.received is None and read.refused is None for read in reads)
        work.done += [read.record for read in reads]

    def _read(self, record: StoredRecord) -> _Read:
        if record.headers.get(REQUEUED_FOR, self._stage.name) != self._stage.name:
            return _Read(record)  # this stage has handled it; another one refused it
        decode = frame.decode if record.position.topic == FRAMES.name else codec.decode_message
        try:
            received = Received(decode(record.value), record.position, record.key, record.headers)
            seen = Name(record.key, self._stage.seen_id(received)) if self._stage.seen_id else None
        except Invalid as error:
            return _Read(record, refused=error)
        except Exception as error:  # raised where it counts as this record's crash
            return _Read(record, bug=error)
        return _Read(record, received, seen)

    def _without_repeated(self, reads: Sequence[_Read]) -> list[_Read]:
        """Inputs that an observation has answered, or that come twice here, lose their message."""
        names = [read.seen for read in reads if read.seen]
        known = set(self._session.known(SEEN, names)) if names else set()
        fresh: list[_Read] = []
        for read in reads:
            fresh.append(_Read(read.record) if read.seen in known else read)
            known |= {read.seen} if read.seen else set()
        return fresh

    def _refuse(self, refusal: Refusal, work: Work) -> None:
        work.refusals.append(refusal)
        work.done.append(refusal.record)

    def _crashed(self, record: StoredRecord, work: Work) -> bool:
        """Mark a crash at `record`; True if the worker must stop, False if the record is quarantined by it."""
        place = str(record.position)
        marks = self._session.entries(CRASHES, record.key)
        crashes = 1 + sum(mark.name.id.startswith(f"{place}/") for mark in marks)
        if crashes >= MAX_CRASHES:
            self._refuse(Refusal(record, CRASHED, f"crashed the stage {crashes} times", alarm=True), work)
            return False
        expires_us = self._clock() + CRASH_MEMORY_S * MICROS_PER_SECOND
        work.entries.append(Entry(CRASHES, Name(record.key, f"{place}/{crashes}"), expires_us))
        return True

    # Pausing

    def _hold(self, records: Sequence[StoredRecord], error: Unavailable) -> None:
        """Go back to the first of `records` in each partition, and pause those partitions."""
        self._working = False
        first: dict[Partition, Position] = {}
        for record in records:
            first.setdefault(record.partition, record.position)
        wait_s = 0.0
        for partition, position in first.items():
            self._failures[partition] = self._failures.get(partition, 0) + 1
            wait_s = wait_s or self._backoff.wait_s(self._failures[partition], error.retry_after_s)
            self._session.seek(position)
            self._session.pause(partition)
            self._resume_us[partition] = self._clock() + round(wait_s * MICROS_PER_SECOND)
        self._observe(Held(self._stage.name, error.what, len(first), wait_s))

    def _resume_due(self) -> None:
        now_us = self._clock()
        for partition in [partition for partition, due_us in self._resume_us.items() if due_us <= now_us]:
            del self._resume_us[partition]
            self._session.resume(partition)

    def _report(self, work: Work, handle_s: float, commit_s: float) -> None:
        for partition in work.next_offsets:
            self._failures.pop(partition, None)
        oldest_us = min(record.appended_us for record in work.records)
        age_s = (self._clock() - oldest_us) / MICROS_PER_SECOND
        stage = self._stage.name
        self._observe(Committed(stage, len(work.done), work.repeated, len(work.outputs), age_s, handle_s, commit_s))
        for refusal in work.refusals:
            self._observe(Refused(stage, refusal.code, refusal.alarm))
