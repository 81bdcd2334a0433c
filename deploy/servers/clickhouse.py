"""A ClickHouse for tests and development, never for service: its HTTP interface over a chDB folder, in its own process.

chDB is ClickHouse's engine without its server: one process owns a folder. This one does, and answers what an unmodified
clickhouse-connect sends, so that several processes share a register without an installed server. Loopback only; one
password or none; no sessions, no users, no replication; answers are made whole in memory.

`running` starts it (`clickhouse_http.py` is what it starts), or gives the real server of `CLICKHOUSE_URL`.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
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


@dataclass(slots=True)
class Server:
    """A server that answers. `process` is None where it is the user's own, which is not killed, paused or started."""

    url: str
    user: str
    password: str
    process: "subprocess.Popen[str] | None" = None
    command: Sequence[str] = ()

    def kill(self) -> None:
        """kill -9, as power would go; what was acknowledged stays in the folder."""
        self._own().kill()
        self._own().wait()

    def start(self) -> None:
        """Starts again on the same folder and the same port; returns when it answers. Raises RuntimeError."""
        _close_pipes(self._own())
        port = str(urlsplit(self.url).port)
        self.process = _process([*self.command, "--port", port], self.password)
        _first_line(self.process)

    def pause(self) -> None:
        """SIGSTOP: connections stay open, and nobody answers."""
        self._own().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._own().send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """An orderly end, by force where it does not come."""
        process = self._own()
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _close_pipes(process)

    def _own(self) -> "subprocess.Popen[str]":
        if self.process is None:
            raise RuntimeError("a server that was not started here is not killed here")
        return self.process


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
    process = _process(command, password)
    server = Server("", USER, password, process, command)
    try:
        server.url = _first_line(process)
        yield server
    finally:
        server.stop()


def _process(command: Sequence[str], password: str) -> "subprocess.Popen[str]":
    root = Path(__file__).parents[2]
    environment = os.environ | {PASSWORD_VARIABLE: password}
    # A new interpreter, not a fork: chDB hangs in a forked process.
    return subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _close_pipes(process: "subprocess.Popen[str]") -> None:
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
