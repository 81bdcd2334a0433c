"""Pictures are decoded on threads ahead of the one thread that reads them, and read a few at a time.

    caller:    read_many(looks) ─ takes what is decoded, in order ─ reads it ─ takes … ─ answers
    decoders:  prepare ─ prepare ─ prepare … (no further ahead than AHEAD pictures and one largest picture's pixels)

Whoever calls is the inference worker: one at a time, so one process has one queue to its card and nothing to hand over.
What is decoded and not yet read is bounded in number and in pixels; a caller that reads slowly slows the decoders down.
A batch is what happens to be decoded, at most `PORTION`, and waits for more no longer than `LINGER_S`.

One process for one device (a card, or a set of cores). Decoding needs no interpreter's lock, reading hardly any.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from types import TracebackType
from typing import Protocol

from adjudication.facts import QualityFlag
from vision.decode import MAX_PIXELS, claimed_size
from vision.ports import Look, Seen
from vision.region import PORTION, Prepared, Reader, prepare, read_prepared

AHEAD = 2 * PORTION
"""While one batch is read the next is decoded; more would only wait, in memory."""
LINGER_S = 0.005
"""How long the first picture of a batch waits for others that are being decoded: the time one of them takes."""
BROKEN: QualityFlag = "corrupt"
"""What is said of a picture that breaks the reader though others can be read."""

log = logging.getLogger(__name__)


class NamedReader(Reader, Protocol):
    """A reader of decoded pictures, and its name."""

    @property
    def reader(self) -> str: ...


class Fed:
    """Eyes over a reader, fed by `decoders` threads (port: vision.ports.Eyes). Also a context manager."""

    def __init__(self, reader: NamedReader, decoders: int = 1, prepare: Callable[[Look], Prepared] = prepare) -> None:
        self._eyes = reader
        self._prepare = prepare
        self._pool = ThreadPoolExecutor(decoders, thread_name_prefix="decode")
        self._one_at_a_time = threading.Lock()

    @property
    def reader(self) -> str:
        """The name of the reader: feeding changes no reading."""
        return self._eyes.reader

    def read_many(self, looks: Sequence[Look]) -> list[Seen]:
        """One answer a picture, in order. Several threads may call; they take turns.

        A picture that breaks a decoder or the reader is answered as corrupt if others of the call can be read.

        Raises:
            Exception: what the reader raised, if it can read none of the pictures; then it is not the pictures.
            RuntimeError: after `close`.
        """
        with self._one_at_a_time:
            answers: list[Seen | Exception] = []
            for batch in self._decoded(looks):
                answers += self._read(batch)
        return _settled(answers)

    def close(self) -> None:
        """Ends the threads once what is in hand is done. Nothing can be read afterwards."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> "Fed":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _decoded(self, looks: Sequence[Look]) -> Iterator[list[tuple[Look, "Future[Prepared]"]]]:
        """Batches of decoded pictures in order, while the next ones are being decoded."""
        waiting = deque((look, _pixels(look)) for look in looks)
        ahead: deque[tuple[Look, Future[Prepared], int]] = deque()
        try:
            while waiting or ahead:
                held = sum(pixels for _, _, pixels in ahead)
                while waiting and len(ahead) < AHEAD and (not ahead or held + waiting[0][1] <= MAX_PIXELS):
                    look, pixels = waiting.popleft()
                    ahead.append((look, self._pool.submit(self._prepare, look), pixels))
                    held += pixels
                batch = _ready([done for _, done, _ in ahead])
                yield [(look, done) for look, done, _ in (ahead.popleft() for _ in range(batch))]
        finally:
            for _, left, _ in ahead:
                left.cancel()
            wait_for([left for _, left, _ in ahead])

    def _read(self, batch: Sequence[tuple[Look, "Future[Prepared]"]]) -> list[Seen | Exception]:
        """What is seen in a batch; where decoding or reading it fails, in each picture alone, or why that fails too."""
        try:
            return [*read_prepared([look for look, _ in batch], [done.result() for _, done in batch], self._eyes)]
        except Exception as error:
            if len(batch) == 1:
                return [error]
            log.warning("a batch of %d pictures broke the reader: each is read alone", len(batch))
        return [answer for alone in batch for answer in self._read([alone])]


def _ready(done: Sequence["Future[Prepared]"]) -> int:
    """How many of the first pictures make the next batch: the first once it is decoded, others if they are soon."""
    wait_for(done[:1])
    give_up = time.monotonic() + LINGER_S
    ready = 1
    for one in done[1:PORTION]:
        if wait_for([one], timeout=max(give_up - time.monotonic(), 0)).not_done:
            break
        ready += 1
    return ready


def _pixels(look: Look) -> int:
    """How many pixels a picture claims to have; 0 if it will not be decoded."""
    claimed = claimed_size(look.body)
    return 0 if isinstance(claimed, str) else claimed[0] * claimed[1]


def _settled(answers: Sequence[Seen | Exception]) -> list[Seen]:
    errors = [one for one in answers if isinstance(one, Exception)]
    if errors and len(errors) == len(answers):
        raise errors[0]
    if errors:
        log.error("%d of %d pictures broke the reader (%s)", len(errors), len(answers), type(errors[0]).__name__)
    return [Seen(flags=(BROKEN,)) if isinstance(one, Exception) else one for one in answers]
