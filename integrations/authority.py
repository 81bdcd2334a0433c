"""A demonstration authority: a root, the body's certificate under it, and a log key, made once.

It stands in for the national certification authority so that everything else is real. The root's private key is
forgotten as soon as it has signed the one certificate: nothing on disk can issue another.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from adjudication.answers import PersonNumber
from adjudication.protocol import Body
from integrations import signing

VALID_FROM = datetime(2024, 1, 1, tzinfo=UTC)
VALID_TO = datetime(2044, 1, 1, tzinfo=UTC)
"""Wide enough for any date of a demonstration or a scenario; a real body's certificate lives one to three years."""

DEMO_BODY = Body(
    body_id="demo",
    name_kk="«Таразы» әкімшілік құқық бұзушылықтарды өңдеудің оқу-көрсету орталығы",
    name_ru="Учебно-демонстрационный центр обработки административных правонарушений «Таразы»",
    location_kk="Астана қаласы (үлгі)",
    location_ru="город Астана (образец)",
)
"""The body of demonstrations. No such body exists: every document of it is marked as a sample."""
DEMO_NUMBER = "240140010009"
"""Its BIN: right in form and check digit, and nobody's."""

BIN_PREFIX = "BIN"
"""The national authority writes an organisation's number into OU as BIN and twelve digits."""


def ensure_demo_authority(directory: Path, body: Body, number: PersonNumber, passphrase: bytes | None = None) -> None:
    """Fill `directory` with root certificate, body certificate and key, log key, unless it is there already.

    `number` is the body's BIN. The directory appears whole or not at all.
    """
    if directory.exists():
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".keys-", dir=directory.parent))
    try:
        _fill(made, body, number, passphrase)
        os.rename(made, directory)  # noqa: PTH104  # Path.rename says nothing of directories
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def organisation_number(certificate: x509.Certificate) -> PersonNumber | None:
    """The BIN a certificate carries in its subject, None if it carries none."""
    for unit in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        text = str(unit.value)
        if text.startswith(BIN_PREFIX):
            return text.removeprefix(BIN_PREFIX)
    return None


def _fill(directory: Path, body: Body, number: PersonNumber, passphrase: bytes | None) -> None:
    root_key, body_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _root(root_key)
    certificate = _body(body, number, body_key, root, root_key)
    for name, data in (
        (signing.ROOT_CERTIFICATE, root.public_bytes(Encoding.PEM)),
        (signing.BODY_CERTIFICATE, certificate.public_bytes(Encoding.PEM)),
        (signing.BODY_KEY, signing.private_pem(body_key, passphrase)),
        (signing.LOG_KEY, signing.private_pem(Ed25519PrivateKey.generate(), passphrase)),
    ):
        signing.write_private(directory / name, data)


def _root(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Tarazy demonstration authority"),
        ]
    )
    return (
        _builder(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issues=True), critical=True)
        .sign(key, SHA256())
    )


def _body(
    body: Body,
    number: PersonNumber,
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KZ"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, body.name_ru),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, BIN_PREFIX + number),
            x509.NameAttribute(NameOID.COMMON_NAME, body.body_id),
        ]
    )
    return (
        _builder(subject, root.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issues=False), critical=True)
        .sign(root_key, SHA256())
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_TO)
    )


def _usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_cert_sign=issues,
        crl_sign=issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
