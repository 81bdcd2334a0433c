"""What an owner may take away of an act beside its evidence pack: its paper and its pictures.

A picture leaves the centre with everything but the addressee's own vehicle blurred: other people's plates and faces are
none of his business (brief §8). The pack holds the sealed originals, which the act's digests name; it is for proof.
"""

from io import BytesIO

from PIL import Image, ImageFilter

from adjudication.calendar import civil_day
from adjudication.facts import Box, EvidenceRef
from adjudication.messages import CaseDecided
from adjudication.terms import delivery_terms
from dashboards.faces import Faces
from dashboards.render.act import Shot, render_act
from integrations.casebook.owner import ShownWhole
from integrations.seal import open_evidence

AROUND = 0.08
"""Of the vehicle's width, left clear around it: boxes of detectors are a little tight."""
PLATE_TO_VEHICLE = 4.0
"""A car is about four plates wide (1.8 m to 0.52 m): what is left clear where only the plate's box is known."""
BLUR_SHARE = 1 / 80
"""Of the picture's width: a plate of 120 pixels in a frame of 1,920 becomes one smear."""


def pictures(whole: ShownWhole) -> tuple[EvidenceRef, ...]:
    """The pictures among an act's evidence, in their order."""
    return tuple(ref for ref in whole.evidence if ref.role != "record")


def masked_picture(faces: Faces, whole: ShownWhole, number: int) -> bytes:
    """One picture as JPEG, blurred outside the addressee's vehicle.

    Raises:
        Invalid: the codes of `open_evidence`.
        Unavailable: the store does not answer.
    """
    ref = pictures(whole)[number]
    jpeg = open_evidence(faces.casebook, faces.centre.evidence, whole.stored.act.case_id, ref)
    return _masked(jpeg, _vehicle(whole.decision, number))


def act_paper(faces: Faces, whole: ShownWhole, token: str) -> bytes:
    """The act as PDF.

    Raises:
        Invalid: `form-not-rendered`; the codes of `open_evidence`.
        Unavailable: the calendar does not reach its terms, or the store does not answer.
    """
    law, act, standing = faces.centre.law, whole.stored.act, whole.shown.standing
    delivered = standing.delivered_us if standing else None
    shots = [
        Shot(masked_picture(faces, whole, number), _plate(whole.decision, number))
        for number, _ in enumerate(pictures(whole))
    ]
    return render_act(
        act,
        law.title(act.form, civil_day(whole.stored.formed_us)),
        shots,
        faces.centre.link(token),
        delivery_terms(law, delivered) if delivered is not None else None,
    )


def _plate(decision: CaseDecided | None, number: int) -> Box | None:
    plate = decision.checked.passage.plate if decision else None
    return plate.box if plate is not None and plate.picture == number else None


def _vehicle(decision: CaseDecided | None, number: int) -> Box | None:
    """Where the addressee's vehicle stands in a picture, as far as anybody said."""
    if decision is None:
        return None
    passage = decision.checked.passage
    if passage.vehicle is not None and passage.vehicle.picture == number:
        return passage.vehicle.box
    plate = _plate(decision, number)
    if plate is None:
        return None
    width = round(plate.width * PLATE_TO_VEHICLE)
    left, top = plate.x + plate.width // 2 - width // 2, plate.y + plate.height // 2 - round(0.7 * width)
    return Box(x=max(0, left), y=max(0, top), width=width, height=width)


def _masked(jpeg: bytes, vehicle: Box | None) -> bytes:
    with Image.open(BytesIO(jpeg)) as opened:
        clear = opened.convert("RGB")
    hidden = clear.filter(ImageFilter.GaussianBlur(clear.width * BLUR_SHARE))
    if vehicle is not None:
        by = round(vehicle.width * AROUND)
        right, bottom = vehicle.x + vehicle.width + by, vehicle.y + vehicle.height + by
        area = (max(0, vehicle.x - by), max(0, vehicle.y - by), min(clear.width, right), min(clear.height, bottom))
        hidden.paste(clear.crop(area), area[:2])
    out = BytesIO()
    hidden.save(out, "JPEG", quality=88)
    return out.getvalue()
