"""An act's evidence pack, put together from the stores. What it holds: integrations/pack.py."""

from adjudication import codec, ledger
from adjudication.errors import Invalid
from adjudication.messages import CaseDecided
from integrations.casebook import Casebook
from integrations.casebook.acts import StoredAct
from integrations.pack import build_pack
from integrations.pipeline import Centre
from integrations.register import questions
from integrations.seal import open_evidence


def pack_of(centre: Centre, stored: StoredAct) -> bytes:
    """The pack of an act, proved against the log's newest checkpoint.

    Raises:
        Invalid: `decision-gone`, the decision it rests on is kept nowhere; the codes of `open_evidence`.
        Unavailable: a store does not answer.
    """
    act = stored.act
    opened = [open_evidence(centre.casebook, centre.evidence, act.case_id, ref) for ref in act.evidence]
    named = list(zip(act.evidence, opened, strict=True))
    checkpoint, path = _proof(centre.casebook, stored.issued.leaf_index)
    return build_pack(
        stored.issued,
        _decision(centre, stored),
        path=path,
        checkpoint=checkpoint,
        record=next((plain for ref, plain in named if ref.role == "record"), b""),
        pictures=[plain for ref, plain in named if ref.role != "record"],
    )


def _decision(centre: Centre, stored: StoredAct) -> CaseDecided:
    """The decision that the act names by its digest: the casebook's, or, where that went on, the register's."""
    case = centre.casebook.cases.find(stored.act.case_id)
    if case and case.decision and codec.digest(case.decision) == stored.act.decision_sha256:
        return case.decision
    kept = questions.decision(centre.register, stored.act.decision_id)
    if kept is None:
        raise Invalid("decision-gone", "the decision this act rests on is kept neither in casebook nor register")
    return kept


def _proof(casebook: Casebook, leaf_index: int) -> tuple[bytes, tuple[bytes, ...]]:
    with casebook.view():
        note = casebook.log.checkpoint()
        checkpoint, _, _ = ledger.parse_checkpoint(note)
        return note, casebook.log.inclusion(leaf_index, checkpoint.size)
