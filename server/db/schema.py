"""The schema's revisions: which one is the newest, and the way there."""

from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text

_MIGRATIONS = Path(__file__).parent / "migrations"
_TURN = 7_305_804_385  # any number that no other user of the database locks


def revision() -> str:
    """The schema's latest revision; migrations are numbered, and their files named by the number."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def migrate(connection: Connection) -> None:
    """Bring the schema up to date; of processes that start together, one after the other."""
    if connection.dialect.name == "postgresql":  # SQLite's writers take turns by themselves
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    if _is_up_to_date(connection):
        return
    from alembic import command  # noqa: PLC0415 - a fifth of a second, which most starts do not need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_up_to_date(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.scalar(text("SELECT version_num FROM alembic_version")) == revision()
