"""A whole centre in a process of its own, with door and pages, whose devices go on sending until the test is done."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

from adjudication.calendar import civil_day
from benchmarks.legend import LegendEyes, LegendSecond
from benchmarks.traffic import enrol, passings
from dashboards.centre import FacedCentre
from ingest.client import DeviceClient
from ingest.clock import system_clock
from integrations.config import Settings
from integrations.simulators import process
from integrations.simulators.population import Population

SEED, VEHICLES, EVENTS = 7, 200, 2_000
EVERY_S = 0.3
"""Enough for every rate to have something to count; the test is not about load."""
STARTS_WITHIN_S = 90.0
"""A start takes some seconds, most of them importing; a loaded machine needs many times that."""


@contextmanager
def centre(folder: Path) -> Iterator[tuple[str, str]]:
    """The base URL of the pages of a centre at work, with registries that answer; and the token of its metrics."""
    today = civil_day(system_clock())
    with process.running(SEED, VEHICLES, today) as others:
        settings = Settings(
            data=folder / "data",
            policy="demo",
            registries_url=others.url,
            channels_url=others.url,
            door_port=0,
            web_port=0,
        )
        spawn = multiprocessing.get_context("spawn")
        here, there = spawn.Pipe()
        living = spawn.Process(target=_live, args=(there, settings), daemon=True)
        living.start()
        there.close()
        try:
            assert here.poll(STARTS_WITHIN_S), "the centre did not start"
            door, pages, token, metrics_token = here.recv()
            with _sending(folder, door, token):
                yield pages, metrics_token
        finally:
            here.close()
            living.join(STARTS_WITHIN_S)


def _live(pipe: Connection, settings: Settings) -> None:
    with FacedCentre(settings, LegendEyes(), LegendSecond(), demonstration=True) as faced:
        centre = faced.centre
        pipe.send((faced.door.url, faced.web.url, centre.admin_token, centre.metrics_token))
        with suppress(EOFError):
            pipe.recv()


@contextmanager
def _sending(folder: Path, door: str, token: str) -> Iterator[None]:
    done = threading.Event()

    def send() -> None:
        [file] = enrol(door, token, ["LIVE-1"], SEED)
        plan = passings(Population(SEED, VEHICLES, civil_day(system_clock())), SEED, EVENTS)
        with DeviceClient(file, folder / "LIVE-1") as camera:
            for passing in plan:
                camera.capture([passing.picture(20_000)], passing.seen(system_clock()))
                for _ in camera.deliver(STARTS_WITHIN_S):
                    pass
                if done.wait(EVERY_S):
                    return

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
