"""The register keeps the first row of a cause, forgets passages without a finding, and answers by event and number.

Against chDB in this process, and over HTTP against a server of its own (or that of CLICKHOUSE_URL), marked `cluster`.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from adjudication import codec, ids
from adjudication.messages import AnyMessage, PassageClosed, PaymentReceived
from adjudication.scenarios.build import verdict
from benchmarks.acts_in_bulk import act_number, fill, person_of
from deploy.servers import clickhouse
from ingest.stage import Position, Received
from ingest.topics import CONFIRMED, DECISIONS, FRAMES, OUTCOMES, REVIEWS, Topic
from integrations.keys import MasterKey
from integrations.register import migrations, questions, rows, totals
from integrations.register.past import KeptDecisions
from integrations.register.persons import person_keys
from integrations.register.stage import register as register_stage
from integrations.register.store import Address, Register, cluster, connected, embedded
from tests import samples
from tests.faced import data_folder
from tests.proofs import issued

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
PERSON_KEY = person_keys(MasterKey(bytes(32)))
TABLES = ("decisions", "acts", "reviews", "case_events", "outcomes", "outcome_hours", "keys")


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("http", marks=[pytest.mark.cluster, pytest.mark.timeout(300)])]
)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    if request.param == "embedded":
        register = embedded(data_folder() / "register")
        yield register
        register.close()
        return
    folder = tmp_path_factory.mktemp("register")
    with clickhouse.running(folder / "data") as server:
        address = address_of(server, folder)
        client = connected(address, create=True)
        migrations.migrate(client, migrations.shipped(), rewrites=False)
        register = cluster(address)
        yield register
        client.command(f"DROP DATABASE {address.database}")
        register.close()
        client.close()


def address_of(server: clickhouse.Server, folder: Path) -> Address:
    """A database of its own: the server may be somebody's."""
    password = folder / "password"
    password.write_text(server.password)
    return Address(server.url, server.user, password, database=f"tarazy_test_{secrets.token_hex(4)}")


@pytest.fixture
def register(opened: Register) -> Register:
    for table in TABLES:
        opened.command(f"TRUNCATE TABLE {table}")
    return opened


def received(message: AnyMessage, offset: int) -> Received:
    return Received(message, Position("decisions.v1", 0, offset), "key", {})


def test_the_first_write_of_a_decision_wins_and_a_repeat_adds_nothing(register: Register) -> None:
    handle = register_stage(register, PERSON_KEY).handle
    first = samples.decision()
    handle([received(first, 5)])
    handle([received(samples.decision(reason="OTHER"), 9)])
    handle([received(first, 5)])
    assert questions.decision(register, first.case_id, first.decision_id) == first
    [passed] = questions.of_event(register, first.checked.passage.event_id)
    assert (passed.case_id, passed.route, passed.reason) == (first.case_id, "auto", "CLEAR")


def test_a_token_that_comes_again_writes_nothing_and_another_does(register: Register) -> None:
    [act, keys] = rows.to_rows([(issued(1), 7)], PERSON_KEY)
    for _ in range(3):
        register.insert(act, "a token")
    assert register.ask("SELECT count() FROM acts") == [(1,)]
    register.insert(act, "another")
    assert register.ask("SELECT count() FROM acts") == [(2,)]
    assert register.ask("SELECT count() FROM acts FINAL") == [(1,)]
    assert keys.table == "keys"


def test_what_decide_was_given_is_read_back_whole_page_after_page(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.register.past.PAGE", 2)
    handle = register_stage(register, PERSON_KEY).handle
    decided = [samples.decision(n) for n in range(1, 8)]
    decided[3] = msgspec.structs.replace(decided[3], route="reject", reason="SAME_SIGHTING")
    twice = msgspec.structs.replace(decided[0], case_id="e" * 32, decision_id="f" * 32)  # two cases of one passage
    review = verdict(decided[1], samples.CAPTURED_US + HOUR_US, confirms=True)
    confirmed = msgspec.structs.replace(decided[1], decision_id="d" * 32, reviews=(review,))
    messages = (*decided, twice, confirmed)
    handle([received(message, n) for n, message in enumerate(messages)])
    handle([received(msgspec.structs.replace(decided[5], reason="OTHER"), 99)])  # a later row of a cause counts not

    def kept(topic: Topic, from_us: int = 0, to_us: int = 2**62) -> list[bytes]:
        return [record.value for record in KeptDecisions(register).scan(topic.name, from_us, to_us)]

    passages = kept(CONFIRMED)
    assert sorted(passages) == sorted(codec.encode(one.checked) for one in decided)
    assert passages[-1] == codec.encode(decided[3].checked)  # seen before: after what was not
    assert kept(REVIEWS) == [codec.encode(review)]
    assert sorted(kept(DECISIONS)) == sorted(map(codec.encode, messages))
    assert (kept(OUTCOMES), kept(DECISIONS, 0, samples.CAPTURED_US)) == ([], [])
    assert len(kept(DECISIONS, samples.CAPTURED_US, samples.CAPTURED_US + 1)) == len(messages)
    with pytest.raises(ValueError, match="does not keep"):
        kept(FRAMES)


def test_an_act_is_found_by_its_number_as_it_was_first_written(register: Register) -> None:
    handle = register_stage(register, PERSON_KEY).handle
    first, other = issued(1), issued(2)
    handle([received(first, 5), received(other, 6)])
    later = issued(3)
    again = msgspec.structs.replace(
        later, act=msgspec.structs.replace(later.act, act_id=first.act.act_id, case_id=first.act.case_id)
    )
    handle([received(again, 9)])
    assert questions.act(register, first.act.number) == first
    assert questions.act(register, other.act.number) == other
    assert questions.act(register, later.act.number) is None  # its row lost; its key leads nowhere
    assert questions.act(register, "11-2026-999999999") is None


def test_a_persons_acts_are_found_by_the_key_of_the_number_which_stands_in_no_index(register: Register) -> None:
    offence_us = samples.CAPTURED_US
    acts = [issued(n, "900101300017", offence_us=offence_us + (4 - n) * 40 * DAY_US) for n in (1, 2, 3)]
    register_stage(register, PERSON_KEY).handle(
        [received(act, n) for n, act in enumerate([*acts, issued(4, "800101300018")])]
    )
    found = questions.acts_of(register, PERSON_KEY("900101300017"))
    assert [one.number for one in found] == ["11-2026-000000003", "11-2026-000000002", "11-2026-000000001"]
    assert found[0].sum_tiyn == acts[0].act.sum_tiyn
    assert register.ask("SELECT count() FROM keys WHERE position(key, '900101300017') > 0") == [(0,)]
    assert questions.acts_of(register, PERSON_KEY("700101300019")) == []


def test_a_look_up_reads_a_few_granules_and_unpacks_little_beside_them(register: Register) -> None:
    rows = 30_000
    fill(register, rows)
    number = read(register, lambda: questions.act(register, act_number(12_345)))
    assert number["SelectedParts"] <= 3
    assert number["SelectedMarks"] <= 4
    assert number["CompressedReadBufferBytes"] < 1_300_000  # of which the act's own granule of texts is 1,048,576
    person = read(register, lambda: questions.acts_of(register, person_of(12_345, rows)))
    assert person["SelectedParts"] <= 6  # three acts, each in a month of its own
    assert person["SelectedMarks"] <= 14
    assert person["CompressedReadBufferBytes"] < 600_000
    assert number["MarkCacheMisses"] == person["MarkCacheMisses"] == 0  # the first to ask waits for nothing


def read(register: Register, ask: Callable[[], object]) -> dict[str, int]:
    """What `ask` read: parts, granules, bytes of whole blocks unpacked for them, and marks that were not in memory."""
    events = ("SelectedParts", "SelectedMarks", "CompressedReadBufferBytes", "MarkCacheMisses")
    before = dict(register.ask("SELECT event, value FROM system.events"))
    assert ask()
    after = dict(register.ask("SELECT event, value FROM system.events"))
    return {event: after.get(event, 0) - before.get(event, 0) for event in events}


def test_what_a_device_caused_is_found_by_its_time_and_no_other_time(register: Register) -> None:
    decisions = [samples.decision(n) for n in (1, 2)]
    register_stage(register, PERSON_KEY).handle([received(one, n) for n, one in enumerate(decisions)])
    at = samples.CAPTURED_US
    found = questions.decisions_of_device(register, "cam-1", at, at + 1)
    assert {one.decision_id for one in found} == {one.decision_id for one in decisions}
    assert questions.decisions_of_device(register, "cam-1", at + 1, at + DAY_US) == []
    assert questions.decisions_of_device(register, "cam-2", at, at + 1) == []


def test_totals_count_each_act_once_and_by_its_own_day_body_and_part(register: Register) -> None:
    handle = register_stage(register, PERSON_KEY).handle
    acts = [issued(n) for n in range(1, 5)]
    acts.append(issued(5, initiated_on=date(2026, 5, 1), part="593(1)"))
    handle([received(act, n) for n, act in enumerate(acts)])
    handle([received(acts[0], 99)])  # cut differently after a restart: the same row under another token
    april, may = totals.form_totals(register, date(2026, 4, 1), date(2026, 5, 31))
    assert (april.acts, april.part, april.month_on, april.body_id) == (4, "592(2)", date(2026, 4, 1), "demo-centre")
    assert april.sum_tiyn == sum(act.act.sum_tiyn for act in acts[:4])
    assert (may.acts, may.part) == (1, "593(1)")
    assert [one.acts for one in totals.form_totals(register, date(2026, 5, 1), date(2026, 5, 1))] == [1]
    at = samples.CAPTURED_US
    assert sum(one.acts for one in totals.offences_by_district(register, at, at + 1)) == 5
    assert {(tile.part, tile.acts) for tile in totals.acts_tile(register, at, at + 1)} == {("592(2)", 4), ("593(1)", 1)}
    assert totals.acts_tile(register, at + 1, at + DAY_US) == []


def test_a_batch_of_all_kinds_lands_each_in_its_table(register: Register) -> None:
    seen = samples.passage(7)
    now_us = time.time_ns() // 1_000
    closed = PassageClosed(
        passage_id=seen.passage_id,
        event_id=seen.event_id,
        device_id="cam-1",
        hour_us=now_us // HOUR_US * HOUR_US,
        outcome="NO_OFFENCE",
    )
    paid = PaymentReceived(case_id=samples.decision().case_id, at_us=samples.CAPTURED_US, receipt="r-1", tiyn=100)
    register_stage(register, PERSON_KEY).handle(
        [received(message, number) for number, message in enumerate((samples.decision(), closed, paid, seen))]
    )
    assert register.ask("SELECT count() FROM case_events FINAL") == [(1,)]
    [passed] = questions.of_event(register, seen.event_id)
    assert (passed.route, passed.case_id) == (None, None)


def test_a_board_counts_the_last_seven_days_and_nothing_older(register: Register) -> None:
    register_stage(register, PERSON_KEY).handle([received(samples.decision(n), n) for n in (1, 2)])
    at = samples.CAPTURED_US
    [line] = totals.outcomes_by_reason(register, at + 7 * DAY_US)
    assert (line.what, line.reason, line.passages) == ("auto", "CLEAR", 2)
    assert totals.outcomes_by_reason(register, at + 7 * DAY_US + 1) == []


def test_passages_without_a_finding_expire_by_the_tables_own_rule_and_their_hourly_counts_stay(
    register: Register,
) -> None:
    [(ddl,)] = register.ask(
        "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = 'outcomes'"
    )
    assert "toIntervalHour(72)" in str(ddl)
    assert "plate" not in str(ddl)
    register.command(
        "INSERT INTO outcomes SELECT leftPad(toString(number), 32, '0'), repeat('0', 32), 'cam-1',"
        " toStartOfHour(now()), 'NO_OFFENCE', 1 FROM numbers(5)"
    )
    totals.fold_outcome_hours(register)
    totals.fold_outcome_hours(register)
    assert register.ask("SELECT sum(passages) FROM outcome_hours FINAL") == [(5,)]


def test_a_wrong_statement_is_a_bug_and_no_outage(register: Register) -> None:
    with pytest.raises(Exception, match="nosuchtable") as raised:
        register.ask("SELECT 1 FROM nosuchtable")
    assert type(raised.value).__module__.startswith("clickhouse_connect")


def test_a_case_event_is_named_by_what_it_says() -> None:
    one = PaymentReceived(case_id="0" * 32, at_us=1, receipt="r-1", tiyn=100)
    other = PaymentReceived(case_id="0" * 32, at_us=1, receipt="r-2", tiyn=100)
    assert rows.case_event_id(one) == rows.case_event_id(one) != rows.case_event_id(other)


def test_every_message_that_is_registered_has_a_table_and_an_id_of_its_own() -> None:
    assert set(rows.TABLE_OF.values()) == set(rows.COLUMNS)
    assert all(columns[0].name == "id" for columns in rows.COLUMNS.values())
    assert ids.stable_id("x") != ids.stable_id("y")
