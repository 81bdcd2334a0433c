"""The relay: what the casebook wrote into its outbox, published in order, at least once.

A crash between publishing and marking publishes again: ids are hashes of causes, so readers drop the second. Of several
relays one works at a time and the others stand by: the turn is the casebook's, and ends with the process that has it.
"""

import logging
from collections.abc import Sequence

from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock
from ingest.letters import restored
from ingest.stream import NewRecord, Stream
from integrations.casebook import Casebook
from integrations.casebook.outbox import PUT_BACK, OutboxRow

BATCH = 256
"""One durable append for that many messages; a full one is some 2 MiB."""
KEPT_US = 72 * 3600 * MICROS_PER_SECOND
"""Published messages name plates and people and are emptied when their topics forget them (design §1.9)."""
IDLE_S = 0.05
"""Between two looks at an empty outbox: a message waits a twentieth of a second, an idle centre costs nothing."""
LOG = logging.getLogger("tarazy.outbox")


class Relay:
    """Empties one casebook's outbox into one stream."""

    def __init__(self, casebook: Casebook, stream: Stream, clock: Clock) -> None:
        self._casebook = casebook
        self._stream = stream
        self._clock = clock

    def drain(self) -> int:
        """Publishes all that waits; returns how many messages that were: none where another process's relay is at it.

        Raises:
            Unavailable: the stream or the casebook cannot answer now; what was published may be published again.
        """
        count = 0
        while sent := self._publish():
            count += sent
        return count

    def _publish(self) -> int:
        with self._casebook.outbox.turn() as mine:
            rows = self._casebook.outbox.unsent(BATCH) if mine else ()
            if rows:
                self._send(rows)
                self._casebook.outbox.mark_sent([row.seq for row in rows], self._clock())
        return len(rows)

    def _send(self, rows: Sequence[OutboxRow]) -> None:
        messages = [
            NewRecord(row.topic, row.key, row.value, row.headers) for row in rows if PUT_BACK not in row.headers
        ]
        if messages:
            self._stream.send(messages)
        for row in rows:
            if PUT_BACK in row.headers:
                self._put_back(row.headers[PUT_BACK])

    def _put_back(self, place: str) -> None:
        """A refused record, each alone: frames are large. One that stands nowhere any more is told and left."""
        try:
            self._stream.send((restored(self._stream, place),))
        except Invalid as error:
            LOG.warning("not put back: %s %s", place, error.code)

    def prune(self) -> int:
        """Empties what was published long enough ago."""
        return self._casebook.outbox.prune(self._clock() - KEPT_US)
