"""The command of a training container: does the job in the folder that its bucket is mounted at."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path, typer.Argument(help="Where job.json and in/ lie.", exists=True, file_okay=False, writable=True)
]
Models = Annotated[
    Path | None,
    typer.Option(help="Where embedding models lie, for jobs that tune one.", exists=True, file_okay=False),
]


def topics_train(folder: Folder, models: Models = None) -> None:
    """Do one job on topics, in its folder; prints progress as lines of JSON."""
    from tools.topics.running.folder import do_job  # noqa: PLC0415 - other commands need none of it

    raise typer.Exit(do_job(folder, models))
