"""[crosscheck]: who is asked what, in which rounds, and what it costs when nobody answers."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adjudication import ids
from adjudication.answers import Answers, Device, Insurance, NoRecord, Policy, Unanswered, Vehicle
from adjudication.calendar import start_of_day_us
from adjudication.errors import Invalid
from adjudication.facts import PlateReading
from adjudication.messages import (
    EventCaptured,
    PassageChecked,
    PassageObserved,
    Possessor,
    PossessorNamed,
    SectionEntry,
    SectionRun,
)
from ingest.clock import VirtualClock
from ingest.devices import DevicesInMemory
from ingest.stage import FRAME_POSITION, Position, Received, Stage
from ingest.topics import CHECKED, PASSAGES, RECHECKS
from integrations import crosscheck as crosscheck_module
from integrations.crosscheck import MAX_ROUNDS, crosscheck
from integrations.registries.http import HttpRegistries, registry_urls
from integrations.registries.register import Manners
from integrations.simulators.faults import MODES
from integrations.simulators.population import Dossier, Population
from integrations.simulators.process import Running, running
from integrations.simulators.registries import PopulationRegistries
from tests import samples
from tests.enrolled import DEVICES

SEED, SIZE = 8, 200
POPULATION = Population(SEED, SIZE)
NOON_US = start_of_day_us(POPULATION.today) + 12 * 3_600_000_000
ASKED_US = NOON_US + 2_000_000


def key(plate: str) -> str:
    return ids.keyed_pseudonym(b"secret", 1, "plate", plate)


def stage(registries, clock=None, devices=DEVICES, finds=lambda checked: True) -> Stage:
    return samples.remembering(crosscheck(registries, devices, clock or VirtualClock(ASKED_US), key, finds))


def in_memory() -> PopulationRegistries:
    return PopulationRegistries(POPULATION, VirtualClock(ASKED_US))


def passage(plate: str | None, sequence: int = 1, country: str = "KZ", device_id: str = "cam-1") -> PassageObserved:
    event: EventCaptured = samples.event(sequence, captured_us=NOON_US, device_id=device_id)
    observed = samples.passage(sequence, plate, event=event)
    reading: PlateReading | None = observed.plate and replace(observed.plate, country=country)
    return replace(observed, plate=reading)


def received(message, topic=PASSAGES) -> Received:
    return Received(message, Position(topic.name, 0, 0), "k", {FRAME_POSITION: "frames.v1/0/7"})


def ask(asking: Stage, *passages: PassageObserved) -> list[Answers]:
    return [sent.message.rounds[-1] for sent in asking.handle([received(passage) for passage in passages])]


def of_profile(profile: str) -> Dossier:
    return POPULATION.pick(lambda dossier: dossier.profile == profile)


@pytest.fixture(scope="module")
def simulators() -> Iterator[Running]:
    with running(SEED, SIZE, POPULATION.today) as simulators:
        yield simulators


def test_a_registered_car_brings_its_owner_and_all_papers():
    dossier = POPULATION.pick(lambda d: d.profile == "repeat_speed" and len(d.inspections) > 0)
    (answers,) = ask(stage(in_memory()), passage(dossier.vehicle.plate))
    assert isinstance(answers.device, Device)
    assert answers.device.verification == samples.VERIFICATION
    assert answers.vehicle == replace(dossier.vehicle, asked_us=ASKED_US, as_of_us=NOON_US)
    assert answers.liable.number == dossier.owner.number
    assert answers.insurance.policies == dossier.policies[:2]
    assert answers.inspection.card == dossier.inspections[1].card
    assert answers.penalties.prior == dossier.prior


def test_of_a_run_the_device_at_the_entry_is_asked_for_as_of_the_entry():
    earlier = replace(samples.event(2), device_id="cam-0", captured_us=NOON_US - 1)
    plain = passage(None)
    run = SectionRun(
        section=samples.SECTION,
        entry=SectionEntry(
            passage_id="e" * 32,
            event_id="f" * 32,
            event=earlier,
            plate=samples.passage().plate,
            vehicle=None,
            quality=(),
        ),
        measurement=samples.event().measurement,
    )
    devices = DevicesInMemory([*DEVICES.every(), replace(DEVICES.every()[0], device_id="cam-0")])
    (answers,) = ask(stage(in_memory(), devices=devices), replace(plain, section=run))
    assert (answers.entry_device.device_id, answers.entry_device.as_of_us) == ("cam-0", NOON_US - 1)
    (unknown,) = ask(stage(in_memory()), replace(plain, section=run))
    assert isinstance(unknown.entry_device, NoRecord)
    (without,) = ask(stage(in_memory()), plain)
    assert without.entry_device is None


def test_nobody_is_looked_up_for_passing_by():
    dossier = of_profile("ordinary")
    seen: list[Answers] = []

    def finds(checked: PassageChecked) -> bool:
        seen.append(checked.rounds[-1])
        return False

    (answers,) = ask(stage(in_memory(), finds=finds), passage(dossier.vehicle.plate))
    assert (answers.liable, answers.penalties) == (None, None)
    assert seen == [answers], "the law looks at the vehicle's papers before anybody's name is asked for"
    assert isinstance(answers.insurance, Insurance)


def test_the_holder_is_asked_about_before_the_owner():
    dossier = of_profile("leased")
    (answers,) = ask(stage(in_memory()), passage(dossier.vehicle.plate))
    assert answers.liable.number == dossier.vehicle.holder != dossier.vehicle.owner


class Insurers(PopulationRegistries):
    """The population, with contracts as a test says, by person; a person it does not name is not answered for."""

    def __init__(self, contracts: dict[str, tuple[Policy, ...]]) -> None:
        super().__init__(POPULATION, VirtualClock(ASKED_US))
        self.contracts = contracts

    def insurance(self, vin, person, as_of_us):
        asked = {"system": "insurance", "asked_us": ASKED_US, "as_of_us": as_of_us}
        if person not in self.contracts:
            return Unanswered(**asked, reason="timeout")
        policies = self.contracts[person]
        return Insurance(**asked, policies=policies) if policies else NoRecord(**asked)


VALID = Policy(number="P-1", valid_from_us=NOON_US - 1, valid_to_us=NOON_US + 1)
PAST = Policy(number="P-0", valid_from_us=0, valid_to_us=1)


@pytest.mark.parametrize(
    ("holders", "owners", "found"),
    [
        ((), (VALID,), (VALID,)),
        ((PAST,), (VALID,), (PAST, VALID)),
        ((PAST,), (), (PAST,)),
        ((VALID,), None, (VALID,)),
        ((), (), NoRecord),
        ((PAST,), None, Unanswered),
        (None, (VALID,), Unanswered),
    ],
)
def test_where_the_holder_has_no_contract_the_owner_s_counts(holders, owners, found):
    vehicle = of_profile("leased").vehicle
    contracts = {vehicle.holder: holders, vehicle.owner: owners}
    known = {person: policies for person, policies in contracts.items() if policies is not None}
    (answers,) = ask(stage(Insurers(known)), passage(vehicle.plate))
    assert (
        answers.insurance.policies if isinstance(answers.insurance, Insurance) else type(answers.insurance)
    ) == found


@pytest.mark.parametrize("plate", [None, "A123BC777", "ABC1D23"])
def test_an_unread_or_foreign_plate_is_asked_of_nobody(plate):
    (answers,) = ask(stage(in_memory()), passage(plate, country="?"))
    assert answers == Answers(asked_us=ASKED_US, device=answers.device)


def test_an_unknown_plate_brings_no_record_and_nothing_more():
    (answers,) = ask(stage(in_memory()), passage("000ZZZ02"))
    assert isinstance(answers.vehicle, NoRecord)
    assert (answers.liable, answers.insurance, answers.inspection, answers.penalties) == (None,) * 4


@pytest.mark.parametrize("profile", ["military", "diplomatic"])
def test_papers_of_a_vehicle_that_another_body_answers_for_are_not_asked(profile):
    (answers,) = ask(stage(in_memory()), passage(of_profile(profile).vehicle.plate))
    assert isinstance(answers.vehicle, Vehicle)
    assert (answers.liable, answers.insurance, answers.inspection, answers.penalties) == (None,) * 4


def test_a_device_that_was_not_enrolled_has_no_record():
    (answers,) = ask(stage(in_memory()), passage(None, device_id="cam-9"))
    assert isinstance(answers.device, NoRecord)


def test_every_answer_speaks_of_the_passages_instant():
    for dossier in POPULATION.dossiers[:100]:
        (answers,) = ask(stage(in_memory()), passage(dossier.vehicle.plate))
        given = (answers.device, answers.vehicle, answers.liable, answers.insurance, answers.inspection)
        assert {answer.as_of_us for answer in (*given, answers.penalties) if answer is not None} == {NOON_US}


def test_what_comes_out_is_keyed_by_plate_carries_the_headers_and_is_named_by_passage_and_round():
    seen = passage("489AAC02")
    (sent,) = stage(in_memory()).handle([received(seen)])
    assert (sent.topic, sent.key) == (CHECKED, key("489AAC02"))
    assert sent.headers == {FRAME_POSITION: "frames.v1/0/7"}
    assert sent.message.checked_id == ids.checked_id(seen.passage_id, 1)
    (unread,) = stage(in_memory()).handle([received(passage(None))])
    assert unread.key == "cam-1"


def test_a_recheck_appends_one_round_and_keeps_the_earlier_ones():
    clock = VirtualClock(ASKED_US)
    asking = stage(PopulationRegistries(POPULATION, clock), clock)
    (first,) = asking.handle([received(passage(of_profile("uninsured").vehicle.plate))])
    clock.advance_s(86_400)
    (second,) = asking.handle([received(first.message, RECHECKS)])
    assert second.message.rounds[:1] == first.message.rounds
    assert [answers.asked_us for answers in second.message.rounds] == [ASKED_US, ASKED_US + 86_400_000_000]
    assert second.message.checked_id == ids.checked_id(second.message.passage.passage_id, 2)
    assert second.message.rounds[1].insurance.as_of_us == NOON_US


def test_an_input_is_named_by_passage_and_round_so_that_each_round_is_asked_once():
    asking = stage(in_memory())
    seen = received(passage("489AAC02"))
    (first,) = asking.handle([seen])
    names = {asking.seen_id(one) for one in (seen, seen, received(first.message, RECHECKS))}
    assert names == {ids.checked_id(seen.message.passage_id, number) for number in (1, 2)}


def test_a_passage_is_not_asked_about_for_ever():
    seen = passage(None)
    rounds = (Answers(asked_us=1, device=NoRecord(system="devices", asked_us=1, as_of_us=1)),) * MAX_ROUNDS
    checked = PassageChecked(checked_id=ids.checked_id(seen.passage_id, MAX_ROUNDS), passage=seen, rounds=rounds)
    with pytest.raises(Invalid, match="rounds-exhausted"):
        stage(in_memory()).handle([received(checked, RECHECKS)])


def test_a_message_of_another_kind_is_refused():
    with pytest.raises(Invalid, match="message-unexpected"):
        stage(in_memory()).handle([received(samples.event())])


def test_a_batch_is_answered_in_its_order():
    plates = [vehicle.plate for vehicle in POPULATION.vehicles[:32]]
    answers = ask(stage(in_memory()), *(passage(plate, n + 1) for n, plate in enumerate(plates)))
    assert [answer.vehicle.plate for answer in answers] == plates


@settings(max_examples=25, deadline=None)
@given(
    faults=st.dictionaries(
        st.sampled_from(["vehicles", "persons", "insurance", "inspection", "penalties"]), st.sampled_from(MODES)
    ),
    first=st.integers(0, SIZE - 4),
)
def test_whatever_registers_do_each_answer_is_theirs_or_unanswered(simulators, faults, first):
    for system, mode in faults.items():
        simulators.command(system, mode, 0.3)
    manners = Manners(deadline_s=0.15, attempts=1)
    http = HttpRegistries(registry_urls(simulators.url), VirtualClock(ASKED_US), manners)
    dossiers = POPULATION.dossiers[first : first + 4]
    passages = [passage(dossier.vehicle.plate, n + 1) for n, dossier in enumerate(dossiers)]
    try:
        for got, true in zip(ask(stage(http), *passages), ask(stage(in_memory()), *passages), strict=True):
            for name in ("vehicle", "liable", "insurance", "inspection", "penalties"):
                given_answer = getattr(got, name)
                assert given_answer == getattr(true, name) or isinstance(given_answer, Unanswered | None)
                assert given_answer is not None or not isinstance(got.vehicle, Vehicle) or getattr(true, name) is None
    finally:
        http.close()
        simulators.command_all("ok")


def test_dead_registers_cost_one_deadline_and_then_nothing(simulators):
    simulators.command_all("slow", 5.0)
    http = HttpRegistries(registry_urls(simulators.url), VirtualClock(ASKED_US), Manners(deadline_s=0.3, rest_s=60))
    asking = stage(http)
    passages = [passage(vehicle.plate, n + 1) for n, vehicle in enumerate(POPULATION.vehicles[:32])]
    times = []
    try:
        for _ in range(2):
            started = time.monotonic()
            answers = ask(asking, *passages)
            times.append(time.monotonic() - started)
            assert all(isinstance(one.vehicle, Unanswered) for one in answers)
    finally:
        simulators.command_all("ok")
        http.close()
    assert times[0] < 2.0
    assert times[1] < 0.2
    assert {one.vehicle.reason for one in answers} == {"breaker-open"}


def test_a_register_that_takes_longer_than_the_batch_may_is_unanswered_in_time(monkeypatch, simulators):
    monkeypatch.setattr(crosscheck_module, "BATCH_DEADLINE_S", 0.2)
    simulators.command("insurance", "slow", 1.0)
    http = HttpRegistries(registry_urls(simulators.url), VirtualClock(ASKED_US), Manners(deadline_s=2.0))
    started = time.monotonic()
    (answers,) = ask(stage(http), passage(of_profile("ordinary").vehicle.plate))
    took_s = time.monotonic() - started
    simulators.command_all("ok")
    assert isinstance(answers.insurance, Unanswered)
    assert answers.insurance.reason == "timeout"
    assert isinstance(answers.vehicle, Vehicle)
    assert took_s < 0.8


ASTANA = replace(samples.PLACE, place_id="ast-1", lat_e7=511_280_000, lon_e7=714_060_000)
ALMATY_TO_ASTANA_M = 972_000


def sighting(sequence: int, after_s: float = 0, place=samples.PLACE, plate: str | None = "489AAC02", **changes):
    """One passage of the plate; sequence by sequence from another device."""
    event = samples.event(
        sequence,
        device_id=f"cam-{sequence}",
        captured_us=NOON_US + round(after_s * 1_000_000),
        place=place,
        **changes.pop("event", {}),
    )
    seen = samples.passage(sequence, plate, event=event, event_id=ids.event_id(event.device_id, sequence))
    seen = replace(seen, passage_id=ids.passage_id(seen.event_id, 0))
    return received(replace(seen, plate=seen.plate and replace(seen.plate, **changes)))


def elsewhere(*sightings: Received):
    """What the last of them was told, asked one after another."""
    asking = stage(in_memory())
    return [asking.handle([one]) for one in sightings][-1][0].message.elsewhere


def test_a_plate_seen_in_another_town_is_told_with_the_passage():
    found = elsewhere(sighting(1), sighting(2, 3_600, ASTANA))
    assert found is not None
    assert (found.event_id, found.device_id, found.place_id) == (ids.event_id("cam-1", 1), "cam-1", "ala-017")
    assert found.captured_us == NOON_US
    assert abs(found.distance_m - ALMATY_TO_ASTANA_M) < 10_000
    assert found.apart_us == 3_600_000_000


def test_within_one_batch_the_earlier_sighting_is_remembered_too():
    asking = stage(in_memory())
    told = [sent.message.elsewhere for sent in asking.handle([sighting(1), sighting(2, 60, ASTANA)])]
    assert told[0] is None
    assert told[1] is not None


def test_both_clocks_errors_are_granted():
    found = elsewhere(
        sighting(1, event={"clock_offset_us": -700_000}), sighting(2, 60, ASTANA, event={"clock_offset_us": 300_000})
    )
    assert found is not None
    assert found.apart_us == 61_000_000


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(sighting(1, plate=None), id="unread"),
        pytest.param(sighting(1, plate="490AAC02"), id="another plate"),
        pytest.param(sighting(1, confidence_bp=8_999), id="read unsurely"),
        pytest.param(sighting(1, event={"clock_offset_us": None}), id="a clock that knows nothing of itself"),
        pytest.param(sighting(1, place=replace(ASTANA, lat_e7=ASTANA.lat_e7 + 150_000)), id="a mile away"),
    ],
)
def test_what_proves_nothing_is_not_told(earlier):
    assert elsewhere(earlier, sighting(2, 1, ASTANA)) is None


def test_the_same_event_read_again_is_not_elsewhere():
    first = sighting(1)
    moved = replace(first.message.event, place=ASTANA)
    again = received(replace(first.message, passage_id="f" * 32, event=moved))
    assert elsewhere(first, again) is None


def test_a_device_without_a_known_clock_is_told_nothing():
    assert elsewhere(sighting(1), sighting(2, 60, ASTANA, event={"clock_offset_us": None})) is None


def test_of_several_sightings_the_worst_is_told_and_a_recheck_keeps_it():
    asking = stage(in_memory())
    for one in (sighting(1, -86_400), sighting(2, -60), sighting(3, -3_600)):
        asking.handle([one])
    (told,) = asking.handle([sighting(4, 0, ASTANA)])
    assert told.message.elsewhere.device_id == "cam-2"
    (again,) = asking.handle([received(told.message, RECHECKS)])
    assert again.message.elsewhere == told.message.elsewhere


def test_a_recheck_learns_of_a_sighting_that_came_since():
    asking = stage(in_memory())
    (first,) = asking.handle([sighting(1)])
    assert first.message.elsewhere is None
    asking.handle([sighting(2, 60, ASTANA)])
    (again,) = asking.handle([received(first.message, RECHECKS)])
    assert again.message.elsewhere.device_id == "cam-2"


def test_the_memory_of_where_a_plate_was_names_no_plate_and_is_gone_within_hours():
    asking = crosscheck(in_memory(), DEVICES, VirtualClock(ASKED_US), key, lambda checked: True)
    samples.remembering(asking, VirtualClock(ASKED_US))
    asking.handle([sighting(1)])
    entries = [entry for window in asking.windows for entry in window.fresh]
    assert entries
    for entry in entries:
        assert b"489AAC02" not in entry.value
        assert "489AAC02" not in entry.name.key
        assert entry.expires_us - ASKED_US <= 72 * 3_600_000_000
    (whereabouts,) = [entry for entry in entries if entry.window == "whereabouts"]
    assert whereabouts.expires_us - ASKED_US == 12 * 3_600_000_000


def repetition(*sightings: Received):
    asking = stage(in_memory())
    return [asking.handle([one]) for one in sightings][-1][0].message.repeated


def test_a_picture_that_came_with_another_event_of_the_plate_is_told():
    found = repetition(sighting(1), sighting(2, 3_600))
    assert found is not None
    assert (found.kind, found.event_id, found.device_id) == ("same", ids.event_id("cam-1", 1), "cam-1")


def test_another_picture_another_plate_or_no_plate_is_no_repetition():
    later = samples.event(2, (b"another picture",), captured_us=NOON_US).media
    assert repetition(sighting(1), sighting(2, 3_600, event={"media": later})) is None
    assert repetition(sighting(1, plate="490AAC02"), sighting(2, 3_600)) is None
    assert repetition(sighting(1, plate=None), sighting(2, 3_600, plate=None)) is None


def test_the_pictures_of_three_days_are_remembered_and_a_recheck_keeps_what_was_found():
    asking = samples.remembering(stage(in_memory()), VirtualClock(ASKED_US))
    asking.handle([sighting(1)])
    (told,) = asking.handle([sighting(2, 3_600)])
    (again,) = asking.handle([received(told.message, RECHECKS)])
    assert again.message.repeated == told.message.repeated
    (pictures, *_) = [entry for window in asking.windows for entry in window.fresh if entry.window == "pictures"]
    assert pictures.expires_us - ASKED_US == 72 * 3_600_000_000


def possessor_of(passage_: PassageObserved, person: str) -> PossessorNamed:
    found = Possessor(person=person, owners_case="c" * 32, part="592(2)", established_us=ASKED_US, proof="D-17")
    return PossessorNamed(passage=passage_, possessor=found)


def test_of_a_possessor_that_person_is_asked_for_as_of_the_passage_and_not_the_owner():
    car, other = of_profile("ordinary"), of_profile("repeat_speed")
    named = possessor_of(passage(car.vehicle.plate), other.liable.number)
    (out,) = stage(in_memory()).handle([received(named, RECHECKS)])
    (answers,) = out.message.rounds
    assert (answers.liable.number, answers.liable.as_of_us) == (other.liable.number, NOON_US)
    assert answers.penalties.prior == other.prior
    assert answers.vehicle.owner == car.owner.number
    assert (out.message.possessor, out.key) == (named.possessor, key(car.vehicle.plate))
    assert out.message.checked_id == ids.checked_id(named.passage.passage_id, 1, named.possessor.case_id)


def test_a_further_round_is_about_the_possessor_too_and_is_none_of_the_owners():
    car, other = of_profile("ordinary"), of_profile("repeat_speed")
    asking, seen = stage(in_memory()), passage(car.vehicle.plate)
    (first,) = asking.handle([received(possessor_of(seen, other.liable.number), RECHECKS)])
    (again,) = asking.handle([received(first.message, RECHECKS)])
    assert [one.liable.number for one in again.message.rounds] == [other.liable.number] * 2
    (owners,) = asking.handle([received(seen)])
    (owners_again,) = asking.handle([received(owners.message, RECHECKS)])
    assert len({out.message.checked_id for out in (first, again, owners, owners_again)}) == 4


def test_a_possessors_case_is_no_sighting():
    car = of_profile("ordinary")
    asking, seen = stage(in_memory()), passage(car.vehicle.plate)
    asking.handle([received(possessor_of(seen, car.owner.number), RECHECKS)])
    far = replace(samples.PLACE, place_id="far", lat_e7=samples.PLACE.lat_e7 + 10_000_000)
    elsewhere = passage(car.vehicle.plate, 2, device_id="cam-2")
    (out,) = asking.handle([received(replace(elsewhere, event=replace(elsewhere.event, place=far)))])
    assert out.message.elsewhere is None
