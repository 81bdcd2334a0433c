"""Which sequence numbers a door has taken lately, and for what content.

A device's number is used once. Sending the same event again is right (its receipt may have been lost) and gives the
same receipt without a second record; another content under a used number is refused. The memory is bounded and one
door's own: after a restart, or at another replica, another content is taken like any other. It has a receipt, so it has
an outcome: passages are named by content (`Frame.content_id`), so [vision] drops only the same content, and two
contents that claim one case are put before officers or end with a reason ([issue], [seal]).
"""

from collections import OrderedDict
from threading import Lock
from typing import Literal

from adjudication.units import Id, Sha256

EVENTS_HELD = 131_072
"""About 30 MB; at a thousand events a second the last two minutes, in which a client whose receipt got lost asks."""

Claim = Literal["new", "kept", "other"]


class SequenceMemory:
    """Events claimed (being made durable) and kept (durable). Safe to use from many threads."""

    def __init__(self, held: int = EVENTS_HELD) -> None:
        self._held = held
        self._kept: OrderedDict[Id, Sha256] = OrderedDict()
        self._claimed: dict[Id, tuple[Sha256, int]] = {}
        self._lock = Lock()

    def claim(self, event: Id, content: Sha256) -> Claim:
        """`new`: make it durable, then `settle`; `kept`: it is durable already; `other`: the number is used up.

        An event claimed twice at once is `new` for both: each waits for its own flush before it gives a receipt.
        """
        with self._lock:
            if event in self._kept:
                self._kept.move_to_end(event)
                return "kept" if self._kept[event] == content else "other"
            claimed, count = self._claimed.get(event, (content, 0))
            if claimed != content:
                return "other"
            self._claimed[event] = (content, count + 1)
            return "new"

    def settle(self, event: Id, *, kept: bool) -> None:
        """Ends a claim that was `new`; `kept` if the event is durable now."""
        with self._lock:
            content, count = self._claimed.pop(event)
            if count > 1:
                self._claimed[event] = (content, count - 1)
            if kept:
                self._kept[event] = content
            if len(self._kept) > self._held:
                self._kept.popitem(last=False)
