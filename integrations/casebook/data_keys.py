"""Data keys: one for each case's evidence, wrapped by the master key; erased, never changed."""

import hashlib
import os

import sqlalchemy as sa

from adjudication import ids
from adjudication.errors import Invalid
from adjudication.units import Id, Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import DATA_KEYS, KEY_ERASURES
from integrations.keys import KEY_BYTES, MasterKey


class DataKeys:
    """The first key made for a case is its key for good."""

    def __init__(self, database: Database, master: MasterKey) -> None:
        self._database = database
        self._master = master

    def data_key(self, case_id: Id) -> tuple[Id, bytes]:
        """The case's key id and its 32-byte key, made at the first call.

        Raises:
            Invalid: `key-erased`, the case's evidence was shredded.
        """
        key_id = ids.stable_id("data-key", case_id)
        with self._database.reading() as tx:
            known = tx.execute(sa.select(DATA_KEYS.c.key_id).where(DATA_KEYS.c.key_id == key_id)).first()
        if known is None:
            wrapped = self._master.wrap(os.urandom(KEY_BYTES), key_id)
            with self._database.writing() as tx:
                insert_once(tx, DATA_KEYS, key_id=key_id, case_id=case_id, wrapped=wrapped)
        return key_id, self.open(key_id)

    def open(self, key_id: Id) -> bytes:
        """The 32-byte key of this id.

        Raises:
            Invalid: `key-unknown`, `key-erased`, or the master key's `key-unreadable`.
        """
        with self._database.reading() as tx:
            row = tx.execute(sa.select(DATA_KEYS).where(DATA_KEYS.c.key_id == key_id)).first()
        if row is None:
            raise Invalid("key-unknown", f"no data key {key_id}")
        if row.wrapped is None:
            raise Invalid("key-erased", f"data key {key_id} was erased; its evidence is unreadable for good")
        return self._master.unwrap(row.wrapped, key_id)

    def shred(self, case_id: Id, reason: str, at_us: Micros) -> bool:
        """Erases the case's key and records the proof: which key, when, why, and the digest of what was erased.

        Says whether there was one. `Casebook.flush_deleted` takes it off the disk as well.
        """
        with self._database.writing() as tx:
            row = tx.execute(sa.select(DATA_KEYS).where(DATA_KEYS.c.case_id == case_id)).first()
            if row is None or row.wrapped is None:
                return False
            tx.execute(sa.update(DATA_KEYS).where(DATA_KEYS.c.key_id == row.key_id).values(wrapped=None))
            digest = hashlib.sha256(row.wrapped).hexdigest()
            proof = {"key_id": row.key_id, "case_id": case_id, "wrapped_sha256": digest, "reason": reason}
            tx.execute(sa.insert(KEY_ERASURES).values(at_us=at_us, **proof))
        return True
