"""A section of road between two cameras that measure nothing themselves, and a car that drives it."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from benchmarks import legend, traffic
from ingest.devices import EnrolledDevice, with_section
from ingest.enrolment import as_enrolled, request_of
from ingest.frame import Frame
from ingest.identity import device_file
from ingest.signatures import public_hex, sign_frame
from integrations.simulators.population import Population
from tests import samples

POPULATION = Population(5, 100)
CAR = POPULATION.pick(lambda dossier: dossier.profile == "ordinary").vehicle
AT_US = samples.CAPTURED_US
MINUTE_US = 60_000_000
SECTION = replace(samples.SECTION, entry_device_id="cam-a")
KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()) for name in ("cam-a", "cam-b")
}
PLACES = {
    "cam-a": replace(traffic.PLACE, place_id="a", title_kk="Бірінші көпір", title_ru="Первый мост", lat_e7=511_020_000),
    "cam-b": replace(traffic.PLACE, place_id="b"),
}


SECTION_ENDS_AT = "cam-b"


def enrolled(name: str) -> EnrolledDevice:
    """A camera as the centre knows it; the section ends at the second."""
    papers = replace(traffic.passport(name), place=PLACES[name])
    device = as_enrolled(request_of(papers, public_hex(KEYS[name])), 0)
    return with_section(device, SECTION) if name == SECTION_ENDS_AT else device


def frame(name: str, at_us: int, sequence: int = 1, **changes: Any) -> Frame:
    """What a camera signs of the car passing it."""
    papers = replace(traffic.passport(name), place=PLACES[name])
    device = device_file(papers, KEYS[name], "http://127.0.0.1", "0" * 64)
    vehicle_class = traffic.SEEN_AS.get(CAR.category, "car")
    shot = 2 * sequence + (name == SECTION_ENDS_AT)
    passing = traffic.Passing(legend.Legend(plate=CAR.plate, vehicle_class=vehicle_class, shot=shot), None)
    picture = passing.picture(400)
    event = replace(passing.event(device, sequence, picture, at_us), **changes)
    return sign_frame(event, (picture.jpeg,), KEYS[name])
