"""Who may write for a run, whose turn it uses, and how it was lost or cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("thread", sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("run") as run:
        run.add_column(sa.Column("owner", sa.String(), nullable=False, server_default="local"))
        run.add_column(sa.Column("priority", sa.String(16), nullable=False, server_default="normal"))
        run.add_column(sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"))
        run.add_column(sa.Column("crashed_at", sa.String()))
        run.add_column(sa.Column("cancel_action", sa.String(16)))
    op.execute("UPDATE run SET cancel_action = 'interrupt' WHERE cancel_requested")
    with op.batch_alter_table("run") as run:
        run.drop_column("cancel_requested")


def downgrade() -> None:
    with op.batch_alter_table("run") as run:
        run.add_column(sa.Column("cancel_requested", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE run SET cancel_requested = cancel_action IS NOT NULL")
    with op.batch_alter_table("run") as run:
        for column in ("owner", "priority", "crashes", "crashed_at", "cancel_action"):
            run.drop_column(column)
    op.drop_column("thread", "epoch")
