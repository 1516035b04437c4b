"""Accounts, API keys, and whose files are."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("user_id", sa.String(), primary_key=True),
        sa.Column("username", sa.String(), nullable=False, unique=True),
        sa.Column("email", sa.String(), unique=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
    )
    op.create_table(
        "apikey",
        sa.Column("key_id", sa.String(), primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("account.user_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("last_used_at", _time),
        sa.Column("revoked_at", _time),
    )
    op.create_index("ix_apikey_user_id", "apikey", ["user_id"])
    op.create_table(
        "fileowner",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
    )
    op.create_index("ix_fileowner_user_id", "fileowner", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_fileowner_user_id", "fileowner")
    op.drop_table("fileowner")
    op.drop_index("ix_apikey_user_id", "apikey")
    op.drop_table("apikey")
    op.drop_table("account")
