"""What passes between those who operate a centre and the centre: lag, dead letters, replays.

No plate, no name and no picture is in any of it, but in `Content`.
"""

from adjudication.facts import Fact
from adjudication.units import Micros
from ingest.letters import Letter

OPENING = (
    "the content names a plate or a person: it is opened for a reason, which stands in the audit (--content --reason)"
)


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


class Past(Fact, frozen=True, kw_only=True):
    """What is to be replayed: what was appended in [from_us, to_us), and a candidate's policy and law (name
    and text of each file), where there is one."""

    stage: str
    from_us: Micros
    to_us: Micros
    policy: str = ""
    law: tuple[tuple[str, str], ...] = ()


class Changed(Fact, frozen=True, kw_only=True):
    """One output that differs: `about` names case, input and verdicts, or a passage; empty where one side has none."""

    topic: str
    about: str
    before: str
    after: str


class Report(Fact, frozen=True, kw_only=True):
    """How two sides compare. `against`: recorded, or candidate. `told`: the first differences, one by one."""

    stage: str
    against: str
    records: int
    same: int
    changed: int
    lost: int
    gained: int
    told: tuple[Changed, ...]

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(self.changed or self.lost or self.gained)
