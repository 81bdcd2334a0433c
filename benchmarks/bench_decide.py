"""Decide: checked passages a second on one core, from struct to struct, without the stream and the codec."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from time import perf_counter

from adjudication.decide import decide
from adjudication.messages import PassageChecked
from adjudication.scenarios.build import checked_passage
from adjudication.scenarios.format import ScenarioFacts
from integrations.lawfiles import load_law, load_policy

SECONDS = 2.0
"""Long enough to even out the collector's pauses, short enough to be run often."""
OFFENCES_IN_100 = 1
"""A city's ordinary traffic, for the mix: one passage in a hundred makes a case."""
BURST = 100


def run() -> dict[str, float]:
    """Decisions a second on offences alone, on lawful passages alone, and on the mix."""
    lawful, offence = _passage(measured_kmh=58), _passage(measured_kmh=83)
    mix = [offence] * OFFENCES_IN_100 + [lawful] * (BURST - OFFENCES_IN_100)
    return {
        "offences_per_s": _rate([offence] * BURST),
        "lawful_passages_per_s": _rate([lawful] * BURST),
        "mix_of_1_percent_per_s": _rate(mix),
    }


def _rate(passages: list[PassageChecked]) -> float:
    one_burst = _burst(passages)
    one_burst()
    count, start = 0, perf_counter()
    while (spent := perf_counter() - start) < SECONDS:
        one_burst()
        count += len(passages)
    return count / spent


def _burst(passages: list[PassageChecked]) -> Callable[[], None]:
    law, policy = load_law(), load_policy("default")

    def burst() -> None:
        for passage in passages:
            decide(passage, (), law, policy)

    return burst


def _passage(measured_kmh: int) -> PassageChecked:
    return checked_passage(
        ScenarioFacts(
            offence_at=datetime.fromisoformat("2026-04-06T08:00:00+05:00"),
            kind="speed",
            measured_kmh=Decimal(measured_kmh),
            measurement_error_kmh=Decimal(2),
            limit_kmh=Decimal(60),
        )
    )
