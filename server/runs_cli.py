"""``scriptorium runs``: look at, follow and steer the runs of a service, over its HTTP API."""

from datetime import datetime
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Column, Table

from server.run_client import ServerEvent, connected

DID_NOT_SUCCEED = 3  # exit code of a run that ended otherwise; 1 is a refusal or no answer, 2 a wrong command

app = typer.Typer(help="Look at and steer the runs of a running service.", no_args_is_help=True)
out = Console(highlight=False)

Url = Annotated[str, typer.Option(help="Where the service listens.")]
RunId = Annotated[str, typer.Argument(help="The run's id; `scriptorium runs list` shows them.")]
LOCAL = "http://127.0.0.1:8000"


@app.command("list")
def list_runs(
    url: Url = LOCAL,
    status: Annotated[
        list[str] | None, typer.Option(help="Only runs in this status; may be repeated.")
    ] = None,
    graph: Annotated[str | None, typer.Option(help="Only runs of this graph.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    before: Annotated[str | None, typer.Option(help="Only runs older than this one.")] = None,
) -> None:
    """List runs, the newest first."""
    with connected(url) as service:
        found = service.list(status=status, graph=graph, limit=limit, before=before)
    table = Table(Column("run", no_wrap=True, min_width=36), "graph", "status", "attempt", "created", "took")
    for run in found:
        table.add_row(
            run["run_id"],
            run["graph_id"],
            run["status"],
            str(run["attempt"]),
            _moment(run["created_at"]),
            _took(run),
        )
    out.print(table)


@app.command()
def show(run_id: RunId, url: Url = LOCAL) -> None:
    """Show everything about one run but its input and its events."""
    with connected(url) as service:
        run = service.show(run_id)
    table = Table("", "", show_header=False)
    for name, value in run.items():
        if value not in (None, {}):
            table.add_row(name.replace("_", " "), _shown(name, value))
    out.print(table)


@app.command()
def tail(
    run_id: RunId,
    url: Url = LOCAL,
    after: Annotated[str, typer.Option(help="Begin after this event; 0 for the first.")] = "0",
) -> None:
    """Follow a run's events to its end, one line each; exit code 3 if the run does not succeed."""
    with connected(url) as service:
        for event in service.tail(run_id, after=after):
            typer.echo(_line(event))
        status = service.show(run_id)["status"]
    typer.echo(f"The run has ended: {status}", err=True)
    if status != "success":
        raise typer.Exit(DID_NOT_SUCCEED)


@app.command()
def cancel(
    run_id: RunId,
    url: Url = LOCAL,
    action: Annotated[
        Literal["interrupt", "rollback"], typer.Option(help="Keep what the run has done, or remove it.")
    ] = "interrupt",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Until it has stopped.")] = True,
) -> None:
    """Stop a run."""
    with connected(url) as service:
        service.cancel(run_id, action=action, wait=wait)
    out.print(f"Run {run_id} {'is cancelled' if wait else 'will be cancelled'}.")


@app.command()
def retry(run_id: RunId, url: Url = LOCAL) -> None:
    """Start a new run with the request of one that has ended; prints its id."""
    with connected(url) as service:
        typer.echo(service.retry(run_id)["run_id"])


def _line(event: ServerEvent) -> str:
    return "\t".join((event.id or "-", event.name, event.data.replace("\n", " ")))


def _shown(name: str, value: Any) -> str:
    if name == "queue":
        when = "unknown" if value["seconds"] is None else f"about {value['seconds']:.0f} s"
        return f"place {value['position']}, begins in {when}"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {part}" for key, part in value.items())  # pyright: ignore[reportUnknownVariableType] - JSON
    return _moment(value) if name.endswith("_at") else str(value)


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _took(run: dict[str, Any]) -> str:
    if run["started_at"] is None or run["ended_at"] is None:
        return ""
    took = datetime.fromisoformat(run["ended_at"]) - datetime.fromisoformat(run["started_at"])
    return f"{took.total_seconds():.1f} s"
