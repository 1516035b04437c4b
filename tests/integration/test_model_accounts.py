"""What runs consume: written down, limited, and told."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from configs.settings import Settings
from evals.model_server import Answers, Fault, Faults, ModelServer, model_server
from evals.model_server.oracle import Oracle
from graphs.characters.estimate import least_usage
from graphs.characters.state import Options
from server.db.models import ModelUsage
from server.db.repositories import model_usage
from server.db.session import Database
from server.models.ledger import SharedLedger, open_ledger
from tests.conftest import running
from tests.fixtures.garden import GARDEN, GardenGold
from tools.llm.spending import Payer
from tools.llm.transport import certificates
from tools.llm.usage import CallRecord, Usage

_PAYER = Payer(run="r1", user="ann")


def _record(node: str = "n", **usage: Any) -> CallRecord:
    return CallRecord(
        role="primary",
        operation="chat",
        model="openai:m",
        node=node,
        prompt=None,
        usage=Usage(**usage),
        seconds=0.5,
    )


@asynccontextmanager
async def _ledger(redis_url: str, database: Database) -> AsyncIterator[SharedLedger]:
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        async with open_ledger(redis, database) as ledger:
            yield ledger


async def _rows(database: Database, run_id: str = "r1") -> list[ModelUsage]:
    async with database.read() as session:
        return list(await model_usage.of_run(session, run_id))


async def test_calls_add_up_by_run_and_by_user_and_day(own_redis_url: str, database: Database) -> None:
    async with _ledger(own_redis_url, database) as ledger:
        for run in ("r1", "r2"):
            payer = Payer(run=run, user="ann")
            await ledger.book(
                payer, _record(calls=1, input_tokens=5, output_tokens=2, cost=0.25, currency="USD")
            )
        by_run, by_user = await ledger.spent(_PAYER)

    assert (by_run.tokens, by_run.cost) == (7, 0.25)
    assert (by_user.tokens, by_user.cost) == (14, 0.5)


async def test_a_call_that_is_booked_while_redis_is_asked_counts_once(
    own_redis_url: str, database: Database
) -> None:
    async with _ledger(own_redis_url, database) as ledger:
        await ledger.spent(Payer(run="r0", user="ann"))  # there is a connection now
        asking = asyncio.create_task(ledger.spent(_PAYER))
        await asyncio.sleep(0)
        await ledger.book(_PAYER, _record(calls=1, input_tokens=5))
        during, _ = await asking
        await ledger.close(_PAYER)
        after, _ = await ledger.spent(_PAYER)

    assert (during.tokens, after.tokens) == (5, 5)


async def test_each_node_has_a_row_of_its_own(own_redis_url: str, database: Database) -> None:
    async with _ledger(own_redis_url, database) as ledger:
        for node in ("a", "b", "a"):
            await ledger.book(_PAYER, _record(node, calls=1, input_tokens=5))
        await ledger.flush()
        rows = await _rows(database)

    assert {row.node: (row.calls, row.input_tokens, row.owner) for row in rows} == {
        "a": (2, 10, "ann"),
        "b": (1, 5, "ann"),
    }


async def test_one_call_of_unknown_price_makes_the_cost_of_its_row_unknown(
    own_redis_url: str, database: Database
) -> None:
    async with _ledger(own_redis_url, database) as ledger:
        await ledger.book(Payer(run="r3", user="ann"), _record(calls=1, cost=1.0, currency="USD"))
        await ledger.book(Payer(run="r3", user="ann"), _record(cache_hits=1))
        await ledger.flush()
        known = (await _rows(database, "r3"))[0].cost
        await ledger.book(Payer(run="r3", user="ann"), _record(calls=1))
        await ledger.book(Payer(run="r3", user="ann"), _record(calls=1, cost=1.0, currency="USD"))
        await ledger.flush()
        rows = await _rows(database, "r3")

    assert known == 1.0
    assert [(row.calls, row.cache_hits, row.cost) for row in rows] == [(3, 1, None)]


# --- runs of a whole service


@contextmanager
def _service(folder: Path, model: ModelServer, **settings: Any) -> Iterator[str]:
    given = {"PORT": 0, "DATA_DIR": folder, "PRIMARY_MODEL": "openai:oracle"} | settings
    with running(Settings(LLM_BASE_URL=model.openai_url, **given)) as server:
        yield server.url


@pytest.fixture
def oracle() -> Iterator[ModelServer]:
    """A model that knows the garden; one for each service, since clients are kept by address."""
    with model_server(Answers.oracle(Oracle(GardenGold()))) as server:
        yield server


async def _run(client: httpx.AsyncClient, thread: str, **more: Any) -> dict[str, Any]:
    """A run that has ended."""
    asked = {"assistant_id": "characters", "input": {"text": GARDEN}} | more
    answer = await client.post(f"/threads/{thread}/runs", json=asked)
    assert answer.status_code == 200, answer.text
    run = answer.json()
    await client.get(f"/threads/{thread}/runs/{run['run_id']}/join")
    return (await client.get(f"/api/v1/runs/{run['run_id']}")).json()


async def _thread(client: httpx.AsyncClient) -> str:
    return (await client.post("/threads", json={})).json()["thread_id"]


async def test_a_run_shows_what_it_consumed_by_node_and_prompt(tmp_path: Path, oracle: ModelServer) -> None:
    with _service(tmp_path, oracle) as url:
        async with httpx.AsyncClient(base_url=url, verify=certificates(), timeout=60) as client:
            run = await _run(client, await _thread(client))
            usage = (await client.get(f"/api/v1/runs/{run['run_id']}/usage")).json()
            days = (await client.get("/api/v1/usage")).json()["days"]

    assert run["status"] == "success"
    rows = {row["node"]: row for row in usage["calls"]}
    assert rows["name_window"]["prompt"].startswith("characters/names.en@1#")
    assert rows["speaker_window"]["calls"] == 1
    assert usage["total"]["input_tokens"] == sum(row["input_tokens"] for row in usage["calls"]) > 0
    assert usage["total"]["cost"] is None
    assert [(day["model"], day["calls"]) for day in days] == [("openai:oracle", usage["total"]["calls"])]


async def test_a_spent_budget_stops_a_run_which_goes_on_when_it_is_raised(
    tmp_path: Path, oracle: ModelServer
) -> None:
    expected = least_usage(GARDEN, "en", Options()).input_tokens
    with _service(tmp_path, oracle) as url:
        async with httpx.AsyncClient(base_url=url, verify=certificates(), timeout=60) as client:
            run = await _run(client, await _thread(client))
            total = (await client.get(f"/api/v1/runs/{run['run_id']}/usage")).json()["total"]
            oracle.log.clear()
            oracle.faults = Faults.play(Fault.BAD_JSON, Fault.BAD_JSON)  # whose repairs use up the budget
            budget = {"tokens": max(expected, total["input_tokens"]) + 1}
            thread = await _thread(client)
            stopped = await _run(client, thread, config={"configurable": {"model_budget": budget}})
            asked = len(oracle.requests())
            resumed = await _run(client, thread, input=None)
            result = (await client.get(f"/threads/{thread}/state")).json()["values"]

    assert (stopped["status"], stopped["error"]["code"]) == ("error", "budget_spent")
    assert asked > 0
    assert resumed["status"] == "success"
    assert result["mode"] == "model"
    assert oracle.log.repeated() == {}


async def test_a_job_that_is_larger_than_its_budget_does_not_begin(
    tmp_path: Path, oracle: ModelServer
) -> None:
    oracle.log.clear()
    with _service(tmp_path, oracle, MAX_TOKENS_PER_RUN=100) as url:
        async with httpx.AsyncClient(base_url=url, verify=certificates(), timeout=60) as client:
            run = await _run(client, await _thread(client), context={"model_budget": {"tokens": 10_000_000}})

    assert run["error"]["code"] == "budget_spent"
    assert "more are expected" in run["error"]["message"]
    assert oracle.requests() == []


@pytest.mark.parametrize("most_tokens", [100, None], ids=["refused", "within the budget"])
async def test_what_a_job_will_take_at_least_is_told_before_it_begins(
    tmp_path: Path, oracle: ModelServer, most_tokens: int | None
) -> None:
    least = least_usage(GARDEN, "en", Options())
    asked = {"assistant_id": "characters", "input": {"text": GARDEN}, "stream_mode": "custom"}
    with _service(tmp_path, oracle, **{"MAX_TOKENS_PER_RUN": most_tokens} if most_tokens else {}) as url:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            told = (await client.post("/runs/stream", json=asked)).text

    events = [
        json.loads(line.removeprefix("data: ")) for line in told.splitlines() if line.startswith("data: {")
    ]
    usage = [event for event in events if event.get("type") in ("estimate", "usage")]
    assert {name: usage[0][name] for name in ("type", "role", "model", "calls", "input_tokens", "cost")} == {
        "type": "estimate",
        "role": "primary",
        "model": "openai:oracle",
        "calls": least.calls,
        "input_tokens": least.input_tokens,
        "cost": None,
    }
    assert ("usage" in [event["type"] for event in usage]) is (most_tokens is None)


async def test_what_is_no_budget_is_refused_when_the_run_is_asked_for(
    tmp_path: Path, oracle: ModelServer
) -> None:
    with _service(tmp_path, oracle) as url:
        async with httpx.AsyncClient(base_url=url, verify=certificates(), timeout=60) as client:
            thread = await _thread(client)
            asked = {"assistant_id": "characters", "input": {"text": GARDEN}}
            answer = await client.post(
                f"/threads/{thread}/runs", json=asked | {"context": {"model_budget": {"tokens": "many"}}}
            )

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_budget")
