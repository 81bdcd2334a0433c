"""Playing days one after another, and saying of a bad one all that is needed to see it again."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.topics import ACTS, SEALED
from tests.simulation.bugs import BUGS
from tests.simulation.day import Day
from tests.simulation.invariants import offences
from tests.simulation.remains import Remains, remains
from tests.simulation.world import Parts, World

SHOWN_STEPS = 20
SHOWN_IDS = 5
HOLDS_CHANCE = {SEALED.name, ACTS.name}
"""Their values hold keys, nonces and signatures, which are drawn by the system and not by the seed."""


@dataclass(frozen=True)
class Played:
    """One day that is over. `sha256` names its course and what it left; the same seed gives the same."""

    seed: int
    offences: Mapping[str, Sequence[str]]
    sha256: str
    trace: Sequence[str]
    steps: int
    storm: float
    struck: Mapping[str, int]
    accepted: int
    acts: int
    states: Sequence[str]


def play(world: World, seed: int, bug: str = "") -> Played:
    """The day of `seed`, with a planted mistake or without."""
    day = Day(world, seed, BUGS[bug].parts() if bug else Parts()).run()
    left = remains(day)
    return Played(
        seed=seed,
        offences=offences(left),
        sha256=hashlib.sha256("\n".join([day.trace.sha256, *_left(left)]).encode()).hexdigest(),
        trace=day.trace.lines,
        steps=day.trace.steps,
        storm=day.dice.storm,
        struck=day.dice.struck,
        accepted=len(left.accepted),
        acts=len(left.tables["acts"]),
        states=[row["state"] for row in left.tables["cases"]],
    )


def _left(left: Remains) -> Iterator[str]:
    for topic, records in left.topics.items():
        for stood in records:
            value = b"" if topic in HOLDS_CHANCE else stood.record.value
            yield f"{stood.record.position} {stood.record.key} {hashlib.sha256(value).hexdigest()}"
    for row in left.tables["case_history"]:
        yield f"{row['case_id']} {row['what']} {row['to_state']} {row['at_us']}"


def report(played: Played, bug: str = "") -> str:
    """What a person needs of a day that offends: which rule, which ids, the last steps, and how to see it again."""
    lines = [f"seed {played.seed} (storm {played.storm:g}, {played.steps} steps)"]
    for name, offenders in played.offences.items():
        lines.append(f"  {name}: {len(offenders)}")
        lines += [f"    {one}" for one in offenders[:SHOWN_IDS]]
    lines += ["  the last steps:", *(f"    {line}" for line in _last_steps(played.trace))]
    lines.append(f"  again: {command(played.seed, bug)}")
    return "\n".join(lines)


def command(seed: int, bug: str = "") -> str:
    """The command that plays this day and no other."""
    return f"python -m tests.simulation --days 1 --seed {seed}{f' --bug {bug}' if bug else ''}"


def _last_steps(trace: Sequence[str]) -> Sequence[str]:
    """The last scheduled steps, each with what broke in it, which stands before it."""
    steps = [at for at, line in enumerate(trace) if not line.startswith(" ")]
    return trace[steps[-SHOWN_STEPS - 1] + 1 :] if len(steps) > SHOWN_STEPS else trace
