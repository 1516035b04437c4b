"""A webhook's receiver is told what the official server told it, with the same keys."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.conformance.facts import form
from tests.conftest import Server
from tests.fixtures.receiver import listening

RECORDED = {
    *("run_id", "thread_id", "assistant_id", "metadata", "status", "kwargs", "multitask_strategy"),
    *("created_at", "updated_at", "langsmith_session_name", "run_started_at", "run_ended_at"),
    *("webhook_sent_at", "values"),
}


@pytest.mark.parametrize(
    ("fails", "status", "keys"), [(False, "success", RECORDED), (True, "error", RECORDED | {"error"})]
)
async def test_a_receiver_is_told_the_runs_end(
    fails: bool, status: str, keys: set[str], conformance_server: Server
) -> None:
    body: dict[str, Any] = {"assistant_id": "agent", "input": {"messages": [], "fail": fails}}
    async with (
        listening() as receiver,
        httpx.AsyncClient(base_url=conformance_server.url, timeout=30) as client,
    ):
        await client.post("/runs/wait", json=body | {"webhook": receiver.url})
        await asyncio.wait_for(receiver.delivered.wait(), 30)

    told = json.loads(receiver.calls[0][1])
    assert told.keys() == keys
    assert told["status"] == status
    if fails:
        assert form(told["error"]) == {"error": "string", "message": "string"}
