"""Enrolment: what passes between a device, its administrator and the centre when it is made known and changed."""

from datetime import date
from typing import Literal

import msgspec

from adjudication.facts import Fact, Place, SceneCalibration, Section, SignedLimit, Verification
from adjudication.units import Micros, Name, Text
from ingest.devices import DeviceKey, EnrolledDevice, PublicKey, State, StateSince


class Passport(Fact, frozen=True, kw_only=True):
    """A device as its papers describe it: an enrolment but for the key."""

    device_id: Name
    serial: Name
    model: Text
    kind: Literal["measuring", "non_measuring"]
    operator: Text
    place: Place
    conformity_certificate: Text
    conformity_valid_to: date
    verifications: tuple[Verification, ...] = ()
    calibrations: tuple[SceneCalibration, ...] = ()
    sections: tuple[Section, ...] = ()
    limits: tuple[SignedLimit, ...] = ()


class EnrolRequest(Passport, frozen=True, kw_only=True):
    """The papers and the public half of the device's key; the private half never leaves it."""

    public_key: PublicKey


class Enrolled(Fact, frozen=True, kw_only=True):
    """The answer: the device as registered, and the key that the centre's receipts are signed with."""

    device: EnrolledDevice
    receipt_key: PublicKey


class NewState(Fact, frozen=True, kw_only=True):
    """The state a device shall have from now on."""

    state: State


class NewKey(Fact, frozen=True, kw_only=True):
    """A key the device signs with from now on; the ones before it end an hour later."""

    public_key: PublicKey


class DeviceList(Fact, frozen=True, kw_only=True):
    """All devices, by id."""

    devices: tuple[EnrolledDevice, ...]


def request_of(passport: Passport, public_key: PublicKey) -> EnrolRequest:
    """What is sent to the centre."""
    return EnrolRequest(**msgspec.structs.asdict(passport), public_key=public_key)


def as_enrolled(request: EnrolRequest, since_us: Micros) -> EnrolledDevice:
    """The device as registered: active, and its key valid, from `since_us` on."""
    fields = msgspec.structs.asdict(request)
    key = DeviceKey(public_key=fields.pop("public_key"), valid_from_us=since_us)
    return EnrolledDevice(**fields, keys=(key,), states=(StateSince(state="active", since_us=since_us),))
