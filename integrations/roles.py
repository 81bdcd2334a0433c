"""The roles of a cluster: which stages and loops one kind of process runs. Replicas of a role share its work.

`tarazy up` is every role in one process (`WHOLE`); `tarazy run ROLE` is one. A role opens the stores that its stages
use and no others, so it is given the secrets of those alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Loop = Literal["outbox", "pruning", "deadlines", "easing", "hours"]
Face = Literal["", "door", "pages"]
Networks = Literal["eyes", "second"]


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process. `stages` by their names in `pipeline.road`, None for all; `networks` which it loads; `face`
    what it answers people or devices with; `watches` where its /metrics ask the stores as well."""

    name: str
    about: str
    stages: tuple[str, ...] | None = ()
    loops: tuple[Loop, ...] = ()
    face: Face = ""
    networks: tuple[Networks, ...] = ()
    watches: bool = False

    def runs(self, stage: str) -> bool:
        """Whether the stage of that name is one of its own."""
        return self.stages is None or stage in self.stages


WHOLE = Role("whole", "the whole centre", None, ("outbox", "pruning", "deadlines", "easing", "hours"), watches=True)

ROLES = (
    Role("gateway", "the cameras' door: signed events into the stream, receipts back", face="door"),
    Role("vision", "reads frames: vehicles, plates, text", ("vision",), networks=("eyes",)),
    Role("sections", "pairs a vehicle's passages of a section's ends", ("sections",)),
    Role("crosscheck", "asks the registers about each passage", ("crosscheck",)),
    Role("confirm", "reads plates with a finding a second time", ("confirm",), networks=("second",)),
    Role("decide", "what the law makes of a passage", ("decide",)),
    Role("seal", "keeps the evidence of findings", ("seal",)),
    Role("issue", "numbers, signs and logs acts", ("issue",)),
    Role(
        "outbox",
        "publishes what the casebook wrote; one at a time, others stand by",
        (),
        ("outbox", "pruning"),
    ),
    Role("deadlines", "turns terms that end, and law that eases, into events", (), ("deadlines", "easing")),
    Role("notify", "sends acts to their addressees", ("notify",)),
    Role("lifecycle", "what happens to a case afterwards", ("lifecycle",)),
    Role("register", "writes what is settled into ClickHouse", ("register",), ("hours",)),
    Role("web", "the pages of officers, owners and operations", ("recall",), face="pages", watches=True),
)
"""In the order of the road."""


def role_of(name: str) -> Role | None:
    """The role of that name; of names with + between, all of them in one process. None where one is of no role."""
    found = [next((role for role in ROLES if role.name == each), None) for each in name.split("+")]
    known = [role for role in found if role is not None]
    if len(known) < len(found):
        return None
    return known[0] if len(known) == 1 else _together(name, known)


def _together(name: str, roles: Sequence[Role]) -> Role:
    """Several roles in one process, for a small centre; of faces there can be one."""
    return Role(
        name,
        "; ".join(role.about for role in roles),
        tuple(stage for role in roles for stage in role.stages or ()),
        tuple(loop for role in roles for loop in role.loops),
        next((role.face for role in roles if role.face), ""),
        tuple(network for role in roles for network in role.networks),
        any(role.watches for role in roles),
    )
