"""The simulated population: repeatable, lawful in form, and holding every sort of vehicle the demo and tests need."""

from collections import Counter

import pytest

from adjudication import plates
from adjudication.calendar import start_of_day_us
from adjudication.decide import decide
from adjudication.identifiers import is_valid_bin, is_valid_iin
from adjudication.messages import CaseDecided
from ingest.clock import VirtualClock
from ingest.stage import Position, Received
from integrations.crosscheck import crosscheck
from integrations.lawfiles import load_law, load_policy
from integrations.simulators.people import PHONE_PREFIX
from integrations.simulators.population import Dossier, Population
from integrations.simulators.profiles import PER_HUNDRED, UNINSPECTED, UNINSURED
from integrations.simulators.registries import PopulationRegistries
from tests import samples
from tests.enrolled import DEVICES

POPULATION = Population(seed=7, size=500)
NOON_US = start_of_day_us(POPULATION.today) + 12 * 3_600_000_000


def insured(dossier: Dossier) -> bool:
    return any(p.valid_from_us <= NOON_US <= p.valid_to_us for p in dossier.policies)


def inspected(dossier: Dossier) -> bool:
    return any(i.passed_on <= POPULATION.today <= i.valid_to for i in dossier.inspections)


def test_the_same_seed_gives_the_same_population_and_another_seed_another():
    assert Population(3, 200).dossiers == Population(3, 200).dossiers
    assert Population(3, 200).dossiers != Population(4, 200).dossiers


def test_every_hundred_vehicles_hold_every_profile_in_its_share():
    assert sum(PER_HUNDRED.values()) == 100
    assert Counter(d.profile for d in POPULATION.dossiers[100:200]) == PER_HUNDRED


def test_no_two_vehicles_share_a_plate_or_a_vin_and_no_two_persons_a_number():
    assert len(POPULATION.by_plate) == len(POPULATION.by_vin) == 500
    assert all(POPULATION.by_number[p.number] is p for p in POPULATION.persons)


def test_every_number_has_the_check_digit_the_law_prescribes():
    assert all(is_valid_iin(p.number) if p.kind == "individual" else is_valid_bin(p.number) for p in POPULATION.persons)


def test_a_birth_date_stands_in_its_iin():
    for person in POPULATION.persons:
        if person.born_on is not None:
            assert person.number.startswith(f"{person.born_on:%y%m%d}")
            assert int(person.number[6]) in ((3, 4) if person.born_on.year < 2000 else (5, 6))


def test_every_plate_is_its_own_normal_spelling_and_of_a_format_of_kazakhstan():
    for vehicle in POPULATION.vehicles:
        assert plates.normalise(vehicle.plate) == vehicle.plate
        assert plates.classify(vehicle.plate)[0].country == "KZ"


def test_only_the_uninsured_are_without_insurance_and_they_are_about_a_tenth():
    without = [d for d in POPULATION.dossiers if not insured(d)]
    assert {d.profile for d in without} <= UNINSURED
    assert 0.08 <= len(without) / 500 <= 0.12


def test_only_the_uninspected_and_young_cars_are_without_inspection():
    for dossier in POPULATION.select(lambda d: not inspected(d)):
        age = POPULATION.today.year - dossier.vehicle.manufacture_year + 1
        assert (age > 10) == (dossier.profile in UNINSPECTED)
        assert dossier.profile in UNINSPECTED or (age < 7 and dossier.vehicle.category == "M1")


def test_minors_are_under_seventeen_and_the_dead_died_before_the_day():
    minor = POPULATION.pick(lambda d: d.profile == "minor_owner").owner
    dead = POPULATION.pick(lambda d: d.profile == "deceased_owner").owner
    assert minor.born_on is not None
    assert POPULATION.today.year - minor.born_on.year <= 17
    assert dead.died_on is not None
    assert dead.died_on < POPULATION.today


def test_a_leased_car_has_a_holder_who_is_not_the_owner_and_is_liable():
    leased = POPULATION.pick(lambda d: d.profile == "leased")
    assert leased.vehicle.holder == leased.liable.number != leased.vehicle.owner


def test_a_repeat_offender_was_punished_within_the_year_and_a_stale_one_was_not():
    days = {
        profile: (POPULATION.today - POPULATION.pick(lambda d, p=profile: d.profile == p).prior[0].executed_on).days
        for profile in ("repeat_speed", "stale_prior")
    }
    assert 0 < days["repeat_speed"] < 365 < days["stale_prior"]


def test_phones_have_a_code_no_operator_has_and_some_owners_gave_none():
    phones = [p.egov_phone for p in POPULATION.persons]
    assert None in phones
    assert all(phone.startswith(PHONE_PREFIX) for phone in phones if phone)


def test_a_rule_nobody_satisfies_is_an_error():
    with pytest.raises(LookupError):
        POPULATION.pick(lambda d: d.vehicle.manufacture_year == 1900)


def outcome(dossier: Dossier) -> tuple[str, ...]:
    """What today's law makes of the vehicle's passing at `NOON_US`, seen twice a day apart, without an offence."""
    clock = VirtualClock(NOON_US)
    stage = samples.remembering(
        crosscheck(PopulationRegistries(POPULATION, clock), DEVICES, clock, str, samples.finding())
    )
    event = samples.event(captured_us=NOON_US, measurement=None)
    passage = samples.passage(plate=dossier.vehicle.plate, event=event)
    (first,) = stage.handle([Received(passage, Position("t", 0, 0), "k")])
    clock.advance_s(2 * 86_400)
    (second,) = stage.handle([Received(first.message, Position("t", 0, 1), "k")])
    decided = decide(second.message, (), load_law(), load_policy())
    return tuple(sorted(f"{case.route} {case.part}" for case in decided if isinstance(case, CaseDecided)))


def test_the_law_finds_in_every_profile_what_the_profile_says():
    findings: dict[str, set[tuple[str, ...]]] = {}
    for dossier in POPULATION.dossiers[:200]:
        findings.setdefault(dossier.profile, set()).add(outcome(dossier))
    expected = {profile: {()} for profile in PER_HUNDRED}
    expected |= {
        "uninsured": {("auto 230(2)",)},
        "uninspected": {("auto 590(9)",)},
        "uninsured_uninspected": {("auto 230(2)", "auto 590(9)")},
        "repeat_inspection": {("auto 590(10)",)},
        "uninsured_unknown_size": {("review 230(2)",)},
    }
    assert findings == expected
