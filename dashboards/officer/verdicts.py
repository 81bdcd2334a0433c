"""What an officer may say of a case, by why it waits."""

from dataclasses import dataclass

from adjudication.formation import CONTROLS
from adjudication.reasons import REASONS
from integrations.casebook.desk import Verdict
from integrations.casebook.reviews import Waiting

REJECTIONS = (
    "NO_EVENT",
    "NO_CORPUS",
    "ALREADY_DECIDED",
    "DEAD_OR_LIQUIDATED",
    "LAPSED_VERIFICATION",
    "DEVICE_ELSEWHERE",
    "LIMITATION",
    "INSIGNIFICANT",
    "LAW_REPEALED",
    "UNCONSTITUTIONAL",
    "SIMPLIFIED_RTA",
    "EMERGENCY_ENDED",
    "NO_PROSECUTOR_CONSENT",
    "OFFICER_REJECTED",
)
"""The grounds of art. 741 and of evidence that an officer can establish, the commonest first; the last takes a note."""

CODES = frozenset(control.code for control in CONTROLS)


@dataclass(frozen=True, slots=True)
class Choices:
    """`verdicts` are those that do something; `settles`: whether confirming ends the doubt, or asks anew. `controlled`:
    a control of formation keeps the act back."""

    verdicts: tuple[Verdict, ...]
    rejections: tuple[str, ...]
    settles: bool
    controlled: bool = False


def choices(waiting: Waiting) -> Choices:
    """What may be said of a case that waits."""
    if waiting.why == "limitation":
        return Choices(("reject",), ("LIMITATION",), settles=True)
    if waiting.why == "conflict":
        return Choices(("confirm",), (), settles=True)
    if waiting.why == "course":
        return Choices(("confirm", "reject"), REJECTIONS, settles=True)
    known = REASONS.get(waiting.reason)
    return Choices(
        ("confirm", "correct_plate", "reject"),
        REJECTIONS,
        settles=bool(known and known.confirmable),
        controlled=waiting.reason in CODES,
    )
