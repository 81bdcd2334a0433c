"""The demonstration's world: simulated registries and people, and the real centre between them."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from adjudication.calendar import civil_day
from adjudication.errors import Invalid, Unavailable
from adjudication.units import MICROS_PER_SECOND, Id, Micros
from dashboards import devices
from dashboards.auth import create_demo_accounts
from dashboards.centre import FacedCentre, eyes_of, second_of
from dashboards.demo.script import Script, ScriptedDevice, ScriptedPassage
from ingest.client import DeviceClient, Picture, Refused, Seen
from ingest.clock import system_clock
from ingest.enrolment import Passport
from ingest.identity import DeviceFile
from integrations.config import Settings, load
from integrations.simulators import process
from integrations.simulators.population import Population
from vision.render import encode_jpeg, render_frame
from vision.scene import Scene

POPULATION = 2_000
"""Vehicles: enough of each profile for two hundred passages (dashboards/demo/script.py)."""
DELIVERY_S = 60.0
"""What a camera tries before it leaves an event in its spool: the door is in this process."""
OPERATOR = "Үлгі операторы — Образцовый оператор"


@dataclass(frozen=True, slots=True)
class World:
    """A running demonstration: `url`s are on loopback, `cameras` is where their keys and spools lie."""

    faced: FacedCentre
    registries: process.Running
    population: Population
    cameras: Path

    def enrol(self, device: ScriptedDevice) -> DeviceFile:
        """Enrol a scripted camera over HTTP, as its owner would."""
        passport = Passport(
            device_id=device.device_id,
            serial=device.serial,
            model=device.model,
            kind="measuring" if device.measures else "non_measuring",
            operator=OPERATOR,
            place=device.place,
            conformity_certificate=device.conformity_certificate,
            conformity_valid_to=device.conformity_valid_to,
            verifications=device.verifications,
        )
        path = self.cameras / f"{device.device_id}.json"
        return devices.enrol(passport, path, self.faced.door.url, self.faced.centre.admin_token)

    def camera(self, file: DeviceFile) -> DeviceClient:
        """A camera of an enrolled device, with its counter and spool."""
        return DeviceClient(file, self.cameras / f"{file.device_id}.d")


@contextmanager
def world(data: Path, seed: int, settings: Settings | None = None) -> Iterator[World]:
    """A fresh demonstration in the folder `data`; what an earlier one left there is removed.

    Raises:
        Unavailable: an address is taken, or another process has the folder.
        ModelsMissing: `tarazy models` was not run.
    """
    base = settings or load(os.environ)
    eyes, second = eyes_of(base), second_of(base)
    shutil.rmtree(data, ignore_errors=True)
    today = civil_day(system_clock())
    with process.running(seed, POPULATION, today) as registries:
        changed = {"data": data, "policy": "demo", "registries_url": registries.url, "channels_url": registries.url}
        with FacedCentre(msgspec.structs.replace(base, **changed), eyes, second, demonstration=True) as faced:
            create_demo_accounts(faced.centre.casebook)
            yield World(faced, registries, Population(seed, POPULATION, today), data / "devices")


def send(camera: DeviceClient, script: Script, passage: ScriptedPassage) -> Id:
    """Draw a scripted passage, capture it and deliver it; the event's id.

    Raises:
        Invalid: the door refused the event, by its code.
        Unavailable: the door did not take it within DELIVERY_S; the camera keeps it.
    """
    captured_us = system_clock() - passage.age_s * MICROS_PER_SECOND
    scene = script.scene(passage, captured_us)
    picture = encode_jpeg(render_frame(scene, passage.number).image)
    event_id, _ = camera.capture((Picture("violation", picture),), _seen(script, passage, scene, captured_us))
    for outcome in camera.deliver(DELIVERY_S):
        if isinstance(outcome, Refused):
            raise Invalid(outcome.code, outcome.detail)
    if camera.waiting:
        raise Unavailable("door")
    return event_id


def _seen(script: Script, passage: ScriptedPassage, scene: Scene, captured_us: Micros) -> Seen:
    return Seen(
        captured_us=captured_us,
        clock_offset_us=passage.clock_offset_us,
        lane=passage.lane,
        direction=passage.direction,
        measurement=passage.measurement,
        violation=passage.violation,
        standing_traffic=passage.kind.standing_traffic,
        reading=script.reading(passage, scene),
    )


def play(
    place: World, script: Script, passages: Sequence[ScriptedPassage], file: DeviceFile, told: Callable[[], None]
) -> dict[int, Id]:
    """Send one camera's passages, in order; `told` after each. The events' ids, by the passages' numbers."""
    sent = {}
    with place.camera(file) as camera:
        for passage in passages:
            sent[passage.number] = send(camera, script, passage)
            told()
    return sent
