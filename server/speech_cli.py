"""``scriptorium speech``: the models that hear."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress
from rich.table import Table

from configs.settings import load_settings

app = typer.Typer(help="Speech recognition: its models.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)


@app.command()
def install(
    name: Annotated[str, typer.Argument(help="vosk-small-en or vosk-small-cn.")],
    source: Annotated[
        str | None, typer.Option(help="A mirror of Vosk's models, model-list.json included.")
    ] = None,
    sha256: Annotated[str | None, typer.Option(help="What the downloaded file must have.")] = None,
) -> None:
    """Download a model of Vosk's into SPEECH_MODELS_DIR; goes on where a download broke off."""
    from tools.speech import installing

    folder = load_settings().speech_models
    with Progress("{task.description}", BarColumn(), DownloadColumn(), console=err) as bars:
        bar = bars.add_task(name)
        path = asyncio.run(
            installing.install(
                name,
                folder,
                source=source or installing.SOURCE,
                sha256=sha256,
                progress=lambda done, total: bars.update(bar, completed=done, total=total),
            )
        )
    out.print(str(path))


@app.command("list")
def list_models() -> None:
    """List the models that are there, by language."""
    from tools.speech.installing import installed

    settings = load_settings()
    table = Table("language", "folder")
    for language, path in installed(settings.speech_models).items():
        table.add_row(language, str(path))
    if settings.vosk_model_path is not None:
        table.add_row(settings.vosk_language, str(settings.vosk_model_path))
    out.print(table)
