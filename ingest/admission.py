"""Admission: everything that is checked of one frame, from cheap to dear, before it may enter the stream.

    1. lengths and form         frame.decode            frame-*, header-*, message-malformed, not-canonical
    2. the device               enrolled and active     device-unknown, device-suspended, device-retired
    3. the signature            by a key of that day    key-not-valid, signature-wrong
    4. the instant              ingest.lateness         captured-*
    5. the pictures             digests, JPEG claims    media-digest-wrong, picture-*

Nothing here remembers: the same bytes at the same instant always fare the same.
"""

from dataclasses import dataclass

from adjudication.errors import Invalid
from adjudication.units import Micros
from ingest import frame as frames
from ingest import jpeg
from ingest.devices import DeviceRegister, EnrolledDevice, not_enrolled
from ingest.frame import Frame
from ingest.lateness import Timeliness, timeliness
from ingest.signatures import is_signed


@dataclass(frozen=True, slots=True)
class Admitted:
    """A frame that may enter the stream."""

    frame: Frame
    timeliness: Timeliness


def admit(data: bytes, devices: DeviceRegister, now_us: Micros) -> Admitted:
    """The frame in `data`, if it may enter.

    Raises:
        Invalid: with the code of the first check it fails (see above).
        Unavailable: the device register cannot answer.
    """
    frame = frames.decode(data)
    device = active(devices.find(frame.header.device_id), frame.header.device_id)
    _check_signature(frame, device)
    when = timeliness(frame.header.captured_us, frame.header.clock_offset_us, now_us)
    frames.check_digests(frame)
    for body in frame.bodies:
        jpeg.size_of(body)
    return Admitted(frame, when)


def active(device: EnrolledDevice | None, device_id: str) -> EnrolledDevice:
    """The device, if it may send now.

    Raises:
        Invalid: `device-unknown`, `device-suspended` or `device-retired`.
    """
    if device is None:
        raise not_enrolled(device_id)
    if device.state != "active":
        raise Invalid(f"device-{device.state}", f"device {device_id} is {device.state}; ask the centre's administrator")
    return device


def _check_signature(frame: Frame, device: EnrolledDevice) -> None:
    keys = device.keys_at(frame.header.captured_us)
    if not keys:
        raise Invalid("key-not-valid", "no key of this device was valid at the event's instant")
    if not is_signed(frame.signed, frame.signature, (key.public_key for key in keys)):
        raise Invalid("signature-wrong", "the signature is not this device's over these bytes")
