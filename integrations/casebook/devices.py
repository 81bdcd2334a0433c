"""Enrolled devices, kept in the casebook: the SQL adapter of `ingest.devices.DeviceRegister`."""

from collections.abc import Callable

import sqlalchemy as sa

from adjudication import codec
from ingest.devices import EnrolledDevice, already_enrolled, not_enrolled
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import DEVICES


class Devices:
    """See `ingest.devices.DeviceRegister`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, device_id: str) -> EnrolledDevice | None:
        """See DeviceRegister."""
        query = sa.select(DEVICES.c.device).where(DEVICES.c.device_id == device_id)
        with self._database.reading() as tx:
            found = tx.execute(self._database.locked(query)).scalar()
        return None if found is None else codec.decode(found, EnrolledDevice)

    def every(self) -> tuple[EnrolledDevice, ...]:
        """See DeviceRegister."""
        with self._database.reading() as tx:
            rows = tx.execute(sa.select(DEVICES.c.device).order_by(DEVICES.c.device_id)).scalars()
            return tuple(codec.decode(row, EnrolledDevice) for row in rows)

    def enrol(self, device: EnrolledDevice) -> None:
        """See DeviceRegister."""
        with self._database.writing() as tx:
            if not insert_once(tx, DEVICES, device_id=device.device_id, device=codec.encode(device)):
                raise already_enrolled(device.device_id)

    def change(self, device_id: str, edit: Callable[[EnrolledDevice], EnrolledDevice]) -> EnrolledDevice:
        """See DeviceRegister."""
        with self._database.writing() as tx:
            current = self.find(device_id)
            if current is None:
                raise not_enrolled(device_id)
            changed = edit(current)
            tx.execute(sa.update(DEVICES).where(DEVICES.c.device_id == device_id).values(device=codec.encode(changed)))
            return changed
