"""What the client library hands over comes out once and in order, whatever error stands in the midst of it."""

from collections.abc import Callable
from typing import cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from adjudication.errors import Unavailable
from ingest.stage import Position
from integrations.kafka.connection import Connection
from integrations.kafka.reading import Reading
from tests.handed import PLACE, Handed

AWAY, FORBIDDEN = KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.TOPIC_AUTHORIZATION_FAILED


class Library:
    """A consumer that hands over these lots, one a call; an exception among them is raised in its turn."""

    def __init__(self, *lots: list[Handed] | KafkaException, seeks: list[KafkaException] | None = None) -> None:
        self.lots, self.seeks = list(lots), seeks or []
        self.sent_back: list[int] = []

    def subscribe(self, _: object, *, on_assign: Callable[..., None], **__: object) -> None:
        on_assign(self, [TopicPartition(*PLACE)])

    def incremental_assign(self, _: object) -> None:
        pass

    pause = resume = incremental_assign

    def poll(self, _: float) -> None:
        return None

    def consume(self, *_: object) -> list[Handed]:
        lot = self.lots.pop(0) if self.lots else []
        if isinstance(lot, KafkaException):
            raise lot
        return lot

    def seek(self, place: TopicPartition) -> None:
        if self.seeks:
            raise self.seeks.pop()
        self.sent_back.append(place.offset)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[Library], Reading]:
    """What owns PLACE through such a library."""

    def opened(library: Library) -> Reading:
        monkeypatch.setattr(Connection, "member_consumer", lambda *_: cast(Consumer, library))
        one = Reading(Connection("127.0.0.1:1"), "decide", [PLACE.topic], lambda _: None)
        one.serve([PLACE])
        return one

    return opened


Opened = Callable[[Library], Reading]


def records(*offsets: int) -> list[Handed]:
    return [Handed(offset) for offset in offsets]


def failed(code: int) -> KafkaException:
    return KafkaException(KafkaError(code))


def read(one: Reading) -> list[int]:
    return [record.position.offset for record in one.poll(100, 0.0)]


def test_what_stands_after_an_error_in_one_lot_is_read_once_and_in_order(reading: Opened) -> None:
    one = reading(Library([*records(0, 1), Handed(None, AWAY), *records(2, 3, 4)], records(5, 6)))
    with pytest.raises(Unavailable, match="UNKNOWN_TOPIC_OR_PART"):
        read(one)
    assert read(one) == [0, 1, 2, 3, 4, 5, 6]
    assert read(one) == []
    assert not one.is_broken


def test_of_several_errors_the_one_that_waiting_never_mends_is_raised(reading: Opened) -> None:
    one = reading(Library([Handed(None, AWAY), Handed(None, FORBIDDEN), *records(0)]))
    with pytest.raises(RuntimeError, match="reading"):
        read(one)


def test_a_call_that_raises_has_thrown_records_away_so_its_consumer_is_never_read_again(reading: Opened) -> None:
    one = reading(Library(failed(KafkaError._STATE), records(5)))
    for _ in range(2):
        with pytest.raises(Unavailable):
            read(one)
    assert one.is_broken


def test_what_comes_before_the_library_could_be_sent_back_is_dropped_and_comes_again(reading: Opened) -> None:
    library = Library(records(0, 1, 2), [], seeks=[failed(KafkaError._STATE), failed(KafkaError._STATE)])
    one = reading(library)
    assert read(one) == [0, 1, 2]
    one.seek(Position(*PLACE, 1))
    library.lots = [records(3), records(1, 2, 3)]
    assert read(one) == []
    assert read(one) == [1, 2, 3]
    assert library.sent_back == [1]
