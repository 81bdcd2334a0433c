"""Many passages for the law alone, no two alike, and what it decides of them, as one digest.

`python -m benchmarks.decisions COUNT` takes passages, from bytes to bytes, until COUNT cases are decided, and prints
their digest, the processor time and the memory on the way: two processes with different hash seeds must print one
digest, and memory must not grow.
"""

import argparse
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import count as numbers
from pathlib import Path
from time import process_time

from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.decide import decide
from adjudication.errors import Invalid, Unavailable
from adjudication.facts import Measurement
from adjudication.messages import CaseDecided, PassageChecked
from adjudication.scenarios.build import checked_passage
from adjudication.scenarios.format import ScenarioFacts, parse
from integrations.lawfiles import load_law, load_policy

SCENARIOS = Path(__file__).parents[1] / "tests" / "scenarios"
SPREAD_KMH, SPREAD_S = 5, 1_000
"""By how much numbered passages of one scenario differ in speed and in their instant."""
LOOKS = 20
"""How often memory is looked at on the way."""
PAGE_KIB = os.sysconf("SC_PAGESIZE") // 1024


@dataclass(frozen=True, slots=True)
class Decided:
    """One run: `kib` is the resident memory at each look, the first after a twentieth of the run."""

    passages: int
    decisions: int
    sha256: str
    cpu_s: float
    kib: tuple[int, ...]


@cache
def of_all_kinds() -> tuple[PassageChecked, ...]:
    """The passage of every scenario of which the policy that is shipped decides a case: all parts, all routes."""
    facts = [one.facts for path in sorted(SCENARIOS.glob("*.toml")) for one in parse(path.read_bytes())]
    return tuple(checked for checked in map(checked_passage, facts) if _makes_a_case(checked))


@cache
def speeding(kmh: int) -> PassageChecked:
    """A car at `kmh` where 60 are allowed, everything in order: the commonest case, or none."""
    facts = ScenarioFacts(
        offence_at=datetime.fromisoformat("2026-04-06T08:00:00+05:00"),
        kind="speed",
        measured_kmh=Decimal(kmh),
        measurement_error_kmh=Decimal(2),
        limit_kmh=Decimal(60),
    )
    return checked_passage(facts)


def national(offences_in_100: int = 1) -> tuple[PassageChecked, ...]:
    """A hundred passages of ordinary traffic."""
    return (*(speeding(83),) * offences_in_100, *(speeding(58),) * (100 - offences_in_100))


def numbered(kinds: Sequence[PassageChecked]) -> Iterator[PassageChecked]:
    """Passages without end, in the order of `kinds`: each another event, at another instant and another speed."""
    for n in numbers():
        yield _numbered(kinds[n % len(kinds)], n)


def run(count: int) -> Decided:
    """`count` cases decided, and their digest."""
    law, policy = load_law(), load_policy("default")
    digest, decisions, kib = hashlib.sha256(), 0, list[int]()
    started = process_time()
    for passages, checked in enumerate(numbered(of_all_kinds()), 1):
        message = codec.decode_message(codec.encode(checked))
        assert isinstance(message, PassageChecked)
        for result in decide(message, (), law, policy):
            digest.update(codec.encode(result))
            decisions += isinstance(result, CaseDecided)
        if decisions * LOOKS >= count * (len(kib) + 1):
            kib.append(_resident_kib())
        if decisions >= count:
            return Decided(passages, decisions, digest.hexdigest(), process_time() - started, tuple(kib))
    raise AssertionError("passages do not end")


def _numbered(checked: PassageChecked, n: int) -> PassageChecked:
    event = checked.passage.event
    other = replace(
        event,
        event=f"b-{n}",
        sequence=n + 1,
        captured_us=event.captured_us + n % SPREAD_S * 1_000_000,
        measurement=event.measurement and _faster(event.measurement, n % SPREAD_KMH),
    )
    event_id = ids.event_id(other.device_id, other.sequence)
    passage = replace(checked.passage, passage_id=ids.passage_id(event_id, 0), event_id=event_id, event=other)
    return replace(checked, checked_id=ids.checked_id(passage.passage_id, len(checked.rounds)), passage=passage)


def _faster(measured: Measurement, kmh: int) -> Measurement:
    return replace(measured, value_kmh100=measured.value_kmh100 + 100 * kmh)


def _makes_a_case(checked: PassageChecked) -> bool:
    law, policy = load_law(), load_policy("default")
    try:
        results = [decide(_numbered(checked, n), (), law, policy) for n in (0, SPREAD_S - 1)]
    except (Invalid, Unavailable):
        return False
    return all(isinstance(one, CaseDecided) for result in results for one in result)


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE_KIB


def main() -> None:
    """Parse, run, print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    parser.add_argument("count", type=int, help="cases to decide")
    print(json.dumps(asdict(run(parser.parse_args().count))))


if __name__ == "__main__":
    main()
