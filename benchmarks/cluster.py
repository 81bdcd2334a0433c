"""A cluster on this machine: real servers on loopback, and roles as processes that can be killed and begun again."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from deploy.servers import clickhouse, kafka, postgres, s3
from deploy.servers.ports import free_port
from integrations.config import PREFIX, Settings
from integrations.signing import write_private
from integrations.simulators.process import Running, running

PARTS = (
    "gateway",
    "vision+sections+crosscheck+confirm+decide",
    "seal+issue+outbox+deadlines+notify+lifecycle",
    "register",
)
"""Thirteen roles, all but the pages, in four processes: each keeps stores of its own kind; two cores have no more."""
ROLES = "benchmarks.roles"
"""What a member runs: roles by name, with eyes that read legends."""
Before = Callable[[str, int, int], int]
"""Lays something before a server: told its name, its number and its port, it answers with the port to be used."""
Kept = Callable[[str, int, Path], None]
"""Prepares the folder in which a server, by name and number, will keep its data."""
ENDS_WITHIN_S = 40.0
"""More than a role takes to finish a batch (ingest.embedded.STOP_S)."""


@dataclass
class Member:
    """One process of a cluster."""

    name: str
    roles: str
    environment: Mapping[str, str]
    log: Path
    launcher: str = ROLES
    process: "subprocess.Popen[str] | None" = None
    addresses: tuple[str, ...] = ()

    def launch(self) -> None:
        """Start it; `wait` returns when it works."""
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.launcher, self.roles],
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait(self) -> None:
        """Returns when it works. Raises RuntimeError with the end of its log where it did not start."""
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        if not line:
            raise RuntimeError(f"{self.roles} did not start: {self.log.read_text()[-2000:]}")
        self.addresses = tuple(line)

    def send(self, number: int) -> None:
        """A signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is dead."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it as an operator would. Raises RuntimeError if that is not its end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            if self.process.wait(ENDS_WITHIN_S):
                raise RuntimeError(f"{self.roles} ended with {self.process.returncode}: {self.log.read_text()[-2000:]}")
        finally:
            self.process.kill()


@dataclass(frozen=True)
class Cluster:
    """Its servers, its members, and the settings that they all share."""

    settings: Settings
    kafka: kafka.Kafka
    postgres: postgres.Server
    s3: s3.S3Server
    clickhouse: clickhouse.Server
    simulators: Running
    folder: Path
    launcher: str = ROLES
    members: list[Member] = field(default_factory=list)

    @property
    def door(self) -> str:
        """Where devices push."""
        return f"http://{self.settings.host}:{self.settings.door_port}"

    def member(self, roles: str) -> Member:
        """A further process, not yet started."""
        number = len(self.members)
        name = f"member-{number}"
        told = environment(self.settings) | _variables({"ops_port": "0", "kafka_member": name})
        member = Member(name, roles, told, self.folder / f"{name}.log", self.launcher)
        self.members.append(member)
        return member

    def run(self, parts: Sequence[str]) -> None:
        """Start processes of these roles; returns when all of them work."""
        started = [self.member(part) for part in parts]
        for member in started:
            member.launch()
        for member in started:
            member.wait()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables that a process reads them from."""
    told = {name: getattr(settings, name) for name in Settings.__struct_fields__}
    plain = {
        name: "true" if value is True else "false" if value is False else str(value) for name, value in told.items()
    }
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | _variables(plain)


def _variables(told: Mapping[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{name.upper()}": value for name, value in told.items()}


@contextmanager
def cluster(
    *,
    brokers: int = 1,
    seed: int = 1,
    population: int = 2_000,
    frames_mib: int = 0,
    before: Before | None = None,
    kept: Kept | None = None,
    launcher: str = ROLES,
) -> Iterator[Cluster]:
    """Servers begun and prepared: keys, topics, tables, a bucket. No member runs yet; at the end all are stopped.

    `frames_mib` is what a partition of frames may hold, 0 for all of its retention. `before` may lay something between
    a server ("broker", "postgres", "clickhouse", "s3", "registries") and its clients; `kept` is told of each folder of
    data before a server has it; `launcher` is what members run.
    """
    lay = before or _nothing
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="tarazy-cluster-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o711)  # PostgreSQL runs as another user than root, and must reach its own
        if kept is not None:
            kept("postgres", 0, folder / "postgres")
            kept("clickhouse", 0, folder / "clickhouse")
            for number in range(brokers):
                kept("broker", number, kafka.home(folder / "kafka", number))
        simulators = stack.enter_context(running(seed, population))
        broker = stack.enter_context(
            kafka.running(brokers, folder / "kafka", own=False, before=lambda which, port: lay("broker", which, port))
        )
        database = stack.enter_context(postgres.running(folder / "postgres"))
        objects = stack.enter_context(s3.running())
        register = stack.enter_context(clickhouse.started(folder / "clickhouse" / "data", password="register"))
        url = stack.enter_context(database.database())
        bucket = replace(objects.bucket, endpoint=_through(lay, "s3", objects.bucket.endpoint))
        settings = Settings(
            data=folder / "data",
            door_port=free_port(),
            public_url="http://127.0.0.1:8601",
            registries_url=_through(lay, "registries", simulators.url),
            channels_url=_through(lay, "channels", simulators.url),
            kafka=broker.bootstrap,
            kafka_partitions=4,
            kafka_replication=brokers,
            kafka_frames_mib=frames_mib,
            casebook_url=_through(lay, "postgres", url),
            casebook_password_file=str(database.password_file),
            register_url=_through(lay, "clickhouse", register.url),
            register_user=register.user,
            register_password_file=_secret(folder / "register-password", register.password),
            evidence=replace(objects, bucket=bucket).address,
        )
        _prepare(settings, objects)
        made = Cluster(settings, broker, database, objects, register, simulators, folder, launcher)
        try:
            yield made
        finally:
            for member in made.members:
                member.stop()


def _nothing(_: str, __: int, port: int) -> int:
    return port


def _through(lay: Before, server: str, url: str) -> str:
    """`url` with the port that is to be used."""
    port = urlsplit(url).port
    assert port is not None, "a server on this machine has a port of its own"
    return url.replace(f":{port}", f":{lay(server, 0, port)}", 1)


PREPARING = (("cluster", "keys"), ("topics", "apply"), ("casebook", "migrate"), ("register", "migrate"))
"""What an operator does once, in this order."""
ATTEMPTS = 3
"""Each may be repeated, and a server on a busy machine may not serve yet what it was just given."""
TARAZY = "from dashboards.cli import main; main()"
"""The command, of this very tree."""


def _prepare(settings: Settings, objects: s3.S3Server) -> None:
    told = environment(settings)
    for command in PREPARING:
        asked = [sys.executable, "-c", TARAZY, *command]
        for _ in range(ATTEMPTS):
            done = subprocess.run(asked, env=told, capture_output=True, text=True, check=False)
            if not done.returncode:
                break
        else:
            raise RuntimeError(f"tarazy {' '.join(command)}: {done.stderr[-2000:]}")
    _secret(settings.data / "keys" / "s3", f"{objects.keys.access_key_id}\n{objects.keys.secret_access_key}\n")


def _secret(path: Path, text: str) -> str:
    write_private(path, text.encode("ascii"))
    return str(path)
