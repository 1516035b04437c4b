"""Files with owners, checksums and an end, their shared bytes, and uploads that are under way."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_time = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "blob",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.UniqueConstraint("owner", "sha256"),
    )
    op.create_table(
        "file",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("blob_key", sa.String(), sa.ForeignKey("blob.key"), nullable=False),
        sa.Column("retention", sa.String(16), nullable=False),
        sa.Column("created_at", _time, nullable=False),
        sa.Column("expires_at", _time),
    )
    op.create_index("file_by_owner", "file", ["owner", "created_at"])
    op.create_index("file_by_expiry", "file", ["expires_at"])
    op.create_index("ix_file_blob_key", "file", ["blob_key"])
    op.create_table(
        "fileusage",
        sa.Column("owner", sa.String(), primary_key=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("retention", sa.String(16), nullable=False),
        sa.Column("direct_key", sa.String()),
        sa.Column("created_at", _time, nullable=False),
    )
    op.create_index("upload_by_owner", "upload", ["owner"])
    op.drop_index("ix_fileowner_user_id", "fileowner")
    op.drop_table("fileowner")


def downgrade() -> None:
    op.create_table(
        "fileowner",
        sa.Column("file_id", sa.String(), primary_key=True),
        sa.Column("user_id", sa.String(), nullable=False),
    )
    op.create_index("ix_fileowner_user_id", "fileowner", ["user_id"])
    op.execute("INSERT INTO fileowner (file_id, user_id) SELECT file_id, owner FROM file")
    op.drop_table("upload")
    op.drop_table("fileusage")
    op.drop_table("file")
    op.drop_table("blob")
