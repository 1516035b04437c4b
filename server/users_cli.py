"""The commands ``scriptorium users``."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from configs.settings import Settings, load_settings
from server.personal_data import erasure
from server.personal_data import export as personal_export
from server.personal_data.subject import find_account
from server.resources import open_resources

app = typer.Typer(help="Accounts.", no_args_is_help=True)


@app.callback()
def users() -> None:
    """Accounts."""


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Argument(help="The admin's name.")],
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if not given."),
    ],
) -> None:
    """Make an account that may do everything."""
    asyncio.run(_create(load_settings(), username, password))
    typer.echo(f"{username} is an admin now.")


@app.command()
def export(
    username: Annotated[str, typer.Argument(help="Whose data.")],
    to: Annotated[Path, typer.Option("--out", help="The zip file to write.")],
) -> None:
    """Write everything that is somebody's into a zip file."""
    asyncio.run(_export(load_settings(), username, to))
    typer.echo(f"Everything of {username} is in {to}.")


@app.command()
def erase(
    username: Annotated[str, typer.Argument(help="Who.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove somebody and everything of theirs, for good."""
    if not yes:
        typer.confirm(f"Remove {username} with all threads, files and documents, for good?", abort=True)
    done = asyncio.run(_erase(load_settings(), username))
    typer.echo(
        f"{username} is gone, with {', '.join(f'{n} {name}' for name, n in done.items() if n) or 'nothing'}."
    )


async def _export(settings: Settings, username: str, to: Path) -> None:
    async with open_resources(settings) as resources:
        async with resources.database.read() as session:
            account = await find_account(session, username)
        await personal_export.export(resources, account, to)


async def _erase(settings: Settings, username: str) -> Counter[str]:
    async with open_resources(settings) as resources:
        return await erasure.erase(resources, username)


async def _create(settings: Settings, username: str, password: str) -> None:
    async with open_resources(settings) as resources:
        await resources.accounts.create(username, password, role="admin")
