"""What a device, or whoever has got hold of one, tries at the door.

The rules of each code: tests/ingest/test_gateway.py; the administrator's routes: tests/ingest/test_admin_routes.py.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from ingest.access import Face, Refusals
from ingest.devices import DeviceKey, StateSince
from ingest.doors.headers import DEVICE_HEADER, INSTANT_HEADER, SIGNATURE_HEADER
from ingest.frame import MAX_FRAME_BYTES
from ingest.signatures import public_hex, question
from integrations.prometheus import Telemetry
from tests import samples
from tests.ingest.cameras import CAMERA_KEY, HEADERS, OTHER_KEY, Door, enrolled, signed
from tests.intrusion.watch import Watch

HOUR_US = 3_600_000_000
SINCE = samples.CAPTURED_US - HOUR_US


class Nothing:
    """No event is known."""

    def find(self, event_id: str) -> None:
        return None


class Tried:
    """A door with a device for each thing that may be wrong with one."""

    def __init__(self, folder: Path) -> None:
        self.telemetry = Telemetry(dict)
        self.door = Door(folder, status=Nothing(), refusals=Refusals(self.telemetry.refused))
        ended = DeviceKey(public_key=public_hex(CAMERA_KEY), valid_from_us=SINCE, valid_to_us=SINCE + 1)
        self.door.devices.enrol(enrolled("cam-2", keys=(replace_key(OTHER_KEY),)))
        self.door.devices.enrol(enrolled("cam-expired", keys=(ended,)))
        for state in ("suspended", "retired"):
            self.door.devices.enrol(enrolled(f"cam-{state}", states=(StateSince(state=state, since_us=SINCE),)))
        self.web = TestClient(self.door.app)

    def push(self, body: bytes, method: str = "POST", **headers: str) -> httpx.Response:
        return self.web.request(method, "/v1/events", content=body, headers=HEADERS | headers)


def replace_key(key: object) -> DeviceKey:
    return DeviceKey(public_key=public_hex(key), valid_from_us=SINCE)  # type: ignore[arg-type]  # one of cameras.py


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    return Tried(tmp_path)


def _faster() -> bytes:
    """A signed event whose header was changed afterwards: the speed another, the signature the device's own."""
    frame = signed()
    other = signed(lane=2)
    return replace(other, signature=frame.signature).encode()


FRAMES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "unsigned": (lambda: replace(signed(), signature=bytes(64)).encode(), 403, "signature-wrong"),
    "signed by another key": (lambda: signed(key=OTHER_KEY).encode(), 403, "signature-wrong"),
    "changed after it was signed": (_faster, 403, "signature-wrong"),
    "another device's id": (lambda: signed(device_id="cam-2").encode(), 403, "signature-wrong"),
    "an id nobody has": (lambda: signed(device_id="cam-9").encode(), 403, "device-unknown"),
    "a key that has ended": (lambda: signed(device_id="cam-expired").encode(), 403, "key-not-valid"),
    "a suspended device": (lambda: signed(device_id="cam-suspended").encode(), 403, "device-suspended"),
    "a retired device": (lambda: signed(device_id="cam-retired").encode(), 403, "device-retired"),
    "a clock far ahead": (
        lambda: signed(captured_us=samples.CAPTURED_US + HOUR_US).encode(),
        422,
        "captured-in-future",
    ),
    "a picture exchanged": (
        lambda: replace(signed(), bodies=(signed().bodies[0][:-3] + b"\1\xff\xd9",)).encode(),
        422,
        "media-digest-wrong",
    ),
    "more than a frame": (lambda: bytes(MAX_FRAME_BYTES + 1), 413, "frame-too-large"),
    "no frame": (lambda: b"PK\3\4" * 100, 400, "frame-malformed"),
}


@pytest.mark.parametrize("what", FRAMES)
def test_a_push_that_is_not_an_enrolled_devices_own_is_refused_logged_and_counted(
    tried: Tried, watch: Watch, what: str
) -> None:
    body, status, code = FRAMES[what]
    attempt = body()
    watch.refused(tried.telemetry, lambda: tried.push(attempt), (status, "door", code), ("cam-", "127.0.0.1"))
    assert tried.door.stream.records == []
    assert len(tried.door.spool) == 0


def test_a_used_number_with_other_content_is_refused_and_the_same_again_is_not(tried: Tried, watch: Watch) -> None:
    assert tried.push(signed(1).encode()).status_code == 200
    other = signed(1, lane=2).encode()
    watch.refused(tried.telemetry, lambda: tried.push(other), (409, "door", "sequence-reused"))
    assert tried.push(signed(1).encode()).status_code == 200
    assert len(tried.door.stream.records) == 1


def test_a_device_asks_of_no_event_but_its_own(tried: Tried, watch: Watch) -> None:
    from adjudication import ids

    theirs = ids.event_id("cam-2", 1)
    now_us = tried.door.clock()

    def ask(key: object, device: str, sequence: int, instant_us: int = now_us) -> httpx.Response:
        path = f"/v1/events/{theirs}?sequence={sequence}"
        signature = key.sign(question(path, device, instant_us)).hex()  # type: ignore[attr-defined]  # one of cameras.py
        headers = {DEVICE_HEADER: device, INSTANT_HEADER: str(instant_us), SIGNATURE_HEADER: signature}
        return tried.web.get(path, headers=headers)

    as_another = (401, "door", "not-authorised")
    watch.refused(tried.telemetry, lambda: ask(CAMERA_KEY, "cam-2", 1), as_another, (theirs,))  # type: ignore[arg-type]
    late = now_us - HOUR_US
    watch.refused(tried.telemetry, lambda: ask(OTHER_KEY, "cam-2", 1, late), as_another)  # type: ignore[arg-type]
    watch.refused(tried.telemetry, lambda: ask(CAMERA_KEY, "cam-1", 1), (404, "door", "event-unknown"), (theirs,))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/admin/devices"),
        ("POST", "/v1/admin/devices"),
        ("GET", "/v1/admin/devices/cam-2"),
        ("POST", "/v1/admin/devices/cam-1/state"),
        ("POST", "/v1/admin/devices/cam-1/keys"),
        ("POST", "/v1/admin/devices/cam-1/verifications"),
        ("POST", "/v1/admin/devices/cam-1/calibrations"),
    ],
)
def test_a_device_is_no_administrator(tried: Tried, watch: Watch, method: str, path: str) -> None:
    signature = CAMERA_KEY.sign(b"TZQ1").hex()
    headers = {DEVICE_HEADER: "cam-1", SIGNATURE_HEADER: signature, "authorization": f"Bearer {signature}"}
    before = tried.door.devices.every()
    watch.refused(
        tried.telemetry,
        lambda: tried.web.request(method, path, headers=headers, content=b"{}" if method == "POST" else None),
        (401, "administrator", "not-authorised"),
        (signature, "cam-1"),
    )
    assert tried.door.devices.every() == before


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("PUT", "/v1/events", (405, "door", "method-not-allowed")),
        ("DELETE", "/v1/events/0000", (405, "door", "method-not-allowed")),
        ("GET", "/v1/events/", (404, "door", "not-found")),
        ("GET", "/v1/../v1/frames", (404, "door", "not-found")),
        ("GET", "/evidence/" + "0" * 64, (404, "door", "not-found")),
        ("GET", "/spool/..%2f..%2fadmin-token", (404, "door", "not-found")),
    ],
)
def test_no_other_method_or_address_leads_anywhere(
    tried: Tried, watch: Watch, method: str, path: str, expected: tuple[int, Face, str]
) -> None:
    headers = {"x-http-method-override": "POST"}
    watch.refused(tried.telemetry, lambda: tried.web.request(method, path, headers=headers), expected)


def test_everything_that_was_tried_left_an_honest_device_alone(tried: Tried) -> None:
    for body, _, _ in FRAMES.values():
        assert tried.push(body()).status_code >= 400
    assert tried.push(signed(77).encode()).status_code == 200
