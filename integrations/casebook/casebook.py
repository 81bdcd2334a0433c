"""The casebook: everything that changes, in one database, by noun."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, TypeVar

from integrations.casebook.acts import Acts
from integrations.casebook.attempts import Attempts
from integrations.casebook.cases import Cases
from integrations.casebook.controls import ControlFindings
from integrations.casebook.data_keys import DataKeys
from integrations.casebook.database import Database
from integrations.casebook.deadlines import Deadlines
from integrations.casebook.devices import Devices
from integrations.casebook.evidence import Evidence
from integrations.casebook.log import Log
from integrations.casebook.outbox import Outbox
from integrations.casebook.payments import Payments
from integrations.casebook.repetitions import Repetitions
from integrations.casebook.reviews import Audit, Reviews
from integrations.casebook.users import Users
from integrations.casebook.waits import Referrals, Waits
from integrations.keys import MasterKey

T = TypeVar("T")


class Casebook:
    """Opened once per process, used from any thread. Each noun is an attribute; `transaction` makes several one."""

    opens: ClassVar[type[Database]] = Database
    """What opens the database: a kind of it that fails on purpose shows what the road makes of that."""

    def __init__(
        self, url: str, master: MasterKey, *, password_file: Path | None = None, migrates: bool = True
    ) -> None:
        """Opens the database at a SQLAlchemy `url` (`sqlite:///var/casebook.db`, `postgresql+psycopg://user@host/name`).

        `migrates`: the schema is brought up to date; else (a role of a cluster) another one's is refused.

        Raises:
            Unavailable: another process has this SQLite file open, or the server does not answer.
            Invalid: `casebook-url`, `casebook-password`, `casebook-schema`, `casebook-not-durable`.
        """
        self._database = self.opens(url, password_file, migrates)
        self.cases = Cases(self._database)
        self.acts = Acts(self._database, master.derive("token of an act's QR code"))
        self.log = Log(self._database)
        self.controls = ControlFindings(self._database)
        self.outbox = Outbox(self._database)
        self.deadlines = Deadlines(self._database)
        self.reviews = Reviews(self._database)
        self.audit = Audit(self._database)
        self.waits = Waits(self._database)
        self.referrals = Referrals(self._database)
        self.repetitions = Repetitions(self._database)
        self.payments = Payments(self._database)
        self.evidence = Evidence(self._database)
        self.keys = DataKeys(self._database, master)
        self.attempts = Attempts(self._database)
        self.users = Users(self._database, self.attempts)
        self.devices = Devices(self._database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that this thread writes inside becomes true together, or not at all if an exception leaves it.

        Raises:
            Unavailable: nothing was done.
        """
        with self._database.writing():
            yield

    def together(self, work: Callable[[], T]) -> T:
        """What `work` returns, as one transaction; begun again, so called again, where another process came in between.

        Raises:
            Unavailable: nothing was done.
        """
        return self._database.together(work)

    @contextmanager
    def view(self) -> Iterator[None]:
        """All that this thread reads inside is of one instant."""
        with self._database.reading():
            yield

    def flush_deleted(self) -> None:
        """Takes what was deleted off the disk (see `Database.flush_deleted`); outside any transaction."""
        self._database.flush_deleted()

    def close(self) -> None:
        """Closes it; another process may open it then."""
        self._database.close()
