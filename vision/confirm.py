"""[confirm]: the plate of a checked passage with a finding is read a second time, by another reader who is blind.

It stands where it is known whether there is anything to find, so that the many passages without a finding cost nothing.
The picture is read back from the stream by its position. Where it is gone, or cannot be read, nothing is made up:
the passage goes on without a second read, flagged, and law has a person look.

An observation: another version of the second reader reads differently, so each checked passage is read once, and the
first committed read stands. What is read changes the content, so it changes the name (ids.confirmed_id).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from adjudication import ids
from adjudication.errors import Invalid
from adjudication.facts import Box, PlateReading, QualityFlag
from adjudication.messages import PassageChecked, PassageObserved
from ingest.readback import read_back
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import Reader
from ingest.topics import CHECKED, CONFIRMED
from vision.agreement import Agreement, shipped
from vision.fusion import agree
from vision.ports import SecondRead, SecondReader

BATCH = 8
"""As many pictures as a batch of [vision]: their strips run together, and the road's delay stays near a second."""
GONE: QualityFlag = "picture_gone"

Finds = Callable[[PassageChecked], bool]
"""Whether the law would make a case of a passage, however sure its plate is (adjudication.decide.finds)."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A checked passage. `plate` is what is to be read a second time, None where nothing is."""

    received: Received
    checked: PassageChecked
    plate: PlateReading | None


def confirm(second: SecondReader | None, reader: Reader, finds: Finds) -> Stage:
    """The stage. `reader` reads frames back; without `second` nobody reads twice, and every passage goes on as it came.

    `handle` raises Unavailable where law or policy does not reach a passage's day or the stream cannot be read, and
    Invalid `message-unexpected` for a message of another kind.
    """

    def handle(batch: Sequence[Received]) -> list[Outgoing]:
        cases = [_case(received, finds if second is not None else None) for received in batch]
        reads = _read(second, reader, cases) if second is not None else [None] * len(cases)
        return [
            Outgoing(CONFIRMED, case.received.key, _confirmed(case, read, together, name), case.received.carried())
            for case, read in zip(cases, reads, strict=True)
        ]

    name = second.reader if second is not None else ""
    together = shipped(name)
    return Stage("confirm", "observation", (CHECKED,), handle, BATCH, seen_id=lambda one: _checked(one).checked_id)


def _checked(received: Received) -> PassageChecked:
    if not isinstance(received.message, PassageChecked):
        raise Invalid("message-unexpected", "confirm reads checked passages")
    return received.message


def _case(received: Received, finds: Finds | None) -> _Case:
    checked = _checked(received)
    plate = _unread_twice(checked.passage)
    return _Case(received, checked, plate if plate is not None and finds is not None and finds(checked) else None)


def _unread_twice(passage: PassageObserved) -> PlateReading | None:
    """The plate, where vision read it, says where it stands, and nobody was asked about it before.

    A further round of the registers' answers brings passages here again: what was read then stands.
    """
    plate = passage.plate
    asked = bool(passage.also_read_by) or GONE in passage.quality
    return None if plate is None or plate.source != "vision" or plate.box is None or asked else plate


def _read(second: SecondReader, reader: Reader, cases: Sequence[_Case]) -> list[SecondRead | None]:
    """The second read of each case, None where nothing is to be read or the picture is gone."""
    shown = [_picture(reader, case) for case in cases]
    answers = iter(second.read([one for one in shown if one is not None]))
    return [next(answers) if one is not None else None for one in shown]


def _picture(reader: Reader, case: _Case) -> tuple[bytes, Box] | None:
    """The picture in which the plate was read, and where it stands there."""
    if case.plate is None or case.plate.box is None:
        return None
    try:
        event = read_back(reader, case.received.headers, case.checked.passage.event_id)
    except Invalid:  # [seal] meets the same record and lays it aside with its reason
        return None
    if event is None or case.plate.picture >= len(event.bodies):
        return None
    return event.bodies[case.plate.picture], case.plate.box


def _confirmed(case: _Case, read: SecondRead | None, calibration: Agreement | None, reader: str) -> PassageChecked:
    """The passage with what came of asking; unchanged, name and all, where nobody was to be asked."""
    if case.plate is None:
        return case.checked
    passage = _flagged(case.checked.passage, (GONE,)) if read is None else _seen(case, read, calibration, reader)
    return replace(case.checked, checked_id=ids.confirmed_id(case.checked.checked_id, reader), passage=passage)


def _seen(case: _Case, read: SecondRead, calibration: Agreement | None, reader: str) -> PassageObserved:
    assert case.plate is not None, "only a plate is read a second time"
    differ: tuple[QualityFlag, ...] = ("reads_disagree",) if read.text not in ("", case.plate.text) else ()
    passage = _flagged(case.checked.passage, (*read.flags, *differ))
    return replace(passage, plate=agree(case.plate, read, calibration), also_read_by=reader)


def _flagged(passage: PassageObserved, flags: Sequence[QualityFlag]) -> PassageObserved:
    return replace(passage, quality=tuple(dict.fromkeys((*passage.quality, *flags))))
