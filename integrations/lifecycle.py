"""[lifecycle]: what happens to a case, folded into the casebook, and the deadlines that follow from it.

The law of it is `adjudication.lifecycle`; here stand the rows. A batch is one transaction; an event is known by the
digest of its bytes and changes a case once. A contradiction changes nothing and is put before officers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adjudication import codec, ids
from adjudication.errors import Conflict, Invalid
from adjudication.lawbook import Lawbook
from adjudication.lifecycle import SENDING_UNSETTLED, apply
from adjudication.messages import (
    ActVoided,
    CaseEvents,
    CaseSealed,
    ContestDecided,
    DeadlineReached,
    EarlierVoided,
    LawEased,
    NoticeDelivered,
    NoticeDispatched,
    NoticeFailed,
    PossessorNamed,
    RefundPaid,
    StatementDecided,
)
from adjudication.possession import named_by
from adjudication.standing import Standing
from adjudication.states import UNDECIDED, State, Transition, Trigger, step
from adjudication.units import MICROS_PER_SECOND, Id, Sha256
from ingest.clock import Clock
from ingest.evidence import EvidenceStore
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import CASE_EVENTS, RECHECKS, SEALED
from integrations.casebook import Casebook
from integrations.casebook.cases import Case, Entry
from integrations.casebook.history import NOT_FOLDED_IN, words_of, words_of_going_on
from integrations.casebook.reviews import Why
from integrations.crosscheck import PlateKey, stream_key
from integrations.issue import CANDIDATE_US, waiting
from integrations.retention import hold_contested

_VOIDED_BY: dict[type, str] = {ContestDecided: "CANCELLED_ON_APPEAL", StatementDecided: "RELEASED"}
GRACE_US = 3_600 * MICROS_PER_SECOND
"""How long the word of a sending begun in time may take to arrive; it travels through two topics, in seconds."""
_LAPSES: dict[str, tuple[Trigger, str]] = {
    "SEND": ("send-over", "SEND_TERM_LAPSED"),
    "LIM_OFFENCE": ("limitation-over", "LIMITATION"),
}
"""Deadlines that end a case which has no act yet, or whose act was never sent, and the reason they give."""
SEND_UNPROVEN = "SEND_UNPROVEN"
"""Of an act whose sending was begun, by a crash remained unknown, and was proven by nobody before the term's end."""
_LEAVE_EVIDENCE = (NoticeDispatched, NoticeDelivered, NoticeFailed, RefundPaid, EarlierVoided, LawEased)
"""Events that neither open nor end the time in which an act is contested; its evidence stays as it is."""


def lifecycle(casebook: Casebook, law: Lawbook, store: EvidenceStore, key: PlateKey, clock: Clock) -> Stage:
    """The stage. All it causes goes through the outbox; `store` loses what no case keeps any more, and holds what is
    contested; `key` makes the stream key of a plate, as for [vision]."""
    folder = _Folder(casebook, law, key, clock)

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        events = [_event(item) for item in received]
        dropped = casebook.together(lambda: folder.fold_all(events))
        # A crash here leaves ciphertext without a key: unreadable, and so already erased.
        for address in dropped:
            store.delete(address)
        if dropped:
            casebook.flush_deleted()
        for event in map(_event, received):
            if not isinstance(event, _LEAVE_EVIDENCE):
                hold_contested(casebook, store, event.case_id)
        return ()

    return Stage("lifecycle", "function", (CASE_EVENTS,), handle)


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where one event is folded in; always inside the batch's transaction."""

    casebook: Casebook
    law: Lawbook
    key: PlateKey
    clock: Clock

    def fold_all(self, events: Sequence[CaseEvents]) -> list[Sha256]:
        """Each in turn; the cases are locked beforehand, so that two processes never wait for one another."""
        self.casebook.cases.lock(event.case_id for event in events)
        return [address for event in events for address in self.fold(event)]

    def fold(self, event: CaseEvents) -> tuple[Sha256, ...]:
        """Returns the addresses of evidence that nobody keeps any more."""
        case = self.casebook.cases.find(event.case_id)
        if case is None:
            raise Invalid("case-unknown", f"an event of case {event.case_id}, which was never decided")
        it = _Happening(case, event, ids.stable_id("case-event", codec.digest(event)))
        if self.casebook.cases.knows_cause(case.case_id, it.cause_id):
            return ()
        if isinstance(event, DeadlineReached) and event.code == "CANDIDATE_EXPIRES":
            return self._expire(it, event)
        if isinstance(event, DeadlineReached) and event.code == "RECHECK":
            self._form_late(case, event)
        elif case.standing is None:
            self._without_act(it)
        elif not self._is_being_sent(it):
            self._with_act(it, case.standing)
        return ()

    def _is_being_sent(self, it: "_Happening") -> bool:
        """A term that ends while its act is on the way out is looked at again: the word of the sending comes later."""
        event = it.event
        if not isinstance(event, DeadlineReached) or event.code != "SEND" or it.case.state != "SIGNED":
            return False
        stored = self.casebook.acts.of_case(event.case_id)
        if stored is None or stored.sending_us is None or event.due_us > stored.act.sendable_until_us:
            return False
        self.casebook.deadlines.set(event.case_id, "SEND", event.due_us + GRACE_US)
        return True

    def _without_act(self, it: "_Happening") -> None:
        case, event = it.case, it.event
        if not isinstance(event, DeadlineReached):
            self._conflict(it)
            return
        lapse = _LAPSES.get(event.code)
        transition = lapse and step(case.state, lapse[0])
        if lapse and transition:
            self._turn(it, case.state, transition)
            self.casebook.cases.set_reason(case.case_id, lapse[1])
            self.casebook.waits.remove(case.case_id)
            self.casebook.reviews.close(case.case_id, lapse[1], self.clock())
            self.casebook.deadlines.cancel(case.case_id, "RECHECK", "SEND", "LIM_OFFENCE")

    def _with_act(self, it: "_Happening", standing: Standing) -> None:
        try:
            outcome = apply(standing, it.event, self.law)
        except Conflict:
            self._conflict(it)
            return
        if outcome.standing == standing and not outcome.steps:
            return
        state = it.case.state
        for transition in outcome.steps or (Transition(state, "811(3)"),):
            self._turn(it, state, transition, outcome.standing)
            state = transition.to
        if outcome.for_people:
            self._review(it.case, "course")
        for code, due_us in outcome.deadlines:
            if due_us is None:
                self.casebook.deadlines.cancel(it.case.case_id, code)
            else:
                self.casebook.deadlines.set(it.case.case_id, code, due_us)
        self._after(it, standing.act_number, state)
        decision = it.case.decision
        if decision is not None and (named := named_by(decision, standing.state, it.event)):
            self._go_on_against(it, named)

    def _turn(self, it: "_Happening", state: State, transition: Transition, standing: Standing | None = None) -> None:
        entry = Entry(
            cause_id=it.cause_id,
            what=words_of(it.event),
            from_state=state,
            to_state=transition.to,
            basis=transition.basis,
            at_us=it.event.at_us,
            recorded_us=self.clock(),
        )
        self.casebook.cases.turn(it.case.case_id, entry, standing)

    def _after(self, it: "_Happening", number: str, state: State) -> None:
        """What else a new state means."""
        if isinstance(it.event, ActVoided):
            self.casebook.acts.void(number, it.event.reason, it.event.at_us)
            self._tell_repetitions(it.event)
        if state == "SUPERSEDED_UNSENT" and isinstance(it.event, ActVoided):
            self._bring_back(it.case, number)
        elif state == "LIMITATION_REVIEW" and it.case.state != state:
            self._review(it.case, "limitation")
        elif isinstance(it.event, NoticeFailed) and it.event.reason == SENDING_UNSETTLED:
            self._review(it.case, "conflict")
        elif state in {"TERMINATED", "REJECTED"} and isinstance(it.event, DeadlineReached):
            self._lapse(it.event, number)
            if it.case.state == "REVIEW":
                self.casebook.reviews.close(it.case.case_id, _LAPSES[it.event.code][1], self.clock())
        elif state == "TERMINATED" and isinstance(it.event, ContestDecided | StatementDecided):
            self._void(it.event, number, _VOIDED_BY[type(it.event)])

    def _go_on_against(self, it: "_Happening", named: PossessorNamed) -> None:
        """The owner's case has ended, its act is void: the registers are asked about who possessed the vehicle."""
        case_id = named.possessor.case_id
        outgoing = Outgoing(RECHECKS, stream_key(named.passage, self.key), named)
        self.casebook.outbox.put(ids.stable_id("possessor-named", case_id), outgoing, self.clock())
        entry = Entry(
            cause_id=case_id,
            what=words_of_going_on(case_id),
            from_state="TERMINATED",
            to_state="TERMINATED",
            basis="31(3)",
            at_us=it.event.at_us,
            recorded_us=self.clock(),
        )
        self.casebook.cases.turn(it.case.case_id, entry)

    def _form_late(self, case: Case, event: DeadlineReached) -> None:
        """An act that could not be formed rightly then is tried again; [deadlines] itself asks registers."""
        if case.route == "auto" and case.state in {"WAITING", "SUPERSEDED_UNSENT"}:
            self._bring_back(case, str(event.due_us))

    def _bring_back(self, case: Case, cause: str) -> None:
        """Back to [issue], with the same decision and evidence; it forms another act, or ends the case."""
        if case.decision is None:
            return
        shown = [  # an act shows its own passage; a case may have been met at more
            self.casebook.evidence.of_event(event_id).get(case.case_id, ())
            for event_id, _ in case.decision.checked.passage.shown_by
        ]
        evidence = tuple(ref for of_one in shown for ref in of_one) if all(shown) else ()
        sealed = CaseSealed(decision=case.decision, evidence=evidence)
        cause_id = ids.stable_id("formed-anew", case.case_id, cause)
        self.casebook.outbox.put(cause_id, Outgoing(SEALED, case.case_id, sealed), self.clock())

    def _lapse(self, event: DeadlineReached, number: str) -> None:
        """Nothing was sent in time, or nobody can prove it: the act is void, and the register hears of it."""
        _, reason = _LAPSES[event.code]
        stored = self.casebook.acts.by_number(number)
        if event.code == "SEND" and stored is not None and stored.sending_us is not None:
            reason = SEND_UNPROVEN
        self._void(event, number, reason)

    def _void(self, event: CaseEvents, number: str, reason: str) -> None:
        """The act stands no more, and the register hears of it."""
        self.casebook.cases.set_reason(event.case_id, reason)
        if self.casebook.acts.void(number, reason, event.at_us):
            voided = ActVoided(case_id=event.case_id, at_us=event.at_us, act_number=number, reason=reason)
            cause = ids.stable_id("act-voided", number, reason)
            self.casebook.outbox.put(cause, Outgoing(CASE_EVENTS, event.case_id, voided), self.clock())
            self._tell_repetitions(event)

    def _tell_repetitions(self, event: CaseEvents) -> None:
        """Acts that punish a repetition of a case which is none now come before people. Source: brief §15.3 rule 7."""
        for case_id in self.casebook.repetitions.of(event.case_id):
            said = EarlierVoided(case_id=case_id, at_us=event.at_us, earlier_id=event.case_id)
            cause = ids.stable_id("earlier-voided", case_id, event.case_id)
            self.casebook.outbox.put(cause, Outgoing(CASE_EVENTS, case_id, said), self.clock())

    def _expire(self, it: "_Happening", event: DeadlineReached) -> tuple[Sha256, ...]:
        """30 days without act or referral: key, pictures and decision go; state, part and history stay."""
        case_id = event.case_id
        if it.case.state in UNDECIDED:
            self.casebook.deadlines.set(case_id, "CANDIDATE_EXPIRES", event.due_us + CANDIDATE_US)
            return ()
        dropped = self.casebook.evidence.expire(case_id)
        if self.casebook.evidence.of(case_id):
            return ()  # an act or a referral rests on it
        self._turn(it, it.case.state, Transition(it.case.state, "design 1.8"))
        self.casebook.cases.forget_decision(case_id)
        self.casebook.keys.shred(case_id, event.code, self.clock())
        return dropped

    def _conflict(self, it: "_Happening") -> None:
        """Before people, unless the case is there for another reason: then its history says what came besides."""
        self._turn(it, it.case.state, Transition(it.case.state, NOT_FOLDED_IN))
        if self.casebook.reviews.find(it.case.case_id, self.clock()) is None:
            self._review(it.case, "conflict")

    def _review(self, case: Case, why: Why) -> None:
        if case.decision is not None:
            self.casebook.reviews.enter(waiting(case.decision, why, self.clock()))


@dataclass(frozen=True, slots=True)
class _Happening:
    """An event, the case as it stood before, and the id by which the event is known."""

    case: Case
    event: CaseEvents
    cause_id: Id


def _event(item: Received) -> CaseEvents:
    if not isinstance(item.message, CaseEvents):
        raise Invalid("not-a-case-event", f"{type(item.message).__name__} on {CASE_EVENTS.name}")
    return item.message
