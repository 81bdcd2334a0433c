"""Another reader on the same pictures: a program that answers JSON lines.

The program first prints one line that names it, {"name": …, "settings": …}. To each line {"file": …, "region": …} that
it is given it answers with one line: {"plates": [{"text": …, "confidence": 0–1, "box": [x, y, width, height] or null,
"others": […]}], "ms": …, "cpu_ms": …}, or {"error": …}; plates are in its own order, surest first. It is a process of
its own, so that nothing of it comes into this one: whoever compares with a commercial reader needs it in no environment
of the product.
"""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Annotated, Protocol, TypeVar

import msgspec
from msgspec import Meta

from adjudication.errors import Invalid
from adjudication.facts import Box
from adjudication.plates import normalise
from vision.evaluate.matching import Sight

Answer = TypeVar("Answer", "PeerName", "PeerAnswer")
SILENCE_S = 120.0
"""A program that says nothing for so long is taken for stuck: the slowest reader met took under 2 s a picture."""


class PeerName(msgspec.Struct, frozen=True):
    """Who answers, and with which settings: what a figure means depends on both."""

    name: str
    settings: str


class PeerPlate(msgspec.Struct, frozen=True):
    """A plate that the peer saw; `box` is x, y, width, height in pixels."""

    text: str
    confidence: Annotated[float, Meta(ge=0, le=1)]
    box: tuple[int, int, int, int] | None = None
    others: tuple[str, ...] = ()


class PeerAnswer(msgspec.Struct, frozen=True):
    """What the peer says of one picture, or why it says nothing; milliseconds of the clock and of all its cores."""

    plates: tuple[PeerPlate, ...] = ()
    ms: float = 0.0
    cpu_ms: float = 0.0
    error: str = ""


class Peer(Protocol):
    """Another reader. `ask` answers every picture there is; what it cannot read it answers with an `error`."""

    @property
    def about(self) -> PeerName: ...

    def ask(self, file: Path, region: str) -> PeerAnswer: ...


class PeerProgram:
    """The program behind the protocol above. Made by `peer_program`."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.about = self._answer(PeerName)

    def ask(self, file: Path, region: str) -> PeerAnswer:
        """Raises: Invalid: `peer-failed`, the program ended, was silent for too long or broke the protocol."""
        assert self._process.stdin is not None, "opened with a pipe"
        try:
            self._process.stdin.write(msgspec.json.encode({"file": str(file.resolve()), "region": region}) + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Invalid("peer-failed", "the program ended before all pictures were asked") from error
        return self._answer(PeerAnswer)

    def _answer(self, kind: type[Answer]) -> Answer:
        assert self._process.stdout is not None, "opened with a pipe"
        # A read cannot be given a time: the process that is read from can.
        watch = Timer(SILENCE_S, self._process.kill)
        watch.start()
        line = self._process.stdout.readline()
        watch.cancel()
        if not line:
            raise Invalid("peer-failed", "the program ended or was silent for too long; see what it wrote above")
        try:
            return msgspec.json.decode(line, type=kind)
        except msgspec.MsgspecError as error:
            raise Invalid("peer-failed", f"not an answer of the protocol: {error}") from error


@contextmanager
def peer_program(command: Sequence[str]) -> Iterator[PeerProgram]:
    """Runs the program for as long as it is needed.

    Raises:
        Invalid: `peer-absent`, there is no such program; `peer-failed`, it did not name itself.
    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - theirs to name
    except OSError as error:
        raise Invalid("peer-absent", f"{command[0]} cannot be run: {error.strerror}") from error
    assert process.stdin is not None, "opened with a pipe"
    with process:
        try:
            yield PeerProgram(process)
        finally:
            process.kill()
            # What was not yet taken by a program that ended cannot be delivered any more.
            with suppress(OSError):
                process.stdin.close()


def peer_sights(answer: PeerAnswer) -> tuple[Sight, ...]:
    """The plates of one answer in their order, spelled as ours are."""
    return tuple(
        Sight(normalise(one.text), one.confidence, _box(one), tuple(normalise(text) for text in one.others))
        for one in answer.plates
    )


def _box(plate: PeerPlate) -> Box | None:
    if plate.box is None:
        return None
    x, y, width, height = plate.box
    return Box(x=x, y=y, width=width, height=height)
