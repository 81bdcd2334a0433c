"""Traffic for load and fault tests: vehicles of a population pass enrolled devices, some of them too fast."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication import codec
from adjudication.facts import Measurement, Media, Place, VehicleClass, Verification
from adjudication.messages import EventCaptured
from adjudication.units import Micros
from benchmarks import legend
from ingest.client import Picture, Seen
from ingest.enrolment import Enrolled, Passport, request_of
from ingest.identity import DeviceFile, device_file
from ingest.signatures import public_hex
from integrations.simulators.population import Population

LIMIT_KMH = 60
ERROR_KMH = 2
SPEEDS_KMH = (None, None, 55, 75, 85, 85, 105, 125)
"""None: nothing was measured, and only the registers may find something. One of each bracket of art. 592, and none."""
SEEN_AS: dict[str, VehicleClass] = {"M2": "bus", "M3": "bus", "N2": "truck", "N3": "truck", "L3": "motorcycle"}
"""How a detector sees a category; everything else is a car."""
PLACE = Place(
    place_id="load-1",
    title_kk="Сынақ алаңы",
    title_ru="Испытательная площадка",
    district_code="711000",
    lat_e7=511_280_000,
    lon_e7=714_300_000,
)


@dataclass(frozen=True, slots=True)
class Passing:
    """One vehicle passing a device: what its picture shows, and what was measured."""

    shown: legend.Legend
    measurement: Measurement | None

    def picture(self, size: int) -> Picture:
        """The picture, `size` bytes of it."""
        return Picture("violation", legend.picture(self.shown, size))

    def seen(self, captured_us: Micros) -> Seen:
        """What the device says beside it; its clock is right."""
        return Seen(captured_us=captured_us, clock_offset_us=0, measurement=self.measurement)

    def event(self, device: DeviceFile, sequence: int, picture: Picture, captured_us: Micros) -> EventCaptured:
        """The same as the header of a frame, for whoever signs without a client's spool."""
        digest = hashlib.sha256(picture.jpeg).hexdigest()
        media = Media(role=picture.role, sha256=digest, bytes=len(picture.jpeg), captured_us=captured_us)
        return event_of(device, sequence, media, self.measurement)


def event_of(device: DeviceFile, sequence: int, media: Media, measurement: Measurement | None) -> EventCaptured:
    """The header of a device's event of one picture, captured when that was; its clock is right."""
    return EventCaptured(
        event=f"{device.device_id}-{sequence}",
        device_id=device.device_id,
        sequence=sequence,
        captured_us=media.captured_us,
        clock_offset_us=0,
        place=device.place,
        lane=1,
        direction="",
        media=(media,),
        measurement=measurement,
        verification=device.verification,
    )


def passings(
    population: Population, seed: int, count: int, speeds_kmh: Sequence[int | None] = SPEEDS_KMH
) -> list[Passing]:
    """`count` passings, vehicles and speeds drawn by `seed`; some vehicles come more than once."""
    rng = random.Random(seed)
    return [_passing(rng, population, speeds_kmh, shot) for shot in range(count)]


def _passing(rng: random.Random, population: Population, speeds_kmh: Sequence[int | None], shot: int) -> Passing:
    vehicle = rng.choice(population.vehicles)
    shown = legend.Legend(plate=vehicle.plate, vehicle_class=SEEN_AS.get(vehicle.category, "car"), shot=shot)
    return Passing(shown, measured(rng.choice(speeds_kmh)))


def measured(kmh: int | None) -> Measurement | None:
    """A speed as a meter of this road tells it; None where nothing was measured."""
    if kmh is None:
        return None
    return Measurement(kind="speed", value_kmh100=kmh * 100, error_kmh100=ERROR_KMH * 100, limit_kmh100=LIMIT_KMH * 100)


def passport(device_id: str) -> Passport:
    """The papers of a speed meter, verified for years."""
    verified = Verification(
        number=f"V-{device_id}", laboratory="Bench", issued_on=date(2025, 1, 1), valid_to=date(2035, 1, 1)
    )
    return Passport(
        device_id=device_id,
        serial=device_id,
        model="Bench",
        kind="measuring",
        operator="Bench",
        place=PLACE,
        conformity_certificate="Bench",
        conformity_valid_to=date(2035, 1, 1),
        verifications=(verified,),
    )


def enrol(url: str, admin_token: str, device_ids: Sequence[str], seed: int) -> list[DeviceFile]:
    """Devices enrolled at the door `url`, as an administrator does it; their keys come from `seed`."""
    rng = random.Random(seed)
    with httpx.Client(headers={"authorization": f"Bearer {admin_token}"}) as client:
        return [_enrolled(client, url, passport(name), rng.randbytes(32)) for name in device_ids]


def _enrolled(client: httpx.Client, url: str, papers: Passport, secret: bytes) -> DeviceFile:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    content = msgspec.json.encode(request_of(papers, public_hex(key)))
    answer = client.post(f"{url}/v1/admin/devices", content=content).raise_for_status()
    return device_file(papers, key, url, codec.decode(answer.content, Enrolled).receipt_key)
