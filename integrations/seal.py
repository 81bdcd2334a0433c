"""[seal]: the pictures of a finding, read back from the stream and sealed under the case's key, before anything waits.

Frames expire, evidence does not (design §1.8). Pictures, of a run those of both ends, are taken, in this order, from:
this case's evidence of the event (a decision taken again), another case's of the same event (a second offence, a
corrected plate), the stream, by the position that travels in the headers. Where none has them any more, the decision
goes on without evidence, and [issue] ends the case for that reason: no act stands without its pictures.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef, EvidenceRole
from adjudication.messages import CaseDecided, CaseSealed, EventCaptured, PassageObserved
from adjudication.units import Id, Micros
from ingest import topics
from ingest.clock import Clock
from ingest.evidence import EvidenceStore
from ingest.readback import read_back
from ingest.stage import ENTRY_POSITION, FRAME_POSITION, Outgoing, Received, Stage
from ingest.stream import Reader
from integrations import sealing
from integrations.casebook import Casebook


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to seal: a picture, or the device's signed record."""

    role: EvidenceRole
    captured_us: Micros
    plaintext: bytes


@dataclass(frozen=True, slots=True)
class End:
    """An event whose pictures a case needs; `position` is the header that says where they stand in the stream."""

    event_id: Id
    event: EventCaptured
    position: str


def seal(casebook: Casebook, store: EvidenceStore, reader: Reader, clock: Clock) -> Stage:
    """The stage over the centre's stores."""

    def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
        decided = [(item, item.message) for item in received if isinstance(item.message, CaseDecided)]
        casebook.together(lambda: _make_keys(casebook, [decision for _, decision in decided]))
        return [_sealed(item, decision) for item, decision in decided]

    def _sealed(item: Received, decision: CaseDecided) -> Outgoing:
        evidence = () if decision.route == "reject" else _evidence(item, decision)
        message = CaseSealed(decision=decision, evidence=evidence)
        return Outgoing(topics.SEALED, decision.case_id, message, item.carried())

    def _evidence(item: Received, decision: CaseDecided) -> tuple[EvidenceRef, ...]:
        """What each of the case's events shows, or nothing: an average speed is proved by both ends or not at all."""
        ends = _ends(decision.checked.passage)
        refs = [_of_event(item, decision.case_id, end) for end in ends]
        if not all(refs):
            return ()
        casebook.together(lambda: _enter(decision.case_id, ends, refs))
        return tuple(ref for of_one in refs for ref in of_one)

    def _of_event(item: Received, case_id: Id, end: End) -> tuple[EvidenceRef, ...]:
        sealed = casebook.evidence.of_event(end.event_id)
        if case_id in sealed:
            return sealed[case_id] if _is_of(end.event, sealed[case_id]) else ()
        others = {other: refs for other, refs in sealed.items() if _is_of(end.event, refs)}
        pieces = _from_cases(casebook, store, others) or _from_stream(reader, item, end)
        return seal_pieces(casebook, store, case_id, pieces)

    def _enter(case_id: Id, ends: Sequence[End], refs: Sequence[tuple[EvidenceRef, ...]]) -> None:
        now_us, place = clock(), 0
        for end, of_one in zip(ends, refs, strict=True):
            casebook.evidence.record(case_id, end.event_id, of_one, now_us, place)
            place += len(of_one)

    return Stage("seal", "function", (topics.DECISIONS,), handle, batch=16)


def _ends(passage: PassageObserved) -> tuple[End, ...]:
    return tuple(
        End(event_id, event, position)
        for (event_id, event), position in zip(passage.shown_by, (FRAME_POSITION, ENTRY_POSITION), strict=False)
    )


def _make_keys(casebook: Casebook, decisions: Sequence[CaseDecided]) -> None:
    """One flush for the keys of the whole batch."""
    for decision in decisions:
        if decision.route != "reject":
            casebook.keys.data_key(decision.case_id)


def seal_pieces(
    casebook: Casebook, store: EvidenceStore, case_id: Id, pieces: Iterable[Piece]
) -> tuple[EvidenceRef, ...]:
    """Seal under the case's key and store; the references name the ciphertext. Repeating it stores nothing twice."""
    key_id, key = casebook.keys.data_key(case_id)
    return tuple(_seal_piece(store, case_id, key_id, key, piece) for piece in pieces)


def open_evidence(casebook: Casebook, store: EvidenceStore, case_id: Id, ref: EvidenceRef) -> bytes:
    """What is inside a sealed piece of this case.

    Raises:
        Invalid: `evidence-missing`, `evidence-damaged`, `key-erased`, `evidence-key-wrong`, or `evidence-changed` where
            what is inside is not what was sealed.
    """
    plaintext = sealing.unseal(store.get(ref.address_sha256), casebook.keys.open(ref.key_id), case_id)
    if hashlib.sha256(plaintext).hexdigest() != ref.sha256:
        raise Invalid("evidence-changed", f"the object at {ref.address_sha256} holds something else than was sealed")
    return plaintext


def _is_of(event: EventCaptured, refs: Sequence[EvidenceRef]) -> bool:
    """Whether these are the pictures the device signed: one that counts anew after a reset uses a number twice."""
    pictures = [ref.sha256 for ref in refs if ref.role != "record"]
    return pictures == [media.sha256 for media in event.media]


def _seal_piece(store: EvidenceStore, case_id: Id, key_id: Id, key: bytes, piece: Piece) -> EvidenceRef:
    return EvidenceRef(
        role=piece.role,
        sha256=hashlib.sha256(piece.plaintext).hexdigest(),
        address_sha256=store.put(sealing.seal(piece.plaintext, key, case_id)),
        key_id=key_id,
        bytes=len(piece.plaintext),
        captured_us=piece.captured_us,
    )


def _from_cases(
    casebook: Casebook, store: EvidenceStore, sealed: dict[Id, tuple[EvidenceRef, ...]]
) -> tuple[Piece, ...]:
    for case_id, refs in sealed.items():
        return tuple(Piece(ref.role, ref.captured_us, open_evidence(casebook, store, case_id, ref)) for ref in refs)
    return ()


def _from_stream(reader: Reader, item: Received, end: End) -> tuple[Piece, ...]:
    event = read_back(reader, item.headers, end.event_id, end.position)
    if event is None:
        return ()
    pictures = (
        Piece(media.role, media.captured_us, body) for media, body in zip(event.header.media, event.bodies, strict=True)
    )
    return (*pictures, Piece("record", event.header.captured_us, event.record))
