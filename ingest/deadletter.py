"""What can never be handled is laid aside with its reason, up to a limit: past it, the reader or the writer is broken.

A dead letter goes to `topics.dead(stage)` under its own key, with the headers it came with and those below. A value
that would outlive its own topic there (a frame, design §1.8) is not copied: its position and SHA-256 name it while it
stands.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.stage import Stage
from ingest.stream import NewRecord, StoredRecord
from ingest.topics import DEAD_RETENTION_S, dead

REASON = "dead-reason"
"""Header: the stable code of the refusal."""
DETAIL = "dead-detail"
"""Header: the refusal's words; free of personal data, as every `Invalid` is."""
SOURCE = "dead-source"
"""Header: where the record stood, as `topic/partition/offset`."""
SHA256 = "dead-sha256"
"""Header: the value's SHA-256, also where the value was not copied."""
ALARM = "dead-alarm"
"""Header: "1" where a person must look: quarantined after crashes, or a conflict."""

CRASHED = "crashed"
"""Reason: the stage crashed on it as often as it may."""
CONFLICT = "conflict"
"""Reason: it contradicts a terminal outcome that stands."""

MAX_RUN = 50
"""So many refusals one after the other are a broken writer or reader, not so many broken records."""
MAX_RATIO = 0.2
"""A fifth of recent records refused: the same, in a mix of devices or versions."""
RATIO_OVER = 500
"""Records the ratio looks back on, and needs before it says anything: seconds of a busy stage."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record laid aside for good, and why."""

    record: StoredRecord
    code: str
    detail: str
    alarm: bool = False


def dead_letter(stage: Stage, refusal: Refusal) -> NewRecord:
    """The dead letter of a refusal."""
    record = refusal.record
    retention_s = next(topic.retention_s for topic in stage.reads if topic.name == record.position.topic)
    headers = {
        **record.headers,
        REASON: refusal.code,
        DETAIL: refusal.detail,
        SOURCE: str(record.position),
        SHA256: hashlib.sha256(record.value).hexdigest(),
        **({ALARM: "1"} if refusal.alarm else {}),
    }
    value = record.value if retention_s >= DEAD_RETENTION_S else b""
    return NewRecord(dead(stage.name).name, record.key, value, headers)


@dataclass(frozen=True, slots=True)
class RefusalLimit:
    """How the last RATIO_OVER records went (True: refused), and how many were refused in a row, now and at most."""

    recent: tuple[bool, ...] = ()
    run: int = 0
    longest_run: int = 0

    def after(self, refused: Sequence[bool]) -> "RefusalLimit":
        """The limit once these records, in their order, have been committed."""
        run, longest = self.run, self.longest_run
        for one in refused:
            run = run + 1 if one else 0
            longest = max(longest, run)
        return RefusalLimit((*self.recent, *refused)[-RATIO_OVER:], run, longest)

    @property
    def exceeded(self) -> bool:
        """Whether the stage must stop before it lays any more aside."""
        full = len(self.recent) == RATIO_OVER
        return self.longest_run >= MAX_RUN or (full and sum(self.recent) > MAX_RATIO * RATIO_OVER)
