"""The trust bundle: the anchors a verifier holds before it sees any pack.

Authorities whose certificates sign for bodies, which body has which number, the logs' names and keys, the devices'
keys with the instants they sign for. One canonical JSON document, published by the centre and kept by whoever wants
to verify; nothing in a pack can add to it. It names no person.
"""

import base64
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec import Meta

from adjudication import codec
from adjudication.answers import PersonNumber
from adjudication.errors import Invalid
from adjudication.facts import Fact, Section
from adjudication.units import Name
from ingest.devices import DeviceKey, EnrolledDevice, PublicKey
from integrations.signing import LogSigner


class TrustedBody(Fact, frozen=True, kw_only=True):
    """A body that may issue acts; `number` is the BIN its certificate must carry."""

    body_id: Name
    number: PersonNumber


class TrustedLog(Fact, frozen=True, kw_only=True):
    """A log of acts and its Ed25519 key."""

    origin: Annotated[str, Meta(pattern=r"^[!-~]{1,128}\Z", description="printable ASCII without spaces")]
    public_key: PublicKey


class TrustedDevice(Fact, frozen=True, kw_only=True):
    """A device's serial number and keys, oldest first, and the sections of road that end at it."""

    device_id: Name
    serial: Name
    keys: tuple[DeviceKey, ...]
    sections: tuple[Section, ...] = ()


class TrustBundle(Fact, tag="trust-bundle", tag_field="kind", frozen=True, kw_only=True):
    """All anchors. `authorities` are X.509 certificates, base64 of DER."""

    v: Literal[1] = 1
    authorities: tuple[str, ...]
    bodies: tuple[TrustedBody, ...]
    logs: tuple[TrustedLog, ...]
    devices: tuple[TrustedDevice, ...]

    def anchors(self) -> tuple[x509.Certificate, ...]:
        """The authorities' certificates.

        Raises:
            Invalid: `trust-bundle-malformed`.
        """
        try:
            ders = [base64.b64decode(text, validate=True) for text in self.authorities]
            return tuple(x509.load_der_x509_certificate(der) for der in ders)
        except ValueError as error:
            raise Invalid("trust-bundle-malformed", "an authority is not a certificate in base64") from error

    def number_of(self, body_id: str) -> PersonNumber | None:
        """The BIN of a body, None if it is not one that may issue."""
        return next((body.number for body in self.bodies if body.body_id == body_id), None)

    def log_keys(self, origin: str) -> tuple[str, ...]:
        """The keys of a log, hex; none if it is unknown."""
        return tuple(log.public_key for log in self.logs if log.origin == origin)

    def device(self, device_id: str) -> TrustedDevice | None:
        """A device of the register, None if it is not in it."""
        return next((device for device in self.devices if device.device_id == device_id), None)


def bundle(
    authorities: Sequence[x509.Certificate],
    bodies: Iterable[TrustedBody],
    logs: Iterable[LogSigner],
    devices: Iterable[EnrolledDevice],
) -> TrustBundle:
    """The bundle of a running centre."""
    return TrustBundle(
        authorities=tuple(base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in authorities),
        bodies=tuple(bodies),
        logs=tuple(TrustedLog(origin=log.origin, public_key=log.public_key.hex()) for log in logs),
        devices=tuple(
            TrustedDevice(device_id=one.device_id, serial=one.serial, keys=one.keys, sections=one.sections)
            for one in devices
        ),
    )


def load(data: bytes) -> TrustBundle:
    """A bundle from its file.

    Raises:
        Invalid: `message-malformed`, `not-canonical`, `trust-bundle-malformed`.
    """
    read = codec.decode_canonical(data, TrustBundle)
    read.anchors()
    return read
