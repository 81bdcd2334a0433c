"""The register in memory forgets and keeps what ClickHouse does: the same inserts leave the same rows in both."""

import random
from collections.abc import Sequence
from datetime import date

import pytest

from adjudication.errors import Invalid
from adjudication.messages import PaymentReceived
from ingest.stage import Position, Received
from integrations.register.rows import Rows
from integrations.register.stage import register
from integrations.register.store import Register, embedded
from tests import samples
from tests.faced import data_folder
from tests.simulation.stores import MemoryEvidence, MemoryRegister

MONTH_US = 30 * 86_400_000_000


class Both:
    """Inserts into both, under tokens of this run; `token` takes the place of the stage's own where it is set."""

    def __init__(self, engine: Register, memory: MemoryRegister, run: int) -> None:
        self._engine, self._memory, self._run = engine, memory, run
        self.token = ""

    def insert(self, rows: Rows, token: str) -> None:
        for store in (self._engine, self._memory):
            store.insert(rows, f"{self._run}-{self.token or token}")


def payment(number: int, offset: int) -> Received:
    """Receipts of three months; the same one may stand at several offsets, as after a repeat."""
    paid = PaymentReceived(
        case_id=samples.decision().case_id,
        at_us=samples.CAPTURED_US + number % 3 * MONTH_US,
        receipt=f"r-{number}",
        tiyn=100,
    )
    return Received(paid, Position("case-events.v1", 0, offset), "key", {})


def test_random_batches_leave_the_same_rows_in_both() -> None:
    engine, rng = embedded(data_folder() / "register"), random.Random(11)
    for run in range(6):
        engine.command("TRUNCATE TABLE case_events")
        memory = MemoryRegister()
        both = Both(engine, memory, rng.getrandbits(60))
        stage = register(both)  # type: ignore[arg-type]
        topic = [payment(rng.randrange(8), offset) for offset in range(20)]
        for _ in range(8):
            start = rng.randrange(len(topic))
            both.token = "same" if run % 2 and rng.random() < 0.4 else ""
            batch = topic[start : start + rng.randrange(1, 6)]
            for _ in range(rng.choice((1, 1, 2))):  # once more whole: not even written
                stage.handle(batch)
        kept = {(str(row["id"]), int(str(row["version"]))) for row in memory.final("case_events").values()}
        assert rows_of(engine, "FINAL") == kept
        written = sorted((str(row["id"]), int(str(row["version"]))) for row in memory.rows["case_events"])
        assert set(rows_of(engine, "")) <= set(written)  # the engine may have merged some away already
    engine.close()


def rows_of(engine: Register, final: str) -> set[tuple[str, int]]:
    asked: Sequence[Sequence[object]] = engine.ask(f"SELECT toString(id), version FROM case_events {final}")
    return {(str(row[0]), int(str(row[1]))) for row in asked}


def test_evidence_is_written_once_and_stays_while_it_must() -> None:
    store = MemoryEvidence()
    kept, candidate = store.put(b"one"), store.put(b"two")
    assert store.put(b"one") == kept
    store.lock(kept, date(2031, 1, 1))
    store.hold(candidate, on=True)
    for address in (kept, candidate):
        with pytest.raises(Invalid, match="evidence-locked"):
            store.delete(address)
    store.hold(candidate, on=False)
    store.delete(candidate)
    assert store.get(kept) == b"one"
    with pytest.raises(Invalid, match="evidence-missing"):
        store.get(candidate)
