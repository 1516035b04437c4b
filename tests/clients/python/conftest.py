"""The newest official Python SDK before the service, both of its clients."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langgraph_sdk import get_client, get_sync_client

from tests.clients.python.calls import done
from tests.conftest import Server


@pytest.fixture(params=["async", "sync"])
async def client(request: pytest.FixtureRequest, conformance_server: Server) -> AsyncIterator[Any]:
    """A client; each test runs with either."""
    if request.param == "sync":
        with get_sync_client(url=conformance_server.url) as client:
            yield client
        return
    async with get_client(url=conformance_server.url) as client:
        yield client


@pytest.fixture
async def thread_id(client: Any) -> str:
    """A new thread."""
    return (await done(client.threads.create()))["thread_id"]
