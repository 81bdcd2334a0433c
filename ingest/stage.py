"""A stage: a function from messages to messages. It never sees a broker, a partition or a commit.

Two kinds (design §1.7). A *function* may be repeated: its duplicates collapse by id. An *observation* may answer
differently the second time, so its outputs and its offsets are committed as one unit, and an input id it has already
answered is dropped by a seen-window that is committed with the offset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from adjudication.messages import AnyMessage
from ingest.frame import Frame
from ingest.topics import Topic

if TYPE_CHECKING:
    from ingest.windows import KeyedWindow

FRAME_POSITION = "frame-position"
"""Header: where in frames.v1 the event's pictures stand, as `topic/partition/offset`."""
ENTRY_POSITION = "entry-position"
"""Header: where the pictures of a section's entry stand, beside those of its exit."""
RECEIVED_US = "received-us"
"""Header: when the door took the event, for lag only; never enters a decision."""
LATE = "late"
"""Header: "1" where the event came later than the door's bound for fresh ones."""
TRACE = "trace"
"""Header: names one event's way through all stages in logs."""
TRACEPARENT = "traceparent"
"""Header: the span that caused the record, where its event's trace is taken (ingest/tracing.py)."""
REQUEUES = "requeues"
"""Header: how often the record was put back after it was refused (ingest/letters.py)."""
REQUEUED_FOR = "requeued-for"
"""Header: the stage that refused the record before; it was put back for that one alone."""

CARRIED = (FRAME_POSITION, ENTRY_POSITION, RECEIVED_US, LATE, TRACE, TRACEPARENT)


class Position(Struct, frozen=True):
    """Where a record stands in a stream. Offsets have gaps: they order, they do not count."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """The position written by `str`. Raises ValueError on anything else."""
        topic, partition, offset = text.rsplit("/", 2)
        return cls(topic, int(partition), int(offset))


class Received(Struct, frozen=True):
    """A message as a stage gets it."""

    message: AnyMessage | Frame
    position: Position
    key: str
    headers: Mapping[str, str] = {}

    def carried(self) -> dict[str, str]:
        """The headers that go on with everything this message causes; a frame adds where it stands."""
        headers = {name: self.headers[name] for name in CARRIED if name in self.headers}
        if isinstance(self.message, Frame):
            headers[FRAME_POSITION] = str(self.position)
        return headers


class Outgoing(Struct, frozen=True):
    """A message as a stage gives it. `headers` is normally the cause's `carried()`."""

    topic: Topic
    key: str
    message: AnyMessage
    headers: Mapping[str, str] = {}


Handle = Callable[[Sequence[Received]], Sequence[Outgoing]]
SeenId = Callable[[Received], str]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stop of the road.

    `handle` gets 1 to `batch` messages, oldest first per key, and returns what they cause, in order. It raises
    `Invalid` for input that can never be handled (the runner finds which record it is and lays it aside), `Unavailable`
    if nothing was done and it should be asked again; anything else stops the worker. `seen_id` names an observation's
    input. `windows` are what the stage remembers; `handle` puts and queries them, the runner commits them. `pause_s`
    passes after each batch where a batch costs far more than its records, so that more of them share the next one.
    """

    name: str
    kind: Literal["function", "observation"]
    reads: tuple[Topic, ...]
    handle: Handle
    batch: int = 64
    seen_id: SeenId | None = None
    windows: "tuple[KeyedWindow, ...]" = ()
    pause_s: float = 0.0

    def __post_init__(self) -> None:
        if (self.kind == "observation") != (self.seen_id is not None):
            raise ValueError(f"stage {self.name}: an observation, and only an observation, names its inputs (seen_id)")
