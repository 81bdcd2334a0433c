"""What passes between those who operate a centre and the centre: lag, dead letters, replays.

No plate, no name and no picture is in any of it, but in `Content`.
"""

from typing import Literal

from adjudication.facts import Fact
from adjudication.messages import Part, ReasonCode, Route
from adjudication.units import Count, Id, Micros, Sha256, Tiyn
from ingest.letters import Letter

OPENING = (
    "the content names a plate or a person: it is opened for a reason, which stands in the audit (--content --reason)"
)


MAX_TOLD = 500
"""What is told one by one of a replay; all of it is counted."""


class Behind(Fact, frozen=True, kw_only=True):
    """How far one stage is behind on one topic: unread records, and the age of the oldest of them in milliseconds."""

    stage: str
    topic: str
    records: int
    age_ms: int


class Lags(Fact, frozen=True, kw_only=True):
    """All groups on all their topics."""

    behind: tuple[Behind, ...]


class LetterCount(Fact, frozen=True, kw_only=True):
    """How many letters of one stage and code stand."""

    stage: str
    code: str
    letters: int


class Listed(Fact, frozen=True, kw_only=True):
    """One letter of a list; `put_back`: its record is back on its topic, or on the way there."""

    letter: Letter
    put_back: bool


class Letters(Fact, frozen=True, kw_only=True):
    """A page of letters, newest first, of the `total` that were asked for; `counts` are of those too."""

    letters: tuple[Listed, ...]
    counts: tuple[LetterCount, ...]
    total: int
    page: int


class Shown(Fact, frozen=True, kw_only=True):
    """One letter. `again`: empty, or the code why its record cannot be put back. `opening`: how to see the content."""

    letter: Letter
    put_back: bool
    again: str
    opening: str = OPENING


class Opened(Fact, frozen=True, kw_only=True):
    """Why somebody must see a letter's content."""

    place: str
    reason: str


class Content(Fact, frozen=True, kw_only=True):
    """What was refused: a `message`, the `header` of a frame (pictures stay where they are), or `bytes` as far as they
    are text."""

    letter: Letter
    kind: str
    text: str


class Again(Fact, frozen=True, kw_only=True):
    """What is to be put back: the record of one letter (`place`), or all that a stage refused as `code`."""

    place: str = ""
    stage: str = ""
    code: str = ""


class PutBack(Fact, frozen=True, kw_only=True):
    """What became of a request: `queued` now, `known` before, `refused` by code, and how many are `left` to ask for."""

    queued: int
    known: int
    refused: dict[str, int]
    left: int


Source = Literal["stream", "register"]
"""Where a past is read. The stream has every passage, of three days; the register has cases, of all years."""


class Past(Fact, frozen=True, kw_only=True):
    """What is to be replayed: what was appended to the stream in [from_us, to_us), or, from the register, what was
    captured then; and a candidate's policy and law (name and text of each file), where there is one."""

    stage: str
    from_us: Micros
    to_us: Micros
    source: Source = "stream"
    policy: str = ""
    law: tuple[tuple[str, str], ...] = ()


class Changed(Fact, frozen=True, kw_only=True):
    """One output that differs: `about` names case, input and verdicts, or a passage; empty where one side has none."""

    topic: str
    about: str
    before: str
    after: str


class Outcome(Fact, frozen=True, kw_only=True):
    """What a case comes to on one side. `mci_count` applies to an act, or would; `sum_tiyn` is 0 where no act
    is formed, None where the MCI of the day is not known (such an act waits); `substance` is the digest of all that the
    decision comes to but money."""

    route: Route
    reason: ReasonCode
    part: Part
    mci_count: Count
    sum_tiyn: Tiyn | None
    substance: Sha256

    @property
    def act(self) -> bool:
        """Whether an act is formed of it."""
        return self.route == "auto"


class Fate(Fact, frozen=True, kw_only=True):
    """One case before and after; None on a side that does not make it. `region`: two digits of KATO, of its place."""

    case_id: Id
    region: str
    before: Outcome | None
    after: Outcome | None

    @property
    def differs(self) -> bool:
        """Whether the sides do."""
        return self.before != self.after


class Share(Fact, frozen=True, kw_only=True):
    """One account of cases: acts and their sums before and after, and what became of them.

    `lost` and `gained`: an act on one side only. `moved_away` and `moved_here`: an act of one name is an act of
    another. `changed`: an act of this name on both sides, of another content or sum. `otherwise`: no act on either
    side, and still not the same. `unpriced`: sides of acts whose sum is not known, and in neither sum.
    """

    name: str
    acts_before: Count = 0
    lost: Count = 0
    gained: Count = 0
    moved_away: Count = 0
    moved_here: Count = 0
    changed: Count = 0
    acts_after: Count = 0
    otherwise: Count = 0
    unpriced: Count = 0
    sum_before_tiyn: Tiyn = 0
    sum_after_tiyn: Tiyn = 0


class Effects(Fact, frozen=True, kw_only=True):
    """All cases by region (KATO), by part of the law, and in sum."""

    regions: tuple[Share, ...]
    parts: tuple[Share, ...]
    total: Share

    @property
    def differs(self) -> bool:
        """Whether any case does."""
        return any((self.total.lost, self.total.gained, self.total.changed, self.total.otherwise))


class Reproduced(Fact, frozen=True, kw_only=True):
    """The stretch's own decisions, decided again from what they carry, by the law and the policy that stand.

    `same`: byte for byte what was recorded. `otherwise`: made under the same editions, and not the same bytes: `told`
    names the first of them by decision. `other_editions`: made under another law or policy, and not compared.
    """

    same: int = 0
    otherwise: int = 0
    other_editions: int = 0
    told: tuple[Id, ...] = ()


class Report(Fact, frozen=True, kw_only=True):
    """How two sides compare. `against`: recorded, or candidate. `told`: the first differences, one by one.

    Against a candidate `cases` holds each case of which an act is formed, or that differs.
    """

    stage: str
    source: Source
    against: str
    records: int
    same: int
    changed: int
    lost: int
    gained: int
    told: tuple[Changed, ...]
    reproduced: Reproduced = Reproduced()
    cases: tuple[Fate, ...] = ()


class Consequences(Fact, frozen=True, kw_only=True):
    """A report without its single cases, and the accounts of them."""

    report: Report
    effects: Effects

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.report.changed or self.report.lost or self.report.gained) or self.effects.differs
