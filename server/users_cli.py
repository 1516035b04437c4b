"""The commands ``scriptorium users``."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Annotated, TextIO

import typer

from configs.settings import Settings, load_settings
from server import data_folder

app = typer.Typer(help="Accounts.", no_args_is_help=True)


@app.callback()
def users() -> None:
    """Accounts."""


PasswordFile = Annotated[
    typer.FileText | None,
    typer.Option(help="Read it from the first line of a file; - for standard input. Asked for if not given."),
]


@app.command("create-admin")
def create_admin(
    username: Annotated[str, typer.Argument(help="The admin's name.")],
    password_file: PasswordFile = None,
) -> None:
    """Make an account that may do everything.

    The password is no argument: every user of this machine sees those of a process.
    """
    asyncio.run(_create(load_settings(), username, _password(password_file)))
    typer.echo(f"{username} is an admin now.")


def _password(file: TextIO | None) -> str:
    if file is None:
        return typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return file.readline().rstrip("\r\n")


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
    from server.personal_data import export as personal_export
    from server.personal_data.subject import find_account
    from server.resources import open_resources

    async with open_resources(settings) as resources:
        async with resources.database.read() as session:
            account = await find_account(session, username)
        await personal_export.export(resources, account, to)


async def _erase(settings: Settings, username: str) -> Counter[str]:
    from server.personal_data import erasure
    from server.resources import open_resources

    async with open_resources(settings) as resources:
        return await erasure.erase(resources, username)


async def _create(settings: Settings, username: str, password: str) -> None:
    from server.places import open_accounts

    async with open_accounts(settings) as accounts:
        await accounts.create(username, password, role="admin")


@app.command("audit")
def export_audit(
    out: Annotated[typer.FileTextWrite, typer.Option(help="Where to; - for standard output.")] = "-",  # type: ignore[assignment]
) -> None:
    """Write the audit log as JSON, one entry a line, the oldest first."""
    asyncio.run(_write_audit(load_settings(), out))


async def _write_audit(settings: Settings, out: TextIO) -> None:
    from server.accounts.audit import AuditLog, entry_json
    from server.db.session import open_database
    from server.places import database_url

    data_folder.prepare(settings.data_dir)
    async with open_database(database_url(settings)) as database:
        async for entry in AuditLog(database=database).everything():
            out.write(json.dumps(entry_json(entry), ensure_ascii=False) + "\n")
