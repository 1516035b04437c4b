"""Audiobooks on the command line: how options become an input, where files go, what is printed."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from rich.console import Console
from rich.table import Table

from graphs.audiobook.request import Input
from server import film_files
from tools.errors import InvalidInput
from tools.storage.base import Storage

GRAPH = "audiobook"
_COVER = "cover"  # the option that names a picture
_VOICE = "voice."  # the beginning of options that choose somebody's voice
_FIELDS = ("title", "author")


def work_folder(file: Path, folder: Path | None) -> Path:
    """Where spoken lines lie until the book is made, so that a run that was killed goes on."""
    return (folder or file.parent) / f".{file.name}.audiobook"


async def input_of(given: Mapping[str, Any], options: Mapping[str, Any], files: Storage) -> dict[str, Any]:
    """The graph's input.

    Args:
        given: What is known without the options.
        options: By name: title, author, cover (a local picture), voice.ID (of a character, or narrator), and
            those of the graph.

    Raises:
        InvalidInput: "review": nobody can be asked here.
    """
    found: dict[str, Any] = {**given, "options": {}}
    voices: list[dict[str, str]] = []
    for name, value in options.items():
        if name == _COVER:
            data = await asyncio.to_thread(Path(str(value)).read_bytes)
            stored = await files.write(data, name=PurePath(str(value)).name, media_type="")
            found["cover_file_id"] = stored.file_id
        elif name == "review" and value:
            raise InvalidInput(
                "options.review: nobody can answer in the middle of a command",
                hint="--dry-run shows cast and cost; voice.ID chooses a voice. A service asks, and waits.",
                code="no_review_here",
            )
        elif name.startswith(_VOICE):
            voices.append({"op": "voice", "id": name.removeprefix(_VOICE), "voice": str(value)})
        elif name in _FIELDS:
            found[name] = str(value)
        else:
            place = found if name in Input.model_fields else found["options"]
            place[name] = value
    return found | ({"edits": voices} if voices else {})


async def write(result: dict[str, Any], files: Storage, folder: Path, work: Path) -> dict[str, Any]:
    """The result with the paths of its files, written into the folder; then what was kept for it goes."""
    written = await film_files.write(result, files, folder)
    if result["audio"] is not None:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
    return written


def show(result: dict[str, Any], console: Console) -> None:
    """Print the cast, what it takes, and where the files are."""
    if result["mode"] == "offline":
        console.print("[yellow]Rules only: no language model is configured (PRIMARY_MODEL).[/]")
    table = Table("id", "name", "voice", "lines", "talks with", title="Cast")
    names = {part["role"]: part["name"] for part in result["cast"]}
    for part in result["cast"]:
        near = ", ".join(names[role] for role in part["talks_with"][:3])
        table.add_row(part["role"], part["name"], part["voice"], str(part["lines"]), near)
    console.print(table)
    estimate = result["estimate"]
    if estimate is not None:
        cost = "a price nobody knows" if estimate["cost"] is None else f"{estimate['cost']:g}"
        cost = f"{cost} {estimate['currency']}" if estimate["currency"] else cost
        console.print(
            f"{estimate['lines']} lines, {estimate['to_speak']} to speak by {estimate['engine']}: about "
            f"{estimate['seconds'] / 60:.0f} minutes of sound, cost: {cost}",
            highlight=False,
        )
    if audio := result["audio"]:
        seconds, chapters = audio["duration_ms"] / 1000, len(audio["chapters"])
        console.print(f"{seconds:.1f} s in {chapters} chapters, {audio['loudness']} LUFS", highlight=False)
        for file in (audio["m4b"], audio["zip"], *audio["captions"].values()):
            console.print(file["path"], highlight=False, soft_wrap=True)
    for warning in result["warnings"]:
        console.print(f"[yellow]{warning['code']}:[/] {warning['message']}", highlight=False)
