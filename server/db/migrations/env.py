"""Alembic's entry: migrates the connection that server/db/session.py hands over."""

from alembic import context
from sqlmodel import SQLModel

from server.db import models

assert models.Run  # the tables register themselves when their module is imported  # noqa: S101

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
