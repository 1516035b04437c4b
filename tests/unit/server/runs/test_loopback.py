"""Requests of a graph to the API of its own process."""

import asyncio
from typing import Any

import httpx

from server.runs.loopback import LoopbackTransport, connected


async def test_the_api_learns_that_a_request_was_given_up_before_its_response_began() -> None:
    asked, told = asyncio.Event(), list[str]()

    async def slow(_: Any, receive: Any, send: Any) -> None:
        asked.set()
        while (message := (await receive())["type"]) != "http.disconnect":
            pass
        told.append(message)

    with connected(slow):
        async with httpx.AsyncClient(transport=LoopbackTransport(None), base_url="http://api") as client:  # type: ignore[arg-type]
            asking = asyncio.create_task(client.get("/runs/wait"))
            await asked.wait()
            asking.cancel()
            await asyncio.wait({asking})

    assert asking.cancelled()
    assert told == ["http.disconnect"]
