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
from adjudication.facts import Fact, Place, SceneCalibration, Section, SignedLimit, Verification
from adjudication.units import MICROS_PER_SECOND, Micros, Name, Text
from ingest.clock import Clock

REMEMBERED_S = 5
"""A device that is suspended, or given a key, waits this long at most for the other doors to know."""
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
    """A device as the centre knows it. Histories, oldest first: `states`, `keys`, `verifications`, `calibrations`,
    `sections` (those that end at this device), and `limits`, signed at its place."""

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
    sections: Annotated[tuple[Section, ...], Meta(max_length=256)] = ()
    limits: Annotated[tuple[SignedLimit, ...], Meta(max_length=256)] = ()

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


class RememberedDevices:
    """A register whose devices are believed for REMEMBERED_S: one that stands at every frame is asked that seldom.

    What this process itself changes counts at once; a device that is not known is asked for each time.
    """

    def __init__(self, register: DeviceRegister, clock: Clock) -> None:
        self._register = register
        self._clock = clock
        self._known: dict[str, tuple[EnrolledDevice, Micros]] = {}

    def find(self, device_id: str) -> EnrolledDevice | None:
        """See DeviceRegister, but for changes of the last REMEMBERED_S by another process."""
        now_us = self._clock()
        known = self._known.get(device_id)
        if known is not None and abs(now_us - known[1]) < REMEMBERED_S * MICROS_PER_SECOND:
            return known[0]
        device = self._register.find(device_id)
        if device is not None:
            self._known[device_id] = device, now_us
        return device

    def every(self) -> tuple[EnrolledDevice, ...]:
        """See DeviceRegister."""
        return self._register.every()

    def enrol(self, device: EnrolledDevice) -> None:
        """See DeviceRegister."""
        self._register.enrol(device)

    def change(self, device_id: str, edit: Callable[[EnrolledDevice], EnrolledDevice]) -> EnrolledDevice:
        """See DeviceRegister."""
        try:
            return self._register.change(device_id, edit)
        finally:
            self._known.pop(device_id, None)


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


def with_section(device: EnrolledDevice, section: Section) -> EnrolledDevice:
    """The device with one more section that ends at it; one of the same id ends where this one begins.

    Raises:
        Invalid: `section-malformed`, it begins where it ends, or before the one of its id did.
    """
    if section.entry_device_id == device.device_id:
        raise Invalid("section-malformed", f"section {section.section_id} begins and ends at {device.device_id}")
    same = [one for one in device.sections if one.section_id == section.section_id]
    if same and section.since_us <= same[-1].since_us:
        raise Invalid("section-malformed", f"section {section.section_id} is registered from a later instant on")
    ended = (
        msgspec.structs.replace(one, to_us=section.since_us) if same and one is same[-1] else one
        for one in device.sections
    )
    return msgspec.structs.replace(device, sections=(*ended, section))


def with_limit(device: EnrolledDevice, limit: SignedLimit) -> EnrolledDevice:
    """The device with one more limit signed at its place; one that still stood ends where this one begins.

    Raises:
        Invalid: `limit-malformed`, it begins before one that is registered already, or ends before it begins.
    """
    if any(limit.since_us <= one.since_us for one in device.limits):
        raise Invalid("limit-malformed", f"limit {limit.sign} is registered from a later instant on")
    if limit.to_us is not None and limit.to_us <= limit.since_us:
        raise Invalid("limit-malformed", f"limit {limit.sign} ends before it begins")
    ended = (msgspec.structs.replace(one, to_us=limit.since_us) if one.to_us is None else one for one in device.limits)
    return msgspec.structs.replace(device, limits=(*ended, limit))


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
        limits=_standing(device.limits, as_of_us) if device.limits else None,
    )


def _standing(limits: tuple[SignedLimit, ...], at_us: Micros) -> tuple[SignedLimit, ...]:
    """Those that stood at an instant, the latest first."""
    return tuple(sorted((one for one in limits if one.holds(at_us)), key=lambda one: -one.since_us))


def _covering(verifications: tuple[Verification, ...], at_us: Micros) -> Verification | None:
    day = civil_day(at_us)
    covering = [one for one in verifications if one.issued_on <= day <= one.valid_to]
    return max(covering, key=lambda one: one.issued_on, default=None)
