"""The files of a version for patients, written beside the guideline that the command line was given."""

from pathlib import Path
from typing import Any

from rich.console import Console

from tools.storage.local import LocalStorage

GRAPH = "guideline"


def prepared(given: dict[str, Any]) -> dict[str, Any]:
    """The graph's input: nobody can be asked on a command line, so what is held back is marked."""
    return given | {"options": {"review": False, **given["options"]}}


async def write(result: dict[str, Any], storage: LocalStorage, folder: Path) -> dict[str, Any]:
    """Write every file into the folder; the result names the paths."""
    written: dict[str, str] = {}
    files: list[dict[str, Any]] = [*result["files"].values()]
    if result["translation"]:
        files += result["translation"]["files"].values()
    for file in files:
        path = folder / Path(file["name"]).name
        path.write_bytes(await storage.read(file["file_id"]))
        written[path.suffix.lstrip(".") if path.suffix not in written else path.name] = str(path)
    return result | {"written": written}


def show(result: dict[str, Any], console: Console) -> None:
    """Print what it came to, and where the files are."""
    if result["mode"] == "offline":
        console.print("[yellow]Own words only: no language model is configured (PRIMARY_MODEL).[/]")
    count = len(result["records"]["recommendations"])
    console.print(f"{count} recommendations, {result['status']}", highlight=False)
    for finding in result["findings"]:
        if finding["is_safety"]:
            console.print(f"{finding['gate']}: {finding['message']}", style="red", markup=False)
    for path in result["written"].values():
        console.print(path, highlight=False, markup=False)
