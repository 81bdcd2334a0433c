"""What all days share, because opening it costs more than a day: law, keys, population, a casebook to be emptied."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from adjudication.calendar import start_of_day_us
from benchmarks import traffic
from ingest.clock import Clock, VirtualClock
from ingest.enrolment import as_enrolled, request_of
from ingest.identity import device_file
from ingest.memory import MemoryStream
from ingest.runner import Runner
from ingest.signatures import public_hex
from ingest.stage import Stage
from integrations import authority, signing
from integrations.form import Issuer
from integrations.keys import MasterKey
from integrations.lawfiles import load_law, load_policy
from integrations.outbox import Relay
from integrations.pipeline import BODY_CODE, LOG_ORIGIN
from integrations.simulators.population import Population
from tests import samples
from tests.simulation.ports import FaultyCasebook, FaultyDatabase
from tests.simulation.stores import MemoryRegister

MEMORY = Path("/dev/shm")
"""Where a file costs no disk; without it, wherever temporary files go."""
VEHICLES, POPULATION_SEED = 100, 5
"""A hundred vehicles hold every profile of the simulators."""
CAMERAS = ("cam-1", "cam-2", "cam-3")
SECTION_ENDS_AT = "cam-2"
SECTION = replace(samples.SECTION, entry_device_id="cam-1", length_mm=1_500_000)
"""Driven in 90 seconds at the limit."""
OPENED_ON = date(2025, 1, 1)
MASTER = MasterKey(bytes(32))


@dataclass(frozen=True)
class Parts:
    """What a planted mistake may take the place of; as they stand here, they are the product's own or the stores'."""

    runner: Callable[..., Runner] = Runner
    stream: Callable[..., MemoryStream] = MemoryStream
    register: Callable[[], MemoryRegister] = MemoryRegister
    relay: Callable[..., Relay] = Relay
    stage: Callable[[Stage], Stage] = lambda stage: stage


class World:
    """Opened once for any number of days. Also a context manager: it has a folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tarazy-days-", dir=MEMORY if MEMORY.is_dir() else None))
        self.now = VirtualClock(start_of_day_us(OPENED_ON))
        self.law, self.policy = load_law(), load_policy("default")
        self.population = Population(POPULATION_SEED, VEHICLES)
        self.master = MASTER
        authority.ensure_demo_authority(self.folder / "keys", authority.DEMO_BODY, authority.DEMO_NUMBER)
        self.centre_clock = CentreClock(self.now)
        self.signer = signing.open_signer(self.folder / "keys", self.centre_clock)
        self.log = signing.open_log_signer(self.folder / "keys", LOG_ORIGIN)
        self.issuer = Issuer(authority.DEMO_BODY, BODY_CODE)
        self.receipt_key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.keys = _keys(CAMERAS)
        FaultyDatabase.dice = None
        self.casebook = FaultyCasebook(f"sqlite:///{self.folder / 'casebook.db'}", self.master)
        self.devices = tuple(self._enrol(name) for name in CAMERAS)
        self._empty = sqlite3.connect(":memory:")
        self.book = sqlite3.connect(self.folder / "casebook.db", isolation_level=None)
        self.book.row_factory = sqlite3.Row
        self.book.backup(self._empty)

    def _enrol(self, name: str):
        papers, key = traffic.passport(name), self.keys[name]
        if name == SECTION_ENDS_AT:
            papers = replace(papers, sections=(SECTION,))
        self.casebook.devices.enrol(as_enrolled(request_of(papers, public_hex(key)), self.now()))
        return device_file(papers, key, "http://127.0.0.1", public_hex(self.receipt_key))

    def empty(self) -> None:
        """The casebook as it was when only the devices were enrolled, and no spool."""
        FaultyDatabase.dice = None
        self._empty.backup(self.book)
        shutil.rmtree(self.folder / "spool", ignore_errors=True)

    def rows(self, table: str) -> Sequence[sqlite3.Row]:
        """Everything committed in a table of the casebook, past all ports."""
        return self.book.execute(f"SELECT * FROM {table}").fetchall()

    def stands(self, act_number: str) -> bool:
        """Whether an act stands now, past all ports."""
        found = self.book.execute("SELECT voided_us FROM acts WHERE number = ?", (act_number,)).fetchone()
        return found is not None and found["voided_us"] is None

    def close(self) -> None:
        """Closes everything and removes the folder."""
        FaultyDatabase.dice = None
        self.casebook.close()
        self.book.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class CentreClock:
    """The centre's own clock: off from the true one by what NTP has last made of it."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self.off_us = 0

    def __call__(self) -> int:
        return self._now() + self.off_us


def _keys(names: Sequence[str]) -> dict[str, Ed25519PrivateKey]:
    rng = random.Random(POPULATION_SEED)
    return {name: Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)) for name in names}
