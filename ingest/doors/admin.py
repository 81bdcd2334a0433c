"""The administrator's routes: devices are enrolled, listed, suspended, retired, given keys, papers, calibrations,
sections.

Every route needs `Authorization: Bearer <token>`. Bodies are JSON, answers canonical JSON, of ingest.enrolment.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from adjudication import codec
from adjudication.facts import Fact, SceneCalibration, Section, SignedLimit, Verification
from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock
from ingest.devices import (
    DeviceRegister,
    EnrolledDevice,
    PublicKey,
    not_enrolled,
    with_calibration,
    with_key,
    with_limit,
    with_section,
    with_state,
    with_verification,
)
from ingest.doors.authority import check_administrator
from ingest.doors.body import body_of
from ingest.doors.contract import gives, takes
from ingest.enrolment import DeviceList, Enrolled, EnrolRequest, NewKey, NewState, as_enrolled
from ingest.lateness import FUTURE_TOLERANCE_US

MAX_BODY_BYTES = 64 * 1024
"""An enrolment is about 1 KiB."""
BODY_S = 10.0
"""An administrator's own network: a body of that size takes milliseconds."""
KEY_OVERLAP_US = 3600 * MICROS_PER_SECOND
"""How long the old key still signs new events after a new one is added: the device has an hour to change over."""

T = TypeVar("T")


def device_admin_router(register: DeviceRegister, token: str, clock: Clock, receipt_key: PublicKey) -> APIRouter:
    """The routes under `/v1/admin/devices`. `receipt_key` is the public half of the key that signs receipts."""
    router = APIRouter(prefix="/v1/admin/devices", tags=["administrator"])
    _add_reading(router, register, token)
    _add_enrolling(router, register, token, clock, receipt_key)
    _add_changing(router, register, token, clock)
    return router


def _add_reading(router: APIRouter, register: DeviceRegister, token: str) -> None:
    @router.get("", summary="List all devices", responses=gives("DeviceList", "All devices"))
    def list_devices(request: Request) -> Response:
        """Every device ever enrolled, with its histories."""
        check_administrator(request, token)
        return _json(DeviceList(devices=register.every()))

    @router.get("/{device_id}", summary="Show one device", responses=gives("EnrolledDevice", "The device"))
    def show_device(device_id: str, request: Request) -> Response:
        """One device with its histories."""
        check_administrator(request, token)
        device = register.find(device_id)
        if device is None:
            raise not_enrolled(device_id)
        return _json(device)


def _add_enrolling(
    router: APIRouter, register: DeviceRegister, token: str, clock: Clock, receipt_key: PublicKey
) -> None:
    @router.post(
        "",
        summary="Enrol a device",
        status_code=201,
        responses=gives("Enrolled", "The device is enrolled", 201),
        openapi_extra=takes("EnrolRequest"),
    )
    async def enrol_device(request: Request) -> Response:
        """Registers a device as active, from two minutes ago on, so that its clock may run that much behind."""
        check_administrator(request, token)
        device = as_enrolled(await _parsed(request, EnrolRequest), clock() - FUTURE_TOLERANCE_US)
        await run_in_threadpool(register.enrol, device)
        return _json(Enrolled(device=device, receipt_key=receipt_key), 201)


@dataclass(frozen=True, slots=True)
class _Change(Generic[T]):
    """A route that changes one device: its name and path, its words in the OpenAPI, what it takes, and what becomes of
    the device with that at an instant (µs)."""

    name: str
    path: str
    summary: str
    description: str
    takes: type[T]
    edit: Callable[[EnrolledDevice, T, int], EnrolledDevice]
    speaks_of: Callable[[T], str | None] = lambda _: None
    """Another device that must be enrolled, by its id."""


_CHANGES: tuple[_Change[Any], ...] = (
    _Change(
        "set_device_state",
        "state",
        "Suspend, resume or retire a device",
        "From now on this door refuses, or takes again, all the device sends; the others within five seconds.",
        NewState,
        lambda device, new, now: with_state(device, new.state, now),
    ),
    _Change(
        "add_device_key",
        "keys",
        "Give a device a new key",
        "The new key signs from now on; the ones before it end an hour later.",
        NewKey,
        lambda device, new, now: with_key(device, new.public_key, now, KEY_OVERLAP_US),
    ),
    _Change(
        "add_verification",
        "verifications",
        "Record a metrological verification",
        "Adds a verification certificate to the device's history.",
        Verification,
        lambda device, verification, _: with_verification(device, verification),
    ),
    _Change(
        "add_calibration",
        "calibrations",
        "Record a calibration of the scene",
        "Adds how the camera sees its road, for the second speed check, to the device's history.",
        SceneCalibration,
        lambda device, calibration, _: with_calibration(device, calibration),
    ),
    _Change(
        "add_section",
        "sections",
        "Register a section that ends at a device",
        "From the instant it names on, drives from its entry to this device are paired, for their average speed.",
        Section,
        lambda device, section, _: with_section(device, section),
        lambda section: section.entry_device_id,
    ),
    _Change(
        "add_limit",
        "limits",
        "Register a speed limit signed at a device's place",
        "From the instant it names on, measured speeds are held against this limit; the one before it ends there.",
        SignedLimit,
        lambda device, limit, _: with_limit(device, limit),
    ),
)


def _add_changing(router: APIRouter, register: DeviceRegister, token: str, clock: Clock) -> None:
    for change in _CHANGES:
        router.add_api_route(
            f"/{{device_id}}/{change.path}",
            _changing(change, register, token, clock),
            methods=["POST"],
            name=change.name,
            summary=change.summary,
            description=change.description,
            responses=gives("EnrolledDevice", "The device as it is now"),
            openapi_extra=takes(change.takes.__name__),
        )


def _changing(
    change: _Change[Any], register: DeviceRegister, token: str, clock: Clock
) -> Callable[[str, Request], Awaitable[Response]]:
    async def changed(device_id: str, request: Request) -> Response:
        check_administrator(request, token)
        new = await _parsed(request, change.takes)
        other = change.speaks_of(new)
        if other is not None and await run_in_threadpool(register.find, other) is None:
            raise not_enrolled(other)
        edited = await run_in_threadpool(register.change, device_id, lambda device: change.edit(device, new, clock()))
        return _json(edited)

    return changed


async def _parsed(request: Request, kind: type[T]) -> T:
    return codec.decode(await body_of(request, MAX_BODY_BYTES, BODY_S), kind)


def _json(value: Fact, status: int = 200) -> Response:
    return Response(codec.encode(value), status, media_type="application/json")
