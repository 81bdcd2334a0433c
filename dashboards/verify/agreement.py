"""Whether the act says what its sources say: the device's record, the registers' answers, the decision."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from adjudication.answers import Device, Person, Vehicle
from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.facts import Fact, Section
from adjudication.forming import answer_of
from adjudication.messages import CaseDecided, EventCaptured, SectionRun
from adjudication.protocol import Act, ActDevice
from adjudication.sections import average
from adjudication.units import Micros

Found = TypeVar("Found", bound=Fact)


def check_facts(act: Act, decision: CaseDecided, headers: Sequence[EventCaptured], sections: Sequence[Section]) -> None:
    """`headers` are what devices signed: of an average speed the exit's and the entry's, else one. `sections` are those
    that the trusted register of devices has at the first one.

    Raises:
        Invalid: `event-differs`, `act-differs` (the detail names the field), `answer-missing`, `section-unknown`,
            `verification-lapsed`.
    """
    passage, run, header = decision.checked.passage, decision.checked.passage.section, headers[0]
    if [event for _, event in passage.shown_by] != list(headers):
        raise Invalid("event-differs", "the decision rests on another event than the device's record")
    plate = passage.plate.text if passage.plate else None
    _same("instant of the offence", act.offence_us, header.captured_us)
    _same("place", act.place, header.place)
    _same("plate", act.vehicle.plate, plate)
    if run is not None or act.section is not None:
        _check_run(act, run, headers, sections)
    elif act.measurement is not None or act.excess_kmh is not None:
        _same("reading", act.measurement, header.measurement)
    if act.load is not None and act.load not in header.loads:
        raise Invalid("act-differs", "weight or size: the device did not measure what the act says")
    _check_answers(act, decision)
    _same("person held liable", act.addressee.number, decision.liable)


def _check_run(act: Act, run: SectionRun | None, headers: Sequence[EventCaptured], sections: Sequence[Section]) -> None:
    """The speed anew, from what both devices signed and the section's length as it is registered."""
    said = act.section
    if run is None or said is None:
        raise Invalid("act-differs", "section: the act and its decision do not both rest on an average speed")
    if replace(run.section, to_us=None) not in [replace(one, to_us=None) for one in sections]:
        raise Invalid("section-unknown", "the register of devices has no such section at the one it ends at")
    leaving, entry = headers
    _same("reading", act.measurement, average(run.section, entry, leaving))
    _same("plate at the entry", run.entry.plate.text, act.vehicle.plate)
    surveyed = (run.section.length_mm, run.section.length_error_mm)
    _same("length of the section", (said.length_mm, said.length_error_mm), surveyed)
    _same("entry of the section", (said.entered_us, said.entry), (entry.captured_us, entry.place))


def check_sums(act: Act, decision: CaseDecided) -> None:
    """Raises Invalid `act-differs` (the detail names the field), `decision-not-final`, `sum-wrong`, `discount-wrong`.

    That the MCI is that of the day is for the law to say, whose digest the act names.
    """
    if decision.route != "auto":
        raise Invalid("decision-not-final", "the decision did not end in an act")
    _same("article", act.part, decision.part)
    _same("form", act.form, decision.form)
    _same("number of MCI", act.mci_count, decision.mci_count)
    _same("excess", (act.excess_kmh, act.excess_load), (decision.excess_kmh, decision.excess_load))
    _same("weight or size", act.load, decision.load)
    confirmed = any(review.verdict == "confirm" for review in decision.reviews)
    _same("way of deciding", act.decided_by, "officer" if confirmed else "automatic")
    if act.sum_tiyn != act.mci_count * act.mci_tiyn:
        raise Invalid("sum-wrong", "the sum is not the number of MCI times the MCI")
    offered = act.discount_tiyn is not None
    if offered != decision.discount_offered or (offered and 2 * (act.discount_tiyn or 0) != act.sum_tiyn):
        raise Invalid("discount-wrong", "the reduced sum is not half, or is offered where the decision does not")


def _check_answers(act: Act, decision: CaseDecided) -> None:
    vehicle, person, device = _last(decision, Vehicle), _last(decision, Person), _last(decision, Device)
    _same("vehicle", (act.vehicle.make, act.vehicle.model), (vehicle.make, vehicle.model))
    named = (act.addressee.number, act.addressee.name_kk, act.addressee.name_ru, act.addressee.born_on)
    _same("person", named, (person.number, person.name_kk, person.name_ru, person.born_on))
    _same("device", (act.device.name, act.device.serial), (device.model, device.serial))
    if act.measurement is not None or act.load is not None:
        _same("verification", act.device.verification, device.verification)
        _check_verification(act.device, act.offence_us)
    if act.section is not None:
        entry = decision.checked.rounds[-1].entry_device
        known = (entry.model, entry.serial, entry.verification) if isinstance(entry, Device) else None
        said = act.section.device
        _same("device at the entry", (said.name, said.serial, said.verification), known)
        _check_verification(said, act.section.entered_us)


def _last(decision: CaseDecided, kind: type[Found]) -> Found:
    """The last whole answer of a kind. Raises Invalid `answer-missing`."""
    found = answer_of(decision, kind)
    if found is None:
        raise Invalid("answer-missing", f"no register gave a {kind.__name__.lower()} to the decision")
    return found


def _check_verification(device: ActDevice, at_us: Micros) -> None:
    """Law: note to art. 31, a measuring instrument must be verified at the instant of the offence."""
    verification, day = device.verification, civil_day(at_us)
    if verification is None or not verification.issued_on <= day <= verification.valid_to:
        raise Invalid("verification-lapsed", "the instrument's verification did not cover the day of the offence")
    if not verification.is_accredited:
        raise Invalid("verification-lapsed", "the laboratory was not accredited on the day of its verification")


def _same(field: str, said: object, known: object) -> None:
    if said != known:
        raise Invalid("act-differs", f"{field}: the act says otherwise than its source")
