"""Dead letters, looked at and put back: what a letter tells without its content, and the record it was made of.

A record is put back on the topic it came from, under its key, with the headers it came with and two more: how often it
was put back, and for which stage. Other stages that read the topic have handled it and pass it over (ingest/runner.py).
Whether a letter was put back already is for whoever puts it back to remember, by `requeue_id`.
"""

import hashlib
from collections.abc import Iterator, Mapping

from adjudication import ids
from adjudication.errors import Invalid
from adjudication.facts import Fact
from adjudication.units import Id, Micros, Sha256
from ingest.deadletter import ALARM, DETAIL, REASON, SHA256, SOURCE
from ingest.stage import REQUEUED_FOR, REQUEUES, Position
from ingest.stream import NewRecord, Reader, StoredRecord
from ingest.topics import dead

MAX_REQUEUES = 3
"""What was refused four times was not refused by chance: the stage or the record is to be mended, not asked again."""
FOREVER_US = 2**62
"""Later than every record."""
OF_THE_LETTER = frozenset({REASON, DETAIL, SOURCE, SHA256, ALARM})


class Letter(Fact, frozen=True, kw_only=True):
    """A dead letter without its content: where it stands, what `stage` refused and why (`code`, `detail`), when, where
    the record stood (`source`) and its digest, how often it was put back before. `copied`: its value is in the letter;
    otherwise only where it stood."""

    place: str
    stage: str
    code: str
    detail: str
    alarm: bool
    refused_us: Micros
    source: str
    sha256: Sha256
    requeues: int
    copied: bool

    @property
    def requeue_id(self) -> Id:
        """Names the putting back of this record, once refused: the same for two letters of a torn commit."""
        return ids.stable_id("requeue", self.stage, self.source, self.sha256)


def letters(reader: Reader, stage: str) -> Iterator[Letter]:
    """The dead letters of a stage that still stand, in order within a partition. Raises Unavailable."""
    return (_letter(stage, record) for record in reader.scan(dead(stage).name, 0, FOREVER_US))


def letter_at(reader: Reader, place: str) -> tuple[Letter, StoredRecord]:
    """The dead letter at `place` (topic/partition/offset), and its record.

    Raises:
        Invalid: `letter-unknown`, this is no place of a dead letter; `record-expired`, it stands there no more.
        Unavailable: the stream cannot be read now.
    """
    position = _position(place)
    stage, dot, kind = position.topic.rpartition(".")
    if not (dot and stage and kind == "dead"):
        raise Invalid("letter-unknown", f"{place!r} is no place of a dead letter: STAGE.dead/PARTITION/OFFSET")
    record = reader.read_at(position)
    return _letter(stage, record), record


def restored(reader: Reader, place: str) -> NewRecord:
    """The record that the letter at `place` was made of, to be put back.

    Raises:
        Invalid: `requeued-too-often`; `record-expired`, its value stands nowhere any more; `record-changed`, what
            stands there is another one; `letter-unknown`.
        Unavailable: the stream cannot be read now.
    """
    letter, record = letter_at(reader, place)
    if letter.requeues >= MAX_REQUEUES:
        raise Invalid("requeued-too-often", f"{place} was put back {letter.requeues} times and refused again")
    value = value_of(reader, letter, record)
    headers = {name: text for name, text in record.headers.items() if name not in OF_THE_LETTER}
    again = {REQUEUES: str(letter.requeues + 1), REQUEUED_FOR: letter.stage}
    return NewRecord(_position(letter.source).topic, record.key, value, {**headers, **again})


def value_of(reader: Reader, letter: Letter, record: StoredRecord) -> bytes:
    """The value that was refused: out of the letter, else from where it stood. Raises as `restored`."""
    value = record.value if letter.copied else reader.read_at(_position(letter.source)).value
    if hashlib.sha256(value).hexdigest() != letter.sha256:
        raise Invalid("record-changed", f"what stands at {letter.source} does not have the letter's digest")
    return value


def _letter(stage: str, record: StoredRecord) -> Letter:
    headers: Mapping[str, str] = record.headers
    return Letter(
        place=str(record.position),
        stage=stage,
        code=headers.get(REASON, ""),
        detail=headers.get(DETAIL, ""),
        alarm=headers.get(ALARM) == "1",
        refused_us=record.appended_us,
        source=headers.get(SOURCE, ""),
        sha256=headers.get(SHA256, hashlib.sha256(record.value).hexdigest()),
        requeues=int(headers.get(REQUEUES, "0")),
        copied=bool(record.value),
    )


def _position(text: str) -> Position:
    try:
        return Position.parse(text)
    except ValueError:
        raise Invalid("letter-unknown", f"{text!r} is no place: TOPIC/PARTITION/OFFSET") from None
