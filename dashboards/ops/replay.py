"""Routes `/replay`: a candidate's files and a stretch go in; what it would change comes out, by region, part and sum.

What is uploaded is not kept. Whoever asks is audited, with the digest of what was asked, before anything is run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from adjudication import codec
from adjudication.calendar import instant_us
from adjudication.errors import Invalid
from adjudication.lawbook import Language
from adjudication.regions import BY_KATO
from adjudication.units import Micros
from dashboards.auth import PERMISSIONS, Gate
from dashboards.faces import Faces
from dashboards.render.wording import CIVIL_TIME
from dashboards.sheets import Sheets
from integrations.effects import effects
from integrations.lawfiles import law_files
from integrations.operating import Fate, Past, Source
from integrations.replays import Replays

FIRST_US = 3_600_000_000
"""The stretch that the page offers first: the last hour."""
SHOWN = 50
"""Differing cases on the page: as many as somebody reads before asking a narrower question."""
REFUSALS = frozenset(
    {"stretch-empty", "stretch-too-long", "instant-wrong", "law-malformed", "policy-malformed", "replay-halted"}
)
"""What a replay may be refused for, told on the page itself."""
SOME_FILES = 64
"""More than the law has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in: instants as the browser writes them, in civil time, and texts of files."""

    begins: str
    ends: str
    source: Source = "stream"
    policy: str = ""
    law: tuple[tuple[str, str], ...] = ()

    def past(self) -> Past:
        """What is to be replayed: files of the law that are not given are those that stand.

        Raises:
            Invalid: `instant-wrong`.
        """
        standing = {name: data.decode() for name, data in law_files().items()} if self.law else {}
        return Past(
            stage="decide",
            from_us=_us(self.begins),
            to_us=_us(self.ends),
            source=self.source,
            policy=self.policy,
            law=tuple(sorted((standing | dict(self.law)).items())),
        )


def asked_form(
    *,
    begins: Annotated[str, Form(max_length=32)],
    ends: Annotated[str, Form(max_length=32)],
    source: Annotated[Source, Form()] = "stream",
    policy: Annotated[UploadFile | None, File()] = None,
    policy_text: Annotated[str, Form(max_length=262_144)] = "",
    law: Annotated[Sequence[UploadFile], File(max_length=SOME_FILES)] = (),
    law_text: Annotated[str, Form(max_length=262_144)] = "",
    law_name: Annotated[str, Form(max_length=64)] = "",
) -> Asked:
    """What a form asks: an uploaded file goes before a pasted text, and nothing is decoded that is no text."""
    pasted = ((law_name, law_text),) if law_text.strip() else ()
    files = tuple((file.filename, _text(file)) for file in law if file.filename)
    rules = (_text(policy) if policy and policy.filename else policy_text).strip()
    return Asked(begins, ends, source, rules, (*pasted, *files))


def replay_pages(faces: Faces, gate: Gate, sheets: Sheets, past: Replays) -> APIRouter:
    """Routes `/replay`: the form, and what came of it."""
    router = APIRouter()

    def show(request: Request, asked: Asked, status: int = 200, **found: object) -> Response:
        nothing: dict[str, object] = {"report": None, "effects": None, "cases": (), "known": {}, "refusal": ""}
        return sheets.show(
            request,
            "replay.html",
            status,
            asked=asked,
            files=tuple(law_files()),
            region=_region(sheets.language(request)),
            **(nothing | found),
        )

    @router.get("/replay")
    def form(request: Request) -> Response:
        gate.lawyer(request)
        now_us = faces.clock()
        return show(request, Asked(_local(now_us - FIRST_US), _local(now_us)))

    @router.post("/replay", dependencies=[Depends(gate.form)])
    def answer(request: Request, asked: Annotated[Asked, Depends(asked_form)]) -> Response:
        user = gate.lawyer(request)
        try:
            request_of = asked.past()
            faces.casebook.audit.note(user.login, "replay", None, faces.clock(), codec.digest(request_of))
            report = past.run(request_of)
        except Invalid as error:
            if error.code not in REFUSALS:
                raise
            return show(request, asked, 422, refusal=error.code, detail=error.detail)
        differing = sorted((case for case in report.cases if case.differs), key=_without_act)[:SHOWN]
        return show(
            request,
            replace(asked, policy="", law=()),
            report=report,
            effects=effects(report.cases),
            cases=differing,
            known=_known(faces, differing) if "review" in PERMISSIONS[user.role] else {},
        )

    return router


def _known(faces: Faces, cases: Sequence[Fate]) -> dict[str, bool]:
    """The cases that whoever may see cases can open."""
    return dict.fromkeys(faces.casebook.cases.find_all([case.case_id for case in cases]), True)


def _without_act(case: Fate) -> bool:
    """Cases with an act on a side stand first."""
    return not any(side is not None and side.act for side in (case.before, case.after))


def _region(language: Language) -> Callable[[str], str]:
    def name(kato: str) -> str:
        region = BY_KATO.get(kato)
        return str(getattr(region, language)) if region else kato

    return name


def _text(file: UploadFile) -> str:
    return file.file.read().decode("utf-8", errors="replace")


def _us(text: str) -> Micros:
    try:
        return instant_us(datetime.fromisoformat(text))
    except ValueError:
        raise Invalid("instant-wrong", "a day and a time of it, as 2026-11-01T10:00") from None


def _local(at_us: Micros) -> str:
    """Civil time as a browser's field takes it, to the minute."""
    at = datetime.fromtimestamp(at_us / 1_000_000, CIVIL_TIME)
    return f"{at:%Y-%m-%dT%H:%M}"
