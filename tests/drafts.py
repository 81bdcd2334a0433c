"""Drafts of acts, as [issue] makes them: the decision, its evidence as [seal] names it, formed at an instant."""

import hashlib

from msgspec.structs import replace

from adjudication import codec, ids
from adjudication.calendar import civil_day
from adjudication.facts import EvidenceRef
from adjudication.format_logic.draft import Draft
from adjudication.forming import form_act
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, PassageChecked
from adjudication.policy import Policy
from adjudication.protocol import Body
from adjudication.sections import run_of
from adjudication.units import Micros
from tests import samples

BODY = Body(body_id="demo", name_kk="Оқу органы", name_ru="Учебный орган", location_kk="Астана", location_ru="Астана")
MINUTE_US = 60_000_000


def evidence_of(decision: CaseDecided) -> tuple[EvidenceRef, ...]:
    """Of each event its pictures and the record that its device signed."""
    refs: list[EvidenceRef] = []
    for event_id, event in decision.checked.passage.shown_by:
        address = hashlib.sha256(event_id.encode()).hexdigest()
        record = EvidenceRef(
            role="record",
            sha256=codec.digest(event),
            address_sha256=address,
            key_id=decision.case_id,
            bytes=100,
            captured_us=event.captured_us,
        )
        refs += [
            replace(record, role=one.role, sha256=one.sha256, bytes=one.bytes, captured_us=one.captured_us)
            for one in event.media
        ]
        refs.append(record)
    return tuple(refs)


def decided_us(decision: CaseDecided) -> Micros:
    """The latest instant that the decision knows of."""
    return max(decision.checked.rounds[-1].asked_us, *(review.at_us for review in decision.reviews), 0)


def draft(decision: CaseDecided, law: Lawbook, policy: Policy, formed_us: Micros | None = None) -> Draft:
    """The act of a decision, a minute after it unless told, and what it is held against."""
    evidence, at_us = evidence_of(decision), decided_us(decision) + MINUTE_US if formed_us is None else formed_us
    return Draft(
        act=form_act(decision, evidence, law, BODY, number="", generation=0, formed_us=at_us),
        decision=decision,
        evidence=evidence,
        law=law,
        policy=policy.on(civil_day(decision.checked.passage.event.captured_us)),
        body=BODY,
        generation=0,
        formed_us=at_us,
    )


def driven() -> PassageChecked:
    """The ordinary car over three kilometres in two minutes, where 60 km/h is allowed; both cameras are registered."""
    at_entry = replace(samples.PLACE, place_id="ala-016", lat_e7=432_500_000)
    ordinary = samples.checked()
    leaving = replace(ordinary.passage, event=replace(ordinary.passage.event, measurement=None))
    before_us = samples.CAPTURED_US - 2 * MINUTE_US
    event = replace(leaving.event, device_id="cam-0", captured_us=before_us, place=at_entry)
    event_id = ids.event_id("cam-0", 1)
    entry = replace(leaving, event=event, event_id=event_id, passage_id=ids.passage_id(event_id, 0))
    run = run_of(samples.SECTION, entry, leaving)
    assert run is not None
    device = replace(samples.DEVICE, device_id="cam-0", serial="SN-0000", place=at_entry)
    passage = replace(leaving, passage_id=ids.run_id(entry.passage_id, leaving.passage_id), section=run)
    return replace(ordinary, passage=passage, rounds=(replace(ordinary.rounds[0], entry_device=device),))
