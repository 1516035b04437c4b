"""Who may read or change what is somebody else's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "share",
        sa.Column("share_id", sa.String(), primary_key=True),
        sa.Column(
            "user_id", sa.String(), sa.ForeignKey("account.user_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("thread_id", sa.String(), sa.ForeignKey("thread.thread_id", ondelete="CASCADE")),
        sa.Column("assistant_id", sa.String(), sa.ForeignKey("assistant.assistant_id", ondelete="CASCADE")),
        sa.Column("file_id", sa.String()),
        sa.Column("access", sa.String(16), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    for name in ("thread_id", "assistant_id", "file_id"):
        op.create_index(f"share_by_{name}", "share", ["user_id", name], unique=True)
        op.create_index(f"ix_share_{name}", "share", [name])


def downgrade() -> None:
    op.drop_table("share")
