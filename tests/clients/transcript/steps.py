"""The steps of a client's script: each one asks a server for something, and tells what it got."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import APIStatusError

from tests.clients.transcript.steady import Steady

Step = Callable[[LangGraphClient], Awaitable[Any]]
Transcript = dict[str, Any]

MODES = [
    "values",
    "updates",
    "messages-tuple",
    "messages",
    "custom",
    "tasks",
    "checkpoints",
    "debug",
    "events",
]


class Script:
    """Steps by name, in their order."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def step(self, does: Step) -> Step:
        """Adds a step under its function's name."""
        self.steps[does.__name__] = does  # type: ignore[attr-defined]
        return does

    def each(self, name: str, values: list[str]) -> Callable[[Callable[..., Awaitable[Any]]], Any]:
        """Adds a step for each value, which its function gets besides."""

        def add(does: Callable[..., Awaitable[Any]]) -> Any:
            for value in values:
                self.steps[f"{does.__name__}[{name}={value}]"] = _bound(does, value)  # type: ignore[attr-defined]
            return does

        return add

    async def play(self, url: str) -> Transcript:
        """What the server at this address answered to each step."""
        return {name: await _told(does, url) for name, does in self.steps.items()}


def _bound(does: Callable[..., Awaitable[Any]], value: str) -> Step:
    async def step(client: LangGraphClient) -> Any:
        return await does(client, value)

    return step


async def _told(does: Step, url: str) -> Any:
    try:
        async with get_client(url=url) as client:
            return Steady().of(await does(client))
    except APIStatusError as error:
        return f"refused with {error.status_code}"
    except httpx.HTTPStatusError as error:  # what reconnecting requests raise
        return f"refused with {error.response.status_code}"


async def events(stream: Any) -> list[Any]:
    """The events of a stream with their data."""
    return [[part.event, part.data] async for part in stream]


def described(schemas: Any) -> dict[str, Any]:
    """The fields of each of a graph's schemas; the rest is LangChain's, and changes with its versions."""
    return {
        kind: schema and sorted(schema.get("properties", {}))
        for kind, schema in schemas.items()
        if kind.endswith("_schema")
    }


async def new_thread(client: LangGraphClient) -> str:
    """A thread's id."""
    return (await client.threads.create())["thread_id"]
