"""Overload: what the door holds at once and what one device may send, both bounded.

A refusal here is not about the event: the same bytes are welcome later, and the answer says when (Retry-After).
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from ingest.frame import MAX_FRAME_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """What one door takes.

    `requests` in flight: a thread each while they wait for a flush. `bytes` in flight: what bodies may hold of memory;
    at least one whole frame. `per_device_s` events a second on average and `per_device_burst` at once: a camera sees
    one or two vehicles a second, and empties its spool after an outage at twenty times that. `body_s`: seconds for a
    body to arrive, so that slow senders do not hold places (4 MiB in 20 s is 1.7 Mbit/s, a poor mobile line).
    `retry_after_s` is advised when too much is in flight, which passes in moments; `full_retry_after_s` when nothing
    can be kept, which takes a person.
    """

    requests: int = 64
    bytes: int = 64 * 1024 * 1024
    per_device_s: float = 40.0
    per_device_burst: int = 400
    body_s: float = 20.0
    retry_after_s: float = 1.0
    full_retry_after_s: float = 30.0

    def __post_init__(self) -> None:
        if self.bytes < MAX_FRAME_BYTES:
            raise ValueError(f"limits: {self.bytes} bytes in flight could never take a frame of {MAX_FRAME_BYTES}")


class InFlight:
    """Counts requests and the bytes they may bring. Used by the event loop's thread only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._requests = 0
        self._bytes = 0

    @contextmanager
    def hold(self, size: int) -> Iterator[bool]:
        """Holds a place for a body of `size` bytes while the block runs; gives False where there is none."""
        if self._requests >= self._limits.requests or self._bytes + size > self._limits.bytes:
            yield False
            return
        self._requests += 1
        self._bytes += size
        try:
            yield True
        finally:
            self._requests -= 1
            self._bytes -= size


class DeviceRates:
    """A token bucket for each device. Asked only after the signature: nobody uses up another's share.

    Safe to use from many threads.
    """

    _DEVICES_HELD = 65_536
    """Ten times the devices of the country; the longest silent one is forgotten first, and so starts full again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, device_id: str, now_s: float) -> float:
        """Takes one event from the device's share: 0, or the seconds until there is one and nothing was taken.

        `now_s` is any clock that never goes back.
        """
        with self._lock:
            return self._take(device_id, now_s)

    def _take(self, device_id: str, now_s: float) -> float:
        burst, rate = self._limits.per_device_burst, self._limits.per_device_s
        held, since_s = self._buckets.pop(device_id, (float(burst), now_s))
        held = min(float(burst), held + (now_s - since_s) * rate)
        wait_s = 0.0 if held >= 1.0 else (1.0 - held) / rate
        self._buckets[device_id] = (held if wait_s else held - 1.0, now_s)
        if len(self._buckets) > self._DEVICES_HELD:
            self._buckets.popitem(last=False)
        return wait_s
