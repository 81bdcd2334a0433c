"""Which acts punish the repetition of which earlier case: asked where that case ends without a penalty."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Acts formed before are not in it: what they repeat is in their decisions."""
    op.create_table(
        "repetitions",
        sa.Column("earlier_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("earlier_id", "case_id"),
        if_not_exists=True,
    )
