"""Messages: facts in the past tense that travel between stages (ingest/topics.py says on which topic).

Each is a tagged, versioned struct: `kind` names it on the wire, `v` its version. A message holds only what follows
from its cause; what differs between two runs of the same work (recording time, attempt, trace id, stream position)
travels in headers. A field may be added with a default under the same `v`; anything else raises it.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from adjudication import ids
from adjudication.answers import Answers, PersonNumber
from adjudication.facts import (
    DeviceReading,
    Elsewhere,
    EvidenceRef,
    Fact,
    Likeness,
    LoadMeasurement,
    Measurement,
    Media,
    Officer,
    Place,
    PlateReading,
    QualityFlag,
    RepeatedPicture,
    Section,
    SpeedEstimate,
    VehicleSighting,
    Verification,
    ViolationCode,
)
from adjudication.protocol import Act
from adjudication.units import Count, Id, Micros, Name, Sha256, Text, Tiyn

Part = Annotated[str, Meta(pattern=r"^\d{1,4}(-\d{1,2})?\(\d{1,2}(-\d{1,2})?\)\Z", description="as in 592(3-1)")]
ReasonCode = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]*\Z", description="listed in adjudication/reasons.py")]
Reference = Annotated[str, Meta(max_length=64)]
Version1 = Literal[1]


class Message(Fact, tag_field="kind", frozen=True, kw_only=True):
    """Base of all messages."""


class EventCaptured(Message, tag="event-captured", frozen=True, kw_only=True):
    """The signed header of one event of one device, as the device wrote it.

    `event` is the device's own name for it; the centre's is `ids.event_id(device_id, sequence)`. `clock_offset_us` is
    the device's last known deviation from its time source (device − source), None if it knows none.
    `standing_traffic`: the flow around the vehicle stood, a jam; `forced_stop`: a breakdown, hazard lights or somebody
    who ordered it made the vehicle stop. False: the device looked for it and saw none; None: it said nothing.
    """

    v: Version1 = 1
    event: Name
    device_id: Name
    sequence: Annotated[int, Meta(ge=1, le=2**53)]
    captured_us: Micros
    clock_offset_us: Annotated[int, Meta(ge=-86_400_000_000, le=86_400_000_000)] | None
    place: Place
    lane: Annotated[int, Meta(ge=0, le=32)]
    direction: Annotated[str, Meta(max_length=32)]
    media: Annotated[tuple[Media, ...], Meta(min_length=1, max_length=8)]
    measurement: Measurement | None = None
    violation: ViolationCode | None = None
    verification: Verification | None = None
    reading: DeviceReading | None = None
    loads: Annotated[tuple[LoadMeasurement, ...], Meta(max_length=4)] = ()
    standing_traffic: bool | None = None
    forced_stop: bool | None = None

    @property
    def means_one(self) -> bool:
        """Whether the device means one vehicle of all that its pictures show: what it measured or saw is about it."""
        return self.measurement is not None or self.violation is not None or bool(self.loads)


class SectionEntry(Fact, frozen=True, kw_only=True):
    """A vehicle's passage of a section's entry, as it was observed there."""

    passage_id: Id
    event_id: Id
    event: EventCaptured
    plate: PlateReading
    vehicle: VehicleSighting | None
    quality: tuple[QualityFlag, ...]


class SectionRun(Fact, frozen=True, kw_only=True):
    """A drive through a section: where it began, and the average speed (adjudication.sections)."""

    section: Section
    entry: SectionEntry
    measurement: Measurement


class PassageObserved(Message, tag="passage-observed", frozen=True, kw_only=True):
    """One vehicle of one event as vision (or an officer correcting it) saw it. Every event yields at least one.

    `candidates` counts the vehicles that the measurement could mean: only 1 is unambiguous. `reader` names the models
    and settings that read, by digest; "" where only the device's own reading stands. `also_read_by` names the second
    reader likewise, once it was asked; "" before, and where it could not be. With `section` it is the exit of that run,
    and is about the run's average speed alone: what else its event shows is another passage.
    """

    v: Version1 = 1
    passage_id: Id
    event_id: Id
    ordinal: Count
    event: EventCaptured
    plate: PlateReading | None
    vehicle: VehicleSighting | None
    candidates: Count
    quality: tuple[QualityFlag, ...]
    reader: Annotated[str, Meta(max_length=64)]
    second_speed: SpeedEstimate | None = None
    likeness: Likeness | None = None
    supersedes: Id | None = None
    corrected_by: Officer | None = None
    also_read_by: Annotated[str, Meta(max_length=64)] = ""
    section: SectionRun | None = None

    @property
    def shown_by(self) -> tuple[tuple[Id, EventCaptured], ...]:
        """The events, by id, whose pictures show what the passage is about: of a run its exit's and its entry's."""
        own, run = (self.event_id, self.event), self.section
        return (own,) if run is None else (own, (run.entry.event_id, run.entry.event))

    @property
    def measurement(self) -> Measurement | None:
        """The speed the passage is about: over the section, or what the device measured at its point."""
        return self.section.measurement if self.section is not None else self.event.measurement


class Possessor(Fact, frozen=True, kw_only=True):
    """Who possessed the vehicle, as the check of its owner's statement established at `established_us`. Source: 31(3).

    `owners_case` is the case that the owner was released from, `part` what it had found (the base of a repetition);
    `proof` the number of the paper that proves the possession.
    """

    person: PersonNumber
    owners_case: Id
    part: Part
    established_us: Micros
    proof: Reference

    @property
    def case_id(self) -> Id:
        """The case against this person."""
        return ids.possessor_case_id(self.owners_case, self.person)


class PassageChecked(Message, tag="passage-checked", frozen=True, kw_only=True):
    """A passage with the registers' answers. `rounds` is oldest first; register findings need two (brief §15.2).

    With `possessor` it is about the case against that person alone: the answers on who is liable are of them.

    Where a second reader was asked, `checked_id` is of these answers together with what it read (ids.confirmed_id).

    `elsewhere` is the sighting of the same plate that sits worst with this one, None if there is none far away.
    """

    v: Version1 = 1
    checked_id: Id
    passage: PassageObserved
    rounds: Annotated[tuple[Answers, ...], Meta(min_length=1, max_length=64)]
    elsewhere: Elsewhere | None = None
    repeated: RepeatedPicture | None = None
    possessor: Possessor | None = None


class PossessorNamed(Message, tag="possessor-named", frozen=True, kw_only=True):
    """An owner is released, and the registers are to be asked about whoever possessed the vehicle in that passage.

    `elsewhere` and `repeated` are what the owner's case knew of the passage beside the registers.
    """

    v: Version1 = 1
    passage: PassageObserved
    possessor: Possessor
    elsewhere: Elsewhere | None = None
    repeated: RepeatedPicture | None = None


class TraceStep(Fact, frozen=True, kw_only=True):
    """One step of the reasoning: `rule` is a stable code, `source` the article, `values` what was compared, as text.

    Example: `TraceStep(rule="tolerance", source="policy tolerance=subtract_error", outcome="excess 21",
    values=(("measured_kmh", "83"), ("error_kmh", "2"), ("limit_kmh", "60")))`.
    """

    rule: Name
    source: Text
    outcome: Text
    values: tuple[tuple[str, str], ...] = ()


Route = Literal["auto", "review", "wait", "refer", "reject"]
Form = Literal["prescription", "warning", "protocol"]


class CaseDecided(Message, tag="case-decided", frozen=True, kw_only=True):
    """What the law makes of one possible offence. It carries what it was decided from, so it can be decided again.

    `route`: auto → an act is formed; review → an officer; wait → asked again at `ask_again_us`; refer → another body;
    reject → ends here. `part` and `mci_count` are those that would apply where the route is not auto. `reviews` are the
    officers' verdicts that entered, oldest first. `base` is what was found, where `part` punishes its repetition.
    `load` is the measurement of weight or size that was found excessive, `excess_load` by how much, in its unit.
    """

    v: Version1 = 1
    decision_id: Id
    case_id: Id
    checked: PassageChecked
    route: Route
    reason: ReasonCode
    part: Part
    form: Form
    mci_count: Count
    discount_offered: bool
    liable: PersonNumber | None
    excess_kmh: Annotated[int, Meta(ge=0)] | None
    send_last_day_on: date | None
    limitation_last_day_on: date | None
    ask_again_us: Micros | None
    law_sha256: Sha256
    policy_sha256: Sha256
    trace: tuple[TraceStep, ...]
    reviews: "tuple[ReviewRecorded, ...]" = ()
    base: Part | None = None
    load: LoadMeasurement | None = None
    excess_load: Count | None = None

    @property
    def is_measured(self) -> bool:
        """Whether an instrument's word is what the decision rests on."""
        return self.excess_kmh is not None or self.excess_load is not None


class PassageClosed(Message, tag="passage-closed", frozen=True, kw_only=True):
    """A passage without a finding: all that is kept of it. No plate, no person, and the hour instead of the instant."""

    v: Version1 = 1
    passage_id: Id
    event_id: Id
    device_id: Name
    hour_us: Micros
    outcome: ReasonCode


class ReviewRecorded(Message, tag="review-recorded", frozen=True, kw_only=True):
    """An officer's verdict on one decision. `plate` is the corrected text where the verdict is `correct_plate`."""

    v: Version1 = 1
    review_id: Id
    case_id: Id
    decision_id: Id
    officer: Officer
    at_us: Micros
    verdict: Literal["confirm", "correct_plate", "reject"]
    reason: Annotated[str, Meta(max_length=64)]
    note: Text
    plate: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,12}\Z")] | None
    checked: PassageChecked


class CaseSealed(Message, tag="case-sealed", frozen=True, kw_only=True):
    """A decision whose pictures are sealed: nothing reaches a person, or waits, before this."""

    v: Version1 = 1
    decision: CaseDecided
    evidence: tuple[EvidenceRef, ...]


class ActIssued(Message, tag="act-issued", frozen=True, kw_only=True):
    """A formed, numbered, signed and logged act. `signature` is base64 of the detached CMS over the act's bytes."""

    v: Version1 = 1
    act: Act
    act_sha256: Sha256
    signature: Annotated[str, Meta(max_length=32_768)]
    leaf_index: Count
    nonce: Sha256


class CaseEvent(Message, frozen=True, kw_only=True):
    """Base of what happens to a case after the act is formed. `at_us` is the event's own instant, not its recording."""

    case_id: Id
    at_us: Micros


class NoticeDispatched(CaseEvent, tag="notice-dispatched", frozen=True, kw_only=True):
    """The first lawful sending initiates the case (802(4)(1)). `proof` is the channel's own receipt."""

    v: Version1 = 1
    act_number: Text
    channel: Literal["cabinet", "sms", "post", "in_person"]
    proof: Text


class NoticeDelivered(CaseEvent, tag="notice-delivered", frozen=True, kw_only=True):
    """Proper delivery in the sense of 743(4-1); the earliest starts the clocks."""

    v: Version1 = 1
    channel: Literal["cabinet", "sms", "post", "in_person"]
    proof: Text


class NoticeFailed(CaseEvent, tag="notice-failed", frozen=True, kw_only=True):
    """A channel that could not lawfully deliver; the next one is tried."""

    v: Version1 = 1
    channel: Literal["cabinet", "sms", "post", "in_person"]
    reason: Name


class PaymentReceived(CaseEvent, tag="payment-received", frozen=True, kw_only=True):
    """Money that arrived. `at_us` is the payer's instant (brief §15.3 rule 6)."""

    v: Version1 = 1
    receipt: Name
    tiyn: Tiyn


ActDeadlineCode = Literal[
    "SEND",
    "DISCOUNT",
    "DEEMED",
    "APPEAL",
    "PAY",
    "LIM_OFFENCE",
    "DECISION",
    "PETITION",
    "PUT_OFF",
    "HAND_OVER",
    "YEAR",
]
"""What runs of an act (adjudication.standing)."""
DeadlineCode = Literal["RECHECK", ActDeadlineCode, "CANDIDATE_EXPIRES"]


class DeadlineReached(CaseEvent, tag="deadline-reached", frozen=True, kw_only=True):
    """A term of brief §3.2 ended; `at_us` is the end of its last day."""

    v: Version1 = 1
    code: DeadlineCode
    due_us: Micros


class ActVoided(CaseEvent, tag="act-voided", frozen=True, kw_only=True):
    """An act that will never be sent or no longer stands; its number stays in the log."""

    v: Version1 = 1
    act_number: Text
    reason: ReasonCode


class EarlierVoided(CaseEvent, tag="earlier-voided", frozen=True, kw_only=True):
    """The case of an earlier penalty ended without one, and this case's act punishes its repetition (§15.3 rule 7)."""

    v: Version1 = 1
    earlier_id: Name


class LawEased(CaseEvent, tag="law-eased", frozen=True, kw_only=True):
    """The law punishes now less what the act punishes; people judge what follows. Source: 5(1); brief §15.1(6).

    `part` and `mci_count` are what the same facts would come to, "" and 0 where they would be no offence.
    """

    v: Version1 = 1
    law_sha256: Sha256
    mci_before: Count
    part: Text
    mci_count: Count


ContestKind = Literal["complaint", "protest", "protest-shortened", "court"]
"""A complaint or a prosecutor's protest to the superior body (826-2), a protest because half the sum should not have
ended the case (811(4)), a complaint to the court (826-4)."""


class Filed(CaseEvent, frozen=True, kw_only=True):
    """Base of what people tell of a case; `reference` is the number of the paper it came or went with."""

    reference: Reference


class ContestFiled(Filed, tag="contest-filed", frozen=True, kw_only=True):
    """A complaint or protest, at the instant it was received."""

    v: Version1 = 1
    by: ContestKind


class ContestDecided(Filed, tag="contest-decided", frozen=True, kw_only=True):
    """What the superior body, or the court, decided. A prescription is never changed: 826-4(1)(2), brief §15.1(4)."""

    v: Version1 = 1
    outcome: Literal["upheld", "cancelled"]


class DecisionProlonged(Filed, tag="decision-prolonged", frozen=True, kw_only=True):
    """The superior body takes longer for a complaint, as it may once. Source: 826-2 to 826-4."""

    v: Version1 = 1


StopGround = Literal["expertise", "prosecutor", "sent-on", "force-majeure"]
"""Why limitation does not run: an expertise, a prosecutor's act, the case sent to a court or an official, or force
majeure. Source: 62(5)."""


class LimitationStopped(Filed, tag="limitation-stopped", frozen=True, kw_only=True):
    """Limitation does not run from here until it is told to run again. Source: 62(5)."""

    v: Version1 = 1
    ground: StopGround


class LimitationResumed(Filed, tag="limitation-resumed", frozen=True, kw_only=True):
    """What limitation was stopped for is over. Source: 62(5)."""

    v: Version1 = 1


class MotionFiled(Filed, tag="motion-filed", frozen=True, kw_only=True):
    """Somebody in the case moves for something. Source: 740."""

    v: Version1 = 1


class MotionDecided(Filed, tag="motion-decided", frozen=True, kw_only=True):
    """What was moved for is granted or refused, in the paper that `reference` names. Source: 740(2)."""

    v: Version1 = 1


class StatementFiled(Filed, tag="statement-filed", frozen=True, kw_only=True):
    """An owner says that somebody else possessed the vehicle, or had taken it unlawfully. Source: 31(3).

    `possessor` is whom the owner names; `reference` the statement's number, or that of the theft's registration.
    """

    v: Version1 = 1
    ground: Literal["OTHER_POSSESSOR", "UNLAWFUL_DISPOSSESSION"]
    possessor: PersonNumber | None = None


class StatementDecided(Filed, tag="statement-decided", frozen=True, kw_only=True):
    """What the check of an owner's statement came to.

    `established` with a `possessor`: that person had the vehicle, as the paper numbered `proof` shows; without: others
    had taken it unlawfully. Source: 31(3).
    """

    v: Version1 = 1
    established: bool
    possessor: PersonNumber | None = None
    proof: Reference = ""


class PaymentPutOff(Filed, tag="payment-put-off", frozen=True, kw_only=True):
    """Payment deferred to a day, or allowed in instalments until then. Source: 888."""

    v: Version1 = 1
    how: Literal["deferral", "instalments"]
    until_on: date


class HandedOver(Filed, tag="handed-over", frozen=True, kw_only=True):
    """Handed over to the bailiffs, with the proof that nothing was paid. Source: 896(1)."""

    v: Version1 = 1


class HandedBack(Filed, tag="handed-back", frozen=True, kw_only=True):
    """Returned by the bailiffs, to be mended and handed over anew. Source: 896(2)-(3)."""

    v: Version1 = 1


class RefundPaid(Filed, tag="refund-paid", frozen=True, kw_only=True):
    """Money that went back to whoever paid it."""

    v: Version1 = 1
    tiyn: Tiyn


CaseEvents = (
    NoticeDispatched
    | NoticeDelivered
    | NoticeFailed
    | PaymentReceived
    | DeadlineReached
    | ActVoided
    | EarlierVoided
    | LawEased
    | ContestFiled
    | ContestDecided
    | DecisionProlonged
    | LimitationStopped
    | LimitationResumed
    | MotionFiled
    | MotionDecided
    | StatementFiled
    | StatementDecided
    | PaymentPutOff
    | HandedOver
    | HandedBack
    | RefundPaid
)
AnyMessage = (
    EventCaptured
    | PassageObserved
    | PassageChecked
    | PossessorNamed
    | CaseDecided
    | PassageClosed
    | ReviewRecorded
    | CaseSealed
    | ActIssued
    | CaseEvents
)
