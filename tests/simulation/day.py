"""One day, from a seed: who acts next, when time passes, what breaks; then calm, and what is left.

The scheduler's generator is the only source of order. Each stage, the relay, the source of deadlines and the door are
processes that die and start anew by themselves; all of the real code that runs is the product's.
"""

import random
from collections.abc import Callable
from functools import partial

from adjudication.calendar import start_of_day_us
from adjudication.decide import finds
from adjudication.errors import Unavailable
from benchmarks.legend import LegendEyes, LegendSecond
from ingest.stage import Stage
from integrations.casebook.desk import Desk
from integrations.config import Settings
from integrations.crosscheck import crosscheck
from integrations.deadlines import DeadlineSource
from integrations.pipeline import CHANNELS, Centre, Stores, road
from integrations.simulators.mailbox import Mailbox, MailboxChannel
from integrations.simulators.registries import PopulationRegistries
from tests.simulation.faults import Dice, Killed
from tests.simulation.journal import Journal
from tests.simulation.people import Cameras, Door, Officers, Owners, Payers
from tests.simulation.ports import AtOnce, Faulty, FaultyChannel, FaultyDatabase, SilentRegistries
from tests.simulation.schedule import (
    BACK_TO_WORK_S,
    BEGINNINGS,
    MICROS,
    NTP_US,
    ROUNDS,
    STAGES,
    STORMS,
    WEIGHTS,
    WORKERS,
    Process,
    Trace,
    few,
)
from tests.simulation.stores import MemoryEvidence
from tests.simulation.streams import FaultySession, FaultyStream
from tests.simulation.world import Parts, World


class Day:
    """A day of `seed` in `world`; `run` plays it."""

    def __init__(self, world: World, seed: int, parts: Parts | None = None) -> None:
        self.world, self.seed, self.parts = world, seed, parts or Parts()
        self.rng = random.Random(seed)
        self.trace, self.journal = Trace(), Journal()
        world.empty()
        day, first_hour, last_hour = self.rng.choice(BEGINNINGS)
        world.now.set(start_of_day_us(day) + self.rng.randrange(first_hour * 3600, last_hour * 3600) * MICROS)
        world.centre_clock.off_us = 0
        self.dice = Dice(self.rng, world.now, self.rng.choice(STORMS), self.trace.lines.append)
        self.dice.may_stand_still = lambda: FaultyDatabase.depth == 0
        self.mailbox = Mailbox({p.number: p.egov_phone for p in world.population.persons}, world.now)
        self.stream = self.parts.stream(clock=world.centre_clock, partitions=self.rng.choice((1, 2, 4)))
        self.register, self.evidence = self.parts.register(), MemoryEvidence()
        self.bugs: list[str] = []
        self._begun: set[str] = set()
        self.interrupted: list[tuple[object, ...]] = []
        self.centre = self._centre()
        self.eyes = LegendEyes() if self.rng.random() < 0.85 else None  # else the devices' own readings stand alone
        self._people()
        self.processes = {name: Process(self._beginning(name)) for name in STAGES}
        FaultyDatabase.dice = self.dice

    def _centre(self) -> Centre:
        world, dice, clock = self.world, self.dice, self.world.centre_clock
        registries = PopulationRegistries(world.population, clock)
        register = Faulty(self.register, "register", dice)
        silent = SilentRegistries(registries, self.seed, round(150 * dice.storm), clock, dice)
        channels = (MailboxChannel(name, self.mailbox) for name in CHANNELS)
        stores = Stores(
            stream=lambda: FaultyStream(self.stream, dice, self.journal, clock),
            casebook=lambda: world.casebook,
            register=lambda: register,
            evidence=lambda: Faulty(self.evidence, "evidence", dice),
        )
        centre = Centre(Settings(), clock, stores)
        centre.law, centre.policy = world.law, world.policy
        centre.registries = silent
        centre.channels = tuple(FaultyChannel(one, dice, self.journal, world.stands) for one in channels)
        centre.signer, centre.log, centre.issuer = world.signer, world.log, world.issuer
        centre.master, centre.receipt_key = world.master, world.receipt_key
        return centre

    def _people(self) -> None:
        world, centre, rng = self.world, self.centre, self.rng
        self.door = Door(world.casebook, centre.stream, world.folder / "spool", centre.clock, world.receipt_key)
        self.cameras = Cameras(world.devices, world.keys, world.population, world.now, rng, few(rng))
        self.officers = Officers(Desk(world.casebook, centre.plate_key, centre.clock), world.population, rng)
        self.payers = Payers(world.casebook, self.mailbox, world.population, world.now, rng)
        self.owners = Owners(world.casebook, self.mailbox, world.population, world.law, world.now, rng)
        self.relay = self.parts.relay(world.casebook, centre.stream, centre.clock)
        self.deadlines = DeadlineSource(world.casebook, centre.plate_key, centre.clock)

    # Processes

    def _beginning(self, name: str) -> Callable[[], Callable[[], object]]:
        def begin() -> Callable[[], object]:
            self._begun.add(name)
            stage = self._stage(name)
            session: FaultySession = self.centre.stream.session(stage.name, stage.reads)
            runner = self.parts.runner(stage, session, self.centre.clock, seed=self.rng.getrandbits(16))
            return lambda: runner.step(0)

        return begin

    def _stage(self, name: str) -> Stage:
        """A new one: what a process remembers dies with it."""
        c = self.centre
        (stage,) = road(c, self.eyes, LegendSecond() if self.eyes is not None else None, {name})
        if name == "crosscheck":  # as the road has it, without threads: their order is not the seed's
            found = partial(finds, law=c.law, policy=c.policy)
            stage = crosscheck(c.registries, c.devices, c.clock, c.plate_key, found, threads=AtOnce())
        return self.parts.stage(stage)

    def _step(self, name: str) -> object:
        process = self.processes[name]
        if process.step is None:
            process.step = process.begin()
        taking, overtaken = process.step, [False]
        self.dice.overtake = lambda: self._overtake(process, overtaken)
        try:
            outcome = taking()
        except RuntimeError as error:
            if not overtaken[0]:
                raise
            return f"fenced: {error}"  # the zombie found out; the one that took over goes on
        finally:
            self.dice.overtake = None
        return outcome

    def _overtake(self, process: Process, overtaken: list[bool]) -> None:
        """Another member joins the group and works, while the one at hand stands still; some time passes meanwhile."""
        self.dice.overtake = None
        overtaken[0] = True
        self.world.now.advance_s(self.rng.choice((0.5, 31, 200)))
        try:
            process.step = process.begin()
            for _ in range(self.rng.randrange(1, 4)):
                process.step()
        except (Killed, Unavailable):
            process.step = None

    def act(self, who: str) -> bool:
        """One scheduled step; says whether anything came of it."""
        self.journal.who = who
        sent_before = len(self.journal.sent)
        try:
            outcome = self._step(who) if who in self.processes else getattr(self, f"_{who}")()
        except Killed:
            outcome = "killed"
            self._die(who)
        except Unavailable as error:
            outcome = f"unavailable: {error.what}"
        except Exception as error:
            outcome = f"failed: {type(error).__name__} {error}"
            self.bugs.append(f"{who} {outcome}")
            self._die(who)
        if who == "outbox" and not isinstance(outcome, int) and len(self.journal.sent) > sent_before:
            self.interrupted.append(tuple(self.journal.sent[-1][1]))
        self.trace.step(self.world.now(), who, outcome)
        return outcome not in ("idle", 0, None)

    def has_begun(self, stage: str) -> bool:
        """Whether this stage ever opened a session."""
        return stage in self._begun

    def _die(self, who: str) -> None:
        if who in self.processes:
            self.processes[who].step = None
        elif who in {"cameras", "spool"}:
            self.door.reopen()

    # Who acts beside the stages

    def _cameras(self) -> object:
        return self.cameras.step(self.door)

    def _waits(self, query: str, *values: object) -> bool:
        """Whether the casebook has such a row: asked past all ports, where an idle look through them costs a hundred
        times as much and finds the same."""
        return self.world.book.execute(f"SELECT 1 FROM {query} LIMIT 1", values).fetchone() is not None

    def _officers(self) -> object:
        return self.officers.step() if self._waits("review_queue WHERE closed_us IS NULL") else "idle"

    def _payers(self) -> object:
        return self.payers.step()

    def _owners(self) -> object:
        return self.owners.step()

    def _outbox(self) -> object:
        return self.relay.drain() if self._waits("outbox WHERE sent_us IS NULL") else "idle"

    def _deadlines(self) -> object:
        is_due = self._waits("deadlines WHERE due_us <= ?", self.centre.clock())
        return self.deadlines.tick() if is_due else "idle"

    def _prune(self) -> object:
        return self.relay.prune()

    def _spool(self) -> object:
        return "drained" if self.door.keeper.waiting and self.door.keeper.drain() == 0.0 else "idle"

    def _time(self) -> object:
        return self._pass(self.rng.choice((0.2, 1, 5, 40)))

    def _hour(self) -> object:
        return self._pass(self.rng.randrange(300, 5400))

    def _pass(self, seconds: float) -> None:
        self.world.now.advance_s(seconds)

    def _ntp(self) -> object:
        """The centre's clock is put right, or wrong, forward or back."""
        self.world.centre_clock.off_us = self.rng.randrange(-NTP_US, NTP_US)

    def _blackout(self) -> object:
        for process in self.processes.values():
            process.step = None
        self.door.reopen()

    # The day

    def run(self) -> "Day":
        """Work under faults, some terms that end, calm."""
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        for who in self.rng.choices(names, weights, k=self.rng.randrange(60, 200)):
            self.act(who)
        for _ in range(self.rng.randrange(0, 4)):
            self._until_a_term_ends()
            for who in self.rng.choices(names, weights, k=self.rng.randrange(20, 50)):
                self.act(who)
        self.settle()
        return self

    def _until_a_term_ends(self) -> None:
        """The road is empty, and days pass: what is unread for longer than topics stand would lawfully be gone."""
        self.settle()
        row = self.world.book.execute("SELECT min(due_us) AS due_us FROM deadlines").fetchone()
        if row["due_us"] is not None:
            self.world.now.set(max(self.world.now(), row["due_us"] - self.world.centre_clock.off_us))
        self.dice.calm = False

    def settle(self) -> None:
        """Nothing breaks any more; everybody acts until nobody has anything to do, also once back-offs are over."""
        self.dice.calm = True
        self.cameras.plan, plan = 0, self.cameras.plan
        rested = False
        for _ in range(ROUNDS):
            if sum(self.act(who) for who in WORKERS):
                rested = False
            elif rested and not self._unread():
                break
            else:
                self._pass(BACK_TO_WORK_S)
                rested = True
        self.cameras.plan = plan

    def _unread(self) -> bool:
        return bool(self.door.keeper.waiting or any(lag.records for lag in self.stream.lag()))
