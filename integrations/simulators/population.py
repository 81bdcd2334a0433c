"""The population: vehicles, the persons who own them, policies, inspections, penalties; all of it from a seed.

The same seed, size and day give the same population on every machine. Every hundred vehicles hold every profile
(profiles.py), so that any population of a hundred or more has one of each. Nothing in it is taken from life.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Literal

from adjudication.answers import Inspection, Person, Policy, PriorPenalty, SizeClass, Vehicle
from adjudication.calendar import start_of_day_us
from adjudication.plates import LETTERS
from adjudication.regions import REGIONS
from adjudication.units import Micros
from integrations.simulators import names, papers, people
from integrations.simulators.profiles import COMPANIES, OLD, PER_HUNDRED, ProfileName, Standing

REFERENCE_DAY = date(2026, 6, 1)
"""The day a population stands for unless told otherwise; the demo passes its own. Right for a year to either side."""
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"  # ISO 3779: no I, O, Q


@dataclass(frozen=True, slots=True)
class Dossier:
    """All there is to know of one vehicle. `prior` are the penalties of `liable`, who is the holder or else the owner.

    `policies` and `inspections` are oldest first. The answers' `asked_us` and `as_of_us` are the start of the
    population's day.
    """

    profile: ProfileName
    vehicle: Vehicle
    owner: Person
    liable: Person
    registered_us: Micros
    policies: tuple[Policy, ...]
    inspections: tuple[Inspection, ...]
    prior: tuple[PriorPenalty, ...]


class Population:
    """`size` vehicles with their persons, as they stand around the civil day `today`."""

    def __init__(self, seed: int, size: int = 2000, today: date = REFERENCE_DAY) -> None:
        self.today = today
        rng = Random(seed)  # noqa: S311 - repeatable on purpose; nothing here is secret
        growing = _Growing(rng, today)
        self.dossiers = tuple(growing.dossier(profile) for profile in _profiles(rng, size))
        self.vehicles = tuple(dossier.vehicle for dossier in self.dossiers)
        self.by_plate = MappingProxyType({dossier.vehicle.plate: dossier for dossier in self.dossiers})
        self.by_vin = MappingProxyType({dossier.vehicle.vin: dossier for dossier in self.dossiers})
        people_met = [person for dossier in self.dossiers for person in (dossier.owner, dossier.liable)]
        self.by_number = MappingProxyType({person.number: person for person in people_met})
        self.persons = tuple(self.by_number.values())
        self.prior = MappingProxyType({d.liable.number: d.prior for d in self.dossiers if d.prior})

    def select(self, rule: Callable[[Dossier], bool]) -> tuple[Dossier, ...]:
        """All dossiers that satisfy `rule`, in the population's order."""
        return tuple(dossier for dossier in self.dossiers if rule(dossier))

    def pick(self, rule: Callable[[Dossier], bool]) -> Dossier:
        """The first dossier that satisfies `rule`. Raises LookupError if there is none."""
        for dossier in self.dossiers:
            if rule(dossier):
                return dossier
        raise LookupError("no vehicle of this population satisfies the rule; a hundred vehicles hold every profile")


def _profiles(rng: Random, size: int) -> list[ProfileName]:
    """Hundreds, each shuffled by itself, cut to `size`."""
    hundred = [profile for profile, count in PER_HUNDRED.items() for _ in range(count)]
    return [profile for _ in range(-(-size // 100)) for profile in rng.sample(hundred, len(hundred))][:size]


class _Growing:
    """What the generator must remember: which plates, VINs and numbers are taken, and who may own a second car."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng = rng
        self.today = today
        self.asked_us = start_of_day_us(today)
        self.taken: set[str] = set()
        self.ordinary_owners: list[Person] = []
        self.serial = 0

    def dossier(self, profile: ProfileName) -> Dossier:
        owner = self._owner(profile)
        liable = self._new_adult() if profile == "leased" else owner
        vehicle = self._vehicle(profile, owner, liable)
        self.serial += 1
        number = self.serial
        age = max(1, self.today.year - vehicle.manufacture_year)
        return Dossier(
            profile=profile,
            vehicle=vehicle,
            owner=owner,
            liable=liable,
            registered_us=start_of_day_us(self._days_ago(60, 60 + 300 * min(age, 8))),
            policies=papers.policies(self.rng, profile, self.today, number),
            inspections=papers.inspections(self.rng, profile, self.today, vehicle, number),
            prior=papers.prior(self.rng, profile, self.today, number),
        )

    def _days_ago(self, fewest: int, most: int) -> date:
        return self.today - timedelta(days=self.rng.randrange(fewest, most))

    def _once(self, make: Callable[[], str]) -> str:
        text = make()
        while text in self.taken:
            text = make()
        self.taken.add(text)
        return text

    def _unique(self, make: Callable[[], Person]) -> Person:
        person = make()
        while person.number in self.taken:
            person = make()
        self.taken.add(person.number)
        return person

    def _owner(self, profile: ProfileName) -> Person:
        if profile == "leased":
            return self._company("large", "ordinary")
        if profile in COMPANIES:
            return self._company(*COMPANIES[profile])
        if profile == "minor_owner":
            return self._individual(self._days_ago(16 * 365 + 90, 18 * 365 - 90), None)
        if profile == "deceased_owner":
            return self._individual(self._days_ago(40 * 365, 90 * 365), self._days_ago(30, 700))
        if profile == "ordinary" and self.ordinary_owners and self.rng.random() < 0.08:
            return self.rng.choice(self.ordinary_owners)  # some people have two cars
        owner = self._new_adult()
        if profile == "ordinary":
            self.ordinary_owners.append(owner)
        return owner

    def _new_adult(self) -> Person:
        return self._individual(self._days_ago(20 * 365, 75 * 365), None)

    def _individual(self, born_on: date, died_on: date | None) -> Person:
        return self._unique(lambda: people.individual(self.rng, born_on, died_on, self.asked_us))

    def _company(self, size: SizeClass, standing: Standing) -> Person:
        return self._unique(lambda: people.legal_person(self.rng, size, standing, self.today, self.asked_us))

    def _vehicle(self, profile: ProfileName, owner: Person, liable: Person) -> Vehicle:
        category, make, model = _build(self.rng, profile)
        youngest, oldest = (10, 25) if profile in OLD else (1, 18)
        return Vehicle(
            system="vehicles",
            asked_us=self.asked_us,
            as_of_us=self.asked_us,
            plate=self._once(lambda: _plate(self.rng, profile, owner.kind == "legal_person")),
            vin=self._once(lambda: "X" + "".join(self.rng.choice(VIN_LETTERS) for _ in range(16))),
            make=make,
            model=model,
            colour=self.rng.choice(names.COLOURS),
            category=category,
            manufacture_year=self.today.year - self.rng.randrange(youngest, oldest),
            status=_STATUS.get(profile, "registered"),
            registered_with=_REGISTERED_WITH.get(profile, "civil"),
            owner=owner.number,
            holder=liable.number if liable is not owner else None,
            emergency_service=profile == "emergency",
            commercial_use=profile == "passenger_carrier",
            passenger_carrier=profile == "passenger_carrier",
        )


_STATUS: dict[ProfileName, Literal["wanted", "stolen", "scrapped"]] = {
    "wanted": "wanted",
    "stolen": "stolen",
    "scrapped": "scrapped",
}
_REGISTERED_WITH: dict[ProfileName, Literal["military_police", "diplomatic"]] = {
    "military": "military_police",
    "diplomatic": "diplomatic",
}
_BUILDS: dict[ProfileName, tuple[str, str, str]] = {
    "motorcycle": ("L3", "HONDA", "CB 500"),
    "trailer": ("O1", "KREPYSH", "821307"),
    "passenger_carrier": ("M3", "YUTONG", "ZK6108"),
    "emergency": ("M2", "GAZ", "SOBOL"),
    "large_company": ("N3", "KAMAZ", "5490"),
    "medium_company": ("N2", "HYUNDAI", "HD78"),
    "military": ("N2", "URAL", "4320"),
}
"""Category, make and model where they are not those of a private car."""

# Shapes of adjudication/plates.py: d a digit, l a letter, rr a region.
_SHAPES: dict[ProfileName, str] = {
    "motorcycle": "ddllrr",
    "trailer": "ddlllrr",
    "old_plate": "ldddlll",
    "military": "ddddll",
    "diplomatic": "Ddddddd",
}


def _build(rng: Random, profile: ProfileName) -> tuple[str, str, str]:
    return _BUILDS.get(profile) or ("M1", *rng.choice(names.CARS))


def _plate(rng: Random, profile: ProfileName, legal_person: bool) -> str:
    """A plate. It has no K: 123KP02 would be the police's as well."""
    shape = _SHAPES.get(profile, "dddllrr" if legal_person else "dddlllrr")
    draws = {"d": lambda: str(rng.randrange(10)), "l": lambda: rng.choice(LETTERS.replace("K", ""))}
    drawn = "".join(draws[kind]() if kind in draws else kind for kind in shape)
    return drawn.replace("rr", rng.choice(tuple(REGIONS)))
