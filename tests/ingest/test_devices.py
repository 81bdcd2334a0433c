"""The device register: histories that are never overwritten, and what the cross-check gets to know."""

from datetime import date

import msgspec
import pytest

from adjudication.answers import Device, NoRecord
from adjudication.errors import Invalid
from adjudication.facts import Place, Verification
from ingest.devices import (
    DeviceKey,
    DevicesInMemory,
    EnrolledDevice,
    StateSince,
    answer_of,
    with_calibration,
    with_key,
    with_state,
    with_verification,
)
from tests import samples

DAY_US = 86_400_000_000
JUNE_1_US = 1_780_254_000_000_000  # 2026-06-01 00:00 civil time, 2026-05-31 19:00 UTC
KEY, OTHER_KEY = "11" * 32, "22" * 32


def a_device(**changes: object) -> EnrolledDevice:
    fields: dict[str, object] = {
        "device_id": "cam-1",
        "serial": "SN-1",
        "model": "Model",
        "kind": "measuring",
        "operator": "Operator",
        "place": Place(place_id="p1", title_kk="к", title_ru="р", district_code="711000", lat_e7=1, lon_e7=2),
        "conformity_certificate": "KZ-1",
        "conformity_valid_to": date(2030, 1, 1),
        "keys": (DeviceKey(public_key=KEY, valid_from_us=JUNE_1_US),),
        "states": (StateSince(state="active", since_us=JUNE_1_US),),
    }
    return EnrolledDevice(**(fields | changes))  # type: ignore[arg-type]  # a test's table of fields


def a_verification(number: str, issued: date, to: date) -> Verification:
    return Verification(number=number, laboratory="Lab", issued_on=issued, valid_to=to)


def test_the_register_finds_what_was_enrolled_and_refuses_it_twice() -> None:
    register = DevicesInMemory()
    register.enrol(a_device())
    assert register.find("cam-1") == a_device()
    assert register.find("cam-2") is None
    with pytest.raises(Invalid) as refused:
        register.enrol(a_device())
    assert refused.value.code == "device-exists"


def test_a_change_of_an_unknown_device_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        DevicesInMemory().change("cam-1", lambda device: device)
    assert refused.value.code == "device-unknown"


def test_devices_are_listed_by_id() -> None:
    register = DevicesInMemory([a_device(device_id="b"), a_device(device_id="a")])
    assert [device.device_id for device in register.every()] == ["a", "b"]


def test_a_state_holds_from_its_instant_and_the_past_keeps_its_own() -> None:
    device = with_state(a_device(), "suspended", JUNE_1_US + DAY_US)
    assert device.state == "suspended"
    assert device.state_at(JUNE_1_US - 1) is None
    assert device.state_at(JUNE_1_US) == "active"
    assert device.state_at(JUNE_1_US + DAY_US) == "suspended"


def test_a_retired_device_never_comes_back() -> None:
    retired = with_state(a_device(), "retired", JUNE_1_US + 1)
    with pytest.raises(Invalid) as refused:
        with_state(retired, "active", JUNE_1_US + 2)
    assert refused.value.code == "device-retired"


def test_keys_overlap_while_they_are_exchanged_and_then_only_the_new_one_signs() -> None:
    device = with_key(a_device(), OTHER_KEY, JUNE_1_US + DAY_US, overlap_us=DAY_US)
    signing = lambda at_us: [key.public_key for key in device.keys_at(at_us)]  # noqa: E731
    assert signing(JUNE_1_US) == [KEY]
    assert signing(JUNE_1_US + DAY_US) == [KEY, OTHER_KEY]
    assert signing(JUNE_1_US + 2 * DAY_US) == [OTHER_KEY]


def test_a_verification_covers_its_first_and_last_civil_day_whole() -> None:
    device = with_verification(a_device(), a_verification("V-1", date(2026, 6, 1), date(2026, 6, 2)))
    on = lambda at_us: answer_of(device, at_us, at_us)  # noqa: E731
    first, last, after = on(JUNE_1_US), on(JUNE_1_US + 2 * DAY_US - 1), on(JUNE_1_US + 2 * DAY_US)
    assert isinstance(first, Device)
    assert first.verification is not None
    assert isinstance(last, Device)
    assert last.verification is not None
    assert isinstance(after, Device)
    assert after.verification is None


def test_of_two_covering_verifications_the_later_issued_one_is_named() -> None:
    device = a_device(
        verifications=(
            a_verification("V-new", date(2026, 6, 1), date(2028, 6, 1)),
            a_verification("V-old", date(2025, 6, 2), date(2027, 6, 1)),
        )
    )
    answer = answer_of(device, JUNE_1_US, JUNE_1_US)
    assert isinstance(answer, Device)
    assert answer.verification is not None
    assert answer.verification.number == "V-new"


def test_a_device_not_active_at_the_instant_has_no_record() -> None:
    suspended = with_state(a_device(), "suspended", JUNE_1_US + 5)
    assert isinstance(answer_of(suspended, JUNE_1_US + 9, JUNE_1_US + 4), Device)
    assert isinstance(answer_of(suspended, JUNE_1_US + 9, JUNE_1_US + 5), NoRecord)
    assert isinstance(answer_of(None, JUNE_1_US, JUNE_1_US), NoRecord)
    assert isinstance(answer_of(a_device(), JUNE_1_US, JUNE_1_US - 1), NoRecord)


def test_a_calibration_holds_from_its_instant_until_the_next() -> None:
    first, second = (msgspec.structs.replace(samples.CALIBRATION, since_us=JUNE_1_US + day * DAY_US) for day in (1, 5))
    device = with_calibration(with_calibration(a_device(), second), first)
    assert device.calibrations == (second, first)
    found = [device.calibration_at(JUNE_1_US + day * DAY_US) for day in (0, 1, 4, 5, 9)]
    assert found == [None, first, first, second, second]
