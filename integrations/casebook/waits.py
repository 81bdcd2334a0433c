"""Cases that wait for somebody else: registers to be asked again, and bodies a case is referred to."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from adjudication import codec
from adjudication.messages import PassageChecked
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import REFERRALS, WAITS


@dataclass(frozen=True, slots=True)
class Wait:
    """The passage to ask about again, and the headers that travel with it."""

    checked: PassageChecked
    headers: Mapping[str, str]


class Waits:
    """The passage of each waiting case, as it was last answered: frames expire, this does not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, case_id: Id, checked: PassageChecked, headers: Mapping[str, str], at_us: Micros) -> None:
        """Keeps, or replaces, what the case waits with."""
        values = {"checked": codec.encode(checked), "headers": msgspec.json.encode(dict(headers)).decode()}
        with self._database.writing() as tx:
            if not insert_once(tx, WAITS, case_id=case_id, since_us=at_us, **values):
                tx.execute(sa.update(WAITS).where(WAITS.c.case_id == case_id).values(**values))

    def find(self, case_id: Id) -> Wait | None:
        """What the case waits with; None if it waits no longer."""
        with self._database.reading() as tx:
            row = tx.execute(sa.select(WAITS).where(WAITS.c.case_id == case_id)).first()
        if row is None:
            return None
        return Wait(codec.decode(row.checked, PassageChecked), msgspec.json.decode(row.headers, type=dict[str, str]))

    def remove(self, case_id: Id) -> None:
        """The case waits no longer; one that did not is no error."""
        with self._database.writing() as tx:
            tx.execute(sa.delete(WAITS).where(WAITS.c.case_id == case_id))

    def count(self) -> int:
        """How many cases wait."""
        with self._database.reading() as tx:
            return int(tx.execute(sa.select(sa.func.count()).select_from(WAITS)).scalar_one())


@dataclass(frozen=True, slots=True)
class Referral:
    """A case for another body. `handed_over_us` is None until it took the case."""

    case_id: Id
    reason: str
    since_us: Micros
    handed_over_us: Micros | None


class Referrals:
    """What goes to a court, the military police, transport control, or abroad."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, case_id: Id, reason: str, at_us: Micros) -> None:
        """Enters a referral once."""
        with self._database.writing() as tx:
            insert_once(tx, REFERRALS, case_id=case_id, reason=reason, since_us=at_us)

    def hand_over(self, case_id: Id, at_us: Micros) -> bool:
        """The other body took the case; says whether it was open."""
        mine = sa.update(REFERRALS).where(REFERRALS.c.case_id == case_id, REFERRALS.c.handed_over_us.is_(None))
        with self._database.writing() as tx:
            return bool(tx.execute(mine.values(handed_over_us=at_us)).rowcount)

    def open(self, limit: int = 50, offset: int = 0) -> tuple[Referral, ...]:
        """Referrals not handed over, oldest first."""
        query = sa.select(REFERRALS).where(REFERRALS.c.handed_over_us.is_(None)).order_by(REFERRALS.c.since_us)
        with self._database.reading() as tx:
            return tuple(
                Referral(row.case_id, row.reason, row.since_us, row.handed_over_us)
                for row in tx.execute(query.limit(limit).offset(offset))
            )

    def count(self) -> int:
        """How many referrals are not handed over."""
        mine = sa.select(sa.func.count()).select_from(REFERRALS).where(REFERRALS.c.handed_over_us.is_(None))
        with self._database.reading() as tx:
            return int(tx.execute(mine).scalar_one())
