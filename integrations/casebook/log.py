"""The log of acts, stored: nodes of the Merkle tree and signed checkpoints. The hashing is `adjudication.ledger`."""

import sqlalchemy as sa

from adjudication import ledger
from adjudication.errors import Invalid
from adjudication.units import Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import CHECKPOINTS, LOG_NODES


class Log:
    """Grows inside the transaction that forms the act, so its order is the order of acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, leaf: bytes) -> int:
        """Adds one leaf hash; returns its index."""
        with self._database.writing() as tx:
            frontier = self.frontier()
            _, nodes = frontier.append(leaf)
            rows = [{"level": node.level, "place": node.index, "hash": node.hash} for node in nodes]
            tx.execute(sa.insert(LOG_NODES), rows)
            return frontier.size

    def size(self) -> int:
        """How many leaves there are."""
        with self._database.reading() as tx:
            last = tx.execute(sa.select(sa.func.max(LOG_NODES.c.place)).where(LOG_NODES.c.level == 0)).scalar()
        return 0 if last is None else int(last) + 1

    def frontier(self) -> ledger.Frontier:
        """The maximal perfect subtrees, from the nodes stored."""
        size, start, peaks = self.size(), 0, []
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                peaks.append(self.node(level, start >> level))
                start += 1 << level
        return ledger.Frontier(size, tuple(peaks))

    def node(self, level: int, index: int) -> bytes:
        """A stored node, as `ledger.inclusion_proof` and `ledger.consistency_proof` ask for it. Raises KeyError."""
        query = sa.select(LOG_NODES.c.hash).where(LOG_NODES.c.level == level, LOG_NODES.c.place == index)
        with self._database.reading() as tx:
            found = tx.execute(query).scalar()
        if found is None:
            raise KeyError((level, index))
        return bytes(found)

    def put_checkpoint(self, size: int, signed: bytes, at_us: Micros) -> None:
        """Keeps a signed checkpoint; the first of a size stands."""
        with self._database.writing() as tx:
            insert_once(tx, CHECKPOINTS, size=size, signed=signed, made_us=at_us)

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint.

        Raises:
            Invalid: `log-empty`, nothing was ever logged.
        """
        with self._database.reading() as tx:
            newest = sa.select(CHECKPOINTS.c.signed).order_by(CHECKPOINTS.c.size.desc()).limit(1)
            signed = tx.execute(newest).scalar()
        if signed is None:
            raise Invalid("log-empty", "no act has been logged yet")
        return bytes(signed)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that leaf `index` is in the tree of the first `size` leaves. Raises ValueError if it is not."""
        with self._database.reading():
            return ledger.inclusion_proof(self.node, index, size)
