"""What is asked of brokers without a group: an answer that is none is never taken for one."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import OFFSET_INVALID, Consumer, KafkaError
from confluent_kafka.admin import AdminClient

from adjudication.errors import Invalid, Unavailable
from ingest.stage import Position
from ingest.stream import Partition
from integrations.kafka import lookup as looking
from integrations.kafka.connection import Connection
from integrations.kafka.lookup import Lookup
from tests.handed import Handed

END, NO_SUCH_PLACE = KafkaError._PARTITION_EOF, KafkaError._AUTO_OFFSET_RESET


class Admin:
    """As the client library answers: an offset for each partition, with no error where a leader kept silent."""

    def __init__(self, *offsets: int) -> None:
        self.offsets = iter(offsets)

    def list_offsets(self, asked: dict[Any, Any], **_: object) -> dict[Any, "Future[Any]"]:
        answer: Future[Any] = Future()
        answer.set_result(SimpleNamespace(offset=next(self.offsets)))
        return dict.fromkeys(asked, answer)

    def list_topics(self, **_: object) -> object:
        return SimpleNamespace(topics={})


def ends(*offsets: int) -> dict[Partition, int]:
    lookup = Lookup(Connection("127.0.0.1:1"), cast(AdminClient, Admin(*offsets)))
    return lookup.ends([Partition("in.v1", 0)])


def test_a_leader_that_kept_silent_is_asked_again_and_never_said_to_have_nothing() -> None:
    assert ends(OFFSET_INVALID, 7) == {Partition("in.v1", 0): 7}
    with pytest.raises(Unavailable):
        ends(OFFSET_INVALID, OFFSET_INVALID)


class Leaders:
    """A consumer whose leaders give these answers, one at each question; the last one goes on giving its own."""

    def __init__(self, *answers: Handed, oldest: int = 0) -> None:
        self.answers, self.oldest = list(answers), oldest

    def assign(self, _: object) -> None:
        pass

    def unassign(self) -> None:
        pass

    def poll(self, _: float) -> Handed:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def get_watermark_offsets(self, _: object, *, timeout: float) -> tuple[int, int]:
        return self.oldest, self.oldest


def offset_read(monkeypatch: pytest.MonkeyPatch, leaders: Leaders) -> int:
    monkeypatch.setattr(Connection, "reading_consumer", lambda *_: cast(Consumer, leaders))
    monkeypatch.setattr(looking, "AGAIN_S", 0.0)
    lookup = Lookup(Connection("127.0.0.1:1"), cast(AdminClient, Admin()))
    return lookup.at(Position("in.v1", 0, 7)).position.offset


@pytest.mark.parametrize("behind", [Handed(7, END), Handed(7, NO_SUCH_PLACE)])
def test_a_leader_that_is_behind_is_asked_again_for_a_record(monkeypatch: pytest.MonkeyPatch, behind: Handed) -> None:
    assert offset_read(monkeypatch, Leaders(behind, behind, Handed(7))) == 7


@pytest.mark.parametrize(
    "leaders",
    [Leaders(Handed(9)), Leaders(Handed(9, END)), Leaders(Handed(7, NO_SUCH_PLACE), oldest=8)],
    ids=["a later record", "a later end", "a later first record"],
)
def test_a_leader_that_has_what_comes_after_a_place_is_believed_at_once(
    monkeypatch: pytest.MonkeyPatch, leaders: Leaders
) -> None:
    leaders.answers.append(Handed(7))  # what a second question would find
    with pytest.raises(Invalid, match="record-expired"):
        offset_read(monkeypatch, leaders)


def test_no_leader_having_a_record_for_long_enough_it_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "BEHIND_S", 0.0)
    with pytest.raises(Invalid, match="record-expired"):
        offset_read(monkeypatch, Leaders(Handed(7, END)))
