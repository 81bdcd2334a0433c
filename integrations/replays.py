"""The past decided again, in a shadow: what the road recorded against what the same messages come to.

Without a candidate the law and the policy that stand are held against the record: a difference is a decision that is
not repeatable, or one made under another edition. With a candidate, law or policy, both are replayed over the same
messages: a difference is what the candidate would change. Only [decide] is a function without a store, and replayed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

import msgspec

from adjudication.errors import Invalid, Unavailable
from adjudication.lawbook import Lawbook
from adjudication.messages import AnyMessage, CaseDecided, PassageChecked, PassageClosed, ReviewRecorded
from adjudication.policy import Policy
from ingest.clock import Clock
from ingest.replay import Difference, Shadow, Stretch, difference, recorded, replay
from ingest.stage import Outgoing, Position, Received, Stage
from ingest.stream import Reader, StoredRecord
from ingest.topics import DECISIONS, OUTCOMES
from integrations.decide import decide_stage
from integrations.operating import Changed, Past, Report

MAX_RECORDS = 100_000
"""Of one replay: a minute or two of one core, and no more memory than names and digests of their outputs."""
MAX_TOLD = 500
"""Differences told one by one; all of them are counted."""
AGAIN_S = 30.0
"""While another replay is under way: two at once would only make both slower."""


@dataclass(frozen=True, slots=True)
class Replays:
    """Replays over one centre's stream, one at a time."""

    reader: Reader
    law: Lawbook
    policy: Policy
    clock: Clock
    _turn: Lock = field(default_factory=Lock)

    def run(self, request: Past) -> Report:
        """The report of one replay.

        Raises:
            Invalid: `replay-not-pure`, the stage is not a function without a store; `stretch-empty`;
                `stretch-too-long`; `policy-malformed`, `law-malformed`; `replay-halted`.
            Unavailable: another replay is under way, or the stream cannot be read now.
        """
        if request.stage != "decide":
            raise Invalid("replay-not-pure", f"[{request.stage}] asks or writes stores: only decide can be replayed")
        if request.from_us >= request.to_us:
            raise Invalid("stretch-empty", "a stretch ends after it begins")
        law = Lawbook.parse({name: text.encode() for name, text in request.law}) if request.law else self.law
        policy = Policy.parse(request.policy.encode()) if request.policy else self.policy
        if not self._turn.acquire(blocking=False):
            raise Unavailable("another replay is under way", AGAIN_S)
        try:
            stretch = Stretch(request.from_us, request.to_us)
            candidate = bool(request.law or request.policy)
            stands = _Side(substance=candidate)
            shadow = stands.replayed(self.law, self.policy, self.reader, stretch)
            if candidate:
                other = _Side(substance=True)
                after = other.replayed(law, policy, self.reader, stretch)
                return _report("candidate", stands, (shadow, stands.words), (after, other.words))
            record, words = self._recorded(stretch, stands.inputs)
            return _report("recorded", stands, (record, words), (shadow, stands.words))
        finally:
            self._turn.release()

    def _recorded(self, stretch: Stretch, inputs: set[str]) -> tuple[Shadow, Mapping[str, str]]:
        """What the road made of the stretch's messages; it may have done so long after they were appended."""
        words: dict[str, str] = {}
        until_now = Stretch(stretch.from_us, self.clock() + 1)
        found = recorded((DECISIONS, OUTCOMES), self.reader, until_now, _heard(words))
        return {name: digest for name, digest in found.items() if inputs & set(name[1].split("/"))}, words


@dataclass(slots=True)
class _Side:
    """One replay: the ids of what it read, and its outputs in words. `substance`: only what a decision comes to is
    compared, because the digest of another edition stands in all that is decided by it."""

    substance: bool
    inputs: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    records: int = 0

    def replayed(self, law: Lawbook, policy: Policy, reader: Reader, stretch: Stretch) -> Shadow:
        stage = decide_stage(law, policy)
        return replay(self._watched(stage), _Bounded(reader, self), stretch, _heard(self.words))

    def _watched(self, stage: Stage) -> Stage:
        def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
            for one in received:
                match one.message:
                    case PassageChecked() as checked:
                        self.inputs |= {checked.checked_id, checked.passage.passage_id}
                    case ReviewRecorded() as review:
                        self.inputs.add(review.review_id)
            outputs = stage.handle(received)
            return [replace(out, message=_substance(out.message)) for out in outputs] if self.substance else outputs

        return replace(stage, handle=handle)


@dataclass(frozen=True, slots=True)
class _Bounded:
    """A reader that stops where a stretch is too long for one replay."""

    reader: Reader
    side: _Side

    def read_at(self, position: Position) -> StoredRecord:
        """See Reader."""
        return self.reader.read_at(position)

    def scan(self, topic: str, from_us: int, to_us: int) -> Iterator[StoredRecord]:
        """See Reader; and raises Invalid `stretch-too-long`."""
        for record in self.reader.scan(topic, from_us, to_us):
            self.side.records += 1
            if self.side.records > MAX_RECORDS:
                raise Invalid(
                    "stretch-too-long", f"more than {MAX_RECORDS} records stand there: take a shorter stretch"
                )
            yield record


def _substance(message: AnyMessage) -> AnyMessage:
    if not isinstance(message, CaseDecided):
        return message
    return msgspec.structs.replace(message, decision_id="", law_sha256="", policy_sha256="", trace=())


def _heard(words: dict[str, str]) -> Callable[[AnyMessage], str]:
    """Names an output by what caused it, the same under any law, and keeps what the first of each name says."""

    def cause(message: AnyMessage) -> str:
        name, said = _name(message)
        words.setdefault(name, said)
        return name

    return cause


def _name(message: AnyMessage) -> tuple[str, str]:
    match message:
        case CaseDecided() as decided:
            reviews = "".join(f"/{review.review_id}" for review in decided.reviews)
            # A review decides a checked passage anew: its own id tells it from the decision that it reviews.
            cause = reviews or f"/{decided.checked.checked_id}"
            said = f"{decided.route} {decided.reason} {decided.part} {decided.form} {decided.mci_count} MCI"
            return f"{decided.case_id}{cause}", said
        case PassageClosed() as closed:
            return closed.passage_id, f"closed {closed.outcome}"
    raise Invalid("message-unexpected", f"{type(message).__name__} is no output of decide")


def _report(
    against: str, stands: _Side, one: tuple[Shadow, Mapping[str, str]], two: tuple[Shadow, Mapping[str, str]]
) -> Report:
    (before, said), (after, says) = one, two
    found: Difference = difference(before, after)
    told = [
        *(Changed(topic=t, about=a, before=said[a], after=_edition(said[a], says[a])) for t, a in found.changed),
        *(Changed(topic=t, about=a, before=said[a], after="") for t, a in found.lost),
        *(Changed(topic=t, about=a, before="", after=says[a]) for t, a in found.gained),
    ]
    return Report(
        stage="decide",
        against=against,
        records=stands.records,
        same=found.same,
        changed=len(found.changed),
        lost=len(found.lost),
        gained=len(found.gained),
        told=tuple(told[:MAX_TOLD]),
    )


def _edition(before: str, after: str) -> str:
    return f"{after} (the same in short: another edition, or another detail)" if before == after else after
