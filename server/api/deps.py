"""What a request handler may ask for. All of it is async: FastAPI calls other functions in a thread each."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from server.resources import Resources
from tools.errors import InvalidInput


async def resources(connection: HTTPConnection) -> Resources:
    """The open resources of this server."""
    return cast("Resources", connection.state.resources)


async def thread_id(thread_id: Annotated[str, Path(description="The thread's UUID.")]) -> str:
    """The thread id of the path, in its canonical form."""
    return canonical_uuid(thread_id, "thread")


async def run_id(run_id: Annotated[str, Path(description="The run's UUID.")]) -> str:
    """The run id of the path, in its canonical form."""
    return canonical_uuid(run_id, "run")


def canonical_uuid(text: str, noun: str) -> str:
    """A UUID in lower case with dashes; raises InvalidInput for anything else."""
    if (known := known_uuid(text)) is None:
        raise InvalidInput(f"Invalid {noun} ID: must be a UUID", code="invalid_id")
    return known


def known_uuid(text: str) -> str | None:
    """A UUID in lower case with dashes; None for anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


Open = Annotated[Resources, Depends(resources)]
ThreadId = Annotated[str, Depends(thread_id)]
RunId = Annotated[str, Depends(run_id)]
