"""The casebook's tables, by noun. SQLAlchemy Core, portable between SQLite and PostgreSQL.

Instants are UTC microseconds; messages are kept as their canonical bytes. What may only grow (history, audit, log) is
guarded by triggers. Tables are made by the migrations (`../schema/casebook`), never from here: a test holds both equal.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts rows only in a column of exactly INTEGER."""


def _us(name: str, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    sa.Column("decision_id", sa.Text, nullable=False),
    sa.Column("decision", sa.LargeBinary),  # None once its candidate evidence has expired: nobody is kept for nothing
    sa.Column("finding_key", sa.Text),  # a register finding holds it while open: person, vehicle, part
    sa.Column("joined_to", sa.Text),
    sa.Column("standing", sa.LargeBinary),  # adjudication.lifecycle.Standing, once an act is formed
    _us("entered_us"),
    _us("changed_us"),
    sa.Index("cases_state", "state"),
    sa.Index("cases_open_finding", "finding_key", unique=True),
    sa.Index("cases_joined", "joined_to"),
)

HISTORY = sa.Table(
    "case_history",
    METADATA,
    sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("cause_id", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("from_state", sa.Text, nullable=False),
    sa.Column("to_state", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("document_sha256", sa.Text),
    _us("at_us"),
    _us("recorded_us"),
    sa.UniqueConstraint("case_id", "cause_id", "to_state"),
    info={"first_by": ["case_id", "cause_id", "to_state"]},  # what `insert_once` goes by; elsewhere the primary key
)

ACTS = sa.Table(
    "acts",
    METADATA,
    sa.Column("act_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("act", sa.LargeBinary, nullable=False),
    sa.Column("act_sha256", sa.Text, nullable=False),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("leaf_index", sa.BigInteger, nullable=False, unique=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("plate", sa.Text, nullable=False),
    _us("formed_us"),
    _us("sending_us", nullable=True),  # written before the first attempt to send
    _us("voided_us", nullable=True),
    sa.Column("void_reason", sa.Text),
    sa.Index("acts_case", "case_id", "leaf_index"),
    sa.Index(
        "acts_standing_case",
        "case_id",
        unique=True,
        sqlite_where=sa.text("voided_us IS NULL"),
        postgresql_where=sa.text("voided_us IS NULL"),
    ),
)

SERIALS = sa.Table(
    "serials",
    METADATA,
    sa.Column("series", sa.Text, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)

LOG_NODES = sa.Table(
    "log_nodes",
    METADATA,
    sa.Column("level", sa.Integer, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

LOG_FRONTIER = sa.Table(
    "log_frontier",
    METADATA,
    sa.Column("log", sa.Integer, primary_key=True),  # one row: whoever appends holds it, and so the order
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
)

CHECKPOINTS = sa.Table(
    "log_checkpoints",
    METADATA,
    sa.Column("size", sa.BigInteger, primary_key=True),
    sa.Column("signed", sa.LargeBinary, nullable=False),
    _us("made_us"),
)

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("cause_id", sa.Text, nullable=False, unique=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("headers", sa.Text, nullable=False),
    _us("written_us"),
    _us("sent_us", nullable=True),
    sa.Index(
        "outbox_unsent", "seq", sqlite_where=sa.text("sent_us IS NULL"), postgresql_where=sa.text("sent_us IS NULL")
    ),
    info={"first_by": ["cause_id"]},
)

DEADLINES = sa.Table(
    "deadlines",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    _us("due_us"),
    sa.Index("deadlines_due", "due_us"),
)

REVIEWS = sa.Table(
    "review_queue",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("decision_id", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),  # decision | conflict | limitation
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("part", sa.Text, nullable=False),
    _us("due_us"),
    _us("entered_us"),
    sa.Column("leased_by", sa.Text),
    _us("lease_until_us", nullable=True),
    _us("closed_us", nullable=True),
    sa.Column("verdict", sa.Text),
    sa.Index("reviews_open", "closed_us", "due_us"),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("login", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text),
    sa.Column("detail", sa.Text, nullable=False),
    _us("at_us"),
    sa.Index("audit_case", "case_id"),
)

WAITS = sa.Table(
    "waits",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("checked", sa.LargeBinary, nullable=False),
    sa.Column("headers", sa.Text, nullable=False),
    _us("since_us"),
)

REPETITIONS = sa.Table(
    "repetitions",
    METADATA,
    sa.Column("earlier_id", sa.Text, primary_key=True),  # the case of the earlier penalty; it may be another body's
    sa.Column("case_id", sa.Text, primary_key=True),
)

REFERRALS = sa.Table(
    "referrals",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    _us("since_us"),
    _us("handed_over_us", nullable=True),
)

USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("login", sa.Text, primary_key=True),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("body_id", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("password_hash", sa.LargeBinary, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
)

SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("token_sha256", sa.Text, primary_key=True),
    sa.Column("login", sa.Text, nullable=False),
    _us("until_us"),
)

FAILURES = sa.Table(
    "failed_attempts",
    METADATA,
    sa.Column("seq", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("subject_sha256", sa.Text, nullable=False),
    _us("at_us"),
    sa.Index("failed_subject", "subject_sha256", "at_us"),
)

DEVICES = sa.Table(
    "devices",
    METADATA,
    sa.Column("device_id", sa.Text, primary_key=True),
    sa.Column("device", sa.LargeBinary, nullable=False),
)

PAYMENTS = sa.Table(
    "payments",
    METADATA,
    sa.Column("receipt", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False, index=True),
    sa.Column("tiyn", sa.BigInteger, nullable=False),
    _us("paid_us"),
    _us("recorded_us"),
)

EVIDENCE = sa.Table(
    "evidence",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Text, primary_key=True, index=True),
    sa.Column("place", sa.Integer, primary_key=True),  # in the event: a camera may send one picture twice
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("address_sha256", sa.Text, nullable=False, index=True),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    _us("captured_us"),
    _us("sealed_us"),
    sa.Column("state", sa.Text, nullable=False),  # candidate | locked | expired
)

DATA_KEYS = sa.Table(
    "data_keys",
    METADATA,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False, unique=True),
    sa.Column("wrapped", sa.LargeBinary),  # None: erased, see key_erasures
)

KEY_ERASURES = sa.Table(
    "key_erasures",
    METADATA,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("wrapped_sha256", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    _us("at_us"),
)

CONTROL_FINDINGS = sa.Table(
    "control_findings",
    METADATA,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("found", sa.Text, nullable=False),  # what is not as it must be; it names nobody
    _us("at_us"),
    sa.Index("control_findings_at", "at_us"),
)

GROWS_ONLY = (HISTORY, LOG_NODES, CHECKPOINTS, AUDIT, KEY_ERASURES, CONTROL_FINDINGS)
"""UPDATE and DELETE are refused by triggers (in the migrations), in PostgreSQL TRUNCATE too."""
