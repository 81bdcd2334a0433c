"""Which documents a case allows where it stands, and each of them drawn: one table."""

from collections.abc import Callable

from adjudication.errors import Invalid
from dashboards.render.casefile import CaseFile
from dashboards.render.contests import contest_decision, contest_determination
from dashboards.render.corrections import correction_determination
from dashboards.render.courses import (
    limitation_decision,
    put_off_determination,
    release_decision,
    statement_determination,
)
from dashboards.render.document import Document, Kind
from dashboards.render.enforcement import enforcement_letter
from dashboards.render.escalation import contest_letter
from dashboards.render.forwarding import forwarding_letter
from dashboards.render.immunity import immunity_letter
from dashboards.render.protocol import protocol
from dashboards.render.receipt import receipt

DRAWN: dict[Kind, Callable[[CaseFile], Document]] = {
    "receipt": receipt,
    "protocol": protocol,
    "forwarding-letter": forwarding_letter,
    "immunity-letter": immunity_letter,
    "enforcement-letter": enforcement_letter,
    "contest-letter": contest_letter,
    "contest-determination": contest_determination,
    "contest-decision": contest_decision,
    "statement-determination": statement_determination,
    "release-decision": release_decision,
    "put-off-determination": put_off_determination,
    "limitation-decision": limitation_decision,
    "correction-determination": correction_determination,
}
"""How each is drawn; the act itself has pictures besides, and is drawn by `prescription`."""


def offered(file: CaseFile) -> tuple[Kind, ...]:
    """The documents that the state of the case allows, in the order of a case's course.

    Raises:
        Unavailable: law data does not reach the day.
    """
    act: tuple[Kind, ...] = () if file.act is None or file.act.form == "protocol" else ("act",)
    return (*act, *(kind for kind, draw in DRAWN.items() if _fits(draw, file)))


def _fits(draw: Callable[[CaseFile], Document], file: CaseFile) -> bool:
    try:
        draw(file)
    except Invalid as error:
        if error.code != "document-unfit":
            raise
        return False
    return True
