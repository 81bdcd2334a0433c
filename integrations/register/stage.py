"""[register]: writes what the road has settled into the register.

A function: written twice, a row is one row. Each batch is inserted under a token made of its bounds, so that a batch
repeated whole is not even written twice; one cut differently after a restart meets its first rows by their ids.
"""

import hashlib
from collections.abc import Sequence

from ingest import topics
from ingest.frame import Frame
from ingest.stage import Outgoing, Received, Stage
from integrations.register.persons import PersonKey
from integrations.register.rows import to_rows
from integrations.register.store import Register

MAX_VERSION = 2**63 - 1
BATCH = 1_000
"""Langfuse's figure for the same engine; every insert makes a part, and merging parts is what ClickHouse pays for."""
PAUSE_S = 0.25
"""Measured: an insert takes 8 ms of CPU for one row as for ten; a busy road would make dozens a second."""


def register(store: Register, person_key: PersonKey) -> Stage:
    """The stage over `store`; persons are looked up there by `person_key` of their number."""

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        pairs = [
            (item.message, MAX_VERSION - item.position.offset)
            for item in received
            if not isinstance(item.message, Frame)
        ]
        token = _token(received)
        for rows in to_rows(pairs, person_key):
            store.insert(rows, token)
        return ()

    reads = (topics.DECISIONS, topics.ACTS, topics.REVIEWS, topics.CASE_EVENTS, topics.OUTCOMES)
    return Stage("register", "function", reads, handle, batch=BATCH, pause_s=PAUSE_S)


def _token(received: Sequence[Received]) -> str:
    positions = ",".join(str(item.position) for item in received)
    return hashlib.sha256(positions.encode()).hexdigest()
