"""What becomes of a thread's earlier runs when another is accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # Not in a batch: SQLite would copy the table, and delete what refers to it.
    op.add_column(
        "run", sa.Column("multitask_strategy", sa.String(16), nullable=False, server_default="enqueue")
    )


def downgrade() -> None:
    op.drop_column("run", "multitask_strategy")
