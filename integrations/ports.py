"""Ports to other people's systems: what the centre asks, whoever answers.

A port is a protocol with a prose contract; the contract's tests are `tests/contracts/test_registries_contract.py`.
"""

from typing import Protocol

from adjudication.answers import (
    InspectionAnswer,
    InsuranceAnswer,
    PenaltiesAnswer,
    PersonAnswer,
    PersonNumber,
    VehicleAnswer,
)
from adjudication.units import Micros


class Registries(Protocol):
    """The registers the law looks into.

    Every question names the instant it is about, and the answer speaks of that instant and no other (brief §15.3 rule
    8). Every answer is a value:

    - the record, only if the register gave it whole and for the question asked;
    - `NoRecord`, only if the register said in so many words that it has none;
    - `Unanswered`, for everything else: no connection, silence past the deadline, an error, an answer that is cut off,
      malformed, incomplete or about something else.

    No method raises because of a register, and none blocks longer than its deadline: a dead register must never pause
    the road. `asked_us` is when the register was really asked, also where the answer comes from a cache. Methods may be
    called from several threads at once.
    """

    def vehicle(self, plate: str, as_of_us: Micros) -> VehicleAnswer:
        """The vehicle that bore `plate` (normalised) at that instant, with its owner and holder."""
        ...

    def person(self, number: PersonNumber, as_of_us: Micros) -> PersonAnswer:
        """The natural or legal person with this IIN or BIN."""
        ...

    def insurance(self, vin: str, person: PersonNumber, as_of_us: Micros) -> InsuranceAnswer:
        """Compulsory insurance contracts of `person` for the vehicle that touch that instant or end before it."""
        ...

    def inspection(self, vin: str, as_of_us: Micros) -> InspectionAnswer:
        """The last technical inspection of the vehicle known at that instant."""
        ...

    def penalties(self, person: PersonNumber, as_of_us: Micros) -> PenaltiesAnswer:
        """The person's earlier penalties in force at that instant."""
        ...
