"""Starting and commanding the simulators from another process."""

import subprocess  # starts this very interpreter
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import httpx
import msgspec

from adjudication.answers import PersonNumber
from integrations.simulators.faults import TARGETS, Ahead, Command, Mode, Target
from integrations.simulators.mailbox import Letter

STARTS_WITHIN_S = 30.0
"""Importing FastAPI and growing a population take about two seconds; a loaded machine needs many times that."""


@dataclass(frozen=True, slots=True)
class Running:
    """Simulators that run at `url`."""

    url: str
    _client: httpx.Client

    def command(self, target: Target, mode: Mode, seconds: float = 0.0) -> None:
        """Make one system behave so from now on (faults.py)."""
        content = msgspec.json.encode(Command(mode=mode, seconds=seconds))
        self._client.post(f"/control/{target}", content=content).raise_for_status()

    def command_all(self, mode: Mode, seconds: float = 0.0) -> None:
        """Make all systems behave so from now on."""
        for target in TARGETS:
            self.command(target, mode, seconds)

    def put_ahead(self, seconds: float) -> None:
        """Let their clock run so far ahead of the machine's, as the clock of the centre they serve does."""
        self._client.post("/control/clock", content=msgspec.json.encode(Ahead(seconds=seconds))).raise_for_status()

    def asked(self, target: Target) -> int:
        """How often that system was asked since start."""
        reply = self._client.get("/control").raise_for_status()
        return msgspec.json.decode(reply.content, type=dict[str, _State])[target].asked

    def letters(self, number: PersonNumber) -> tuple[Letter, ...]:
        """What that person received, oldest first."""
        reply = self._client.get(f"/cabinet/{number}").raise_for_status()
        return msgspec.json.decode(reply.content, type=tuple[Letter, ...])


class _State(msgspec.Struct, frozen=True):
    mode: Mode
    seconds: float
    asked: int


@contextmanager
def running(seed: int, size: int = 2000, today: date | None = None) -> Iterator[Running]:
    """Simulators over `Population(seed, size, today)` in a process of their own, ended at the block's end.

    `today` None is the civil day of the start. Raises RuntimeError if the process ends before it serves.
    """
    command = [sys.executable, "-m", "integrations.simulators", "--seed", str(seed), "--size", str(size)]
    if today is not None:
        command += ["--today", today.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            url = _address(process)
            with httpx.Client(base_url=url, trust_env=False) as client:
                yield Running(url, client)
        finally:
            process.communicate(timeout=STARTS_WITHIN_S)


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError("the simulators ended before they served; their error stands above")
    return line
