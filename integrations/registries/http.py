"""The five registers behind the port, each at its own address."""

from collections.abc import Mapping
from dataclasses import replace

from adjudication.answers import (
    Inspection,
    InspectionAnswer,
    Insurance,
    InsuranceAnswer,
    Penalties,
    PenaltiesAnswer,
    Person,
    PersonAnswer,
    PersonNumber,
    System,
    Vehicle,
    VehicleAnswer,
)
from adjudication.units import Micros
from ingest.clock import Clock
from integrations.outside import Outside
from integrations.registries import wire
from integrations.registries.register import A, Health, HttpRegister, Manners

SYSTEMS: tuple[System, ...] = ("vehicles", "persons", "insurance", "inspection", "penalties")

MAX_AGE_S: Mapping[System, float] = {
    "vehicles": 600.0,  # a register corrects ownership backwards within days, not within ten minutes
    "persons": 600.0,
    "insurance": 0.0,  # a finding rests on it, and it must be asked twice in earnest (brief §15.2)
    "inspection": 0.0,  # likewise
    "penalties": 0.0,  # the centre itself adds to it all the time
}


def registry_urls(base: str) -> dict[System, str]:
    """The addresses of five registers served by one gateway at `base`."""
    return {system: f"{base.rstrip('/')}/registries/{system}" for system in SYSTEMS}


class HttpRegistries:
    """`Registries` over HTTP. Close it when done."""

    def __init__(self, urls: Mapping[System, str], clock: Clock, manners: Manners | None = None) -> None:
        """`urls` names each of the five systems. Raises ValueError for an address in clear text to another machine."""
        self._outside = Outside()

        def register(system: System, kind: type[A]) -> HttpRegister[A]:
            manner = replace(manners or Manners(), max_age_s=MAX_AGE_S[system])
            return HttpRegister(self._outside, urls[system], system, kind, clock=clock, manners=manner)

        self._vehicles = register("vehicles", Vehicle)
        self._persons = register("persons", Person)
        self._insurance = register("insurance", Insurance)
        self._inspection = register("inspection", Inspection)
        self._penalties = register("penalties", Penalties)

    def vehicle(self, plate: str, as_of_us: Micros) -> VehicleAnswer:
        """As in the port."""
        return self._vehicles.ask(plate, wire.VehicleQuestion(plate=plate, as_of_us=as_of_us))

    def person(self, number: PersonNumber, as_of_us: Micros) -> PersonAnswer:
        """As in the port."""
        return self._persons.ask(number, wire.PersonQuestion(number=number, as_of_us=as_of_us))

    def insurance(self, vin: str, person: PersonNumber, as_of_us: Micros) -> InsuranceAnswer:
        """As in the port."""
        question = wire.InsuranceQuestion(vin=vin, person=person, as_of_us=as_of_us)
        return self._insurance.ask((vin, person), question)

    def inspection(self, vin: str, as_of_us: Micros) -> InspectionAnswer:
        """As in the port."""
        return self._inspection.ask(vin, wire.InspectionQuestion(vin=vin, as_of_us=as_of_us))

    def penalties(self, person: PersonNumber, as_of_us: Micros) -> PenaltiesAnswer:
        """As in the port."""
        return self._penalties.ask(person, wire.PenaltiesQuestion(person=person, as_of_us=as_of_us))

    def health(self) -> tuple[Health, ...]:
        """How each register has been answering since start, in the order of `SYSTEMS`."""
        registers = (self._vehicles, self._persons, self._insurance, self._inspection, self._penalties)
        return tuple(register.health() for register in registers)

    def close(self) -> None:
        """Give back the connections."""
        self._outside.close()
