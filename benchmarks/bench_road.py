"""The whole road in one process: from the door to the register, passages and acts a second, and what it costs.

The embedded centre (door, stages, loops) runs in a process of its own on its own stores; cameras and the simulated
registers, in two further processes, share the machine's cores with it. Without vision, pictures carry a legend
(benchmarks/legend.py): everything else is as in operation, to signed, logged and delivered acts. `ordinary` traffic
has one offender in fifty; of `offences` every vehicle is too fast. A rate counts from the first event sent until
nothing is left in hand. CPU time is of the centre's process alone, by the thread that spent it: the largest names the
bottleneck.
"""

import http.client
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import numpy as np

from adjudication.calendar import civil_day
from adjudication.messages import EventCaptured
from benchmarks.legend import LegendEyes, LegendSecond
from benchmarks.traffic import SPEEDS_KMH, Passing, enrol, passings
from dashboards.centre import door_of
from dashboards.serving import Served, listening
from ingest.client import Picture
from ingest.clock import system_clock
from ingest.doors.headers import CONTENT_TYPE
from ingest.frame import Frame
from ingest.identity import DeviceFile
from ingest.signatures import sign_frame
from integrations.centre import RunningCentre
from integrations.config import Settings
from integrations.pipeline import Centre, embedded
from integrations.simulators.population import Population
from integrations.simulators.process import running
from vision.ports import Eyes, SecondReader

SEED = 1
POPULATION = 2_000
CAMERAS = 8
ORDINARY_KMH = (*(None,) * 25, *(55,) * 24, 85)
OFFENCES_KMH = tuple(kmh for kmh in SPEEDS_KMH if kmh is not None and kmh > 70)
RUNS: tuple[tuple[str, tuple[int | None, ...], int, int], ...] = (
    ("ordinary_30kB", ORDINARY_KMH, 30_000, 320),
    ("ordinary_350kB", ORDINARY_KMH, 350_000, 160),
    ("offences_30kB", OFFENCES_KMH, 30_000, 160),
)
"""Name, speeds, bytes of a picture, events: each a few seconds' work."""
WARM = 16
"""Not counted: the engine's first insert alone takes 1.6 s of CPU time."""
RENDERED = 24
"""Frames for the models: several batches of eight."""
MODELS = Settings().models
PATIENCE_S = 60.0

Command = Literal["work", "spent", "stop"]


class Spent(msgspec.Struct, frozen=True):
    """What the centre has used since it started: CPU seconds by kind of thread, resident MiB, acts formed."""

    cpu_s: dict[str, float]
    resident_mib: float
    acts: int


def run() -> dict[str, float | str]:
    """Rates, memory and CPU time by kind of traffic; with the models only where they are there."""
    figures: dict[str, float | str] = {}
    population = Population(SEED, POPULATION, civil_day(system_clock()))
    with running(SEED, POPULATION, population.today) as simulators:
        warm = passings(population, SEED + 1, WARM, OFFENCES_KMH)
        for label, speeds, size, count in RUNS:
            plan = passings(population, SEED, count, speeds)
            with _centre(simulators.url, "legend") as centre:
                figures.setdefault("rest_mib", centre.spent().resident_mib)
                _measure("warm", centre, [(one, one.picture(size)) for one in warm])
                figures |= _measure(label, centre, [(one, one.picture(size)) for one in plan])
        if (MODELS / "manifest.json").exists():
            plan = passings(population, SEED, RENDERED, (None,))
            with _centre(simulators.url, "models") as centre:
                figures["rendered_rest_mib"] = centre.spent().resident_mib
                shown = list(zip(plan, _rendered(), strict=True))
                _measure("warm", centre, shown[:8])
                figures |= _measure("rendered", centre, shown)
    return figures


class _Centre:
    """The other process."""

    def __init__(self, pipe: Connection, url: str, admin_token: str) -> None:
        self._pipe = pipe
        self.url, self._admin_token = url, admin_token
        self._next = Counter[str]()
        self._devices: list[DeviceFile] = []

    def ask(self, command: Command) -> object:
        self._pipe.send(command)
        if not self._pipe.poll(PATIENCE_S):
            raise RuntimeError("the centre does not answer")
        return self._pipe.recv()

    def spent(self) -> Spent:
        found = self.ask("spent")
        assert isinstance(found, Spent)
        return found

    def wait_idle(self) -> None:
        """Returns when nothing is in hand."""
        while self.ask("work"):
            time.sleep(0.2)  # asking costs the centre a look at its stores

    def frames(self, shown: Sequence[tuple[Passing, Picture]]) -> list[Frame]:
        """The passings as signed frames, the cameras in turn."""
        self._devices = self._devices or enrol(
            self.url, self._admin_token, [f"cam-{number}" for number in range(CAMERAS)], SEED
        )
        return [
            self._frame(self._devices[number % CAMERAS], passing, picture)
            for number, (passing, picture) in enumerate(shown)
        ]

    def _frame(self, device: DeviceFile, passing: Passing, picture: Picture) -> Frame:
        self._next[device.device_id] += 1
        header: EventCaptured = passing.event(device, self._next[device.device_id], picture, system_clock())
        return sign_frame(header, (picture.jpeg,), device.key)


def _measure(label: str, centre: _Centre, shown: Sequence[tuple[Passing, Picture]]) -> dict[str, float | str]:
    bodies = [frame.encode() for frame in centre.frames(shown)]
    centre.wait_idle()
    before = centre.spent()
    started = time.perf_counter()
    with ThreadPoolExecutor(CAMERAS) as pool:
        list(pool.map(lambda n: _push_all(centre.url, bodies[n::CAMERAS]), range(CAMERAS)))
    received_s = time.perf_counter() - started
    loaded = centre.spent()
    centre.wait_idle()
    took_s = time.perf_counter() - started
    after = centre.spent()
    cpu_s = {name: cpu - before.cpu_s.get(name, 0.0) for name, cpu in after.cpu_s.items()}
    dearest = sorted(cpu_s, key=lambda name: -cpu_s[name])[:6]
    figures: dict[str, float | str] = {
        "passages_s": len(bodies) / took_s,
        "receipts_s": len(bodies) / received_s,
        "acts_s": (after.acts - before.acts) / took_s,
        "cpu_ms_a_passage": sum(cpu_s.values()) / len(bodies) * 1e3,
        "cpu_ms_by_thread": ", ".join(f"{name} {cpu_s[name] / len(bodies) * 1e3:.1f}" for name in dearest),
        "load_mib": max(loaded.resident_mib, after.resident_mib),
    }
    return {f"{label}_{name}": value for name, value in figures.items()}


def _push_all(url: str, bodies: Sequence[bytes]) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    for body in bodies:
        while not _push(connection, body):
            time.sleep(0.05)


def _push(connection: http.client.HTTPConnection, body: bytes) -> bool:
    """Whether the door took it; False where it asked to come again."""
    connection.request("POST", "/v1/events", body, {"content-type": CONTENT_TYPE})
    answer = connection.getresponse()
    told = answer.read()
    if answer.status not in (200, 429, 503):
        raise RuntimeError(f"the door refused a good event: {told!r}")
    return answer.status == 200


def _rendered() -> Iterator[Picture]:
    from vision.random_scenes import random_scene
    from vision.render import encode_jpeg, render_frame

    rng = np.random.default_rng(SEED)
    for number in range(RENDERED):
        yield Picture("violation", encode_jpeg(render_frame(random_scene(rng), number).image))


@contextmanager
def _centre(simulators: str, eyes: Literal["legend", "models"]) -> Iterator[_Centre]:
    """A centre in a process of its own, over stores of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), registries_url=simulators, channels_url=simulators)
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, settings, eyes), daemon=True)
        process.start()
        url, admin_token = here.recv()
        yield _Centre(here, url, admin_token)
        here.send("stop")
        process.join(PATIENCE_S)


# In the centre's process


def _serve(pipe: Connection, settings: Settings, eyes: Literal["legend", "models"]) -> None:
    centre = embedded(settings)
    with (
        RunningCentre(centre, *_readers(eyes)) as working,
        Served(door_of(working), listening(settings.host, 0)) as served,
    ):
        pipe.send((served.url, centre.admin_token))
        while (command := pipe.recv()) != "stop":
            pipe.send(_work(centre) if command == "work" else _spent(centre))


def _readers(eyes: Literal["legend", "models"]) -> tuple[Eyes, SecondReader]:
    if eyes == "legend":
        return LegendEyes(), LegendSecond()
    from vision.eyes import open_eyes
    from vision.second import open_second

    models, threads = MODELS.absolute(), os.cpu_count() or 1
    return open_eyes(models, threads=threads), open_second(models, threads=threads)


def _work(centre: Centre) -> int:
    return sum(lag.records for lag in centre.stream.lag()) + centre.casebook.outbox.waiting()


def _spent(centre: Centre) -> Spent:
    return Spent(dict(_cpu_s()), _resident_mib(), centre.casebook.log.size())


def _cpu_s() -> Mapping[str, float]:
    """CPU seconds by kind of thread. Threads of a pool count as one kind; those the system named, as the engine's."""
    import threading

    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    ticks = os.sysconf("SC_CLK_TCK")
    spent: dict[str, float] = {}
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        name = names.get(int(task.name), "native threads")
        kind = "door" if name.startswith("http") else name.partition("_")[0]
        spent[kind] = spent.get(kind, 0.0) + (int(fields[11]) + int(fields[12])) / ticks  # utime, stime: proc(5)
    return spent


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
