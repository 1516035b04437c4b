"""The commands ``scriptorium users``."""

import asyncio
from typing import Annotated

import typer

from configs.settings import Settings, load_settings
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


async def _create(settings: Settings, username: str, password: str) -> None:
    async with open_resources(settings) as resources:
        await resources.accounts.create(username, password, role="admin")
