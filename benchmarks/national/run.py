"""One whole measurement: a cluster at rest, half of the devices, all of them; then the model."""

import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import msgspec

from benchmarks.cluster import PARTS, Cluster, cluster
from benchmarks.national import processes, stages
from benchmarks.national.capacity import Spent, model
from benchmarks.national.client import Job, Phase, Told, serve
from benchmarks.national.load import CATCH_UP, DAYS, OFFENCES, rate
from benchmarks.national.picture import draw
from benchmarks.national.processes import LOAD_SIDE, Used
from benchmarks.national.report import Seen, figures, timeline
from benchmarks.national.watch import Watch
from benchmarks.roles import PROFILE
from integrations.pipeline import Centre
from integrations.pipeline import cluster as centre_of

POPULATION = 2_000
REST_S = 5.0
"""Of a cluster that has just begun: enough to tell what pollers and heartbeats cost."""
FRAMES_MIB = 512
"""A partition of frames: four of them hold three times what a window of frames of 350 kB takes."""
WINDOW = 1_500
"""Unsettled passages at most where the load is closed: five seconds' work at 300 a second."""
CEILING_S = 1_500.0
"""Events planned for a second of a closed load: more than any door here takes."""
STUCK_S = 120.0
"""Without any progress for so long, what is left is reported as unsettled."""
CALM_LOOKS = 2
"""In succession without lag: an outbox may just have been about to publish."""
EYES = "legend: the text in the picture's comment is read instead of the picture (benchmarks/legend.py)"


class Asked(msgspec.Struct, frozen=True):
    """What the command was asked. `open` sends when events are due; else the load is closed, and tells the capacity."""

    devices: int
    seconds: float
    seed: int = 1
    frame_bytes: int = 350_000
    offences: float = OFFENCES
    open: bool = False
    times: float = 1.0
    picture: Path | None = None
    profile: Path | None = None


def measure(asked: Asked, note: Callable[[str], None] = lambda _: None) -> dict[str, object]:
    """Everything, by name. `note` hears what is going on. Raises what the servers raise where they do not start."""
    machine = _machine()
    if asked.profile:
        asked.profile.mkdir(parents=True, exist_ok=True)
        os.environ[PROFILE] = str(asked.profile.absolute())  # roles begin with this process's environment
    with cluster(population=POPULATION, seed=asked.seed, frames_mib=FRAMES_MIB) as made:
        note("servers are prepared")
        made.run(PARTS)
        centre = centre_of(made.settings)
        try:
            return _measured(asked, made, centre, note) | {"machine": {**machine, "load_after": os.getloadavg()[0]}}
        finally:
            centre.close()


def _measured(asked: Asked, made: Cluster, centre: Centre, note: Callable[[str], None]) -> dict[str, object]:
    settled: Synchronized[int] = multiprocessing.get_context("spawn").Value("q", 0)
    watch = Watch(centre, settled)
    job = Job(
        door=made.door,
        admin_token=centre.admin_token,
        devices=asked.devices,
        seed=asked.seed,
        population=POPULATION,
        frame_bytes=asked.frame_bytes,
    )
    with _Client(job, settled) as client:
        note(f"{asked.devices} devices are enrolled")
        watch.start()
        try:
            rest = _rest()
            first, second = [_phase(phase, made, watch, client, note) for phase in _phases(asked)]
        finally:
            watch.stop()
    drawn = timeline(second)
    if asked.picture:
        draw(asked.picture, drawn, _backlog(second.phase))
    return {
        **figures(second),
        "mode": "open" if asked.open else "closed",
        "seconds": asked.seconds,
        "seed": asked.seed,
        "frame_bytes": asked.frame_bytes,
        "offences": asked.offences,
        "eyes": EYES,
        "window": second.phase.window,
        "offered_passages_per_second": rate(asked.devices, asked.times) if asked.open else None,
        "first_size": figures(first),
        "capacity": msgspec.to_builtins(model(rest, _spent(first), _spent(second), asked.frame_bytes)),
        "timeline": drawn,
    }


def _phases(asked: Asked) -> list[Phase]:
    """Half of the devices for a third of the time, then all of them."""
    sizes = ((max(1, asked.devices // 2), asked.seconds / 3), (asked.devices, asked.seconds * 2 / 3))
    return [
        Phase(
            devices=devices,
            seconds=seconds,
            seed=asked.seed + number,
            times=asked.times if asked.open else CEILING_S / rate(devices),
            offences=asked.offences,
            outage=asked.open and devices == asked.devices,
            window=0 if asked.open else WINDOW,
        )
        for number, (devices, seconds) in enumerate(sizes)
    ]


def _phase(phase: Phase, made: Cluster, watch: Watch, client: "_Client", note: Callable[[str], None]) -> Seen:
    addresses = [member.addresses[0] for member in made.members]
    stages_before, used_before, began_s = stages.read(addresses), processes.used(), time.time()
    start = len(watch.looks) - 1
    told = client.play(phase, watch)
    note(f"{len(told.sent)} events of {phase.devices} devices have receipts after {told.ended_s - told.began_s:.0f} s")
    _drained(watch, watch.looks[start].settled + len(told.sent))
    looks = watch.looks[start:]
    note(f"{looks[-1].settled - looks[0].settled} are settled after {looks[-1].at_s - told.began_s:.0f} s")
    return Seen(
        phase=phase,
        told=told,
        looks=looks,
        first_seen_s=dict(watch.first_seen_s),
        used=_used_since(used_before),
        stages=stages.between(stages_before, stages.read(addresses)),
        seconds=time.time() - began_s,
    )


def _drained(watch: Watch, expected: int) -> None:
    """Returns when all is settled and nothing is in hand, or nothing has moved for long."""
    moved_s, state, calm = time.time(), None, 0
    while calm < CALM_LOOKS and time.time() - moved_s < STUCK_S:
        seen = len(watch.looks)
        while len(watch.looks) == seen:
            watch.check()
            time.sleep(0.05)
        look = watch.looks[-1]
        calm = calm + 1 if look.settled >= expected and not look.lag else 0
        if state != (look.settled, look.acts, look.lag):
            moved_s, state = time.time(), (look.settled, look.acts, look.lag)


def _rest() -> Spent:
    before, began_s = processes.used(), time.time()
    time.sleep(REST_S)
    return Spent(time.time() - began_s, 0, _centre_cpu(_used_since(before)))


def _spent(seen: Seen) -> Spent:
    return Spent(seen.seconds, seen.settled, _centre_cpu(seen.used))


def _centre_cpu(used: dict[str, Used]) -> dict[str, float]:
    return {name: one.cpu_s for name, one in used.items() if name not in LOAD_SIDE}


def _used_since(before: dict[str, Used]) -> dict[str, Used]:
    """Processor time and bytes since then, memory as it is now."""
    none = Used()
    return {
        name: Used(
            now.cpu_s - before.get(name, none).cpu_s, now.memory_mib, now.written - before.get(name, none).written
        )
        for name, now in processes.used().items()
    }


def _backlog(phase: Phase) -> tuple[float, float] | None:
    day_s = phase.seconds / DAYS
    return (2 * day_s, (2 + CATCH_UP) * day_s) if phase.outage else None


def _machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "processor": platform.machine(),
    }


class _Client:
    """The devices' process."""

    def __init__(self, job: Job, settled: "Synchronized[int]") -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there, job, settled), daemon=True)
        self._process.start()
        there.close()

    def __enter__(self) -> "_Client":
        self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.is_alive():
            self._pipe.send(None)
        self._process.join(10)
        self._process.kill()

    def play(self, phase: Phase, watch: Watch) -> Told:
        """One phase, to its last receipt. Raises EOFError where the client died; it has said why on standard error."""
        self._pipe.send(phase)
        while not self._pipe.poll(1.0):
            watch.check()
        told = self._pipe.recv()
        assert isinstance(told, Told)
        return told
