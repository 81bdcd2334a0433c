"""The door: what it takes, what it refuses and how, over real HTTP."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication.units import MICROS_PER_SECOND
from ingest.devices import with_state
from ingest.frame import MAX_FRAME_BYTES, Frame
from ingest.gateway import taking
from ingest.lateness import FRESH_US, FUTURE_TOLERANCE_US, OLDEST_US
from ingest.overload import Limits
from ingest.problems import BY_CODE, MEDIA_TYPE
from ingest.receipts import check
from ingest.signatures import public_hex, question
from ingest.stage import LATE, RECEIVED_US, TRACE
from ingest.status import EventState
from ingest.topics import FRAMES
from tests import samples
from tests.ingest.cameras import (
    ADMIN,
    CAMERA_KEY,
    HEADERS,
    OTHER_KEY,
    PICTURE,
    RECEIPT_KEY,
    Door,
    enrolled,
    jpeg,
    served,
    signed,
    until,
)


class OneEvent:
    """A status that knows one event."""

    def __init__(self) -> None:
        self.state = EventState(event_id=signed(7).event_id, device_id="cam-1", done=False, passages=())

    def find(self, event_id: str) -> EventState | None:
        return self.state if event_id == self.state.event_id else None


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path, status=OneEvent())


@pytest.fixture
def web(door: Door) -> Iterator[httpx.Client]:
    with served(door.app) as url, httpx.Client(base_url=url) as client:
        yield client


def push(web: httpx.Client, frame: Frame | bytes) -> httpx.Response:
    body = frame.encode() if isinstance(frame, Frame) else frame
    return web.post("/v1/events", content=body, headers=HEADERS)


def code_of(response: httpx.Response) -> str:
    """The problem's code; the form of RFC 9457 is checked on the way."""
    said = response.json()
    assert response.headers["content-type"] == MEDIA_TYPE
    assert said["status"] == response.status_code == BY_CODE[said["code"]].status
    assert said["title"] == BY_CODE[said["code"]].title
    assert said["type"] == f"urn:tarazy:problem:{said['code']}"
    return str(said["code"])


def test_an_event_is_in_the_stream_as_it_came_before_its_receipt(door: Door, web: httpx.Client) -> None:
    answer = push(web, signed())
    (record,) = door.stream.records
    assert (record.topic, record.key, record.value) == (FRAMES.name, "cam-1", signed().encode())
    assert record.headers == {RECEIVED_US: str(door.clock()), TRACE: signed().event_id}
    assert answer.status_code == 200
    assert answer.headers["location"] == f"/v1/events/{signed().event_id}"
    check(answer.content, signed(), public_hex(RECEIPT_KEY))
    assert door.fates == ["kept"]


def test_the_same_event_twice_gives_the_same_receipt_and_one_record(door: Door, web: httpx.Client) -> None:
    first, second = push(web, signed()), push(web, signed())
    assert first.content == second.content
    assert len(door.stream.records) == 1
    assert door.fates == ["kept", "known"]


def test_another_replica_gives_the_same_receipt(web: httpx.Client, tmp_path: Path) -> None:
    with served(Door(tmp_path / "other").app) as url, httpx.Client(base_url=url) as replica:
        assert push(replica, signed()).content == push(web, signed()).content


def test_a_used_sequence_number_with_another_content_is_refused(door: Door, web: httpx.Client) -> None:
    push(web, signed(1))
    refused = push(web, signed(1, lane=2))
    assert (refused.status_code, code_of(refused)) == (409, "sequence-reused")
    assert len(door.stream.records) == 1


def test_of_two_contents_at_once_under_one_number_only_the_first_is_taken(door: Door, web: httpx.Client) -> None:
    with ThreadPoolExecutor(2) as pool:
        door.stream.pace.clear()
        held = [pool.submit(push, web, signed(1)) for _ in range(2)]
        until(lambda: door.stream.asked == 2)
        assert code_of(push(web, signed(1, lane=2))) == "sequence-reused"
        assert not any(answer.done() for answer in held), "no receipt before the flush"
        door.stream.pace.set()
        first, second = (answer.result() for answer in held)
    assert first.content == second.content
    assert {record.value for record in door.stream.records} == {signed(1).encode()}


def test_a_picture_too_many_or_too_few_is_refused(web: httpx.Client) -> None:
    assert code_of(push(web, signed().encode() + PICTURE)) == "frame-malformed"
    assert code_of(push(web, signed().encode()[: -len(PICTURE)])) == "frame-malformed"


def test_a_changed_picture_is_refused(web: httpx.Client) -> None:
    body = bytearray(signed().encode())
    body[-10] ^= 1
    assert code_of(push(web, bytes(body))) == "media-digest-wrong"


def test_only_a_key_of_the_device_signs_its_events(web: httpx.Client) -> None:
    assert code_of(push(web, signed(key=OTHER_KEY))) == "signature-wrong"


def test_a_device_not_enrolled_or_not_active_is_refused(door: Door, web: httpx.Client) -> None:
    assert code_of(push(web, signed(device_id="cam-9"))) == "device-unknown"
    for state in ("suspended", "retired"):
        door.devices.change("cam-1", lambda device, state=state: with_state(device, state, door.clock()))
        assert code_of(push(web, signed())) == f"device-{state}"


def test_an_event_from_before_the_devices_first_key_is_refused(web: httpx.Client) -> None:
    assert code_of(push(web, signed(captured_us=samples.CAPTURED_US - 3_600_000_001))) == "key-not-valid"


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (b"no picture at all", "picture-not-jpeg"),
        (jpeg(60_000, 60_000), "picture-too-large"),
        (jpeg(marker=0xC3), "picture-unsupported"),
    ],
)
def test_what_claims_to_be_a_picture_must_be_one_that_can_be_decoded(
    web: httpx.Client, picture: bytes, code: str
) -> None:
    assert code_of(push(web, signed(pictures=(picture,)))) == code


def test_a_late_event_is_accepted_and_marked(door: Door, web: httpx.Client) -> None:
    door.clock.set(samples.CAPTURED_US + FRESH_US)
    assert push(web, signed(1)).status_code == 200
    door.clock.set(samples.CAPTURED_US + FRESH_US + 1)
    assert push(web, signed(2)).status_code == 200
    assert [record.headers.get(LATE) for record in door.stream.records] == [None, "1"]


def test_an_event_from_the_future_or_the_far_past_is_refused(door: Door, web: httpx.Client) -> None:
    door.clock.set(samples.CAPTURED_US - FUTURE_TOLERANCE_US - MICROS_PER_SECOND)
    assert code_of(push(web, signed())) == "captured-in-future"
    door.clock.set(samples.CAPTURED_US + OLDEST_US + 1)
    assert code_of(push(web, signed())) == "captured-too-long-ago"


def test_a_body_of_another_type_or_length_is_refused_before_it_is_read(web: httpx.Client) -> None:
    assert code_of(web.post("/v1/events", content=b"{}", headers={"content-type": "application/json"})) == (
        "content-type-wrong"
    )
    assert code_of(push(web, bytes(MAX_FRAME_BYTES + 1))) == "frame-too-large"


def test_a_chunked_body_is_read_no_further_than_a_frame_may_be_long(door: Door, web: httpx.Client) -> None:
    whole = signed().encode()
    assert web.post("/v1/events", content=iter((whole[:99], whole[99:])), headers=HEADERS).status_code == 200
    endless = (bytes(65_536) for _ in range(MAX_FRAME_BYTES // 65_536 + 2))
    assert code_of(web.post("/v1/events", content=endless, headers=HEADERS)) == "frame-too-large"
    assert len(door.stream.records) == 1


def test_while_the_stream_is_away_events_are_spooled_and_brought_over_in_order(door: Door, web: httpx.Client) -> None:
    door.stream.away = True
    receipts = [push(web, signed(number)) for number in range(1, 21)]
    assert {receipt.status_code for receipt in receipts} == {200}
    assert web.get("/v1/ready").json() == {"spooled": 20, "status": "spooling"}
    door.stream.away = False
    until(lambda: not len(door.spool))
    assert [record.value for record in door.stream.records] == [signed(number).encode() for number in range(1, 21)]
    assert web.get("/v1/ready").json() == {"spooled": 0, "status": "streaming"}


def test_where_stream_and_spool_are_full_the_event_is_refused_and_may_come_again(tmp_path: Path) -> None:
    door = Door(tmp_path, spool_bytes=len(signed().encode()) + 500)
    with served(door.app) as url, httpx.Client(base_url=url) as web:
        door.stream.away = True
        assert push(web, signed(1)).status_code == 200
        refused = push(web, signed(2))
        assert (refused.status_code, code_of(refused)) == (507, "nowhere-to-keep")
        assert int(refused.headers["retry-after"]) >= 1
        assert (taking(door.app), web.get("/v1/ready").status_code) == ("full", 507)  # though some bytes are left
        door.stream.away = False
        until(lambda: not len(door.spool))
        assert push(web, signed(2)).status_code == 200
        assert len(door.stream.records) == 2


def test_too_many_at_once_are_told_when_to_come_again(tmp_path: Path) -> None:
    door = Door(tmp_path, limits=Limits(requests=2))
    with served(door.app) as url, httpx.Client(base_url=url) as web, ThreadPoolExecutor(2) as pool:
        door.stream.pace.clear()
        held = [pool.submit(push, web, signed(number)) for number in (1, 2)]
        until(lambda: door.stream.asked == 2)
        refused = push(web, signed(3))
        assert code_of(refused) == "overloaded"
        assert refused.headers["retry-after"] == "1"
        door.stream.pace.set()
        assert [future.result().status_code for future in held] == [200, 200]
        until(lambda: push(web, signed(3)).status_code == 200)


def test_a_device_that_sends_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    door = Door(tmp_path, limits=Limits(per_device_s=0.5, per_device_burst=2))
    door.devices.enrol(enrolled("cam-2"))
    with served(door.app) as url, httpx.Client(base_url=url) as web:
        assert [push(web, signed(number)).status_code for number in (1, 2, 3)] == [200, 200, 429]
        refused = push(web, signed(4))
        assert code_of(refused) == "device-rate"
        assert refused.headers["retry-after"] == "2"
        assert push(web, signed(1, device_id="cam-2")).status_code == 200


def test_a_forger_does_not_use_up_the_devices_share(tmp_path: Path) -> None:
    door = Door(tmp_path, limits=Limits(per_device_s=0.5, per_device_burst=1))
    with served(door.app) as url, httpx.Client(base_url=url) as web:
        assert code_of(push(web, signed(1, key=OTHER_KEY))) == "signature-wrong"
        assert push(web, signed(1)).status_code == 200


def test_a_body_that_does_not_come_frees_its_place(tmp_path: Path) -> None:
    door = Door(tmp_path, limits=Limits(requests=1, body_s=0.2))
    stop = threading.Event()

    def slow() -> Iterator[bytes]:
        yield b"TZE1"
        stop.wait(5)

    with served(door.app) as url, httpx.Client(base_url=url) as web, ThreadPoolExecutor(1) as pool:
        pending = pool.submit(web.post, "/v1/events", content=slow(), headers=HEADERS)
        until(lambda: "body-too-slow" in door.fates)
        assert push(web, signed()).status_code == 200
        stop.set()
        pending.exception()


def test_a_device_asks_about_its_own_event_only(door: Door, web: httpx.Client) -> None:
    own, url = signed(7).event_id, f"/v1/events/{signed(7).event_id}?sequence=7"
    assert msgspec.json.decode(web.get(url, headers=asked(door, url)).content, type=EventState).event_id == own
    assert code_of(web.get(url)) == "not-authorised"
    assert code_of(web.get(url, headers=asked(door, url, OTHER_KEY))) == "not-authorised"
    other = f"/v1/events/{own}?sequence=8"
    assert code_of(web.get(other, headers=asked(door, other))) == "event-unknown"
    assert code_of(web.get(other, headers=asked(door, url))) == "not-authorised"
    door.clock.advance_s(301)
    stale = asked(door, url) | {"tarazy-instant": str(samples.CAPTURED_US)}
    assert code_of(web.get(url, headers=stale)) == "not-authorised"


def test_an_administrator_asks_about_any_event(web: httpx.Client) -> None:
    token = {"authorization": f"Bearer {ADMIN}"}
    assert web.get(f"/v1/events/{signed(7).event_id}", headers=token).status_code == 200
    assert code_of(web.get(f"/v1/events/{signed(8).event_id}", headers=token)) == "event-unknown"
    assert code_of(web.get("/v1/events/x", headers={"authorization": "Bearer wrong"})) == "not-authorised"


def test_addresses_and_methods_unknown_are_problems_too(web: httpx.Client) -> None:
    assert code_of(web.get("/v2/events")) == "not-found"
    assert code_of(web.put("/v1/events")) == "method-not-allowed"
    assert web.get("/v1/health").json()["status"] == "alive"
    assert web.get("/v1/receipt-key").json() == {"receipt_key": public_hex(RECEIPT_KEY)}


def test_a_full_door_is_not_ready(tmp_path: Path) -> None:
    door = Door(tmp_path, spool_bytes=0)
    assert taking(door.app) == "stopped"
    with served(door.app) as url:
        assert httpx.get(f"{url}/v1/ready").status_code == 507
    assert taking(door.app) == "stopped"


def asked(door: Door, url: str, key: Ed25519PrivateKey = CAMERA_KEY) -> dict[str, str]:
    signature = key.sign(question(url, "cam-1", door.clock()))
    return {"tarazy-device": "cam-1", "tarazy-instant": str(door.clock()), "tarazy-signature": signature.hex()}
