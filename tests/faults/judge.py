"""What must be true when all is over, and what was counted on the way."""

import asyncio
from collections import Counter
from collections.abc import Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from server.checkpoint import AsyncRedisSaver
from server.checkpoint.connection import open_async_client
from tests.faults import diary
from tests.faults.deployment import Deployment
from tests.faults.diary import NODES
from tests.faults.load import Begun
from tests.faults.subscriber import Event, Followed, events, valid_updates

REFUSALS = {  # how a worker that another one has replaced learns of it
    "events refused": "(its events were refused)",
    "checkpoints refused": "(its checkpoint was refused)",
    "leases lost": "(its lease is another's)",
    "beginnings refused": "(another worker has begun it since)",
    "ends refused": "(its end was refused)",
}
SHOWN = 5  # complaints of one kind
PATIENCE = 30.0  # seconds


@dataclass
class Verdict:
    """Complaints, and figures."""

    complaints: list[str] = field(default_factory=list[str])
    counts: Counter[str] = field(default_factory=Counter[str])

    def complain(self, kind: str, run: Begun, what: str) -> None:
        """Note something that must not be."""
        self.counts[f"COMPLAINTS: {kind}"] += 1
        if self.counts[f"COMPLAINTS: {kind}"] <= SHOWN:
            self.complaints.append(f"{kind}: run {run.run_id} of thread {run.thread_id}: {what}")


async def wait_for_end(database_url: str) -> None:
    """Wait, within reason, until no run is left: some were accepted but nobody follows them."""
    engine = create_async_engine(database_url)
    query = text("SELECT count(*) FROM run WHERE status IN ('pending', 'running')")
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while True:
                async with engine.connect() as connection:
                    if not (await connection.execute(query)).scalar():
                        break
                await asyncio.sleep(0.5)
    await engine.dispose()


async def count_ends(verdict: Verdict, database_url: str) -> None:
    """Every run in the database has ended well, also those of which no answer came."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT status, count(*), sum(attempt), max(CAST(error AS TEXT)) FROM run GROUP BY status")
        )
        for status, count, attempts, error in found:
            verdict.counts[f"runs that ended `{status}`"] = count
            verdict.counts["attempts at runs"] += attempts
            if status != "success":
                verdict.complaints.append(f"{count} runs ended `{status}`, one of them with {error}")
    await engine.dispose()


async def compare_states(verdict: Verdict, redis_url: str, runs: Sequence[Begun]) -> None:
    """Every thread's state has every node once, and no node began again after its checkpoint was stored."""
    client: Any = open_async_client(redis_url)
    saver = AsyncRedisSaver(client)
    for run in runs:
        seen, committed = await _history(saver, run)
        if seen != NODES:
            verdict.complain("state", run, f"the nodes seen are {seen}")
        compare_diary(verdict, run, committed)
    await client.aclose()


async def _history(saver: AsyncRedisSaver, run: Begun) -> tuple[list[str], dict[str, int]]:
    """A thread's final nodes, and for each the attempt that stored its step's checkpoint."""
    config: Any = {"configurable": {"thread_id": run.thread_id, "checkpoint_ns": ""}}
    found = {one.checkpoint["id"]: one async for one in saver.alist(config)}
    last = await saver.aget_tuple(config)
    seen: list[str] = last.checkpoint["channel_values"].get("seen", []) if last else []
    committed: dict[str, int] = {}
    while last is not None:
        attempt: Any = last.metadata.get("run_attempt")
        committed |= dict.fromkeys(last.checkpoint["channel_values"].get("seen", []), attempt)
        parent: Any = last.parent_config
        last = found.get(parent["configurable"]["checkpoint_id"]) if parent else None
    return seen, committed


def compare_diary(verdict: Verdict, run: Begun, committed: dict[str, int]) -> None:
    """A node whose step's checkpoint an attempt has stored begins in no later attempt."""
    lines, newest = diary.read(run.diary), 0
    begins = Counter(line.node for line in lines if line.does == "begins")
    verdict.counts["nodes begun"] += begins.total()
    verdict.counts["nodes begun again, for their worker was lost before their checkpoint"] += sum(
        count - 1 for count in begins.values()
    )
    for line in lines:
        if line.does == "begins" and line.attempt > committed.get(line.node, line.attempt):
            verdict.complain("committed node ran twice", run, f"{line} after {committed}")
        verdict.counts["diary lines of a replaced worker"] += line.attempt < newest
        newest = max(newest, line.attempt)


async def compare_streams(verdict: Verdict, urls: Sequence[str], followed: Sequence[Followed]) -> None:
    """Every subscriber has seen just what the log holds, in order."""
    async with httpx.AsyncClient(timeout=30) as client:
        for one in followed:
            log = [event async for event in events(client, urls[0], one.run, "0")]
            compare_stream(verdict, one, log)
            verdict.counts["connections of subscribers"] += one.connections
            verdict.counts["subscribers who were at both APIs"] += len(one.apis) > 1
            verdict.counts["events got by subscribers"] += len(one.events)
    verdict.counts["streams followed"] = len(followed)


def compare_stream(verdict: Verdict, followed: Followed, log: list[Event]) -> None:
    got, run = followed.events, followed.run
    places = [event.position for event in got]
    if any(one >= two for one, two in pairwise(places)):
        verdict.complain("ids do not grow", run, f"{places}")
    if got != log:
        missing = [event.id for event in log if event not in got]
        extra = [event.id for event in got if event not in log]
        verdict.complain("stream differs from log", run, f"missing {missing}, not in the log {extra}")
    if valid_updates(got) != NODES:
        verdict.complain("updates", run, f"{valid_updates(got)}")


def count_refusals(verdict: Verdict, deployment: Deployment) -> None:
    """How often a worker that had been replaced was told so, and by what."""
    said = "".join(worker.log for worker in deployment.workers)
    for name, words in REFUSALS.items():
        verdict.counts[name] = said.count(words)
    verdict.counts["runs handed over at SIGTERM"] = said.count(" is handed over")
    for process in deployment.processes:
        for line in process.log.splitlines():
            if "Traceback" in line or " CRITICAL" in line:
                verdict.counts[f"tracebacks in logs of {process.name}"] += 1


def count_faults(verdict: Verdict, deployment: Deployment, expected: Set[str]) -> None:
    """Every kind of fault has happened."""
    happened = Counter(str(one.fault.kind) for one in deployment.inflicted)
    verdict.complaints += [
        f"no fault of the kind {kind!r} happened" for kind in sorted(expected) if not happened[kind]
    ]
    verdict.complaints += deployment.failed
