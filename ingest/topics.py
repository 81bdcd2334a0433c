"""Topics and keys: every stream of the centre, in the order of the road. Only this table names them.

Keys: until a plate is read, order matters per device; afterwards per vehicle. A plate never stands in a key: `plate`
keys are keyed pseudonyms (adjudication.ids.keyed_pseudonym). All topics share one partition count.
"""

from dataclasses import dataclass
from typing import Literal

PARTITIONS = 8
"""Embedded default: more than two cores can use, few enough to poll at once. A cluster sets its own, once."""

HOUR_S = 3600

KeyKind = Literal["device", "plate", "case"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One stream: `retention_s` is how long a record may be read back; `key` says what order is kept by.

    `packed`: its values are pictures, which no compression makes smaller.
    """

    name: str
    key: KeyKind
    retention_s: int
    about: str
    packed: bool = False


FRAMES = Topic("frames.v1", "device", 2 * HOUR_S, "signed events with their pictures; never registered", True)
PASSAGES = Topic("passages.v1", "plate", 72 * HOUR_S, "one vehicle of one event, read")
CHECKED = Topic("checked.v1", "plate", 72 * HOUR_S, "passages with the registers' answers")
CONFIRMED = Topic("confirmed.v1", "plate", 72 * HOUR_S, "checked passages, those with a finding read a second time")
RECHECKS = Topic("rechecks.v1", "plate", 72 * HOUR_S, "passages to ask the registers about again, or about a possessor")
DECISIONS = Topic("decisions.v1", "case", 72 * HOUR_S, "what the law makes of them")
SEALED = Topic("sealed.v1", "case", 72 * HOUR_S, "decisions whose pictures are sealed")
REVIEWS = Topic("reviews.v1", "case", 72 * HOUR_S, "officers' verdicts")
ACTS = Topic("acts.v1", "case", 72 * HOUR_S, "numbered, signed and logged acts")
CASE_EVENTS = Topic("case-events.v1", "case", 72 * HOUR_S, "what happens to a case afterwards")
OUTCOMES = Topic("outcomes.v1", "device", 72 * HOUR_S, "passages without a finding: an hour and a code")

ROAD = (FRAMES, PASSAGES, CHECKED, CONFIRMED, RECHECKS, DECISIONS, SEALED, REVIEWS, ACTS, CASE_EVENTS, OUTCOMES)

STAGES = (
    "vision",
    "sections",
    "crosscheck",
    "confirm",
    "decide",
    "seal",
    "issue",
    "notify",
    "lifecycle",
    "register",
    "recall",
)
"""The stages by name (integrations/pipeline.py): each is a group of readers, with a topic of dead letters."""

DEAD_RETENTION_S = 72 * HOUR_S


def dead(stage: str) -> Topic:
    """Where `stage` lays what it can never handle."""
    return Topic(f"{stage}.dead", "device", DEAD_RETENTION_S, f"records that [{stage}] refused for good")
