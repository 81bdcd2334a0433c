"""What is asked of brokers without a group: an answer that is none is never taken for one."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import OFFSET_INVALID
from confluent_kafka.admin import AdminClient

from adjudication.errors import Unavailable
from ingest.stream import Partition
from integrations.kafka.connection import Connection
from integrations.kafka.lookup import Lookup


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
