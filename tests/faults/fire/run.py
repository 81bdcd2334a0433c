"""One life of a cluster: at work, cameras, a storm, calm, and the audit of all that is left."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from adjudication.calendar import civil_day
from adjudication.errors import Unavailable
from adjudication.units import MICROS_PER_SECOND
from benchmarks.cluster import PARTS, Cluster, cluster
from benchmarks.traffic import enrol, passings
from ingest.clock import system_clock
from integrations.pipeline import Centre
from integrations.pipeline import cluster as centre_of
from integrations.simulators.population import Population
from tests.faults.fire import audit, skewed
from tests.faults.fire.cameras import Cameras
from tests.faults.fire.disks import Disk, mounting
from tests.faults.fire.plan import Fault
from tests.faults.fire.strikes import AWAY, Aim, Breakable, Say, Storm
from tests.faults.fire.wires import Wire, wiring

POPULATION = 200
CAMERAS = 4
EVENTS_A_FAULT = 6
"""Two events a second: enough that every fault meets some on their way."""
ROLES = (PARTS[0], PARTS[1], PARTS[1], PARTS[2], PARTS[2], PARTS[3])
"""All but the door and the register twice: who stands still finds on waking that another has taken its work."""
SETTLES_WITHIN_S = 600.0
"""On an idle machine it takes ten seconds; on one that is busy with something else, minutes."""
SOON_S = 30
"""A deadline that ends within so long is waited for: a register is asked for the second time after five seconds."""
LOOK_S = 0.5
QUIET = 2
"""Looks in a row that must find nothing in hand: what one store has let go another may not have yet."""


class Summary(msgspec.Struct, frozen=True):
    """What came of one life."""

    seed: int
    brokers: int
    first: int
    """The number of its first fault in the seed's plan."""
    faults: int
    kills: int
    struck: dict[str, int]
    began_again: int
    """Roles that ended by themselves because a store was away when they began."""
    events: int
    delivered_again: int
    decisions: int
    acts: int
    letters: int
    repeated: dict[str, int]
    storm_s: float
    settling_s: float
    took_s: float
    violations: dict[str, list[str]]


def fire(
    seed: int, faults: Sequence[Fault], brokers: int, say: Say, *, disks: bool = False, logs: Path | None = None
) -> Summary:
    """One life that suffers `faults` of the plan of `seed`; what breaks is told to `say` when it does. `disks` can be
    filled; `logs` is where the members' and the brokers' own words are left. What passes the cameras is the seed's too,
    from the place on where the plan stands.

    Raises:
        RuntimeError, KafkaMissing: a server or a role did not start, or did not come back.
        PermissionError: disks cannot be mounted.
    """
    began = time.monotonic()
    before = faults[0].number - 1
    population = Population(seed, POPULATION, civil_day(system_clock()))
    with _breakable(brokers, seed, disks) as breakable:
        running = breakable.cluster
        running.run(ROLES)
        say(f"{time.monotonic() - began:7.1f} s  {len(ROLES)} roles and {brokers} brokers work")
        token = (running.settings.data / "admin-token").read_text(encoding="ascii")
        files = enrol(running.door, token, [f"cam-{number}" for number in range(CAMERAS)], seed)
        storm = Storm(breakable, say)
        passing = passings(population, seed, (before + len(faults)) * EVENTS_A_FAULT)[before * EVENTS_A_FAULT :]
        cameras = Cameras(files, passing, seed)
        stormed = time.monotonic()
        try:
            storm.run(faults, lambda number: cameras.allow((number - before) * EVENTS_A_FAULT))
            calmed = time.monotonic()
            storm.heal()
            cameras.finish()
            centre = centre_of(running.settings)
            try:
                _settle(centre, storm.watch, say)
                settled = time.monotonic()
                bugs = [*_unexcused(storm.ended), *_stopped(running)]
                left = audit.remains(running, centre, population, cameras.accepted, bugs)
                found = audit.offences(left, centre)
            finally:
                centre.close()
        finally:
            storm.end()
            cameras.end()
            _leave(running, logs)
    return Summary(
        seed=seed,
        brokers=brokers,
        first=faults[0].number,
        faults=len(faults),
        kills=sum(count for name, count in storm.struck.items() if name.startswith("kill")),
        struck=dict(sorted(storm.struck.items())),
        began_again=len(storm.ended),
        events=len(cameras.accepted),
        delivered_again=cameras.again,
        decisions=len(left.of("decisions.v1")),
        acts=len(left.tables["acts"]),
        letters=len(left.letters),
        repeated=audit.repeated(left),
        storm_s=round(calmed - stormed, 1),
        settling_s=round(settled - calmed, 1),
        took_s=round(time.monotonic() - began, 1),
        violations=found,
    )


@contextmanager
def _breakable(brokers: int, seed: int, fillable: bool) -> Iterator[Breakable]:
    """A cluster with a wire before each server, disks that can be filled if wanted, and clocks that can be wrong."""
    wires: dict[Aim, Wire] = {}
    disks: dict[Aim, Disk] = {}
    with mounting() as mount, wiring() as lay:

        def before(server: str, which: int, port: int) -> int:
            wire = wires[server, which] = lay(port)
            return wire.port

        def kept(server: str, which: int, folder: Path) -> None:
            disks[server, which] = mount(folder)

        with cluster(
            brokers=brokers,
            seed=seed,
            population=POPULATION,
            before=before,
            kept=kept if fillable else None,
            launcher=skewed.LAUNCHER,
        ) as running:
            yield Breakable(running, wires, disks)


def _settle(centre: Centre, watch: Callable[[], None], say: Say) -> None:
    """Wait until nothing is in hand any more, or for so long that it never will be: the audit then says what is."""
    give_up, quiet, told = time.monotonic() + SETTLES_WITHIN_S, 0, None
    while quiet < QUIET and time.monotonic() < give_up:
        if (work := _in_hand(centre)) and work != told:
            say(f"in hand: {work}")
        quiet, told = 0 if work else quiet + 1, work
        watch()
        time.sleep(LOOK_S)


def _in_hand(centre: Centre) -> dict[str, int]:
    """How much of what is still to be done; a store that is not itself again yet counts as well."""
    try:
        return _counted(centre)
    except Unavailable as error:
        return {error.what: 1}


def _counted(centre: Centre) -> dict[str, int]:
    book, now_us = centre.casebook, centre.clock()
    soon = book.deadlines.ending(now_us, now_us + SOON_S * MICROS_PER_SECOND)
    found = {f"{each.group} {each.topic}": each.records for each in centre.stream.lag()}
    found |= {"outbox": book.outbox.waiting(), "spool": audit.spooled(centre)}
    found["deadlines"] = book.deadlines.overdue(now_us) + sum(soon.values())
    return {name: count for name, count in found.items() if count}


def _unexcused(ended: list[str]) -> list[str]:
    """A role may end because a store is away when it begins, and for no other reason."""
    return [each for each in ended if AWAY not in each]


def _leave(running: Cluster, logs: Path | None) -> None:
    if logs is not None:
        logs.mkdir(parents=True, exist_ok=True)
        for broker in running.kafka.brokers:
            shutil.copy(broker.folder / "log", logs / f"broker-{broker.number}.log")
        for member in running.members:
            shutil.copy(member.log, logs)


def _stopped(running: Cluster) -> list[str]:
    """Roles that an operator's SIGTERM did not end in good order."""
    found = []
    for member in running.members:
        try:
            member.stop()
        except Exception as error:
            found.append(f"{member.roles}: {error}")
    return found
