"""The log of acts, stored: nodes of the Merkle tree and signed checkpoints. The hashing is `adjudication.ledger`."""

from collections.abc import Sequence

import sqlalchemy as sa

from adjudication import ledger
from adjudication.errors import Invalid
from adjudication.units import Micros
from integrations.casebook.database import Database, insert_once
from integrations.casebook.tables import CHECKPOINTS, LOG_FRONTIER, LOG_NODES

_FRONTIER = sa.select(LOG_FRONTIER)
_KEEP_FRONTIER = sa.update(LOG_FRONTIER)
_KEEP_NODE = sa.insert(LOG_NODES)
THE_LOG = 1
"""A casebook keeps one log."""


class Log:
    """Grows inside the transaction that forms the act, so its order is the order of acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, leaf: bytes) -> int:
        """Adds one leaf hash; returns its index."""
        return self.append_all([leaf])

    def append_all(self, leaves: Sequence[bytes]) -> int:
        """Adds leaf hashes in their order; returns the first one's index. Nobody else appends until the end."""
        with self._database.writing() as tx:
            if tx.execute(self._database.locked(_FRONTIER)).first() is None:
                insert_once(tx, LOG_FRONTIER, log=THE_LOG, size=0, peaks=b"")  # whoever comes second waits here
            before = after = self.frontier()
            nodes: list[ledger.Node] = []
            for leaf in leaves:
                after, completed = after.append(leaf)
                nodes += completed
            if nodes:
                rows = [{"level": node.level, "place": node.index, "hash": node.hash} for node in nodes]
                tx.execute(_KEEP_NODE, rows)
                tx.execute(_KEEP_FRONTIER, {"size": after.size, "peaks": b"".join(after.peaks)})
            return before.size

    def size(self) -> int:
        """How many leaves there are."""
        return self.frontier().size

    def frontier(self) -> ledger.Frontier:
        """The maximal perfect subtrees; inside a transaction nobody else appends until its end."""
        with self._database.reading() as tx:
            row = tx.execute(self._database.locked(_FRONTIER)).first()
        if row is None:
            return ledger.Frontier()
        width = ledger.HASH_BYTES
        return ledger.Frontier(row.size, tuple(row.peaks[at : at + width] for at in range(0, len(row.peaks), width)))

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

    def signed_size(self) -> int:
        """How many leaves the newest signed checkpoint covers."""
        with self._database.reading() as tx:
            return int(tx.execute(sa.select(sa.func.max(CHECKPOINTS.c.size))).scalar() or 0)

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
