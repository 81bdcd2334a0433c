"""A ClickHouse for tests and development, never for service: its HTTP interface over a chDB folder, in its own process.

chDB is ClickHouse's engine without its server: one process owns a folder. This one does, and answers what an unmodified
clickhouse-connect sends, so that several processes share a register without an installed server. Loopback only; one
password or none; no sessions, no users, no replication; answers are made whole in memory.

`running` starts it (`clickhouse_http.py` is what it starts), or gives the real server of `CLICKHOUSE_URL`.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

USER = "tarazy"
PASSWORD_VARIABLE = "CLICKHOUSE_FACADE_PASSWORD"
"""How the password is handed over: an argument could be read by everyone on the machine."""
URL_VARIABLE = "CLICKHOUSE_URL"
START_S = 60
"""Importing and opening the engine take a second or two; a busy machine took ten times that."""
STOP_S = 30
"""What is being answered ends, and the engine closes its parts."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers. `process` is None where it is the user's own."""

    url: str
    user: str
    password: str
    process: "subprocess.Popen[str] | None" = None

    def kill(self) -> None:
        """kill -9, as power would go; what was acknowledged stays in the folder."""
        if self.process is None:
            raise RuntimeError("a server that was not started here is not killed here")
        self.process.kill()
        self.process.wait()


@contextmanager
def running(folder: Path, *, password: str = "", tls: tuple[Path, Path] | None = None) -> Iterator[Server]:
    """A server over `folder` until the end of the block; with CLICKHOUSE_URL, and nothing asked that is ours, that one.

    `password` is then asked of everyone; `tls` is a certificate and its key. It stops when this process ends, however.

    Raises:
        RuntimeError: it did not start; its own words are on standard error.
    """
    if (own := os.environ.get(URL_VARIABLE)) and not (password or tls):
        yield _own(own)
        return
    with started(folder, password=password, tls=tls) as server:
        yield server


@contextmanager
def started(folder: Path, *, password: str = "", tls: tuple[Path, Path] | None = None) -> Iterator[Server]:
    """As `running`, and never the user's own server: for what kills it."""
    command = [sys.executable, "-m", "deploy.servers.clickhouse_http", "--data", str(folder), "--until-stdin-closes"]
    if tls:
        command += ["--certificate", str(tls[0]), "--key", str(tls[1])]
    root = Path(__file__).parents[2]
    environment = os.environ | {PASSWORD_VARIABLE: password}
    # A new interpreter, not a fork: chDB hangs in a forked process.
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Server(_first_line(process), USER, password, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def _own(url: str) -> Server:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    address = f"{parts.scheme}://{host}:{parts.port or (8443 if parts.scheme == 'https' else 8123)}"
    return Server(address, unquote(parts.username or "default"), unquote(parts.password or ""))


def _first_line(process: "subprocess.Popen[str]") -> str:
    """The address that the server prints once it answers."""
    assert process.stdout is not None
    timer = threading.Timer(START_S, process.kill)
    timer.start()
    line = process.stdout.readline().strip()
    timer.cancel()
    if not line:
        process.kill()
        raise RuntimeError(f"the ClickHouse facade did not start (exit {process.wait()})")
    return line
