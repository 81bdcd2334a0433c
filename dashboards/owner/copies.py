"""What an owner may take away of an act beside its evidence pack: its paper and its pictures, masked.

Other people's plates and faces are none of his business (brief §8). What is hidden, and how: vision/redact.py.
"""

from adjudication.calendar import civil_day
from adjudication.terms import delivery_terms
from dashboards.faces import Faces
from dashboards.render.document import Shot
from dashboards.render.layout import render
from dashboards.render.prescription import prescription
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


def act_paper(faces: Faces, whole: ShownWhole, token: str) -> bytes:
    """The act as PDF.

    Raises:
        Invalid: `document-unfit`; the codes of `open_evidence`.
        Unavailable: the calendar does not reach its terms, or the store does not answer.
    """
    law, act, standing = faces.centre.law, whole.stored.act, whole.shown.standing
    delivered = standing.delivered_us if standing else None
    shots = [
        Shot(
            masked_picture(faces, whole, number).jpeg,
            keep_of(whole.decision, number).plate if whole.decision is not None else None,
        )
        for number, _ in enumerate(pictures(act))
    ]
    title = law.title(act.form, civil_day(whole.stored.formed_us))
    terms = delivery_terms(law, delivered) if delivered is not None else None
    return render(prescription(act, title, shots, faces.centre.link(token), terms))
