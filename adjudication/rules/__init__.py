"""The rules, in the order they are tried: each looks at a scene and finds one possible offence, or none.

A rule knows how a fact is recognised; which part punishes it, from when and how hard is in the law's data.
"""

from collections.abc import Sequence

from adjudication.findings import Rule
from adjudication.messages import PassageObserved
from adjudication.rules import documents, reported, speed, weight

RULES: tuple[Rule, ...] = (
    speed.find,
    weight.find_overweight,
    weight.find_oversize,
    reported.find,
    documents.find_no_insurance,
    documents.find_no_inspection,
)


def rules_for(passage: PassageObserved) -> Sequence[Rule]:
    """What is looked for: of a run through a section its speed, since the exit's own passage is looked at for all."""
    return RULES if passage.section is None else (speed.find,)
