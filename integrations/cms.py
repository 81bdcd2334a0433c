"""Detached CMS signatures: one signer, SHA-256, ECDSA or RSA, the certificate inside (RFC 5652, CAdES-BES attributes).

Other software verifies what stands here (`openssl cms -verify`), and signatures of other software in the same profile
are accepted here. Only strict DER is read. A *chain* is one step: the signer's certificate is issued by an anchor.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ObjectIdentifier as Oid

from adjudication.errors import Invalid
from adjudication.units import MICROS_PER_SECOND, Micros

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

# Source: RFC 5652 §4, §5.1, §11; RFC 5035 §3; RFC 5754 §2.2, §3.
DATA = Oid("1.2.840.113549.1.7.1")
SIGNED_DATA = Oid("1.2.840.113549.1.7.2")
CONTENT_TYPE = Oid("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = Oid("1.2.840.113549.1.9.4")
SIGNING_TIME = Oid("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE = Oid("1.2.840.113549.1.9.16.2.47")
SHA_256 = Oid("2.16.840.1.101.3.4.2.1")
ECDSA_SHA_256 = Oid("1.2.840.10045.4.3.2")
RSA_ENCRYPTION = Oid("1.2.840.113549.1.1.1")
RSA_SHA_256 = Oid("1.2.840.113549.1.1.11")

MAX_CMS_BYTES = 16 * 1024
"""A signature with its certificate is about 1.5 KiB; the record of an act allows 24 KiB (32 KiB of base64)."""


@asn1.sequence
class _Algorithm:
    oid: Oid
    parameters: asn1.Null | None


@asn1.sequence
class _Content:
    kind: Oid
    body: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class _Attribute:
    kind: Oid
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _IssuerAndSerial:
    issuer: x509.Name
    serial: int


@asn1.sequence
class _SignerInfo:
    version: int
    signer: _IssuerAndSerial
    digest: _Algorithm
    attributes: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[_Algorithm]
    content: _Content
    certificates: Annotated[asn1.SetOf[x509.Certificate], asn1.Implicit(0)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    kind: Oid
    content: Annotated[_SignedData, asn1.Explicit(0)]


@asn1.sequence
class _CertificateId:
    """ESSCertIDv2 with its default digest, SHA-256."""

    digest: bytes


@asn1.sequence
class _SigningCertificate:
    certificates: list[_CertificateId]


@asn1.sequence
class _Attributes:
    """The signed attributes under the tag they are signed with: SET, not [0] (RFC 5652 §5.4)."""

    attributes: asn1.SetOf[_Attribute]


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified signature: whose, and when the signer says it was made."""

    certificate: x509.Certificate
    at_us: Micros


def sign_detached(data: bytes, certificate: x509.Certificate, key: PrivateKey, at_us: Micros) -> bytes:
    """A detached CMS over `data`, DER, with the claimed signing time `at_us` (kept to the second)."""
    attributes = _signed_attributes(data, certificate, at_us)
    info = _SignerInfo(
        version=1,
        signer=_IssuerAndSerial(issuer=certificate.issuer, serial=certificate.serial_number),
        digest=_Algorithm(oid=SHA_256, parameters=None),
        attributes=attributes,
        algorithm=_signature_algorithm(key),
        signature=_sign(key, _bytes_to_sign(attributes)),
    )
    signed = _SignedData(
        version=1,
        digests=asn1.SetOf([_Algorithm(oid=SHA_256, parameters=None)]),
        content=_Content(kind=DATA, body=None),
        certificates=asn1.SetOf([certificate]),
        signers=asn1.SetOf([info]),
    )
    return asn1.encode_der(_ContentInfo(kind=SIGNED_DATA, content=signed))


def verify_detached(data: bytes, signature: bytes, anchors: Sequence[x509.Certificate]) -> Signed:
    """Check the chain, the certificate's purpose and validity, the digest and the signature, in this order.

    `anchors` are the issuing authorities trusted; what the signature brings along is never one of them.

    Raises:
        Invalid: `signature-malformed`, `certificate-untrusted`, `certificate-purpose`, `certificate-not-valid-then`,
            `signature-of-other-data`, `signature-wrong`.
    """
    try:
        return _verify(data, signature, anchors)
    except _UNREADABLE as error:
        raise Invalid("signature-malformed", "the certificate inside the signature cannot be read") from error


# The library reads a certificate's parts only when asked for, so any look at one may meet spoilt bytes.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def _verify(data: bytes, signature: bytes, anchors: Sequence[x509.Certificate]) -> Signed:
    info, certificates = _parse(signature)
    certificate = _signers_certificate(info, certificates)
    _check_issuer(certificate, anchors)
    _check_purpose(certificate)
    attributes = _attributes(info)
    at = _signing_time(attributes)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Invalid("certificate-not-valid-then", "the certificate was not valid at the time of signing")
    _check_attributes(attributes, data, certificate)
    if not _is_signature(certificate, info.signature, _bytes_to_sign(info.attributes), info.algorithm.oid):
        raise Invalid("signature-wrong", "the certificate's key did not make this signature")
    return Signed(certificate, round(at.timestamp()) * MICROS_PER_SECOND)


def _signed_attributes(data: bytes, certificate: x509.Certificate, at_us: Micros) -> asn1.SetOf[_Attribute]:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at_us // MICROS_PER_SECOND)
    identity = _CertificateId(digest=hashlib.sha256(_der(certificate)).digest())
    return asn1.SetOf(
        [
            _attribute(CONTENT_TYPE, DATA),
            _attribute(SIGNING_TIME, asn1.UTCTime(at)),
            _attribute(MESSAGE_DIGEST, hashlib.sha256(data).digest()),
            _attribute(SIGNING_CERTIFICATE, _SigningCertificate(certificates=[identity])),
        ]
    )


def _attribute(kind: Oid, value: object) -> _Attribute:
    return _Attribute(kind=kind, values=asn1.SetOf([asn1.decode_der(asn1.TLV, asn1.encode_der(value))]))


def _bytes_to_sign(attributes: asn1.SetOf[_Attribute]) -> bytes:
    wrapped = asn1.encode_der(_Attributes(attributes=attributes))
    return bytes(asn1.decode_der(asn1.TLV, wrapped).data)


def _parse(signature: bytes) -> tuple[_SignerInfo, list[x509.Certificate]]:
    if len(signature) > MAX_CMS_BYTES:
        raise Invalid("signature-malformed", f"{len(signature)} bytes; at most {MAX_CMS_BYTES}")
    try:
        parsed = asn1.decode_der(_ContentInfo, signature)
        signed = parsed.content
        (info,) = signed.signers.as_list()
        plain = (parsed.kind, signed.content.kind, signed.content.body, info.digest.oid) == (
            (SIGNED_DATA, DATA, None, SHA_256)
        )
        certificates = signed.certificates.as_list()
    except (ValueError, TypeError) as error:
        raise Invalid("signature-malformed", "not a CMS signature of the profile used here") from error
    if not plain:
        raise Invalid("signature-malformed", "not a detached CMS signature with SHA-256")
    return info, certificates


def _signers_certificate(info: _SignerInfo, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    named = (info.signer.serial, info.signer.issuer)
    for certificate in certificates:
        if (certificate.serial_number, certificate.issuer) == named:
            return certificate
    raise Invalid("signature-malformed", "the signer's certificate is not in the signature")


def _check_issuer(certificate: x509.Certificate, anchors: Sequence[x509.Certificate]) -> None:
    for anchor in anchors:
        try:
            certificate.verify_directly_issued_by(anchor)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return
    raise Invalid("certificate-untrusted", "no trusted authority issued the signer's certificate")


def _check_purpose(certificate: x509.Certificate) -> None:
    """A signing certificate signs and commits to content (RFC 5280 §4.2.1.3), and issues no others."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise Invalid("certificate-purpose", "the certificate does not say what it is for") from error
    if constraints.ca or not (usage.digital_signature and usage.content_commitment):
        raise Invalid("certificate-purpose", "the certificate is not one for signing documents")


def _attributes(info: _SignerInfo) -> dict[Oid, asn1.TLV]:
    """Each signed attribute once, with its only value; others than ours are let pass."""
    single: dict[Oid, asn1.TLV] = {}
    for attribute in info.attributes.as_list():
        values = attribute.values.as_list()
        if attribute.kind in single or len(values) != 1:
            raise Invalid("signature-malformed", "a signed attribute stands twice or has several values")
        single[attribute.kind] = values[0]
    return single


def _signing_time(attributes: dict[Oid, asn1.TLV]) -> datetime:
    try:
        at: datetime = attributes[SIGNING_TIME].parse(asn1.UTCTime).as_datetime()
    except (KeyError, ValueError) as error:
        raise Invalid("signature-malformed", "the signature does not say when it was made") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _check_attributes(attributes: dict[Oid, asn1.TLV], data: bytes, certificate: x509.Certificate) -> None:
    try:
        kind: Oid = attributes[CONTENT_TYPE].parse(Oid)
        digest: bytes = attributes[MESSAGE_DIGEST].parse(bytes)
        named = attributes.get(SIGNING_CERTIFICATE)
        first = named.parse(_SigningCertificate).certificates[0].digest if named else None
    except (KeyError, ValueError, IndexError) as error:
        raise Invalid("signature-malformed", "the signed attributes are not those of a signature") from error
    if kind != DATA or first not in (None, hashlib.sha256(_der(certificate)).digest()):
        raise Invalid("signature-malformed", "the signed attributes speak of another certificate or content")
    if not hmac.compare_digest(digest, hashlib.sha256(data).digest()):
        raise Invalid("signature-of-other-data", "the signature was made over other bytes")


def _signature_algorithm(key: PrivateKey) -> _Algorithm:
    if isinstance(key, rsa.RSAPrivateKey):
        return _Algorithm(oid=RSA_ENCRYPTION, parameters=asn1.Null())
    return _Algorithm(oid=ECDSA_SHA_256, parameters=None)


def _sign(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, PKCS1v15(), SHA256())
    # Deterministic nonces (RFC 6979): a poor source of randomness cannot give the body's key away.
    return key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))


def _is_signature(certificate: x509.Certificate, signature: bytes, data: bytes, algorithm: Oid) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == ECDSA_SHA_256:
            key.verify(signature, data, ec.ECDSA(SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm in (RSA_ENCRYPTION, RSA_SHA_256):
            key.verify(signature, data, PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
