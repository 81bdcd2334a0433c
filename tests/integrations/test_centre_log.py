"""What the centre's log says of a fault: its type and place, never its text and never a path of the machine."""

import json
import logging

import pytest

from integrations.centre import _failed


def test_a_fault_is_placed_by_module_function_and_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "tarazy.centre"):
        try:
            json.loads("489AAC02")
        except ValueError as error:
            _failed("outbox", error)
    assert caplog.messages[0].startswith("outbox crashed: JSONDecodeError at json.decoder:JSONDecoder.")
    assert "/" not in caplog.text
    assert "489AAC02" not in caplog.text
