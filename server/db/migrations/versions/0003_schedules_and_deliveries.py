"""Schedules, the deliveries of webhooks, whose files are whose, and what is left to remove."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_time = sa.DateTime(timezone=True)

_run = sa.table(
    "run",
    sa.column("run_id", sa.String),
    sa.column("status", sa.String),
    sa.column("kwargs", sa.JSON),
    sa.column("delivery", sa.JSON),
    sa.column("ended_at", _time),
)
_delivery = sa.table(
    "delivery",
    sa.column("run_id", sa.String),
    sa.column("url", sa.String),
    sa.column("created_at", _time),
    sa.column("status", sa.String),
    sa.column("attempts", sa.JSON),
    sa.column("series", sa.Integer),
    sa.column("next_attempt_at", _time),
)


def upgrade() -> None:
    connection = op.get_bind()
    ended = connection.execute(sa.select(_run).where(_run.c.ended_at.is_not(None))).mappings().all()
    # SQLite drops and copies the table: nothing may refer to it yet, or it would be deleted with the rows.
    with op.batch_alter_table("run") as run:
        run.drop_column("delivery")
    op.create_index("run_by_end", "run", ["ended_at"])
    op.create_index("run_by_expiry", "run", ["expires_at"])
    _create_tables()
    deliveries = [_from_run(run) for run in ended if run["kwargs"].get("webhook")]
    if deliveries:
        op.bulk_insert(_delivery, deliveries)


def downgrade() -> None:
    connection = op.get_bind()
    told = {row.run_id: _to_run(row) for row in connection.execute(sa.select(_delivery)) if row.attempts}
    for table in ("removal", "cron", "delivery", "runfile"):
        op.drop_table(table)
    op.drop_index("run_by_end", "run")
    op.drop_index("run_by_expiry", "run")
    with op.batch_alter_table("run") as run:
        run.add_column(sa.Column("delivery", sa.JSON(none_as_null=True)))
    for run_id, delivery in told.items():
        connection.execute(_run.update().where(_run.c.run_id == run_id).values(delivery=delivery))


def _to_run(delivery: Any) -> dict[str, Any]:
    last = delivery.attempts[-1]
    return {
        "attempts": len(delivery.attempts),
        "delivered_at": last["at"] if delivery.status == "delivered" else None,
        "last_error": last["error"],
    }


def _from_run(run: Any) -> dict[str, Any]:
    """A delivery as it was kept in its run: how many attempts, but only of the last one what came of it."""
    kept = run["delivery"] or {"attempts": 0, "delivered_at": None, "last_error": None}
    unknown = {"at": None, "status_code": None, "error": None, "seconds": None}
    last = unknown | {"at": kept["delivered_at"], "error": kept["last_error"]}
    attempts = kept["attempts"]
    return {
        "run_id": run["run_id"],
        "url": run["kwargs"]["webhook"],
        "created_at": run["ended_at"],
        "status": "delivered" if kept["delivered_at"] else "pending",
        "attempts": [unknown] * (attempts - 1) + [last] if attempts else [],
        "series": 0,
        "next_attempt_at": None if kept["delivered_at"] else run["ended_at"],
    }


def _create_tables() -> None:
    _create_delivery()
    _create_cron()
    op.create_table(
        "runfile",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column(
            "thread_id", sa.String(), sa.ForeignKey("thread.thread_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("run_id", sa.String(), nullable=False),
    )
    op.create_index("ix_runfile_thread_id", "runfile", ["thread_id"])
    op.create_table(
        "removal",
        sa.Column("thread_id", sa.String(), primary_key=True),
        sa.Column("run_ids", sa.JSON(), nullable=False),
        sa.Column("file_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
    )


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("run_id", sa.String(), sa.ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.JSON(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _time),
    )
    op.create_index("delivery_by_status", "delivery", ["status", "next_attempt_at"])


def _create_cron() -> None:
    op.create_table(
        "cron",
        sa.Column("cron_id", sa.String(), primary_key=True),
        sa.Column("assistant_id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), sa.ForeignKey("thread.thread_id", ondelete="CASCADE")),
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("end_time", _time),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("on_run_completed", sa.String(16), nullable=False),
        sa.Column("missed", sa.String(16), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("next_run_date", _time),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
    )
    op.create_index("cron_by_next_run", "cron", ["next_run_date"])
    op.create_index("ix_cron_thread_id", "cron", ["thread_id"])
