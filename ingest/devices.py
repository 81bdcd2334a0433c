"""Enrolled devices: who may send, with which key, and what the law wants to know of the instrument.

A device is enrolled by an administrator (ingest/doors/admin.py) with the public half of a key pair that the device made
itself. The register answers two questions: which key signs at an instant (the door), and what the instrument was at the
passage's instant (`answer_of`, for the cross-check). History is never overwritten: states, keys and verifications each
carry their own dates.
"""

from collections.abc import Callable, Iterable
from datetime import date
from threading import Lock
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from adjudication.answers import Device, NoRecord
from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.facts import Fact, Place, SceneCalibration, Verification
from adjudication.units import Micros, Name, Text

PublicKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="Ed25519 public key, 32 bytes, lower-case hex")]
State = Literal["active", "suspended", "retired"]


class DeviceKey(Fact, frozen=True, kw_only=True):
    """A public key and the instants it signs for: from inclusive, to exclusive, None for still in use."""

    public_key: PublicKey
    valid_from_us: Micros
    valid_to_us: Micros | None = None

    def covers(self, at_us: Micros) -> bool:
        """Whether an event captured at this instant may be signed with the key."""
        return self.valid_from_us <= at_us and (self.valid_to_us is None or at_us < self.valid_to_us)


class StateSince(Fact, frozen=True, kw_only=True):
    """The state that holds from an instant on, until the next one."""

    state: State
    since_us: Micros


class EnrolledDevice(Fact, frozen=True, kw_only=True):
    """A device as the centre knows it. `states`, `keys`, `verifications`, `calibrations`: histories, oldest first."""

    device_id: Name
    serial: Name
    model: Text
    kind: Literal["measuring", "non_measuring"]
    operator: Text
    place: Place
    conformity_certificate: Text
    conformity_valid_to: date
    keys: Annotated[tuple[DeviceKey, ...], Meta(min_length=1, max_length=64)]
    states: Annotated[tuple[StateSince, ...], Meta(min_length=1, max_length=1_000)]
    verifications: Annotated[tuple[Verification, ...], Meta(max_length=256)] = ()
    calibrations: Annotated[tuple[SceneCalibration, ...], Meta(max_length=256)] = ()

    @property
    def state(self) -> State:
        """The state that holds now."""
        return self.states[-1].state

    def state_at(self, at_us: Micros) -> State | None:
        """The state that held at an instant; None before enrolment."""
        return next((step.state for step in reversed(self.states) if step.since_us <= at_us), None)

    def calibration_at(self, at_us: Micros) -> SceneCalibration | None:
        """How the camera saw its road at an instant: the latest calibration since before it; None if there is none."""
        earlier = [one for one in self.calibrations if one.since_us <= at_us]
        return max(earlier, key=lambda one: one.since_us, default=None)

    def keys_at(self, at_us: Micros) -> tuple[DeviceKey, ...]:
        """The keys an event captured at this instant may be signed with; more than one while keys are exchanged."""
        return tuple(key for key in self.keys if key.covers(at_us))


class DeviceRegister(Protocol):
    """Where enrolled devices are kept.

    Reads see every write that returned before them. `change` applies a pure function to the stored device in one
    transaction, so that two administrators never undo each other. Raises Unavailable where the store cannot answer.
    """

    def find(self, device_id: str) -> EnrolledDevice | None:
        """The device, or None if there never was one of that id."""

    def every(self) -> tuple[EnrolledDevice, ...]:
        """All devices ever enrolled, ordered by id."""

    def enrol(self, device: EnrolledDevice) -> None:
        """Adds a device. Raises Invalid `device-exists`."""

    def change(self, device_id: str, edit: Callable[[EnrolledDevice], EnrolledDevice]) -> EnrolledDevice:
        """Stores and returns `edit(device)`. Raises Invalid `device-unknown`, and whatever `edit` raises."""


class DevicesInMemory:
    """The register of tests and of tools that hold their devices themselves."""

    def __init__(self, devices: Iterable[EnrolledDevice] = ()) -> None:
        self._devices = {device.device_id: device for device in devices}
        self._lock = Lock()

    def find(self, device_id: str) -> EnrolledDevice | None:
        """See DeviceRegister."""
        return self._devices.get(device_id)

    def every(self) -> tuple[EnrolledDevice, ...]:
        """See DeviceRegister."""
        return tuple(sorted(self._devices.values(), key=lambda device: device.device_id))

    def enrol(self, device: EnrolledDevice) -> None:
        """See DeviceRegister."""
        with self._lock:
            if device.device_id in self._devices:
                raise already_enrolled(device.device_id)
            self._devices[device.device_id] = device

    def change(self, device_id: str, edit: Callable[[EnrolledDevice], EnrolledDevice]) -> EnrolledDevice:
        """See DeviceRegister."""
        with self._lock:
            if device_id not in self._devices:
                raise not_enrolled(device_id)
            self._devices[device_id] = edit(self._devices[device_id])
            return self._devices[device_id]


def already_enrolled(device_id: str) -> Invalid:
    """What every register raises for an id that is taken."""
    return Invalid("device-exists", f"device {device_id} is enrolled already; add a key or change its state instead")


def not_enrolled(device_id: str) -> Invalid:
    """What every register raises for an id it does not know."""
    return Invalid("device-unknown", f"no device {device_id} is enrolled")


def with_state(device: EnrolledDevice, state: State, at_us: Micros) -> EnrolledDevice:
    """The device in another state from `at_us` on.

    Raises:
        Invalid: `device-retired`, because a retired device never comes back: enrol the new one under a new id.
    """
    if device.state == "retired":
        raise Invalid("device-retired", f"device {device.device_id} is retired for good")
    return msgspec.structs.replace(device, states=(*device.states, StateSince(state=state, since_us=at_us)))


def with_key(device: EnrolledDevice, public_key: str, at_us: Micros, overlap_us: int) -> EnrolledDevice:
    """The device with one more key from `at_us` on; its open keys end `overlap_us` later.

    Events captured before and delivered late keep verifying with the key that signed them.
    """
    ending = at_us + overlap_us
    ended = tuple(
        key if key.valid_to_us is not None else msgspec.structs.replace(key, valid_to_us=ending) for key in device.keys
    )
    return msgspec.structs.replace(device, keys=(*ended, DeviceKey(public_key=public_key, valid_from_us=at_us)))


def with_verification(device: EnrolledDevice, verification: Verification) -> EnrolledDevice:
    """The device with one more metrological verification."""
    return msgspec.structs.replace(device, verifications=(*device.verifications, verification))


def with_calibration(device: EnrolledDevice, calibration: SceneCalibration) -> EnrolledDevice:
    """The device with one more calibration of its scene; those before it hold for the passages before it."""
    return msgspec.structs.replace(device, calibrations=(*device.calibrations, calibration))


def answer_of(device: EnrolledDevice | None, asked_us: Micros, as_of_us: Micros) -> Device | NoRecord:
    """What the device register says of the instrument at the passage's instant.

    `verification` is the one whose days cover that instant, the latest issued if several do. A device that was not
    active then has no record: nothing it saw may be held against anyone.

    Source: note to art. 31 (certified, and verified where it measures); art. 822-1(1)(6).
    """
    if device is None or device.state_at(as_of_us) != "active":
        return NoRecord(system="devices", asked_us=asked_us, as_of_us=as_of_us)
    return Device(
        system="devices",
        asked_us=asked_us,
        as_of_us=as_of_us,
        device_id=device.device_id,
        serial=device.serial,
        model=device.model,
        kind=device.kind,
        conformity_certificate=device.conformity_certificate,
        conformity_valid_to=device.conformity_valid_to,
        place=device.place,
        operator=device.operator,
        verification=_covering(device.verifications, as_of_us),
    )


def _covering(verifications: tuple[Verification, ...], at_us: Micros) -> Verification | None:
    day = civil_day(at_us)
    covering = [one for one in verifications if one.issued_on <= day <= one.valid_to]
    return max(covering, key=lambda one: one.issued_on, default=None)
