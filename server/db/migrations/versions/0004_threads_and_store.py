"""Threads' latest values and TTLs, and the store."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_time = sa.DateTime(timezone=True)
_bytewise = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    # Plain ADD COLUMN: a batch would drop the table, and with it every run that refers to it.
    op.add_column("thread", sa.Column("ttl_minutes", sa.Float()))
    op.add_column("thread", sa.Column("ttl_strategy", sa.String(16)))
    op.add_column("thread", sa.Column("expires_at", _time))
    op.add_column("thread", sa.Column("pruned_at", _time))
    op.create_index("thread_by_update", "thread", ["updated_at"])
    op.create_index("thread_by_expiry", "thread", ["expires_at"])
    op.create_table(
        "threadsnapshot",
        sa.Column(
            "thread_id", sa.String(), sa.ForeignKey("thread.thread_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("values", sa.JSON()),
        sa.Column("interrupts", sa.JSON(), nullable=False),
    )
    _create_store()


def _create_store() -> None:
    op.create_table(
        "storeitem",
        sa.Column("namespace", _bytewise, primary_key=True),
        sa.Column("key", _bytewise, primary_key=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
        sa.Column("ttl_minutes", sa.Float()),
        sa.Column("expires_at", _time),
    )
    op.create_index("storeitem_by_expiry", "storeitem", ["expires_at"])
    op.create_table(
        "storevector",
        sa.Column("namespace", _bytewise, primary_key=True),
        sa.Column("key", _bytewise, primary_key=True),
        sa.Column("path", sa.String(), primary_key=True),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["namespace", "key"], ["storeitem.namespace", "storeitem.key"], ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    for table in ("storevector", "storeitem", "threadsnapshot"):
        op.drop_table(table)
    op.drop_index("thread_by_expiry", "thread")
    op.drop_index("thread_by_update", "thread")
    for column in ("pruned_at", "expires_at", "ttl_strategy", "ttl_minutes"):
        op.drop_column("thread", column)
