"""The register's schema: what runs, what is refused, and that its replicated form is ClickHouse's own language."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from adjudication.errors import Invalid
from integrations.register import migrations, store
from integrations.register.migrations import Migration, parse
from integrations.register.replicas import replicated
from integrations.register.rewrites import danger, wider

COLUMNS = {
    ("acts", "mci_count"): "UInt32",
    ("acts", "part"): "LowCardinality(String)",
    ("acts", "id"): "FixedString(32)",
}
ONE = b"CREATE TABLE IF NOT EXISTS a (n UInt32) ENGINE = MergeTree ORDER BY ();\nINSERT INTO a VALUES (7);\n"
FIRST = parse("0001_m.sql", ONE)
SECOND = parse("0002_m.sql", b"ALTER TABLE a MODIFY COLUMN n UInt64;\n")
NARROW = parse("0003_m.sql", b"-- rewrite: n was never large\nALTER TABLE a MODIFY COLUMN n UInt16;\n")
UNMARKED = parse("0004_m.sql", b"DROP TABLE IF EXISTS a;\n")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE IF NOT EXISTS b (n UInt8) ENGINE = MergeTree ORDER BY n",
        "ALTER TABLE acts ADD COLUMN IF NOT EXISTS colour String DEFAULT ''",
        "ALTER TABLE acts ADD PROJECTION IF NOT EXISTS p (SELECT id ORDER BY id)",
        "ALTER TABLE acts MODIFY SETTING merge_with_ttl_timeout = 3600",
        "ALTER TABLE acts MODIFY COLUMN mci_count UInt64 CODEC(ZSTD(1))",
        "ALTER TABLE acts\n    MODIFY COLUMN part String",
        "ALTER TABLE acts MODIFY COLUMN id Nullable(String) DEFAULT NULL",
        "INSERT INTO keys SELECT 'number', number FROM acts",
    ],
)
def test_what_can_lose_nothing_passes(statement: str) -> None:
    assert danger(statement, COLUMNS) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE IF EXISTS acts",
        "TRUNCATE TABLE acts",
        "ALTER TABLE acts DROP COLUMN part",
        "ALTER TABLE acts CLEAR COLUMN part",
        "ALTER TABLE acts DELETE WHERE 1",
        "ALTER TABLE acts UPDATE part = '' WHERE 1",
        "ALTER TABLE acts DROP PARTITION 202601",
        "ALTER TABLE acts MODIFY ORDER BY (case_id, id, part)",
        "ALTER TABLE acts MODIFY TTL offence_at + INTERVAL 1 DAY",
        "ALTER TABLE outcomes REMOVE TTL",
        "ALTER TABLE acts MODIFY COLUMN mci_count UInt16",
        "ALTER TABLE acts MODIFY COLUMN part FixedString(8)",
        "ALTER TABLE acts MODIFY COLUMN unheard_of UInt64",
        "ALTER TABLE acts ADD COLUMN IF NOT EXISTS a String, DROP COLUMN part",
        "CREATE OR REPLACE TABLE acts (n UInt8) ENGINE = MergeTree ORDER BY n",
        "CREATE TABLE acts (n UInt8) ENGINE = MergeTree ORDER BY n",
        "EXCHANGE TABLES acts AND acts_2",
        "RENAME TABLE acts TO acts_2",
        "SYSTEM STOP MERGES",
        "alter table acts drop column part",
    ],
)
def test_what_could_lose_something_says_what(statement: str) -> None:
    assert danger(statement, COLUMNS)


@pytest.mark.parametrize(
    ("old", "new", "holds"),
    [
        ("UInt8", "UInt64", True),
        ("UInt64", "UInt32", False),
        ("UInt32", "Int32", False),
        ("LowCardinality(String)", "String", True),
        ("String", "LowCardinality(String)", True),
        ("String", "Nullable(String)", True),
        ("Nullable(String)", "String", False),
        ("FixedString(32)", "String", True),
        ("FixedString(32)", "FixedString(16)", False),
        ("DateTime64(3, 'UTC')", "DateTime64(6, 'UTC')", True),
        ("DateTime64(6, 'UTC')", "DateTime64(3, 'UTC')", False),
        ("DateTime64(3, 'UTC')", "DateTime64(6, 'Asia/Almaty')", False),
        ("Date", "Date32", True),
        ("Float64", "Float32", False),
    ],
)
def test_a_type_is_wider_only_where_it_holds_every_value(old: str, new: str, holds: bool) -> None:
    assert wider(old, new) is holds


def test_a_migration_is_named_by_a_number_and_split_into_statements_with_their_marks() -> None:
    migration = parse(
        "0007_words.sql", b"-- about\nSELECT 1;\n\n-- rewrite: old\n-- and more\nDROP TABLE IF EXISTS a;\n"
    )
    assert str(migration) == "0007_words"
    assert [(one.text, one.rewrite) for one in migration.statements] == [
        ("SELECT 1", ""),
        ("DROP TABLE IF EXISTS a", "old"),
    ]
    for name in ("7_words.sql", "words.sql", "0007.sql"):
        with pytest.raises(Invalid, match="register-migration-malformed"):
            parse(name, b"SELECT 1")


def test_shipped_migrations_are_numbered_without_a_gap_and_mark_all_they_could_lose() -> None:
    shipped = migrations.shipped()
    assert [migration.number for migration in shipped] == list(range(1, len(shipped) + 1))
    unmarked = [one.text for each in shipped for one in each.statements if danger(one.text, {}) and not one.rewrite]
    assert unmarked == []


def test_the_replicated_form_differs_in_engine_window_and_reach_alone() -> None:
    statement = (
        "CREATE TABLE IF NOT EXISTS a (v UInt64)\nENGINE = ReplacingMergeTree(v) ORDER BY v\n"
        "TTL d + INTERVAL 72 HOUR SETTINGS non_replicated_deduplication_window = 1000"
    )
    assert replicated(statement, "main") == (
        "CREATE TABLE IF NOT EXISTS a ON CLUSTER 'main' (v UInt64)\n"
        "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', v) ORDER BY v\n"
        "TTL d + INTERVAL 72 HOUR SETTINGS replicated_deduplication_window = 1000"
    )
    assert replicated("ALTER TABLE a DROP COLUMN b", "main") == "ALTER TABLE a ON CLUSTER 'main' DROP COLUMN b"
    assert replicated("EXCHANGE TABLES a AND b", "main") == "EXCHANGE TABLES a AND b ON CLUSTER 'main'"
    assert replicated("INSERT INTO a SELECT 1", "main") == "INSERT INTO a SELECT 1"


@pytest.mark.parametrize("statement", ["SYSTEM STOP MERGES", "CREATE TABLE a (n UInt8) ENGINE = Memory", "GRANT ALL"])
def test_a_statement_without_a_known_replicated_form_is_refused(statement: str) -> None:
    with pytest.raises(Invalid, match="register-ddl-unknown"):
        replicated(statement, "main")


def test_a_clusters_name_is_a_name() -> None:
    with pytest.raises(Invalid, match="register-cluster-name"):
        replicated("DROP TABLE IF EXISTS a", "main' --")


FORMATTED = """
import chdb, json, sys
asked = [f"SELECT formatQuery({one})" for one in json.load(sys.stdin)]
json.dump([chdb.query(one, "TSV").bytes().decode() for one in asked], sys.stdout)
"""
"""The engine reads statements in a process of its own: one that has a register open has no other."""


def test_every_shipped_statement_is_clickhouses_language_alone_and_replicated() -> None:
    stated = [
        one.text
        for each in migrations.shipped()
        for one in (*each.statements, migrations.Statement(migrations.APPLIED))
    ]
    texts = [text for one in stated for text in (one, replicated(one, "main"))]
    asked = json.dumps([quoted(text) for text in texts])
    said = subprocess.run([sys.executable, "-c", FORMATTED], input=asked, capture_output=True, text=True, check=True)
    for number, (text, parsed) in enumerate(zip(texts, json.loads(said.stdout), strict=True)):
        assert parsed.split()[0] == text.split()[0]
        if number % 2:
            assert "ON CLUSTER main" in parsed or text.startswith(("INSERT", "SELECT"))
            assert ("Replicated" in parsed) == ("ENGINE = " in text)


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def apart(function: Callable[[Path], list[str]], folder: Path) -> list[str]:
    """What `function` returns from a process of its own: the engine takes one folder in one process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, folder).result(100)


def attempt(client: Client, *release: Migration, rewrites: bool = False) -> str:
    try:
        return " ".join(["applied", *map(str, migrations.migrate(client, release, rewrites=rewrites))])
    except Invalid as error:
        return str(error)


def once_and_in_order(folder: Path) -> list[str]:
    client = store.opened(folder)
    edited = parse("0001_m.sql", ONE + b"SELECT 2;\n")
    releases = ((FIRST,), (FIRST, SECOND), (FIRST, SECOND), (edited, SECOND), (FIRST,))
    return [*(attempt(client, *release) for release in releases), str(client.command("SELECT n, toTypeName(n) FROM a"))]


def test_migrations_run_once_in_order_and_an_edited_one_is_refused(tmp_path: Path) -> None:
    first, second, again, edited, older, row = apart(once_and_in_order, tmp_path)
    assert (first, second, again) == ("applied 0001_m", "applied 0002_m", "applied")
    assert "0001_m was edited after it was applied" in edited
    assert "migration 0002, which this release does not know" in older
    assert row == "['7', 'UInt64']"


def edited_afterwards(folder: Path) -> list[str]:
    client = store.opened(folder)
    named = parse("0001_m.sql", f"-- was: {FIRST.sha256}\n".encode() + ONE + b"SELECT 2;\n")
    other = parse("0001_m.sql", f"-- was: {SECOND.sha256}\n".encode() + ONE)
    return [attempt(client, *release) for release in ((FIRST,), (named,), (named, SECOND), (other, SECOND))]


def test_an_edit_that_names_the_digest_it_had_is_the_same_migration(tmp_path: Path) -> None:
    first, named, next_one, other = apart(edited_afterwards, tmp_path)
    assert (first, named, next_one) == ("applied 0001_m", "applied", "applied 0002_m")
    assert "0001_m was edited after it was applied" in other


def marked_and_allowed(folder: Path) -> list[str]:
    client = store.opened(folder)
    said = [
        attempt(client, FIRST, SECOND),
        attempt(client, FIRST, SECOND, NARROW),
        attempt(client, FIRST, SECOND, NARROW, rewrites=True),
        attempt(client, FIRST, SECOND, NARROW, UNMARKED, rewrites=True),
    ]
    try:
        migrations.check(client, (FIRST, SECOND, NARROW, UNMARKED))
    except Invalid as error:
        said.append(str(error))
    return [*said, str(client.command("SELECT n, toTypeName(n) FROM a"))]


def test_a_rewrite_needs_its_mark_and_the_operators_word(tmp_path: Path) -> None:
    _, unasked, asked, unmarked, missing, row = apart(marked_and_allowed, tmp_path)
    assert "may not hold every value (n was never large)" in unasked
    assert "--allow-rewrite" in unasked
    assert asked == "applied 0003_m"
    assert "`DROP TABLE IF EXISTS a …`" in unmarked
    assert "no `-- rewrite:` line says so" in unmarked
    assert "not applied to this register: 0004_m; run `tarazy register migrate`" in missing
    assert row == "['7', 'UInt16']"


OLD_ACTS = """
INSERT INTO acts SELECT leftPad(toString(number), 32, '0'), leftPad('', 32, 'c'), leftPad('', 32, 'd'),
    concat('n-', toString(number)), 'prescription', '592(2)', 'd', now64(6), today(), 10, 100, 'automatic', '', number,
    '{"act":{"body":{"body_id":"b-1"}}}', 9 FROM numbers(3)
"""
SMALL_BLOCKS = """
SELECT groupArray(name) FROM (
    SELECT name FROM system.tables WHERE database = currentDatabase()
    AND position(create_table_query, 'min_compress_block_size = 4096') > 0 ORDER BY name
)
"""


def cut_short(folder: Path) -> list[str]:
    client = store.opened(folder)
    shipped = migrations.shipped()
    migrations.migrate(client, shipped[:1], rewrites=False)
    client.command(OLD_ACTS)
    for done in range(1, len(shipped)):
        steps = list(migrations.steps([shipped[done]]))
        for cut in range(1, len(steps)):
            for step in steps[:cut]:
                client.command(step.statement)
        migrations.migrate(client, shipped[: done + 1], rewrites=True)
    return [
        str(client.command("SELECT count(), uniq(number), any(body_id) FROM acts FINAL")),
        str(client.command("SELECT arraySort(groupArray(key)) FROM keys FINAL WHERE kind = 'number'")),
        str(client.command(SMALL_BLOCKS)),
    ]


MEANWHILE = {
    "acts": OLD_ACTS.replace("numbers(3)", "numbers(NUMBER, 1)"),
    "decisions": """
        INSERT INTO decisions (id, case_id, event_id, captured_at, message, version)
        SELECT leftPad('NUMBER', 32, '0'), leftPad('', 32, 'c'), leftPad('NUMBER', 32, 'e'), now64(6), '{}', 9
    """,
    "keys": """
        INSERT INTO keys SELECT 'number', 'n-NUMBER', now64(6), leftPad('', 32, 'c'), leftPad('NUMBER', 32, '0'), 9
    """,
}
"""What [register] writes into a table, by a release that knows the old layout alone."""


def written_meanwhile(folder: Path, *, cut: bool) -> list[str]:
    """A row stands before; another comes just before each table's exchange, and `cut`, the run ends right after it."""
    client = store.opened(folder)
    shipped = migrations.shipped()
    migrations.migrate(client, shipped[:1], rewrites=False)
    for table in ("acts", "decisions"):
        client.command(MEANWHILE[table].replace("NUMBER", "1"))
    for done in range(1, len(shipped)):
        steps = [step.statement for step in migrations.steps([shipped[done]])]
        exchanges = [at for at, step in enumerate(steps) if step.startswith("EXCHANGE")]
        for end in [at + 1 for at in exchanges] if cut else [len(steps)]:
            for at, step in enumerate(steps[:end]):
                if at in exchanges and (at + 1 == end or not cut):
                    client.command(MEANWHILE[step.split()[2]].replace("NUMBER", "7"))
                client.command(step)
        migrations.migrate(client, shipped[: done + 1], rewrites=True)
    return [
        str(client.command("SELECT arraySort(groupArray(number)), groupUniqArray(body_id) FROM acts FINAL")),
        str(client.command("SELECT arraySort(groupArray(trimLeft(event_id, 'e'))) FROM decisions FINAL")),
        str(client.command("SELECT arraySort(groupArray(key)) FROM keys FINAL WHERE kind = 'number'")),
        str(client.command("SELECT groupArray(name) FROM system.tables WHERE match(name, '_000')")),
        str(client.command(SMALL_BLOCKS)),
    ]


@pytest.mark.parametrize("cut", [False, True])
def test_what_is_written_while_a_table_is_copied_comes_over_also_where_the_run_is_cut_short(
    tmp_path: Path, cut: bool
) -> None:
    acts, decisions, keys, left, small = apart(partial(written_meanwhile, cut=cut), tmp_path)
    assert acts == """["['n-1','n-7']", "['b-1']"]"""
    assert decisions == "['1','7']"
    assert keys == "['n-1','n-7']"
    assert left == "[]"
    assert small == "['acts','decisions','keys']"


def test_a_run_that_was_cut_short_anywhere_is_run_again_and_every_row_comes_over(tmp_path: Path) -> None:
    assert apart(cut_short, tmp_path) == [
        "['3', '3', 'b-1']",
        "['n-0','n-1','n-2']",
        "['acts','decisions','keys']",
    ]
