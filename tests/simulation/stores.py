"""Stores in memory that keep what matters of the real ones: write-once evidence, and ClickHouse's two ways to forget.

`tests/simulation/test_stores.py` holds the register against the engine itself.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date

from adjudication.errors import Invalid
from adjudication.units import Sha256
from integrations.register.rows import Rows

Row = Mapping[str, object]

TOKENS = 1000
"""`non_replicated_deduplication_window` of every table."""
SORT_KEYS: dict[str, tuple[str, ...]] = {
    "decisions": ("case_id", "id"),
    "acts": ("case_id", "id"),
    "reviews": ("case_id", "id"),
    "case_events": ("case_id", "id"),
    "outcomes": ("hour", "device_id", "id"),
}
"""ORDER BY of each table; of another, all its columns but the version."""
PARTITIONS: dict[str, Callable[[Row], object]] = {
    "decisions": lambda row: f"{row['captured_at']:%Y%m}",
    "acts": lambda row: f"{row['offence_at']:%Y%m}",
    "reviews": lambda row: f"{row['reviewed_at']:%Y%m}",
    "case_events": lambda row: f"{row['happened_at']:%Y%m}",
    "outcomes": lambda row: f"{row['hour']:%Y%m%d}",
}
"""PARTITION BY of each table: a token counts in each partition by itself."""


def as_dicts(rows: Rows) -> list[Row]:
    """Rows by column name, whatever shape they travel in."""
    return [dict(zip(rows.columns, values, strict=True)) for values in rows.values]


class MemoryRegister:
    """Inserts as ClickHouse takes them: a token seen in a partition drops its rows, the highest version of a key stays.

    Source: ClickHouse, MergeTree settings, `non_replicated_deduplication_window`; ReplacingMergeTree(ver), FINAL.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {}
        self._tokens: dict[str, OrderedDict[tuple[object, str], None]] = {}

    def insert(self, rows: Rows, token: str) -> None:
        """See `integrations.register.store.Register`."""
        table, tokens = rows.table, self._tokens.setdefault(rows.table, OrderedDict())
        parts: dict[object, list[Row]] = {}
        for row in as_dicts(rows):
            parts.setdefault(PARTITIONS.get(table, lambda _: "")(row), []).append(row)
        for partition, block in parts.items():
            if (partition, token) in tokens:
                continue
            tokens[partition, token] = None
            self.rows.setdefault(table, []).extend(block)
        while len(tokens) > TOKENS:
            tokens.popitem(last=False)

    def final(self, table: str) -> dict[tuple[object, ...], Row]:
        """The table as FINAL shows it, by sort key."""
        final: dict[tuple[object, ...], Row] = {}
        for row in self.rows.get(table, ()):
            key = tuple(row[name] for name in SORT_KEYS.get(table, tuple(n for n in row if n != "version")))
            if key not in final or self.replaces(row, final[key]):
                final[key] = row
        return final

    @staticmethod
    def replaces(new: Row, old: Row) -> bool:
        """Whether a row that came later takes the place of one with the same sort key: of equal versions, the last."""
        return int(str(new["version"])) >= int(str(old["version"]))

    def close(self) -> None:
        """Nothing is open."""


class MemoryEvidence:
    """See `ingest.evidence.EvidenceStore`."""

    def __init__(self) -> None:
        self.objects: dict[Sha256, bytes] = {}
        self.locked: dict[Sha256, date] = {}
        self.held: set[Sha256] = set()

    def put(self, ciphertext: bytes) -> Sha256:
        """See EvidenceStore."""
        address = hashlib.sha256(ciphertext).hexdigest()
        self.objects.setdefault(address, ciphertext)
        return address

    def get(self, address: Sha256) -> bytes:
        """See EvidenceStore."""
        if address not in self.objects:
            raise Invalid("evidence-missing", f"nothing is stored at {address}")
        return self.objects[address]

    def delete(self, address: Sha256) -> None:
        """See EvidenceStore."""
        if address in self.locked or address in self.held:
            raise Invalid("evidence-locked", f"the object at {address} must stay")
        self.objects.pop(address, None)

    def lock(self, address: Sha256, until_on: date) -> None:
        """Keep it to the end of that civil day; never shortened."""
        self.get(address)
        self.locked[address] = max(until_on, self.locked.get(address, until_on))

    def hold(self, address: Sha256, *, on: bool) -> None:
        """Keep it without a date, or end that."""
        self.get(address)
        if on:
            self.held.add(address)
        else:
            self.held.discard(address)
