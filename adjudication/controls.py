"""Controls: may this device's word be used, and is there still time to act on it?

Source: note to art. 31, 822-1(1)(6), 803(2)(6), brief §3.5, §15.1(11) for devices; 822-1(3), 62(1), §15.3 for terms.
"""

from datetime import date

from adjudication.answers import Device, DeviceAnswer, NoRecord
from adjudication.calendar import civil_day
from adjudication.errors import Unavailable
from adjudication.findings import Finding, Ruling, Scene, in_order, ruled
from adjudication.lawbook import Lawbook
from adjudication.messages import EventCaptured, Route
from adjudication.terms import limitation_last_day, send_last_day
from adjudication.units import hundredths


def device(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: each device is the registered one, stands where it says and is certified.

    What it measured is void without this; what it saw or merely met goes to a person.
    """
    return tuple(ruling for known, event in scene.points for ruling in _device(known, event, finding))


def _device(known: DeviceAnswer | None, event: EventCaptured, finding: Finding) -> tuple[Ruling, ...]:
    if known is None or isinstance(known, NoRecord):
        return (_void(finding, "DEVICE_UNKNOWN", "device"),)
    if not isinstance(known, Device):
        return ()
    if (known.device_id, known.place.place_id) != (event.device_id, event.place.place_id):
        return (_void(finding, "DEVICE_ELSEWHERE", "device"),)
    if known.conformity_valid_to < civil_day(event.captured_us):
        return (ruled("review", "CONFORMITY_EXPIRED", "device", valid_to=known.conformity_valid_to),)
    return (in_order("device", "note to 31", "the device is registered and certified", serial=known.serial),)


def verification(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: a measuring instrument is verified on that day; only such a one can find a measured offence."""
    return tuple(ruling for known, event in scene.points for ruling in _verification(known, event, finding))


def _verification(known: DeviceAnswer | None, event: EventCaptured, finding: Finding) -> tuple[Ruling, ...]:
    if not isinstance(known, Device):
        return ()
    if known.kind == "non_measuring":
        return (_void(finding, "NOT_A_MEASURING_DEVICE", "verification"),) if finding.basis == "measured" else ()
    covering = known.verification
    if covering is None or not covering.issued_on <= civil_day(event.captured_us) <= covering.valid_to:
        return (_void(finding, "LAPSED_VERIFICATION", "verification"),)
    if not covering.is_accredited:
        return (_void(finding, "LABORATORY_UNACCREDITED", "verification"),)
    return (
        in_order(
            "verification",
            "note to 31; 822-1(1)(6)",
            "the instrument's verification was valid",
            number=covering.number,
            valid_to=covering.valid_to,
        ),
    )


def signed_limit(scene: Scene, finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the limit that a speed is held against is the one that the register has signed there at that instant.

    Silent where the register keeps no limits for the device; a section's limit is registered with the section.
    """
    known, measured = scene.device, scene.checked.passage.measurement
    if finding.detection != "speed" or measured is None or measured.kind != "speed":
        return ()
    if not isinstance(known, Device) or known.limits is None:
        return ()
    route, said = scene.policy.limit_unregistered, hundredths(measured.limit_kmh100)
    if not known.limits:
        return (ruled(route, "SIGN_NOT_IN_REGISTER", "signed-limit", limit_kmh=said),)
    sign = known.limits[0]
    values = {"limit_kmh": said, "signed_kmh": hundredths(sign.limit_kmh100), "sign": sign.sign}
    if sign.limit_kmh100 != measured.limit_kmh100:
        return (ruled(route, "LIMIT_DIFFERS", "signed-limit", None, **values),)
    return (in_order("signed-limit", "brief 3.5", "the limit is the one signed there", **values),)


def clock(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: each device's clock is known to be right within the policy's bound."""
    return tuple(_clock(event.clock_offset_us, scene.policy.clock_offset_us) for _, event in scene.points)


def _clock(offset_us: int | None, bound_us: int) -> Ruling:
    if offset_us is None or abs(offset_us) > bound_us:
        return ruled("review", "CLOCK_UNSURE", "clock", offset_us=offset_us, bound_us=bound_us)
    return in_order(
        "clock", "policy clock_offset_us", "the device's clock was right", offset_us=offset_us, bound_us=bound_us
    )


def limitation(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: the two months from the offence have not passed. Source: 62(1)."""
    last = limitation_last_day(scene.law, scene.captured_us)
    route = after_limitation(scene.law, last, civil_day(scene.decided_us))
    if route is not None:
        return (ruled(route, "LIMITATION", "limitation", last_day=last),)
    return (in_order("limitation", "62(1)", "limitation has not passed", last_day=last),)


def after_limitation(law: Lawbook, last: date, day: date) -> Route | None:
    """Where a case goes that is dealt with on `day`; None within limitation.

    A last day without work would be moved by 739(5): that reading, against the person, is for a person (§15.3 rule 3).
    """
    if day <= last:
        return None
    try:
        return "review" if day <= law.calendar.rolled(last) else "reject"
    except Unavailable:
        return "review"


def sending_term(scene: Scene, _finding: Finding) -> tuple[Ruling, ...]:
    """Guard: there is still time to send. The term runs from fixation and never starts anew (822-1(3)); whether it does
    with a possessor is unsettled (brief §15.3 rule 12)."""
    from_us, decided_on = scene.sending_from_us, civil_day(scene.decided_us)
    try:
        last = send_last_day(scene.law, from_us)
        fixed = last if from_us == scene.captured_us else send_last_day(scene.law, scene.captured_us)
    except Unavailable:
        return (ruled("review", "CALENDAR_UNKNOWN", "send-term", year=scene.day.year),)
    if fixed < decided_on <= last:
        return (ruled("review", "SEND_RESTART_UNSETTLED", "send-term", last_day=fixed, anew_last_day=last),)
    if decided_on > last:
        return (ruled(scene.policy.send_term_lapsed, "SEND_TERM_LAPSED", "send-term", last_day=last),)
    return (in_order("send-term", "822-1(3)", "there is time to send", last_day=last),)


def _void(finding: Finding, reason: str, rule: str) -> Ruling:
    if finding.basis == "measured":
        return ruled("reject", reason, rule)
    if reason == "DEVICE_UNKNOWN":
        # No act can name it and its serial number (822-1(1)(6)), so nobody can confirm it.
        return ruled("review", reason, rule)
    return ruled("review", "DEVICE_UNSETTLED", rule, why=reason)
