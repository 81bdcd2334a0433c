"""[crosscheck]: asks the registers what the law must know of a passage.

An observation: the same question may be answered differently tomorrow, so each passage is asked once a round, and the
first answer that was committed stands. Three steps of questions a batch, all of a step at once:

    1. the device, or a section's two (the centre's own register), and the vehicle, if a plate of Kazakhstan was read
    2. for a vehicle in the civil register: insurance and inspection
    3. where that makes a finding: who is liable, and earlier penalties. Nobody is looked up for passing by.

Where an owner was released, and a check found who possessed the vehicle (31(3)), the passage comes here once more
(PossessorNamed), and the third step is about that person.

Beside the registers stands the centre's own memory of where a plate was lately, and on which pictures
(integrations/sightings.py): what sits worst with the passage goes with the answers, as dated facts.

A batch ends within `BATCH_DEADLINE_S` whatever the registers do; what has not come by then is `Unanswered`. A silent
register so delays the road by that much at most, once; after that its breaker answers at once.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeGuard, TypeVar

from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import (
    Answers,
    Device,
    InspectionAnswer,
    Insurance,
    InsuranceAnswer,
    NoRecord,
    PenaltiesAnswer,
    PersonAnswer,
    System,
    Unanswered,
    Vehicle,
    VehicleAnswer,
)
from adjudication.errors import Invalid
from adjudication.facts import Elsewhere, PlateReading, RepeatedPicture
from adjudication.messages import EventCaptured, PassageChecked, PassageObserved, Possessor, PossessorNamed
from adjudication.plates import classify
from adjudication.rules.documents import is_insured
from adjudication.units import Id, Micros
from ingest.clock import Clock
from ingest.devices import DeviceRegister, answer_of
from ingest.stage import Outgoing, Received, Stage
from ingest.topics import CHECKED, PASSAGES, RECHECKS
from integrations.ports import Registries
from integrations.sightings import Sightings

THREADS = 32
"""Questions under way at once: as many as a batch has passages, so that a silent register is found out in one wait."""
BATCH = 32
"""Passages: up to five questions each, so a healthy batch takes a tenth of a second and a slow one its deadline."""
BATCH_DEADLINE_S = 7.0
"""Three steps of a register's own deadline (registries.register.Manners) and some. Far below a quarter of the frames'
retention, within which a finding must be known (design §1.8)."""
MAX_ROUNDS = 64
"""As many as `PassageChecked.rounds` holds."""

T = TypeVar("T")
PlateKey = Callable[[str], str]
Finds = Callable[[PassageChecked], bool]


def crosscheck(
    registries: Registries,
    devices: DeviceRegister,
    clock: Clock,
    key: PlateKey,
    finds: Finds,
    *,
    threads: Executor | None = None,
) -> Stage:
    """The stage. `key` makes a stream key of a plate (ids.keyed_pseudonym); `devices` is the centre's own register;
    `finds` says whether the law would make a case of a passage (adjudication.decide.finds).

    `threads` puts the questions, by default THREADS of its own: registers that are no more than functions need none.

    `handle` raises Unavailable where the device register cannot answer, Invalid `rounds-exhausted` for a passage that
    was asked about `MAX_ROUNDS` times and `message-unexpected` for a message of another kind.
    """
    threads = threads or ThreadPoolExecutor(THREADS, thread_name_prefix="crosscheck")
    asking, sightings = _Asking(registries, devices, clock, finds, threads), Sightings()

    def handle(batch: Sequence[Received]) -> list[Outgoing]:
        cases = [_case(received) for received in batch]
        rounds = asking.round(cases)
        return [_checked(case, answers) for case, answers in zip(cases, rounds, strict=True)]

    def _checked(case: _Case, answers: Answers) -> Outgoing:
        passage, where, checked = case.passage, stream_key(case.passage, key), case.checked(answers)
        if case.possessor is None:  # else it is no sighting, and what is known of the passage stands
            checked = replace(
                checked,
                elsewhere=case.elsewhere or sightings.elsewhere(where, passage),
                repeated=case.repeated or sightings.repeated(where, passage),
            )
        return Outgoing(CHECKED, where, checked, case.received.carried())

    return Stage(
        "crosscheck",
        "observation",
        (PASSAGES, RECHECKS),
        handle,
        batch=BATCH,
        seen_id=lambda received: _case(received).id,
        windows=sightings.windows,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A passage to be asked about, and what was answered before."""

    received: Received
    passage: PassageObserved
    rounds: tuple[Answers, ...]
    elsewhere: Elsewhere | None = None
    repeated: RepeatedPicture | None = None
    possessor: Possessor | None = None

    @property
    def id(self) -> Id:
        """The passage, the round and against whom: what this round's answers are an observation of."""
        against = () if self.possessor is None else (self.possessor.case_id,)
        return ids.checked_id(self.passage.passage_id, len(self.rounds) + 1, *against)

    def checked(self, answers: Answers) -> PassageChecked:
        """The passage with this round's answers, and what was known of it before."""
        return PassageChecked(
            checked_id=self.id,
            passage=self.passage,
            rounds=(*self.rounds, answers),
            elsewhere=self.elsewhere,
            repeated=self.repeated,
            possessor=self.possessor,
        )


def _case(received: Received) -> _Case:
    match received.message:
        case PassageObserved() as passage:
            return _Case(received, passage, ())
        case PassageChecked() as checked if len(checked.rounds) < MAX_ROUNDS:
            known = (checked.passage, checked.rounds, checked.elsewhere, checked.repeated, checked.possessor)
            return _Case(received, *known)
        case PossessorNamed() as named:
            return _Case(received, named.passage, (), named.elsewhere, named.repeated, named.possessor)
        case PassageChecked():
            raise Invalid("rounds-exhausted", f"the registers were asked {MAX_ROUNDS} times about this passage")
    raise Invalid("message-unexpected", "crosscheck reads observed and checked passages, and possessors named")


def stream_key(passage: PassageObserved, key: PlateKey) -> str:
    """What keeps the order of a vehicle's passages; until a plate is read, of a device's."""
    return passage.event.device_id if passage.plate is None else key(passage.plate.text)


def _could_be_local(plate: PlateReading) -> bool:
    return plate.country == "KZ" or any(fitting.country == "KZ" for fitting in classify(plate.text))


class _Asked(Generic[T]):
    """A question under way."""

    def __init__(self, future: Future[T], nothing: Unanswered) -> None:
        self._future = future
        self._nothing = nothing

    def answer(self, until: float) -> T | Unanswered:
        """The answer, if it is here at `until` (time.monotonic, seconds)."""
        wait((self._future,), max(until - time.monotonic(), 0.0))
        if self._future.done():
            return self._future.result()
        self._future.cancel()
        return self._nothing


@dataclass(frozen=True, slots=True)
class _Papers:
    """The second step's questions, about one vehicle."""

    insurance: _Asked[InsuranceAnswer]
    inspection: _Asked[InspectionAnswer]

    def added(self, answers: Answers, until: float) -> Answers:
        """`answers` with those of this step."""
        return replace(answers, insurance=self.insurance.answer(until), inspection=self.inspection.answer(until))


@dataclass(frozen=True, slots=True)
class _Liable:
    """The third step's questions, about one person."""

    person: _Asked[PersonAnswer]
    penalties: _Asked[PenaltiesAnswer]

    def added(self, answers: Answers, until: float) -> Answers:
        """`answers` with those of this step."""
        return replace(answers, liable=self.person.answer(until), penalties=self.penalties.answer(until))


class _Asking:
    """Puts the questions of a batch, all of a step at once, and collects the answers until the deadline."""

    def __init__(
        self, registries: Registries, devices: DeviceRegister, clock: Clock, finds: Finds, threads: Executor
    ) -> None:
        self._registries = registries
        self._devices = devices
        self._clock = clock
        self._finds = finds
        self._threads = threads

    def round(self, cases: Sequence[_Case]) -> list[Answers]:
        """One round of answers for each case's passage."""
        until = time.monotonic() + BATCH_DEADLINE_S
        asked_us = self._clock()
        devices = [self._device(case.passage.event, asked_us) for case in cases]
        entries = [self._entry(case.passage, asked_us) for case in cases]
        asked = [self._ask_vehicle(case.passage, asked_us) for case in cases]
        vehicles = [None if one is None else one.answer(until) for one in asked]
        known = [
            Answers(asked_us=asked_us, device=device, vehicle=v, entry_device=entry)
            for device, v, entry in zip(devices, vehicles, entries, strict=True)
        ]
        papers = [self._ask_papers(vehicle, asked_us) for vehicle in vehicles]
        known = [one if paper is None else paper.added(one, until) for one, paper in zip(known, papers, strict=True)]
        people = [self._ask_liable(case, one, asked_us) for case, one in zip(cases, known, strict=True)]
        return [one if liable is None else liable.added(one, until) for one, liable in zip(known, people, strict=True)]

    def _device(self, event: EventCaptured, asked_us: Micros) -> Device | NoRecord:
        return answer_of(self._devices.find(event.device_id), asked_us, event.captured_us)

    def _entry(self, passage: PassageObserved, asked_us: Micros) -> Device | NoRecord | None:
        return None if passage.section is None else self._device(passage.section.entry.event, asked_us)

    def _ask_vehicle(self, passage: PassageObserved, asked_us: Micros) -> _Asked[VehicleAnswer] | None:
        """None where no plate was read that could be of Kazakhstan: no register knows it."""
        plate = passage.plate
        if plate is None or not _could_be_local(plate):
            return None
        at_us = passage.event.captured_us
        return self._ask("vehicles", asked_us, at_us, lambda: self._registries.vehicle(plate.text, at_us))

    def _ask_papers(self, vehicle: VehicleAnswer | None, asked_us: Micros) -> _Papers | None:
        """None where the vehicle is unknown, or of a register whose cases go to another body whatever its papers."""
        if not _is_civil(vehicle):
            return None
        registries, vin, at_us = self._registries, vehicle.vin, vehicle.as_of_us
        return _Papers(
            self._ask("insurance", asked_us, at_us, lambda: _insurance(registries, vehicle)),
            self._ask("inspection", asked_us, at_us, lambda: registries.inspection(vin, at_us)),
        )

    def _ask_liable(self, case: _Case, known: Answers, asked_us: Micros) -> _Liable | None:
        """None where there is nothing that anybody would be liable for.

        Source: art. 31(2) and its note: the holder, else the owner, is liable; 31(3): or who possessed the vehicle.
        """
        vehicle = known.vehicle
        if not _is_civil(vehicle) or not self._finds(case.checked(known)):
            return None
        registries, at_us = self._registries, vehicle.as_of_us
        liable = vehicle.holder or vehicle.owner if case.possessor is None else case.possessor.person
        return _Liable(
            self._ask("persons", asked_us, at_us, lambda: registries.person(liable, at_us)),
            self._ask("penalties", asked_us, at_us, lambda: registries.penalties(liable, at_us)),
        )

    def _ask(self, system: System, asked_us: Micros, as_of_us: Micros, put: Callable[[], T]) -> _Asked[T]:
        nothing = Unanswered(system=system, asked_us=asked_us, as_of_us=as_of_us, reason="timeout")
        return _Asked(self._threads.submit(put), nothing)


def _is_civil(vehicle: VehicleAnswer | None) -> TypeGuard[Vehicle]:
    return isinstance(vehicle, Vehicle) and vehicle.registered_with == "civil"


def _insurance(registries: Registries, vehicle: Vehicle) -> InsuranceAnswer:
    """The contracts of whoever is liable, and where none of them covers the instant the owner's too: one is enough."""
    vin, at_us = vehicle.vin, vehicle.as_of_us
    own = registries.insurance(vin, vehicle.holder or vehicle.owner, at_us)
    if vehicle.holder in {None, vehicle.owner} or isinstance(own, Unanswered):
        return own
    if isinstance(own, Insurance) and is_insured(own, at_us):
        return own
    owners = registries.insurance(vin, vehicle.owner, at_us)
    if isinstance(own, Insurance) and isinstance(owners, Insurance):
        return replace(owners, policies=(*own.policies, *owners.policies))
    return own if isinstance(owners, NoRecord) else owners
