"""What an owner may take away of an act beside its evidence pack: its paper and its pictures, masked.

Other people's plates and faces are none of his business (brief §8). What is hidden, and how: vision/redact.py.
"""

from adjudication.calendar import civil_day
from adjudication.lawbook import Language
from adjudication.messages import CaseDecided
from adjudication.standing import Standing
from adjudication.terms import delivery_terms
from dashboards.faces import Faces
from dashboards.render.casefile import CaseFile
from dashboards.render.document import Shot
from dashboards.render.layout import LAWFUL, render
from dashboards.render.prescription import prescription
from dashboards.render.receipt import receipt
from integrations.casebook.acts import StoredAct
from integrations.casebook.owner import ShownWhole
from integrations.masking import copy_of, keep_of, pictures
from vision.redact import MaskedCopy


def masked_picture(faces: Faces, whole: ShownWhole, number: int) -> MaskedCopy:
    """One picture as JPEG in which nothing can be known but the addressee's vehicle.

    Raises:
        Invalid: the codes of `open_evidence`.
        Unavailable: the store does not answer.
    """
    return copy_of(faces.centre, faces.copies, whole.stored.act, whole.decision, number)


def act_paper(
    faces: Faces,
    stored: StoredAct,
    decision: CaseDecided | None,
    standing: Standing | None,
    languages: tuple[Language, ...] = LAWFUL,
) -> bytes:
    """The act as PDF; its last days are there once it is delivered.

    Raises:
        Invalid: `document-unfit`; the codes of `open_evidence`.
        Unavailable: the calendar does not reach its terms, or the store does not answer.
    """
    law, act = faces.centre.law, stored.act
    delivered = standing.delivered_us if standing else None
    shots = [
        Shot(
            copy_of(faces.centre, faces.copies, act, decision, number).jpeg,
            keep_of(decision, number).plate if decision is not None else None,
        )
        for number, _ in enumerate(pictures(act))
    ]
    title = law.title(act.form, civil_day(stored.formed_us))
    terms = delivery_terms(law, delivered) if delivered is not None else None
    link = faces.centre.link(faces.casebook.acts.token(act.act_id))
    paper = prescription(act, title, shots, link, terms, stands=stored.voided_us is None)
    return render(paper, languages)


def receipt_paper(faces: Faces, whole: ShownWhole, languages: tuple[Language, ...] = LAWFUL) -> bytes:
    """The receipt for payment as PDF.

    Raises:
        Invalid: `document-unfit`, there is nothing to be paid.
    """
    act, standing = whole.stored.act, whole.shown.standing
    file = CaseFile(
        case_id=act.case_id,
        state="TERMINATED" if standing is None else standing.state,
        reason="",
        body=act.body,
        law=faces.centre.law,
        now_us=faces.clock(),
        act=act,
        standing=standing,
        payments=whole.payments,
        link=faces.centre.link(faces.casebook.acts.token(act.act_id)),
    )
    return render(receipt(file), languages)
