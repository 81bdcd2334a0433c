"""The administrator's routes: devices are enrolled, listed, suspended, retired, given keys, papers, calibrations,
sections.

Every route needs `Authorization: Bearer <token>`. Bodies are JSON, answers canonical JSON, of ingest.enrolment.
"""

from collections.abc import Callable
from typing import TypeVar

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


def _add_changing(router: APIRouter, register: DeviceRegister, token: str, clock: Clock) -> None:
    now = gives("EnrolledDevice", "The device as it is now")

    async def changed(device_id: str, edit: Callable[[EnrolledDevice], EnrolledDevice]) -> Response:
        return _json(await run_in_threadpool(register.change, device_id, edit))

    @router.post(
        "/{device_id}/state",
        summary="Suspend, resume or retire a device",
        responses=now,
        openapi_extra=takes("NewState"),
    )
    async def set_device_state(device_id: str, request: Request) -> Response:
        """From now on this door refuses, or takes again, all the device sends; the others within five seconds."""
        check_administrator(request, token)
        new = await _parsed(request, NewState)
        return await changed(device_id, lambda device: with_state(device, new.state, clock()))

    @router.post("/{device_id}/keys", summary="Give a device a new key", responses=now, openapi_extra=takes("NewKey"))
    async def add_device_key(device_id: str, request: Request) -> Response:
        """The new key signs from now on; the ones before it end an hour later."""
        check_administrator(request, token)
        new = await _parsed(request, NewKey)
        return await changed(device_id, lambda device: with_key(device, new.public_key, clock(), KEY_OVERLAP_US))

    @router.post(
        "/{device_id}/verifications",
        summary="Record a metrological verification",
        responses=now,
        openapi_extra=takes("Verification"),
    )
    async def add_verification(device_id: str, request: Request) -> Response:
        """Adds a verification certificate to the device's history."""
        check_administrator(request, token)
        verification = await _parsed(request, Verification)
        return await changed(device_id, lambda device: with_verification(device, verification))

    @router.post(
        "/{device_id}/calibrations",
        summary="Record a calibration of the scene",
        responses=now,
        openapi_extra=takes("SceneCalibration"),
    )
    async def add_calibration(device_id: str, request: Request) -> Response:
        """Adds how the camera sees its road, for the second speed check, to the device's history."""
        check_administrator(request, token)
        calibration = await _parsed(request, SceneCalibration)
        return await changed(device_id, lambda device: with_calibration(device, calibration))

    @router.post(
        "/{device_id}/sections",
        summary="Register a section that ends at a device",
        responses=now,
        openapi_extra=takes("Section"),
    )
    async def add_section(device_id: str, request: Request) -> Response:
        """From the instant it names on, drives from its entry to this device are paired, for their average speed."""
        check_administrator(request, token)
        section = await _parsed(request, Section)
        if await run_in_threadpool(register.find, section.entry_device_id) is None:
            raise not_enrolled(section.entry_device_id)
        return await changed(device_id, lambda device: with_section(device, section))

    @router.post(
        "/{device_id}/limits",
        summary="Register a speed limit signed at a device's place",
        responses=now,
        openapi_extra=takes("SignedLimit"),
    )
    async def add_limit(device_id: str, request: Request) -> Response:
        """From the instant it names on, measured speeds are held against this limit; the one before it ends there."""
        check_administrator(request, token)
        limit = await _parsed(request, SignedLimit)
        return await changed(device_id, lambda device: with_limit(device, limit))


async def _parsed(request: Request, kind: type[T]) -> T:
    return codec.decode(await body_of(request, MAX_BODY_BYTES, BODY_S), kind)


def _json(value: Fact, status: int = 200) -> Response:
    return Response(codec.encode(value), status, media_type="application/json")
