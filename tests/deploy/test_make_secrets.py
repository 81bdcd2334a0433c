"""What a centre on one host is given for secrets: each for one reader, and certificates that hold."""

import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.compose.make_secrets import certificates, main, passwords


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    main(tmp_path)
    capsys.readouterr()
    return tmp_path


def test_each_file_is_for_its_reader_alone(made: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in made.iterdir()} == {0o400}


def test_a_second_run_changes_nothing(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    main(made)
    assert capsys.readouterr().out == "nothing was missing\n"
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_certificates_are_renewed_without_the_passwords(made: Path) -> None:
    before = (made / "casebook.password").read_bytes(), (made / "s3.crt").read_bytes()
    for path in made.iterdir():
        if path.suffix in {".crt", ".key", ".pem"}:
            path.unlink()
    main(made)
    assert (made / "casebook.password").read_bytes() == before[0]
    assert (made / "s3.crt").read_bytes() != before[1]


def test_two_centres_share_no_password() -> None:
    assert not {secret.content for secret in passwords()} & {secret.content for secret in passwords()}


def test_what_two_processes_share_is_the_same_in_both_files() -> None:
    content = {secret.name: secret.content for secret in passwords()}
    pairs = (
        ("postgres-owner.password", "casebook-owner.password"),
        ("postgres-roles.password", "casebook.password"),
        ("clickhouse.password", "register.password"),
        ("s3-user", "evidence.keys"),
    )
    assert all(content[one] == content[other] for one, other in pairs)
    assert len(set(content.values())) == len(content) - len(pairs)


def test_no_file_has_two_makers() -> None:
    names = [secret.name for secret in (*passwords(), *certificates(datetime.now(UTC)))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("trusted", "accepted"), [("trust.crt", True), (None, False)])
def test_a_client_believes_a_store_by_this_authority_alone(made: Path, trusted: str | None, accepted: bool) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made / "s3.crt", made / "s3.key")
    listener = socket.create_server(("127.0.0.1", 0))
    client = ssl.create_default_context(cafile=made / trusted if trusted else None)

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                server.wrap_socket(connection, server_side=True).close()
            except OSError:  # the client hung up on a certificate it does not believe
                return

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with socket.create_connection(listener.getsockname()) as plain:
            if accepted:
                with client.wrap_socket(plain, server_hostname="localhost") as secured:
                    assert secured.version() == "TLSv1.3"
            else:
                with pytest.raises(ssl.SSLCertVerificationError):
                    client.wrap_socket(plain, server_hostname="localhost")
    finally:
        thread.join()
        listener.close()
