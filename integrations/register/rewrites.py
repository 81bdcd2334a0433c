"""What a statement of a migration could lose. Pure: a statement and the columns' present types in, a sentence out.

Only what is known to be harmless passes: new tables, columns, indexes and projections, settings, wider types, rows
added. Another ORDER BY, PARTITION BY or engine needs another table, so it shows as the EXCHANGE, RENAME or DROP at the
end of its copy.
"""

import re
from collections.abc import Mapping

HARMLESS = re.compile(
    r"CREATE TABLE IF NOT EXISTS |CREATE (?:MATERIALIZED )?VIEW IF NOT EXISTS |INSERT INTO |SELECT |"
    r"ALTER TABLE \w+ (?:ADD (?:COLUMN|INDEX|PROJECTION|CONSTRAINT) IF NOT EXISTS |"
    r"MATERIALIZE (?:COLUMN|INDEX|PROJECTION) |DROP (?:INDEX|PROJECTION) IF EXISTS |COMMENT COLUMN |MODIFY SETTING )"
)
RETYPED = re.compile(r"ALTER TABLE (\w+) MODIFY COLUMN (?:IF EXISTS )?(\w+) (.+)")
SECOND_CHANGE = re.compile(r", (?:ADD|DROP|MODIFY|CLEAR|RENAME|MATERIALIZE|DELETE|UPDATE|ALTER|REPLACE|MOVE|ATTACH) ")
END_OF_TYPE = re.compile(
    r" (?:CODEC|DEFAULT|MATERIALIZED|ALIAS|EPHEMERAL|TTL|COMMENT|STATISTICS|AFTER|FIRST|SETTINGS)\b"
)
WIDER = {
    "UInt8": ("UInt16", "UInt32", "UInt64", "Int16", "Int32", "Int64"),
    "UInt16": ("UInt32", "UInt64", "Int32", "Int64"),
    "UInt32": ("UInt64", "Int64"),
    "Int8": ("Int16", "Int32", "Int64"),
    "Int16": ("Int32", "Int64"),
    "Int32": ("Int64",),
    "Date": ("Date32",),
}
"""Types that hold every value of another."""


def danger(statement: str, columns: Mapping[tuple[str, str], str]) -> str:
    """What `statement` could lose, for people; "" where nothing. `columns` has a type for each (table, column)."""
    text = " ".join(statement.split())
    if text.startswith("ALTER TABLE ") and SECOND_CHANGE.search(text):
        return "two changes in one statement, which are not judged together"
    if text.startswith("ALTER TABLE ") and "REMOVE TTL" in text:
        return "rows are kept for longer than the law may let them"
    if HARMLESS.match(text):
        return ""
    if retyped := RETYPED.match(text):
        table, column, rest = retyped.groups()
        return _retyped(table, column, columns.get((table, column), ""), END_OF_TYPE.split(rest)[0])
    return f"`{' '.join(text.split()[:5])} …` is not known to be harmless"


def _retyped(table: str, column: str, old: str, new: str) -> str:
    if old and wider(old, new):
        return ""
    return f"{table}.{column} changes from {old or 'a type not known here'} to {new}, which may not hold every value"


def wider(old: str, new: str) -> bool:
    """Whether `new` holds every value of `old`."""
    old, new = _bare(old, "LowCardinality"), _bare(new, "LowCardinality")
    if new.startswith("Nullable("):
        old, new = _bare(old, "Nullable"), _bare(new, "Nullable")
    precise = [re.fullmatch(r"DateTime64\((\d), ('\w+')\)", kind) for kind in (old, new)]
    if precise[0] and precise[1]:
        return int(precise[0][1]) <= int(precise[1][1]) and precise[0][2] == precise[1][2]
    return new == old or new in WIDER.get(old, ()) or (new == "String" and old.startswith("FixedString("))


def _bare(kind: str, wrapper: str) -> str:
    return kind.removeprefix(f"{wrapper}(").removesuffix(")") if kind.startswith(f"{wrapper}(") else kind
