"""A device's side of the door: sign, keep, send, check the receipt, and only then forget.

An event is durable in the device's own spool before `capture` returns, and leaves it only for a receipt whose signature
is the centre's, or for a refusal that says it will never be taken (then its file is laid aside in the spool's folder).
Everything else (no answer, 429, 5xx, a proxy's page) means: later, with back-off and jitter, never sooner than
Retry-After. Events go out one after another, in their order.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, NamedTuple
from zlib import crc32

import httpx
import msgspec

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.facts import DeviceReading, LoadMeasurement, Measurement, Media, ViolationCode
from adjudication.messages import EventCaptured
from adjudication.units import Id, Micros
from ingest import frame as frames
from ingest import identity
from ingest.backoff import Backoff
from ingest.clock import Clock, system_clock
from ingest.doors.headers import CONTENT_TYPE, DEVICE_HEADER, INSTANT_HEADER, SIGNATURE_HEADER
from ingest.frame import Frame
from ingest.identity import DeviceFile
from ingest.problems import BY_CODE, Problem
from ingest.receipts import SignedReceipt, check
from ingest.signatures import question, sign_frame
from ingest.spool import Spool
from ingest.status import EventState

SPOOL_BYTES = 4 * 1024**3
"""20,000 usual frames: half a day without a door, on the card a camera has."""
REPAIR_S = 30.0
"""How often an event is tried again that waits for a person (a suspended device, a clock gone wrong)."""
LONGEST_RETRY_AFTER_S = 3600.0
"""No answer silences a device for longer than an hour."""
TIMEOUT = httpx.Timeout(30.0, connect=3.0)
"""A flush may wait for a busy disk; a connection on a live network is there in a second or not at all."""


class Picture(NamedTuple):
    """One picture of an event: JPEG bytes, and what it shows."""

    role: Literal["overview", "violation", "vehicle", "plate"]
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What the device saw beside the pictures. `captured_us` None: now.

    `clock_offset_us` is how far the device's clock is from its source (device − source), None where it does not know;
    then no act is formed without an officer. `standing_traffic`, `forced_stop`: None where the device did not look
    (adjudication.messages.EventCaptured).
    """

    captured_us: Micros | None = None
    clock_offset_us: int | None = None
    lane: int = 1
    direction: str = ""
    measurement: Measurement | None = None
    loads: tuple[LoadMeasurement, ...] = ()
    violation: ViolationCode | None = None
    reading: DeviceReading | None = None
    standing_traffic: bool | None = None
    forced_stop: bool | None = None


class Captured(NamedTuple):
    """An event the device keeps: the centre's name for it, and its number."""

    event_id: Id
    sequence: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event the centre holds: its word is `receipt`."""

    event_id: Id
    sequence: int
    receipt: SignedReceipt


@dataclass(frozen=True, slots=True)
class Refused:
    """An event the centre will never take; the spool's folder keeps its file aside.

    Where the file itself is damaged the code is `spool-damaged`, and its event is not known.
    """

    event_id: Id | Literal[""]
    sequence: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Later:
    """No answer, or one that says to come again; `code` is the door's, or `no-answer`, `not-the-door`."""

    code: str
    after_s: float


class DeviceClient:
    """One device, in one process at a time; a context manager. Not for several threads.

    `home` holds its counter and its spool. `pause` waits so many seconds.

    Raises:
        Invalid: `device-in-use`.
    """

    def __init__(
        self,
        device: DeviceFile,
        home: Path,
        *,
        clock: Clock = system_clock,
        pause: Callable[[float], None] = time.sleep,
        spool_bytes: int = SPOOL_BYTES,
    ) -> None:
        self._device, self._key = device, device.key
        self._clock, self._pause = clock, pause
        self._sequence = identity.Sequence(home / "sequence")
        self._spool = Spool(home / "spool", spool_bytes)
        self._http = httpx.Client(base_url=device.url, timeout=TIMEOUT)
        self._backoff = Backoff(crc32(device.device_id.encode()))
        self._failures = 0
        self._not_before_s = 0.0
        self.last_trouble: Later | None = None

    def __enter__(self) -> "DeviceClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()
        self._sequence.close()

    @property
    def waiting(self) -> int:
        """Events that are kept here and have no receipt yet."""
        return len(self._spool)

    def capture(self, pictures: Sequence[Picture], seen: Seen) -> Captured:
        """Signs an event and keeps it.

        Raises:
            Invalid: `spool-full`: nothing was kept, the number is lost and the centre will notice the gap.
        """
        header = self._header(self._sequence.next(), pictures, seen)
        frame = sign_frame(header, (picture.jpeg for picture in pictures), self._key)
        if not self._spool.append(frame.encode()):
            raise Invalid("spool-full", f"{self.waiting} events wait for the door and no more fit")
        return Captured(frame.event_id, header.sequence)

    def deliver(self, for_s: float) -> Iterator[Delivered | Refused]:
        """Sends what is kept, oldest first, until nothing is left or the next try is more than `for_s` seconds away."""
        end_s = time.monotonic() + for_s
        while entries := self._spool.oldest(1):
            wait_s = self._not_before_s - time.monotonic()
            if time.monotonic() + max(0.0, wait_s) > end_s:
                return
            if wait_s > 0:
                self._pause(wait_s)
            (entry,) = entries
            outcome = self._send(entry.data)
            if isinstance(outcome, Later):
                self._hold_back(outcome)
                continue
            self._failures = 0
            (self._spool.remove if isinstance(outcome, Delivered) else self._spool.lay_aside)(entry.number)
            yield outcome

    def ask(self, sequence: int) -> EventState | None:
        """What came of an event of this device; None while the centre cannot say.

        Raises:
            Invalid: the centre refuses the question, by its code.
        """
        path = f"/v1/events/{ids.event_id(self._device.device_id, sequence)}?sequence={sequence}"
        instant_us = self._clock()
        signature = self._key.sign(question(path, self._device.device_id, instant_us)).hex()
        signed = {
            DEVICE_HEADER: self._device.device_id,
            INSTANT_HEADER: str(instant_us),
            SIGNATURE_HEADER: signature,
        }
        try:
            answer = self._http.get(path, headers=signed)
        except httpx.TransportError:
            return None
        if answer.is_success:
            return codec.decode(answer.content, EventState)
        refused = _problem_in(answer)
        if refused is None or refused.code == "event-unknown" or answer.is_server_error:
            return None
        raise Invalid(refused.code, refused.detail)

    def _header(self, sequence: int, pictures: Sequence[Picture], seen: Seen) -> EventCaptured:
        captured_us = self._clock() if seen.captured_us is None else seen.captured_us
        return EventCaptured(
            event=f"{self._device.device_id[:40]}-{sequence}",
            device_id=self._device.device_id,
            sequence=sequence,
            captured_us=captured_us,
            clock_offset_us=seen.clock_offset_us,
            place=self._device.place,
            lane=seen.lane,
            direction=seen.direction,
            media=tuple(_media(picture, captured_us) for picture in pictures),
            measurement=seen.measurement,
            loads=seen.loads,
            violation=seen.violation,
            verification=self._device.verification,
            reading=seen.reading,
            standing_traffic=seen.standing_traffic,
            forced_stop=seen.forced_stop,
        )

    def _send(self, body: bytes) -> Delivered | Refused | Later:
        try:
            frame = frames.decode(body)
        except Invalid as error:
            return Refused("", 0, "spool-damaged", error.detail)
        try:
            answer = self._http.post("/v1/events", content=body, headers={"content-type": CONTENT_TYPE})
        except httpx.TransportError:
            return Later("no-answer", 0.0)
        if not answer.is_success:
            return _refusal(answer, frame)
        try:
            receipt = check(answer.content, frame, self._device.receipt_key)
        except Invalid as error:
            return Later(error.code, REPAIR_S)
        return Delivered(frame.event_id, frame.header.sequence, receipt)

    def _hold_back(self, later: Later) -> None:
        self._failures += 1
        self.last_trouble = later
        self._not_before_s = time.monotonic() + self._backoff.wait_s(self._failures, later.after_s)


def _media(picture: Picture, captured_us: Micros) -> Media:
    digest = hashlib.sha256(picture.jpeg).hexdigest()
    return Media(role=picture.role, sha256=digest, bytes=len(picture.jpeg), captured_us=captured_us)


def _refusal(answer: httpx.Response, frame: Frame) -> Refused | Later:
    """What a refusal means: for good only where it is the door's own word and says so."""
    refused = _problem_in(answer)
    if refused is None or refused.code not in BY_CODE:
        return Later("not-the-door", _retry_after_s(answer))
    then = BY_CODE[refused.code].then
    if then == "drop":
        return Refused(frame.event_id, frame.header.sequence, refused.code, refused.detail)
    return Later(refused.code, max(_retry_after_s(answer), REPAIR_S if then == "repair" else 0.0))


def _problem_in(answer: httpx.Response) -> Problem | None:
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        return None


def _retry_after_s(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), LONGEST_RETRY_AFTER_S) if text.isascii() and text.isdigit() else 0.0
