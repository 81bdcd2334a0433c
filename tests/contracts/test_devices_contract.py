"""Every register of devices keeps `ingest.devices.DeviceRegister`'s contract."""

import threading
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import msgspec
import pytest

from adjudication.errors import Invalid
from ingest.clock import VirtualClock
from ingest.devices import (
    REMEMBERED_S,
    DeviceKey,
    DeviceRegister,
    DevicesInMemory,
    EnrolledDevice,
    RememberedDevices,
    StateSince,
    with_key,
    with_state,
)
from tests import samples
from tests.casebooks import in_file


def device(device_id: str = "cam-1") -> EnrolledDevice:
    return EnrolledDevice(
        device_id=device_id,
        serial="SN-1",
        model="Demo",
        kind="measuring",
        operator="Demo operator",
        place=samples.PLACE,
        conformity_certificate="KZ.1",
        conformity_valid_to=date(2030, 1, 1),
        keys=(DeviceKey(public_key="0" * 64, valid_from_us=0),),
        states=(StateSince(state="active", since_us=0),),
        verifications=(samples.VERIFICATION,),
    )


@pytest.fixture(params=["memory", "remembered", "sqlite", pytest.param("postgresql", marks=pytest.mark.cluster)])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DeviceRegister]:
    if request.param == "memory":
        yield DevicesInMemory()
        return
    if request.param == "remembered":
        yield RememberedDevices(DevicesInMemory(), VirtualClock(samples.CAPTURED_US))
        return
    place = in_file(tmp_path) if request.param == "sqlite" else request.getfixturevalue("server_place")
    book = place.open()
    yield book.devices
    book.close()


def test_what_is_enrolled_is_found_whole_and_refused_twice(register: DeviceRegister):
    register.enrol(device())
    assert register.find("cam-1") == device()
    assert register.find("cam-2") is None
    with pytest.raises(Invalid, match="device-exists"):
        register.enrol(device())


def test_devices_are_listed_by_id(register: DeviceRegister):
    for device_id in ("cam-2", "cam-1"):
        register.enrol(device(device_id))
    assert [one.device_id for one in register.every()] == ["cam-1", "cam-2"]


def test_a_change_is_stored_and_returned(register: DeviceRegister):
    register.enrol(device())
    changed = register.change("cam-1", lambda one: with_state(one, "suspended", 5))
    assert changed == register.find("cam-1")
    assert changed.state == "suspended"
    with pytest.raises(Invalid, match="device-unknown"):
        register.change("cam-9", lambda one: one)


def test_an_edit_that_raises_changes_nothing(register: DeviceRegister):
    register.enrol(msgspec.structs.replace(device(), states=(StateSince(state="retired", since_us=0),)))
    with pytest.raises(Invalid, match="device-retired"):
        register.change("cam-1", lambda one: with_state(one, "active", 5))
    found = register.find("cam-1")
    assert found is not None
    assert found.state == "retired"


def test_many_changes_at_once_never_undo_each_other(register: DeviceRegister):
    register.enrol(device())
    edits: list[Callable[[EnrolledDevice], EnrolledDevice]] = [
        partial(with_key, public_key=f"{number:064x}", at_us=number, overlap_us=1) for number in range(1, 9)
    ]
    threads = [threading.Thread(target=register.change, args=("cam-1", edit)) for edit in edits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = register.find("cam-1")
    assert found is not None
    assert len(found.keys) == 9


def test_what_another_process_changes_is_believed_a_few_seconds_later_and_the_unknown_at_once():
    clock, kept = VirtualClock(samples.CAPTURED_US), DevicesInMemory()
    remembered = RememberedDevices(kept, clock)
    assert remembered.find("cam-1") is None
    kept.enrol(device())
    assert remembered.find("cam-1") == device()
    suspended = kept.change("cam-1", lambda one: with_state(one, "suspended", clock()))
    assert remembered.find("cam-1") == device()
    clock.advance_s(REMEMBERED_S)
    assert remembered.find("cam-1") == suspended
