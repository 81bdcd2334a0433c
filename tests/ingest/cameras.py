"""An enrolled camera, its frames, and a door on loopback, for the tests of the door."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from adjudication.errors import Unavailable
from ingest.clock import VirtualClock
from ingest.devices import DeviceKey, DevicesInMemory, EnrolledDevice, StateSince
from ingest.doors.headers import CONTENT_TYPE
from ingest.frame import Frame
from ingest.gateway import door
from ingest.signatures import public_hex, sign_frame
from ingest.spool import Spool
from ingest.stream import NewRecord
from tests import samples

CAMERA_KEY = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"\2" * 32)
RECEIPT_KEY = Ed25519PrivateKey.from_private_bytes(b"\3" * 32)
ADMIN = "administrator's token"
HEADERS = {"content-type": CONTENT_TYPE}
SPOOL_BYTES = 1_000_000


def jpeg(width: int = 64, height: int = 48, *, marker: int = 0xC0, filler: int = 200) -> bytes:
    """The skeleton of a JPEG: as much as the door looks at."""
    frame_header = bytes((8,)) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes((1, 1, 0x11, 0))
    segments = (
        _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        _segment(marker, frame_header),
        _segment(0xDA, bytes((1, 1, 0, 0, 63, 0))),
    )
    return b"\xff\xd8" + b"".join(segments) + bytes(filler) + b"\xff\xd9"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


PICTURE = jpeg()


def enrolled(device_id: str = "cam-1", **changes: object) -> EnrolledDevice:
    """A camera active since an hour before its events, with CAMERA_KEY."""
    since = samples.CAPTURED_US - 3_600_000_000
    ordinary = EnrolledDevice(
        device_id=device_id,
        serial=samples.DEVICE.serial,
        model=samples.DEVICE.model,
        kind=samples.DEVICE.kind,
        operator=samples.DEVICE.operator,
        place=samples.PLACE,
        conformity_certificate=samples.DEVICE.conformity_certificate,
        conformity_valid_to=samples.DEVICE.conformity_valid_to,
        keys=(DeviceKey(public_key=public_hex(CAMERA_KEY), valid_from_us=since),),
        states=(StateSince(state="active", since_us=since),),
        verifications=(samples.VERIFICATION,),
    )
    return msgspec.structs.replace(ordinary, **changes)


def signed(
    sequence: int = 1, pictures: tuple[bytes, ...] = (PICTURE,), key: Ed25519PrivateKey = CAMERA_KEY, **changes: object
) -> Frame:
    """A frame as CAMERA_KEY signs it."""
    return sign_frame(samples.event(sequence, pictures, **changes), pictures, key)


class Stream:
    """A producer that keeps what it is sent, and can be told to be away or to take its time."""

    def __init__(self) -> None:
        self.records: list[NewRecord] = []
        self.away = False
        self.asked = 0
        self.pace = threading.Event()
        self.pace.set()
        self._lock = threading.Lock()

    def send(self, records: Sequence[NewRecord]) -> None:
        """See ingest.stream.Producer."""
        self.asked += 1
        self.pace.wait(10)
        if self.away:
            raise Unavailable("stream", 0.05)
        with self._lock:
            self.records.extend(records)


class Door:
    """A door with all its parts at hand."""

    def __init__(self, folder: Path, spool_bytes: int = SPOOL_BYTES, **options: object) -> None:
        self.stream = Stream()
        self.clock = VirtualClock(samples.CAPTURED_US + 1_000_000)
        self.devices = DevicesInMemory((enrolled(),))
        self.spool = Spool(folder / "spool", spool_bytes)
        self.fates: list[str] = []
        self.app = door(
            self.devices,
            self.stream,
            self.spool,
            self.clock,
            RECEIPT_KEY,
            admin_token=ADMIN,
            count=self.fates.append,
            **options,  # type: ignore[arg-type]  # keywords of `door`, given by a test
        )


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a free port of loopback; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Waits until `holds()`; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
