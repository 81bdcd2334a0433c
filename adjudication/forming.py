"""Forming an act: what a decision says becomes the document that reaches a person.

Pure: the number, the day and the evidence come in. Source: art. 822-1(1); brief §15.2, §15.3 rule 1.
"""

from typing import TypeVar

from adjudication import codec, ids
from adjudication.answers import Device, Person, Vehicle
from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef, Fact, Officer
from adjudication.lawbook import Lawbook, PartRule
from adjudication.messages import CaseDecided
from adjudication.protocol import Act, ActDevice, ActSection, ActVehicle, Addressee, Body, Terms
from adjudication.terms import sendable_until_us, sums
from adjudication.units import Micros

REGISTER_FINDINGS = ("no_insurance", "no_inspection")
"""Found in registers, not seen: one open case per person, vehicle and part (brief §15.2)."""

_Found = TypeVar("_Found", bound=Fact)


def form_act(
    decision: CaseDecided,
    evidence: tuple[EvidenceRef, ...],
    law: Lawbook,
    body: Body,
    *,
    number: str,
    generation: int,
    formed_us: Micros,
) -> Act:
    """The act of an automatic decision, with the money of the day it is formed on.

    `generation` counts the acts this case had before: an act that was never sent is formed anew under another id.

    Raises:
        Invalid: `act-incomplete`, the decision lacks a fact that the act must hold.
        Unavailable: no MCI or no calendar for that day.
    """
    event = decision.checked.passage.event
    offence_us, day = event.captured_us, civil_day(formed_us)
    vehicle, person, device = _answered(decision, Vehicle), _answered(decision, Person), _answered(decision, Device)
    if person.number != decision.liable:
        raise Invalid("act-incomplete", "the person found is not the one held liable")
    passage, records = decision.checked.passage, [ref for ref in evidence if ref.role == "record"]
    if passage.section is not None and len(records) != len(passage.shown_by):
        raise Invalid("act-incomplete", "an average speed is proved by the records of both ends")
    rule, money = _rule(decision, law), sums(law, decision.mci_count, day)
    officer, possessor = _officer(decision), decision.checked.possessor
    return Act(
        act_id=ids.stable_id("act", decision.case_id, generation),
        number=number,
        form=decision.form,
        case_id=decision.case_id,
        decision_id=decision.decision_id,
        body=body,
        addressee=_addressee(person),
        vehicle=ActVehicle(plate=vehicle.plate, make=vehicle.make, model=vehicle.model),
        offence_us=offence_us,
        place=event.place,
        part=decision.part,
        statement_kk=rule.statement.kk,
        statement_ru=rule.statement.ru,
        statement_en=rule.statement.en,
        measurement=None if decision.excess_kmh is None else decision.checked.passage.measurement,
        excess_kmh=decision.excess_kmh,
        device=device_of(device, measured=decision.is_measured),
        mci_count=decision.mci_count,
        mci_tiyn=money.mci_tiyn,
        initiated_on=day,
        sum_tiyn=money.sum_tiyn,
        discount_tiyn=money.half_tiyn if decision.discount_offered else None,
        terms=Terms(
            discount_days=law.term("DISCOUNT", day).days,
            considered_days=law.term("DEEMED", day).days,
            appeal_days=law.term("APPEAL", day).days,
            payment_days=law.term("PAY", day).days,
        ),
        sendable_until_us=sendable_until_us(
            law, offence_us, formed_us, None if possessor is None else decision.send_last_day_on
        ),
        evidence=evidence,
        law_sha256=decision.law_sha256,
        policy_sha256=decision.policy_sha256,
        decision_sha256=codec.digest(decision),
        decided_by="officer" if officer else "automatic",
        officer=officer.full_name if officer else None,
        section=section_of(decision),
        load=decision.load,
        excess_load=decision.excess_load,
        of_possessor=possessor is not None,
    )


def finding_key(decision: CaseDecided, law: Lawbook) -> str | None:
    """Names a register finding by person, vehicle and base part, so that at most one is open; else None."""
    base = decision.base or decision.part
    found = law.part_on(base, civil_day(decision.checked.passage.event.captured_us))
    if found is None or found.detects not in REGISTER_FINDINGS or decision.liable is None:
        return None
    vehicle = _answered(decision, Vehicle)
    return ids.stable_id("register-finding", decision.liable, vehicle.vin or vehicle.plate, base)


def person_of(decision: CaseDecided) -> Person:
    """The person held liable, as the register gave it. Raises Invalid `act-incomplete`."""
    return _answered(decision, Person)


def _officer(decision: CaseDecided) -> Officer | None:
    """Who stands behind the decision: the last officer who confirmed it, or else who read its plate."""
    confirmed = [review.officer for review in decision.reviews if review.verdict == "confirm"]
    return confirmed[-1] if confirmed else decision.checked.passage.corrected_by


def _rule(decision: CaseDecided, law: Lawbook) -> PartRule:
    rule = law.part_on(decision.part, civil_day(decision.checked.passage.event.captured_us))
    if rule is None:
        raise Invalid("act-incomplete", f"there was no {decision.part} on the day of the offence")
    return rule


def answer_of(decision: CaseDecided, kind: type[_Found]) -> _Found | None:
    """The last whole answer of a kind, None if no register gave one: a later round may have asked only what was still
    open."""
    for answers in reversed(decision.checked.rounds):
        for answer in (answers.vehicle, answers.liable, answers.device):
            if isinstance(answer, kind):
                return answer
    return None


def _answered(decision: CaseDecided, kind: type[_Found]) -> _Found:
    found = answer_of(decision, kind)
    if found is None:
        raise Invalid("act-incomplete", f"no register gave a {kind.__name__.lower()}")
    return found


def device_of(device: Device, *, measured: bool) -> ActDevice:
    """The device as a document names it; its verification only where it `measured`."""
    return ActDevice(name=device.model, serial=device.serial, verification=device.verification if measured else None)


def section_of(decision: CaseDecided) -> ActSection | None:
    """Where the drive began whose average speed the act is about. Source: brief §4.2: both points, and the length.

    Raises:
        Invalid: `act-incomplete`, no register gave the device there.
    """
    run = decision.checked.passage.section
    if run is None:
        return None
    entry = decision.checked.rounds[-1].entry_device
    if not isinstance(entry, Device):
        raise Invalid("act-incomplete", "no register gave the device at the section's entry")
    return ActSection(
        length_mm=run.section.length_mm,
        length_error_mm=run.section.length_error_mm,
        entered_us=run.entry.event.captured_us,
        entry=run.entry.event.place,
        device=device_of(entry, measured=True),
    )


def _addressee(person: Person) -> Addressee:
    return Addressee(
        number=person.number,
        kind=person.kind,
        name_kk=person.name_kk,
        name_ru=person.name_ru,
        born_on=person.born_on,
        address=person.address,
        language=person.language,
    )
