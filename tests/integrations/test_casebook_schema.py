"""The casebook's schema: made by migrations alone, the same on both back ends, and checked at every start."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from typer.testing import CliRunner

from adjudication.errors import Invalid
from dashboards.cli.casebook import app
from integrations.casebook import Casebook, engines, schema
from integrations.casebook.tables import GROWS_ONLY, METADATA
from integrations.config import Settings
from tests.casebooks import MASTER, Place, in_file

RUNNER = CliRunner()

SHAPE = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'alembic_version'
UNION ALL SELECT 'index', tablename, indexname, replace(indexdef, current_schema() || '.', '')
FROM pg_indexes WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text <> 'alembic_version'
ORDER BY 1, 2, 3, 4
"""


def engine_of(place: Place) -> sa.Engine:
    return sa.create_engine(engines.address(place.url, place.password_file))


def set_version(place: Place, version: str) -> None:
    connection = place.look()
    connection.execute(f"UPDATE alembic_version SET version_num = '{version}'")
    connection.close()


def test_the_migrations_make_what_statements_are_made_of(place: Place) -> None:
    place.open().close()
    engine = engine_of(place)
    with engine.connect() as view:
        assert compare_metadata(MigrationContext.configure(view, opts={"compare_type": True}), METADATA) == []
    engine.dispose()


def shape_of_file(connection: Any) -> set[tuple[str, str]]:
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
    )
    return {(name, "".join(sorted(" ".join(sql.replace("IF NOT EXISTS ", "").split())))) for name, sql in rows}


def test_in_a_file_keys_conditions_and_orders_are_equal_too(tmp_path: Path) -> None:
    in_file(tmp_path).open().close()
    direct = sa.create_engine("sqlite://")
    with direct.begin() as tx:
        METADATA.create_all(tx)
        expected = shape_of_file(tx.connection.cursor())
    found = shape_of_file(sqlite3.connect(tmp_path / "casebook.db"))
    assert {name for name, _ in found} - {"alembic_version"} == {name for name, _ in expected}
    assert expected <= found


@pytest.mark.cluster
def test_on_a_server_keys_defaults_and_conditions_are_equal_too(server_place: Place) -> None:
    server_place.open().close()
    engine = engine_of(server_place)
    with engine.begin() as tx:
        migrated = tx.execute(sa.text(SHAPE)).all()
        tx.execute(sa.text("CREATE SCHEMA direct"))
        tx.execute(sa.text("SET search_path TO direct"))
        METADATA.create_all(tx)
        direct = tx.execute(sa.text(SHAPE)).all()
    engine.dispose()
    assert [tuple(row) for row in migrated] == [tuple(row) for row in direct]


def test_every_table_that_only_grows_is_guarded(place: Place) -> None:
    place.open().close()
    if place.server is None:
        found = place.rows("SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
        assert dict(found) == {table.name: 2 for table in GROWS_ONLY}
    else:
        found = place.rows("SELECT tgrelid::regclass::text, tgtype FROM pg_trigger WHERE NOT tgisinternal")
        delete_update_truncate_before = 2 + 8 + 16 + 32
        assert dict(found) == {table.name: delete_update_truncate_before for table in GROWS_ONLY}


def test_a_file_made_before_there_were_migrations_is_taken_over_whole(tmp_path: Path) -> None:
    place = in_file(tmp_path)
    engine = engine_of(place)
    with engine.begin() as tx:
        METADATA.create_all(tx)
        tx.execute(sa.text("DROP INDEX acts_case"))  # what a later step adds
        tx.execute(sa.text("DROP TABLE payments"))  # what an older release did not have
        tx.execute(sa.text("INSERT INTO serials VALUES ('02-2026', 7)"))
    engine.dispose()
    book = place.open()
    assert book.acts.next_number("02", 2026) == "02-2026-000000008"
    book.close()
    assert shape_of_file(sqlite3.connect(tmp_path / "casebook.db")) >= shape_of_file(_fresh(tmp_path / "other"))
    assert place.rows("SELECT version_num FROM alembic_version") == [("0004",)]


def _fresh(folder: Path) -> sqlite3.Connection:
    folder.mkdir()
    in_file(folder).open().close()
    return sqlite3.connect(folder / "casebook.db")


@pytest.mark.parametrize(("version", "hint"), [("0001", "tarazy casebook migrate"), ("9999", "newer release")])
def test_a_role_refuses_the_schema_of_another_release(place: Place, version: str, hint: str) -> None:
    place.open().close()
    set_version(place, version)
    with pytest.raises(Invalid, match=f"casebook-schema.*{version}.*{hint}"):
        place.open(migrates=False)
    set_version(place, "0004")
    place.open(migrates=False).close()


def test_even_who_migrates_leaves_a_newer_schema_alone(place: Place) -> None:
    place.open().close()
    set_version(place, "9999")
    with pytest.raises(Invalid, match="newer release"):
        place.open()
    assert place.rows("SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_steps_can_be_read_as_sql_without_a_database(dialect: str) -> None:
    whole, rest, newest = schema.sql(dialect), schema.sql(dialect, "0001"), schema.sql(dialect, "0003")
    assert all(f"CREATE TABLE IF NOT EXISTS {table.name} (" in whole for table in METADATA.sorted_tables)
    assert "only grows" in whole
    assert re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", rest) == ["repetitions", "control_findings"]
    assert "CREATE INDEX IF NOT EXISTS acts_case" in rest
    assert "CREATE TABLE IF NOT EXISTS control_findings" in newest
    assert "acts_case" not in newest


def test_what_the_dry_run_prints_makes_the_same_database(tmp_path: Path) -> None:
    by_hand = sqlite3.connect(tmp_path / "casebook.db")
    by_hand.executescript(schema.sql("sqlite"))
    by_hand.close()
    in_file(tmp_path).open(migrates=False).close()
    assert shape_of_file(sqlite3.connect(tmp_path / "casebook.db")) == shape_of_file(_fresh(tmp_path / "other"))


@pytest.fixture
def environment(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The settings name this place."""
    monkeypatch.setenv("TARAZY_CASEBOOK_URL", place.url)
    if place.password_file is not None:
        monkeypatch.setenv("TARAZY_CASEBOOK_PASSWORD_FILE", str(place.password_file))
    return place


def test_the_command_says_what_is_missing_prints_it_and_takes_the_steps(environment: Place) -> None:
    place = environment
    if place.server is not None:
        place.open().close()
        set_version(place, "0001")
    assert RUNNER.invoke(app, ["check"]).exit_code == 2
    printed = RUNNER.invoke(app, ["migrate", "--dry-run"])
    assert "CREATE INDEX IF NOT EXISTS acts_case" in printed.output
    assert RUNNER.invoke(app, ["check"]).exit_code == 2
    assert "took" in RUNNER.invoke(app, ["migrate"]).output
    assert RUNNER.invoke(app, ["check"]).exit_code == 0
    assert "nothing was missing" in RUNNER.invoke(app, ["migrate"]).output
    assert "nothing is missing" in RUNNER.invoke(app, ["migrate", "--dry-run"]).output


def test_looking_at_a_casebook_that_is_not_there_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARAZY_DATA", str(tmp_path))
    assert "schema none" in RUNNER.invoke(app, ["check"]).output
    assert list(tmp_path.iterdir()) == []
    assert Settings().casebook_url == ""


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql+psycopg://tarazy:secret@localhost/x", "casebook-url"),
        ("postgresql+psycopg://tarazy@localhost/x?password=secret", "casebook-url"),
        ("mysql://localhost/x", "casebook-url"),
        ("nothing", "casebook-url"),
    ],
)
def test_a_url_is_one_of_ours_and_holds_no_password(url: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        Casebook(url, MASTER)
    assert "secret" not in str(refused.value)


def test_a_password_file_that_is_missing_or_empty_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    for name in ("empty", "missing"):
        with pytest.raises(Invalid, match="casebook-password"):
            Casebook("postgresql+psycopg://tarazy@localhost/x", MASTER, password_file=tmp_path / name)


@pytest.mark.cluster
def test_a_server_that_may_lose_what_it_acknowledged_is_refused(server_place: Place) -> None:
    server_place.open().close()
    connection = server_place.look()
    connection.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = off")
    try:
        with pytest.raises(Invalid, match=r"casebook-not-durable.*synchronous_commit"):
            server_place.open()
    finally:
        connection.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit")
        connection.close()
