"""The chain of proof, walked from the file to the sum. Nothing is asked of any server.

Steps:
    0. container   The file is an evidence pack in its only form: every byte is accounted for.
    1. act         The act is readable and canonical: its digest means one act and one only.
    2. decision    The decision is the one whose digest the act names; case, law and policy agree.
    3. signature   The body's certificate is issued by a trusted authority, was valid then, carries the body's number,
                   and its key signed these bytes, after the offence and before sending became unlawful.
    4. log         Nonce, act and signature are an entry of the tree in the checkpoint, which a trusted log signed.
    5. pictures    Each picture has the length and SHA-256 that the act names. In a masked pack each is instead a
                   copy, of the length and SHA-256 that the body signed for, of an original that the act names.
    6. record      The device's record is the one the act names; a key registered for that device at that instant
                   signed it; its pictures are the act's pictures (the originals, by their digests, in either pack).
                   Of an average speed there are two: of the section's exit and of its entry.
    7. facts       Instant, place, reading, plate, device and person in the act are those of record and answers; an
                   average speed is computed anew from the two records and the section's registered length.
    8. sums        The part and the number of MCI are the decision's; sum and half are what they multiply to.
"""

import hashlib
from functools import partial

from adjudication import codec, ledger
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef
from adjudication.messages import CaseDecided, EventCaptured
from adjudication.protocol import Act
from adjudication.units import MICROS_PER_SECOND
from dashboards.verify import agreement
from dashboards.verify.report import Report, Walk
from ingest import frame
from ingest.signatures import is_signed
from integrations import authority, cms
from integrations.pack import Copies, Pack, open_pack
from integrations.trust import TrustBundle


def verify(data: bytes, trust: TrustBundle) -> Report:
    """Walk the chain of the pack in `data`. Whatever the bytes are, the answer is a report."""
    walk, number = Walk(), None
    pack_sha256 = hashlib.sha256(data).hexdigest()
    # 0.
    pack = walk.check("container", partial(open_pack, data))
    if pack is None:
        return walk.report(pack_sha256, number)
    # 1.
    walk.masked = pack.masked
    act = walk.check("act", partial(codec.decode_canonical, pack.act, Act))
    if act is not None:
        number = act.number
        _walk_from_act(walk, pack, act, trust)
    return walk.report(pack_sha256, number)


def _walk_from_act(walk: Walk, pack: Pack, act: Act, trust: TrustBundle) -> None:
    # 2.
    decision = walk.check("decision", partial(_decision, pack, act))
    # 3.
    walk.check("signature", partial(_signature, pack, act, trust))
    # 4.
    walk.check("log", partial(_log, pack, trust))
    # 5.
    walk.check("pictures", partial(_copies if pack.masked else _pictures, pack, act, trust))
    # 6.
    headers = walk.check("record", partial(_records, pack, act, trust))
    if decision is None:
        return
    # 7.
    if headers is not None:
        device = trust.device(headers[0].device_id)
        sections = device.sections if device is not None else ()
        walk.check("facts", partial(agreement.check_facts, act, decision, headers, sections))
    # 8.
    walk.check("sums", partial(agreement.check_sums, act, decision))


def _decision(pack: Pack, act: Act) -> CaseDecided:
    if hashlib.sha256(pack.decision).hexdigest() != act.decision_sha256:
        raise Invalid("decision-digest-wrong", "decision.json does not have the SHA-256 that the act names")
    decision = codec.decode_canonical(pack.decision, CaseDecided)
    named = (act.case_id, act.decision_id, act.law_sha256, act.policy_sha256)
    if named != (decision.case_id, decision.decision_id, decision.law_sha256, decision.policy_sha256):
        raise Invalid("decision-differs", "the act names another case, law or policy than its decision")
    return decision


def _signed_by_body(document: bytes, signature: bytes, act: Act, trust: TrustBundle) -> cms.Signed:
    number = trust.number_of(act.body.body_id)
    if number is None:
        raise Invalid("body-unknown", "the act is of a body that the trust bundle does not know")
    signed = cms.verify_detached(document, signature, trust.anchors())
    if authority.organisation_number(signed.certificate) != number:
        raise Invalid("body-differs", "the certificate is of another organisation than the act's body")
    return signed


def _signature(pack: Pack, act: Act, trust: TrustBundle) -> None:
    signed = _signed_by_body(pack.act, pack.signature, act, trust)
    # A signing time is kept to the second, an offence to the microsecond.
    if not act.offence_us - MICROS_PER_SECOND < signed.at_us < act.sendable_until_us:
        raise Invalid("signed-out-of-time", "signed before the offence, or after the act could lawfully be sent")


def _log(pack: Pack, trust: TrustBundle) -> None:
    checkpoint, hint, signature = ledger.parse_checkpoint(pack.checkpoint)
    keys = trust.log_keys(checkpoint.origin)
    if not keys:
        raise Invalid("log-unknown", "the checkpoint is of a log that the trust bundle does not know")
    hinted = [key for key in keys if ledger.key_id(checkpoint.origin, bytes.fromhex(key)) == hint]
    if not is_signed(checkpoint.signed_text(), signature, hinted):
        raise Invalid("checkpoint-signature-wrong", "no key of this log signed the checkpoint")
    proof = pack.proof
    digests = (hashlib.sha256(pack.act).hexdigest(), hashlib.sha256(pack.signature).hexdigest())
    leaf, path = ledger.act_leaf(proof.nonce, *digests), [bytes.fromhex(node) for node in proof.path]
    if not ledger.verify_inclusion(leaf, proof.index, checkpoint.size, path, checkpoint.root):
        raise Invalid("not-in-log", "this act with this signature is not the entry of the log that it is said to be")


def _picture_refs(act: Act) -> tuple[EvidenceRef, ...]:
    return tuple(ref for ref in act.evidence if ref.role != "record")


def _pictures(pack: Pack, act: Act, _: TrustBundle) -> None:
    refs = _picture_refs(act)
    if not refs or len(refs) != len(pack.pictures):
        raise Invalid("pictures-missing", f"the act names {len(refs)} pictures, the pack holds {len(pack.pictures)}")
    for number, (ref, body) in enumerate(zip(refs, pack.pictures, strict=True), 1):
        if len(body) != ref.bytes or hashlib.sha256(body).hexdigest() != ref.sha256:
            raise Invalid("picture-digest-wrong", f"picture {number} does not have the SHA-256 that the act names")


def _copies(pack: Pack, act: Act, trust: TrustBundle) -> None:
    """That a copy shows the original is the body's word, for which it signs; whoever holds the full pack can look."""
    _signed_by_body(pack.copies, pack.copies_signature, act, trust)
    statement = codec.decode_canonical(pack.copies, Copies)
    if statement.act_sha256 != hashlib.sha256(pack.act).hexdigest():
        raise Invalid("copies-of-another-act", "the body signed for copies of another act's pictures")
    originals = [ref.sha256 for ref in _picture_refs(act)]
    if not originals or [copy.original_sha256 for copy in statement.copies] != originals:
        raise Invalid("copies-differ", "the copies are not of the pictures that the act names")
    if len(pack.pictures) != len(originals):
        raise Invalid(
            "pictures-missing", f"the act names {len(originals)} pictures, the pack holds {len(pack.pictures)}"
        )
    for number, (copy, body) in enumerate(zip(statement.copies, pack.pictures, strict=True), 1):
        if len(body) != copy.bytes or hashlib.sha256(body).hexdigest() != copy.sha256:
            raise Invalid("copy-digest-wrong", f"copy {number} does not have the SHA-256 that the body signed for")


def _records(pack: Pack, act: Act, trust: TrustBundle) -> list[EventCaptured]:
    """What the devices signed: one, and of an average speed the exit's and the entry's."""
    named = [ref.sha256 for ref in act.evidence if ref.role == "record"]
    expected = 1 if act.section is None else 2
    if len(named) != expected or named != [hashlib.sha256(record).hexdigest() for record in pack.records]:
        raise Invalid("record-digest-wrong", "a device's record does not have the SHA-256 that the act names")
    serials = [act.device.serial, *([act.section.device.serial] if act.section is not None else [])]
    headers = [_header(record, serial, trust) for record, serial in zip(pack.records, serials, strict=True)]
    media = (one for header in headers for one in header.media)
    taken = sorted((one.role, one.sha256, one.bytes, one.captured_us) for one in media)
    if taken != sorted((ref.role, ref.sha256, ref.bytes, ref.captured_us) for ref in _picture_refs(act)):
        raise Invalid("pictures-differ", "the act's pictures are not those the devices took at their events")
    return headers


def _header(record_bytes: bytes, serial: str, trust: TrustBundle) -> EventCaptured:
    record = frame.decode_record(record_bytes)
    header = record.header
    device = trust.device(header.device_id)
    if device is None:
        raise Invalid("device-unknown", "the record is of a device that the trust bundle does not know")
    keys = [key.public_key for key in device.keys if key.covers(header.captured_us)]
    if not is_signed(record.signed, record.signature, keys):
        raise Invalid("record-signature-wrong", "no key registered for the device at that instant signed its record")
    if device.serial != serial:
        raise Invalid("device-differs", "the act names another serial number than the register of devices")
    return header
