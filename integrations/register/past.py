"""The register read as the stream once was: what [decide] was given, and what it made of it, for as long as rows stand.

The stream forgets in days; a decision carries the passage, the answers and the verdict it was made of, so years can be
decided again from the register. What it cannot show is a passage in which nothing was found: of those nobody keeps
more than an hour and an outcome, so what a stricter law would newly find among them is a question for the stream.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from adjudication import codec
from adjudication.messages import CaseDecided
from adjudication.units import Micros
from ingest.stage import Position
from ingest.stream import StoredRecord
from ingest.topics import CONFIRMED, DECISIONS, OUTCOMES, REVIEWS
from integrations.register.store import Register

PAGE = 2_000
"""Rows of one question: some ten megabytes of messages."""

ROWS = """
SELECT {fields}, message FROM decisions
WHERE captured_at >= fromUnixTimestamp64Micro({a:Int64}) AND captured_at < fromUnixTimestamp64Micro({b:Int64})
AND {which} AND {after}
ORDER BY {fields}, version DESC LIMIT {n:UInt32}
"""
"""Not FINAL, which would look at every row of a month for each page: rows of one cause stand beside each other, the one
that counts first."""
SEEN_BEFORE = """
passage_id {in} (
    SELECT passage_id FROM decisions WHERE reason = 'SAME_SIGHTING'
    AND captured_at >= fromUnixTimestamp64Micro({a:Int64}) AND captured_at < fromUnixTimestamp64Micro({b:Int64})
)
"""
BY_CASE = {"case_id": "String", "rounds": "UInt16", "reviews": "UInt16", "id": "String"}
BY_TIME = {"toUnixTimestamp64Micro(captured_at)": "Int64", **BY_CASE}


class Some(NamedTuple):
    """Some of the decisions, and in which order: the table's own, or that of time, which costs a sort."""

    which: str
    order: dict[str, str] = BY_CASE


ALL = Some("1")
FIRST = Some("reviews = 0 AND " + SEEN_BEFORE.replace("{in}", "NOT IN"))
AGAIN = Some("reviews = 0 AND " + SEEN_BEFORE.replace("{in}", "IN"), BY_TIME)
REVIEWED = Some("reviews > 0")


@dataclass(frozen=True, slots=True)
class KeptDecisions:
    """A `Scanner` over the register. An instant here is that of the offence, not of appending."""

    register: Register

    def scan(self, topic: str, from_us: Micros, to_us: Micros) -> Iterator[StoredRecord]:
        """What stood on `topic` of passages captured in [from_us, to_us); by case, not by time.

        A passage recorded as seen before comes after all that was not: which of two sightings stands is the record's.

        Raises:
            Unavailable: the register cannot answer now.
            ValueError: [decide] neither reads nor writes `topic`.
        """
        values = {CONFIRMED.name: self._passages, REVIEWS.name: self._reviews, DECISIONS.name: self._decisions}
        if topic == OUTCOMES.name:
            return
        if topic not in values:
            raise ValueError(f"the register does not keep {topic}")
        for number, (key, value) in enumerate(values[topic](from_us, to_us)):
            yield StoredRecord(Position(topic, 0, number), key, value, {}, to_us - 1)

    def _passages(self, from_us: Micros, to_us: Micros) -> Iterator[tuple[str, bytes]]:
        """Each checked passage once, though it made several cases; its key is the vehicle's, as on the road."""
        told: set[str] = set()
        for some in (FIRST, AGAIN):
            for decided in self._decided(some, from_us, to_us):
                checked = decided.checked
                if checked.checked_id not in told:
                    told.add(checked.checked_id)
                    plate = checked.passage.plate
                    yield plate.text if plate else checked.passage.event.device_id, codec.encode(checked)

    def _reviews(self, from_us: Micros, to_us: Micros) -> Iterator[tuple[str, bytes]]:
        for decided in self._decided(REVIEWED, from_us, to_us):
            yield decided.case_id, codec.encode(decided.reviews[-1])

    def _decisions(self, from_us: Micros, to_us: Micros) -> Iterator[tuple[str, bytes]]:
        for message in self._rows(ALL, from_us, to_us):
            yield "", message

    def _decided(self, some: Some, from_us: Micros, to_us: Micros) -> Iterator[CaseDecided]:
        return (codec.decode(message, CaseDecided) for message in self._rows(some, from_us, to_us))

    def _rows(self, some: Some, from_us: Micros, to_us: Micros) -> Iterator[bytes]:
        """Page after page, each from where the one before ended."""
        names = [f"last{n}" for n in range(len(some.order))]
        types = ", ".join(f"{{{name}:{kind}}}" for name, kind in zip(names, some.order.values(), strict=True))
        fields, after = ", ".join(some.order), "1"
        last: tuple[object, ...] = ()
        while True:
            query = ROWS.replace("{fields}", fields).replace("{which}", some.which).replace("{after}", after)
            values = {"a": from_us, "b": to_us, "n": PAGE, **dict(zip(names, last, strict=False))}
            rows = self.register.ask(query, values)
            for *place, message in rows:
                if (here := tuple(map(_text, place))) != last:
                    yield message.encode()
                last = here
            if len(rows) < PAGE:
                return
            after = f"({fields}) > ({types})"


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value
