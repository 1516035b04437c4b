"""What model calls consumed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "modelusage",
        sa.Column("run_id", sa.String(), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("node", sa.String(), primary_key=True),
        sa.Column("role", sa.String(), primary_key=True),
        sa.Column("operation", sa.String(), primary_key=True),
        sa.Column("model", sa.String(), primary_key=True),
        sa.Column("prompt", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cache_hits", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float()),
        sa.Column("currency", sa.String(3)),
        sa.Column("seconds", sa.Float(), nullable=False),
    )
    op.create_index("modelusage_by_owner", "modelusage", ["owner", "day"])
    op.create_index("modelusage_by_day", "modelusage", ["day"])


def downgrade() -> None:
    op.drop_index("modelusage_by_day", "modelusage")
    op.drop_index("modelusage_by_owner", "modelusage")
    op.drop_table("modelusage")
