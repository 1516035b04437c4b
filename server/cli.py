"""The command ``scriptorium``."""

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from configs.settings import Settings, SettingsError, describe, load_settings
from server import backup_cli, data_folder, event_loop, runs_cli, speech_cli, topics_train, tracing, users_cli
from server.data_folder import DataFolderBusy
from server.embedded_redis import EmbeddedRedisError
from server.garbage import spare_what_is_loaded
from server.last_resort import end_within
from server.logs import setup_logging
from tools.errors import ServiceError

app = typer.Typer(
    help="Scriptorium: a LangGraph agent service for language work.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.add_typer(runs_cli.app, name="runs")
app.add_typer(users_cli.app, name="users")
app.add_typer(speech_cli.app, name="speech")
app.command()(backup_cli.backup)
app.command()(backup_cli.restore)
app.command()(topics_train.topics_train)
out = Console()
err = Console(stderr=True)

HostFlag = Annotated[str | None, typer.Option(help="Address to listen on.")]
PortFlag = Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")]
ConfigFlag = Annotated[Path | None, typer.Option(help="A langgraph.json whose graphs are served.")]
DataDirFlag = Annotated[Path | None, typer.Option(help="Folder of everything that is kept.")]
LogLevelFlag = Annotated[str | None, typer.Option(help="Least severe level that is logged.")]


@app.command()
def serve(
    host: HostFlag = None,
    port: PortFlag = None,
    config: ConfigFlag = None,
    data_dir: DataDirFlag = None,
    log_level: LogLevelFlag = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Execute runs in this process, too.")
    ] = True,
) -> None:
    """Run the service, with its console, at http://HOST:PORT."""
    settings = load_settings(host=host, port=port, config=config, data_dir=data_dir, log_level=log_level)
    setup_logging(settings.log_level, settings.log_format)
    with _holding(settings):  # what is refused is refused before seconds of loading
        _load_quickly()
        from server import app as server_app
        from server import worker as server_worker

        signal.signal(signal.SIGTERM, partial(_leave, server_worker.longest_stop(settings)))
        spare_what_is_loaded()
        with tracing.exporting(settings.otel_exporter_otlp_endpoint):
            event_loop.run(server_app.serve(settings, with_worker=with_worker))


@app.command()
def worker(
    concurrency: Annotated[int | None, typer.Option(help="Runs executed at a time.", min=1, max=1000)] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve /metrics on this port; 0: a free one.", max=65535),
    ] = None,
    metrics_host: Annotated[str | None, typer.Option(help="Address of that port.")] = None,
    config: ConfigFlag = None,
    data_dir: DataDirFlag = None,
    log_level: LogLevelFlag = None,
) -> None:
    """Execute runs of services that share this one's Redis and database, until told to stop."""
    settings = load_settings(
        config=config,
        data_dir=data_dir,
        log_level=log_level,
        metrics_host=metrics_host,
        metrics_port=metrics_port,
    )
    _load_quickly()
    from server import worker as server_worker

    setup_logging(settings.log_level, settings.log_format)
    spare_what_is_loaded()
    with tracing.exporting(settings.otel_exporter_otlp_endpoint):
        event_loop.run(server_worker.work(settings, concurrency=concurrency))


@app.command()
def run(
    graph: Annotated[str, typer.Argument(help="Which graph; `scriptorium graphs` lists them.")],
    file: Annotated[
        list[Path] | None,
        typer.Option(
            help="A file, or a folder of files, as often as needed; of dialogue, the talk's setup.",
            exists=True,
        ),
    ] = None,
    result_file: Annotated[
        Path | None, typer.Option("--out", help="Where to write the result, as JSON.")
    ] = None,
    option: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, as often as needed.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the file; detected when not given.")
    ] = None,
    to: Annotated[
        list[str] | None, typer.Option(help="Languages to translate into, such as zh,de; as often as needed.")
    ] = None,
    glossary: Annotated[
        Path | None, typer.Option(help="CSV, TSV, JSON or TBX with terms.", exists=True, dir_okay=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where files go that are made; it need not exist.", file_okay=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what a translation, or an audiobook, will take.")
    ] = False,
) -> None:
    """Run one job on a file, or on each of several, here, without a server; or talk: `run dialogue`."""
    from server import audiobook_files, local_run, local_talk, topics_files, translated_files

    settings = load_settings()
    options = dict(_parse_option(text) for text in option or ())
    if graph == local_talk.GRAPH:
        setup = local_talk.setup_of(file[0] if file else None, options, language)
        result = asyncio.run(local_talk.talk(settings, setup, sys.stdin, out))
        _write_result(result, result_file)
        return
    if not file:
        raise typer.BadParameter(f"{graph} works on a file; name it with --file")
    if folder is not None and not dry_run:
        _make(folder)
    targets = [target for text in to or () for target in text.split(",") if target]
    results: list[dict[str, Any]] = []
    paths = translated_files.find_files(file, graph)
    others: list[Path] = []
    if graph == topics_files.GRAPH:  # one corpus, however many files
        paths, others = paths[:1], paths[1:]
    failed: list[Path] = []
    for path in paths:
        job = local_run.FileJob(
            graph_id=graph,
            file=path,
            others=others,
            options=options,
            language=language,
            targets=targets,
            glossary=glossary,
            folder=folder,
            is_dry=dry_run,
        )
        try:
            results.append(asyncio.run(local_run.run_file(settings, job, err)))
        except ServiceError as error:
            if len(paths) == 1:
                raise
            failed.append(path)  # the other files are no worse for it
            _explain(error, f"{path}: ")
            continue
        if not dry_run or graph == audiobook_files.GRAPH:  # of the others, what they will take is shown
            local_run.show(graph, results[-1], out)
    _write_result(results[0] if len(paths) == 1 else results, result_file)
    if failed:
        names = ", ".join(path.name for path in failed)
        err.print(f"[red]{len(failed)} of {len(paths)} files failed:[/] {names}", highlight=False)
        raise typer.Exit(1)


def _write_result(result: dict[str, Any] | list[dict[str, Any]], file: Path | None) -> None:
    if file is not None:
        file.write_text(json.dumps(result, ensure_ascii=False, indent=2), encoding="utf-8")
        err.print(f"Result written to {file}")


@app.command()
def graphs() -> None:
    """List the jobs."""
    from graphs.registry import GRAPHS

    table = Table("graph", "title", "description")
    for graph_id, entry in GRAPHS.items():
        table.add_row(graph_id, entry.title, entry.description)
    out.print(table)


@app.command()
def models() -> None:
    """List the roles: which model plays each, whether its key is there, and what it costs."""
    from server import models_cli
    from tools.llm.roles import configured

    out.print(models_cli.models_table(configured(load_settings())))


@app.command()
def prompts() -> None:
    """List the prompts: version, hash and variables of each."""
    from prompts import PROMPTS
    from server import models_cli

    out.print(models_cli.prompts_table(PROMPTS))


@app.command()
def doctor() -> None:
    """Probe what is configured: providers, Redis, database, files, programs; 1 when something is broken."""
    from server import models_cli
    from server.doctor import examine
    from server.places import database_url
    from tools.llm.roles import configured

    settings = load_settings()
    data_folder.prepare(settings.data_dir)
    findings = asyncio.run(
        examine(
            models=models_cli.one_of_each(configured(settings)),
            redis_url=settings.redis_url,
            database_url=database_url(settings),
            data_dir=settings.data_dir,
            vosk_model=settings.vosk_model_path,
        )
    )
    out.print(models_cli.findings_table(findings))
    if any(finding.verdict == "broken" for finding in findings):
        raise typer.Exit(1)


@app.command("config")
def show_config(host: HostFlag = None, port: PortFlag = None, config: ConfigFlag = None) -> None:
    """Print every setting: its value (secrets masked), its default, and where it comes from."""
    flags: dict[str, object] = {"host": host, "port": port, "config": config}
    table = Table("setting", "value", "default", "source")
    for setting in describe(load_settings(**flags), flags):
        table.add_row(setting.name, setting.value, setting.default, setting.source)
    out.print(table)


def _holding(settings: Settings) -> AbstractContextManager[None]:
    """Keep other servers off a folder with a Redis or SQLite of our own; one of files many may serve."""
    shares = settings.redis_url is not None and settings.database_url is not None
    return nullcontext() if shares else data_folder.hold(settings.data_dir)


def _load_quickly() -> None:
    """Spare what would be in vain while all is loaded: collections, for nothing becomes garbage, and checks
    of the arguments of docket's stores, which would be written into each of their functions.
    """
    gc.disable()
    os.environ.setdefault("PY_KEY_VALUE_DISABLE_BEARTYPE", "true")


def _leave(longest: timedelta, *_: object) -> None:
    """A server that stopped because it was asked to has not failed."""
    end_within(longest)
    sys.exit(0)


def _make(folder: Path) -> None:
    """See to it that a folder is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(
            f"--folder: {folder} cannot be made ({error.strerror}); name a place where you may write"
        ) from error


def _parse_option(text: str) -> tuple[str, Any]:
    name, separator, value = text.partition("=")
    if not separator:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def main() -> None:
    """Entry of the console script: expected failures end with one line, not with a traceback."""
    _explaining(app)


def _explaining(command: Callable[[], None]) -> None:
    try:
        command()
    except ServiceError as error:
        _explain(error)
        sys.exit(1)
    except (SettingsError, DataFolderBusy, EmbeddedRedisError) as error:
        err.print(f"[red]Error:[/] {error}", highlight=False)
        sys.exit(1)


def _explain(error: ServiceError, where: str = "") -> None:
    hint = f"\n{error.hint}" if error.hint else ""
    err.print(f"[red]Error:[/] {where}{error.message}{hint}", highlight=False)


if __name__ == "__main__":
    main()
