"""The frame: one event as one record, the same bytes at the door, in the stream and in the camera's spool.

    magic "TZE1" | header length, u32 big-endian | header, canonical JSON of EventCaptured | Ed25519 signature, 64 B |
    the pictures one after another, in the header's order, each as long as the header says

The signature covers magic, length and header; the header holds each picture's SHA-256. Pictures travel as they came
from the sensor: never base64, never recoded.
"""

import hashlib
from dataclasses import dataclass

from adjudication import codec, ids
from adjudication.errors import Invalid
from adjudication.messages import EventCaptured
from adjudication.units import Id, Sha256

MAGIC = b"TZE1"
SIGNATURE_BYTES = 64
PREFIX_BYTES = len(MAGIC) + 4
MAX_HEADER_BYTES = 16 * 1024
"""A full header is about 2 KiB; eight pictures and long place names stay below a third of this."""
MAX_FRAME_BYTES = 4 * 1024 * 1024
"""One Kafka record; larger media are sealed at the door and referenced (design §1.8)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A parsed frame. `signed` is what the signature covers; `bodies` stand in the header's order of media."""

    header: EventCaptured
    signed: bytes
    signature: bytes
    bodies: tuple[bytes, ...]

    @property
    def event_id(self) -> Id:
        """The centre's name for this event."""
        return ids.event_id(self.header.device_id, self.header.sequence)

    @property
    def sha256(self) -> Sha256:
        """The digest a receipt speaks of: of what is signed, and so of header and pictures."""
        return hashlib.sha256(self.signed).hexdigest()

    @property
    def content_id(self) -> Id:
        """Names this content of the event: a device that counts anew after a reset uses a number for two contents."""
        return ids.stable_id("content", self.event_id, self.sha256)

    @property
    def record(self) -> bytes:
        """What the device signed, and its signature: the part that is sealed beside the pictures."""
        return self.signed + self.signature

    def encode(self) -> bytes:
        """The record's bytes."""
        return b"".join((self.signed, self.signature, *self.bodies))


def signed_part(header: EventCaptured) -> bytes:
    """The bytes a device signs."""
    encoded = codec.encode(header)
    return MAGIC + len(encoded).to_bytes(4, "big") + encoded


def decode(data: bytes) -> Frame:
    """A frame from its bytes; lengths and the header's form are checked, signature and digests are not.

    Raises:
        Invalid: `frame-malformed` (magic, lengths), `frame-too-large`, `header-too-large`, or the codec's
            `message-malformed`, `not-canonical`.
    """
    if len(data) > MAX_FRAME_BYTES:
        raise Invalid("frame-too-large", f"{len(data)} bytes; at most {MAX_FRAME_BYTES}")
    header, signed_end = _header(data)
    start = signed_end + SIGNATURE_BYTES
    bodies = []
    for media in header.media:
        bodies.append(data[start : start + media.bytes])
        start += media.bytes
    if start != len(data):
        raise Invalid("frame-malformed", f"the header speaks of {start} bytes in all, {len(data)} came")
    return _frame(data, header, signed_end, tuple(bodies))


def decode_record(data: bytes) -> Frame:
    """A frame without bodies from what was sealed of it (`Frame.record`).

    Raises:
        Invalid: as `decode`.
    """
    header, signed_end = _header(data)
    if signed_end + SIGNATURE_BYTES != len(data):
        raise Invalid("frame-malformed", f"a record ends with its signature, {len(data)} bytes came")
    return _frame(data, header, signed_end, ())


def _header(data: bytes) -> tuple[EventCaptured, int]:
    """The header, and where the signature behind it begins."""
    if len(data) < PREFIX_BYTES + SIGNATURE_BYTES or data[: len(MAGIC)] != MAGIC:
        raise Invalid("frame-malformed", f"a frame starts with {MAGIC!r} and a header length")
    header_bytes = int.from_bytes(data[len(MAGIC) : PREFIX_BYTES], "big")
    if header_bytes > MAX_HEADER_BYTES:
        raise Invalid("header-too-large", f"{header_bytes} bytes; at most {MAX_HEADER_BYTES}")
    signed_end = PREFIX_BYTES + header_bytes
    return codec.decode_canonical(data[PREFIX_BYTES:signed_end], EventCaptured), signed_end


def _frame(data: bytes, header: EventCaptured, signed_end: int, bodies: tuple[bytes, ...]) -> Frame:
    return Frame(header, data[:signed_end], data[signed_end : signed_end + SIGNATURE_BYTES], bodies)


def check_digests(frame: Frame) -> None:
    """Raises Invalid `media-digest-wrong` unless each picture has the SHA-256 its header says."""
    for number, (media, body) in enumerate(zip(frame.header.media, frame.bodies, strict=True)):
        if hashlib.sha256(body).hexdigest() != media.sha256:
            raise Invalid(
                "media-digest-wrong", f"picture {number} ({media.role}) does not have the SHA-256 of its header"
            )
