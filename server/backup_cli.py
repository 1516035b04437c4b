"""The commands ``scriptorium backup`` and ``scriptorium restore``."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from configs.settings import Settings, load_settings
from server import data_folder

if TYPE_CHECKING:
    from server.backup.stores import Stores


def backup(file: Annotated[Path, typer.Argument(help="The file to write; nothing is overwritten.")]) -> None:
    """Write database, files, checkpoints and events into one file. The service may run meanwhile."""
    from server.backup import writing

    done = asyncio.run(_on_stores(load_settings(), partial(writing.write, to=file)))
    typer.echo(f"{file} holds {_counted(done)}.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `scriptorium backup` wrote.", exists=True)],
) -> None:
    """Fill an empty DATA_DIR, DATABASE_URL and REDIS_URL from a backup, while no service runs on them."""
    from server.backup import reading

    settings = load_settings()
    with data_folder.hold(settings.data_dir):
        done = asyncio.run(_on_stores(settings, partial(reading.restore, source=file)))
    typer.echo(f"Restored {_counted(done)}.")


async def _on_stores(settings: Settings, work: "Callable[[Stores], Awaitable[Counter[str]]]") -> Counter[str]:
    from server.backup.stores import open_stores
    from server.places import database_url, file_library

    data_folder.prepare(settings.data_dir)
    async with open_stores(
        settings.data_dir,
        database_url=database_url(settings),
        redis_url=settings.redis_url,
        files=partial(file_library, settings),
    ) as stores:
        return await work(stores)


def _counted(done: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in done.items() if count) or "nothing"
