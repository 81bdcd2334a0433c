"""Cameras that obey the door and nothing else: an event is theirs until they hold its receipt, and is then sent again.

Within a window of a few events the order is drawn; one in five that has a receipt is sent once more, at once or much
later, and must get the same receipt, byte for byte.
"""

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from adjudication.units import Id
from benchmarks.traffic import Passing
from ingest import receipts
from ingest.clock import system_clock
from ingest.doors.headers import CONTENT_TYPE
from ingest.frame import Frame
from ingest.identity import DeviceFile
from ingest.signatures import sign_frame

PICTURE_BYTES = 20_000
WINDOW = 4
"""Events that are sent in a drawn order: a camera with two lines out does not keep its own."""
AGAIN = 0.2
"""The share of events that is sent once more."""
ANSWERS_WITHIN_S = 10.0
"""A door that stands still for longer has perhaps taken the event; it is sent again."""
IMPATIENT_S = 0.2
"""Between two tries; a camera would back off for up to half a minute, and these shall press on."""
AGAIN_AT = (429, 503)
"""What the door says to whom it asks to come again."""
REST_S = 300.0
"""For the last receipts once everything is brought back."""


class Cameras:
    """Devices that share a plan of passings, no further than `allow` says, until all have receipts."""

    def __init__(self, files: Sequence[DeviceFile], plan: Sequence[Passing], seed: int) -> None:
        self._plan = plan
        self._allowed = 0
        self._more = threading.Condition()
        self._over = threading.Event()
        self.accepted: dict[Id, Frame] = {}
        """By content."""
        self.again = 0
        """Deliveries of what had a receipt already."""
        self._pool = ThreadPoolExecutor(len(files))
        self._sending = [
            self._pool.submit(self._send, file, range(first, len(plan), len(files)), random.Random(f"{seed} {first}"))
            for first, file in enumerate(files)
        ]

    def allow(self, events: int) -> None:
        """The first `events` of the plan may go out now."""
        with self._more:
            self._allowed = events
            self._more.notify_all()

    def finish(self) -> None:
        """Everything may go out; returns when all of it has receipts. Raises AssertionError where the door erred."""
        self.allow(len(self._plan))
        for sending in self._sending:
            sending.result(timeout=REST_S)

    def end(self) -> None:
        """Nobody sends any more."""
        self._over.set()
        self.allow(len(self._plan))
        self._pool.shutdown()

    def _send(self, file: DeviceFile, turns: range, rng: random.Random) -> None:
        held: list[tuple[Frame, bytes]] = []
        with httpx.Client(base_url=file.url, timeout=ANSWERS_WITHIN_S, trust_env=False) as door:
            for first in range(0, len(turns), WINDOW):
                window = turns[first : first + WINDOW]
                self._wait_for(window[0])
                frames = [_frame(file, self._plan[turn], first + at + 1) for at, turn in enumerate(window)]
                for frame in rng.sample(frames, len(frames)):
                    receipt = self._push(door, file, frame)
                    held.append((frame, receipt))
                    self.accepted[frame.content_id] = frame
                    while rng.random() < AGAIN:
                        known, given = rng.choice((held[-1], rng.choice(held)))
                        assert self._push(door, file, known) == given, "another receipt for the same event"
                        self.again += 1

    def _wait_for(self, turn: int) -> None:
        with self._more:
            self._more.wait_for(lambda: turn < self._allowed)

    def _push(self, door: httpx.Client, file: DeviceFile, frame: Frame) -> bytes:
        """The receipt, after as many tries as it takes."""
        body = frame.encode()
        while not self._over.is_set():
            try:
                answer = door.post("/v1/events", content=body, headers={"content-type": CONTENT_TYPE})
            except httpx.TransportError:
                self._over.wait(IMPATIENT_S)
                continue
            if answer.is_success:
                receipts.check(answer.content, frame, file.receipt_key)
                return answer.content
            assert answer.status_code in AGAIN_AT, f"the door refused a good event: {answer.text}"
            self._over.wait(IMPATIENT_S)
        raise RuntimeError("the run was broken off")


def _frame(file: DeviceFile, passing: Passing, sequence: int) -> Frame:
    picture = passing.picture(PICTURE_BYTES)
    return sign_frame(passing.event(file, sequence, picture, system_clock()), (picture.jpeg,), file.key)
