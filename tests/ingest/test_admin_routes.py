"""The administrator's routes: a token, whole histories, and nothing half done."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from adjudication import codec
from adjudication.answers import Device
from adjudication.facts import Fact, SignedLimit
from ingest.devices import EnrolledDevice, StateSince, answer_of
from ingest.doors.admin import KEY_OVERLAP_US, MAX_BODY_BYTES
from ingest.enrolment import DeviceList, Enrolled, EnrolRequest, NewKey, Passport, request_of
from ingest.lateness import FUTURE_TOLERANCE_US
from ingest.signatures import public_hex
from tests import samples
from tests.ingest.cameras import ADMIN, HEADERS, OTHER_KEY, RECEIPT_KEY, Door, enrolled, served, signed

SIGN = SignedLimit(sign="3.24-1", limit_kmh100=6_000, since_us=5)


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


@pytest.fixture
def web(door: Door) -> Iterator[httpx.Client]:
    with served(door.app) as url, httpx.Client(base_url=f"{url}/v1/admin") as client:
        client.headers["authorization"] = f"Bearer {ADMIN}"
        yield client


def a_request(device_id: str = "cam-2") -> EnrolRequest:
    papers = {name: getattr(enrolled(device_id), name) for name in Passport.__struct_fields__}
    return request_of(Passport(**papers), public_hex(OTHER_KEY))


def test_an_enrolled_device_sends_at_once_even_if_its_clock_is_behind(door: Door, web: httpx.Client) -> None:
    answer = web.post("/devices", content=codec.encode(a_request()))
    assert answer.status_code == 201
    enrolment = codec.decode(answer.content, Enrolled)
    assert enrolment.receipt_key == public_hex(RECEIPT_KEY)
    behind = signed(1, key=OTHER_KEY, device_id="cam-2", captured_us=door.clock() - FUTURE_TOLERANCE_US)
    pushed = web.post(str(web.base_url.copy_with(path="/v1/events")), content=behind.encode(), headers=HEADERS)
    assert pushed.status_code == 200


def test_a_device_is_enrolled_once(web: httpx.Client) -> None:
    assert web.post("/devices", content=codec.encode(a_request())).status_code == 201
    assert web.post("/devices", content=codec.encode(a_request())).json()["code"] == "device-exists"


def test_all_devices_and_each_of_them_are_shown_whole(door: Door, web: httpx.Client) -> None:
    listed = codec.decode(web.get("/devices").content, DeviceList)
    assert listed.devices == door.devices.every()
    assert codec.decode(web.get("/devices/cam-1").content, EnrolledDevice) == door.devices.find("cam-1")
    assert web.get("/devices/cam-9").json()["code"] == "device-unknown"


def test_a_state_a_key_and_a_verification_are_added_to_the_histories(door: Door, web: httpx.Client) -> None:
    before, now_us = enrolled(), door.clock()
    new_key = codec.encode(NewKey(public_key=public_hex(OTHER_KEY)))
    web.post("/devices/cam-1/state", content=b'{"state":"suspended"}')
    web.post("/devices/cam-1/keys", content=new_key)
    web.post("/devices/cam-1/verifications", content=codec.encode(samples.VERIFICATION))
    web.post("/devices/cam-1/calibrations", content=codec.encode(samples.CALIBRATION))
    after = door.devices.find("cam-1")
    assert after is not None
    assert after.states[:-1] == before.states
    assert (after.state, after.states[-1].since_us) == ("suspended", now_us)
    assert [key.valid_to_us for key in after.keys] == [now_us + KEY_OVERLAP_US, None]
    assert after.verifications == (*before.verifications, samples.VERIFICATION)
    assert after.calibrations == (*before.calibrations, samples.CALIBRATION)
    assert after.conformity_valid_to == date(2030, 1, 1)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer guess", f"Basic {ADMIN}", f"Bearer {ADMIN}x"])
def test_without_the_token_every_route_is_closed(door: Door, web: httpx.Client, authorization: str) -> None:
    headers = {"authorization": authorization}
    for method, path in (
        ("GET", "/devices"),
        ("GET", "/devices/cam-1"),
        ("POST", "/devices"),
        ("POST", "/devices/cam-1/state"),
        ("POST", "/devices/cam-1/keys"),
        ("POST", "/devices/cam-1/verifications"),
        ("POST", "/devices/cam-1/calibrations"),
        ("POST", "/devices/cam-1/sections"),
        ("POST", "/devices/cam-1/limits"),
    ):
        refused = web.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)
        assert (refused.status_code, refused.json()["code"]) == (401, "not-authorised")
        assert refused.headers["www-authenticate"] == "Bearer"
    assert door.devices.every() == (enrolled(),)


def test_a_section_is_registered_where_it_ends_and_the_one_before_it_ends_with_it(
    door: Door, web: httpx.Client
) -> None:
    web.post("/devices", content=codec.encode(a_request()))
    first = replace(samples.SECTION, entry_device_id="cam-2", since_us=1)
    assert web.post("/devices/cam-1/sections", content=codec.encode(first)).status_code == 200
    longer = replace(first, length_mm=4_000_000, since_us=9)
    web.post("/devices/cam-1/sections", content=codec.encode(longer))
    other = replace(first, section_id="s-2", since_us=5)
    after = codec.decode(web.post("/devices/cam-1/sections", content=codec.encode(other)).content, EnrolledDevice)
    assert after.sections == (replace(first, to_us=9), longer, other)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entry_device_id": "cam-1"}, "section-malformed"),
        ({"entry_device_id": "cam-9"}, "device-unknown"),
        ({"entry_device_id": "cam-2", "length_mm": 99_999}, "message-malformed"),
        ({"entry_device_id": "cam-2", "since_us": 1}, "section-malformed"),
    ],
)
def test_a_section_that_cannot_be_is_refused(web: httpx.Client, changes: dict[str, Any], code: str) -> None:
    web.post("/devices", content=codec.encode(a_request()))
    standing = replace(samples.SECTION, entry_device_id="cam-2", since_us=1)
    assert web.post("/devices/cam-1/sections", content=codec.encode(standing)).status_code == 200
    refused = web.post("/devices/cam-1/sections", content=codec.encode(replace(samples.SECTION, **changes)))
    assert refused.json()["code"] == code


def test_a_limit_ends_the_one_before_it_and_speeds_are_held_against_what_stood_then(
    door: Door, web: httpx.Client
) -> None:
    first, second = SIGN, SignedLimit(sign="3.24-2", limit_kmh100=8_000, since_us=9)
    for limit in (first, second):
        assert web.post("/devices/cam-1/limits", content=codec.encode(limit)).status_code == 200
    device = door.devices.find("cam-1")
    assert device is not None
    assert device.limits == (replace(first, to_us=9), second)
    assert [one.sign for one in _standing(device, 8)] == ["3.24-1"]
    assert [one.sign for one in _standing(device, 9)] == ["3.24-2"]
    assert _standing(device, 4) == ()


def _standing(device: EnrolledDevice, at_us: int) -> tuple[SignedLimit, ...]:
    always = replace(device, states=(StateSince(state="active", since_us=0),))
    answer = answer_of(always, at_us, at_us)
    assert isinstance(answer, Device)
    assert answer_of(replace(always, limits=()), at_us, at_us) == replace(answer, limits=None)
    return answer.limits or ()


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (SignedLimit(sign="3.24-2", limit_kmh100=8_000, since_us=5), "limit-malformed"),
        (SignedLimit(sign="3.24-2", limit_kmh100=8_000, since_us=9, to_us=9), "limit-malformed"),
        (samples.PLACE, "message-malformed"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(web: httpx.Client, limit: Fact, code: str) -> None:
    assert web.post("/devices/cam-1/limits", content=codec.encode(SIGN)).status_code == 200
    assert web.post("/devices/cam-1/limits", content=codec.encode(limit)).json()["code"] == code


def test_a_body_that_is_too_large_or_malformed_changes_nothing(door: Door, web: httpx.Client) -> None:
    assert web.post("/devices", content=bytes(MAX_BODY_BYTES + 1)).json()["code"] == "body-too-large"
    assert web.post("/devices/cam-1/state", content=b'{"state":"asleep"}').json()["code"] == "message-malformed"
    assert web.post("/devices/cam-9/state", content=b'{"state":"active"}').json()["code"] == "device-unknown"
    assert door.devices.every() == (enrolled(),)


def test_a_door_without_a_token_has_no_administrators_routes(tmp_path: Path) -> None:
    from ingest.clock import system_clock
    from ingest.devices import DevicesInMemory
    from ingest.gateway import door as build
    from ingest.spool import Spool
    from tests.ingest.cameras import Stream

    app = build(DevicesInMemory(), Stream(), Spool(tmp_path, 1), system_clock, RECEIPT_KEY)
    with served(app) as url:
        assert httpx.get(f"{url}/v1/admin/devices").status_code == 404
        assert httpx.get(f"{url}/v1/events/x").status_code == 404
