"""A pack is accepted only if every link holds, and what breaks is named."""

import dataclasses
import hashlib
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adjudication.facts import Measurement, Officer
from adjudication.forming import form_act
from adjudication.messages import CaseDecided, ReviewRecorded
from adjudication.protocol import Act
from dashboards.verify.chain import verify
from dashboards.verify.report import LINKS, Report
from ingest.frame import Frame
from integrations.lawfiles import load_law
from integrations.pack import Pack, open_pack
from integrations.trust import TrustBundle
from tests import proofs, samples

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def centre() -> proofs.Centre:
    return proofs.centre()


def broken(report: Report) -> dict[str, str]:
    assert not report.valid
    return {outcome.link: outcome.code for outcome in report.broken}


def altered(centre: proofs.Centre, change: Callable[[Pack], dict[str, object]]) -> dict[str, str]:
    """What breaks when parts of an ordinary pack are exchanged."""
    pack = open_pack(centre.sample_pack())
    changed = Pack(**{name: getattr(pack, name) for name in Pack.__slots__} | change(pack))  # type: ignore[arg-type]  # a test's table of parts
    return broken(verify(changed.encode(), centre.trust))


def issued(
    centre: proofs.Centre, frame: Frame | None = None, decide: dict[str, object] | None = None, **changes: object
) -> dict[str, str]:
    """What breaks in an act that its own body formed, signed and logged wrongly."""
    frame = frame or centre.frame()
    decision = proofs.decided(frame, **(decide or {}))
    document = replace(proofs.act(decision, proofs.evidence(frame)), **changes)
    return broken(verify(centre.pack(frame, decision, document), centre.trust))


def test_an_ordinary_pack_holds_in_every_link(centre: proofs.Centre) -> None:
    report = verify(centre.sample_pack((b"overview", b"closer")), centre.trust)
    assert report.valid, report
    assert tuple(outcome.link for outcome in report.links) == LINKS
    assert report.act_number == "11-2026-000000001"


def test_each_of_a_thousand_changed_bytes_is_refused(centre: proofs.Centre) -> None:
    pack, chance = centre.sample_pack((random.Random(1).randbytes(3000),)), random.Random(2)
    for _ in range(1000):
        spoilt = bytearray(pack)
        spoilt[chance.randrange(len(spoilt))] ^= chance.randrange(1, 256)
        assert broken(verify(bytes(spoilt), centre.trust))


def test_a_changed_byte_is_refused_even_inside_a_well_formed_archive(centre: proofs.Centre) -> None:
    """Whoever changes a document can also write its checksum anew: the links behind the container must hold alone."""
    pack, chance = open_pack(centre.sample_pack()), random.Random(3)
    for name in ("act", "signature", "decision", "checkpoint", "record"):
        for _ in range(150):
            document = bytearray(pack.records[0] if name == "record" else getattr(pack, name))
            document[chance.randrange(len(document))] ^= chance.randrange(1, 256)
            assert broken(verify(exchanged(pack, name, bytes(document)), centre.trust))


def exchanged(pack: Pack, name: str, document: bytes) -> bytes:
    """The pack with another document in the place of one."""
    part: dict[str, Any] = {"records": (document,)} if name == "record" else {name: document}
    return dataclasses.replace(pack, **part).encode()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x00" * 1000, "қате".encode()])
def test_any_other_file_is_refused_without_a_crash(centre: proofs.Centre, data: bytes) -> None:
    assert broken(verify(data, centre.trust)) == {"container": "archive-malformed"}


@pytest.mark.parametrize("document", [b"[" * 100_000, b'{"kind":' * 50_000, b"\xff", b'"\\ud800"', b"1e400"])
@pytest.mark.parametrize("name", ["act", "decision", "checkpoint", "record", "signature"])
def test_a_hostile_document_is_refused_without_a_crash(centre: proofs.Centre, name: str, document: bytes) -> None:
    assert broken(verify(exchanged(open_pack(centre.sample_pack()), name, document), centre.trust))


def test_a_pack_of_another_centre_breaks_at_body_log_and_device(centre: proofs.Centre) -> None:
    assert broken(verify(proofs.centre().sample_pack(), centre.trust)) == {
        "signature": "certificate-untrusted",
        "log": "checkpoint-signature-wrong",
        "record": "record-signature-wrong",
    }


@pytest.mark.parametrize(
    ("stranger", "expected"),
    [
        ("signer", {"signature": "certificate-untrusted"}),
        ("log", {"log": "checkpoint-signature-wrong"}),
        ("device_key", {"record": "record-signature-wrong"}),
    ],
)
def test_a_pack_wholly_signed_anew_with_one_other_key_names_that_key(
    centre: proofs.Centre, stranger: str, expected: dict[str, str]
) -> None:
    other = proofs.centre()
    keys = {name: getattr(centre, name) for name in ("signer", "log", "device_key", "trust")}
    forger = proofs.Centre(**keys | {stranger: getattr(other, stranger)})
    assert broken(verify(forger.sample_pack(), centre.trust)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda pack: {"act": pack.act + b" "}, {"act": "not-canonical"}),
        (lambda pack: {"act": b"{}"}, {"act": "message-malformed"}),
        (lambda pack: {"decision": pack.decision + b" "}, {"decision": "decision-digest-wrong"}),
        (lambda pack: {"signature": b"\x30"}, {"signature": "signature-malformed", "log": "not-in-log"}),
        (lambda pack: {"checkpoint": b""}, {"log": "checkpoint-malformed"}),
        (lambda pack: {"proof": replace(pack.proof, index=3)}, {"log": "not-in-log"}),
        (lambda pack: {"proof": replace(pack.proof, nonce="0" * 64)}, {"log": "not-in-log"}),
        (lambda pack: {"proof": replace(pack.proof, path=pack.proof.path[1:])}, {"log": "not-in-log"}),
        (lambda pack: {"pictures": ()}, {"pictures": "pictures-missing"}),
        (lambda pack: {"pictures": (b"another",)}, {"pictures": "picture-digest-wrong"}),
        (lambda pack: {"records": (pack.records[0] + b"\0",)}, {"record": "record-digest-wrong"}),
        (lambda pack: {"records": (*pack.records, b"another")}, {"record": "record-digest-wrong"}),
    ],
)
def test_an_exchanged_part_is_named(centre: proofs.Centre, change, expected: dict[str, str]) -> None:  # type: ignore[no-untyped-def]  # a lambda of packs
    assert altered(centre, change) == expected


def test_a_masked_pack_holds_in_every_link_and_says_that_it_is_one(centre: proofs.Centre) -> None:
    report = verify(centre.masked_pack(), centre.trust)
    assert report.valid, report
    assert tuple(outcome.link for outcome in report.links) == LINKS
    assert report.masked
    assert not verify(centre.sample_pack(), centre.trust).masked


def test_a_masked_pack_holds_no_byte_of_the_originals(centre: proofs.Centre) -> None:
    assert samples.PICTURE in centre.sample_pack()
    assert samples.PICTURE not in centre.masked_pack()


def test_each_of_a_thousand_changed_bytes_of_a_masked_pack_is_refused(centre: proofs.Centre) -> None:
    pack, chance = centre.masked_pack(), random.Random(4)
    for _ in range(1000):
        spoilt = bytearray(pack)
        spoilt[chance.randrange(len(spoilt))] ^= chance.randrange(1, 256)
        assert broken(verify(bytes(spoilt), centre.trust))


def test_a_changed_byte_of_what_the_body_signed_for_is_refused_inside_a_well_formed_archive(
    centre: proofs.Centre,
) -> None:
    pack, chance = open_pack(centre.masked_pack()), random.Random(5)
    for _ in range(150):
        document = bytearray(pack.copies)
        document[chance.randrange(len(document))] ^= chance.randrange(1, 256)
        parts = {part: getattr(pack, part) for part in Pack.__slots__} | {"copies": bytes(document)}
        assert set(broken(verify(Pack(**parts).encode(), centre.trust))) == {"pictures"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda pack: {"pictures": (b"another copy",)}, "copy-digest-wrong"),
        (lambda pack: {"pictures": (samples.PICTURE,)}, "copy-digest-wrong"),
        (lambda pack: {"pictures": ()}, "pictures-missing"),
        (lambda pack: {"copies": b"{}"}, "signature-of-other-data"),
        (lambda pack: {"copies": b""}, "signature-of-other-data"),
        (lambda pack: {"copies_signature": b""}, "signature-malformed"),
        (lambda pack: {"copies_signature": pack.signature}, "signature-of-other-data"),
        (lambda pack: {"copies": b"", "copies_signature": b""}, "picture-digest-wrong"),
    ],
)
def test_copies_that_the_body_did_not_sign_for_are_named(centre: proofs.Centre, change, expected: str) -> None:  # type: ignore[no-untyped-def]  # a lambda of packs
    pack = open_pack(centre.masked_pack())
    parts = {part: getattr(pack, part) for part in Pack.__slots__} | change(pack)
    assert broken(verify(Pack(**parts).encode(), centre.trust)) == {"pictures": expected}


def masked(centre: proofs.Centre, signer: proofs.Centre, **changes: object) -> dict[str, str]:
    """What breaks in a masked pack whose copies `signer` signed for."""
    frame = centre.frame()
    decision = proofs.decided(frame)
    document = proofs.act(decision, proofs.evidence(frame))
    return broken(
        verify(centre.pack(frame, decision, document, copies=signer.copies(document, **changes)), centre.trust)
    )


def test_copies_of_another_act_or_of_other_pictures_are_named(centre: proofs.Centre) -> None:
    assert masked(centre, centre, act_sha256="0" * 64) == {"pictures": "copies-of-another-act"}
    assert masked(centre, centre, copies=()) == {"pictures": "copies-differ"}
    (copy,) = centre.copies(proofs.act(samples.decision(), proofs.evidence(centre.frame()))).statement.copies
    other = replace(copy, original_sha256=hashlib.sha256(b"another original").hexdigest())
    assert masked(centre, centre, copies=(other,)) == {"pictures": "copies-differ"}


def test_copies_that_another_body_signed_for_are_not_believed(centre: proofs.Centre) -> None:
    assert masked(centre, proofs.centre()) == {"pictures": "certificate-untrusted"}


def test_an_unreadable_act_leaves_the_rest_unchecked(centre: proofs.Centre) -> None:
    pack = open_pack(centre.sample_pack())
    parts = {part: getattr(pack, part) for part in Pack.__slots__} | {"act": b"{}"}
    states = {outcome.link: outcome.state for outcome in verify(Pack(**parts).encode(), centre.trust).links}
    assert states == dict.fromkeys(LINKS, "unchecked") | {"container": "holds", "act": "broken"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"decision_sha256": None}, {"decision": "decision-digest-wrong"}),
        ({"case_id": "0" * 32}, {"decision": "decision-differs"}),
        ({"law_sha256": "1" * 64}, {"decision": "decision-differs"}),
        ({"body": replace(proofs.BODY, body_id="unknown")}, {"signature": "body-unknown"}),
        ({"sendable_until_us": proofs.FORMED_US}, {"signature": "signed-out-of-time"}),
        ({"offence_us": proofs.FORMED_US + 10**6}, {"signature": "signed-out-of-time", "facts": "act-differs"}),
        ({"place": replace(samples.PLACE, title_ru="улица")}, {"facts": "act-differs"}),
        ({"measurement": None}, {"facts": "act-differs"}),
        ({"excess_kmh": 39}, {"sums": "act-differs"}),
        ({"part": "592(3)"}, {"sums": "act-differs"}),
        ({"mci_count": 20, "sum_tiyn": 20 * proofs.MCI_TIYN}, {"sums": "act-differs"}),
        ({"decided_by": "officer", "officer": "Н. Н."}, {"sums": "act-differs"}),
        ({"sum_tiyn": 1}, {"sums": "sum-wrong"}),
        ({"discount_tiyn": 1}, {"sums": "discount-wrong"}),
        ({"discount_tiyn": None}, {"sums": "discount-wrong"}),
    ],
)
def test_an_act_that_differs_from_its_sources_is_named(
    centre: proofs.Centre, change: dict[str, object], expected: dict[str, str]
) -> None:
    assert issued(centre, **change) == expected


def sample_act() -> Act:
    return proofs.act(samples.decision())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"vehicle": replace(sample_act().vehicle, plate="490AAC02")}, "plate"),
        ({"vehicle": replace(sample_act().vehicle, make="Another")}, "vehicle"),
        ({"addressee": replace(sample_act().addressee, number="070640013540")}, "person"),
        ({"addressee": replace(sample_act().addressee, name_kk="Басқа")}, "person"),
        ({"device": replace(sample_act().device, verification=None)}, "verification"),
    ],
)
def test_what_differs_is_named_by_its_field(centre: proofs.Centre, change: dict[str, object], expected: str) -> None:
    frame = centre.frame()
    decision = proofs.decided(frame)
    document = replace(proofs.act(decision, proofs.evidence(frame)), **change)
    report = verify(centre.pack(frame, decision, document), centre.trust)
    assert [(one.link, one.detail.split(":")[0]) for one in report.broken] == [("facts", expected)]


def test_a_body_cannot_sign_in_anothers_name(centre: proofs.Centre) -> None:
    other = tuple(replace(body, number="990101000004") for body in centre.trust.bodies)
    report = verify(centre.sample_pack(), replace(centre.trust, bodies=other))
    assert broken(report) == {"signature": "body-differs"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"logs": ()}, {"log": "log-unknown"}),
        ({"devices": ()}, {"record": "device-unknown"}),
        ({"authorities": ()}, {"signature": "certificate-untrusted"}),
    ],
)
def test_what_the_bundle_does_not_know_is_not_trusted(
    centre: proofs.Centre, change: dict[str, object], expected: dict[str, str]
) -> None:
    trust: TrustBundle = replace(centre.trust, **change)
    assert broken(verify(centre.sample_pack(), trust)) == expected


@pytest.mark.parametrize(("begins", "ends"), [(1, None), (-10, 0)])
def test_a_device_key_speaks_only_for_its_own_time(centre: proofs.Centre, begins: int, ends: int | None) -> None:
    (device,) = centre.trust.devices
    at = samples.CAPTURED_US
    key = replace(device.keys[0], valid_from_us=at + begins, valid_to_us=None if ends is None else at + ends)
    trust = replace(centre.trust, devices=(replace(device, keys=(key,)),))
    assert broken(verify(centre.sample_pack(), trust)) == {"record": "record-signature-wrong"}


def test_another_serial_number_than_the_registers_is_named(centre: proofs.Centre) -> None:
    trust = replace(centre.trust, devices=(replace(centre.trust.devices[0], serial="SN-9"),))
    assert broken(verify(centre.sample_pack(), trust)) == {"record": "device-differs"}


def test_a_picture_the_device_did_not_take_is_named(centre: proofs.Centre) -> None:
    frame = centre.frame()
    decision = proofs.decided(frame)
    invented = Frame(frame.header, frame.signed, frame.signature, (b"invented",))
    document = proofs.act(decision, proofs.evidence(invented))
    report = verify(centre.pack(invented, decision, document), centre.trust)
    assert broken(report) == {"record": "pictures-differ"}


def test_a_decision_about_another_event_is_named(centre: proofs.Centre) -> None:
    frame, other = centre.frame(), centre.frame(lane=2)
    decision = proofs.decided(other)
    document = proofs.act(decision, proofs.evidence(frame))
    assert broken(verify(centre.pack(frame, decision, document), centre.trust)) == {"facts": "event-differs"}


def test_an_event_whose_reading_was_raised_needs_the_devices_key(centre: proofs.Centre) -> None:
    higher = Measurement(kind="speed", value_kmh100=12300, error_kmh100=200, limit_kmh100=6000)
    forger = proofs.Centre(centre.signer, centre.log, proofs.centre().device_key, centre.trust)
    frame = forger.frame(measurement=higher)
    decision: CaseDecided = proofs.decided(frame)
    document = proofs.act(decision, proofs.evidence(frame))
    assert broken(verify(centre.pack(frame, decision, document), centre.trust)) == {"record": "record-signature-wrong"}


@pytest.mark.parametrize("route", ["review", "wait", "refer", "reject"])
def test_a_decision_that_is_none_makes_no_act(centre: proofs.Centre, route: str) -> None:
    assert issued(centre, decide={"route": route}) == {"sums": "decision-not-final"}


def test_an_act_that_an_officer_confirmed_holds(centre: proofs.Centre) -> None:
    frame = centre.frame()
    source = proofs.decided(frame)
    review = ReviewRecorded(
        review_id="0" * 32,
        case_id=source.case_id,
        decision_id=source.decision_id,
        officer=Officer(login="officer", full_name="Н. Н.", body_id="demo-centre"),
        at_us=proofs.FORMED_US,
        verdict="confirm",
        reason="",
        note="",
        plate=None,
        checked=source.checked,
    )
    decision = replace(source, reviews=(review,))
    document = proofs.act(decision, proofs.evidence(frame), decided_by="officer", officer="Н. Н.")
    assert verify(centre.pack(frame, decision, document), centre.trust).valid


def test_an_act_as_the_centre_forms_it_holds(centre: proofs.Centre) -> None:
    frame = centre.frame((b"overview", b"closer"))
    decision = proofs.decided(frame)
    document = form_act(
        decision,
        proofs.evidence(frame),
        load_law(),
        proofs.BODY,
        number="11-2026-000000007",
        generation=1,
        formed_us=proofs.FORMED_US,
    )
    report = verify(centre.pack(frame, decision, document), centre.trust)
    assert report.valid, report.broken


def test_an_unverified_instrument_proves_no_speed(centre: proofs.Centre) -> None:
    lapsed = replace(samples.VERIFICATION, valid_to=samples.VERIFICATION.issued_on)
    frame = centre.frame(verification=lapsed)
    decision = proofs.decided(frame)
    device = replace(samples.DEVICE, verification=lapsed)
    rounds = (replace(decision.checked.rounds[0], device=device),)
    decision = replace(decision, checked=replace(decision.checked, rounds=rounds))
    document = proofs.act(decision, proofs.evidence(frame))
    document = replace(document, device=replace(document.device, verification=lapsed))
    assert broken(verify(centre.pack(frame, decision, document), centre.trust)) == {"facts": "verification-lapsed"}


def test_a_report_names_the_file_by_its_digest(centre: proofs.Centre) -> None:
    pack = centre.sample_pack()
    assert verify(pack, centre.trust).pack_sha256 == hashlib.sha256(pack).hexdigest()
