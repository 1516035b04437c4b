"""Threads and runs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "thread",
        sa.Column("thread_id", sa.String(), primary_key=True),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
        sa.Column("state_updated_at", _time, nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.JSON()),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(), primary_key=True),
        sa.Column(
            "thread_id", sa.String(), sa.ForeignKey("thread.thread_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("assistant_id", sa.String(), nullable=False),
        sa.Column("graph_id", sa.String(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
        sa.Column("started_at", _time),
        sa.Column("ended_at", _time),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("kwargs", sa.JSON(), nullable=False),
        sa.Column("error", sa.JSON()),
        sa.Column("contract", sa.String()),
        sa.Column("delivery", sa.JSON()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("expires_at", _time),
    )
    op.create_index("run_by_thread", "run", ["thread_id", "created_at"])
    op.create_index("run_by_status", "run", ["status"])


def downgrade() -> None:
    op.drop_table("run")
    op.drop_table("thread")
