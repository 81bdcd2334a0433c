"""What a stage remembers of earlier messages, committed in one unit with the offset that made it remember.

Two windows, one mechanism (`Session.remember`). The *seen-window* holds the inputs an observation has answered, so that
a repeated input is dropped and the first committed answer stays the truth. A *keyed window* is a stage's own memory
(section pairs, sightings, votes): put by message id, first put stands, so that replaying the input rebuilds it.
"""

from collections.abc import Callable, Sequence

from adjudication.units import MICROS_PER_SECOND
from ingest.clock import Clock
from ingest.stream import Entry, Name

SEEN = "seen"
"""The seen-window's name in a group; an input is known for as long as its topic could hold a repetition of it."""


class KeyedWindow:
    """A stage's memory beside each stream key. Declared in `Stage.windows`; the runner binds and commits it.

    What has been put is visible to `query` at once, and true once the runner commits; a failed batch leaves no trace.
    """

    def __init__(self, name: str, retention_s: int) -> None:
        """`name` is unique within the stage and not `seen`; entries are forgotten after `retention_s`."""
        self._name = name
        self._retention_us = retention_s * MICROS_PER_SECOND
        self._clock: Clock
        self._committed: Callable[[str, str], Sequence[Entry]]
        self._fresh: dict[Name, Entry] = {}

    def bind(self, committed: Callable[[str, str], Sequence[Entry]], clock: Clock) -> None:
        """Look things up in `committed(window, key)` from now on; forget what was not committed."""
        self._committed = committed
        self._clock = clock
        self._fresh.clear()

    def put(self, key: str, message_id: str, value: bytes) -> None:
        """Remember `value` beside stream key `key`, unless something is remembered under this id."""
        name = Name(key, message_id)
        self._fresh.setdefault(name, Entry(self._name, name, self._clock() + self._retention_us, value))

    def query(self, key: str) -> dict[str, bytes]:
        """What is remembered beside `key`: message id to value, by id."""
        fresh = {name.id: entry.value for name, entry in self._fresh.items() if name.key == key}
        committed = {entry.name.id: entry.value for entry in self._committed(self._name, key)}
        return dict(sorted((fresh | committed).items()))

    @property
    def fresh(self) -> tuple[Entry, ...]:
        """What has been put and not yet committed, in order."""
        return tuple(self._fresh.values())

    def drop(self, keep: int = 0) -> None:
        """Forget what has been put and not yet committed, but for the first `keep`."""
        for name in tuple(self._fresh)[keep:]:
            del self._fresh[name]
