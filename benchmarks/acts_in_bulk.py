"""Synthetic acts of one year by the million, made by the engine from numbers; their texts pack as real ones do."""

import base64
import hashlib
import time
from functools import cache

import msgspec

from adjudication import codec
from adjudication.facts import EvidenceRef
from adjudication.messages import ActIssued
from integrations.register.store import Register
from tests import proofs

FIRST_US = 1_767_225_600_000_000  # 2026-01-01T00:00Z
DAYS = 365
PEOPLE = 3
"""Acts a person: ids are spread so that each third act is of the same one, far apart in time."""
STRIDE = 7_919
"""Prime, so that a person's acts lie all over the year."""
CHUNK = 250_000
"""About a gigabyte of text, made and written by one statement."""
SETTLE_S = 300
"""Merges go on after the last insert; questions are timed once they rest."""

SERIAL = "concat(leftPad(toString(11 + n % 20), 2, '0'), '-2026-', leftPad(toString(n), 9, '0'))"
COLUMNS = {
    "id": "lower(hex(sipHash128(n, 1)))",
    "case_id": "lower(hex(sipHash128(n, 2)))",
    "decision_id": "lower(hex(sipHash128(n, 3)))",
    "person_key": "concat('v1-', lower(hex(MD5(toString((n * {stride}) % {people})))))",
    "number": SERIAL,
    "form": "'prescription'",
    "body_id": "concat('body-', toString(n % 20))",
    "part": "concat(toString(590 + intHash32(n) % 15), '(', toString(n % 4 + 1), ')')",
    "district_code": "toString(190000 + intHash32(n + 1) % 220)",
    "offence_at": "fromUnixTimestamp64Micro({first} + toInt64(n * ({span} / {rows})))",
    "initiated_on": "toDate(offence_at) + 1",
    "mci_count": "n % 20",
    "sum_tiyn": "(n % 20) * 432500",
    "decided_by": "'automatic'",
    "act_sha256": "lower(hex(SHA256(concat(toString(n), 'act'))))",
    "leaf_index": "n",
    "message": "{message}",
    "version": "9223372036854775807 - n",
}
"""Each column of `acts` from the row's numberumber; sizes as published: some twenty bodies, two hundred districts."""


def act_number(serial: int) -> str:
    """The number of the act made from `serial`."""
    return f"{11 + serial % 20:02d}-2026-{serial:09d}"


def person_of(serial: int, rows: int) -> str:
    """The person key of that act, where there are `rows`."""
    return "v1-" + hashlib.md5(str(serial * STRIDE % (rows // PEOPLE)).encode(), usedforsecurity=False).hexdigest()


def fill(register: Register, rows: int) -> None:
    """Write acts 0 … rows − 1 and their keys, and let the engine merge until it rests."""
    values = {
        "stride": str(STRIDE),
        "people": str(rows // PEOPLE),
        "first": str(FIRST_US),
        "span": str(DAYS * 86_400_000_000),
        "rows": str(rows),
        "message": _message(),
    }
    made = ", ".join(f"{_filled(text, values)} AS {name}" for name, text in COLUMNS.items())
    for start in range(0, rows, CHUNK):
        numbers = f"(SELECT number AS n FROM numbers({start}, {min(CHUNK, rows - start)}))"
        register.command(f"INSERT INTO acts ({', '.join(COLUMNS)}) SELECT {made} FROM {numbers}")
    for kind, key in (("number", "number"), ("person", "person_key")):
        register.command(f"INSERT INTO keys SELECT '{kind}', {key}, offence_at, case_id, id, version FROM acts")
    until = time.monotonic() + SETTLE_S
    while register.ask("SELECT count() FROM system.merges")[0][0] and time.monotonic() < until:
        time.sleep(1)


def issued(serial: int) -> ActIssued:
    """One act as a message, with ids, digests and signature of its own."""
    like = _sample()
    act = msgspec.structs.replace(
        like.act,
        act_id=_hex(serial, "i")[:32],
        case_id=_hex(serial, "c")[:32],
        decision_id=_hex(serial, "d")[:32],
        number=act_number(serial),
        offence_us=FIRST_US + serial * 3_000_000,
        addressee=msgspec.structs.replace(like.act.addressee, number=f"{serial:012d}"),
        evidence=tuple(
            msgspec.structs.replace(ref, sha256=_hex(serial, f"s{n}"), address_sha256=_hex(serial, f"a{n}"))
            for n, ref in enumerate(like.act.evidence)
        ),
        decision_sha256=_hex(serial, "ds"),
    )
    signature = like.signature[:-88] + base64.b64encode(hashlib.sha512(act.number.encode()).digest()).decode()
    return msgspec.structs.replace(
        like, act=act, act_sha256=_hex(serial, "act"), nonce=_hex(serial, "n"), leaf_index=serial, signature=signature
    )


@cache
def _sample() -> ActIssued:
    """An act with a picture and a record, and a real signature."""
    centre = proofs.centre()
    frame = centre.frame()
    decision = proofs.decided(frame)
    act = proofs.act(decision, proofs.evidence(frame))
    signature = base64.b64encode(centre.signer.sign(codec.encode(act))).decode()
    return msgspec.structs.replace(proofs.issued(1), act=act, signature=signature)


def _message() -> str:
    """An SQL expression: the sample's text with what differs from act to act made from the row's number."""
    expressions = {
        "<id>": "id",
        "<case>": "case_id",
        "<decision>": "decision_id",
        "<number>": SERIAL,
        "<sha0>": _sha("e0"),
        "<sha1>": _sha("e1"),
        "<sha2>": _sha("e2"),
        "<sha3>": _sha("e3"),
        "<sha4>": _sha("ds"),
        "<act>": "act_sha256",
        "<nonce>": _sha("n"),
        "<signed>": "base64Encode(SHA512(toString(n)))",
        "<person>": "leftPad(toString(n), 12, '0')",
        "111111111111111": "toString(toUnixTimestamp64Micro(offence_at))",
        "222222222222222": "toString(n)",
    }
    pieces = [codec.encode(_marked()).decode()]
    for mark, expression in expressions.items():
        pieces = [part for piece in pieces for part in _around(piece, mark, expression)]
    return f"concat({', '.join(piece if piece in expressions.values() else _quoted(piece) for piece in pieces)})"


def _marked() -> ActIssued:
    like = _sample()
    refs: list[EvidenceRef] = [
        msgspec.structs.replace(ref, sha256=f"<sha{2 * n}>", address_sha256=f"<sha{2 * n + 1}>")
        for n, ref in enumerate(like.act.evidence)
    ]
    act = msgspec.structs.replace(
        like.act,
        act_id="<id>",
        case_id="<case>",
        decision_id="<decision>",
        number="<number>",
        offence_us=111_111_111_111_111,
        addressee=msgspec.structs.replace(like.act.addressee, number="<person>"),
        evidence=tuple(refs),
        decision_sha256="<sha4>",
    )
    signature = like.signature[:-88] + "<signed>"
    return msgspec.structs.replace(
        like, act=act, act_sha256="<act>", nonce="<nonce>", leaf_index=222_222_222_222_222, signature=signature
    )


def _around(piece: str, mark: str, expression: str) -> list[str]:
    parts = piece.split(mark)
    return [one for part in parts for one in (part, expression)][:-1]


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text.replace(SERIAL, SERIAL)


def _sha(salt: str) -> str:
    return f"lower(hex(SHA256(concat(toString(n), '{salt}'))))"


def _hex(serial: int, salt: str) -> str:
    return hashlib.sha256(f"{serial}{salt}".encode()).hexdigest()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
