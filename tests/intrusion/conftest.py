"""What every attempt is held against: the log and the counter of refused access."""

import pytest

from ingest import access
from tests.intrusion.watch import Watch


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Every attempt has its own line, however quickly it follows another."""
    monkeypatch.setattr(access, "LINE_EVERY_S", 0.0)
    caplog.set_level("WARNING", "tarazy.access")
    return Watch(caplog)
