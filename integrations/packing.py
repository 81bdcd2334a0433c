"""An act's evidence pack, put together from casebook and evidence store. What it holds: integrations/pack.py."""

from adjudication import ledger
from adjudication.errors import Invalid
from integrations.casebook import Casebook
from integrations.casebook.acts import StoredAct
from integrations.pack import build_pack
from integrations.pipeline import Centre
from integrations.seal import open_evidence


def pack_of(centre: Centre, stored: StoredAct) -> bytes:
    """The pack of a standing or voided act, proved against the log's newest checkpoint.

    Raises:
        Invalid: `pack-incomplete`, the decision has expired; or what `open_evidence` raises.
    """
    act = stored.act
    case = centre.casebook.cases.find(act.case_id)
    if case is None or case.decision is None:
        raise Invalid("pack-incomplete", f"the decision of act {act.number} is not kept any more")
    record, pictures = b"", []
    for ref in act.evidence:
        plaintext = open_evidence(centre.casebook, centre.evidence, act.case_id, ref)
        if ref.role == "record":
            record = plaintext
        else:
            pictures.append(plaintext)
    checkpoint, path = _proof(centre.casebook, stored.issued.leaf_index)
    return build_pack(stored.issued, case.decision, path=path, checkpoint=checkpoint, record=record, pictures=pictures)


def _proof(casebook: Casebook, leaf_index: int) -> tuple[bytes, tuple[bytes, ...]]:
    with casebook.view():
        note = casebook.log.checkpoint()
        checkpoint, _, _ = ledger.parse_checkpoint(note)
        return note, casebook.log.inclusion(leaf_index, checkpoint.size)
