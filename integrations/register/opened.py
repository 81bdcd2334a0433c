"""Which register a setting means: chDB in the data folder, or a ClickHouse."""

from pathlib import Path

from integrations.config import Settings
from integrations.register import store
from integrations.register.store import Address, Register


def open_register(settings: Settings) -> Register:
    """chDB in the data folder, or the ClickHouse that the settings name. Raises Unavailable or Invalid."""
    address = register_address(settings)
    return store.cluster(address) if address else store.embedded(settings.data / "register")


def register_address(settings: Settings) -> Address | None:
    """The ClickHouse that the settings name, if they name one."""
    if not settings.register_url:
        return None
    return Address(
        url=settings.register_url,
        user=settings.register_user,
        password_file=Path(settings.register_password_file) if settings.register_password_file else None,
        ca_file=Path(settings.register_ca_file) if settings.register_ca_file else None,
        database=settings.register_database,
        cluster=settings.register_cluster,
    )
