"""Reading an event back from the stream, by the position that travels with everything it causes."""

from collections.abc import Mapping

from adjudication.errors import Invalid
from adjudication.units import Id
from ingest import frame
from ingest.frame import Frame
from ingest.stage import FRAME_POSITION, Position
from ingest.stream import Reader


def read_back(reader: Reader, headers: Mapping[str, str], event_id: Id, header: str = FRAME_POSITION) -> Frame | None:
    """The event that `headers[header]` points at, its pictures checked against their SHA-256; None where it expired.

    Raises:
        Invalid: `frame-position-wrong`, another event stands there; or as `frame.decode` and `frame.check_digests`.
        Unavailable: the stream cannot be read now.
    """
    position = headers.get(header)
    if position is None:
        return None
    try:
        record = reader.read_at(Position.parse(position))
    except Invalid:
        return None
    event = frame.decode(record.value)
    if event.event_id != event_id:
        raise Invalid("frame-position-wrong", f"the record at {position} is another event")
    frame.check_digests(event)
    return event
