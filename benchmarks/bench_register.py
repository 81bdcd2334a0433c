"""The register in this process (chDB): rows a second written in batches, and how long people's questions take."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from adjudication import ids
from adjudication.messages import CaseDecided
from integrations.register import questions
from integrations.register.rows import to_rows
from integrations.register.store import Register, embedded
from tests import samples

ROWS = 20_000
"""A day of a small region; about 60 MB of messages."""
BATCHES = (64, 1_000, 5_000)
"""What a quiet road writes at once, what [register] writes under load, and Snuba's order of magnitude."""


def run() -> dict[str, float]:
    """Rows/s by batch, and the median milliseconds of look-ups over all rows."""
    with tempfile.TemporaryDirectory() as folder:
        register = embedded(Path(folder))
        decisions = [_decision(number) for number in range(ROWS)]
        _write(register, decisions[:64], 64)  # the first insert after a start costs the engine 1.6 s
        figures = {f"decisions/s in batches of {size}": _write(register, decisions, size) for size in BATCHES}
        wanted = decisions[ROWS // 2]
        event_id = wanted.checked.passage.event_id
        figures["what came of an event, ms"] = _ms(lambda: questions.of_event(register, event_id))
        figures["a decision by id, ms"] = _ms(lambda: questions.decision(register, wanted.decision_id))
        figures["outcomes by reason, ms"] = _ms(lambda: questions.outcomes_by_reason(register))
        register.close()
        return figures


def _decision(number: int) -> CaseDecided:
    decision = samples.decision(number + 1)
    case_id = ids.stable_id("case", number)
    return msgspec.structs.replace(decision, case_id=case_id, decision_id=ids.stable_id("decision", number))


def _write(register: Register, decisions: list[CaseDecided], size: int) -> float:
    started = time.perf_counter()
    for start in range(0, len(decisions), size):
        batch = decisions[start : start + size]
        for rows in to_rows((decision, 1) for decision in batch):
            register.insert(rows, f"{size}-{start}")
    return len(decisions) / (time.perf_counter() - started)


def _ms(question: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        question()
        times.append(1000 * (time.perf_counter() - started))
    return sorted(times)[4]
