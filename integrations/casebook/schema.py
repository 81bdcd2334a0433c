"""The schema's version: brought up to date by alembic's migrations, or checked and refused.

The migrations are `../schema/casebook/versions`, numbered, in one line. Files made before there were any are taken over
by the first, which makes only what is missing.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from adjudication.errors import Invalid

MIGRATIONS = Path(__file__).parents[1] / "schema" / "casebook"
TURN = 0x7461_7261_7A79_0000
"""PostgreSQL's advisory lock of whoever migrates ("tarazy" in ASCII): the others wait and find it done."""


@dataclass(frozen=True, slots=True)
class Version:
    """What stands in the database (None: nothing of ours), what this release needs, and the steps between, in order.

    `is_newer`: the database has a version that this release does not know.
    """

    stands: str | None
    needed: str
    missing: tuple[str, ...]
    is_newer: bool


def version(tx: sa.Connection) -> Version:
    """Compares the database with this release."""
    stands = MigrationContext.configure(tx).get_current_revision()
    scripts = ScriptDirectory.from_config(_config())
    line = [script.revision for script in scripts.walk_revisions()][::-1]
    is_newer = stands is not None and stands not in line
    missing = [] if is_newer else line[line.index(stands) + 1 :] if stands else line
    return Version(stands, line[-1], tuple(missing), is_newer)


def migrate(tx: sa.Connection) -> Version:
    """Takes the missing steps inside the transaction; returns what stood before.

    Raises:
        Invalid: `casebook-schema`, the database is of a newer release.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
    before = version(tx)
    if before.is_newer:
        raise _unfit(before)
    if before.missing:
        command.upgrade(_config(tx), "head")
    return before


def check(tx: sa.Connection) -> None:
    """Refuses a schema of another release, and a server that may lose what it acknowledged.

    Raises:
        Invalid: `casebook-schema`, `casebook-not-durable`.
    """
    found = version(tx)
    if found.missing or found.is_newer:
        raise _unfit(found)
    if tx.dialect.name == "postgresql":
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            if tx.execute(sa.text("SELECT current_setting(:name)"), {"name": setting}).scalar() == "off":
                raise Invalid("casebook-not-durable", f"the server has {setting} switched off: an act could be lost")


def sql(dialect: str, since: str | None = None) -> str:
    """The steps after `since` as SQL for a person to read or to run; nothing is opened."""
    written = io.StringIO()
    config = _config()
    config.output_buffer = written
    config.set_main_option("dialect", dialect)
    command.upgrade(config, f"{since or 'base'}:head", sql=True)
    return written.getvalue()


def _config(tx: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if tx is not None:
        config.attributes["connection"] = tx
    return config


def _unfit(found: Version) -> Invalid:
    stands = found.stands or "no version"
    if found.is_newer:
        hint = "it is of a newer release; run that one"
    else:
        hint = "run `tarazy casebook migrate` before this release starts"
    return Invalid("casebook-schema", f"the casebook has schema {stands}, this release needs {found.needed}: {hint}")
