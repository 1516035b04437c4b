"""Runs one job in this process, for the command line: no server, no queue, nothing kept."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from configs.settings import Settings
from graphs.registry import GRAPHS
from server import guideline_files, translated_files
from tools.errors import InputTooLarge, InvalidInput
from tools.llm import spending
from tools.llm.chat_models import bind as bind_models
from tools.llm.chat_models import open_models
from tools.llm.roles import configured
from tools.llm.spending import Account, Budget, LocalLedger, Payer
from tools.llm.transport import close_clients
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob:
    """What is to be done with a file."""

    graph_id: str
    file: Path
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    language: str | None = None  #: Of the file.
    targets: Sequence[str] = ()  #: Languages to translate into.
    glossary: Path | None = None
    folder: Path | None = None  #: Where translated files go; None: beside the file.


async def run_file(settings: Settings, job: FileJob, console: Console) -> dict[str, Any]:
    """Run a graph on a file, with a progress bar; returns its output.

    Raises:
        ServiceError: When the graph is unknown or the file cannot be worked on.
    """
    graph_id = job.graph_id
    entry = GRAPHS.get(graph_id)
    if entry is None:
        raise InvalidInput(
            f"There is no graph {graph_id!r}.",
            hint=f"The graphs are: {', '.join(GRAPHS)}.",
            code="unknown_graph",
        )
    with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
        storage = LocalStorage(Path(folder))
        given = await _input(settings, job, storage)
        models = open_models(configured(settings))
        account = Account(
            payer=Payer(run=graph_id, user="local"),
            ledger=LocalLedger(),
            run_budget=Budget(tokens=settings.max_tokens_per_run, cost=settings.max_cost_per_run),
        )
        try:
            with (
                bind_storage(storage),
                bind_models(models),
                spending.bind(account),
                _progress(console) as progress,
            ):
                result = await _stream(cast("Any", entry.build()).compile(), given, _Bars(progress))
        finally:
            await close_clients()
        if graph_id in translated_files.GRAPHS:
            return await translated_files.write(result, storage, job.folder or job.file.parent)
        if graph_id == guideline_files.GRAPH:
            return await guideline_files.write(result, storage, job.folder or job.file.parent)
        return result


def show(graph_id: str, result: dict[str, Any], console: Console) -> None:
    """Print a readable summary of a result."""
    if graph_id in translated_files.GRAPHS:
        translated_files.show(result, console)
        return
    if graph_id == guideline_files.GRAPH:
        guideline_files.show(result, console)
        return
    if graph_id != "characters":
        console.print_json(data=result)
        return
    if result["mode"] == "offline":
        console.print("[yellow]Rules only: no language model is configured (PRIMARY_MODEL).[/]")
    table = Table("name", "also called", "gender", "importance", "mentions", "quotes", title="Cast")
    for character in result["characters"]:
        others = [name for name in character["aliases"] if name != character["canonical_name"]]
        table.add_row(
            character["canonical_name"],
            ", ".join(others[:5]) + (" …" if len(others) > 5 else ""),
            character["gender"],
            character["importance"],
            str(character["mentions"]),
            str(character["quotes"]),
        )
    console.print(table)
    for name, value in result["statistics"].items():
        console.print(f"{name.replace('_', ' ')}: {value}", highlight=False)
    for warning in result["warnings"]:
        console.print(f"[yellow]{warning['code']}:[/] {warning['message']}", highlight=False)


async def _input(settings: Settings, job: FileJob, storage: LocalStorage) -> dict[str, Any]:
    """The graph's input, its files stored."""
    stored = await storage.write(_read(job.file, settings.max_file_size), name=job.file.name)
    given: dict[str, Any] = {"file_id": stored.file_id, "options": job.options}
    if job.graph_id not in translated_files.GRAPHS:
        given |= {"language": job.language}
        return guideline_files.prepared(given) if job.graph_id == guideline_files.GRAPH else given
    given |= {"source_language": job.language, "target_languages": list(job.targets)}
    if job.glossary is None:
        return given
    glossary = await storage.write(_read(job.glossary, settings.max_file_size), name=job.glossary.name)
    return given | {"glossary_file_id": glossary.file_id}


def _read(file: Path, max_bytes: int) -> bytes:
    if file.stat().st_size > max_bytes:
        raise InputTooLarge(
            f"{file} is larger than the limit of {max_bytes} bytes.",
            hint="Raise MAX_FILE_SIZE.",
            code="file_too_large",
        )
    return file.read_bytes()


class _Bars:
    """One bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def update(self, event: dict[str, Any]) -> None:
        if event.get("type") != "progress":
            return
        stage = event["stage"]
        if stage not in self._bars:
            self._bars[stage] = self._progress.add_task(stage, total=event["total"])
        self._progress.update(self._bars[stage], completed=event["done"], total=event["total"])


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:12}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=console,
    )


async def _stream(graph: Any, given: dict[str, Any], bars: _Bars) -> dict[str, Any]:
    result: dict[str, Any] = {}
    async for mode, payload in graph.astream(
        given, stream_mode=["custom", "values"], output_keys=graph.output_channels
    ):
        if mode == "custom":
            bars.update(payload)
        else:
            result = payload
    return result
