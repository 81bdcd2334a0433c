"""Wrappers around the ports beside the stream, which ask the dice before and after each step."""

import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import sqlalchemy as sa

from adjudication.answers import System, Unanswered
from adjudication.errors import Unavailable
from ingest.clock import Clock
from integrations.casebook import Casebook
from integrations.casebook.database import Database
from integrations.channels.port import Channel, Notice, Refused, Sent
from integrations.simulators.registries import PopulationRegistries
from tests.simulation.faults import Dice
from tests.simulation.journal import Journal, Sending

T = TypeVar("T")


class Faulty:
    """Any store: each of its methods is a step of `port`."""

    def __init__(self, inner: Any, port: str, dice: Dice) -> None:
        self._inner = inner
        self._port = port
        self._dice = dice

    def __getattr__(self, step: str) -> Callable[..., Any]:
        take = getattr(self._inner, step)

        def taken(*args: Any, **kwargs: Any) -> Any:
            self._dice.before(self._port, step)
            result = take(*args, **kwargs)
            self._dice.after(self._port, step)
            return result

        return taken


class FaultyDatabase(Database):
    """The casebook's database, whose transactions may fail; one at a time, as the simulation has one thread."""

    dice: ClassVar[Dice | None] = None
    depth: ClassVar[int] = 0
    """How many transactions and views are open, one inside the other."""

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """See Database."""
        dice = FaultyDatabase.dice
        if FaultyDatabase.depth or dice is None:
            with self._inside(), super().writing() as tx:
                yield tx
            return
        dice.before("casebook", "begin")
        with self._inside(), super().writing() as tx:
            yield tx
            dice.before("casebook", "commit")
        dice.after("casebook", "commit")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See Database."""
        if not FaultyDatabase.depth and FaultyDatabase.dice is not None:
            FaultyDatabase.dice.before("casebook", "read")
        with self._inside(), super().reading() as view:
            yield view

    @staticmethod
    @contextmanager
    def _inside() -> Iterator[None]:
        FaultyDatabase.depth += 1
        try:
            yield
        finally:
            FaultyDatabase.depth -= 1


class FaultyCasebook(Casebook):
    """The casebook over it."""

    opens = FaultyDatabase


class FaultyChannel:
    """A `Channel` that may not answer, or whose answer may be lost. It never raises for that."""

    def __init__(self, channel: Channel, dice: Dice, journal: Journal, stands: Callable[[str], bool]) -> None:
        self.name = channel.name
        self._channel = channel
        self._dice = dice
        self._journal = journal
        self._stands = stands

    def send(self, notice: Notice) -> Sent | Refused:
        """See Channel."""
        try:
            self._dice.before("channel", "send")
        except Unavailable:
            return Refused("unreachable", again=True)
        stood = self._stands(notice.act_number)
        answer = self._channel.send(notice)
        if isinstance(answer, Sent):
            self._journal.sendings.append(Sending(notice.act_number, self.name, stood))
        if self._dice.after("channel", "send") == "timeout":
            return Refused("timeout", again=True)
        return answer


class AtOnce(Executor):
    """Threads that are none: what is put to them is done at once. Real ones bring an order of their own."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        """See Executor."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class SilentRegistries:
    """`Registries` that now and then say nothing."""

    def __init__(self, registries: PopulationRegistries, seed: int, of_ten_thousand: int, clock: Clock, dice: Dice):
        self._registries = registries
        self._seed = seed
        self._of_ten_thousand = of_ten_thousand
        self._clock = clock
        self._dice = dice

    def vehicle(self, plate: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("vehicles", plate, as_of_us) or self._registries.vehicle(plate, as_of_us)

    def person(self, number: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("persons", number, as_of_us) or self._registries.person(number, as_of_us)

    def insurance(self, vin: str, person: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("insurance", vin, as_of_us) or self._registries.insurance(vin, person, as_of_us)

    def inspection(self, vin: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("inspection", vin, as_of_us) or self._registries.inspection(vin, as_of_us)

    def penalties(self, person: str, as_of_us: int) -> Any:
        """See Registries."""
        return self._silence("penalties", person, as_of_us) or self._registries.penalties(person, as_of_us)

    def close(self) -> None:
        """Nothing is open."""

    def _silence(self, system: System, key: str, as_of_us: int) -> Unanswered | None:
        """A register that is silent about something stays so for ten minutes."""
        asked_us = self._clock()
        drawn = zlib.crc32(f"{self._seed} {system} {key} {asked_us // 600_000_000}".encode()) % 10_000
        if self._dice.calm or drawn >= self._of_ten_thousand:
            return None
        return Unanswered(system=system, asked_us=asked_us, as_of_us=as_of_us, reason="timeout")
