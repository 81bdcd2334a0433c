"""What Kafka's client library hands over: records of one partition, and errors in place of some."""

from confluent_kafka import KafkaError

from ingest.stream import Partition

PLACE = Partition("in.v1", 0)


class Handed:
    """A record of PLACE, or with an error what stands in place of one."""

    def __init__(self, offset: int | None, error: int | None = None) -> None:
        self._offset, self._error = offset, error

    def error(self) -> KafkaError | None:
        return None if self._error is None else KafkaError(self._error)

    def topic(self) -> str:
        return PLACE.topic

    def partition(self) -> int:
        return PLACE.number

    def offset(self) -> int | None:
        return self._offset

    def key(self) -> bytes:
        return b"a"

    value = key

    def headers(self) -> None:
        return None

    def timestamp(self) -> tuple[int, int]:
        return 1, 0
