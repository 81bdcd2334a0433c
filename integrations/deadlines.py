"""[deadlines]: the only source of time on the road. What is due in the casebook becomes an event, once.

Claiming a deadline and queueing its event are one transaction. A virtual clock drives it in tests.
"""

from adjudication import ids
from adjudication.messages import DeadlineReached
from ingest.clock import Clock
from ingest.stage import Outgoing
from ingest.topics import CASE_EVENTS, RECHECKS
from integrations.casebook import Casebook
from integrations.casebook.deadlines import Deadline
from integrations.crosscheck import PlateKey, stream_key

BATCH = 256
"""Deadlines claimed at once: at midnight a day's terms end together."""
IDLE_S = 0.5
"""Between two looks where nothing is due; terms of law end at midnight, re-queries after minutes."""


class DeadlineSource:
    """Not a stage: it reads the casebook, not a topic. `key` makes the stream key of a plate, as for [vision]."""

    def __init__(self, casebook: Casebook, key: PlateKey, clock: Clock) -> None:
        self._casebook = casebook
        self._key = key
        self._clock = clock

    def tick(self) -> int:
        """Turns all that is due into events in the outbox; returns how many.

        Raises:
            Unavailable: the casebook cannot answer now; nothing was claimed that is not queued.
        """
        count = 0
        while claimed := self._casebook.together(self._claim):
            count += claimed
        return count

    def _claim(self) -> int:
        due = self._casebook.deadlines.claim(self._clock(), BATCH)
        for deadline in due:
            self._reach(deadline)
        return len(due)

    def _reach(self, deadline: Deadline) -> None:
        event = DeadlineReached(
            case_id=deadline.case_id, at_us=deadline.due_us, code=deadline.code, due_us=deadline.due_us
        )
        cause = ids.stable_id("deadline", deadline.case_id, deadline.code, deadline.due_us)
        self._casebook.outbox.put(cause, Outgoing(CASE_EVENTS, deadline.case_id, event), self._clock())
        if deadline.code == "RECHECK":
            self._ask_again(deadline)

    def _ask_again(self, deadline: Deadline) -> None:
        """Several cases of one passage wait together: it is asked about once."""
        wait = self._casebook.waits.find(deadline.case_id)
        if wait is not None:
            cause = ids.stable_id("recheck", wait.checked.checked_id)
            outgoing = Outgoing(RECHECKS, stream_key(wait.checked.passage, self._key), wait.checked, wait.headers)
            self._casebook.outbox.put(cause, outgoing, self._clock())
