"""What is counted of requests that end otherwise than with an answer of a route."""

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from server import metrics
from server.api.sight import Sight


async def _broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a mistake of ours")


async def test_a_request_that_fails_without_an_answer_counts_as_a_500() -> None:
    labels = {"method": "GET", "path": "other", "status": "500"}
    before = metrics.REGISTRY.get_sample_value("scriptorium_http_requests_total", labels) or 0.0
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Sight(_broken)), base_url="http://test"
    ) as client:
        with pytest.raises(RuntimeError):
            await client.get("/anywhere")

    assert metrics.REGISTRY.get_sample_value("scriptorium_http_requests_total", labels) == before + 1
