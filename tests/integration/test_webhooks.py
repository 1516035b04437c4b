"""Deliveries on each kind of database, to real receivers on loopback; the clock is an argument."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server import metrics
from server.db.models import Delivery, Run
from server.db.repositories import deliveries
from server.keys import RunKey
from server.runs.ending import Outcome, RunEnding
from server.runs.snapshots import Snapshots
from tests.fixtures.receiver import ERROR, OK, SILENCE, Receiver, listening
from tests.fixtures.run_parts import RunParts, working
from tools.errors import NotFound

START = datetime(2024, 6, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=1)
SECRET = "the-text-of-the-result"
OUTCOMES = ("delivered", "failed", "given_up")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as receiver:
        yield receiver


async def compose(run: Run) -> dict[str, Any]:
    return {"run_id": run.run_id, "values": SECRET}


async def ended_run(parts: RunParts, url: str, run_id: str = "r") -> None:
    """A run that has ended and is to be told of."""
    run = Run(
        run_id=run_id,
        thread_id="t",
        assistant_id="a",
        graph_id="agent",
        status="success",
        kwargs={"webhook": url},
    )
    await parts.add(run)
    async with parts.database.write() as session:
        await deliveries.add(session, run)
        delivery = await deliveries.get(session, run_id)
        delivery.created_at = delivery.next_attempt_at = START


async def attempt(parts: RunParts, number: int, moment: datetime = START) -> Delivery:
    await parts.webhooks.deliver("r", number, compose, moment=moment)
    return await delivery_of(parts)


async def delivery_of(parts: RunParts) -> Delivery:
    (delivery,) = await parts.webhooks.search(run_id="r", limit=10)
    return delivery


async def test_what_came_of_every_attempt_is_listed(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR, OK]

    await attempt(parts, 1)
    delivery = await attempt(parts, 2, LATER)

    assert (delivery.status, delivery.next_attempt_at) == ("delivered", None)
    assert [(a["at"], a["status_code"], a["error"]) for a in delivery.attempts] == [
        (START.isoformat(), 500, "HTTP 500"),
        (LATER.isoformat(), 200, None),
    ]
    assert all(0 <= a["seconds"] < 30 for a in delivery.attempts)


async def test_all_attempts_carry_one_delivery_id(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR]

    await attempt(parts, 1)
    await attempt(parts, 2, LATER)

    assert [headers["x-scriptorium-delivery"] for headers, _ in receiver.calls] == ["r", "r"]


async def test_an_attempt_is_made_once_however_often_it_is_queued(
    parts: RunParts, receiver: Receiver
) -> None:
    await ended_run(parts, receiver.url)

    await asyncio.gather(*(attempt(parts, 1) for _ in range(5)))
    await attempt(parts, 1)

    assert len(receiver.calls) == 1


async def test_a_late_message_does_not_make_an_attempt_again(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR]
    await attempt(parts, 1)

    await attempt(parts, 1, LATER)

    assert len(receiver.calls) == 1


@pytest.mark.parametrize(("action", "deliveries_made"), [("interrupt", 1), ("rollback", 0), (None, 1)])
async def test_nobody_is_told_of_a_run_that_was_rolled_back(
    parts: RunParts, action: Any, deliveries_made: int
) -> None:
    run = Run(
        run_id="r",
        thread_id="t",
        assistant_id="a",
        graph_id="agent",
        cancel_action=action,
        kwargs={"webhook": "http://x", "temporary": False},
    )
    await parts.add(run)
    ending = RunEnding(
        database=parts.database,
        broker=parts.broker,
        dispatcher=parts.runs.dispatcher,
        checkpointer=parts.checkpointer,
        snapshots=Snapshots(database=parts.database, catalog=parts.runs.catalog),
        keep_results=timedelta(hours=1),
    )

    await ending.commit(RunKey("t", "r"), Outcome(status="interrupted"), epoch=0, graph_id="agent")

    assert len(await parts.webhooks.search(limit=10)) == deliveries_made


async def test_an_attempt_waits_for_its_time(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR]
    await attempt(parts, 1)

    await attempt(parts, 2, START)

    assert len(receiver.calls) == 1


@pytest.mark.parametrize("made", [1, 2, 5, 9, 10, 20])
async def test_pauses_double_up_to_a_limit_with_jitter(
    parts: RunParts, receiver: Receiver, made: int
) -> None:
    sender = replace(parts.webhooks, retries=20)
    await ended_run(parts, receiver.url)
    async with parts.database.write() as session:
        delivery = await deliveries.get(session, "r")
        delivery.attempts = [{"at": None, "status_code": None, "error": "x", "seconds": None}] * (made - 1)
    receiver.answers = [ERROR]

    await sender.deliver("r", made, compose, moment=START)

    delivery = await delivery_of(parts)
    full = min(600.0, 2.0 * 2 ** (made - 1))
    assert delivery.next_attempt_at is not None
    pause = (delivery.next_attempt_at - START).total_seconds() - delivery.attempts[-1]["seconds"]
    assert full / 2 - 0.01 <= pause <= full + 0.01


async def test_a_delivery_fails_after_its_last_retry(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR] * 4

    for number in (1, 2, 3, 4):
        delivery = await attempt(parts, number, START + number * timedelta(days=1))

    assert (delivery.status, delivery.next_attempt_at) == ("failed", None)
    assert len(receiver.calls) == 3


async def die_in_attempt(parts: RunParts, receiver: Receiver, number: int, moment: datetime) -> None:
    """Make an attempt and lose the worker after the call, before the answer."""
    receiver.called.clear()
    receiver.answers = [SILENCE]
    attempting = asyncio.create_task(parts.webhooks.deliver("r", number, compose, moment=moment))
    await receiver.called.wait()
    attempting.cancel()
    await asyncio.wait([attempting])


async def test_an_attempt_whose_worker_died_is_listed_and_followed_by_the_next(
    parts: RunParts, receiver: Receiver
) -> None:
    await ended_run(parts, receiver.url)
    await die_in_attempt(parts, receiver, 1, START)

    assert await parts.webhooks.queue_due(moment=START + timedelta(seconds=59)) == 0
    assert await parts.webhooks.queue_due(moment=START + timedelta(seconds=61)) == 1
    delivery = await attempt(parts, 2, START + timedelta(seconds=61))

    assert delivery.status == "delivered"
    assert [(a["status_code"], a["error"] is None) for a in delivery.attempts] == [(None, False), (200, True)]


async def test_a_worker_that_dies_in_the_last_attempt_does_not_add_one(
    parts: RunParts, receiver: Receiver
) -> None:
    await ended_run(parts, receiver.url)
    for number in (1, 2, 3):
        await die_in_attempt(parts, receiver, number, START + number * timedelta(days=1))

    delivery = await attempt(parts, 4, START + timedelta(days=5))

    assert (delivery.status, len(receiver.calls)) == ("failed", 3)


async def test_a_delivered_webhook_can_be_sent_again(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    await attempt(parts, 1)

    pending = await parts.webhooks.resend("r", moment=LATER)
    delivery = await attempt(parts, 2, LATER)

    assert (pending.status, delivery.status) == ("pending", "delivered")
    assert (len(delivery.attempts), len(receiver.calls)) == (2, 2)


async def test_what_is_sent_again_has_all_its_retries_again(parts: RunParts, receiver: Receiver) -> None:
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR] * 5
    for number in (1, 2, 3):
        await attempt(parts, number, START + number * timedelta(days=1))
    await parts.webhooks.resend("r", moment=START)

    for number in (4, 5, 6):
        delivery = await attempt(parts, number, START + number * timedelta(days=1))

    assert (delivery.status, len(delivery.attempts)) == ("delivered", 6)


async def test_a_retry_that_waits_is_made_at_once_when_sent_again(
    parts: RunParts, receiver: Receiver
) -> None:
    async def ignore(*_: object) -> None: ...

    async def deliver(run_id: str, number: int) -> None:
        await parts.webhooks.deliver(run_id, number, compose)

    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR]
    await parts.webhooks.deliver("r", 1, compose, moment=datetime.now(UTC) + timedelta(days=365))

    await parts.webhooks.resend("r")

    async with (
        working(parts.queue, execute=ignore, deliver=deliver, fire=ignore, concurrency=1),
        asyncio.timeout(30),
    ):
        await receiver.delivered.wait()
    assert len(receiver.calls) == 2


async def test_a_run_without_delivery_cannot_be_sent_again(parts: RunParts) -> None:
    with pytest.raises(NotFound):
        await parts.webhooks.resend("nobody")


async def test_deliveries_are_listed_by_run_and_status(parts: RunParts, receiver: Receiver) -> None:
    for run_id in ("r", "other"):
        await ended_run(parts, receiver.url, run_id)
    await attempt(parts, 1)

    async def found(**wanted: Any) -> list[str]:
        return [delivery.run_id for delivery in await parts.webhooks.search(**{"limit": 10} | wanted)]

    assert sorted(await found()) == ["other", "r"]
    assert await found(status="pending") == ["other"]
    assert await found(run_id="r") == ["r"]
    assert len(await found(limit=1)) == 1


async def test_redirects_are_not_followed(parts: RunParts, receiver: Receiver) -> None:
    async with listening() as elsewhere:
        receiver.answers = [
            f"HTTP/1.1 307 Go\r\nlocation: {elsewhere.url}\r\ncontent-length: 0\r\n\r\n".encode()
        ]
        await ended_run(parts, receiver.url)

        delivery = await attempt(parts, 1)

    assert (delivery.attempts[0]["error"], elsewhere.calls) == ("HTTP 307", [])


async def test_an_answer_without_end_is_not_read(parts: RunParts, receiver: Receiver) -> None:
    receiver.answers = [b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n" + b"x" * 100_000]
    await ended_run(parts, receiver.url)

    async with asyncio.timeout(60):
        delivery = await attempt(parts, 1)

    assert delivery.status == "delivered"


async def test_a_receiver_that_says_nothing_is_left_after_the_timeout(
    parts: RunParts, receiver: Receiver
) -> None:
    receiver.answers = [SILENCE]
    await ended_run(parts, receiver.url)

    await replace(parts.webhooks, timeout=0.05).deliver("r", 1, compose, moment=START)

    assert (await delivery_of(parts)).attempts[0]["error"] == "No answer within 0.05 seconds"


async def test_the_address_is_checked_at_every_attempt(
    parts: RunParts, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    answers = ["203.0.113.7", "127.0.0.1"]  # a name that leads elsewhere the second time

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    sender = replace(parts.webhooks, allow_private=False)
    await ended_run(parts, f"http://turns.example:{port}/")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    for number in (1, 2):
        await sender.deliver("r", number, compose, moment=START + number * timedelta(days=1))

    delivery = await delivery_of(parts)
    assert ["private or local address" in a["error"] for a in delivery.attempts] == [True, True]
    assert (answers, receiver.calls) == ([], [])


async def test_the_call_goes_to_the_address_that_was_checked(
    parts: RunParts, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(receiver.url.split(":")[2].split("/")[0])
    answers = ["127.0.0.1"]  # who asks again learns nothing

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    await ended_run(parts, f"http://once.example:{port}/done")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    delivery = await attempt(parts, 1)

    assert delivery.status == "delivered"
    assert receiver.calls[0][0]["host"] == f"once.example:{port}"


async def test_the_log_tells_neither_urls_nor_payloads(
    parts: RunParts, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as the service does
    receiver.answers = [ERROR]
    await ended_run(parts, receiver.url + "&token=hush")

    await attempt(parts, 1)
    await replace(parts.webhooks, allow_private=False).deliver("r", 2, compose, moment=LATER)

    assert "Callback of run r failed (attempt 1): HTTP 500" in caplog.text
    assert "Callback of run r failed (attempt 2): callback_refused" in caplog.text
    assert "hush" not in caplog.text
    assert SECRET not in caplog.text


async def test_attempts_are_counted_by_what_came_of_them(parts: RunParts, receiver: Receiver) -> None:
    def counts() -> list[float]:
        name = "scriptorium_webhook_attempts_total"
        found = [metrics.REGISTRY.get_sample_value(name, {"outcome": each}) for each in OUTCOMES]
        return [value or 0.0 for value in found]

    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR, OK]
    before = counts()

    await attempt(parts, 1)
    await attempt(parts, 2, LATER)

    assert [after - was for was, after in zip(before, counts(), strict=True)] == [1, 1, 0]


async def test_the_last_attempt_is_counted_as_given_up(parts: RunParts, receiver: Receiver) -> None:
    name, labels = "scriptorium_webhook_attempts_total", {"outcome": "given_up"}
    await ended_run(parts, receiver.url)
    receiver.answers = [ERROR]
    before = metrics.REGISTRY.get_sample_value(name, labels) or 0.0

    await replace(parts.webhooks, retries=0).deliver("r", 1, compose, moment=START)

    assert (metrics.REGISTRY.get_sample_value(name, labels) or 0.0) - before == 1
