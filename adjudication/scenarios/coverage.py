"""What a set of scenarios shows of the law: each edition of each part, each amount, route, reason, state, policy value.

What no scenario shows is a hole. The demands are read off the law's data, so a part, an amount or a date that is added
is a hole until its scenarios are written.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from adjudication.calendar import civil_day, instant_us
from adjudication.formation import CONTROLS
from adjudication.lawbook import Lawbook, PartRule
from adjudication.messages import Route
from adjudication.policy import Edition, Policy
from adjudication.reasons import REASONS
from adjudication.scenarios.format import Scenario
from adjudication.scenarios.run import Result
from adjudication.states import State

NEIGHBOURS = {"before": -1, "of": 0, "after": 1}
"""Each change of law is shown on three days."""
REASONS_OF_THE_ROAD = frozenset(
    {
        "SAME_SIGHTING",
        "PLATE_CORRECTED",
        "EVIDENCE_MISSING",
        "SEND_UNPROVEN",
        "SUPERSEDED_UNSENT",
        "CANCELLED_ON_APPEAL",
        "RELEASED",
        "SECOND_ASK_DUE",
        "SECTION_PLATES_DIFFER",
        "SECTION_COMPARED",
        "SECTION_ALSO_MEASURED",
        "AGE_UNKNOWN",
        "NEVER_AUTOMATIC",
    }
)
"""What the facts of one passage do not tell, or what stands only in a case's history."""
OF_FORMATION = frozenset(control.code for control in CONTROLS)
"""What keeps a document back; a scenario's is formed rightly."""
POLICY_OF_THE_ROAD = frozenset(
    {
        "in_force",
        "requery_delay_s",
        "send_reserve_s",
        "cool_down_s",
        "continuing_s",
        "picture_within_s",
        "evidence_years",
    }
)
"""Values that the stages go by, between two passages or two rounds of answers."""
STATES_OF_THE_ROAD = frozenset({"NEW", "DECIDED", "JOINED", "POST_PENDING", "UNDELIVERED", "DEEMED_CONSIDERED"})
"""Where a case stands between two stages or two events of one instant, or by a channel's word."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A scenario that holds, and what the law made of its facts."""

    scenario: Scenario
    result: Result

    @property
    def day(self) -> date:
        """The civil day of the offence."""
        return civil_day(instant_us(self.scenario.facts.offence_at))

    @property
    def part(self) -> str:
        """The part that was applied; "" where there is no case."""
        return self.result.case.part if self.result.case else ""

    @property
    def mci(self) -> int | None:
        """The fine in MCI; None where there is no case."""
        return self.result.case.mci_count if self.result.case else None

    @property
    def base(self) -> str | None:
        """The part that was repeated; None where nothing was."""
        return self.result.case.base if self.result.case else None


@dataclass(frozen=True, slots=True)
class Demand:
    """What scenarios should show, under an article's number or another heading, and the ids of those that do."""

    heading: str
    what: str
    shown_by: tuple[str, ...]


def coverage(ran: Sequence[Ran], law: Lawbook, policy: Policy) -> tuple[Demand, ...]:
    """All demands: article by article, then routes, reasons, states and policy values."""
    since, decided = policy.edition[0].in_force, [part for part in law.parts if is_decided(part)]
    found = {part.part for part in decided}
    return (
        *(demand for part in decided for demand in _of_part(part, ran, since, found)),
        *(_demand("routes", route, (one for one in ran if one.result.route == route)) for route in get_args(Route)),
        *(
            _demand("reasons", code, (one for one in ran if one.result.reason == code))
            for code in REASONS
            if code not in REASONS_OF_THE_ROAD | OF_FORMATION
        ),
        *(
            _demand("states", state, (one for one in ran if one.scenario.expected.state == state))
            for state in get_args(State)
            if state not in STATES_OF_THE_ROAD
        ),
        *(
            _demand("policy", name, (one for one in ran if name in one.scenario.policy or name in one.scenario.basis))
            for name in Edition.__struct_fields__
            if name not in POLICY_OF_THE_ROAD
        ),
    )


def is_decided(part: PartRule) -> bool:
    """Whether a passage can come to the part; what only officers and courts find out is none of `decide`'s."""
    return not part.by_officer and not part.instead_of


def _of_part(part: PartRule, ran: Sequence[Ran], since: date, found: Set[str]) -> Iterator[Demand]:
    came_to = [one for one in ran if one.part == part.part and part.applies(one.day)]
    for subject, mci in _amounts(part):
        what = f"{part.part} since {part.in_force}: {mci} MCI{subject}"
        yield _demand(part.article, what, (one for one in came_to if one.mci == mci))
    for base in (base for base in part.repeat_of if base in found):
        yield _demand(part.article, f"{part.part}: repeats {base}", (one for one in came_to if one.base == base))
    about = [one for one in ran if one.part == part.part or part.part in one.scenario.basis]
    for what, changed in _changes(part, since):
        for neighbour, days in NEIGHBOURS.items():
            on = changed + timedelta(days)
            said = f"{part.part}: the day {neighbour} {what}, {on}"
            yield _demand(part.article, said, (one for one in about if one.day == on))


def _amounts(part: PartRule) -> Iterator[tuple[str, int]]:
    """Each fine of the part, and whom or what it is for in words."""
    for step in part.steps:
        excess = f" from {step.from_kg} kg" if step.from_kg else ""
        if isinstance(step.mci, int):
            yield excess, step.mci
        else:
            yield from ((f" ({subject}){excess}", mci) for subject, mci in step.mci.items())


def _changes(part: PartRule, since: date) -> Iterator[tuple[str, date]]:
    """The days that change something about a part, by what changes; the data's own first day changes nothing."""
    named = {
        "it begins": part.in_force,
        "it ends": part.repealed,
        "it becomes automatic": part.automatic_since,
        "an average speed counts": part.section_since,
    }
    seen = {since}
    for what, changed in named.items():
        if changed is not None and changed not in seen:
            seen.add(changed)
            yield what, changed


def _demand(heading: str, what: str, ran: Iterable[Ran]) -> Demand:
    return Demand(heading, what, tuple(one.scenario.id for one in ran))
