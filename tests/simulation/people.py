"""Those outside the centre: devices that push events, officers who say what they see, people who pay, and owners."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from adjudication.errors import Invalid
from adjudication.facts import DeviceReading, Officer
from adjudication.happenings import Told, What, event_of
from adjudication.lawbook import Lawbook
from benchmarks import legend, traffic
from ingest.client import Picture
from ingest.clock import Clock
from ingest.doors.native import Counter
from ingest.frame import Frame
from ingest.identity import DeviceFile
from ingest.keeping import Keeper
from ingest.overload import DeviceRates, Limits
from ingest.sequences import SequenceMemory
from ingest.signatures import sign_frame
from ingest.spool import Spool
from ingest.stream import Producer
from integrations.casebook import Casebook
from integrations.casebook.desk import Desk, Opinion
from integrations.casebook.payments import Payment
from integrations.course import record_happening
from integrations.payments import record_payment
from integrations.simulators.mailbox import Mailbox
from integrations.simulators.population import Population

OK = 200
PICTURE_BYTES = 400
"""Enough for headers and a legend: what the road does does not depend on a picture's size."""
SPOOL_BYTES = 8_000
"""Room for a few events: on some days it is full."""
UNBOUNDED = Limits(per_device_s=1e9, per_device_burst=10**9)
"""A device's rate is counted in real seconds; a simulated day has hardly any."""


class Door:
    """The counter of the native door, without its socket. `reopen` is what a crash leaves of it: an empty memory."""

    def __init__(self, casebook: Casebook, producer: Producer, spool: Path, clock: Clock, key: Ed25519PrivateKey):
        self.keeper = Keeper(producer, Spool(spool, SPOOL_BYTES))
        self._parts = (casebook.devices, self.keeper, clock, key, UNBOUNDED)
        self.reopen()

    def reopen(self) -> None:
        """Starts it anew."""
        self._counter = Counter(*self._parts, lambda _: None, SequenceMemory(), DeviceRates(UNBOUNDED))

    def take(self, data: bytes) -> bool:
        """Whether a receipt was given. Raises as Counter.take."""
        return self._counter.take(data).status_code == OK


@dataclass
class Cameras:
    """Devices with a plan for the day, and what they still keep because no receipt has come."""

    devices: tuple[DeviceFile, ...]
    keys: dict[str, Ed25519PrivateKey]
    population: Population
    now: Clock
    rng: random.Random
    plan: int
    """How many passages are still to come."""
    kept: list[Frame] = field(default_factory=list)
    accepted: dict[str, Frame] = field(default_factory=dict)
    """By content: what a receipt was given for."""
    refused: list[str] = field(default_factory=list)
    _sequences: dict[str, int] = field(default_factory=dict)

    def step(self, door: Door) -> str:
        """A vehicle passes, or something kept is sent (again). Raises what the door's process does."""
        if self.plan and (not self.kept or self.rng.random() < 0.5):
            self.plan -= 1
            self.kept.extend(self._passage())
        if not self.kept:
            return "idle"
        at = self.rng.randrange(len(self.kept)) if self.rng.random() < 0.3 else 0
        return self._send(door, at)

    def _send(self, door: Door, at: int) -> str:
        frame = self.kept[at]
        try:
            taken = door.take(frame.encode())
        except Invalid as error:
            self.refused.append(error.code)
            del self.kept[at]
            return error.code
        if not taken:
            return "full"
        self.accepted[frame.content_id] = frame
        if self.rng.random() > 0.15:  # else the receipt was lost on its way, and it is sent once more
            del self.kept[at]
        return f"receipt {frame.content_id[:8]}"

    def _passage(self) -> list[Frame]:
        """One event; now and then two cameras' or moments' of one vehicle, or one number used twice."""
        device = self.rng.choice(self.devices)
        shot = self._passing()
        captured_us = self.now() - self._late_us()
        sequence = self._next(device)
        events = [self._frame(device, sequence, shot, captured_us)]
        drawn = self.rng.random()
        if drawn < 0.06:  # the same vehicle once more, within the policy's cool-down or some way beyond it
            again_us = captured_us + self.rng.randrange(1, 150) * 1_000_000
            events.append(self._frame(device, self._next(device), shot, min(again_us, self.now())))
        elif drawn < 0.09:  # a device that counts anew after a reset uses a number for two contents
            events.append(self._frame(device, sequence, self._passing(), captured_us))
        elif drawn < 0.2:
            return self._drive(captured_us)
        return events

    def _drive(self, captured_us: int) -> list[Frame]:
        """A vehicle through the section, lawfully or not, that seldom is measured at its ends as well."""
        shot = self._passing()
        if self.rng.random() < 0.8:
            shot = traffic.Passing(shot.shown, None)
        entered_us = captured_us - self.rng.randrange(30, 120) * 1_000_000
        ends = ((self.devices[0], entered_us), (self.devices[1], captured_us))
        return [self._frame(device, self._next(device), shot, at_us) for device, at_us in ends]

    def _passing(self) -> traffic.Passing:
        [passing] = traffic.passings(self.population, self.rng.getrandbits(32), 1, SPEEDS_KMH)
        return passing

    def _late_us(self) -> int:
        drawn = self.rng.random()
        if drawn < 0.8:
            return self.rng.randrange(0, 5_000_000)
        return self.rng.randrange(0, (3600 if drawn < 0.93 else 9 * 86_400) * 1_000_000)

    def _next(self, device: DeviceFile) -> int:
        self._sequences[device.device_id] = self._sequences.get(device.device_id, 0) + 1
        return self._sequences[device.device_id]

    def _frame(self, device: DeviceFile, sequence: int, shot: traffic.Passing, captured_us: int) -> Frame:
        exposed = replace(shot.shown, shot=self.rng.getrandbits(40))
        picture = Picture("violation", legend.picture(exposed, PICTURE_BYTES))
        event = shot.event(device, sequence, picture, captured_us)
        if self.rng.random() < 0.5:
            read = DeviceReading(plate=exposed.plate, confidence_bp=legend.CONFIDENCE_BP, plate_box=legend.PLATE_BOX)
            event = replace(event, reading=read)
        return sign_frame(event, (picture.jpeg,), self.keys[device.device_id])


SPEEDS_KMH = (None, None, 55, 85, 85, 85, 105, 125)
"""Half of it offences: on a road it is one in a hundred, and a day would show nothing."""


@dataclass
class Officers:
    """Two officers who take what is most urgent, or anything, and say what they see, right or wrong."""

    desk: Desk
    population: Population
    rng: random.Random
    names: tuple[Officer, ...] = (
        Officer(login="o1", full_name="First Officer", body_id="demo"),
        Officer(login="o2", full_name="Second Officer", body_id="demo"),
    )

    def step(self) -> str:
        """One verdict, if anything waits. Raises what the pages' process does."""
        queue = self.desk.queue(limit=8)
        if not queue:
            return "idle"
        waiting, officer = self.rng.choice(queue), self.rng.choice(self.names)
        if not self.desk.lease(waiting.case_id, officer):
            return "leased by the other"
        verdict = self.rng.choices(("confirm", "reject", "correct_plate"), (6, 2, 2))[0]
        plate = self.rng.choice(self.population.vehicles).plate if verdict == "correct_plate" else None
        reason = "" if verdict == "confirm" else "OFFICER_REJECTED"
        try:
            return self.desk.record_review(waiting.case_id, officer, Opinion(verdict, reason, plate=plate))
        except Invalid as error:
            return error.code


@dataclass
class Payers:
    """People who got a letter: they pay half, all, too little or too much, some of them with one receipt twice."""

    casebook: Casebook
    mailbox: Mailbox
    population: Population
    now: Clock
    rng: random.Random
    entered: dict[str, Payment] = field(default_factory=dict)
    """By receipt: what was said to be entered, or may have been."""
    known: set[str] = field(default_factory=set)
    """Receipts whose payer was told that they stand."""

    def step(self) -> str:
        """One payment, if there are letters. Raises what the pages' process does."""
        numbers = sorted(
            {letter.act_number for person in self.population.persons for letter in self.mailbox.letters(person.number)}
        )
        if not numbers:
            return "idle"
        number = self.rng.choice(numbers)
        stored = self.casebook.acts.by_number(number)
        if stored is None:
            return "unknown"
        payment = self._payment(number, stored.act.case_id, stored.act.sum_tiyn)
        self.entered.setdefault(payment.receipt, payment)
        fresh = record_payment(self.casebook, number, payment, self.now)
        self.known.add(payment.receipt)
        return f"{payment.receipt} {'new' if fresh else 'again'}"

    def _payment(self, number: str, case_id: str, sum_tiyn: int) -> Payment:
        mine = [receipt for receipt in self.entered if receipt.startswith(number)]
        unsure = [receipt for receipt in mine if receipt not in self.known]
        if unsure or (mine and self.rng.random() < 0.4):
            return self.entered[self.rng.choice(unsure or mine)]
        tiyn = self.rng.choice((sum_tiyn // 2, sum_tiyn // 2, sum_tiyn, sum_tiyn // 3, sum_tiyn + 100))
        return Payment(f"{number}-{len(mine)}", case_id, tiyn, self.now())


@dataclass
class Owners:
    """Owners with a letter say that somebody else drove, and officers who check it find that person, or do not."""

    casebook: Casebook
    mailbox: Mailbox
    population: Population
    law: Lawbook
    now: Clock
    rng: random.Random

    def step(self) -> str:
        """The check of a statement, or one more, if there are letters. Raises what the pages' process does."""
        persons = self.population.persons
        numbers = sorted({letter.act_number for one in persons for letter in self.mailbox.letters(one.number)})
        acts = [stored for number in numbers if (stored := self.casebook.acts.by_number(number)) is not None]
        standings = {
            case.case_id: case.standing
            for case in self.casebook.cases.find_all(stored.act.case_id for stored in acts).values()
            if case.standing is not None
        }
        if not standings:
            return "idle"
        stated = [case_id for case_id, standing in standings.items() if standing.stated_us is not None]
        checks: tuple[What, ...] = ("possessor-established", "possessor-established", "statement-false")
        what: What = self.rng.choice(checks) if stated else "other-possessor"
        case_id, who = self.rng.choice(sorted(stated or standings)), self.rng.choice(persons)
        told = Told(case_id, self.now(), "s-1", possessor=who.number, proof="p-1")
        try:
            record_happening(self.casebook, self.law, event_of(what, told), "o1", self.now)
        except Invalid as error:
            return error.code
        return what
