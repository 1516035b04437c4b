"""Runs one job in this process, for the command line: no server, no queue, nothing kept."""

import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from configs.settings import Settings
from graphs.registry import GRAPHS
from server import audiobook_files, film_estimate, film_files, guideline_files, topics_files, translated_files
from server.resources import speech_settings, topics_place, topics_training
from tools.errors import InvalidInput
from tools.llm import spending
from tools.llm.chat_models import bind as bind_models
from tools.llm.chat_models import open_models
from tools.llm.roles import configured
from tools.llm.spending import Account, Budget, LocalLedger, Payer
from tools.llm.transport import close_clients
from tools.speech.choosing import open_engine, open_speaker
from tools.speech.current import bind as bind_speech
from tools.storage.base import bind as bind_storage
from tools.storage.local import LocalStorage
from tools.topics.running.current import bind as bind_topics


class _Files(Protocol):
    """How a graph's result becomes files beside its source, and lines on a screen."""

    async def write(
        self, result: dict[str, Any], storage: LocalStorage, folder: Path, /
    ) -> dict[str, Any]: ...

    def show(self, result: dict[str, Any], console: Console) -> None: ...


_FILES: Mapping[str, _Files] = {
    film_files.GRAPH: film_files,
    guideline_files.GRAPH: guideline_files,
    topics_files.GRAPH: topics_files,
    **dict.fromkeys(translated_files.GRAPHS, translated_files),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileJob:
    """What is to be done with a file."""

    graph_id: str
    file: Path
    others: Sequence[Path] = ()  #: Files that belong to the same run.
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    language: str | None = None  #: Of the file.
    targets: Sequence[str] = ()  #: Languages to translate into.
    glossary: Path | None = None
    folder: Path | None = None  #: Where translated files go; None: beside the file.
    is_dry: bool = False  #: Whether only to say what it will take.


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
    with _files_of(job) as work:
        storage = LocalStorage(work)
        given = await _input(settings, job, storage)
        async with with_models(settings, graph_id):
            with bind_storage(storage), _progress(console) as progress:
                if job.is_dry and graph_id != audiobook_files.GRAPH:  # which is read and cast to be told
                    return await _estimated(entry.graph.builder, job, given, storage, console)
                result = await _stream(entry.graph, given, _Bars(progress))
        folder = job.folder or job.file.parent
        if graph_id == audiobook_files.GRAPH:
            return await audiobook_files.write(result, storage, folder, work)
        if graph_id in translated_files.GRAPHS:
            result = await translated_files.without_copy(result, given, storage)
        files = _FILES.get(graph_id)
        return await files.write(result, storage, folder) if files is not None else result


async def _estimated(
    graph: Any, job: FileJob, given: dict[str, Any], storage: LocalStorage, console: Console
) -> dict[str, Any]:
    """Say what the job will take; its figures.

    Raises:
        InvalidInput: "no_estimate": nobody can say it of this graph.
    """
    if job.graph_id == film_files.GRAPH:
        film = await film_estimate.estimate(graph, given, storage)
        film_estimate.show_estimate(film, job.file.name, console)
        return asdict(film)
    if job.graph_id not in translated_files.GRAPHS:
        told = {*translated_files.GRAPHS, film_files.GRAPH, audiobook_files.GRAPH}
        raise InvalidInput(
            f"--dry-run: what {job.graph_id} will take cannot be told before",
            hint=f"It can of {', '.join(sorted(told))}.",
            code="no_estimate",
        )
    text = await translated_files.estimate(graph, given, job.graph_id)
    translated_files.show_estimate(text, job.file.name, console)
    return asdict(text)


@contextmanager
def _files_of(job: FileJob) -> Generator[Path]:
    """Where a job's files lie meanwhile: what takes hours stays there until it is done."""
    if job.graph_id == audiobook_files.GRAPH and not job.is_dry:
        yield audiobook_files.work_folder(job.file, job.folder)
        return
    with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
        yield Path(folder)


@asynccontextmanager
async def with_models(settings: Settings, graph_id: str) -> AsyncGenerator[None]:
    """The configured models, voices and the budget of one run, bound inside the block."""
    models = open_models(configured(settings))
    speech = speech_settings(settings)
    topics = topics_place(settings)
    account = Account(
        payer=Payer(run=graph_id, user="local"),
        ledger=LocalLedger(),
        run_budget=Budget(tokens=settings.max_tokens_per_run, cost=settings.max_cost_per_run),
    )
    try:
        with (
            bind_models(models),
            bind_speech(
                engine=open_engine(speech, lambda: models), speaker=open_speaker(speech, lambda: models)
            ),
            bind_topics(training=topics_training(settings) or topics, others=topics),
            spending.bind(account),
        ):
            yield
    finally:
        await close_clients()


def show(graph_id: str, result: dict[str, Any], console: Console) -> None:
    """Print a readable summary of a result."""
    if graph_id == audiobook_files.GRAPH:
        audiobook_files.show(result, console)
        return
    if files := _FILES.get(graph_id):
        files.show(result, console)
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
    is_film = job.graph_id == film_files.GRAPH
    most = settings.max_video_size if is_film else settings.max_file_size
    file_id = await film_files.store(job.file, storage, max_bytes=most)
    if job.graph_id == topics_files.GRAPH:
        others = [await film_files.store(path, storage, max_bytes=most) for path in job.others]
        return topics_files.prepared([file_id, *others], job.options, job.language)
    given: dict[str, Any] = {"file_id": file_id, "options": job.options}
    if job.graph_id == audiobook_files.GRAPH:
        options = {**job.options, "until": "cast"} if job.is_dry else job.options
        return await audiobook_files.input_of(
            {"file_id": file_id, "language": job.language}, options, storage
        )
    if job.graph_id not in translated_files.GRAPHS and not is_film:
        given |= {"language": job.language}
        return guideline_files.prepared(given) if job.graph_id == guideline_files.GRAPH else given
    given |= {"source_language": job.language, "target_languages": list(job.targets)}
    if job.glossary is not None:
        most = settings.max_file_size
        given["glossary_file_id"] = await film_files.store(job.glossary, storage, max_bytes=most)
    if is_film:
        return await film_files.input_of(given, job.options, storage)
    return await translated_files.input_of(job.graph_id, given, job.options, storage)


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
    if "__interrupt__" in result:
        raise InvalidInput(
            "the job stopped to ask a person, which only the service can",
            hint="Leave review out of the options, or run it on the service.",
            code="nobody_to_ask",
        )
    return result
