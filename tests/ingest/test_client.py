"""The device's side: nothing is lost, nothing is forgotten without a true receipt, order and patience are kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Response

from adjudication import ids
from adjudication.errors import Invalid
from ingest import identity
from ingest.client import Delivered, DeviceClient, Later, Picture, Refused, Seen
from ingest.clock import VirtualClock
from ingest.devices import with_state
from ingest.identity import DeviceFile
from ingest.problems import problem
from ingest.receipts import check
from ingest.signatures import public_hex
from ingest.status import EventState
from tests import samples
from tests.ingest.cameras import CAMERA_KEY, OTHER_KEY, PICTURE, RECEIPT_KEY, Door, served

SHOT = (Picture("violation", PICTURE),)


class Status:
    """Knows every event, as not decided yet."""

    def find(self, event_id: str) -> EventState | None:
        return EventState(event_id=event_id, device_id="cam-1", done=False, passages=())


def a_file(url: str, key: object = CAMERA_KEY, receipt_key: object = RECEIPT_KEY) -> DeviceFile:
    return DeviceFile(
        url=url,
        device_id="cam-1",
        place=samples.PLACE,
        verification=samples.VERIFICATION,
        receipt_key=public_hex(receipt_key),  # type: ignore[arg-type]  # a private key
        private_key=key.private_bytes_raw().hex(),  # type: ignore[attr-defined]  # a private key
    )


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "door", status=Status())


@pytest.fixture
def url(door: Door) -> Iterator[str]:
    with served(door.app) as address:
        yield address


class Camera:
    """A client whose pauses are counted instead of waited."""

    def __init__(self, home: Path, door: Door) -> None:
        self.home, self.door = home, door
        self.pauses: list[float] = []

    def __call__(self, url: str, **options: object) -> DeviceClient:
        file = options.pop("file", None) or a_file(url)
        return DeviceClient(
            file,  # type: ignore[arg-type]  # a device file
            self.home,
            clock=VirtualClock(samples.CAPTURED_US),
            pause=self.pauses.append,
            **options,  # type: ignore[arg-type]  # keywords of the client
        )


@pytest.fixture
def camera(tmp_path: Path, door: Door) -> Camera:
    return Camera(tmp_path / "camera", door)


def test_a_captured_event_is_delivered_with_a_receipt_and_forgotten(door: Door, url: str, camera: Camera) -> None:
    with camera(url) as client:
        captured = client.capture(SHOT, Seen(lane=2))
        assert client.waiting == 1
        (delivered,) = client.deliver(1)
    assert isinstance(delivered, Delivered)
    assert (delivered.event_id, delivered.sequence) == captured
    assert captured == (ids.event_id("cam-1", 1), 1)
    assert client.waiting == 0
    assert len(door.stream.records) == 1


def test_numbers_go_on_after_a_restart_and_none_is_used_twice(door: Door, url: str, camera: Camera) -> None:
    for expected in (1, 2):
        with camera(url) as client:
            client.capture(SHOT, Seen())
            assert [one.sequence for one in client.deliver(1)] == [expected]


def test_what_was_captured_while_the_door_was_away_is_delivered_in_order_later(
    door: Door, url: str, camera: Camera
) -> None:
    with camera("http://127.0.0.1:9") as client:
        for _ in range(3):
            client.capture(SHOT, Seen())
        assert list(client.deliver(0.1)) == []
        assert client.waiting == 3
        assert isinstance(client.last_trouble, Later)
        assert client.last_trouble.code == "no-answer"
    with camera(url) as client:
        assert [one.sequence for one in client.deliver(1)] == [1, 2, 3]


def test_one_process_at_a_time_is_the_device(url: str, camera: Camera) -> None:
    with camera(url), pytest.raises(Invalid) as refused:
        camera(url)
    assert refused.value.code == "device-in-use"


def test_a_receipt_of_another_centre_is_no_receipt(url: str, camera: Camera) -> None:
    with camera(url, file=a_file(url, receipt_key=OTHER_KEY)) as client:
        client.capture(SHOT, Seen())
        assert list(client.deliver(0.1)) == []
        assert client.waiting == 1
        assert client.last_trouble is not None
        assert client.last_trouble.code == "receipt-wrong"


def test_an_event_refused_for_good_is_laid_aside_and_the_next_one_goes(door: Door, url: str, camera: Camera) -> None:
    with camera(url) as client:
        client.capture((Picture("violation", b"no picture"),), Seen())
        client.capture(SHOT, Seen())
        refused, delivered = client.deliver(1)
    assert isinstance(refused, Refused)
    assert refused.code == "picture-not-jpeg"
    assert isinstance(delivered, Delivered)
    assert len(list((camera.home / "spool").glob("*.aside"))) == 1


def test_an_event_that_waits_for_a_repair_is_kept(door: Door, url: str, camera: Camera) -> None:
    door.devices.change("cam-1", lambda device: with_state(device, "suspended", door.clock()))
    with camera(url) as client:
        client.capture(SHOT, Seen())
        assert list(client.deliver(1)) == []
    door.devices.change("cam-1", lambda device: with_state(device, "active", door.clock()))
    with camera(url) as client:
        assert len(list(client.deliver(1))) == 1


def test_a_damaged_file_of_the_spool_is_laid_aside_and_told(url: str, camera: Camera) -> None:
    with camera(url) as client:
        client.capture(SHOT, Seen())
        (file,) = (camera.home / "spool").glob("*.entry")
        file.write_bytes(b"rot")
        (refused,) = client.deliver(1)
        assert isinstance(refused, Refused)
        assert refused.code == "spool-damaged"
        assert client.waiting == 0


def test_a_full_spool_says_so(url: str, camera: Camera) -> None:
    with camera(url, spool_bytes=100) as client, pytest.raises(Invalid) as refused:
        client.capture(SHOT, Seen())
    assert refused.value.code == "spool-full"


def answering(answers: list[Callable[[], Response]]) -> FastAPI:
    """A door that gives these answers, one after another."""
    app = FastAPI()

    @app.post("/v1/events")
    def answer() -> Response:
        return answers.pop(0)()

    return app


def test_the_device_never_comes_back_sooner_than_it_is_told(camera: Camera) -> None:
    answers = [
        lambda: problem("device-rate", retry_after_s=7),
        lambda: Response("<html>bad gateway</html>", 502),
        lambda: Response("<html>forbidden</html>", 403),
        lambda: problem("frame-malformed"),
    ]
    with served(answering(answers)) as url, camera(url) as client:
        client.capture(SHOT, Seen())
        (refused,) = client.deliver(100)
    assert isinstance(refused, Refused)
    assert refused.code == "frame-malformed"
    assert 6.5 < camera.pauses[0] <= 7 * 1.5
    assert len(camera.pauses) == 3


def test_a_device_asks_what_came_of_its_event(door: Door, url: str, camera: Camera) -> None:
    with camera(url) as client:
        client.capture(SHOT, Seen())
        list(client.deliver(1))
        door.clock.set(samples.CAPTURED_US)
        state = client.ask(1)
        assert state is not None
        assert not state.done
        door.clock.advance_s(1000)
        with pytest.raises(Invalid) as refused:
            client.ask(1)
        assert refused.value.code == "not-authorised"
    with camera("http://127.0.0.1:9") as client:
        assert client.ask(1) is None


def test_a_receipt_is_checked_whole(door: Door, url: str, camera: Camera) -> None:
    from tests.ingest.cameras import HEADERS, signed

    frame = signed()
    receipt = httpx.post(f"{url}/v1/events", content=frame.encode(), headers=HEADERS).content
    check(receipt, frame, public_hex(RECEIPT_KEY))
    for wrong, other, key in (
        (receipt, signed(2), RECEIPT_KEY),
        (receipt, frame, OTHER_KEY),
        (receipt[:-2] + b"  ", frame, RECEIPT_KEY),
        (b" " * 5000, frame, RECEIPT_KEY),
    ):
        with pytest.raises(Invalid) as refused:
            check(wrong, other, public_hex(key))
        assert refused.value.code == "receipt-wrong"


def test_a_private_key_is_written_for_its_owner_alone_never_over_another_and_never_printed(tmp_path: Path) -> None:
    path, file = tmp_path / "cam.json", a_file("http://x")
    identity.store(file, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert identity.load(path) == file
    assert file.private_key not in f"{file!r} {file}"
    with pytest.raises(Invalid) as refused:
        identity.store(file, path)
    assert refused.value.code == "device-file-exists"
    with pytest.raises(Invalid) as missing:
        identity.load(tmp_path / "none.json")
    assert missing.value.code == "device-file-missing"
