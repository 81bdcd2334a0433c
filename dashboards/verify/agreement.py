"""Whether the act says what its sources say: the device's record, the registers' answers, the decision."""

from adjudication.answers import Answers, Device, Person, Vehicle
from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.messages import CaseDecided, EventCaptured
from adjudication.protocol import Act


def check_facts(act: Act, decision: CaseDecided, header: EventCaptured) -> None:
    """Raises Invalid `event-differs`, `act-differs` (the detail names the field), `verification-lapsed`."""
    passage = decision.checked.passage
    if passage.event != header:
        raise Invalid("event-differs", "the decision rests on another event than the device's record")
    plate = passage.plate.text if passage.plate else None
    _same("instant of the offence", act.offence_us, header.captured_us)
    _same("place", act.place, header.place)
    _same("plate", act.vehicle.plate, plate)
    if act.measurement is not None or act.excess_kmh is not None:
        _same("reading", act.measurement, header.measurement)
    answers = decision.checked.rounds[-1]
    _check_answers(act, answers)
    _same("person held liable", act.addressee.number, decision.liable)


def check_sums(act: Act, decision: CaseDecided) -> None:
    """Raises Invalid `act-differs` (the detail names the field), `decision-not-final`, `sum-wrong`, `discount-wrong`.

    That the MCI is that of the day is for the law to say, whose digest the act names.
    """
    if decision.route != "auto":
        raise Invalid("decision-not-final", "the decision did not end in an act")
    _same("article", act.part, decision.part)
    _same("form", act.form, decision.form)
    _same("number of MCI", act.mci_count, decision.mci_count)
    _same("excess", act.excess_kmh, decision.excess_kmh)
    _same("way of deciding", act.decided_by, "officer" if decision.reviews else "automatic")
    if act.sum_tiyn != act.mci_count * act.mci_tiyn:
        raise Invalid("sum-wrong", "the sum is not the number of MCI times the MCI")
    offered = act.discount_tiyn is not None
    if offered != decision.discount_offered or (offered and 2 * (act.discount_tiyn or 0) != act.sum_tiyn):
        raise Invalid("discount-wrong", "the reduced sum is not half, or is offered where the decision does not")


def _check_answers(act: Act, answers: Answers) -> None:
    if isinstance(answers.vehicle, Vehicle):
        _same("vehicle", (act.vehicle.make, act.vehicle.model), (answers.vehicle.make, answers.vehicle.model))
    person = answers.liable
    if isinstance(person, Person):
        named = (act.addressee.name_kk, act.addressee.name_ru, act.addressee.born_on)
        _same("person's name", named, (person.name_kk, person.name_ru, person.born_on))
    device = answers.device
    if not isinstance(device, Device):
        raise Invalid("act-differs", "device: the register of devices gave no record of it")
    _same("device", act.device.serial, device.serial)
    if act.measurement is not None:
        _same("verification", act.device.verification, device.verification)
        _check_verification(act)


def _check_verification(act: Act) -> None:
    """Law: note to art. 31, a measuring instrument must be verified at the instant of the offence."""
    verification, day = act.device.verification, civil_day(act.offence_us)
    if verification is None or not verification.issued_on <= day <= verification.valid_to:
        raise Invalid("verification-lapsed", "the instrument's verification did not cover the day of the offence")


def _same(field: str, said: object, known: object) -> None:
    if said != known:
        raise Invalid("act-differs", f"{field}: the act says otherwise than its source")
