"""The contract of `integrations.ports.Registries`, for the adapter in memory and the one over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from adjudication.answers import Insurance, NoRecord, Penalties, Person, Vehicle
from adjudication.calendar import start_of_day_us
from ingest.clock import system_clock
from integrations.ports import Registries
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.simulators.population import Population
from integrations.simulators.process import running
from integrations.simulators.registries import PopulationRegistries

SEED, SIZE = 5, 300
POPULATION = Population(SEED, SIZE)
NOON_US = start_of_day_us(POPULATION.today) + 12 * 3_600_000_000
YEAR_US = 365 * 86_400_000_000


@pytest.fixture(scope="module", params=["memory", "http"])
def registries(request: pytest.FixtureRequest) -> Iterator[Registries]:
    if request.param == "memory":
        yield PopulationRegistries(POPULATION, system_clock)
        return
    with running(SEED, SIZE, POPULATION.today) as simulators:
        adapter = HttpRegistries(registry_urls(simulators.url), system_clock)
        yield adapter
        adapter.close()


def of_profile(profile: str):
    return POPULATION.pick(lambda dossier: dossier.profile == profile)


def test_a_vehicle_is_told_as_registered_and_for_the_instant_asked_about(registries):
    asked_us = system_clock()
    for dossier in POPULATION.dossiers[:100]:
        answer = registries.vehicle(dossier.vehicle.plate, NOON_US)
        assert answer.asked_us >= asked_us
        assert answer == replace(dossier.vehicle, asked_us=answer.asked_us, as_of_us=NOON_US)


def test_a_plate_nobody_bears_has_no_record(registries):
    answer = registries.vehicle("000ZZZ00", NOON_US)
    assert isinstance(answer, NoRecord)
    assert (answer.system, answer.as_of_us) == ("vehicles", NOON_US)


def test_before_its_registration_a_vehicle_has_no_record(registries):
    dossier = of_profile("ordinary")
    assert isinstance(registries.vehicle(dossier.vehicle.plate, dossier.registered_us - 1), NoRecord)
    assert isinstance(registries.vehicle(dossier.vehicle.plate, dossier.registered_us), Vehicle)


def test_persons_of_every_profile_are_told_whole(registries):
    for dossier in POPULATION.dossiers[:100]:
        answer = registries.person(dossier.liable.number, NOON_US)
        assert answer == replace(dossier.liable, asked_us=answer.asked_us, as_of_us=NOON_US)


def test_a_death_is_known_from_its_day_on(registries):
    dead = of_profile("deceased_owner").owner
    dies_us = start_of_day_us(dead.died_on)
    before, after = (registries.person(dead.number, at_us) for at_us in (dies_us - 1, dies_us))
    assert isinstance(before, Person)
    assert (before.died_on, after.died_on) == (None, dead.died_on)


def test_insurance_tells_contracts_that_have_begun_and_no_others(registries):
    dossier = of_profile("ordinary")
    answer = registries.insurance(dossier.vehicle.vin, dossier.liable.number, NOON_US)
    assert isinstance(answer, Insurance)
    assert answer.policies == dossier.policies[:2]
    assert isinstance(registries.insurance(dossier.vehicle.vin, dossier.liable.number, NOON_US - 3 * YEAR_US), NoRecord)


def test_another_persons_contract_is_not_told(registries):
    dossier, other = POPULATION.select(lambda d: d.profile == "ordinary")[:2]
    assert isinstance(registries.insurance(dossier.vehicle.vin, other.liable.number, NOON_US), NoRecord)


def test_the_last_inspection_passed_by_then_is_told(registries):
    dossier = POPULATION.pick(lambda d: d.profile == "ordinary" and len(d.inspections) > 1)
    answer = registries.inspection(dossier.vehicle.vin, NOON_US)
    assert answer == replace(dossier.inspections[1], asked_us=answer.asked_us, as_of_us=NOON_US)


def test_a_penalty_is_told_once_it_is_in_force_and_as_it_stood_then(registries):
    dossier = of_profile("repeat_speed")
    penalty = dossier.prior[0]
    in_force_us = start_of_day_us(penalty.in_force_on)
    assert isinstance(registries.penalties(dossier.liable.number, in_force_us - 1), NoRecord)
    unexecuted = registries.penalties(dossier.liable.number, in_force_us)
    assert isinstance(unexecuted, Penalties)
    assert unexecuted.prior == (replace(penalty, executed_on=None),)
    assert registries.penalties(dossier.liable.number, NOON_US).prior == (penalty,)


def test_a_person_never_punished_has_no_record(registries):
    assert isinstance(registries.penalties(of_profile("ordinary").liable.number, NOON_US), NoRecord)


def test_many_threads_get_the_answers_to_their_own_questions(registries):
    plates = [vehicle.plate for vehicle in POPULATION.vehicles[:200]]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda plate: registries.vehicle(plate, NOON_US), plates))
    assert [answer.plate for answer in answers] == plates
