"""A dated cache: what a register said, for exactly those instants it spoke of.

A register that says since when its record has stood unchanged has spoken, when it was asked, of every instant from then
until it was asked. Only passages in that interval are served; one captured later is a new question, however young the
snapshot is (brief §15.3 rule 8: as of the passage's instant). What a register may have corrected since is bounded by a
greatest age. `NoRecord` and `Unanswered` are never kept: an offence must not rest on a memory of absence.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

import msgspec

from adjudication.answers import Answer
from adjudication.units import MICROS_PER_SECOND, Micros

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class _Snapshot(Generic[A]):
    answer: A
    since_us: Micros


class Snapshots(Generic[A]):
    """At most `capacity` answers, the least recently used dropped first; none older than `max_age_s`.

    `max_age_s` 0 keeps nothing. Safe to use from several threads.
    """

    def __init__(self, capacity: int, max_age_s: float) -> None:
        self._capacity = capacity
        self._max_age_us = int(max_age_s * MICROS_PER_SECOND)
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, _Snapshot[A]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable, as_of_us: Micros, now_us: Micros) -> A | None:
        """What the register said of that instant, or None if it must be asked. `asked_us` is when it said so."""
        with self._lock:
            snapshot = self._kept.get(key)
            if snapshot is None or not 0 <= now_us - snapshot.answer.asked_us <= self._max_age_us:
                self._kept.pop(key, None)
                return None
            if not snapshot.since_us <= as_of_us <= snapshot.answer.asked_us:
                return None
            self._kept.move_to_end(key)
            return msgspec.structs.replace(snapshot.answer, as_of_us=as_of_us)

    def keep(self, key: Hashable, answer: A, since_us: Micros) -> None:
        """Remember `answer`, which stood from `since_us` until it was asked."""
        if self._max_age_us == 0:
            return
        with self._lock:
            self._kept[key] = _Snapshot(answer, since_us)
            self._kept.move_to_end(key)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
