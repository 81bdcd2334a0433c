"""[issue]: a sealed decision takes its place in the casebook; an automatic one becomes a signed act, casebook-first.

One transaction for a batch, of one instant: case, number, money of the day, signed bytes, log leaf, checkpoint,
deadlines and the outbox rows become true together or not at all. So a crash leaves no number without an act and no act
twice, and a repeated decision finds its act (design §1.14).

    auto → DECIDED → act → SIGNED    review → queue    wait → asked again    refer → referral    reject → closed
                   ↘ held by a control (adjudication.formation) → REVIEW, an officer's desk

Where an act formed now would be wrong (form.held_until_us), its case waits too, and holds up nothing behind it.
What has an outcome keeps it: the same decision again changes nothing, a contradicting one is put before officers.
Evidence that stays is locked in its store after the transaction, and again when the batch comes again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from adjudication.calendar import end_of_day_us
from adjudication.forming import finding_key
from adjudication.lawbook import Lawbook
from adjudication.messages import CaseDecided, CaseSealed, DeadlineCode
from adjudication.policy import Policy
from adjudication.repeat import repeated_cases
from adjudication.standing import Standing, ended
from adjudication.states import UNDECIDED, State, Transition, Trigger, step
from adjudication.units import MICROS_PER_SECOND, Id, Micros
from ingest.clock import Clock
from ingest.evidence import EvidenceStore
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import SEALED
from integrations.casebook import Casebook
from integrations.casebook.cases import Case, Entered, Entry, Turn
from integrations.casebook.deadlines import Deadline
from integrations.casebook.history import NOT_FOLDED_IN, words_of_held
from integrations.casebook.reviews import Waiting, Why
from integrations.form import Former, Forming, Held, Issuer, held_until_us
from integrations.retention import lock_kept, locked_until
from integrations.signing import LogSigner, Signer

CANDIDATE_US = 30 * 86_400 * MICROS_PER_SECOND
"""What has become neither act nor referral is deleted after 30 days (design §1.8)."""


def issue(
    casebook: Casebook,
    *,
    store: EvidenceStore,
    signer: Signer,
    log: LogSigner,
    law: Lawbook,
    policy: Policy,
    issuer: Issuer,
    clock: Clock,
) -> Stage:
    """The stage. It returns nothing: all it causes goes through the outbox."""
    former = Former(casebook, signer, law, policy, issuer)

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        casebook.together(lambda: take_all([(item.message, item.carried()) for item in received]))
        cases = {item.message.decision.case_id for item in received if isinstance(item.message, CaseSealed)}
        lock_kept(casebook, store, cases, locked_until(policy, clock()))
        return ()

    def take_all(messages: Sequence[tuple[object, Mapping[str, str]]]) -> None:
        sealed = [(message, headers) for message, headers in messages if isinstance(message, CaseSealed)]
        case_ids = [message.decision.case_id for message, _ in sealed]
        now_us = clock()  # one instant for the batch: nothing falls due between taking a case in and forming its act
        # Such an earlier case ends before its repetition is formed, and a control sees it, or after, and says it.
        earlier = [case_id for message, _ in sealed for case_id in repeated_cases(message.decision)]
        casebook.cases.lock([*case_ids, *earlier])
        desk = _Desk(casebook, law, former, now_us, casebook.cases.find_all(case_ids))
        for message, headers in sealed:
            desk.take(message, headers)
        if desk.form_acts():
            grown = casebook.log.frontier()
            casebook.log.put_checkpoint(grown.size, log.checkpoint(grown.size, grown.root), now_us)

    return Stage("issue", "function", (SEALED,), handle)


@dataclass(slots=True)
class _Desk:
    """Where the decisions of one batch are taken in; always inside its transaction.

    `known` are their cases as they stood before. Acts are formed all at once, at the end.
    """

    casebook: Casebook
    law: Lawbook
    former: Former
    now_us: Micros
    known: Mapping[Id, Case]
    formed: int = 0
    _entered: list[Entered] = field(default_factory=list)
    _decided: list[Turn] = field(default_factory=list)
    _terms: list[Deadline] = field(default_factory=list)
    _taken: set[Id] = field(default_factory=set)
    _formings: list[Forming] = field(default_factory=list)

    def form_acts(self) -> int:
        """Forms what is to be formed; returns how many acts the batch has now."""
        self._write()
        held = self.former.form_all(self._formings, self.now_us)
        self.formed += len(self._formings) - len(held)
        self._formings.clear()
        for one in held:
            self._hold(one)
        return self.formed

    def _hold(self, held: Held) -> None:
        """What a control keeps back is before an officer, under the first control's reason; a verdict makes another
        decision, whose act is held against the controls anew, and the terms end the case where nobody gives one."""
        decision, reason = held.forming.sealed.decision, held.caught[0].code
        transition = step(held.forming.state, "held")
        assert transition is not None, f"held in {held.forming.state}"
        words = words_of_held(one.code for one in held.caught)
        entry = _entry(decision, words, transition, held.forming.state, self.now_us)
        if self.casebook.cases.turn(decision.case_id, entry):
            self.casebook.cases.set_reason(decision.case_id, reason)
            self.casebook.reviews.enter(replace(waiting(decision, "decision", self.now_us), reason=reason))

    def _write(self) -> None:
        """New cases, those that are automatic, and the batch's deadlines, each in one go: at its end, and before
        anything else of these cases is read, written or taken back."""
        self.casebook.cases.enter_all(self._entered, self.now_us)
        self.casebook.cases.turn_all(self._decided)
        self.casebook.deadlines.set_all(self._terms)
        for written in (self._entered, self._decided, self._terms):
            written.clear()

    def take(self, sealed: CaseSealed, headers: Mapping[str, str]) -> None:
        decision = sealed.decision
        case = self._case(decision.case_id)
        if case is None:
            self._enter(sealed, headers, "NEW")
        elif _awaits_its_act(case, decision):
            if not self._lapses(decision, case.state, case.standing):
                self._form(sealed, headers, case.state, case.standing)
        elif self.casebook.cases.knows_cause(case.case_id, decision.decision_id):
            return  # a repeated message; an earlier decision must not come back over a later one
        elif _is_further_sighting(case, decision):
            self.casebook.evidence.lock(case.case_id)
        elif case.state in UNDECIDED:
            self._leave(case.case_id, decision.route)
            self._enter(sealed, headers, case.state, case.standing)
        elif not _same_outcome(case, decision):
            self._conflict(case, decision)

    def _case(self, case_id: Id) -> Case | None:
        """The case as it stands; where the batch has changed it already, its act included."""
        if case_id in self._taken:
            self.form_acts()
            return self.casebook.cases.find(case_id)
        self._taken.add(case_id)
        return self.known.get(case_id)

    def _enter(
        self, sealed: CaseSealed, headers: Mapping[str, str], state: State, before: Standing | None = None
    ) -> None:
        decision, now_us = sealed.decision, self.now_us
        key = None if decision.route == "reject" else finding_key(decision, self.law)
        holder = None if key is None else self._holding(key)
        joins = holder is not None and holder != decision.case_id
        entered = Entered(decision, None if joins else key)
        if state == "NEW":
            self._entered.append(entered)
        else:
            self.casebook.cases.rest_on(entered, now_us)
        self._terms.append(Deadline(decision.case_id, "CANDIDATE_EXPIRES", now_us + CANDIDATE_US))
        if holder is not None and joins:
            self._join(decision, state, holder)
        elif decision.route == "reject":
            self._turn(decision, "reject", state, before)
        elif not sealed.evidence:
            self._reject(decision, "reject", state, "EVIDENCE_MISSING", before)
        elif decision.route == "refer":
            self._refer(decision, state)
        else:
            self._go_on(sealed, headers, state, before)

    def _holding(self, key: str) -> Id | None:
        self._write()
        return self.casebook.cases.holding(key)

    def _go_on(self, sealed: CaseSealed, headers: Mapping[str, str], state: State, before: Standing | None) -> None:
        """What may still become an act: in time, formed, reviewed or asked again."""
        decision, now_us = sealed.decision, self.now_us
        if self._lapses(decision, state, before):
            return
        self._terms += [Deadline(decision.case_id, code, end_us) for code, end_us in _limits(decision).items()]
        if decision.route == "auto":
            self._form(sealed, headers, state, before)
        elif decision.route == "review":
            self._turn(decision, "review", state)
            self.casebook.reviews.enter(waiting(decision, "decision", now_us))
        else:
            self._turn(decision, "wait", state)
            self.casebook.waits.put(decision.case_id, decision.checked, headers, now_us)
            self.casebook.deadlines.set(decision.case_id, "RECHECK", decision.ask_again_us or now_us)

    def _form(
        self, sealed: CaseSealed, headers: Mapping[str, str], state: State, before: Standing | None = None
    ) -> None:
        """The act; or a later try, for which [lifecycle] brings the decision back."""
        decision = sealed.decision
        captured_us = decision.checked.passage.event.captured_us
        again_us = held_until_us(self.law, self.now_us, captured_us)
        if again_us is not None:
            self.casebook.deadlines.set(decision.case_id, "RECHECK", again_us)
        if state in UNDECIDED:
            state = self._turn(decision, "auto" if again_us is None else "wait", state)
        if again_us is None:
            self._formings.append(Forming(sealed, headers, state, before))

    def _refer(self, decision: CaseDecided, state: State) -> None:
        self._turn(decision, "refer", state)
        self.casebook.referrals.put(decision.case_id, decision.reason, self.now_us)
        self.casebook.evidence.lock(decision.case_id)
        self.casebook.deadlines.cancel(decision.case_id, "CANDIDATE_EXPIRES")

    def _join(self, decision: CaseDecided, state: State, holder: Id) -> None:
        """A further sighting: its evidence belongs to the open case, and stays where that one's stays."""
        self._turn(decision, "joined", state)
        self.casebook.cases.join(decision.case_id, holder)
        if self.casebook.acts.of_case(holder) is not None:
            self.casebook.evidence.lock(decision.case_id)
            self.casebook.deadlines.cancel(decision.case_id, "CANDIDATE_EXPIRES")

    def _lapses(self, decision: CaseDecided, state: State, before: Standing | None = None) -> bool:
        """Ends the case where nothing may be sent any more; says whether it did."""
        limits, now_us = _limits(decision), self.now_us
        if now_us >= limits.get("LIM_OFFENCE", now_us + 1):
            self._reject(decision, "limitation-over", state, "LIMITATION", before)
        elif now_us >= limits.get("SEND", now_us + 1):
            self._reject(decision, "send-over", state, "SEND_TERM_LAPSED", before)
        else:
            return False
        return True

    def _reject(
        self, decision: CaseDecided, trigger: Trigger, state: State, reason: str, before: Standing | None = None
    ) -> None:
        self._turn(decision, trigger, state, before)
        self.casebook.cases.set_reason(decision.case_id, reason)

    def _leave(self, case_id: Id, route: str) -> None:
        """The case stops waiting for whatever it waited for."""
        self.casebook.waits.remove(case_id)
        self.casebook.reviews.close(case_id, route, self.now_us)
        self.casebook.deadlines.cancel(case_id, "RECHECK", "SEND", "LIM_OFFENCE")

    def _conflict(self, case: Case, decision: CaseDecided) -> None:
        now_us = self.now_us
        stays = Transition(case.state, NOT_FOLDED_IN)
        entry = _entry(decision, f"conflict: {decision.route} {decision.reason}", stays, case.state, now_us)
        if self.casebook.cases.turn(case.case_id, entry):
            self.casebook.reviews.enter(waiting(decision, "conflict", now_us))

    def _turn(self, decision: CaseDecided, trigger: Trigger, state: State, before: Standing | None = None) -> State:
        """`before`: the standing of an act that was never sent, where this ends the case: its money is due back."""
        transition = step(state, trigger)
        assert transition is not None, f"{trigger} in {state}"
        standing = None if before is None or transition.to != "REJECTED" else ended(before, trigger, 0).standing
        entry = _entry(decision, trigger, transition, state, self.now_us)
        if trigger == "auto":
            self._decided.append(Turn(decision.case_id, entry))
        else:
            self._write()
            self.casebook.cases.turn(decision.case_id, entry, standing)
        return transition.to


def waiting(decision: CaseDecided, why: Why, now_us: Micros) -> Waiting:
    """A decision as a line of the review queue; without a term it is the most urgent."""
    return Waiting(
        case_id=decision.case_id,
        decision_id=decision.decision_id,
        why=why,
        reason=decision.reason,
        part=decision.part,
        due_us=min(_limits(decision).values(), default=now_us),
        entered_us=now_us,
    )


def _limits(decision: CaseDecided) -> dict[DeadlineCode, Micros]:
    ends: tuple[tuple[DeadlineCode, date | None], ...] = (
        ("SEND", decision.send_last_day_on),
        ("LIM_OFFENCE", decision.limitation_last_day_on),
    )
    return {code: end_of_day_us(day) for code, day in ends if day is not None}


def _entry(decision: CaseDecided, what: str, transition: Transition, state: State, at_us: Micros) -> Entry:
    return Entry(
        cause_id=decision.decision_id,
        what=what,
        from_state=state,
        to_state=transition.to,
        basis=transition.basis,
        at_us=at_us,
        recorded_us=at_us,
    )


def _is_further_sighting(case: Case, decision: CaseDecided) -> bool:
    """Whether another event of the same day shows a register finding that has its act: more evidence, no more."""
    first = case.decision
    return case.standing is not None and first is not None and _event(first) != _event(decision)


def _awaits_its_act(case: Case, decision: CaseDecided) -> bool:
    """Whether this decision rules the case and only its act is missing: superseded unsent, or not formed yet."""
    open_for_it = case.state == "SUPERSEDED_UNSENT" or (case.state == "WAITING" and decision.route == "auto")
    return open_for_it and case.decision_id == decision.decision_id


def _event(decision: CaseDecided) -> Id:
    return decision.checked.passage.event_id


def _same_outcome(case: Case, decision: CaseDecided) -> bool:
    """Whether a later decision says what the case has already come to. A verdict after the end of a term does."""
    if case.state in {"REFERRED", "REJECTED"}:
        late = case.reason in {"SEND_TERM_LAPSED", "LIMITATION", "EVIDENCE_MISSING"}
        return late or decision.route == {"REFERRED": "refer", "REJECTED": "reject"}[case.state]
    if case.state == "JOINED" or case.decision is None:
        return True
    return decision.route == "auto" and _judged(case.decision) == _judged(decision)


def _judged(decision: CaseDecided) -> tuple[object, ...]:
    return decision.part, decision.mci_count, decision.liable, decision.form
