"""Which acts punish a repetition of which earlier case. Source: brief §15.3 rule 7."""

import sqlalchemy as sa

from adjudication.units import Id
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import REPETITIONS


class Repetitions:
    """A line for each earlier case that an act rests on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, case_id: Id, earlier: tuple[str, ...]) -> None:
        """The act of `case_id` punishes the repetition of these; said twice is said once."""
        if earlier:
            with self._database.writing() as tx:
                for earlier_id in earlier:
                    insert_once(tx, REPETITIONS, earlier_id=earlier_id, case_id=case_id)

    def of(self, earlier_id: str) -> tuple[Id, ...]:
        """The cases whose acts punish a repetition of this one."""
        asked = sa.select(REPETITIONS.c.case_id).where(REPETITIONS.c.earlier_id == earlier_id)
        with self._database.reading() as tx:
            return tuple(tx.execute(asked.order_by(REPETITIONS.c.case_id)).scalars())
