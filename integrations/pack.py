"""The evidence pack: one file with an act and everything it rests on, for its addressee, a prosecutor or a court.

    README.txt          what this is and how to check it, the same in every pack
    act.json            the act: the bytes that were signed
    checkpoint.txt      what the log committed to, signed by the log
    decision.json       the decision the act carries out, with all facts, answers and its trace
    log.json            where the act stands in the log: nonce, index, inclusion path
    pictures/1.jpg …    the pictures as the device took them, in the order of the act's evidence
    record.tze          what the device signed, and its signature
    signature.p7s       the body's signature over act.json, detached CMS

The archive has one form only (integrations/archive.py), so has each JSON document; opening a pack compares every byte.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Fact
from adjudication.messages import ActIssued, CaseDecided
from adjudication.units import Count, Sha256
from integrations import archive


class LogProof(Fact, frozen=True, kw_only=True):
    """Where an act stands in the log. `path` is the inclusion path for the checkpoint's size, lowest sibling first."""

    nonce: Sha256
    index: Count
    path: Annotated[tuple[Sha256, ...], Meta(max_length=64)]


@dataclass(frozen=True, slots=True)
class Pack:
    """An opened pack: documents as bytes, because their bytes are what is proved."""

    act: bytes
    signature: bytes
    decision: bytes
    proof: LogProof
    checkpoint: bytes
    record: bytes
    pictures: tuple[bytes, ...]

    def encode(self) -> bytes:
        """The archive's bytes."""
        pictures = [(f"pictures/{number}.jpg", body) for number, body in enumerate(self.pictures, 1)]
        return archive.write(
            [
                ("README.txt", README),
                ("act.json", self.act),
                ("checkpoint.txt", self.checkpoint),
                ("decision.json", self.decision),
                ("log.json", codec.encode(self.proof)),
                *pictures,
                ("record.tze", self.record),
                ("signature.p7s", self.signature),
            ]
        )


def build_pack(
    issued: ActIssued,
    decision: CaseDecided,
    *,
    path: Sequence[bytes],
    checkpoint: bytes,
    record: bytes,
    pictures: Sequence[bytes],
) -> bytes:
    """The pack of an issued act.

    `path` and `checkpoint` are the log's (`ledger.inclusion_proof` for the checkpoint's size); `record` is
    `Frame.record`; `pictures` stand in the order in which the act's evidence names them. Nothing is checked here: a
    pack that does not hold together is for verification to name.
    """
    return Pack(
        act=codec.encode(issued.act),
        signature=base64.b64decode(issued.signature),
        decision=codec.encode(decision),
        proof=LogProof(nonce=issued.nonce, index=issued.leaf_index, path=tuple(node.hex() for node in path)),
        checkpoint=checkpoint,
        record=record,
        pictures=tuple(pictures),
    ).encode()


def open_pack(data: bytes) -> Pack:
    """A pack from its file; the form of the container is checked, what it says is not.

    Raises:
        Invalid: `archive-too-large`, `archive-malformed`, `pack-malformed`, or the codec's codes for `log.json`.
    """
    members = archive.read(data)
    named = dict(members)
    try:
        opened = Pack(
            act=named["act.json"],
            signature=named["signature.p7s"],
            decision=named["decision.json"],
            proof=codec.decode_canonical(named["log.json"], LogProof),
            checkpoint=named["checkpoint.txt"],
            record=named["record.tze"],
            pictures=tuple(body for name, body in members if name.startswith("pictures/")),
        )
    except KeyError as error:
        raise Invalid("pack-malformed", f"{error.args[0]} is missing") from error
    if opened.encode() != data:
        raise Invalid("pack-malformed", "members are out of order, unknown, or the README was altered")
    return opened


README = """\
ДӘЛЕЛДЕМЕ БУМАСЫ · ПАКЕТ ДОКАЗАТЕЛЬСТВ · EVIDENCE PACK

Бұл файлда бір әкімшілік акт және оның негізі түгел жинақталған: сурет, құрылғының жазбасы, шешім, қолтаңба
және актілер журналындағы орны. Тексеру: «tarazy verify PACK --trust BUNDLE» немесе орталықтың тексеру беті.

В этом файле один административный акт и всё, на чём он основан: снимки, запись устройства, решение, подпись
и место в журнале актов. Проверка: «tarazy verify PACK --trust BUNDLE» или страница проверки центра.

This file holds one administrative act and all it rests on: pictures, the device's record, the decision, the
signature and its place in the log of acts. To check: "tarazy verify PACK --trust BUNDLE", or the centre's
verification page. The trust bundle must not come from whoever gave you this file.

The body's signature can also be checked with common tools:
  openssl cms -verify -binary -inform DER -in signature.p7s -content act.json -CAfile AUTHORITY.pem -purpose any
The pictures' SHA-256 digests stand in act.json under "evidence"; one changed byte changes them.
""".encode()
"""Part of the canonical form: another text is another version of packs."""
