"""Topics on the command line: options become an input, and the files are written beside the texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.storage.local import LocalStorage

GRAPH = "topics"
_LISTS = ("models", "topics", "columns.groups", "cleaning.stop_words", "cleaning.dictionary")
_SHOWN_WORDS = 6


def prepared(file_ids: Sequence[str], options: Mapping[str, Any], language: str | None) -> dict[str, Any]:
    """The graph's input: nobody can be asked on a command line.

    Args:
        file_ids: Of all files, which make one corpus.
        options: By name; a dot leads inside, as in ``columns.text``; commas part what is a list.
        language: Of the texts, where it is known.
    """
    found: dict[str, Any] = {"confirm": False}
    given = {**options, **({"cleaning.language": language} if language else {})}
    for name, value in given.items():
        place = found
        *outer, last = name.split(".")
        for step in outer:
            place = place.setdefault(step, {})
        place[last] = _listed(value) if name in _LISTS else value
    return {"file_ids": list(file_ids), "options": found}


def _listed(value: object) -> object:
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",") if part.strip()]
        return [int(part) if part.isdecimal() else part for part in parts]
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]


async def write(result: dict[str, Any], storage: LocalStorage, folder: Path) -> dict[str, Any]:
    """Write every file into the folder; the result names the paths."""
    written: dict[str, str] = {}
    for key, file in result["files"].items():
        path = folder / f"topics.{Path(file['name']).name}"
        path.write_bytes(await storage.read(file["file_id"]))
        written[key] = str(path)
    return result | {"written": written}


def show(result: dict[str, Any], console: Console) -> None:
    """Print the topics, how they were chosen, and where the files are."""
    if result["mode"] == "offline":
        console.print("[yellow]Named by their words: no language model is configured (PRIMARY_MODEL).[/]")
    table = Table("topic", "label", "share", "documents", "NPMI", "words", title="Topics")
    for topic in result["topics"]:
        share = topic["share"]["mean"]
        words = ", ".join(topic["words"][:_SHOWN_WORDS])
        row = [str(topic["id"]), topic["label"], f"{100 * share:.1f} %", str(topic["documents"])]
        table.add_row(*row, f"{topic['npmi']:.3f}", words)
    console.print(table)
    console.print(result["selection"]["model_reason"], highlight=False, markup=False)
    for warning in result["warnings"]:
        console.print(f"{warning['code']}: {warning['message']}", style="yellow", markup=False)
    for path in result["written"].values():
        console.print(path, highlight=False, markup=False)
