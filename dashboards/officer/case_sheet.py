"""What the page of a case shows, drawn from its decision: pictures with their boxes, the reading, the registers' words.

An officer sees of a person what a decision needs: a name, a year of birth, the end of a number (brief §8).
"""

from dataclasses import dataclass
from typing import Literal

from adjudication.answers import Answers, NoRecord, Unanswered
from adjudication.calendar import civil_day
from adjudication.facts import Box, EvidenceRef, PlateReading
from adjudication.grounds import Explained, explained
from adjudication.lawbook import Language, PartRule
from adjudication.messages import CaseDecided, PassageObserved
from adjudication.states import State
from adjudication.units import Id, Micros
from dashboards.faces import Faces
from ingest.jpeg import size_of
from integrations.casebook.desk import CaseView
from integrations.casebook.history import goes_on_in
from integrations.masking import keep_of
from integrations.seal import open_evidence

LOW_BP = 9_000
"""Below this a character is marked: the eye should rest on it."""
MARGIN = 0.35
"""Of a plate's width, shown around it: its frame and the bolts help to tell letters from dirt."""


Agreement = Literal["unasked", "unread", "same", "different"]
"""What came of the second reader: nobody was asked, nothing was read, the first's text, or another."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: its number and instant, its size in pixels, and where plate and vehicle stand in it, None if not."""

    number: int
    role: str
    captured_us: Micros
    width: int
    height: int
    plate: Box | None
    vehicle: Box | None

    @property
    def plate_view(self) -> Box | None:
        """What to show of the plate: itself and some surroundings."""
        return None if self.plate is None else around(self.plate, MARGIN, self.width, self.height)

    @property
    def vehicle_view(self) -> Box | None:
        """What to show of the vehicle."""
        return None if self.vehicle is None else around(self.vehicle, 0.06, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Character:
    """One character of the plate as it was read; `low`: look at it twice."""

    text: str
    confidence_bp: int
    low: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """Who read the plate first and second, "" where no reader has a name; and whether they agree.

    `first_bp` is what the first claims alone; `joint_bp` what both are worth together, None where there are not two
    texts. 0 to 10,000 basis points.
    """

    first: str
    second: str
    agreement: Agreement
    first_bp: int
    joint_bp: int | None


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The case against the possessor, where this one's owner was released (31(3)); `state` None: it is not there yet,
    the registers are asked."""

    case_id: Id
    state: State | None


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """All of a case's page. `decision` and what hangs on it is None where the decision has expired."""

    view: CaseView
    goes_on: GoesOn | None
    decision: CaseDecided | None
    part: PartRule | None
    frames: tuple[Frame, ...]
    characters: tuple[Character, ...]
    reads: Reads | None
    answers: Answers | None
    silent: tuple[str, ...]
    steps: tuple[Explained, ...]
    otherwise: Explained | None


def case_sheet(faces: Faces, view: CaseView, language: Language) -> CaseSheet:
    """The page of a case in the officer's language."""
    decision, goes_on = view.case.decision, _goes_on(faces, view)
    if decision is None:
        return CaseSheet(view, goes_on, None, None, (), (), None, None, (), (), None)
    event = decision.checked.passage.event
    answers = decision.checked.rounds[-1]
    steps = explained(decision, language)
    turned = bool(decision.trace) and decision.trace[-1].rule.startswith("otherwise")
    return CaseSheet(
        view=view,
        goes_on=goes_on,
        decision=decision,
        part=faces.centre.law.part_on(decision.part, civil_day(event.captured_us)),
        frames=_frames(faces, view, decision),
        characters=_characters(decision.checked.passage.plate),
        reads=reads_of(decision.checked.passage),
        answers=answers,
        silent=_silent(answers),
        steps=steps[:-1] if turned else steps,
        otherwise=steps[-1] if turned else None,
    )


def pictures(evidence: tuple[EvidenceRef, ...]) -> tuple[EvidenceRef, ...]:
    """The pictures among a case's evidence, in the order of the event's media."""
    return tuple(ref for ref in evidence if ref.role != "record")


def around(box: Box, margin: float, width: int, height: int) -> Box:
    """The box with a margin (a share of its width) on each side, cut to the picture."""
    by = round(box.width * margin)
    left, top = max(0, box.x - by), max(0, box.y - by)
    right, bottom = min(width, box.x + box.width + by), min(height, box.y + box.height + by)
    return Box(x=left, y=top, width=max(1, right - left), height=max(1, bottom - top))


def reads_of(passage: PassageObserved) -> Reads | None:
    """The plate's readers beside each other; None where no plate was read.

    Once a second reader spoke, a plate's confidence is of both together: it must not pass for the first's own word.
    """
    plate = passage.plate
    if plate is None:
        return None
    return Reads(
        first=passage.reader if plate.source == "vision" else "",
        second=passage.also_read_by,
        agreement=_agreement(passage, plate),
        first_bp=plate.confidence_bp if plate.first_confidence_bp is None else plate.first_confidence_bp,
        joint_bp=plate.confidence_bp if plate.second and plate.first_confidence_bp is not None else None,
    )


def _agreement(passage: PassageObserved, plate: PlateReading) -> Agreement:
    if plate.second:
        return "same" if plate.second == plate.text else "different"
    return "unread" if passage.also_read_by else "unasked"


def _frames(faces: Faces, view: CaseView, decision: CaseDecided) -> tuple[Frame, ...]:
    frames = []
    for number, ref in enumerate(pictures(view.evidence)):
        width, height = size_of(open_evidence(faces.casebook, faces.centre.evidence, view.case.case_id, ref))
        own = keep_of(decision, number)
        frames.append(Frame(number, ref.role, ref.captured_us, width, height, own.plate, own.vehicle))
    return tuple(frames)


def _characters(plate: PlateReading | None) -> tuple[Character, ...]:
    if plate is None:
        return ()
    certain = plate.characters_bp or (plate.confidence_bp,) * len(plate.text)
    return tuple(Character(text, bp, bp < LOW_BP) for text, bp in zip(plate.text, certain, strict=False))


def _goes_on(faces: Faces, view: CaseView) -> GoesOn | None:
    for entry in view.history:
        if case_id := goes_on_in(entry):
            found = faces.casebook.cases.find(case_id)
            return GoesOn(case_id, None if found is None else found.state)
    return None


def _silent(answers: Answers) -> tuple[str, ...]:
    """The registers that did not answer, by name."""
    asked = (answers.vehicle, answers.liable, answers.insurance, answers.inspection, answers.penalties)
    return tuple(answer.system for answer in asked if isinstance(answer, Unanswered))


def is_record(answer: object) -> bool:
    """Whether a register answered with a record."""
    return answer is not None and not isinstance(answer, NoRecord | Unanswered)
