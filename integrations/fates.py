"""What came of each event, for the device that sent it: `ingest.status.EventStatus` over register and casebook.

The register knows every settled passage, the casebook the acts. What a plate read as is kept nowhere for a passage
without a finding, so a bounded memory of the latest passages answers for those on their way; a restart forgets it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Literal

from adjudication.messages import PassageObserved
from adjudication.units import Id, Micros
from ingest import topics
from ingest.stage import Outgoing, Received, Stage
from ingest.status import CaseState, EventState, PassageState
from integrations.casebook import Casebook
from integrations.register import questions
from integrations.register.questions import Passed
from integrations.register.store import Register

REMEMBERED = 10_000
"""Events: a quarter of an hour of a centre's average load, about 30 MB."""

FORGOTTEN = "forgotten"
"""The device of an event whose passages had no finding and whose memory is gone."""

Outcome = Literal["closed", "reject", "refer", "wait", "review", "auto", "issued"]
FURTHEST: tuple[Outcome, ...] = ("closed", "reject", "refer", "wait", "review", "auto", "issued")


class Fates:
    """Look-up of events; `recall` is the stage that remembers passages on their way."""

    def __init__(self, register: Register, casebook: Casebook) -> None:
        self._register = register
        self._casebook = casebook
        self._seen: OrderedDict[Id, dict[Id, PassageObserved]] = OrderedDict()
        self._last_us: dict[str, Micros] = {}
        self._clocks_us: dict[str, int] = {}
        self._turn = Lock()

    def recall(self) -> Stage:
        """[recall]: remembers the latest passages."""

        def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
            for item in received:
                if isinstance(item.message, PassageObserved):
                    self._remember(item.message)
            return ()

        return Stage("recall", "function", (topics.PASSAGES,), handle)

    def find(self, event_id: Id) -> EventState | None:
        """See EventStatus. Raises Unavailable."""
        with self._turn:
            seen = dict(self._seen.get(event_id, {}))
        settled: dict[Id, list[Passed]] = {}
        for passed in questions.of_event(self._register, event_id):
            settled.setdefault(passed.passage_id, []).append(passed)
            decided = None if passed.passage_id in seen else self._decided(passed)
            if decided is not None:
                seen[passed.passage_id] = decided
        states = (self._passage(each, seen.get(each), settled.get(each, [])) for each in {*seen, *settled})
        passages = sorted(states, key=lambda passage: (passage.ordinal, passage.passage_id))
        device = next((passage.event.device_id for passage in seen.values()), FORGOTTEN)
        if not passages:
            return None
        done = all(passage.outcome is not None for passage in passages)
        return EventState(event_id=event_id, device_id=device, done=done, passages=tuple(passages))

    def last_seen(self) -> dict[str, Micros]:
        """The capture instant of each device's latest event since start."""
        with self._turn:
            return dict(self._last_us)

    def clock_offsets(self) -> dict[str, int]:
        """How far each device's clock was off at its latest event since start, in microseconds, where it knew."""
        with self._turn:
            return dict(self._clocks_us)

    def _remember(self, passage: PassageObserved) -> None:
        event = passage.event
        with self._turn:
            if event.captured_us >= self._last_us.get(event.device_id, 0):
                self._last_us[event.device_id] = event.captured_us
                self._clocks_us.pop(event.device_id, None)
                if event.clock_offset_us is not None:
                    self._clocks_us[event.device_id] = event.clock_offset_us
            self._seen.setdefault(passage.event_id, {})[passage.passage_id] = passage
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def _passage(self, identity: Id, seen: PassageObserved | None, settled: Sequence[Passed]) -> PassageState:
        latest = {passed.case_id: passed for passed in settled}
        cases = tuple(self._case(case_id, passed) for case_id, passed in latest.items() if case_id)
        outcomes: list[tuple[Outcome, str]] = [("closed", passed.reason) for passed in settled if not passed.case_id]
        outcomes += [("issued" if case.act_number else case.route, case.reason) for case in cases]
        furthest = max(outcomes, key=lambda outcome: FURTHEST.index(outcome[0]), default=(None, None))
        plate = seen.plate if seen else None
        return PassageState(
            passage_id=identity,
            ordinal=seen.ordinal if seen else 0,
            plate=plate.text if plate else None,
            country=plate.country if plate else None,
            confidence_bp=plate.confidence_bp if plate else None,
            outcome=furthest[0],
            reason=furthest[1],
            cases=cases,
        )

    def _case(self, case_id: Id, passed: Passed) -> CaseState:
        act = self._casebook.acts.of_case(case_id)
        return CaseState(
            case_id=case_id,
            part=passed.part,
            route=passed.route or "reject",
            reason=passed.reason,
            act_number=act.act.number if act else None,
        )

    def _decided(self, passed: Passed) -> PassageObserved | None:
        case = self._casebook.cases.find(passed.case_id) if passed.case_id else None
        return case.decision.checked.passage if case and case.decision else None
