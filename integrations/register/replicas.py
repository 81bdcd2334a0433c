"""The same DDL for a cluster of replicas, derived from the one source. Pure: a statement in, a statement out.

Every change runs ON CLUSTER. Tables become Replicated…MergeTree at the path that ClickHouse itself proposes, which
stays true when tables change names. What makes insert tokens count has another name there. One shard: a register of a
country (0.75 kB an act, eleven million a year) is small; shards would need Distributed tables before these.
"""

import re

from adjudication.errors import Invalid

NAMED = re.compile(r"((?:CREATE (?:TABLE|DATABASE) IF NOT EXISTS|DROP TABLE IF EXISTS|TRUNCATE TABLE|ALTER TABLE) \w+)")
LAST = re.compile(r"(EXCHANGE TABLES \w+ AND \w+|RENAME TABLE \w+ TO \w+)\s*\Z")
LOCAL = re.compile(r"(?:INSERT INTO|SELECT) ")
ENGINE = re.compile(r"ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?")
PATH = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'"
"""ClickHouse's own default (default_replica_path, default_replica_name); the macros are the server's."""
CLUSTER = re.compile(r"[A-Za-z_][\w-]*\Z")


def replicated(statement: str, cluster: str) -> str:
    """`statement` for every replica of `cluster`.

    Raises:
        Invalid: `register-ddl-unknown`, a kind of statement that is not known here; `register-cluster-name`.
    """
    if not CLUSTER.match(cluster):
        raise Invalid("register-cluster-name", f"{cluster!r} is no name of a cluster")
    if LOCAL.match(statement):
        return statement  # what one replica takes, the others fetch
    on_cluster = rf"\1 ON CLUSTER '{cluster}'"
    changed, times = LAST.subn(on_cluster, statement)
    if not times:
        changed, times = NAMED.subn(on_cluster, statement, count=1)
    if not (times and changed.startswith(statement[:6])):
        raise Invalid("register-ddl-unknown", f"no replicated form is known of: {' '.join(statement.split()[:5])}")
    changed = ENGINE.sub(_engine, changed)
    return changed.replace("non_replicated_deduplication_window", "replicated_deduplication_window")


def _engine(found: re.Match[str]) -> str:
    engine, arguments = found.groups()
    return f"ENGINE = Replicated{engine}({', '.join(filter(None, (PATH, arguments)))})"
