"""An act's evidence pack, put together from the stores. What it holds: integrations/pack.py."""

import hashlib
from collections.abc import Sequence

from adjudication import codec, ledger
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef
from adjudication.messages import CaseDecided
from integrations import pack
from integrations.casebook import Casebook
from integrations.casebook.acts import StoredAct
from integrations.masking import Copies, copy_of, pictures
from integrations.pipeline import Centre
from integrations.register import questions
from integrations.seal import open_evidence
from vision.redact import METHOD, MaskedCopy


def pack_of(centre: Centre, stored: StoredAct) -> bytes:
    """The full pack of an act, for a prosecutor or a court, proved against the log's newest checkpoint.

    Raises:
        Invalid: `decision-gone`, the decision it rests on is kept nowhere; the codes of `open_evidence`.
        Unavailable: a store does not answer.
    """
    act = stored.act
    originals = [open_evidence(centre.casebook, centre.evidence, act.case_id, ref) for ref in pictures(act)]
    return _packed(centre, stored, _decision(centre, stored), originals)


def masked_pack_of(centre: Centre, stored: StoredAct, copies: Copies) -> bytes:
    """The masked pack of an act, for its addressee; the body signs for the copies now.

    Raises:
        Invalid: as `pack_of`.
        Unavailable: a store does not answer.
    """
    act, decision = stored.act, _decision(centre, stored)
    refs = pictures(act)
    made = [copy_of(centre, copies, act, decision, number) for number in range(len(refs))]
    statement = pack.Copies(
        act_sha256=codec.digest(act),
        copies=tuple(_copy(ref, one) for ref, one in zip(refs, made, strict=True)),
    )
    signature = centre.signer.sign(codec.encode(statement))
    return _packed(centre, stored, decision, pack.SignedCopies(statement, signature, tuple(one.jpeg for one in made)))


def _copy(ref: EvidenceRef, made: MaskedCopy) -> pack.Copy:
    return pack.Copy(
        original_sha256=ref.sha256,
        sha256=hashlib.sha256(made.jpeg).hexdigest(),
        bytes=len(made.jpeg),
        method=METHOD,
        hidden=tuple(pack.Hidden(kind=one.kind, box=one.box) for one in made.masked),
    )


def _packed(
    centre: Centre, stored: StoredAct, decision: CaseDecided, shown: Sequence[bytes] | pack.SignedCopies
) -> bytes:
    act = stored.act
    records = [ref for ref in act.evidence if ref.role == "record"]
    opened = [open_evidence(centre.casebook, centre.evidence, act.case_id, ref) for ref in records]
    checkpoint, path = _proof(centre.casebook, stored.issued.leaf_index)
    return pack.build_pack(
        stored.issued,
        decision,
        path=path,
        checkpoint=checkpoint,
        records=opened,
        pictures=shown,
    )


def _decision(centre: Centre, stored: StoredAct) -> CaseDecided:
    """The decision that the act names by its digest: the casebook's, or, where that went on, the register's."""
    case = centre.casebook.cases.find(stored.act.case_id)
    if case and case.decision and codec.digest(case.decision) == stored.act.decision_sha256:
        return case.decision
    kept = questions.decision(centre.register, stored.act.case_id, stored.act.decision_id)
    if kept is None:
        raise Invalid("decision-gone", "the decision this act rests on is kept neither in casebook nor register")
    return kept


def _proof(casebook: Casebook, leaf_index: int) -> tuple[bytes, tuple[bytes, ...]]:
    with casebook.view():
        note = casebook.log.checkpoint()
        checkpoint, _, _ = ledger.parse_checkpoint(note)
        return note, casebook.log.inclusion(leaf_index, checkpoint.size)
