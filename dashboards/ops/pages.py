"""Routes of operations: `/ops` renews itself without a script, `/ops.json` is for machines, `/audit` for auditors."""

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboards.auth import Gate
from dashboards.faces import Faces
from dashboards.ops.look import Lookout
from dashboards.sheets import Sheets

RENEW_S = 10
"""Often enough to see a stop, seldom enough to read a table in peace."""
AUDIT_LINES = 200


def ops_pages(faces: Faces, gate: Gate, sheets: Sheets) -> APIRouter:
    """Routes `/ops`, `/ops.json` and `/audit`."""
    router = APIRouter()
    lookout = Lookout(faces)

    @router.get("/ops")
    def board(request: Request) -> Response:
        gate.watcher(request)
        return sheets.show(request, "ops.html", look=lookout.look(), renew_s=RENEW_S)

    @router.get("/ops.json")
    def machine(request: Request) -> Response:
        gate.watcher(request)
        return Response(msgspec.json.encode(lookout.look()), media_type="application/json")

    @router.get("/audit")
    def audit(request: Request) -> Response:
        gate.auditor(request)
        return sheets.show(request, "audit.html", lines=faces.casebook.audit.latest(AUDIT_LINES))

    return router
