"""Writes everything that is one person's into a zip file, as JSON and as the files themselves."""

import asyncio
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig

from server import access
from server.db.models import Account
from server.personal_data.subject import Belongings, belongings
from server.resources import Resources
from server.store.namespaces import unpacked
from server.stream.encoding import to_json_or_text
from tools.errors import Conflict

SECRETS = {"password_hash", "digest", "session_epoch"}  # columns that are of no use to who they are about


async def export(resources: Resources, account: Account, to: Path) -> None:
    """Write a zip that only its writer can read.

    It holds the account, keys, shares, usage, threads with all their states, runs, assistants, crons,
    documents and files.

    Raises:
        Conflict: There is such a file.
    """
    try:
        made = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{to} is there already.", hint="Name another file.", code="file_exists") from None
    try:
        with os.fdopen(made, "wb") as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
            await _fill(resources, account, archive)
    except BaseException:
        os.unlink(to)  # noqa: PTH108 - half of one's data is not one's data
        raise


async def _fill(resources: Resources, account: Account, archive: zipfile.ZipFile) -> None:
    with access.bind(None):  # everything of theirs, whoever asks
        async with resources.database.read() as session:
            found = await belongings(session, account)
        await asyncio.to_thread(_write_rows, archive, found)
        for thread in found.threads:
            states = await _states(resources, thread.thread_id)
            await _add(archive, f"threads/{thread.thread_id}/states.json", states)
        for file in found.files:
            with archive.open(f"files/{file.file_id}/{file.name}", "w", force_zip64=True) as entry:
                async for chunk in resources.files.read(file):
                    await asyncio.to_thread(entry.write, chunk)


def _write_rows(archive: zipfile.ZipFile, found: Belongings) -> None:
    documents = [_row(item) | {"namespace": list(unpacked(item.namespace))} for item in found.documents]
    tables: dict[str, Any] = {
        "account.json": _row(found.account),
        "keys.json": _rows(found.keys),
        "shares.json": _rows(found.shares),
        "usage.json": _rows(found.usage),
        "threads.json": _rows(found.threads),
        "runs.json": _rows(found.runs),
        "assistants.json": _rows(found.assistants),
        "crons.json": _rows(found.crons),
        "store.json": documents,
        "files.json": _rows(found.files),
    }
    for name, value in tables.items():
        archive.writestr(name, to_json_or_text(value))


async def _states(resources: Resources, thread_id: str) -> list[dict[str, Any]]:
    """Every state that a thread went through, the latest first."""
    config: RunnableConfig = {"configurable": {"thread_id": thread_id}}
    return [
        {
            "checkpoint_id": found.checkpoint["id"],
            "created_at": found.checkpoint["ts"],
            "values": found.checkpoint["channel_values"],
            "metadata": found.metadata,
        }
        async for found in resources.checkpointer.alist(config)
    ]


async def _add(archive: zipfile.ZipFile, name: str, value: Any) -> None:
    await asyncio.to_thread(archive.writestr, name, to_json_or_text(value))


def _rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [_row(row) for row in rows]


def _row(row: Any) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude=SECRETS)
