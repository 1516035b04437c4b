"""Inserts that say what to do about a row that is there already: each database's dialect has its own."""

from importlib import import_module
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession


def insert_into(dialect: str, table: Any) -> Any:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`.

    Args:
        dialect: ``dialect_of`` the session that executes it.
        table: Or its model.
    """
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)  # which the engine has loaded


def dialect_of(session: AsyncSession) -> str:
    """The name of a session's database, as SQLAlchemy calls it."""
    return session.get_bind().dialect.name
