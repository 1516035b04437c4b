"""What is put into providers' caches, spoken and heard, which have prices of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_COUNTS = {"cache_write_tokens": sa.Integer(), "characters": sa.Integer(), "sound_seconds": sa.Float()}


def upgrade() -> None:
    for name, kind in _COUNTS.items():
        op.add_column("modelusage", sa.Column(name, kind, nullable=False, server_default="0"))


def downgrade() -> None:
    for name in _COUNTS:
        op.drop_column("modelusage", name)
