"""Registers over HTTP: what counts as an answer, what a failing register costs, and what a cache may say."""

import socket
import time
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication.answers import Answer, Insurance, NoRecord, Policy, Unanswered, Vehicle
from adjudication.calendar import start_of_day_us
from ingest.clock import VirtualClock, system_clock
from integrations.registries import wire
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.registries.register import Manners
from integrations.simulators.population import Population
from integrations.simulators.process import Running, running
from integrations.simulators.registries import PopulationRegistries
from integrations.snapshots import Snapshots

SEED, SIZE = 6, 200
POPULATION = Population(SEED, SIZE)
TRUTH = PopulationRegistries(POPULATION, lambda: 1)
NOON_US = start_of_day_us(POPULATION.today) + 12 * 3_600_000_000
HASTY = Manners(deadline_s=0.25, attempts=2, backoff_s=0.01, failures=1_000)

QUESTIONS = {
    "vehicles": lambda registries, d: registries.vehicle(d.vehicle.plate, NOON_US),
    "persons": lambda registries, d: registries.person(d.liable.number, NOON_US),
    "insurance": lambda registries, d: registries.insurance(d.vehicle.vin, d.liable.number, NOON_US),
    "inspection": lambda registries, d: registries.inspection(d.vehicle.vin, NOON_US),
    "penalties": lambda registries, d: registries.penalties(d.liable.number, NOON_US),
}


@pytest.fixture(scope="module")
def simulators() -> Iterator[Running]:
    with running(SEED, SIZE, POPULATION.today) as simulators:
        yield simulators


@pytest.fixture
def registries(simulators: Running) -> Iterator[HttpRegistries]:
    adapter = HttpRegistries(registry_urls(simulators.url), system_clock, HASTY)
    yield adapter
    adapter.close()
    simulators.command_all("ok")


def same(answer: Answer, truth: Answer) -> bool:
    return replace(answer, asked_us=truth.asked_us) == truth


def health(registries: HttpRegistries, system: str):
    return next(health for health in registries.health() if health.system == system)


REASONS = {
    "slow": {"timeout"},
    "wrong": {"garbled"},
    "partial": {"garbled", "partial"},
    "dead": {"refused"},
    "cut": {"cut"},
}


@pytest.mark.parametrize("system", QUESTIONS)
@pytest.mark.parametrize("mode", REASONS)
def test_a_register_that_fails_is_unanswered_for_the_reason_it_failed(registries, simulators, system, mode):
    simulators.command(system, mode, 0.4)
    for dossier in POPULATION.dossiers[: 2 if mode == "slow" else 12]:
        answer = QUESTIONS[system](registries, dossier)
        assert isinstance(answer, Unanswered)
        assert answer.reason in REASONS[mode]
        assert (answer.system, answer.as_of_us) == (system, NOON_US)


def test_a_register_that_comes_back_is_believed_again(registries, simulators):
    dossier = POPULATION.dossiers[0]
    simulators.command_all("dead")
    assert all(isinstance(ask(registries, dossier), Unanswered) for ask in QUESTIONS.values())
    simulators.command_all("ok")
    assert all(same(ask(registries, dossier), ask(TRUTH, dossier)) for ask in QUESTIONS.values())


def test_the_other_registers_answer_while_one_is_dead(registries, simulators):
    simulators.command("insurance", "dead")
    dossier = POPULATION.dossiers[0]
    answers = {system: ask(registries, dossier) for system, ask in QUESTIONS.items()}
    assert [system for system, answer in answers.items() if isinstance(answer, Unanswered)] == ["insurance"]


def test_a_short_failure_is_tried_again_within_the_deadline(registries, simulators):
    simulators.command("inspection", "dead")
    before = simulators.asked("inspection")
    registries.inspection(POPULATION.vehicles[0].vin, NOON_US)
    assert simulators.asked("inspection") - before == HASTY.attempts


def test_nobody_listening_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    registries = HttpRegistries(registry_urls(f"http://127.0.0.1:{port}"), system_clock, HASTY)
    answer = registries.vehicle("489AAC02", NOON_US)
    assert isinstance(answer, Unanswered)
    assert answer.reason == "refused"


def test_an_answer_that_never_ends_is_unanswered_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and says nothing
        registries = HttpRegistries(registry_urls(f"http://127.0.0.1:{silent.getsockname()[1]}"), system_clock, HASTY)
        started = time.monotonic()
        answer = registries.vehicle("489AAC02", NOON_US)
        assert isinstance(answer, Unanswered)
        assert answer.reason == "timeout"
        assert time.monotonic() - started < 4 * HASTY.deadline_s


def test_a_dead_register_costs_time_only_until_its_breaker_opens(simulators):
    manners = Manners(deadline_s=0.1, attempts=1, failures=3, rest_s=60.0)
    registries = HttpRegistries(registry_urls(simulators.url), system_clock, manners)
    simulators.command("penalties", "slow", 0.3)
    reasons = [registries.penalties(d.liable.number, NOON_US).reason for d in POPULATION.dossiers[:50]]
    simulators.command("penalties", "ok")
    assert reasons == ["timeout"] * 3 + ["breaker-open"] * 47
    assert health(registries, "penalties").breaker_open
    assert health(registries, "penalties").reasons == {"timeout": 3, "breaker-open": 47}


def test_after_its_rest_a_register_that_is_well_again_answers(simulators):
    manners = Manners(deadline_s=0.25, attempts=1, failures=1, rest_s=0.05)
    registries = HttpRegistries(registry_urls(simulators.url), system_clock, manners)
    dossier = POPULATION.dossiers[0]
    simulators.command("inspection", "dead")
    assert isinstance(registries.inspection(dossier.vehicle.vin, NOON_US), Unanswered)
    simulators.command("inspection", "ok")
    time.sleep(0.06)
    assert not isinstance(registries.inspection(dossier.vehicle.vin, NOON_US), Unanswered)


def test_a_vehicle_known_for_the_instant_is_told_without_asking_even_while_the_register_is_dead(registries, simulators):
    vehicle = POPULATION.vehicles[0]
    first = registries.vehicle(vehicle.plate, NOON_US)
    simulators.command("vehicles", "dead")
    second = registries.vehicle(vehicle.plate, NOON_US - 60_000_000)
    assert second == replace(first, as_of_us=NOON_US - 60_000_000)
    assert health(registries, "vehicles").cached == 1


def test_findings_registers_are_asked_every_time(registries, simulators):
    dossier = POPULATION.pick(lambda d: d.profile == "ordinary" and len(d.inspections) > 0)
    before = simulators.asked("insurance"), simulators.asked("inspection")
    for _ in range(3):
        registries.insurance(dossier.vehicle.vin, dossier.liable.number, NOON_US)
        registries.inspection(dossier.vehicle.vin, NOON_US)
    assert (simulators.asked("insurance"), simulators.asked("inspection")) == (before[0] + 3, before[1] + 3)


@pytest.mark.parametrize("url", ["http://registers.example/vehicles", "ftp://127.0.0.1/x", "registers.example"])
def test_plates_never_travel_in_clear_to_another_machine(url):
    with pytest.raises(ValueError, match="https"):
        HttpRegistries(dict.fromkeys(QUESTIONS, url), system_clock)


# What counts as an answer (wire.py).

QUESTION = wire.VehicleQuestion(plate=POPULATION.vehicles[0].plate, as_of_us=NOON_US)
REPLY = wire.encode_reply(QUESTION, POPULATION.vehicles[0], 5)
FIELDS = msgspec.json.decode(REPLY)


def read(body: bytes) -> Answer:
    return wire.read(body, QUESTION, "vehicles", Vehicle, 7).answer


def test_a_reply_reads_back_as_what_it_was_made_of():
    for dossier in POPULATION.dossiers:
        for question, answer in (
            (wire.InsuranceQuestion(vin="v", person="000000000000", as_of_us=NOON_US), QUESTIONS["insurance"]),
            (wire.PenaltiesQuestion(person="000000000000", as_of_us=NOON_US), QUESTIONS["penalties"]),
            (wire.InspectionQuestion(vin="v", as_of_us=NOON_US), QUESTIONS["inspection"]),
        ):
            truth = answer(TRUTH, dossier)
            got = wire.read(wire.encode_reply(question, truth, None), question, truth.system, type(truth), 1)
            assert got == wire.Read(truth, None)


def test_a_register_that_says_it_has_none_has_none():
    none = FIELDS | {"record": None, "total": 0}
    assert read(msgspec.json.encode(none)) == NoRecord(system="vehicles", asked_us=7, as_of_us=NOON_US)


@pytest.mark.parametrize(
    "change",
    [
        {"total": 1, "record": None},
        {"total": 0},
        {"total": 2},
        {"record": None, "total": 0, "question": {"plate": "111AAA01", "as_of_us": NOON_US}},
        {"question": {"plate": QUESTION.plate, "as_of_us": NOON_US + 1}},
        {"question": {"plate": QUESTION.plate}},
        {"record": FIELDS["record"] | {"plate": "111AAA01"}},
        {"record": FIELDS["record"] | {"status": "unheard-of"}},
        {"record": FIELDS["record"] | {"owner": 12}},
        {"record": FIELDS["record"] | {"asked_us": 1}},
        {"record": FIELDS["record"] | {"stranger": 1}},
        {"record": []},
        {"stranger": 1},
        {"since_us": "yesterday"},
    ],
    ids=str,
)
def test_a_reply_that_is_not_whole_or_about_something_else_is_unanswered(change):
    assert isinstance(read(msgspec.json.encode(FIELDS | change)), Unanswered)


@pytest.mark.parametrize("field", FIELDS)
def test_a_reply_without_one_of_its_fields_is_unanswered(field):
    assert isinstance(read(msgspec.json.encode({k: v for k, v in FIELDS.items() if k != field})), Unanswered)


@pytest.mark.parametrize("field", [name for name in Vehicle.__struct_fields__ if name not in Answer.__struct_fields__])
def test_a_record_without_one_of_its_fields_is_unanswered_even_if_the_field_has_a_default(field):
    record = {k: v for k, v in FIELDS["record"].items() if k != field}
    assert record != FIELDS["record"]
    assert isinstance(read(msgspec.json.encode(FIELDS | {"record": record})), Unanswered)


def test_a_policy_without_one_of_its_fields_is_unanswered():
    dossier = POPULATION.pick(lambda d: d.profile == "ordinary")
    question = wire.InsuranceQuestion(vin=dossier.vehicle.vin, person=dossier.liable.number, as_of_us=NOON_US)
    reply = msgspec.json.decode(wire.encode_reply(question, QUESTIONS["insurance"](TRUTH, dossier), None))
    assert set(reply["record"]["policies"][0]) == set(Policy.__struct_fields__)
    for field in Policy.__struct_fields__:
        policies = [{k: v for k, v in reply["record"]["policies"][0].items() if k != field}]
        body = msgspec.json.encode(reply | {"record": {"policies": policies}, "total": 1})
        assert isinstance(wire.read(body, question, "insurance", Insurance, 1).answer, Unanswered)


@given(st.integers(0, len(REPLY) - 1))
def test_a_reply_cut_off_anywhere_is_unanswered(length):
    assert isinstance(read(REPLY[:length]), Unanswered)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.sampled_from([b"[" * 100_000, b"null"]))
def test_bytes_that_are_no_reply_are_unanswered_and_raise_nothing(body):
    assert isinstance(read(body), Unanswered)


# What a cache may say (snapshots.py).

ANSWER = replace(POPULATION.vehicles[0], asked_us=1_000, as_of_us=900)


@given(as_of=st.integers(0, 3_000), now=st.integers(0, 3_000), since=st.integers(0, 1_000))
def test_a_snapshot_speaks_of_no_instant_its_register_did_not_speak_of(as_of, now, since):
    snapshots: Snapshots[Vehicle] = Snapshots(capacity=4, max_age_s=0.001)
    snapshots.keep("k", ANSWER, since)
    found = snapshots.find("k", as_of, now)
    lawful = since <= as_of <= ANSWER.asked_us and 0 <= now - ANSWER.asked_us <= 1_000
    assert found == (replace(ANSWER, as_of_us=as_of) if lawful else None)


def test_the_least_recently_used_snapshot_goes_first_and_none_beyond_the_capacity():
    snapshots: Snapshots[Vehicle] = Snapshots(capacity=2, max_age_s=1)
    for key in ("a", "b"):
        snapshots.keep(key, ANSWER, 0)
    assert snapshots.find("a", 500, 1_000) is not None
    snapshots.keep("c", ANSWER, 0)
    assert [snapshots.find(key, 500, 1_000) is not None for key in "abc"] == [True, False, True]
    assert len(snapshots) == 2


def test_no_age_keeps_nothing():
    snapshots: Snapshots[Vehicle] = Snapshots(capacity=2, max_age_s=0)
    snapshots.keep("a", ANSWER, 0)
    assert len(snapshots) == 0


def test_a_snapshot_too_old_is_asked_again(simulators):
    clock = VirtualClock(NOON_US + 1)
    registries = HttpRegistries(registry_urls(simulators.url), clock, HASTY)
    plate = POPULATION.vehicles[1].plate
    for advance_s, asked in ((0, 1), (599, 1), (2, 2)):
        clock.advance_s(advance_s)
        registries.vehicle(plate, NOON_US)
        assert health(registries, "vehicles").answered == asked
