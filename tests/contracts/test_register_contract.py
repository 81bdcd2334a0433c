"""The register keeps the first row of a cause, forgets passages without a finding, and answers by event and number."""

import time
from collections.abc import Iterator

import pytest

from adjudication.messages import AnyMessage, PassageClosed, PaymentReceived
from ingest.stage import Position, Received
from integrations.register import questions, rows
from integrations.register.stage import register as register_stage
from integrations.register.store import Register, embedded
from tests import samples
from tests.faced import data_folder

HOUR_US = 3_600_000_000


@pytest.fixture(scope="module")
def opened() -> Iterator[Register]:
    register = embedded(data_folder() / "register")
    yield register
    register.close()


@pytest.fixture
def register(opened: Register) -> Register:
    for table in ("decisions", "acts", "reviews", "case_events", "outcomes", "outcome_hours"):
        opened.command(f"TRUNCATE TABLE {table}")
    return opened


def received(message: AnyMessage, offset: int) -> Received:
    return Received(message, Position("decisions.v1", 0, offset), "key", {})


def test_the_first_write_of_a_decision_wins_and_a_repeat_adds_nothing(register: Register) -> None:
    handle = register_stage(register).handle
    first = samples.decision()
    handle([received(first, 5)])
    handle([received(samples.decision(reason="OTHER"), 9)])
    handle([received(first, 5)])
    assert questions.decision(register, first.decision_id) == first
    [passed] = questions.of_event(register, first.checked.passage.event_id)
    assert (passed.case_id, passed.route, passed.reason) == (first.case_id, "auto", "CLEAR")


def test_a_batch_of_all_kinds_lands_each_in_its_table(register: Register) -> None:
    seen = samples.passage(7)
    closed = PassageClosed(
        passage_id=seen.passage_id,
        event_id=seen.event_id,
        device_id="cam-1",
        hour_us=time.time_ns() // 1_000 // HOUR_US * HOUR_US,
        outcome="NO_OFFENCE",
    )
    paid = PaymentReceived(case_id=samples.decision().case_id, at_us=samples.CAPTURED_US, receipt="r-1", tiyn=100)
    register_stage(register).handle(
        [received(message, number) for number, message in enumerate((samples.decision(), closed, paid, seen))]
    )
    assert register.ask("SELECT count() FROM case_events FINAL") == [(1,)]
    assert [(line.what, line.reason, line.passages) for line in questions.outcomes_by_reason(register)] == [
        ("auto", "CLEAR", 1),
        ("none", "NO_OFFENCE", 1),
    ]
    [passed] = questions.of_event(register, seen.event_id)
    assert (passed.route, passed.case_id) == (None, None)


def test_passages_without_a_finding_expire_by_the_tables_own_rule_and_their_hourly_counts_stay(
    register: Register,
) -> None:
    [(ddl,)] = register.ask("SELECT create_table_query FROM system.tables WHERE name = 'outcomes'")
    assert "toIntervalHour(72)" in str(ddl)
    assert "plate" not in str(ddl)
    register.command(
        "INSERT INTO outcomes SELECT leftPad(toString(number), 32, '0'), repeat('0', 32), 'cam-1',"
        " toStartOfHour(now()), 'NO_OFFENCE', 1 FROM numbers(5)"
    )
    questions.fold_outcome_hours(register)
    questions.fold_outcome_hours(register)
    assert register.ask("SELECT sum(passages) FROM outcome_hours FINAL") == [(5,)]


def test_a_case_event_is_named_by_what_it_says() -> None:
    one = PaymentReceived(case_id="0" * 32, at_us=1, receipt="r-1", tiyn=100)
    other = PaymentReceived(case_id="0" * 32, at_us=1, receipt="r-2", tiyn=100)
    assert rows.case_event_id(one) == rows.case_event_id(one) != rows.case_event_id(other)
