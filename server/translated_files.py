"""Translated files on the command line: where they are written, and what is said about them."""

from pathlib import Path, PurePath
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.storage.base import Storage

GRAPHS = frozenset({"translate", "subtitles"})


async def write(result: dict[str, Any], files: Storage, folder: Path) -> dict[str, Any]:
    """The result with the path of each target's file, which is written into the folder."""
    targets: dict[str, Any] = {}
    for target, figures in result["targets"].items():
        path = folder / PurePath(figures["name"]).name
        path.write_bytes(await files.read(figures["file_id"]))
        targets[target] = {**figures, "file_id": None, "path": str(path)}
    return {**result, "targets": targets}


def show(result: dict[str, Any], console: Console) -> None:
    """Print the figures of each target."""
    if result["mode"] == "offline":
        console.print("[yellow]Nothing is translated: no language model is configured (PRIMARY_MODEL).[/]")
    table = Table("to", "translated", "untranslated", "flagged", "terms", "conform", "file")
    for target, figures in result["targets"].items():
        terms, conformity = figures["terms"], figures.get("conformity")
        table.add_row(
            target,
            str(figures["translated"]),
            str(figures["untranslated"]),
            str(len(figures["flags"])),
            f"{terms['hits']}/{terms['occurrences']}",
            f"{conformity['share']:.1%}" if conformity else "",
            figures["path"],
        )
    console.print(table)
    for warning in result["warnings"]:
        console.print(f"[yellow]{warning['code']}:[/] {warning['message']}", highlight=False)
