"""Inserts that say what to do about a row that is there already: each database's dialect has its own."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert_into(session: AsyncSession, model: type[SQLModel]) -> Any:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, in the dialect of the session."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)
