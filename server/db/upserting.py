"""Inserts that say what to do about a row that is there already: each database's dialect has its own."""

from importlib import import_module
from typing import Any

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


def insert_into(session: AsyncSession, model: type[SQLModel]) -> Any:
    """An INSERT with `on_conflict_do_update` and `on_conflict_do_nothing`, in the dialect of the session."""
    dialect = import_module(
        f"sqlalchemy.dialects.{session.get_bind().dialect.name}"
    )  # which the engine has loaded
    return dialect.insert(model)
