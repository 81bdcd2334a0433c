"""Routes of the owners' pages: an act's number and a plate say nothing of a person; its token opens the rest."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from adjudication.grounds import explained
from adjudication.units import Micros, Tiyn
from dashboards.auth import Gate
from dashboards.faces import Faces
from dashboards.owner.copies import act_paper, masked_picture, receipt_paper
from dashboards.problems import Refused
from dashboards.render.document import Reading
from dashboards.render.layout import LAWFUL
from dashboards.render.receipt import due_tiyn
from dashboards.sheets import Sheets
from integrations.casebook.owner import NotShown, Shown, ShownWhole
from integrations.casebook.payments import Payment
from integrations.course import ask_review, asked_before, may_happen
from integrations.masking import pictures
from integrations.packing import masked_pack_of
from integrations.payments import record_payment


def owner_pages(faces: Faces, gate: Gate, sheets: Sheets) -> APIRouter:
    """Routes `/act` and, below the token of an act's QR code, `/a/{token}`."""
    pages = _Pages(faces, sheets)
    router = APIRouter()
    form = [Depends(gate.form)]
    router.get("/act")(pages.ask)
    router.post("/act", dependencies=form)(pages.find)
    router.get("/a/{token}")(pages.act)
    router.get("/a/{token}/pictures/{number}")(pages.picture)
    router.get("/a/{token}/act.pdf")(pages.paper)
    router.get("/a/{token}/receipt.pdf")(pages.receipt)
    router.get("/a/{token}/pack.zip")(pages.pack)
    router.post("/a/{token}/review", dependencies=form)(pages.review)
    if faces.demonstration:
        router.post("/a/{token}/pay", dependencies=form)(pages.pay)
    return router


@dataclass(frozen=True, slots=True)
class Mark:
    """One date on an act's way: what it is, the day, and whether it is behind us. `ends`: the day is the last one."""

    what: str
    at_us: Micros
    passed: bool
    ends: bool


class _Pages:
    def __init__(self, faces: Faces, sheets: Sheets) -> None:
        self._faces = faces
        self._sheets = sheets

    def ask(self, request: Request) -> Response:
        return self._sheets.show(request, "find.html", refused=None, number="")

    def find(
        self,
        request: Request,
        number: Annotated[str, Form(max_length=32)] = "",
        plate: Annotated[str, Form(max_length=24)] = "",
    ) -> Response:
        found = self._faces.owners.by_number(number.strip(), plate, _address(request))
        if isinstance(found, NotShown):
            status = 429 if found.wait_s else 404
            request.state.refused = "too-many-tries" if found.wait_s else "not-found"
            return self._sheets.show(request, "find.html", status, refused=found, number=number)
        return self._sheets.show(request, "standing.html", shown=found, marks=marks(found, self._faces.clock()))

    def act(self, request: Request, token: str) -> Response:
        whole = self._whole(request, token)
        return self._sheets.show(
            request,
            "act.html",
            whole=whole,
            act=whole.stored.act,
            shown=whole.shown,
            address=f"/a/{token}",
            pictures=pictures(whole.stored.act),
            steps=explained(whole.decision, self._sheets.language(request)) if whole.decision else (),
            due_tiyn=self._due(whole.shown),
            may_ask=self._may_ask(whole),
            asked="asked" in request.query_params,
            marks=marks(whole.shown, self._faces.clock()),
        )

    def picture(self, request: Request, token: str, number: int) -> Response:
        whole = self._whole(request, token)
        if not 0 <= number < len(pictures(whole.stored.act)):
            raise Refused(404, "not-found")
        copy, shelf = masked_picture(self._faces, whole, number), self._faces.centre.shelf
        if shelf is not None:  # the store gives it, for some minutes; the pages stay out of the way of its bytes
            return RedirectResponse(shelf.link(shelf.put(copy)), 307)
        return Response(copy.jpeg, media_type="image/jpeg")

    def paper(self, request: Request, token: str, reading: Reading = "") -> Response:
        whole = self._whole(request, token)
        paper = act_paper(
            self._faces, whole.stored, whole.decision, whole.shown.standing, ("en",) if reading else LAWFUL
        )
        return _file(paper, f"{whole.shown.act_number}{reading and '-en'}.pdf", "application/pdf")

    def receipt(self, request: Request, token: str, reading: Reading = "") -> Response:
        whole = self._whole(request, token)
        if not self._due(whole.shown):
            raise Refused(404, "not-found")
        paper = receipt_paper(self._faces, whole, ("en",) if reading else LAWFUL)
        return _file(paper, f"{whole.shown.act_number}-receipt{reading and '-en'}.pdf", "application/pdf")

    def pack(self, request: Request, token: str) -> Response:
        whole = self._whole(request, token)
        packed = masked_pack_of(self._faces.centre, whole.stored, self._faces.copies)
        return _file(packed, f"{whole.shown.act_number}.zip", "application/zip")

    def review(self, request: Request, token: str) -> Response:
        """An owner asks that a person look at the decision; asked twice, it is asked once."""
        whole, centre = self._whole(request, token), self._faces.centre
        if self._may_ask(whole):
            case_id, number = whole.stored.act.case_id, whole.shown.act_number
            ask_review(self._faces.casebook, centre.law, case_id, number, self._faces.clock)
        return RedirectResponse(f"/a/{token}?asked=1", 303)

    def _may_ask(self, whole: ShownWhole) -> bool:
        """Whether a machine decided, and nobody asked yet. Source: brief §8."""
        standing, act = whole.shown.standing, whole.stored.act
        if act.decided_by != "automatic" or standing is None or standing.contest is not None:
            return False
        possible = may_happen(standing, act.case_id, self._faces.centre.law, self._faces.clock)
        return "complaint" in possible and not asked_before(self._faces.casebook, act.case_id)

    def pay(self, request: Request, token: str) -> Response:
        """A demonstration's bank: what is due is paid now."""
        whole = self._whole(request, token)
        due = self._due(whole.shown)
        if due:
            now_us = self._faces.clock()
            receipt = Payment(f"DEMO-{secrets.token_hex(8)}", whole.stored.act.case_id, due, now_us)
            record_payment(self._faces.casebook, whole.shown.act_number, receipt, self._faces.clock)
        return RedirectResponse(f"/a/{token}?paid=1", 303)

    def _whole(self, request: Request, token: str) -> ShownWhole:
        found = self._faces.owners.by_token(token, _address(request))
        if isinstance(found, NotShown):
            raise Refused(429, "too-many-tries", found.wait_s) if found.wait_s else Refused(404, "not-found")
        return found

    def _due(self, shown: Shown) -> Tiyn:
        """What is to be paid now."""
        return 0 if shown.standing is None else due_tiyn(shown.standing, self._faces.clock())


def marks(shown: Shown, now_us: Micros) -> tuple[Mark, ...]:
    """The dates known so far, in the order they come; what ends a term is told by its last day."""
    standing = shown.standing
    if standing is None:
        return (Mark("formed", shown.formed_us, passed=True, ends=False),)
    known = (
        ("formed", shown.formed_us, False),
        ("sent", standing.sent_us, False),
        ("delivered", standing.delivered_us, False),
        ("discount", standing.discount_until_us, True),
        ("deemed", standing.deemed_us, True),
        ("appeal", standing.appeal_until_us, True),
        ("pay", standing.pay_until_us, True),
    )
    return tuple(
        Mark(what, at_us - 1 if ends else at_us, passed=at_us <= now_us, ends=ends)
        for what, at_us, ends in known
        if at_us is not None
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _file(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
