"""The register and the stream, looked at while a load runs: what is settled, how many acts, how far stages are behind.

A passage is settled when the register holds an outcome or a decision of its event. Of one event in `SAMPLE` it is noted
when it was first seen there, which is exact to `POLL_S`.
"""

import threading
import time
from multiprocessing.sharedctypes import Synchronized

import msgspec

from benchmarks.national import processes
from integrations.pipeline import Centre

POLL_S = 1.0
"""Often enough for a picture and for latencies of seconds; each look costs the register some 10 ms."""
SAMPLE = 16
"""One event in sixteen: of a minute at 300 a second, over a thousand."""
SETTLED = "SELECT event_id FROM outcomes UNION ALL SELECT event_id FROM decisions"
COUNTED = f"SELECT (SELECT uniqExact(event_id) FROM ({SETTLED})), (SELECT uniqExact(id) FROM acts)"
SAMPLED = f"SELECT DISTINCT event_id FROM ({SETTLED}) WHERE cityHash64(event_id) % {SAMPLE} = 0"


class Look(msgspec.Struct, frozen=True):
    """What was there at one instant; `lag` are records not yet read, by group and topic, zeros left out."""

    at_s: float
    settled: int
    acts: int
    lag: dict[str, int]
    memory_mib: dict[str, float]


class Watch:
    """Looks on and on in a thread of its own, from `start` to `stop`."""

    def __init__(self, centre: Centre, settled: "Synchronized[int]") -> None:
        """`settled` is kept at the count of settled passages, for the client's window."""
        self.looks: list[Look] = []
        self.first_seen_s: dict[str, float] = {}
        self._centre = centre
        self._settled = settled
        self._end = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin, with one look taken at once."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """End. Raises what ended the looking before its time."""
        self._end.set()
        self._thread.join()
        self.check()

    def check(self) -> None:
        """Raises what ended the looking before its time."""
        if self._failure is not None:
            raise self._failure

    def look(self) -> Look:
        """One look."""
        [(settled, acts)] = self._centre.register.ask(COUNTED)
        at_s = time.time()
        for (event_id,) in self._centre.register.ask(SAMPLED):
            self.first_seen_s.setdefault(_text(event_id), at_s)
        lag = {f"{one.group} {one.topic}": one.records for one in self._centre.stream.lag() if one.records}
        memory = {name: used.memory_mib for name, used in processes.used().items()}
        look = Look(at_s, int(settled), int(acts), lag, memory)
        self._settled.value = look.settled
        self.looks.append(look)
        return look

    def _run(self) -> None:
        try:
            while not self._end.wait(POLL_S):
                self.look()
        except BaseException as error:
            self._failure = error


def _text(event_id: object) -> str:
    return event_id.decode() if isinstance(event_id, bytes) else str(event_id)
