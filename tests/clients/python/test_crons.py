"""The SDK's crons."""

from datetime import UTC, datetime
from typing import Any

import pytest
from langgraph_sdk.errors import NotFoundError

from tests.clients.python.calls import done

HOURLY = "0 * * * *"


async def test_a_cron_is_made_found_counted_and_deleted(client: Any) -> None:
    made = await done(client.crons.create("echo", schedule=HOURLY, input={}, metadata={"who": "clerk"}))
    mine = {"assistant_id": made["assistant_id"], "metadata": {"who": "clerk"}}

    found = await done(client.crons.search(**mine))
    count = await done(client.crons.count(**mine))
    await done(client.crons.delete(made["cron_id"]))

    assert [each["cron_id"] for each in found] == [made["cron_id"]]
    assert count == 1
    assert await done(client.crons.search(**mine)) == []


async def test_a_threads_cron_belongs_to_it(client: Any, thread_id: str) -> None:
    made = await done(
        client.crons.create_for_thread(thread_id, "echo", schedule=HOURLY, input={}, enabled=False)
    )

    found = await done(client.crons.search(thread_id=thread_id, enabled=False))

    assert made["thread_id"] == thread_id
    assert [each["cron_id"] for each in found] == [made["cron_id"]]


async def test_a_cron_is_changed(client: Any, thread_id: str) -> None:
    made = await done(client.crons.create_for_thread(thread_id, "echo", schedule=HOURLY))
    end = datetime(2099, 1, 1, tzinfo=UTC)

    changed = await done(
        client.crons.update(made["cron_id"], schedule="5 * * * *", end_time=end, enabled=False)
    )

    assert (changed["schedule"], changed["enabled"]) == ("5 * * * *", False)
    assert datetime.fromisoformat(changed["end_time"]) == end


async def test_an_unknown_cron_is_not_found(client: Any) -> None:
    with pytest.raises(NotFoundError):
        await done(client.crons.delete("11111111-1111-1111-1111-111111111111"))
