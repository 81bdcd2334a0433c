"""When the law eases, what is sent and not executed comes before people, and nothing else happens."""

from collections.abc import Iterator
from datetime import date

import pytest

from adjudication.lawbook import Lawbook
from adjudication.messages import LawEased
from ingest.topics import CASE_EVENTS
from integrations.casebook.payments import Payment
from integrations.easing import Easing
from integrations.lawfiles import load_law, load_policy
from integrations.payments import record_payment
from tests import samples
from tests.adjudication.test_easing import changed
from tests.casebooks import Place
from tests.office import Office, at

CASE = samples.decision().case_id
EASED_ON = date(2026, 5, 20)


@pytest.fixture
def desk(place: Place) -> Iterator[Office]:
    desk = Office(place)
    yield desk
    desk.casebook.close()


def law_with(mci: int) -> Lawbook:
    """The law in which the sample's part has another fine from a day on."""
    part = samples.decision().part
    text = law_file(part)
    begins = text.index(f'[[part]]\npart = "{part}"')
    ends = text.find("[[part]]", begins + 1)
    block = text[begins:ends]
    now = block.replace(f"mci = {samples.decision().mci_count}\n", f"mci = {mci}\n")
    now = "\n".join(f"in_force = {EASED_ON}" if line.startswith("in_force") else line for line in now.splitlines())
    assert now != block
    ended = block.replace("in_force", f"repealed = {EASED_ON}\nin_force", 1)
    return changed("592.toml", (block, ended), more="\n" + now)


def law_file(part: str) -> str:
    from integrations.lawfiles import law_files

    return law_files()[f"{part.partition('(')[0]}.toml"].decode()


def look(desk: Office, law: Lawbook) -> int:
    """A process with that law starts and looks, and what it finds is folded in."""
    found = Easing(desk.casebook, law, load_policy("default"), desk.clock).tick()
    desk.serve()
    return found


def sent(desk: Office) -> None:
    desk.take(samples.decision())
    desk.serve()


def test_when_the_law_eases_an_act_that_is_not_executed_comes_before_officers_once(desk: Office) -> None:
    sent(desk)
    desk.until(at(2026, 5, 19, 23.9))
    milder = law_with(mci=samples.decision().mci_count - 1)
    assert look(desk, milder) == 0, "the day before it eases"
    desk.until(at(2026, 5, 20))
    state, deadlines = desk.state(samples.decision()), desk.casebook.deadlines.of(CASE)
    assert look(desk, milder) == 1
    waiting = desk.casebook.reviews.find(CASE, desk.clock())
    assert waiting is not None
    assert waiting.why == "course"
    last = desk.casebook.cases.history(CASE)[-1]
    before = samples.decision().mci_count
    assert last.what == f"law-eased: {before} MCI, now {samples.decision().part} {before - 1} MCI"
    assert (last.basis, last.from_state, last.to_state) == ("5(1)", state, state)
    assert desk.casebook.deadlines.of(CASE) == deadlines, "nothing is changed by a machine"
    desk.casebook.reviews.close(CASE, "confirm", desk.clock())
    assert look(desk, milder) == 0
    assert desk.casebook.reviews.find(CASE, desk.clock()) is None
    assert [one.law_sha256 for one in desk.published(CASE_EVENTS) if isinstance(one, LawEased)] == [milder.sha256]


def test_it_is_looked_once_a_day_and_what_was_sent_since_is_seen_the_next(desk: Office) -> None:
    milder = law_with(mci=1)
    desk.until(at(2026, 5, 21))
    easing = Easing(desk.casebook, milder, load_policy("default"), desk.clock)
    assert easing.tick() == 0
    desk.clock.set(at(2026, 4, 6))
    sent(desk)
    desk.clock.set(at(2026, 5, 21))
    assert easing.tick() == 0, "the same day"
    desk.clock.set(at(2026, 5, 22))
    assert easing.tick() == 1


@pytest.mark.parametrize("mci", [0, 1])
def test_a_stricter_law_and_the_law_that_stands_do_nothing(desk: Office, mci: int) -> None:
    sent(desk)
    desk.until(at(2026, 5, 20))
    law = law_with(mci=samples.decision().mci_count + mci) if mci else load_law()
    assert look(desk, law) == 0
    assert desk.casebook.reviews.count() == 0


def test_what_is_paid_is_left_alone(desk: Office) -> None:
    sent(desk)
    stored = desk.casebook.acts.of_case(CASE)
    assert stored is not None
    assert record_payment(desk.casebook, stored.act.number, Payment("KZ-1", CASE, 2_162_500, desk.clock()), desk.clock)
    desk.serve()
    desk.until(at(2026, 5, 20))
    assert desk.state(samples.decision()) == "PAID_50"
    assert look(desk, law_with(mci=1)) == 0
    assert desk.casebook.reviews.count() == 0
