"""Passwords, keys and certificates of a centre on one host, each in a file that its reader alone can read.

    docker compose run --rm secrets

What is there stays. Certificates last a year: remove all `*.crt`, `*.key` and `*.pem` and run it again, then restart
the stores and the roles. The private authority that signs them is forgotten at once, so no more can be signed.
"""

import os
import secrets
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROLES = 10001
"""The user of our image (deploy/docker/Dockerfile)."""
POSTGRES = 999
"""The user of its image, as compose.yaml starts it; so are the next four."""
CLICKHOUSE = 101
KAFKA = 1000
S3 = 0
GRAFANA = 472
VALID_FOR = timedelta(days=365)
"""Longer than a year between two renewals, and nobody remembers how."""
SKEW = timedelta(minutes=5)
"""What the clocks of containers on one host may differ by, with room."""
S3_USER = "tarazy"


@dataclass(frozen=True, slots=True)
class Secret:
    """One file: what is in it, and the number of the user that reads it."""

    name: str
    content: bytes
    reader: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key, both PEM."""

    certificate: bytes
    key: bytes


def passwords() -> list[Secret]:
    """Random ones; where two processes share one, each has a file of its own."""
    owner, roles, register, root, evidence, grafana = (secrets.token_urlsafe(32).encode() for _ in range(6))
    return [
        Secret("postgres-owner.password", owner, POSTGRES),
        Secret("postgres-roles.password", roles, POSTGRES),
        Secret("casebook-owner.password", owner, ROLES),
        Secret("casebook.password", roles, ROLES),
        Secret("clickhouse.password", register, CLICKHOUSE),
        Secret("register.password", register, ROLES),
        Secret("s3-root.password", root, S3),
        Secret("s3-user", S3_USER.encode() + b"\n" + evidence + b"\n", S3),
        Secret("evidence.keys", S3_USER.encode() + b"\n" + evidence + b"\n", ROLES),
        Secret("grafana.password", grafana, GRAFANA),
    ]


def certificates(now: datetime) -> list[Secret]:
    """One for each store, by its name in compose.yaml, and one for the roles as clients of Kafka."""
    key, root = _authority(now)
    kafka, clickhouse, postgres, s3, client = (
        _signed(name, key, root, now) for name in ("kafka", "clickhouse", "postgres", "s3", "tarazy")
    )
    authority = root.public_bytes(Encoding.PEM)
    return [
        *(Secret(f"ca-{name}.crt", authority, reader) for name, reader in _READERS.items()),
        Secret("trust.crt", _public_roots() + authority, ROLES),
        Secret("kafka.pem", kafka.key + kafka.certificate, KAFKA),
        Secret("kafka-client.crt", client.certificate, ROLES),
        Secret("kafka-client.key", client.key, ROLES),
        Secret("clickhouse.crt", clickhouse.certificate, CLICKHOUSE),
        Secret("clickhouse.key", clickhouse.key, CLICKHOUSE),
        Secret("postgres.crt", postgres.certificate, POSTGRES),
        Secret("postgres.key", postgres.key, POSTGRES),
        Secret("s3.crt", s3.certificate, S3),
        Secret("s3.key", s3.key, S3),
    ]


_READERS: Mapping[str, int] = {"kafka": KAFKA, "roles": ROLES, "s3": S3}
"""Who checks a certificate against the authority's."""


def write(folder: Path, files: list[Secret]) -> list[str]:
    """The names of those written; all of `files` or, where one of them is there already, none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)  # their readers are several users; each file has one
    if any((folder / file.name).exists() for file in files):
        return []
    for file in files:
        handle = os.open(folder / file.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "wb") as out:
            out.write(file.content)
            if os.geteuid() == 0:
                os.fchown(out.fileno(), file.reader, file.reader)
    return [file.name for file in files]


def main(folder: Path) -> None:
    """Writes what is not there yet, and says what."""
    written = write(folder, passwords()) + write(folder, certificates(datetime.now(UTC)))
    sys.stdout.write("".join(f"{name}\n" for name in written) or "nothing was missing\n")


def _authority(now: datetime) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tarazy on one host")])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)  # signs certificates and lists
    builder = _builder(name, name, key, now).add_extension(x509.BasicConstraints(True, 0), critical=True)
    return key, builder.add_extension(usage, critical=True).sign(key, SHA256())


def _signed(name: str, authority: EllipticCurvePrivateKey, root: x509.Certificate, now: datetime) -> Signed:
    """For the host `name`, and for health checks inside its container; as a server and, for Kafka, as a client."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    certificate = (
        _builder(subject, root.subject, key, now)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")]), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(issuer_key, critical=False)
        .sign(authority, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signed(certificate.public_bytes(Encoding.PEM), private)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _public_roots() -> bytes:
    """What this system trusts, so that registries outside are still known where our own authority is added."""
    roots = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(ssl.DER_cert_to_PEM_cert(root) for root in roots).encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
