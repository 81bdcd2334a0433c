"""The door: events a second over real sockets, from a few busy cameras, and the floor below which no door can go.

The door runs in its own process; the client shares the machine's cores, so a door with cores of its own does better:
its own CPU time a request says how much. Events are signed and receipts come after the flush, as in operation. The
floor is what a frame must cost whatever the door is made of: SHA-256, one Ed25519 check, its bytes through a socket.
"""

import hashlib
import http.client
import multiprocessing
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication.facts import Media, Place
from adjudication.messages import EventCaptured
from ingest.admission import admit
from ingest.clock import system_clock
from ingest.devices import DeviceKey, DevicesInMemory, EnrolledDevice, StateSince
from ingest.doors.headers import CONTENT_TYPE
from ingest.frame import Frame
from ingest.gateway import door
from ingest.memory import MemoryStream
from ingest.overload import Limits
from ingest.signatures import is_signed, public_hex, sign_frame
from ingest.spool import Spool
from ingest.stream import Producer
from integrations.sqlite_stream import SqliteStream

CAMERAS = 8
EVENTS = 480
"""Of each size: 96 to 168 MB in all, a few seconds; more measures the disk's write-back instead of the door."""
FRAME_BYTES = (200_000, 350_000)
"""A compressed 2-megapixel photograph, and one with its plate and vehicle crops."""
FLOOR_EVENTS = 200
LIMITS = Limits(per_device_s=1e6, per_device_burst=10**6)
PLACE = Place(
    place_id="b-1", title_kk="б", title_ru="б", district_code="711000", lat_e7=511_280_000, lon_e7=714_300_000
)

T = TypeVar("T")


def run() -> dict[str, float]:
    """Requests a second by size and stream, a request's latency, and the floor."""
    keys = {f"cam-{number}": Ed25519PrivateKey.generate() for number in range(CAMERAS)}
    figures: dict[str, float] = {}
    for size in FRAME_BYTES:
        label = f"{size // 1000}kB"
        figures |= _floor(label, _frames(size, keys, FLOOR_EVENTS), keys)
        for stream in ("sqlite", "memory"):
            with _door(keys, stream) as (url, busy_s):
                rate, median_ms, p99_ms = _load(url, _frames(size, keys, EVENTS))
                cpu_ms = busy_s() / EVENTS * 1e3
            named = {"requests_s": rate, "median_ms": median_ms, "p99_ms": p99_ms, "cpu_ms": cpu_ms}
            figures |= {f"{stream}_{label}_{name}": value for name, value in named.items()}
    return figures


def _frames(size: int, keys: dict[str, Ed25519PrivateKey], count: int) -> list[Frame]:
    """Signed frames of about `size` bytes, the cameras in turn; the picture's data is noise behind a true header."""
    picture = _jpeg(size)
    names = list(keys)
    return [_frame(names[number % len(names)], number + 1, picture, keys) for number in range(count)]


def _frame(device_id: str, sequence: int, picture: bytes, keys: dict[str, Ed25519PrivateKey]) -> Frame:
    now_us = system_clock()
    digest = hashlib.sha256(picture).hexdigest()
    header = EventCaptured(
        event=f"b-{sequence}",
        device_id=device_id,
        sequence=sequence,
        captured_us=now_us,
        clock_offset_us=0,
        place=PLACE,
        lane=1,
        direction="out",
        media=(Media(role="violation", sha256=digest, bytes=len(picture), captured_us=now_us),),
    )
    return sign_frame(header, (picture,), keys[device_id])


def _jpeg(size: int) -> bytes:
    frame_header = bytes.fromhex("ffc0000b080438078001011100")
    return b"\xff\xd8" + frame_header + b"\xff\xda" + bytes(size - 19) + b"\xff\xd9"


@contextmanager
def _door(keys: dict[str, Ed25519PrivateKey], stream: str) -> Iterator[tuple[str, Callable[[], float]]]:
    """A door in its own process: its address, and how much CPU time it has used since it started, in seconds."""

    def busy_s() -> float:
        here.send("busy")
        return float(here.recv())

    here, there = multiprocessing.Pipe()
    public = {name: public_hex(key) for name, key in keys.items()}
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, public, stream), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{here.recv()}", busy_s
    here.send("stop")
    process.join(20)


def _serve(parent: Connection, public: dict[str, str], stream: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        producer: Producer = SqliteStream(Path(folder)) if stream == "sqlite" else MemoryStream()
        devices = DevicesInMemory(_enrolled(name, key) for name, key in public.items())
        app = door(
            devices, producer, Spool(Path(folder) / "spool", 10**9), system_clock, Ed25519PrivateKey.generate(),
            limits=LIMITS,
        )  # fmt: skip
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        parent.send(server.servers[0].sockets[0].getsockname()[1])
        began_s = time.process_time()
        while parent.recv() == "busy":
            parent.send(time.process_time() - began_s)
        server.should_exit = True
        thread.join(10)


def _enrolled(name: str, public_key: str) -> EnrolledDevice:
    return EnrolledDevice(
        device_id=name,
        serial=name,
        model="bench",
        kind="non_measuring",
        operator="bench",
        place=PLACE,
        conformity_certificate="bench",
        conformity_valid_to=date(2030, 1, 1),
        keys=(DeviceKey(public_key=public_key, valid_from_us=0),),
        states=(StateSince(state="active", since_us=0),),
    )


def _load(url: str, frames: list[Frame]) -> tuple[float, float, float]:
    """Requests a second, and a request's median and 99th percentile in milliseconds; each camera has a connection."""
    bodies = [frame.encode() for frame in frames]
    with ThreadPoolExecutor(CAMERAS) as pool:
        started = time.perf_counter()
        waits = sorted(
            wait for waits in pool.map(lambda n: _push_all(url, bodies[n::CAMERAS]), range(CAMERAS)) for wait in waits
        )
        took_s = time.perf_counter() - started
    return len(bodies) / took_s, waits[len(waits) // 2] * 1e3, waits[len(waits) * 99 // 100] * 1e3


def _push_all(url: str, bodies: list[bytes]) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    waits = []
    for body in bodies:
        started = time.perf_counter()
        connection.request("POST", "/v1/events", body, {"content-type": CONTENT_TYPE})
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"the door refused a good event: {told!r}")
        waits.append(time.perf_counter() - started)
    return waits


def _floor(label: str, frames: list[Frame], keys: dict[str, Ed25519PrivateKey]) -> dict[str, float]:
    """What one core does a second of each thing no door can leave out, and of all the door's checks together."""
    public = {name: public_hex(key) for name, key in keys.items()}
    devices = DevicesInMemory(_enrolled(name, key) for name, key in public.items())
    bodies = [frame.encode() for frame in frames]
    return {
        f"floor_{label}_sha256_s": _rate(frames, lambda frame: hashlib.sha256(frame.bodies[0]).digest()),
        f"floor_{label}_ed25519_s": _rate(
            frames, lambda frame: is_signed(frame.signed, frame.signature, (public[frame.header.device_id],))
        ),
        f"floor_{label}_socket_s": _through_socket(bodies),
        f"checks_{label}_s": _rate(bodies, lambda body: admit(body, devices, system_clock())),
    }


def _rate(items: Sequence[T], work: Callable[[T], object]) -> float:
    started = time.perf_counter()
    for item in items:
        work(item)
    return len(items) / (time.perf_counter() - started)


def _through_socket(bodies: list[bytes]) -> float:
    """Bodies a second through a local socket, both ends in this process."""
    sender, receiver = socket.socketpair()

    def drain() -> None:
        while receiver.recv(1 << 16):
            pass

    reading = threading.Thread(target=drain)
    reading.start()
    started = time.perf_counter()
    for body in bodies:
        sender.sendall(body)
    sender.close()
    reading.join()
    took_s = time.perf_counter() - started
    receiver.close()
    return len(bodies) / took_s
