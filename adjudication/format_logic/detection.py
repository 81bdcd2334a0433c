"""Controls: is what the device told in the act as told, by a device that may be believed, and shown by its pictures?"""

from collections import Counter

from adjudication.answers import Device
from adjudication.facts import EvidenceRole, Measurement
from adjudication.format_logic.draft import IN_ORDER, Draft, Mismatches, differing, untrue
from adjudication.lawbook import Detection, PartRule
from adjudication.messages import EventCaptured
from adjudication.protocol import ActDevice, ActSection
from adjudication.units import DegreesE7

KMH = 100
KMH100_PER_MM_PER_US = 360_000
LAT_E7: tuple[DegreesE7, DegreesE7] = (405_000_000, 555_000_000)
LON_E7: tuple[DegreesE7, DegreesE7] = (464_000_000, 874_000_000)
"""What the country lies within. Source: brief §7, from memory: a doubt, never a refusal."""
SCENE: frozenset[EvidenceRole] = frozenset({"overview", "violation"})
CLOSE: frozenset[EvidenceRole] = frozenset({"overview", "violation", "vehicle"})
PLATE: frozenset[EvidenceRole] = frozenset({"overview", "violation", "vehicle", "plate"})
SHOWN_BY: dict[Detection, frozenset[EvidenceRole]] = {
    "no_insurance": CLOSE,
    "no_inspection": CLOSE,
    "phone": CLOSE,
    "belt": CLOSE,
    "passengers": CLOSE,
    "daytime_lights": CLOSE,
    "night_lights": CLOSE,
    "vehicle_fault": CLOSE,
    "plate_unreadable": PLATE,
    "plate_absent": CLOSE,
}
"""Which picture can prove an offence: one of these roles; one of the scene where nothing is said."""


def excess_of_measurement(draft: Draft) -> Mismatches:
    """The act's figures are the instrument's, and the excess is what is left of them, in the bracket of the part."""
    return (*_excess_of_speed(draft), *_excess_of_load(draft))


def _excess_of_speed(draft: Draft) -> Mismatches:
    act, base, measured = draft.act, draft.base, draft.passage.measurement
    if base is None or measured is None or not draft.finds("speed"):
        return untrue(nothing_measured=act.measurement is None and act.excess_kmh is None)
    excess = _excess(measured, draft.policy.tolerance == "subtract_error")
    return (
        *differing(excess_kmh=(act.excess_kmh, excess)),
        *untrue(
            measurement=act.measurement == measured,
            bracket=_in_bracket(draft, base, excess),
            average=_is_average(draft, measured),
        ),
    )


def _excess_of_load(draft: Draft) -> Mismatches:
    """Of several sizes the one that is most too much; a weight that no step punishes is no offence."""
    act, base = draft.act, draft.base
    if base is None or not draft.finds("overweight", "oversize"):
        return untrue(nothing_weighed=act.load is None and act.excess_load is None)
    error = 1 if draft.policy.tolerance == "subtract_error" else 0
    of_mass = draft.finds("overweight")
    measured = [one for one in draft.event.loads if (one.kind == "gross_mass") is of_mass]
    left = {one: one.value - error * one.error - one.permitted for one in measured}
    most = max(left.values(), default=0)
    return (
        *differing(excess_load=(act.excess_load, most)),
        *untrue(
            load=act.load is not None and left.get(act.load) == most, punished=most >= max(base.steps[0].from_kg, 1)
        ),
    )


def limit_known(draft: Draft) -> Mismatches:
    """A measured speed has a limit that was signed there, over a section the section's; a weight what is permitted."""
    measured, run = draft.passage.measurement, draft.passage.section
    if draft.act.load is not None:
        return untrue(permitted_known=draft.act.load.permitted > 0)
    if not draft.finds("speed") or measured is None:
        return IN_ORDER
    of_section = measured.limit_kmh100 if run is None else run.section.limit_kmh100
    return (
        *untrue(limit_known=measured.limit_kmh100 > 0, limit_signed=_is_signed(draft, measured)),
        *differing(limit_kmh100=(measured.limit_kmh100, of_section)),
    )


def _is_signed(draft: Draft, measured: Measurement) -> bool:
    """Whether the register has no other limit signed there then; an officer's word, where policy asks one."""
    known = draft.decision.checked.rounds[-1].device
    if measured.kind != "speed" or draft.policy.limit_unregistered == "review":
        return True
    signed = known.limits if isinstance(known, Device) else None
    return signed is None or measured.limit_kmh100 in {sign.limit_kmh100 for sign in signed}


def device_of_event(draft: Draft) -> Mismatches:
    """Each device is the registered one that signed the event, and the act names it and its serial number."""
    each = [one for event, known, stated in draft.means for one in _device(event, known, stated)]
    return (*each, *untrue(section=draft.act.section == _section(draft)))


def device_certified(draft: Draft) -> Mismatches:
    """Each device's conformity was certified on the day."""
    return tuple(
        mismatch
        for _, known, _ in draft.means
        if known is not None
        for mismatch in untrue(conformity_on_the_day=draft.day <= known.conformity_valid_to)
    )


def verification_valid(draft: Draft) -> Mismatches:
    """An instrument's figure needs a verification valid on that day, and the act states it; nothing else states one."""
    return tuple(one for _, known, stated in draft.means for one in _verification(draft, known, stated))


def place_of_event(draft: Draft) -> Mismatches:
    """The place in the act is the one in what the device signed."""
    return untrue(place=draft.act.place == draft.event.place)


def place_registered(draft: Draft) -> Mismatches:
    """Each device's place is as the register has it, and in the country."""
    if "DEVICE_UNSETTLED" in draft.settled:
        return IN_ORDER
    return tuple(
        mismatch
        for event, known, _ in draft.means
        if known is not None
        for mismatch in (
            *untrue(place_as_registered=known.place == event.place),
            *untrue(in_the_country=_within(event.place.lat_e7, LAT_E7) and _within(event.place.lon_e7, LON_E7)),
        )
    )


def clock_in_bound(draft: Draft) -> Mismatches:
    """Each device's clock was known to be right within the policy's bound."""
    bound_us = draft.policy.clock_offset_us
    return tuple(
        mismatch
        for event, _, _ in draft.means
        for mismatch in untrue(
            clock_known_and_right=event.clock_offset_us is not None and -bound_us <= event.clock_offset_us <= bound_us
        )
    )


def time_of_event(draft: Draft) -> Mismatches:
    """The offence is dated as the device signed it, and lies before the act."""
    act = draft.act
    return (
        *differing(offence_us=(act.offence_us, draft.event.captured_us)),
        *untrue(before_the_act=act.offence_us <= draft.formed_us),
    )


def evidence_complete(draft: Draft) -> Mismatches:
    """Each event has a picture of a kind that can prove this offence, and the record that its device signed."""
    roles = Counter(ref.role for ref in draft.act.evidence)
    ends = len(draft.passage.shown_by)
    base = draft.base
    wanted = SCENE if base is None or base.detects is None else SHOWN_BY.get(base.detects, SCENE)
    return (
        *untrue(pictures=sum(roles[role] for role in wanted) >= ends),
        *differing(records=(roles["record"], ends)),
    )


def evidence_of_event(draft: Draft) -> Mismatches:
    """What the act names is what was sealed, and its pictures are those that the device signed, none more or less."""
    signed = Counter(
        (one.role, one.sha256, one.captured_us) for _, event in draft.passage.shown_by for one in event.media
    )
    named = Counter((one.role, one.sha256, one.captured_us) for one in draft.act.evidence if one.role != "record")
    return untrue(sealed=draft.act.evidence == draft.evidence, pictures_of_the_event=named == signed)


def _excess(measured: Measurement, subtracts: bool) -> int:
    """Whole km/h above the limit, rounded for the driver at both ends."""
    certain = measured.value_kmh100 - (measured.error_kmh100 if subtracts else 0)
    return certain // KMH - -(-measured.limit_kmh100 // KMH)


def _in_bracket(draft: Draft, base: PartRule, excess: int) -> bool:
    """Whether the excess lies in the found part's bracket, its borders read as policy says."""
    low, high = base.from_kmh or 0, base.to_kmh
    if draft.policy.bracket_boundary == "lower_inclusive":
        return low <= excess and (high is None or excess < high)
    lowest = min(part.from_kmh or 0 for part in draft.law.parts_on(draft.day) if part.detects == "speed")
    above = low < excess or low == excess == lowest
    return above and (high is None or excess <= high)


def _is_average(draft: Draft, measured: Measurement) -> bool:
    """Whether an average over a section is what length and time make of it, its error at least what both may be wrong
    by; what a device measured at its point is no average of ours."""
    run = draft.passage.section
    if run is None:
        return True
    section, before, after = run.section, run.entry.event, draft.event
    apart_us = after.captured_us - before.captured_us
    wrong_us = abs(before.clock_offset_us or 0) + abs(after.clock_offset_us or 0)
    shortest_mm = section.length_mm - section.length_error_mm
    certain = measured.value_kmh100 - measured.error_kmh100
    return (
        apart_us > 0
        and measured.value_kmh100 == section.length_mm * KMH100_PER_MM_PER_US // apart_us
        and certain * (apart_us + wrong_us) <= shortest_mm * KMH100_PER_MM_PER_US
        and measured.error_kmh100 >= section.error_kmh100
    )


def _device(event: EventCaptured, known: Device | None, stated: ActDevice | None) -> Mismatches:
    if known is None or stated is None:
        return untrue(device_known=False)
    return differing(
        device_id=(known.device_id, event.device_id),
        name=(stated.name, known.model),
        serial=(stated.serial, known.serial),
    )


def _section(draft: Draft) -> ActSection | None:
    """What the act must say of the section's entry; its device is compared for itself."""
    run, said = draft.passage.section, draft.act.section
    if run is None or said is None:
        return None
    return ActSection(
        length_mm=run.section.length_mm,
        length_error_mm=run.section.length_error_mm,
        entered_us=run.entry.event.captured_us,
        entry=run.entry.event.place,
        device=said.device,
    )


def _verification(draft: Draft, known: Device | None, stated: ActDevice | None) -> Mismatches:
    if known is None or stated is None:
        return IN_ORDER
    if not draft.measured:
        return untrue(none_stated=stated.verification is None)
    covering = known.verification
    valid = covering is not None and covering.issued_on <= draft.day <= covering.valid_to
    ended = None if covering is None else covering.accredited_to
    return untrue(
        measuring=known.kind == "measuring",
        verified_on_the_day=valid,
        laboratory_accredited=covering is None or ended is None or covering.issued_on <= ended,
        verification=stated.verification == covering,
    )


def _within(value: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= value <= bounds[1]
