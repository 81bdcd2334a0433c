"""Routes of the officers' pages. Who asks is checked first, every look is audited by the desk, a verdict is a form."""

from collections.abc import Callable
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from adjudication.errors import Invalid
from adjudication.messages import CaseEvents
from adjudication.units import Id, Micros
from dashboards.auth import Gate
from dashboards.faces import Faces
from dashboards.officer.case_sheet import case_sheet, is_record, pictures
from dashboards.officer.course import told_event
from dashboards.officer.documents import case_file, document_paper
from dashboards.officer.verdicts import choices
from dashboards.problems import Refused
from dashboards.render.document import Kind, Reading
from dashboards.render.offered import offered
from dashboards.sheets import Sheets
from integrations.casebook.desk import CaseView, Opinion, Verdict
from integrations.casebook.reviews import Waiting
from integrations.casebook.users import User
from integrations.course import may_happen, record_happening
from integrations.packing import pack_of
from integrations.seal import open_evidence

PAGE = 50
"""Lines of the queue on one page: what an officer scans before taking the next case."""
DONE = frozenset({"confirm", "correct_plate", "reject", "told"})
"""What a page says of an action that was done."""
REFUSED = frozenset({"course-impossible", "course-future", "possessor-number", "possessor-liable", "possessor-of-duty"})
"""Why what was told is not recorded."""
SAID = DONE | REFUSED | {"not-leased", "not-waiting", "taken", "empty"}
"""What a page may be told to say of the last action: anything else in the address is passed over."""
Purpose = Literal["court", "prosecutor", "appeal"]
"""For whom an officer may take the unmasked pack (brief §8: unmasking for officer, prosecutor, court, with the reason
logged)."""
MENDABLE = {
    ("correct_plate", "plate-grammar"): "plate-grammar",
    ("correct_plate", "verdict-not-possible"): "same-plate",
    ("reject", "penalty-executed"): "penalty-executed",
}
"""What the desk may say of a verdict, and what the page says then: the officer looks again."""


def officer_pages(faces: Faces, gate: Gate, sheets: Sheets) -> APIRouter:
    """Routes below `/officer`."""
    pages = _Pages(faces, gate, sheets)
    router = APIRouter(prefix="/officer")
    form = [Depends(gate.form)]
    router.get("")(pages.queue)
    router.post("/next", dependencies=form)(pages.take_next)
    router.get("/cases/{case_id}")(pages.case)
    router.get("/cases/{case_id}/pictures/{number}")(pages.picture)
    router.get("/cases/{case_id}/documents/{kind}.pdf")(pages.document)
    router.post("/cases/{case_id}/lease", dependencies=form)(pages.lease)
    router.post("/cases/{case_id}/verdict", dependencies=form)(pages.verdict)
    router.post("/cases/{case_id}/course", dependencies=form)(pages.course)
    router.post("/cases/{case_id}/pack", dependencies=form)(pages.pack)
    return router


class _Pages:
    def __init__(self, faces: Faces, gate: Gate, sheets: Sheets) -> None:
        self._faces = faces
        self._gate = gate
        self._sheets = sheets

    def queue(self, request: Request, page: int = 1) -> Response:
        self._gate.officer(request)
        page = max(1, page)
        return self._sheets.show(
            request,
            "queue.html",
            lines=self._faces.desk.queue(PAGE, PAGE * (page - 1)),
            page=page,
            total=self._faces.casebook.reviews.count(),
            per_page=PAGE,
            now_us=self._faces.clock(),
            said=_said(request),
        )

    def take_next(self, request: Request) -> Response:
        user = self._gate.officer(request)
        given = self._faces.desk.lease_next(user.officer)
        return RedirectResponse("/officer?said=empty", 303) if given is None else _to(given.case_id)

    def case(self, request: Request, case_id: Id) -> Response:
        user = self._gate.officer(request)
        return self._case(request, user, self._view(case_id, user), _said(request))

    def lease(self, request: Request, case_id: Id) -> Response:
        user = self._gate.officer(request)
        taken = self._faces.desk.lease(case_id, user.officer)
        return _to(case_id, "" if taken else "taken")

    def verdict(
        self,
        request: Request,
        case_id: Id,
        *,
        verdict: Annotated[Verdict, Form()],
        reason: Annotated[str, Form(max_length=64)] = "",
        note: Annotated[str, Form(max_length=1000)] = "",
        plate: Annotated[str, Form(max_length=24)] = "",
    ) -> Response:
        user = self._gate.officer(request)
        _check(self._faces.casebook.reviews.find(case_id, self._faces.clock()), verdict, reason)
        opinion = Opinion(verdict, reason or verdict.upper(), note, plate if verdict == "correct_plate" else None)
        try:
            recorded = self._faces.desk.record_review(case_id, user.officer, opinion)
        except Invalid as error:
            said = MENDABLE.get((verdict, error.code))
            if said is None:
                raise
            return self._case(request, user, self._view(case_id, user), said, typed=plate)
        return _to(case_id, verdict if recorded == "recorded" else recorded)

    def course(
        self, request: Request, case_id: Id, told: Annotated[Callable[[Micros], CaseEvents], Depends(told_event)]
    ) -> Response:
        """What happened to the case after its act, as somebody tells it."""
        user, now_us = self._gate.officer(request), self._faces.clock()
        try:
            record_happening(self._faces.casebook, self._faces.centre.law, told(now_us), user.login, self._faces.clock)
        except Invalid as error:
            if error.code not in REFUSED:
                raise
            return _to(case_id, error.code)
        return _to(case_id, "told")

    def picture(self, request: Request, case_id: Id, number: int) -> Response:
        user, casebook = self._gate.officer(request), self._faces.casebook
        known = dict(enumerate(pictures(casebook.evidence.of(case_id))))
        if number not in known:
            raise Refused(404, "not-found")
        casebook.audit.note(user.login, "picture", case_id, self._faces.clock(), str(number + 1))
        jpeg = open_evidence(casebook, self._faces.centre.evidence, case_id, known[number])
        return Response(jpeg, media_type="image/jpeg")

    def document(self, request: Request, case_id: Id, kind: Kind, reading: Reading = "") -> Response:
        """One document of the case: who takes which is audited before it is drawn."""
        user = self._gate.officer(request)
        view = self._view(case_id, user)
        if kind not in offered(case_file(self._faces, view)):
            raise Refused(404, "not-found")
        self._faces.casebook.audit.note(
            user.login, "document", case_id, self._faces.clock(), f"{kind} {reading}".strip()
        )
        name = f"{view.act.act.number if view.act else case_id[:16]}-{kind}{reading and '-en'}.pdf"
        named = {"Content-Disposition": f'attachment; filename="{name}"'}
        paper = document_paper(self._faces, view, kind, reading)
        return Response(paper, media_type="application/pdf", headers=named)

    def pack(self, request: Request, case_id: Id, *, purpose: Annotated[Purpose, Form()]) -> Response:
        """The full pack, with the originals: who takes it and for whom is audited before anything is opened."""
        user, casebook = self._gate.officer(request), self._faces.casebook
        stored = casebook.acts.of_case(case_id)
        if stored is None:
            raise Refused(404, "not-found")
        casebook.audit.note(user.login, "pack", case_id, self._faces.clock(), purpose)
        named = {"Content-Disposition": f'attachment; filename="{stored.act.number}-full.zip"'}
        return Response(pack_of(self._faces.centre, stored), media_type="application/zip", headers=named)

    def _view(self, case_id: Id, user: User) -> CaseView:
        view = self._faces.desk.case(case_id, user.login)
        if view is None:
            raise Refused(404, "not-found")
        return view

    def _case(self, request: Request, user: User, view: CaseView, said: str, typed: str | None = None) -> Response:
        waiting = view.waiting
        return self._sheets.show(
            request,
            "case.html",
            200 if typed is None else 422,
            sheet=case_sheet(self._faces, view, self._sheets.language(request)),
            waiting=waiting,
            mine=waiting is not None and waiting.leased_by == user.login,
            choices=choices(waiting) if waiting else None,
            purposes=get_args(Purpose),
            documents=offered(case_file(self._faces, view)),
            happenings=may_happen(view.case.standing, view.case.case_id, self._faces.centre.law, self._faces.clock),
            audit=self._faces.casebook.audit.of_case(view.case.case_id),
            now_us=self._faces.clock(),
            is_record=is_record,
            said=said,
            done=DONE,
            typed=typed,
        )


def _check(waiting: Waiting | None, verdict: Verdict, reason: str) -> None:
    """Refuses a verdict or a ground that the page does not offer; a case that no longer waits is the desk's to say."""
    if waiting is None:
        return
    offered = choices(waiting)
    if verdict not in offered.verdicts or (verdict == "reject" and reason not in offered.rejections):
        raise Refused(422, "input-wrong")


def _said(request: Request) -> str:
    said = request.query_params.get("said", "")
    return said if said in SAID else ""


def _to(case_id: Id, said: str = "") -> Response:
    return RedirectResponse(f"/officer/cases/{case_id}" + (f"?said={said}" if said else ""), 303)
