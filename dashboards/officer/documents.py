"""The documents of a case, as its officer takes them: those that its state allows, and each of them as PDF."""

from adjudication.lawbook import Language
from dashboards.faces import Faces
from dashboards.owner.copies import act_paper
from dashboards.render.casefile import CaseFile, Happened
from dashboards.render.document import Kind, Reading
from dashboards.render.layout import LAWFUL, render
from dashboards.render.offered import DRAWN
from integrations.casebook.cases import Entry
from integrations.casebook.desk import CaseView
from integrations.casebook.history import NOT_FOLDED_IN, told_in


def case_file(faces: Faces, view: CaseView) -> CaseFile:
    """All that documents are drawn from."""
    case, stored = view.case, view.act
    return CaseFile(
        case_id=case.case_id,
        state=case.state,
        reason=case.reason,
        body=stored.act.body if stored else faces.centre.issuer.body,
        law=faces.centre.law,
        now_us=faces.clock(),
        decision=case.decision,
        evidence=view.evidence,
        act=stored.act if stored else None,
        standing=case.standing,
        payments=view.payments,
        happened=happened(view.history),
        reached={entry.to_state: entry.at_us for entry in view.history if entry.to_state != entry.from_state},
        deadlines=faces.casebook.deadlines.of(case.case_id),
        link=faces.centre.link(faces.casebook.acts.token(stored.act.act_id)) if stored else "",
    )


def happened(history: tuple[Entry, ...]) -> tuple[Happened, ...]:
    """What somebody told and the case took in, from the lines of its history."""
    folded = ((told_in(entry), entry.at_us) for entry in history if entry.basis != NOT_FOLDED_IN)
    return tuple(Happened(told.what, at_us, told.reference) for told, at_us in folded if told is not None)


def document_paper(faces: Faces, view: CaseView, kind: Kind, reading: Reading) -> bytes:
    """One document as PDF.

    Raises:
        Invalid: `document-unfit`, the state of the case does not allow it; the codes of `open_evidence`.
        Unavailable: the calendar does not reach its terms, or the store does not answer.
    """
    languages: tuple[Language, ...] = ("en",) if reading else LAWFUL
    if kind == "act" and view.act is not None:
        return act_paper(faces, view.act, view.case.decision, view.case.standing, languages)
    return render(DRAWN[kind](case_file(faces, view)), languages)
