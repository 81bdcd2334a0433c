"""Cross-check: passages a second, with registers that answer over HTTP from their own process, and with dead ones.

Both processes share the machine's cores, so the figure for HTTP is a floor: half of it is the simulated registers.
"""

import time
from collections.abc import Sequence

from adjudication import ids
from adjudication.answers import Vehicle
from adjudication.calendar import start_of_day_us
from adjudication.decide import finds
from adjudication.facts import Media, Place, PlateReading
from adjudication.messages import EventCaptured, PassageObserved
from benchmarks.legend import CONFIDENCE_BP
from ingest.clock import system_clock
from ingest.devices import DevicesInMemory
from ingest.stage import Position, Received, Stage
from ingest.topics import PASSAGES
from integrations.crosscheck import crosscheck
from integrations.lawfiles import load_law, load_policy
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.simulators.population import Population
from integrations.simulators.process import running
from integrations.simulators.registries import PopulationRegistries

SEED, SIZE = 1, 2_000
SILENCE_S = 60.0
"""Longer than any deadline: the register never answers."""


def run() -> dict[str, float]:
    """Passages a second by what the registers do, and what the first batch costs when all of them die."""
    population = Population(SEED, SIZE)
    passages = [_received(vehicle, number + 1, population) for number, vehicle in enumerate(population.vehicles)]
    figures = {"memory_passages_s": _rate(_stage(PopulationRegistries(population, system_clock)), passages)}
    with running(SEED, SIZE, population.today) as simulators:
        registries = HttpRegistries(registry_urls(simulators.url), system_clock)
        stage = _stage(registries)
        figures["http_passages_s"] = _rate(stage, passages)
        asked = sum(health.answered for health in registries.health())
        figures["questions_a_passage"] = asked / len(passages)
        simulators.command_all("slow", SILENCE_S)
        unknown = HttpRegistries(registry_urls(simulators.url), system_clock)  # an empty cache: everything is asked
        stage = _stage(unknown)
        figures["first_batch_silent_s"] = stage.batch / _rate(stage, passages[: stage.batch])
        figures["silent_passages_s"] = _rate(stage, passages)
        unknown.close()
        registries.close()
    return figures


def _stage(registries: HttpRegistries | PopulationRegistries) -> Stage:
    law, policy = load_law(), load_policy()
    stage = crosscheck(
        registries,
        DevicesInMemory(),
        system_clock,
        lambda plate: ids.stable_id("key", plate),
        lambda checked: finds(checked, law, policy),
    )
    for window in stage.windows:
        window.bind(lambda _window, _key: (), system_clock)
    return stage


def _rate(stage: Stage, passages: Sequence[Received]) -> float:
    started = time.perf_counter()
    for first in range(0, len(passages), stage.batch):
        stage.handle(passages[first : first + stage.batch])
    return len(passages) / (time.perf_counter() - started)


def _received(vehicle: Vehicle, sequence: int, population: Population) -> Received:
    captured_us = start_of_day_us(population.today) + sequence
    event = EventCaptured(
        event=f"e-{sequence}",
        device_id="cam-1",
        sequence=sequence,
        captured_us=captured_us,
        clock_offset_us=0,
        place=Place(place_id="p-1", title_kk="", title_ru="", district_code="197512", lat_e7=0, lon_e7=0),
        lane=1,
        direction="",
        media=(Media(role="overview", sha256="0" * 64, bytes=1, captured_us=captured_us),),
    )
    reading = PlateReading(
        text=vehicle.plate,
        format_id="KZ2012-P",
        country="KZ",
        confidence_bp=CONFIDENCE_BP,
        characters_bp=(CONFIDENCE_BP,) * len(vehicle.plate),
        box=None,
        picture=0,
        source="device",
    )
    event_id = ids.event_id(event.device_id, sequence)
    passage = PassageObserved(
        passage_id=ids.passage_id(event_id, 0),
        event_id=event_id,
        ordinal=0,
        event=event,
        plate=reading,
        vehicle=None,
        candidates=1,
        quality=(),
        reader="",
    )
    return Received(passage, Position(PASSAGES.name, 0, sequence), "k")
