"""The past decided again, in a shadow: what the road recorded against what the same messages come to.

The past is read from the stream, which has every passage of three days, or from the register, which has every case of
all years (register/past.py). Whatever is asked, the stretch's own decisions are decided again from what they carry, and
must come out byte for byte. Without a candidate the law and the policy that stand are held against the record: a
difference is a decision that is not repeatable, or one made under another edition. With a candidate, law or policy,
both are replayed over the same messages: a difference is what the candidate would change. Only [decide] is a function
without a store, and replayed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from threading import Lock

import msgspec

from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.lawbook import Lawbook
from adjudication.messages import AnyMessage, CaseDecided, PassageChecked, PassageClosed, ReviewRecorded
from adjudication.policy import Policy
from adjudication.regions import kato_of
from ingest.replay import Difference, Shadow, Stretch, difference, recorded, replay
from ingest.stage import Outgoing, Received, Stage
from ingest.stream import Scanner
from ingest.topics import CONFIRMED, DECISIONS, OUTCOMES, REVIEWS
from integrations.decide import decide_stage
from integrations.effects import later, outcome
from integrations.operating import MAX_TOLD, Changed, Fate, Outcome, Past, Report, Reproduced, Source
from integrations.pipeline import Centre
from integrations.register.past import KeptDecisions
from integrations.reproduce import reproduced

MAX_RECORDS = 100_000
"""Of one replay: a minute or two of one core, and no more memory than names and digests of their outputs."""
AGAIN_S = 30.0
"""While another replay is under way: two at once would only make both slower."""


@dataclass(frozen=True, slots=True)
class Replays:
    """Replays over one centre's stream and register, one at a time."""

    centre: Centre
    _turn: Lock = field(default_factory=Lock)

    def run(self, request: Past) -> Report:
        """The report of one replay.

        Raises:
            Invalid: `replay-not-pure`, the stage is not a function without a store; `stretch-empty`;
                `stretch-too-long`; `policy-malformed`, `law-malformed`; `replay-halted`.
            Unavailable: another replay is under way, the stream cannot be read now, or a law does not reach a day.
        """
        if request.stage != "decide":
            raise Invalid("replay-not-pure", f"[{request.stage}] asks or writes stores: only decide can be replayed")
        if request.from_us >= request.to_us:
            raise Invalid("stretch-empty", "a stretch ends after it begins")
        law = Lawbook.parse({name: text.encode() for name, text in request.law}) if request.law else self.centre.law
        policy = Policy.parse(request.policy.encode()) if request.policy else self.centre.policy
        if not self._turn.acquire(blocking=False):
            raise Unavailable("another replay is under way", AGAIN_S)
        try:
            stretch, candidate = Stretch(request.from_us, request.to_us), bool(request.law or request.policy)
            past = self._past(request.source, stretch)
            records = past.count()
            proof, seen_before = past.reproduced(self.centre.law, self.centre.policy)
            stands = _Side(self.centre.law, self.centre.policy, seen_before, substance=candidate)
            before = stands.replayed(past)
            if not candidate:
                report = _report(request, records, proof, past.recorded(stands.inputs), (before, stands.words))
                return msgspec.structs.replace(report, against="recorded")
            other = _Side(law, policy, seen_before, substance=True)
            after = other.replayed(past)
            report = _report(request, records, proof, (before, stands.words), (after, other.words))
            return msgspec.structs.replace(report, cases=_fates(stands, other))
        finally:
            self._turn.release()

    def _past(self, source: Source, stretch: Stretch) -> "_Past":
        if source == "register":
            return _Past(KeptDecisions(self.centre.register), stretch, stretch)
        # What the road made of a record may have been appended long after it.
        return _Past(self.centre.stream, stretch, Stretch(stretch.from_us, self.centre.clock() + 1))


@dataclass(frozen=True, slots=True)
class _Past:
    """What is replayed, and from where: `made` is the stretch in which the road's own results of it stand."""

    scanner: Scanner
    stretch: Stretch
    made: Stretch

    def count(self) -> int:
        """How many records there are to decide, before any of them is."""
        found = (one for topic in (CONFIRMED, REVIEWS) for one in self._scan(topic.name))
        records = sum(1 for _ in islice(found, MAX_RECORDS + 1))
        if records > MAX_RECORDS:
            raise Invalid("stretch-too-long", f"more than {MAX_RECORDS} records stand there: take a shorter stretch")
        return records

    def reproduced(self, law: Lawbook, policy: Policy) -> tuple[Reproduced, dict[str, CaseDecided]]:
        """The proof of the stretch's own decisions; and those that ended as seen before, by case and cause."""
        proof, seen_before = reproduced(self._scan(DECISIONS.name), law, policy)
        return proof, {_name(decided)[0]: decided for decided in seen_before}

    def recorded(self, inputs: set[str]) -> tuple[Shadow, Mapping[str, str]]:
        """What the road made of the stretch's records."""
        words: dict[str, str] = {}
        found = recorded((DECISIONS, OUTCOMES), self.scanner, self.made, _heard(words))
        return {name: digest for name, digest in found.items() if inputs & set(name[1].split("/"))}, words

    def _scan(self, topic: str) -> Iterator[bytes]:
        return (record.value for record in self.scanner.scan(topic, self.stretch.from_us, self.stretch.to_us))


@dataclass(slots=True)
class _Side:
    """One replay: the ids of what it read, its outputs in words, and what each case comes to.

    `seen_before`: what the record ended as sightings of a case that stands, by case and cause. That case may have come
    before the stretch, of which a replay remembers nothing, so it stays ended on every side. `substance`: only what a
    decision comes to is compared, because the digest of another edition stands in all that is decided by it.
    """

    law: Lawbook
    policy: Policy
    seen_before: Mapping[str, CaseDecided]
    substance: bool
    inputs: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)

    def replayed(self, past: _Past) -> Shadow:
        stage = decide_stage(self.law, self.policy)
        return replay(self._watched(stage), past.scanner, past.stretch, _heard(self.words))

    def _watched(self, stage: Stage) -> Stage:
        def handle(received: Sequence[Received]) -> Sequence[Outgoing]:
            for one in received:
                match one.message:
                    case PassageChecked() as checked:
                        self.inputs |= {checked.checked_id, checked.passage.passage_id}
                    case ReviewRecorded() as review:
                        self.inputs.add(review.review_id)
            return [msgspec.structs.replace(out, message=self._noted(out.message)) for out in stage.handle(received)]

        return replace(stage, handle=handle)

    def _noted(self, message: AnyMessage) -> AnyMessage:
        if not isinstance(message, CaseDecided):
            return message
        decided = self.seen_before.get(_name(message)[0], message) if message.route != "reject" else message
        if not self.substance:
            return decided
        plain = _substance(decided)
        came_to = outcome(decided, self.law, codec.digest(plain))
        self.outcomes[decided.case_id] = later(self.outcomes.get(decided.case_id), came_to)
        self.regions[decided.case_id] = kato_of(decided.checked.passage.event.place.district_code)
        return plain


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


def _fates(before: _Side, after: _Side) -> tuple[Fate, ...]:
    """Every case of which an act is formed, or that differs, by case."""
    regions = before.regions | after.regions
    found = (
        Fate(case_id=case, region=regions[case], before=before.outcomes.get(case), after=after.outcomes.get(case))
        for case in sorted(regions)
    )
    return tuple(one for one in found if one.differs or (one.before is not None and one.before.act))


def _report(
    request: Past,
    records: int,
    proof: Reproduced,
    one: tuple[Shadow, Mapping[str, str]],
    two: tuple[Shadow, Mapping[str, str]],
) -> Report:
    (before, said), (after, says) = one, two
    found: Difference = difference(before, after)
    told = [
        *(Changed(topic=t, about=a, before=said[a], after=_edition(said[a], says[a])) for t, a in found.changed),
        *(Changed(topic=t, about=a, before=said[a], after="") for t, a in found.lost),
        *(Changed(topic=t, about=a, before="", after=says[a]) for t, a in found.gained),
    ]
    return Report(
        stage=request.stage,
        source=request.source,
        against="candidate",
        records=records,
        same=found.same,
        changed=len(found.changed),
        lost=len(found.lost),
        gained=len(found.gained),
        told=tuple(told[:MAX_TOLD]),
        reproduced=proof,
    )


def _edition(before: str, after: str) -> str:
    return f"{after} (the same in short: another edition, or another detail)" if before == after else after
