"""Why somebody was refused."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("auditentry", sa.Column("detail", sa.String()))


def downgrade() -> None:
    op.drop_column("auditentry", "detail")
