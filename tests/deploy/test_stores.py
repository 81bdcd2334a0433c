"""The broker's and the database's files of Compose, given to a real broker and a real database on loopback."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from adjudication.errors import Unavailable
from deploy.compose.make_secrets import main
from deploy.servers.ports import free_port
from integrations.casebook import Casebook
from integrations.casebook.opening import migrate
from integrations.config import Settings, load
from integrations.kafka.connection import connection
from integrations.kafka.opened import layout
from integrations.kafka.topics import apply, check, whole
from integrations.keys import MasterKey
from tests import samples
from tests.casebooks import MASTER, Place
from tests.deploy.files import DEPLOY, compose
from tests.office import Office

if TYPE_CHECKING:
    from deploy.servers.postgres import Server

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]  # servers start slowly on a busy machine

TRIES = 4
"""More than the chart takes (`prepare.backoffLimit`), less the last; Compose goes on until it is done."""
ANSWER_S = 10.0
"""What a client without a right is given to find that out."""


@pytest.fixture
def secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "secrets"
    main(folder)
    capsys.readouterr()
    return folder


# The broker


@pytest.fixture
def broker(secrets: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a broker that was told compose/kafka.properties, with the paths and ports of this test."""
    from deploy.servers import kafka

    road, control = free_port(), free_port()
    text = (DEPLOY / "compose/kafka.properties").read_text(encoding="utf-8")
    for old, new in (
        ("/run/secrets/ca.crt", str(secrets / "ca-kafka.crt")),
        ("/run/secrets", str(secrets)),
        ("/var/lib/kafka", str(tmp_path)),
        ("ROAD://:9092", f"ROAD://127.0.0.1:{road}"),
        ("kafka:9092", f"localhost:{road}"),
        ("127.0.0.1:9093", f"127.0.0.1:{control}"),
    ):
        assert old in text
        text = text.replace(old, new)
    told = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    with kafka.running(options=told, own=False):
        yield f"localhost:{road}"


def topics(address: str, **security: str) -> set[str]:
    client = AdminClient({"bootstrap.servers": address, "log_level": 0, **security})
    return set(client.list_topics(timeout=ANSWER_S).topics)


def test_the_broker_lets_in_who_has_a_certificate_and_nobody_else(broker: str, secrets: Path) -> None:
    authority = {"security.protocol": "ssl", "ssl.ca.location": str(secrets / "ca-roles.crt")}
    own = {
        "ssl.certificate.location": str(secrets / "kafka-client.crt"),
        "ssl.key.location": str(secrets / "kafka-client.key"),
    }
    assert topics(broker, **authority, **own) == set()
    with pytest.raises(KafkaException):
        topics(broker, **authority)
    with pytest.raises(KafkaException):
        topics(broker)


def test_the_settings_of_compose_make_every_topic_on_it(broker: str, secrets: Path) -> None:
    environment = {
        name: str(value).replace("/run/secrets/ca.crt", str(secrets / "ca-roles.crt"))
        for name, value in compose()["services"]["prepare"]["environment"].items()
    }
    environment = {name: value.replace("/run/secrets", str(secrets)) for name, value in environment.items()}
    settings = load(environment | {"TARAZY_KAFKA": broker})
    brokers = connection(settings)
    wanted = whole(brokers, layout(settings))
    patiently(lambda: apply(brokers.admin(), wanted))
    assert not any(check(brokers.admin(), wanted).values())
    assert {one.partitions for one in wanted} == {8}


def patiently(prepare: Callable[[], object]) -> None:
    """As Compose and the chart do: what could not be done now is done again."""
    for _ in range(TRIES):
        with suppress(Unavailable):
            prepare()
            return
    prepare()


# The database. The wheel's PostgreSQL is built without TLS: so what the roles may do is tried without it, and then that
# the rules of Compose let nobody in that way.


@pytest.fixture
def server(secrets: Path) -> Iterator["Server"]:
    """A server on which compose/postgres-roles.sh was run, but for its names: the server's own user has one of them."""
    from deploy.servers import postgres

    script = (DEPLOY / "compose/postgres-roles.sh").read_text(encoding="utf-8")
    statements = script.split("<<'SQL'\n")[1].split("SQL\n")[0].replace("tarazy", "centre")
    password = (secrets / "postgres-roles.password").read_text(encoding="ascii")
    statements = statements.split("\n", 1)[1].replace(":'password'", f"'{password}'")
    with postgres.running() as running:
        assert running.folder is not None, "this changes who may connect: not to a server of your own"
        with running.connect() as owner:
            owner.execute("CREATE DATABASE centre")
        with running.connect(database(running)) as owner:
            for statement in filter(str.strip, statements.split(";\n")):
                owner.execute(statement)
        yield running


def database(server: "Server") -> str:
    return f"{server.url.rsplit('/', 1)[0]}/centre"


class OfRoles(Place):
    """A casebook as a role opens it."""

    def open(self, master: MasterKey = MASTER, *, migrates: bool = False) -> Casebook:
        return Casebook(self.url, master, password_file=self.password_file, migrates=migrates)


def port_of(server: "Server") -> str:
    return server.url.rsplit(":", 1)[1].split("/")[0]


def as_role(server: "Server", secrets: Path) -> "psycopg.Connection[tuple[object, ...]]":
    password = (secrets / "casebook.password").read_text(encoding="ascii")
    return psycopg.connect(
        host="127.0.0.1", port=int(port_of(server)), user="centre", dbname="centre", password=password, autocommit=True
    )


def test_what_the_owner_migrated_the_roles_work_with_and_cannot_change(server: "Server", secrets: Path) -> None:
    owner = Settings(casebook_url=database(server), casebook_password_file=str(server.password_file))
    migrate(owner)
    url = f"postgresql+psycopg://centre@127.0.0.1:{port_of(server)}/centre"
    desk = Office(OfRoles(secrets, url, password_file=secrets / "casebook.password"))
    desk.take(samples.decision())
    desk.serve()
    assert desk.cabinet.notices
    desk.casebook.close()
    with as_role(server, secrets) as roles:
        for statement in (
            "UPDATE case_history SET what = 'another'",
            "DELETE FROM audit",
            "ALTER TABLE case_history DISABLE TRIGGER ALL",
            "DROP TABLE acts",
            "TRUNCATE acts",
            "CREATE TABLE mine (id int)",
            "CREATE ROLE another",
        ):
            with pytest.raises(psycopg.Error):
                roles.execute(statement)


def test_nobody_comes_without_tls(server: "Server", secrets: Path) -> None:
    assert server.folder is not None
    as_role(server, secrets).close()
    with server.connect() as owner:
        shutil.copyfile(DEPLOY / "compose/postgres-hba.conf", server.folder / "pg_hba.conf")
        owner.execute("SELECT pg_reload_conf()")
    give_up = time.monotonic() + ANSWER_S
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        refused_until(give_up, server, secrets)


def refused_until(give_up: float, server: "Server", secrets: Path) -> None:
    """Connects again and again: a server takes a moment to read its rules anew."""
    while time.monotonic() < give_up:
        as_role(server, secrets).close()


def test_the_script_is_a_shell_script() -> None:
    for name in ("postgres-roles.sh", "bucket.sh"):
        subprocess.run(["sh", "-n", DEPLOY / "compose" / name], check=True)
