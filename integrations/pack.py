"""The evidence pack: one file with an act and everything it rests on, for its addressee, a prosecutor or a court.

    README.txt          what this is and how to check it, the same in every pack
    act.json            the act: the bytes that were signed
    checkpoint.txt      what the log committed to, signed by the log
    copies.json         masked pack only: of which original each picture is a copy, and what was hidden in it
    copies.p7s          masked pack only: the body's signature over copies.json, detached CMS
    decision.json       the decision the act carries out, with all facts, answers and its trace
    log.json            where the act stands in the log: nonce, index, inclusion path
    masked/1.jpg …      masked pack only: copies in which other people, plates and faces are hidden
    pictures/1.jpg …    full pack only: the pictures as the device took them, in the order of the act's evidence
    record.tze          what the device signed, and its signature
    record-entry.tze    of an average speed only: the same of the device at the section's entry
    signature.p7s       the body's signature over act.json, detached CMS

The *full* pack is for a prosecutor and a court. The addressee is given the *masked* one: other people's plates and
faces are none of his business (brief §8). Act and device's record, which are in either pack, name the originals by
their digests. That a masked picture is a copy of such an original is what the body signs for in copies.json.

The archive has one form only (integrations/archive.py), so has each JSON document; opening a pack compares every byte.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from adjudication import codec
from adjudication.errors import Invalid
from adjudication.facts import Box, Fact
from adjudication.messages import ActIssued, CaseDecided
from adjudication.units import Count, Name, Sha256
from integrations import archive


class LogProof(Fact, frozen=True, kw_only=True):
    """Where an act stands in the log. `path` is the inclusion path for the checkpoint's size, lowest sibling first."""

    nonce: Sha256
    index: Count
    path: Annotated[tuple[Sha256, ...], Meta(max_length=64)]


class Hidden(Fact, frozen=True, kw_only=True):
    """One part of a picture that a copy does not show, and what was there (vision/redact.py lists the kinds)."""

    kind: Name
    box: Box


class Copy(Fact, frozen=True, kw_only=True):
    """One masked picture: of which original, by its digest in the act, and what was hidden in it by which method."""

    original_sha256: Sha256
    sha256: Sha256
    bytes: Count
    method: Name
    hidden: tuple[Hidden, ...]


class Copies(Fact, frozen=True, kw_only=True):
    """What the body signs for: these are copies of this act's pictures, in the order of its evidence."""

    act_sha256: Sha256
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """An opened pack: documents as bytes, because their bytes are what is proved.

    `pictures` are originals where `copies` is empty, and masked copies where it is not. `records` has one member,
    and of an average speed a second, the entry's.
    """

    act: bytes
    signature: bytes
    decision: bytes
    proof: LogProof
    checkpoint: bytes
    records: tuple[bytes, ...]
    pictures: tuple[bytes, ...]
    copies: bytes = b""
    copies_signature: bytes = b""

    @property
    def masked(self) -> bool:
        """Whether the pictures are copies that hide what is not the case's."""
        return bool(self.copies or self.copies_signature)

    def encode(self) -> bytes:
        """The archive's bytes."""
        folder = MASKED if self.masked else ORIGINALS
        pictures = [(f"{folder}{number}.jpg", body) for number, body in enumerate(self.pictures, 1)]
        copies = [("copies.json", self.copies), ("copies.p7s", self.copies_signature)] if self.masked else []
        return archive.write(
            [
                ("README.txt", README),
                ("act.json", self.act),
                ("checkpoint.txt", self.checkpoint),
                *copies,
                ("decision.json", self.decision),
                ("log.json", codec.encode(self.proof)),
                *pictures,
                *zip(RECORDS, self.records, strict=False),
                ("signature.p7s", self.signature),
            ]
        )


MASKED, ORIGINALS = "masked/", "pictures/"
RECORDS = ("record.tze", "record-entry.tze")


@dataclass(frozen=True, slots=True)
class SignedCopies:
    """Masked pictures, in the order of the act's evidence, with the body's word for them."""

    statement: Copies
    signature: bytes
    pictures: tuple[bytes, ...]


def build_pack(
    issued: ActIssued,
    decision: CaseDecided,
    *,
    path: Sequence[bytes],
    checkpoint: bytes,
    records: Sequence[bytes],
    pictures: Sequence[bytes] | SignedCopies,
) -> bytes:
    """The pack of an issued act: the full one of originals, the masked one of signed copies.

    `path` and `checkpoint` are the log's (`ledger.inclusion_proof` for the checkpoint's size); `records`
    (`Frame.record`) and `pictures` stand in the order in which the act's evidence names them. Nothing is checked here:
    a pack that does not hold together is for verification to name.
    """
    shown = pictures.pictures if isinstance(pictures, SignedCopies) else tuple(pictures)
    signed = pictures if isinstance(pictures, SignedCopies) else None
    return Pack(
        act=codec.encode(issued.act),
        signature=base64.b64decode(issued.signature),
        decision=codec.encode(decision),
        proof=LogProof(nonce=issued.nonce, index=issued.leaf_index, path=tuple(node.hex() for node in path)),
        checkpoint=checkpoint,
        records=tuple(records),
        pictures=shown,
        copies=codec.encode(signed.statement) if signed is not None else b"",
        copies_signature=signed.signature if signed is not None else b"",
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
            records=(named[RECORDS[0]], *(named[name] for name in RECORDS[1:] if name in named)),
            pictures=tuple(body for name, body in members if name.startswith((MASKED, ORIGINALS))),
            copies=named.get("copies.json", b""),
            copies_signature=named.get("copies.p7s", b""),
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

masked/: бөгде адамдар, нөмірлер мен беттер жасырылған көшірмелер. Түпнұсқалар мөрленген, оларды орган мен сот көреді.
masked/: копии, в которых скрыты посторонние люди, номера и лица. Оригиналы опечатаны, их видят орган и суд.
masked/: copies in which other people, plates and faces are hidden. The originals are sealed; the body and a court see
them. copies.json says of which original each is the copy, and copies.p7s is the body's signature over it.
""".encode()
"""Part of the canonical form: another text is another version of packs."""
