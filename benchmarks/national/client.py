"""The devices: a process of its own, so that what it costs is told apart.

It enrols them, then plays one phase after another: each event is signed, sent over a connection that stays, and sent
again after as long as the door asks. Pictures are legends (benchmarks/legend.py) made unique by sixteen bytes at their
end, so that a digest costs those alone.
"""

import hashlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from adjudication import ids
from adjudication.calendar import civil_day
from adjudication.facts import Media
from adjudication.units import MICROS_PER_SECOND
from benchmarks import legend
from benchmarks.national.load import TOO_FAST_KMH, Event, Kind, plan
from benchmarks.traffic import SEEN_AS, enrol, event_of, measured
from ingest.clock import system_clock
from ingest.doors.headers import CONTENT_TYPE
from ingest.frame import signed_part
from ingest.identity import DeviceFile
from integrations.simulators.population import Population
from integrations.simulators.profiles import UNINSPECTED, UNINSURED

CONNECTIONS = 16
"""A quarter of what a door holds at once (ingest.overload.Limits); a device stays on one, so its events keep order."""
AGAIN = {429, 503, 507}
"""Not about the event: come again."""
UNIQUE = 16
"""Bytes at a picture's end that no other has, in hexadecimal digits: none of them starts a marker."""
NAP_S = 0.02


class Job(msgspec.Struct, frozen=True):
    """Whom the client speaks to, and as whom."""

    door: str
    admin_token: str
    devices: int
    seed: int
    population: int
    frame_bytes: int


class Phase(msgspec.Struct, frozen=True):
    """One load. With `window` it is closed: as fast as the door takes it for `seconds`, so many unsettled at most."""

    devices: int
    seconds: float
    seed: int
    times: float
    offences: float
    outage: bool
    window: int = 0


class Sent(msgspec.Struct, frozen=True):
    """One event that got a receipt. `sent_s` is the machine's clock; `receipt_s` counts from the first attempt."""

    event_id: str
    kind: Kind
    twice: bool
    sent_s: float
    receipt_s: float
    behind_s: float
    bytes: int


class Told(msgspec.Struct, frozen=True):
    """What came of a phase: receipts, how often the door asked to come again, what it refused for good."""

    began_s: float
    sent: list[Sent]
    again: dict[str, int]
    refused: dict[str, int]
    ended_s: float


class Counting(Protocol):
    """What of a shared number is used here."""

    value: int


def serve(pipe: Connection, job: Job, settled: "Synchronized[int]") -> None:
    """The process: enrol, say so, then a phase for each that is asked; None ends it."""
    devices = _Devices(job)
    pipe.send("enrolled")
    while (phase := pipe.recv()) is not None:
        pipe.send(_play(devices, phase, settled))


class _Devices:
    """Keys, sequence numbers and pictures of all devices."""

    def __init__(self, job: Job) -> None:
        self.job = job
        names = [f"nat-{number}" for number in range(job.devices)]
        self.files: Sequence[DeviceFile] = enrol(job.door, job.admin_token, names, job.seed)
        population = Population(job.seed, job.population, civil_day(system_clock()))
        self.vehicles = population.vehicles
        self.lawful = [n for n, one in enumerate(population.dossiers) if one.profile not in UNINSURED | UNINSPECTED]
        self._next = [0] * job.devices
        self._shots = 0
        self._started: dict[int, tuple[bytes, hashlib._Hash]] = {}
        self._turn = threading.Lock()

    def frame(self, event: Event, captured_us: int) -> tuple[str, bytes]:
        """Event id and body."""
        with self._turn:
            self._next[event.device] += 1
            self._shots += 1
            sequence, shot = self._next[event.device], self._shots
        start, digest = self._picture(self._vehicle(event))
        end = f"{shot:0{UNIQUE}x}".encode() + legend.END
        digest.update(end)
        device = self.files[event.device]
        size = len(start) + len(end)
        media = Media(role="violation", sha256=digest.hexdigest(), bytes=size, captured_us=captured_us)
        header = event_of(device, sequence, media, measured(event.kmh))
        signed = signed_part(header)
        return ids.event_id(device.device_id, sequence), b"".join((signed, device.key.sign(signed), start, end))

    def _vehicle(self, event: Event) -> int:
        """Any vehicle may be too fast; of one that is not, no register finds anything either."""
        if event.kmh in TOO_FAST_KMH:
            return event.vehicle % len(self.vehicles)
        return self.lawful[event.vehicle % len(self.lawful)]

    def _picture(self, number: int) -> tuple[bytes, "hashlib._Hash"]:
        """All but the end of a vehicle's picture, and the digest so far."""
        if number not in self._started:
            vehicle = self.vehicles[number]
            shown = legend.Legend(plate=vehicle.plate, vehicle_class=SEEN_AS.get(vehicle.category, "car"))
            start = legend.picture(shown, self.job.frame_bytes - UNIQUE)[: -len(legend.END)]
            head = start.rstrip(b"\0")
            self._started[number] = head, hashlib.sha256(start)
        head, digest = self._started[number]
        return head.ljust(self.job.frame_bytes - UNIQUE - len(legend.END), b"\0"), digest.copy()


@dataclass(slots=True)
class _Run:
    """A phase under way; shared by the connections."""

    devices: _Devices
    phase: Phase
    settled: Counting
    before: int
    began_s: float
    sent: list[Sent] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def over(self) -> bool:
        return bool(self.phase.window) and time.time() - self.began_s >= self.phase.seconds

    @property
    def full(self) -> bool:
        return bool(self.phase.window) and len(self.sent) - (self.settled.value - self.before) >= self.phase.window


def _play(devices: _Devices, phase: Phase, settled: Counting) -> Told:
    events = plan(
        phase.devices, phase.seconds, phase.seed, times=phase.times, offences=phase.offences, outage=phase.outage
    )
    lanes: list[list[Event]] = [[] for _ in range(CONNECTIONS)]
    for event in events:
        lanes[event.device % CONNECTIONS].append(event)
    run = _Run(devices, phase, settled, settled.value, time.time())
    failures: list[BaseException] = []
    threads = [threading.Thread(target=_lane, args=(run, lane, failures)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return Told(run.began_s, run.sent, dict(run.again), dict(run.refused), time.time())


def _lane(run: _Run, events: Sequence[Event], failures: list[BaseException]) -> None:
    connection = http.client.HTTPConnection(urlsplit(run.devices.job.door).netloc)
    try:
        for event in events:
            while run.full and not run.over:
                time.sleep(NAP_S)
            if run.over:
                return
            if not run.phase.window:
                time.sleep(max(0.0, run.began_s + event.due_s - time.time()))
            _deliver(run, connection, event)
    except BaseException as error:
        failures.append(error)
    finally:
        connection.close()


def _deliver(run: _Run, connection: http.client.HTTPConnection, event: Event) -> None:
    """Until it has its receipt, or is refused for good; one whose receipt is lost goes out once more."""
    sent_s = time.time()
    captured_s = sent_s if run.phase.window and event.kind == "live" else run.began_s
    if not run.phase.window:
        captured_s = run.began_s + event.captured_s
    event_id, body = run.devices.frame(event, int(captured_s * MICROS_PER_SECOND))
    if not _pushed(run, connection, body):
        return
    receipt_s = time.time() - sent_s
    if event.twice:
        _pushed(run, connection, body)
    behind_s = 0.0 if run.phase.window else sent_s - run.began_s - event.due_s
    run.sent.append(Sent(event_id, event.kind, event.twice, sent_s, receipt_s, behind_s, len(body)))


def _pushed(run: _Run, connection: http.client.HTTPConnection, body: bytes) -> bool:
    while True:
        try:
            connection.request("POST", "/v1/events", body, {"content-type": CONTENT_TYPE})
            answer = connection.getresponse()
            told = answer.read()
        except (ConnectionError, http.client.HTTPException):  # a door that is full answers before it has read it all
            connection.close()
            run.again["connection-lost"] += 1
            time.sleep(NAP_S)
            continue
        if answer.status == 200:
            return True
        code = str(msgspec.json.decode(told).get("code", answer.status))
        if answer.status not in AGAIN:
            run.refused[code] += 1
            return False
        run.again[code] += 1
        time.sleep(float(answer.headers.get("retry-after", "1")))
