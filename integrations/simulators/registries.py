"""The registers' answers over a population: the port without a wire, and what the simulated servers say."""

from msgspec.structs import replace

from adjudication.answers import (
    Answer,
    InspectionAnswer,
    Insurance,
    InsuranceAnswer,
    NoRecord,
    Penalties,
    PenaltiesAnswer,
    PersonAnswer,
    PersonNumber,
    PriorPenalty,
    System,
    VehicleAnswer,
)
from adjudication.calendar import civil_day
from adjudication.units import Micros
from ingest.clock import Clock
from integrations.simulators.population import Population

POLICIES_TOLD = 2
"""The contract begun last and the one before it: a register tells no life stories."""


class PopulationRegistries:
    """`Registries` over a population in memory; always answers."""

    def __init__(self, population: Population, clock: Clock) -> None:
        self._population = population
        self._clock = clock

    def vehicle(self, plate: str, as_of_us: Micros) -> VehicleAnswer:
        """As in the port; none before its registration."""
        dossier = self._population.by_plate.get(plate)
        if dossier is None or as_of_us < dossier.registered_us:
            return self._none("vehicles", as_of_us)
        return replace(dossier.vehicle, asked_us=self._clock(), as_of_us=as_of_us)

    def person(self, number: PersonNumber, as_of_us: Micros) -> PersonAnswer:
        """As in the port. A later death is not known yet."""
        person = self._population.by_number.get(number)
        if person is None:
            return self._none("persons", as_of_us)
        dead = person.died_on is not None and person.died_on <= civil_day(as_of_us)
        died_on = person.died_on if dead else None
        return replace(person, asked_us=self._clock(), as_of_us=as_of_us, died_on=died_on)

    def insurance(self, vin: str, person: PersonNumber, as_of_us: Micros) -> InsuranceAnswer:
        """As in the port; contracts that begin later are not told."""
        dossier = self._population.by_vin.get(vin)
        if dossier is None or dossier.liable.number != person:
            return self._none("insurance", as_of_us)
        begun = tuple(policy for policy in dossier.policies if policy.valid_from_us <= as_of_us)
        if not begun:
            return self._none("insurance", as_of_us)
        return Insurance(system="insurance", asked_us=self._clock(), as_of_us=as_of_us, policies=begun[-POLICIES_TOLD:])

    def inspection(self, vin: str, as_of_us: Micros) -> InspectionAnswer:
        """As in the port."""
        dossier = self._population.by_vin.get(vin)
        passed = [] if dossier is None else [i for i in dossier.inspections if i.passed_on <= civil_day(as_of_us)]
        if not passed:
            return self._none("inspection", as_of_us)
        return replace(passed[-1], asked_us=self._clock(), as_of_us=as_of_us)

    def penalties(self, person: PersonNumber, as_of_us: Micros) -> PenaltiesAnswer:
        """As in the port."""
        day = civil_day(as_of_us)
        in_force = [penalty for penalty in self._population.prior.get(person, ()) if penalty.in_force_on <= day]
        if not in_force:
            return self._none("penalties", as_of_us)
        prior = tuple(_as_known(penalty, as_of_us) for penalty in in_force)
        return Penalties(system="penalties", asked_us=self._clock(), as_of_us=as_of_us, prior=prior)

    def unchanged_since(self, answer: Answer) -> Micros | None:
        """Since when a vehicle's record has stood; the other registers do not say."""
        plate = getattr(answer, "plate", None)
        dossier = self._population.by_plate.get(plate) if plate is not None else None
        return None if dossier is None else dossier.registered_us

    def _none(self, system: System, as_of_us: Micros) -> NoRecord:
        return NoRecord(system=system, asked_us=self._clock(), as_of_us=as_of_us)


def _as_known(penalty: PriorPenalty, as_of_us: Micros) -> PriorPenalty:
    """The penalty as it stood then: what was executed later had not been."""
    if penalty.executed_on is not None and penalty.executed_on > civil_day(as_of_us):
        return replace(penalty, executed_on=None)
    return penalty
