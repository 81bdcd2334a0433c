"""Evidence in its store: locked once an act or a referral rests on it, held while it is contested, else deletable."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from adjudication import codec
from adjudication.errors import Invalid, Unavailable
from adjudication.messages import CaseDecided
from adjudication.units import Sha256
from integrations.casebook.payments import Payment
from integrations.objects import Directory
from integrations.objects.local import path_of
from integrations.payments import record_payment
from integrations.retention import locked_until
from tests import samples
from tests.office import Office, at, received


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    desk = Office(tmp_path)
    yield desk
    desk.casebook.close()


def beside(desk: Office, decision: CaseDecided) -> dict[str, str]:
    """What the folder says of a decision's evidence, by the end of the file's name."""
    path = desk.folder / "evidence" / path_of(codec.digest(decision))
    return {one.suffix: one.read_text() for one in path.parent.glob(f"{path.name}.*")}


def routed(route: str) -> CaseDecided:
    return msgspec.structs.replace(samples.decision(), route=route)


def test_evidence_of_an_act_and_of_a_referral_is_locked_for_the_years_of_policy(desk: Office) -> None:
    for decision in (samples.decision(1), msgspec.structs.replace(samples.decision(2), route="refer")):
        desk.take(decision)
        assert beside(desk, decision) == {".until": "2029-04-06"}
        with pytest.raises(Invalid, match="evidence-locked"):
            desk.store.delete(codec.digest(decision))


@pytest.mark.parametrize("route", ["review", "wait", "reject"])
def test_a_candidate_is_not_locked(desk: Office, route: str) -> None:
    decision = routed(route)
    desk.take(decision)
    assert beside(desk, decision) == {}
    desk.store.delete(codec.digest(decision))


def test_what_became_no_act_is_deleted_after_thirty_days_and_what_did_is_not(desk: Office) -> None:
    issued, doubtful = samples.decision(1), msgspec.structs.replace(samples.decision(2), route="review")
    desk.take(issued, doubtful)
    desk.until(at(2026, 7, 1))
    assert desk.store.get(codec.digest(issued))
    with pytest.raises(Invalid, match="evidence-missing"):
        desk.store.get(codec.digest(doubtful))


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 4, 6), date(2029, 4, 6)),
        (date(2028, 2, 29), date(2031, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
    ],
)
def test_a_lock_ends_on_the_same_day_years_later(desk: Office, today: date, last: date) -> None:
    assert locked_until(desk.policy, at(today.year, today.month, today.day)) == last


class Failing(Directory):
    """A store whose locks fail while it is told so; everything else is the folder's."""

    failing = True

    def lock(self, addresses: Collection[Sha256], until_on: date) -> None:
        if self.failing:
            raise Unavailable("evidence store")
        super().lock(addresses, until_on)


def test_a_batch_whose_locks_failed_locks_when_it_comes_again(desk: Office) -> None:
    """So does one that a crash cut off there: what is done before is done once, and the locks are told again."""
    store = Failing(desk.folder / "evidence", desk.clock)
    desk.store = store
    desk.reopen()
    decision = samples.decision()
    message = received(desk.seal(decision))
    with pytest.raises(Unavailable):
        desk.issue.handle([message])
    assert desk.state(decision) == "SIGNED"
    assert beside(desk, decision) == {}
    store.failing = False
    desk.issue.handle([message])
    assert beside(desk, decision) == {".until": "2029-04-06"}
    assert desk.casebook.log.size() == 1


def test_evidence_is_on_hold_while_the_act_may_be_appealed(desk: Office) -> None:
    decision = samples.decision()
    desk.take(decision)
    desk.serve()
    desk.until(at(2026, 4, 27, 23.9))
    assert ".held" not in beside(desk, decision)
    desk.until(at(2026, 4, 28, 0))
    assert desk.state(decision) == "APPEAL_WINDOW"
    assert beside(desk, decision) == {".until": "2029-04-06", ".held": ""}
    desk.until(at(2026, 5, 15, 0))
    assert desk.state(decision) == "IN_FORCE"
    assert beside(desk, decision) == {".until": "2029-04-06"}


def test_a_payment_that_ends_the_dispute_ends_the_hold(desk: Office) -> None:
    decision = samples.decision()
    desk.take(decision)
    desk.serve()
    desk.until(at(2026, 4, 28, 0))
    stored = desk.casebook.acts.of_case(decision.case_id)
    assert stored is not None
    payment = Payment("KZ-1", decision.case_id, 2_162_500, at(2026, 4, 15))
    record_payment(desk.casebook, stored.act.number, payment, desk.clock)
    desk.serve()
    assert desk.state(decision) == "PAID_50"
    assert ".held" not in beside(desk, decision)
