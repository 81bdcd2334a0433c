"""A Prometheus on loopback that scrapes one address every five seconds, with the rules of `deploy/prometheus`.

Debian's package `prometheus` gives the server and promtool; where they are missing, the start says so and fails.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from deploy.servers.ports import free_port

RULES = Path(__file__).parents[1] / "prometheus"
START_S = 60.0
EVERY = "5s"
"""A test does not wait for the 15 s of life; less, and a busy machine answers too late for a scrape."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server."""

    url: str

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The series of an instant query. Raises ValueError with Prometheus's words where it refuses the query."""
        answer = self._get("query", query=expr)
        if answer["status"] != "success":
            raise ValueError(f"{expr}: {answer.get('error')}")
        series: list[dict[str, Any]] = answer["data"]["result"]
        return series

    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its `health` and, where it failed, its `lastError`."""
        return [rule for group in self._get("rules")["data"]["groups"] for rule in group["rules"]]

    def _get(self, what: str, **asked: str) -> dict[str, Any]:
        content = httpx.get(f"{self.url}/api/v1/{what}", params=asked, timeout=30, trust_env=False).content
        told: dict[str, Any] = json.loads(content)
        return told


def tool(name: str) -> str:
    """The path of `prometheus` or `promtool`. Raises RuntimeError where the package is not installed."""
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: apt-get install --no-install-recommends prometheus")
    return found


@contextmanager
def running(target: str, token: str) -> Iterator[Prometheus]:
    """A server that scrapes `target` (a base URL) as the job tarazy, with its token; stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "metrics-token").write_text(token, encoding="ascii")
        config = Path(folder) / "prometheus.yml"
        config.write_text(_config(urlsplit(target).netloc), encoding="utf-8")
        address = f"127.0.0.1:{free_port()}"
        command = [
            tool("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address={address}",
        ]
        with (
            (Path(folder) / "log").open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process,
        ):
            try:
                _await(f"http://{address}", process, Path(folder) / "log")
                yield Prometheus(f"http://{address}")
            finally:
                process.terminate()


def _config(target: str) -> str:
    """The file of `deploy/prometheus`, faster and at another address."""
    lines = []
    for line in (RULES / "prometheus.yml").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(": ")
        if key.strip() in {"scrape_interval", "evaluation_interval"}:
            lines.append(f"{key}: {EVERY}")
        elif key.strip() == "- targets":
            lines.append(f'{key}: ["{target}"]')
        elif line.strip().endswith(".yml") and not value:
            lines.append(line.replace("- ", f"- {RULES}/"))
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/-/ready", timeout=2, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"prometheus did not start: {log.read_text(errors='replace')[-1000:]}")
