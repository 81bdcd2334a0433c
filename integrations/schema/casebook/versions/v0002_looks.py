"""Indexes for what every act asks: the acts and the further sightings of one case; and the audit of one."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Without them each act read two tables from end to end."""
    op.create_index("acts_case", "acts", ["case_id", "leaf_index"], if_not_exists=True)
    op.create_index("cases_joined", "cases", ["joined_to"], if_not_exists=True)
    op.create_index("audit_case", "audit", ["case_id"], if_not_exists=True)
