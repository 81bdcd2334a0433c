"""The file of a case: everything that its documents are drawn from, and what people can add only by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from adjudication.calendar import civil_day
from adjudication.errors import Invalid
from adjudication.facts import EvidenceRef
from adjudication.happenings import What
from adjudication.lawbook import Lawbook, PartRule
from adjudication.messages import CaseDecided, DeadlineCode
from adjudication.protocol import Act, Body
from adjudication.standing import Standing
from adjudication.states import State
from adjudication.units import Id, Micros
from dashboards.render.document import Kind, Line, blank
from dashboards.render.wording import Words, day
from integrations.casebook.payments import Payment

UNNUMBERED = Words(
    "№ ____________   20___ ж. «___» ______________",
    "№ ____________   «___» ______________ 20___ г.",
    "No. ____________   ______________ 20___",
)
"""What stands below the title of a draft: its number and day are given by whoever signs it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What somebody told of the case: when it was, and the number of its paper."""

    what: What
    at_us: Micros
    reference: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case at `now_us`. `reason` is why it stands where it stands; `decision` is None once it has expired, `act` and
    `standing` before an act is formed. `happened` is oldest first, `reached` holds the last instant a state was come
    to, `deadlines` those that run. `link` opens everything to whoever holds it: only what goes
    to the addressee has it.
    """

    case_id: Id
    state: State
    reason: str
    body: Body
    law: Lawbook
    now_us: Micros
    decision: CaseDecided | None = None
    evidence: tuple[EvidenceRef, ...] = ()
    act: Act | None = None
    standing: Standing | None = None
    payments: tuple[Payment, ...] = ()
    happened: tuple[Happened, ...] = ()
    reached: Mapping[State, Micros] | None = None
    deadlines: Mapping[DeadlineCode, Micros] | None = None
    link: str = ""

    def last(self, *whats: What) -> Happened | None:
        """The last of these things that happened."""
        return next((one for one in reversed(self.happened) if one.what in whats), None)

    def since(self, state: State) -> Words | None:
        """The day on which the case last came to a state."""
        at_us = (self.reached or {}).get(state)
        return None if at_us is None else on_day(at_us)

    def until(self, code: DeadlineCode) -> Words | None:
        """The last day of a term that runs."""
        due_us = (self.deadlines or {}).get(code)
        return None if due_us is None else last_day(due_us)

    @property
    def rule(self) -> PartRule | None:
        """The part of the decision, as it stood on the day of the offence."""
        if self.decision is None:
            return None
        return self.law.part_on(self.decision.part, civil_day(self.decision.checked.passage.event.captured_us))


def acted(file: CaseFile) -> tuple[Act, Standing]:
    """The act and where it stands.

    Raises:
        Invalid: `document-unfit`, there is none.
    """
    if file.act is None or file.standing is None:
        raise Invalid("document-unfit", "the document is about an act, and this case has none")
    return file.act, file.standing


def unfit(kind: Kind) -> Invalid:
    """A document that the state of the case does not allow."""
    return Invalid("document-unfit", f"{kind}: where the case stands there is nothing of the kind")


def on_day(at_us: Micros) -> Words:
    """The civil day of an instant."""
    on = day(civil_day(at_us))
    return Words(on, on, on)


def last_day(until_us: Micros) -> Words:
    """The last day of a term that ends at `until_us`, the first instant after it."""
    return on_day(until_us - 1)


def official_lines() -> tuple[Line, ...]:
    """Who draws it up, likewise."""
    return (
        blank(
            Words(
                "Лауазымы, тегі, аты-жөнінің бас әріптері, органы",
                "Должность, фамилия, инициалы, орган",
                "Post, surname, initials, body",
            )
        ),
    )


def signature_lines() -> tuple[Line, ...]:
    """Who signs, for a person to complete: the machine signs none of these."""
    return (
        blank(
            Words("Лауазымы, тегі, аты-жөнінің бас әріптері", "Должность, фамилия, инициалы", "Post, surname, initials")
        ),
        blank(Words("Қолы (немесе ЭЦҚ), күні", "Подпись (либо ЭЦП), дата", "Signature (or EDS), date")),
    )
