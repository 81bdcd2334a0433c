"""Six mistakes somebody might make one day, each in the place of one part, and the invariant that must find it."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from adjudication import ids
from adjudication.messages import CaseDecided
from ingest.memory import MemoryStream
from ingest.runner import Runner, Work
from ingest.session import Unit
from ingest.stage import Outgoing, Received, Stage
from integrations.outbox import BATCH, Relay
from integrations.register.rows import Rows
from tests.simulation import invariants
from tests.simulation.invariants import Invariant
from tests.simulation.stores import MemoryRegister, Row, as_dicts
from tests.simulation.world import Parts


class CommitsBeforeFlush(Runner):
    """The offsets are true before what they speak of has reached the stream: a crash between the two loses it."""

    def _commit(self, work: Work) -> None:
        self._session.begin()
        self._session.flush()
        self._session.offsets(work.next_offsets)
        self._session.commit()
        self._session.begin()
        self._session.append(work.outputs)
        self._session.remember(work.entries)
        self._session.flush()
        self._session.commit()


class WithoutFence(MemoryStream):
    """A group's former member may go on: nobody asks who commits."""

    def is_member(self, group: str, member: object) -> bool:
        """Everybody is."""
        return True

    def apply(self, unit: Unit) -> None:
        """As a producer outside any group would, offsets and all."""
        unit.member = None
        super().apply(unit)


class TokenOfTheFirstRow(MemoryRegister):
    """A batch is known by where it begins; one that begins there and goes on further is taken for the same."""

    def insert(self, rows: Rows, token: str) -> None:
        """Under another token than asked."""
        super().insert(rows, str(as_dicts(rows)[0]["id"]))


class LastWriteWins(MemoryRegister):
    """A ReplacingMergeTree without its version."""

    @staticmethod
    def replaces(new: Row, old: Row) -> bool:
        """Always."""
        return True


class SendsTwice(Relay):
    """Marks only the last message of what it has published, so that the others go out once more."""

    def _publish(self) -> int:
        with self._casebook.outbox.turn() as mine:
            rows = self._casebook.outbox.unsent(BATCH) if mine else ()
            if rows:
                self._send(rows)
                self._casebook.outbox.mark_sent([rows[-1].seq], self._clock())
        return len(rows)


def ids_of_the_try() -> Callable[[Stage], Stage]:
    """[decide] names a decision by the try as well: decided again, it is another one."""
    tries = itertools.count()

    def mistaken(stage: Stage) -> Stage:
        return replace(stage, handle=lambda received: handle(stage, received)) if stage.name == "decide" else stage

    def handle(stage: Stage, received: Sequence[Received]) -> Sequence[Outgoing]:
        return [_named(out, next(tries)) for out in stage.handle(received)]

    return mistaken


def _named(out: Outgoing, attempt: int) -> Outgoing:
    if not isinstance(out.message, CaseDecided):
        return out
    other = ids.stable_id("decision", out.message.decision_id, attempt)
    return msgspec.structs.replace(out, message=msgspec.structs.replace(out.message, decision_id=other))


@dataclass(frozen=True)
class Bug:
    """A mistake: what it puts in the place of what, the invariant that is there to find it, and what that says of it,
    as a pattern that each of its offenders matches."""

    parts: Callable[[], Parts]
    found_by: Invariant
    says: str


BUGS: dict[str, Bug] = {
    "commit-before-flush": Bug(
        lambda: Parts(runner=CommitsBeforeFlush),
        invariants.accepted_events_are_accounted_for,
        "event .* has no passage|passage .* has no outcome",
    ),
    "missing-fence": Bug(
        lambda: Parts(stream=WithoutFence), invariants.each_id_has_one_content, r"checked .* has [2-9]"
    ),
    "wrong-token": Bug(
        lambda: Parts(register=TokenOfTheFirstRow),
        invariants.register_equals_a_replay,
        r"\w+ (lacks|has another row of) .*",
    ),
    "non-deterministic-id": Bug(
        lambda: Parts(stage=ids_of_the_try()), invariants.each_cause_has_one_id, r"decision .* has [2-9] ids"
    ),
    "outbox-sent-twice": Bug(
        lambda: Parts(relay=SendsTwice),
        invariants.outbox_is_published_once,
        r"outbox .* was published ([2-9]|\d\d+) times for 1",
    ),
    "last-write-wins": Bug(
        lambda: Parts(register=LastWriteWins), invariants.register_equals_a_replay, r"\w+ has another row of .*"
    ),
}
