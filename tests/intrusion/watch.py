"""What is seen of an attempt: its answer, one more of its kind in the counter, one line in the log, nobody named."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
import pytest

from ingest.access import Face
from ingest.metrics import REFUSED_ACCESS
from integrations.prometheus import Telemetry

LINE = re.compile(
    r"refused face=[a-z]+ code=[a-z-]+ status=\d{3} method=[A-Za-z]+ "
    r"route=(-|(/[a-z0-9._-]*(\{[a-z_:]+\}(\.[a-z]+)?)?)+) more=\d+"
)


@dataclass(frozen=True)
class Watch:
    """Looks on while somebody tries what he may not."""

    log: pytest.LogCaptureFixture

    def refused(
        self,
        telemetry: Telemetry,
        attempt: Callable[[], httpx.Response],
        expected: tuple[int, Face, str],
        secrets: tuple[str, ...] = (),
    ) -> httpx.Response:
        """The attempt's answer, the refusal that was expected: status, face, code. None of `secrets` is in the log."""
        status, face, code = expected
        before = self._counted(telemetry)
        self.log.clear()
        answer = attempt()
        assert answer.status_code == status, answer.text[:300]
        if answer.headers.get("content-type") == "application/problem+json":
            assert answer.json()["status"] == status
        after = self._counted(telemetry)
        assert {key: n - before.get(key, 0) for key, n in after.items() if n != before.get(key, 0)} == {(face, code): 1}
        lines = [record.getMessage() for record in self.log.records if record.name == "tarazy.access"]
        assert len(lines) == 1
        assert LINE.fullmatch(lines[0]), lines
        assert f"face={face} code={code} status={status} " in lines[0]
        assert [secret for secret in secrets if secret in self.log.text] == []
        return answer

    def _counted(self, telemetry: Telemetry) -> Mapping[tuple[str, ...], float]:
        return dict(telemetry.told(REFUSED_ACCESS))
