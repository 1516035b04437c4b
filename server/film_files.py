"""Films on the command line: how options become an input, and where what is made is written."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path, PurePath
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from graphs.video.request import Input
from server.option_fields import placed
from tools.cancellation import opened
from tools.storage.base import Storage

GRAPH = "video"
_CHUNK = 1024 * 1024


async def store(path: Path, files: Storage, *, max_bytes: int) -> str:
    """Store a film piece by piece; returns its id.

    Raises:
        InputTooLarge: It is larger than the limit.
    """
    stored = await files.write_stream(_chunks(path), name=path.name, media_type="", max_bytes=max_bytes)
    return stored.file_id


async def input_of(given: Mapping[str, Any], options: Mapping[str, Any], files: Storage) -> dict[str, Any]:
    """The graph's input; ``subtitles`` names a local file, from which the words come then."""
    found = await placed(given, options, Input.model_fields, files)
    return {**found, "words_from": "file"} if "subtitles" in options else found


async def write(result: dict[str, Any], files: Storage, folder: Path) -> dict[str, Any]:
    """The result with the path of each file that was made, which is written into the folder."""
    return cast("dict[str, Any]", await _written(result, files, folder))


async def _written(value: Any, files: Storage, folder: Path) -> Any:
    if isinstance(value, list):
        return [await _written(one, files, folder) for one in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    found = {key: await _written(one, files, folder) for key, one in cast("dict[str, Any]", value).items()}
    ids = {key: one for key, one in found.items() if key.endswith("file_id") and isinstance(one, str)}
    for key, file_id in ids.items():
        name = found["name"] if key == "file_id" else (await files.describe(file_id)).name
        path = folder / PurePath(name).name
        async with opened(partial(path.open, "wb")) as file:
            async for chunk in files.read_stream(file_id):
                await asyncio.to_thread(file.write, chunk)
        found |= {key: None, f"{key.removesuffix('file_id')}path": str(path)}
    return found


def show(result: dict[str, Any], console: Console) -> None:
    """Print what was made."""
    if result["mode"] == "offline":
        console.print("[yellow]Nothing is translated: no language model is configured (PRIMARY_MODEL).[/]")
    words = result["words"]
    console.print(f"{words['cues']} cues from: {words['engine'] or words['source']}", highlight=False)
    table = Table("to", "translated", "flagged", "conform", "subtitles", "film")
    for target, made in result["targets"].items():
        subtitles = made["subtitles"]
        table.add_row(
            target,
            f"{subtitles['translated']}/{subtitles['segments']}",
            str(len(subtitles["flags"])),
            f"{subtitles['conformity']['share']:.1%}",
            subtitles["path"],
            made["video"]["path"] if made["video"] else "",
        )
    if result["targets"]:
        console.print(table)
    recap: dict[str, Any] = result["recap"] or {}
    files: list[dict[str, Any] | None] = [words["file"], result["file"], recap.get("file")]
    for file in files:
        if file is not None:
            console.print(file["path"], highlight=False, soft_wrap=True)
    for warning in result["warnings"]:
        console.print(f"[yellow]{warning['code']}:[/] {warning['message']}", highlight=False)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    async with opened(lambda: path.open("rb")) as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
