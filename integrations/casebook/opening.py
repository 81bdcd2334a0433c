"""Where this deployment's casebook is, opened for work or only looked at."""

from pathlib import Path

import sqlalchemy as sa

from integrations.casebook import engines, schema
from integrations.casebook.casebook import Casebook
from integrations.casebook.database import Database
from integrations.casebook.failures import translated
from integrations.config import Settings
from integrations.keys import MasterKey


def open_casebook(settings: Settings, master: MasterKey, *, migrates: bool) -> Casebook:
    """The casebook of these settings. The embedded centre migrates by itself; a role of a cluster must not.

    Raises:
        Unavailable, Invalid: as `Casebook`.
    """
    return Casebook(url(settings), master, password_file=_password_file(settings), migrates=migrates)


def url(settings: Settings) -> str:
    """The server's where one is set, else the file in the data folder."""
    return settings.casebook_url or f"sqlite:///{settings.data / 'casebook.db'}"


def version(settings: Settings) -> schema.Version:
    """What stands there and what is missing; changes nothing.

    Raises:
        Unavailable: the server does not answer.
        Invalid: `casebook-url`, `casebook-password`.
    """
    address = engines.address(url(settings), _password_file(settings))
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        address = sa.URL.create("sqlite")  # looking must not make the file
    engine = sa.create_engine(address)
    try:
        with translated(), engine.connect() as view:
            return schema.version(view)
    finally:
        engine.dispose()


def migration_sql(settings: Settings) -> str:
    """The missing steps as SQL, empty where nothing is missing; changes nothing. Raises as `version`."""
    found = version(settings)
    if not found.missing:
        return ""
    return schema.sql(engines.address(url(settings)).get_backend_name(), found.stands)


def migrate(settings: Settings) -> schema.Version:
    """Takes the missing steps; returns what stood before. Raises as `Casebook`."""
    before = version(settings)
    Database(url(settings), _password_file(settings), migrates=True).close()
    return before


def _password_file(settings: Settings) -> Path | None:
    return Path(settings.casebook_password_file) if settings.casebook_password_file else None
