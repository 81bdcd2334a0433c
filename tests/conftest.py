"""Servers that several suites share: each is started once, when the first test asks for it."""

from collections.abc import Iterator

import pytest

from deploy.servers import kafka as kafka_server


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a broker."""
    with kafka_server.running() as started:
        yield started.bootstrap
