"""What each kind of step in a trace says, word for word: `traces.txt` has a line of each, from the first case with it.

`TARAZY_WRITE_GOLDEN=1` writes the file anew, for a lawyer to read the difference.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from adjudication.messages import CaseDecided, TraceStep
from adjudication.scenarios.format import parse
from adjudication.scenarios.run import came_to
from integrations.lawfiles import load_law, load_policy
from tests.adjudication.test_decide import DOUBTS, one, review

GOLDEN = Path(__file__).parent / "traces.txt"
SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.toml"))


def cases() -> Iterator[CaseDecided]:
    law, policy = load_law(), load_policy("default")
    for file in SCENARIOS:
        for scenario in parse(file.read_bytes()):
            case = came_to(scenario.facts, law, policy).case
            if case is not None:
                yield case
    yield from (one(checked) for _, _, checked in DOUBTS)
    yield from (one(checked, review(one(checked))) for _, _, checked in DOUBTS)


def test_every_kind_of_step_says_what_it_said() -> None:
    said: dict[tuple[str, ...], str] = {}
    for case in cases():
        for step in case.trace:
            said.setdefault(_kind(step), _line(step))
    text = "\n".join(said[kind] for kind in sorted(said)) + "\n"
    if os.environ.get("TARAZY_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def _kind(step: TraceStep) -> tuple[str, ...]:
    """Rule, and what it came to: a reason, or the shape of its words."""
    values = dict(step.values)
    outcome = step.outcome.partition(";")[0]
    words = values.get("reason") or values.get("settled") or "".join(c for c in outcome if not c.isdigit())
    return (step.rule, words, *values)


def _line(step: TraceStep) -> str:
    values = ", ".join(f"{name}={value}" for name, value in step.values)
    return f"{step.rule} | {step.source} | {step.outcome} | {values}"
