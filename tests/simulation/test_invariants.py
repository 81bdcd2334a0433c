"""Each invariant can fail: what a good day left is spoilt in one place, and the one that is there for it says so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest

from adjudication.messages import CaseDecided, PassageObserved
from ingest.stream import Lag
from ingest.topics import DECISIONS, OUTCOMES, PASSAGES
from tests.simulation import invariants
from tests.simulation.day import Day
from tests.simulation.invariants import INVARIANTS, Invariant
from tests.simulation.remains import DeadLetter, Remains, Stood, remains
from tests.simulation.stores import MemoryEvidence
from tests.simulation.world import World

pytestmark = pytest.mark.timeout(600)

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def left() -> Iterator[Remains]:
    """Of the first day that has everything: two acts, money, something closed, something open, an owner released."""
    with World() as world:
        for seed in range(1000):
            found = remains(Day(world, seed).run())
            if _has_everything(found):
                yield found
                return


def _has_everything(left: Remains) -> bool:
    open_cases = [row for row in left.tables["cases"] if row["state"] in {"DELIVERED", "WAITING", "APPEAL_WINDOW"}]
    closed = left.of(OUTCOMES.name)
    return (
        len(left.tables["acts"]) > 1
        and bool(driven(left))
        and bool(released(left))
        and bool(left.tables["payments"] and open_cases and closed and left.letters)
    )


def driven(left: Remains, drive: bool = True) -> list[Stood]:
    """The passages that are drives through a section, or all the others."""
    stood = left.of(PASSAGES.name)
    return [s for s in stood if isinstance(s.message, PassageObserved) and (s.message.section is not None) == drive]


def released(left: Remains, one: bool = True) -> list[Stood]:
    """The decisions about possessors, or all the others."""
    stood = [each for each in left.of(DECISIONS.name) if isinstance(each.message, CaseDecided)]
    return [s for s in stood if isinstance(s.message, CaseDecided) and (s.message.checked.possessor is not None) == one]


def test_the_day_that_is_spoilt_is_a_good_one(left: Remains) -> None:
    assert invariants.offences(left) == {}


def table(left: Remains, name: str, edit: Callable[[Rows], Rows]) -> Remains:
    rows: Rows = [dict(row) for row in left.tables[name]]
    tables: Mapping[str, Sequence[object]] = {**left.tables, name: edit(rows)}
    return replace(left, tables=tables)


def decisions(left: Remains, **changes: object) -> Remains:
    stood = left.of(DECISIONS.name)
    assert isinstance(stood[0].message, CaseDecided)
    other = Stood(stood[0].record, msgspec.structs.replace(stood[0].message, **changes))
    return replace(left, topics={**left.topics, DECISIONS.name: [*stood, other]})


def changed(rows: Rows, **values: object) -> Rows:
    return [{**rows[0], **values}, *rows[1:]]


def without(left: Remains) -> Remains:
    registered = {**left.registered, "acts": dict(list(left.registered["acts"].items())[1:])}
    return replace(left, registered=registered)


def ahead(left: Remains) -> Remains:
    places = {partition: offset + 1 for partition, offset in left.committed["decide"].items()}
    return replace(left, committed={**left.committed, "decide": places})


SPOILT: dict[Invariant, Callable[[Remains], Remains]] = {
    invariants.everything_comes_to_rest: lambda r: replace(r, lag=[Lag("decide", "confirmed.v1", 1, 0.0)]),
    invariants.no_process_fails_by_itself: lambda r: replace(r, bugs=["decide failed: KeyError"]),
    invariants.nothing_is_laid_aside: lambda r: replace(r, dead=[DeadLetter("seal", "odd", "decisions.v1/0/0", "")]),
    invariants.accepted_events_are_accounted_for: lambda r: replace(r, topics={**r.topics, OUTCOMES.name: []}),
    invariants.drives_are_paired_once: lambda r: replace(r, topics={**r.topics, PASSAGES.name: driven(r, False)}),
    invariants.each_id_has_one_content: lambda r: decisions(r, reason="OTHER"),
    invariants.each_cause_has_one_id: lambda r: decisions(r, decision_id="f" * 32),
    invariants.topics_hold_what_was_committed: lambda r: replace(r, units=[u for u in r.units if u.group != "decide"]),
    invariants.offsets_agree_with_outputs: ahead,
    invariants.register_equals_a_replay: without,
    invariants.outbox_is_published_once: lambda r: replace(r, sent=[*r.sent, *r.sent]),
    invariants.each_decision_is_in_the_casebook: lambda r: table(r, "cases", lambda rows: rows[1:]),
    invariants.no_case_is_forgotten: lambda r: table(table(r, "deadlines", lambda _: []), "review_queue", lambda _: []),
    invariants.histories_follow_the_law: lambda r: table(r, "case_history", lambda rows: rows[1:]),
    invariants.no_case_has_two_acts: lambda r: table(
        r, "acts", lambda rows: [*changed(rows, voided_us=None), {**rows[0], "leaf_index": 99}]
    ),
    invariants.nobody_is_fined_twice_for_one_act: lambda r: table(
        r, "cases", lambda rows: [{**row, "state": "DELIVERED"} for row in rows]
    ),
    invariants.each_release_goes_on_once: lambda r: replace(r, topics={**r.topics, DECISIONS.name: released(r, False)}),
    invariants.numbers_have_no_gap: lambda r: table(r, "acts", lambda rows: rows[1:]),
    invariants.acts_have_their_evidence: lambda r: replace(r, evidence=MemoryEvidence()),
    invariants.log_is_the_acts_in_order: lambda r: table(r, "acts", lambda rows: changed(rows, nonce="0" * 64)),
    invariants.notices_are_of_acts_that_stand: lambda r: replace(r, letters=[*r.letters, *r.letters]),
    invariants.payments_count_once: lambda r: table(r, "payments", lambda rows: rows[1:]),
}


def test_every_invariant_has_its_test() -> None:
    assert set(SPOILT) == set(INVARIANTS)
    assert all(invariant.__doc__ for invariant in INVARIANTS)


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.__name__)
def test_an_invariant_finds_what_it_is_there_for(invariant: Invariant, left: Remains) -> None:
    assert list(invariant(left)) == []
    assert list(invariant(SPOILT[invariant](left)))
