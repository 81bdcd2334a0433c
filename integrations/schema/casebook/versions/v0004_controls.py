"""What the controls of formation found in acts about to be signed; it only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table, its index by time, and its guard."""
    op.create_table(
        "control_findings",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "decision_id", "code"),
        if_not_exists=True,
    )
    op.create_index("control_findings_at", "control_findings", ["at_us"], if_not_exists=True)
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER IF NOT EXISTS control_findings_no_{verb.lower()} BEFORE {verb} ON control_findings "
                "BEGIN SELECT RAISE(ABORT, 'control_findings only grows'); END"
            )
    else:
        op.execute(
            "CREATE OR REPLACE TRIGGER control_findings_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON control_findings FOR EACH STATEMENT EXECUTE FUNCTION tarazy_grows_only()"
        )
