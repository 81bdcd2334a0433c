"""The body's and the log's signatures: what is accepted, and what exactly is wrong with the rest."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adjudication import ledger
from adjudication.errors import Invalid
from adjudication.protocol import Body
from ingest.clock import VirtualClock
from integrations import authority, cms, signing

AT = datetime(2026, 4, 15, 9, 30, tzinfo=UTC)
AT_US = int(AT.timestamp()) * 1_000_000
BODY = Body(body_id="demo", name_kk="Оқу органы", name_ru="Учебный орган", location_kk="Астана", location_ru="Астана")
NUMBER = "070640013540"
DATA = b"the act"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("authority") / "keys"
    authority.ensure_demo_authority(directory, BODY, NUMBER)
    return directory


@pytest.fixture(scope="module")
def root(keys: Path) -> x509.Certificate:
    return signing.read_certificate(keys / signing.ROOT_CERTIFICATE)


@pytest.fixture(scope="module")
def signer(keys: Path) -> signing.FileSigner:
    return signing.open_signer(keys, VirtualClock(AT_US))


def certificate_for(
    key: cms.PrivateKey, *, begins: datetime = authority.VALID_FROM, usage: bool | None = True
) -> x509.Certificate:
    """A certificate that issues itself; with `usage` None it does not say what it is for."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "another")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(authority.VALID_TO)
    )
    if usage is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(x509.KeyUsage(usage, usage, *([False] * 7)), critical=True)
    return builder.sign(key, SHA256())


def refused(data: bytes, signature: bytes, root: x509.Certificate) -> str:
    with pytest.raises(Invalid) as refusal:
        cms.verify_detached(data, signature, [root])
    return refusal.value.code


def test_a_signature_says_who_signed_and_when(signer: signing.FileSigner, root: x509.Certificate) -> None:
    signed = cms.verify_detached(DATA, signer.sign(DATA), [root])
    assert signed.at_us == AT_US
    assert signed.certificate == signer.certificate
    assert authority.organisation_number(signed.certificate) == NUMBER
    assert authority.organisation_number(root) is None


def test_an_rsa_key_signs_as_well(root: x509.Certificate) -> None:
    key = rsa.generate_private_key(65537, 2048)
    certificate = certificate_for(key)
    signed = cms.verify_detached(DATA, cms.sign_detached(DATA, certificate, key, AT_US), [root, certificate])
    assert signed.at_us == AT_US


def test_a_signature_made_by_other_software_is_accepted(signer: signing.FileSigner, root: x509.Certificate) -> None:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(DATA).add_signer(signer.certificate, signer.key, SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    signed = cms.verify_detached(DATA, builder.sign(Encoding.DER, options), [root])
    assert signed.certificate == signer.certificate


def test_a_signature_over_other_bytes_is_refused(signer: signing.FileSigner, root: x509.Certificate) -> None:
    assert refused(b"another act", signer.sign(DATA), root) == "signature-of-other-data"


def test_a_certificate_of_an_unknown_authority_is_refused(root: x509.Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signature = cms.sign_detached(DATA, certificate_for(key), key, AT_US)
    assert refused(DATA, signature, root) == "certificate-untrusted"


@pytest.mark.parametrize("usage", [None, False])
def test_a_certificate_for_other_purposes_is_refused(usage: bool | None) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_for(key, usage=usage)
    assert refused(DATA, cms.sign_detached(DATA, certificate, key, AT_US), certificate) == "certificate-purpose"


def test_the_authority_itself_may_not_sign_documents(root: x509.Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    signature = cms.sign_detached(DATA, root, key, AT_US)
    assert refused(DATA, signature, root) == "certificate-purpose"


def test_a_certificate_that_began_later_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = certificate_for(key, begins=datetime(2026, 4, 15, 9, 31, tzinfo=UTC))
    signature = cms.sign_detached(DATA, certificate, key, AT_US)
    assert refused(DATA, signature, certificate) == "certificate-not-valid-then"


def test_another_key_under_a_true_certificate_is_refused(signer: signing.FileSigner, root: x509.Certificate) -> None:
    forged = cms.sign_detached(DATA, signer.certificate, ec.generate_private_key(ec.SECP256R1()), AT_US)
    assert refused(DATA, forged, root) == "signature-wrong"
    of_another_kind = cms.sign_detached(DATA, signer.certificate, rsa.generate_private_key(65537, 2048), AT_US)
    assert refused(DATA, of_another_kind, root) == "signature-wrong"


def test_a_huge_signature_is_refused_unread(root: x509.Certificate) -> None:
    assert refused(DATA, bytes(cms.MAX_CMS_BYTES + 1), root) == "signature-malformed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.data())
def test_a_spoilt_signature_never_crashes_nor_changes_its_meaning(
    signer: signing.FileSigner, root: x509.Certificate, data: st.DataObject
) -> None:
    signature = bytearray(signer.sign(DATA))
    signature[data.draw(st.integers(0, len(signature) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        signed = cms.verify_detached(DATA, bytes(signature), [root])
    except Invalid:
        return
    assert signed.at_us == AT_US


def test_keys_are_made_once_and_read_by_their_owner_alone(keys: Path) -> None:
    before = (keys / signing.BODY_KEY).read_bytes()
    authority.ensure_demo_authority(keys, BODY, NUMBER)
    assert (keys / signing.BODY_KEY).read_bytes() == before
    assert {path.name for path in keys.iterdir()} == {"root.pem", "body.pem", "body.key", "log.key"}
    assert {path.stat().st_mode & 0o077 for path in keys.iterdir()} == {0}


def test_a_half_made_authority_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "LOG_KEY", "no/such/folder")
    with pytest.raises(FileNotFoundError):
        authority.ensure_demo_authority(tmp_path / "keys", BODY, NUMBER)
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_closes_the_keys(tmp_path: Path) -> None:
    authority.ensure_demo_authority(tmp_path / "keys", BODY, NUMBER, b"open sesame")
    signing.open_signer(tmp_path / "keys", VirtualClock(AT_US), b"open sesame").sign(DATA)
    signing.open_log_signer(tmp_path / "keys", "example/log", b"open sesame")
    for passphrase in (None, b"wrong"):
        with pytest.raises(Invalid, match="signing-key"):
            signing.open_signer(tmp_path / "keys", VirtualClock(AT_US), passphrase)


@pytest.mark.parametrize(
    ("target", "source", "open_it"),
    [
        ("body.key", None, lambda keys: signing.open_signer(keys, VirtualClock(0))),
        ("body.key", "log.key", lambda keys: signing.open_signer(keys, VirtualClock(0))),
        ("body.pem", "root.pem", lambda keys: signing.open_signer(keys, VirtualClock(0))),
        ("body.pem", "body.key", lambda keys: signing.open_signer(keys, VirtualClock(0))),
        ("log.key", "body.key", lambda keys: signing.open_log_signer(keys, "example/log")),
    ],
)
def test_a_wrong_file_among_the_keys_is_named(
    tmp_path: Path, keys: Path, target: str, source: str | None, open_it: Callable[[Path], object]
) -> None:
    for path in keys.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    if source is None:
        (tmp_path / target).unlink()
    else:
        (tmp_path / target).write_bytes((keys / source).read_bytes())
    with pytest.raises(Invalid, match=target):
        open_it(tmp_path)


def test_the_logs_checkpoint_is_signed_by_its_key(keys: Path) -> None:
    log = signing.open_log_signer(keys, "example/log")
    checkpoint, hint, signature = ledger.parse_checkpoint(log.checkpoint(3, bytes(32)))
    assert checkpoint == ledger.Checkpoint("example/log", 3, bytes(32))
    assert hint == ledger.key_id("example/log", log.public_key)
    Ed25519PublicKey.from_public_bytes(log.public_key).verify(signature, checkpoint.signed_text())
