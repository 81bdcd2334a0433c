"""What every page is drawn from: the centre, the desks over its casebook, and whether all this is a demonstration."""

from dataclasses import dataclass

from ingest.clock import Clock
from integrations.casebook.casebook import Casebook
from integrations.casebook.desk import Desk
from integrations.casebook.owner import OwnerDesk
from integrations.centre import RunningCentre
from integrations.masking import Copies
from integrations.pipeline import Centre


@dataclass(frozen=True, slots=True)
class Faces:
    """`demonstration`: accounts are shown at the login, and an owner may simulate a payment. `copies`: what owners see
    of pictures.
    """

    running: RunningCentre
    demonstration: bool
    copies: Copies

    @property
    def centre(self) -> Centre:
        """The stores."""
        return self.running.centre

    @property
    def casebook(self) -> Casebook:
        """What changes."""
        return self.centre.casebook

    @property
    def clock(self) -> Clock:
        """The centre's clock."""
        return self.centre.clock

    @property
    def desk(self) -> Desk:
        """Where officers read and decide."""
        return Desk(self.casebook, self.centre.plate_key, self.clock)

    @property
    def owners(self) -> OwnerDesk:
        """Where owners ask."""
        return OwnerDesk(self.casebook, self.clock)
