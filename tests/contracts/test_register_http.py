"""A register in another process: what it survives, who may speak to it, and what its troubles are called here."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from clickhouse_connect import get_client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adjudication.errors import Invalid, Unavailable
from deploy.servers import clickhouse
from integrations.keys import MasterKey
from integrations.register import migrations, questions, totals
from integrations.register.outages import NOT_NOW, reachable
from integrations.register.persons import person_keys
from integrations.register.rows import to_rows
from integrations.register.store import Address, Register, cluster, connected
from tests import samples
from tests.proofs import issued

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
PERSON_KEY = person_keys(MasterKey(bytes(32)))


def address_of(server: clickhouse.Server, folder: Path, **changes: object) -> Address:
    password = folder / "password"
    password.write_text(server.password + "\n")
    given = {"url": server.url, "user": server.user, "password_file": password, "database": "tarazy", **changes}
    return Address(**given)  # type: ignore[arg-type]


def ready(address: Address) -> Register:
    """The register of `address`, its schema brought up to date first."""
    client = connected(address, create=True)
    migrations.migrate(client, migrations.shipped(), rewrites=False)
    client.close()
    return cluster(address)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[clickhouse.Server, Path]]:
    folder = tmp_path_factory.mktemp("served")
    with clickhouse.started(folder / "data", password="a password") as server:
        yield server, folder


@pytest.fixture
def address(served: tuple[clickhouse.Server, Path]) -> Address:
    """The server with a password, and a database that is not there yet."""
    return address_of(*served, database=f"test_{secrets.token_hex(4)}")


def insert(register: Register, serial: int) -> None:
    for rows in to_rows([(issued(serial), 10_000 - serial)], PERSON_KEY):
        register.insert(rows, f"token {serial}")


def test_what_was_acknowledged_survives_kill_nine_and_the_same_tokens_again_add_nothing(tmp_path: Path) -> None:
    tried: list[int] = []
    acknowledged: list[int] = []
    for life in range(3):
        with clickhouse.started(tmp_path / "data") as server:
            register = ready(address_of(server, tmp_path))
            there = {number for (number,) in register.ask("SELECT leaf_index FROM acts")}
            assert set(acknowledged) <= there <= set(tried)
            for serial in tried:  # the last one's fate is unknown, so it is sent again with the rest
                insert(register, serial)
            assert register.ask("SELECT count(), uniq(id) FROM acts") == [(len(tried), len(tried))]
            assert register.ask("SELECT count() FROM keys") == [(2 * len(tried),)]
            busy = Thread(target=insert_until_dead, args=(register, 20 * life, tried, acknowledged))
            busy.start()
            while len(acknowledged) < 5 * (life + 1) and busy.is_alive():
                busy.join(0.01)
            server.kill()
            busy.join()
    with clickhouse.started(tmp_path / "data") as server:
        register = cluster(address_of(server, tmp_path))
        assert len(acknowledged) >= 15
        found = [questions.act(register, f"11-2026-{serial:09d}") for serial in acknowledged]
        assert [act and act.leaf_index for act in found] == acknowledged


def test_a_killed_server_begins_again_at_its_address_and_its_clients_find_it_there(tmp_path: Path) -> None:
    with clickhouse.started(tmp_path / "data") as server:
        register, url = ready(address_of(server, tmp_path)), server.url
        insert(register, 1)
        server.kill()
        with pytest.raises(Unavailable):
            register.ask("SELECT 1")
        server.start()
        assert server.url == url
        assert register.ask("SELECT count() FROM acts") == [(1,)]


def insert_until_dead(register: Register, after: int, tried: list[int], acknowledged: list[int]) -> None:
    """Inserts one act after another until the server is gone, which it must be told as Unavailable."""
    try:
        for serial in range(after + 1, after + 20):
            tried.append(serial)
            insert(register, serial)
            acknowledged.append(serial)
    except Unavailable:
        return


def ask_and_insert(address: Address, first: int) -> int:
    """Another process's part: inserts ten acts and reads each of them back."""
    register = cluster(address)
    for serial in range(first, first + 10):
        insert(register, serial)
        assert questions.act(register, f"11-2026-{serial:09d}") is not None
        totals.acts_tile(register, samples.CAPTURED_US, samples.CAPTURED_US + 1)
    register.close()
    return os.getpid()


def test_two_processes_ask_and_insert_at_once(address: Address) -> None:
    register = ready(address)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(ask_and_insert, address, first) for first in (1, 101)]
        assert len({part.result(200) for part in parts}) == 2
    assert register.ask("SELECT count(), uniq(number) FROM acts FINAL") == [(20, 20)]


def test_a_role_does_not_start_on_another_schema_and_says_what_to_do(address: Address) -> None:
    with pytest.raises(Invalid, match=f"no database {address.database}; run `tarazy register migrate`"):
        cluster(address)
    client = connected(address, create=True)
    migrations.migrate(client, migrations.shipped()[:1], rewrites=False)
    with pytest.raises(Invalid, match="0002_questions, 0003_small_blocks; run `tarazy register migrate`"):
        cluster(address)


def test_what_one_request_sets_the_next_does_not_see(address: Address) -> None:
    client = connected(address, create=True)
    client.command("SET max_threads = 1")
    client.command("USE system")
    default = client.command("SELECT value FROM system.settings WHERE name = 'max_threads'")
    assert str(default) != "1"
    assert client.query("SELECT getSetting('max_threads')", settings={"max_threads": 3}).result_rows == [(3,)]
    assert client.command("SELECT currentDatabase()") == address.database


@pytest.mark.parametrize("compress", [False, "lz4", "gzip"])
def test_an_unmodified_client_writes_and_reads_in_its_own_formats(address: Address, compress: bool | str) -> None:
    connected(address, create=True).close()
    parts = urlsplit(address.url)
    client = get_client(
        host=parts.hostname,
        port=parts.port,
        username=address.user,
        password="a password",
        database=address.database,
        compress=compress,
    )
    client.command(
        "CREATE TABLE t (n UInt32, s LowCardinality(String), b FixedString(2)) ENGINE = MergeTree ORDER BY n"
    )
    client.insert("t", [[1, "quote ' and FORMAT x\n", b"ab"]], column_names=["n", "s", "b"])  # Native
    client.insert_arrow("t", pa.table({"n": [2], "s": ["two"], "b": ["cd"]}))
    client.command("INSERT INTO t VALUES", data="(3, 'three', 'ef')")
    assert client.query("SELECT n, s, b FROM t ORDER BY n").result_rows == [
        (1, "quote ' and FORMAT x\n", b"ab"),
        (2, "two", b"cd"),
        (3, "three", b"ef"),
    ]
    assert client.query_arrow("SELECT n FROM t WHERE s = {s:String}", parameters={"s": "two"}).to_pydict() == {"n": [2]}
    assert client.query("SELECT n FROM t WHERE n = {n:UInt32}", parameters={"n": 9}).result_rows == []
    assert client.query("SELECT n, s FROM t LIMIT 0").column_names == ("n", "s")
    assert client.command("SELECT count() FROM t") == 3
    with client.query_row_block_stream("SELECT number FROM numbers(100000)") as blocks:
        assert sum(len(block) for block in blocks) == 100_000
    assert client.ping()
    with pytest.raises(DatabaseError) as raised:
        client.query("SELECT 1 FROM nosuchtable")
    assert (raised.value.code, raised.value.name) == (60, "UNKNOWN_TABLE")
    client.close()


def test_another_password_is_refused_and_is_no_outage(address: Address) -> None:
    with pytest.raises(DatabaseError) as raised:
        connected(replace(address, user="somebody"))
    assert raised.value.code == 516


def test_a_password_stands_in_a_file_and_never_travels_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="https"):
        connected(Address("http://192.0.2.1:8123"))
    with pytest.raises(Invalid, match="password's file"):
        connected(Address("http://127.0.0.1:1", password_file=tmp_path / "gone"))


def test_a_server_is_believed_only_by_its_authority(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_certificate(tmp_path / name)
    pair = (tmp_path / "one.pem", tmp_path / "one.key")
    with clickhouse.started(tmp_path / "data", tls=pair) as server:
        assert server.url.startswith("https://")
        register = ready(address_of(server, tmp_path, ca_file=pair[0]))
        assert register.ask("SELECT 1") == [(1,)]
        with pytest.raises(Unavailable):
            connected(address_of(server, tmp_path, ca_file=tmp_path / "other.pem"))


def write_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, path.name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.with_suffix(".pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    raw = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.with_suffix(".key").write_bytes(key.private_bytes(*raw))


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        connected(Address(f"http://127.0.0.1:{port}"))


def test_memory_that_does_not_suffice_is_unavailable_and_a_wrong_statement_is_not(address: Address) -> None:
    register = ready(address)
    with pytest.raises(Unavailable) as raised:
        register.ask("SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000")
    assert raised.value.retry_after_s == 5.0
    with pytest.raises(Unavailable):
        register.ask("SELECT sleepEachRow(1) FROM numbers(30) SETTINGS max_execution_time = 0.2, max_block_size = 1")
    with pytest.raises(DatabaseError, match="Unknown expression"):
        register.ask("SELECT nosuchcolumn FROM acts")


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (DatabaseError("Code: 252. DB::Exception: Too many parts", code=252), True),
        (OperationalError("Connection reset"), True),
        (DatabaseError("HTTP driver received HTTP status 502"), True),
        (DatabaseError("Code: 60. DB::Exception: no table", code=60), False),
        (DatabaseError("something local"), False),
        (OperationalError("Code: 62. DB::Exception: syntax", code=62), False),
    ],
)
def test_troubles_that_pass_are_unavailable_and_others_stay_what_they_are(error: Exception, ours: bool) -> None:
    def fail() -> None:
        with reachable():
            raise error

    outcome: Callable[[], None] = fail
    with pytest.raises(Unavailable if ours else type(error)):
        outcome()
    assert 252 in NOT_NOW
