"""Assistants and their versions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assistant",
        sa.Column("assistant_id", sa.String(), primary_key=True),
        *_content(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("updated_at", _time, nullable=False),
    )
    op.create_index("assistant_by_graph", "assistant", ["graph_id"])
    op.create_table(
        "assistantversion",
        sa.Column(
            "assistant_id",
            sa.String(),
            sa.ForeignKey("assistant.assistant_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.Integer(), primary_key=True),
        *_content(),
        sa.Column("created_at", _time, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("assistantversion")
    op.drop_index("assistant_by_graph", "assistant")
    op.drop_table("assistant")


def _content() -> list[sa.Column[Any]]:
    return [
        sa.Column("graph_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
    ]
