"""A small centre for tests of proof and paper: keys, a log with neighbours, a device, acts and their packs."""

import base64
import hashlib
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adjudication import codec, ids, ledger
from adjudication.facts import Box, EvidenceRef, EvidenceRole
from adjudication.messages import ActIssued, CaseDecided
from adjudication.protocol import Act, ActDevice, ActVehicle, Addressee, Body, Terms
from ingest.clock import VirtualClock
from ingest.devices import DeviceKey, EnrolledDevice, StateSince
from ingest.frame import Frame
from ingest.signatures import public_hex, sign_frame
from integrations import authority, signing
from integrations.pack import Copies, Copy, Hidden, SignedCopies, build_pack
from integrations.trust import TrustBundle, TrustedBody, bundle
from tests import samples

BODY = Body(
    body_id="demo-centre",
    name_kk="Әкімшілік құқық бұзушылықтарды өңдеудің оқу-көрсету орталығы",
    name_ru="Учебно-демонстрационный центр обработки административных правонарушений",
    location_kk="Астана қаласы, Үлгі көшесі, 1-үй",
    location_ru="город Астана, улица Образцовая, дом 1",
)
NUMBER = "070640013540"
FORMED_US = samples.CAPTURED_US + 3_600_000_000
MCI_TIYN = 432_500
ORIGIN = "tarazy.example/acts"
MASKED = b"a masked copy"


def evidence(frame: Frame) -> tuple[EvidenceRef, ...]:
    """The pictures and the record of a frame as sealed."""
    media = zip(frame.header.media, frame.bodies, strict=True)
    sealed: list[tuple[EvidenceRole, bytes]] = [*((one.role, body) for one, body in media), ("record", frame.record)]
    return tuple(
        EvidenceRef(
            role=role,
            sha256=hashlib.sha256(body).hexdigest(),
            address_sha256=hashlib.sha256(b"ciphertext" + body).hexdigest(),
            key_id=ids.stable_id("key", "1"),
            bytes=len(body),
            captured_us=frame.header.captured_us,
        )
        for role, body in sealed
    )


def act(decision: CaseDecided, refs: tuple[EvidenceRef, ...] = (), **changes: object) -> Act:
    """The act of `samples.decision`: 83 where 60 is allowed, 10 MCI of 2026."""
    event = decision.checked.passage.event
    ordinary = Act(
        act_id=ids.stable_id("act", decision.case_id),
        number="11-2026-000000001",
        form=decision.form,
        case_id=decision.case_id,
        decision_id=decision.decision_id,
        body=BODY,
        addressee=Addressee(
            number=samples.PERSON.number,
            kind="individual",
            name_kk=samples.PERSON.name_kk,
            name_ru=samples.PERSON.name_ru,
            born_on=samples.PERSON.born_on,
            address=samples.PERSON.address,
            language="kk",
        ),
        vehicle=ActVehicle(plate="489AAC02", make=samples.VEHICLE.make, model=samples.VEHICLE.model),
        offence_us=event.captured_us,
        place=event.place,
        part=decision.part,
        statement_kk="Жүргізуші рұқсат етілген жылдамдықты сағатына 20–40 километрге асырды.",
        statement_ru="Превышение установленной скорости движения на величину от 20 до 40 километров в час.",
        statement_en="Driving 20 to 40 kilometres an hour above the limit.",
        measurement=event.measurement,
        excess_kmh=decision.excess_kmh,
        device=ActDevice(
            name=samples.DEVICE.model, serial=samples.DEVICE.serial, verification=samples.DEVICE.verification
        ),
        mci_count=decision.mci_count,
        mci_tiyn=MCI_TIYN,
        initiated_on=date(2026, 4, 6),
        sum_tiyn=decision.mci_count * MCI_TIYN,
        discount_tiyn=decision.mci_count * MCI_TIYN // 2,
        terms=Terms(discount_days=7, considered_days=15, appeal_days=10, payment_days=30),
        sendable_until_us=FORMED_US + 14 * 86_400_000_000,
        evidence=refs,
        law_sha256=decision.law_sha256,
        policy_sha256=decision.policy_sha256,
        decision_sha256=codec.digest(decision),
        decided_by="automatic",
        officer=None,
    )
    return msgspec.structs.replace(ordinary, **changes)


def issued(serial: int, number: str = samples.PERSON.number, **changes: object) -> ActIssued:
    """The sample act under another serial, of the person of `number`; nobody signed it."""
    ordinary = act(samples.decision(serial))
    person = msgspec.structs.replace(ordinary.addressee, number=number)
    document = msgspec.structs.replace(ordinary, number=f"11-2026-{serial:09d}", addressee=person, **changes)
    return ActIssued(act=document, act_sha256=codec.digest(document), signature="", leaf_index=serial, nonce="0" * 64)


@dataclass(frozen=True)
class Centre:
    """One centre's keys."""

    signer: signing.Signer
    log: signing.LogSigner
    device_key: Ed25519PrivateKey
    trust: TrustBundle

    def frame(self, pictures: tuple[bytes, ...] = (samples.PICTURE,), **changes: Any) -> Frame:
        """The sample event, signed by the device."""
        return sign_frame(samples.event(pictures=pictures, **changes), pictures, self.device_key)

    def pack(
        self,
        frame: Frame,
        decision: CaseDecided,
        document: Act,
        *,
        at: int = 2,
        size: int = 7,
        copies: SignedCopies | None = None,
    ) -> bytes:
        """The pack of an act logged as entry `at` of `size`: with `copies` the masked one."""
        encoded = codec.encode(document)
        signature = self.signer.sign(encoded)
        nonce = hashlib.sha256(b"nonce").hexdigest()
        issued = ActIssued(
            act=document,
            act_sha256=hashlib.sha256(encoded).hexdigest(),
            signature=base64.b64encode(signature).decode(),
            leaf_index=at,
            nonce=nonce,
        )
        leaves = [ledger.leaf_hash(bytes([number])) for number in range(size)]
        leaves[at] = ledger.act_leaf(nonce, issued.act_sha256, hashlib.sha256(signature).hexdigest())
        return build_pack(
            issued,
            decision,
            path=ledger.inclusion_proof(ledger.nodes_of(leaves), at, size),
            checkpoint=self.log.checkpoint(size, ledger.root(leaves)),
            records=[frame.record],
            pictures=copies or frame.bodies,
        )

    def copies(self, document: Act, pictures: tuple[bytes, ...] = (MASKED,), **changes: object) -> SignedCopies:
        """Copies of the act's pictures, which this centre's body signs for."""
        originals = [ref.sha256 for ref in document.evidence if ref.role != "record"]
        ordinary = Copies(
            act_sha256=codec.digest(document),
            copies=tuple(
                Copy(
                    original_sha256=original,
                    sha256=hashlib.sha256(body).hexdigest(),
                    bytes=len(body),
                    method="mask-1",
                    hidden=(Hidden(kind="face", box=Box(x=1, y=2, width=3, height=4)),),
                )
                for original, body in zip(originals, pictures, strict=True)
            ),
        )
        statement = msgspec.structs.replace(ordinary, **changes)
        return SignedCopies(statement, self.signer.sign(codec.encode(statement)), pictures)

    def masked_pack(self) -> bytes:
        """An ordinary masked pack in which everything holds."""
        frame = self.frame()
        decision = decided(frame)
        document = act(decision, evidence(frame))
        return self.pack(frame, decision, document, copies=self.copies(document))

    def sample_pack(self, pictures: tuple[bytes, ...] = (samples.PICTURE,)) -> bytes:
        """An ordinary pack in which everything holds."""
        frame = self.frame(pictures)
        decision = decided(frame)
        return self.pack(frame, decision, act(decision, evidence(frame)))


def decided(frame: Frame, **changes: object) -> CaseDecided:
    """The sample decision, resting on this frame's event."""
    ordinary = samples.decision()
    passage = msgspec.structs.replace(ordinary.checked.passage, event=frame.header)
    checked = msgspec.structs.replace(ordinary.checked, passage=passage)
    return msgspec.structs.replace(ordinary, checked=checked, **changes)


def centre(clock_us: int = FORMED_US) -> Centre:
    """A new centre; two of them share names and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        authority.ensure_demo_authority(keys, BODY, NUMBER)
        signer = signing.open_signer(keys, VirtualClock(clock_us))
        log = signing.open_log_signer(keys, ORIGIN)
        root = signing.read_certificate(keys / signing.ROOT_CERTIFICATE)
    device_key = Ed25519PrivateKey.generate()
    trust = bundle([root], [TrustedBody(body_id=BODY.body_id, number=NUMBER)], [log], [_device(device_key)])
    return Centre(signer, log, device_key, trust)


def _device(key: Ed25519PrivateKey) -> EnrolledDevice:
    return EnrolledDevice(
        device_id=samples.DEVICE.device_id,
        serial=samples.DEVICE.serial,
        model=samples.DEVICE.model,
        kind=samples.DEVICE.kind,
        operator=samples.DEVICE.operator,
        place=samples.DEVICE.place,
        conformity_certificate=samples.DEVICE.conformity_certificate,
        conformity_valid_to=samples.DEVICE.conformity_valid_to,
        keys=(DeviceKey(public_key=public_hex(key), valid_from_us=samples.CAPTURED_US - 1),),
        states=(StateSince(state="active", since_us=samples.CAPTURED_US - 1),),
        verifications=(samples.VERIFICATION,),
    )
