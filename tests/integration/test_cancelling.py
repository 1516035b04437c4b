"""Stopping runs: waiting, under way, and with what they did."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fixtures.redis_servers import wait_until

NOBODY = "11111111-1111-1111-1111-111111111111"


@pytest.fixture
async def thread(project_client: httpx.AsyncClient) -> str:
    return (await project_client.post("/threads", json={})).json()["thread_id"]


async def begin(client: httpx.AsyncClient, thread: str, **body: Any) -> str:
    """A run in the background; its place."""
    response = await client.post(f"/threads/{thread}/runs", json=body)
    return response.headers["content-location"]


async def lines(client: httpx.AsyncClient, place: str, part: str) -> AsyncIterator[str]:
    """A run's stream, from the first line that holds some part."""
    async with client.stream("GET", f"{place}/stream", headers={"Last-Event-ID": "0"}) as response:
        is_there = False
        async for line in response.aiter_lines():
            is_there = is_there or part in line
            if is_there:
                yield line


async def under_way(client: httpx.AsyncClient, thread: str, diary: Path) -> str:
    """A run that hangs in its second node."""
    place = await begin(
        client, thread, assistant_id="stubborn", input={"diary": str(diary)}, stream_mode=["custom"]
    )
    async for _ in lines(client, place, "waiting"):
        break
    return place


async def test_a_run_under_way_is_stopped_and_keeps_what_it_did(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    place = await under_way(project_client, thread, tmp_path / "diary")

    answer = await project_client.post(f"{place}/cancel?wait=true")

    assert (answer.status_code, answer.json()) == (200, {})
    assert (await project_client.get(place)).json()["status"] == "interrupted"
    state = (await project_client.get(f"/threads/{thread}/state")).json()
    assert (state["values"]["seen"], state["next"]) == (["n0"], ["hold_on"])
    assert (await project_client.get(f"/threads/{thread}")).json()["status"] == "interrupted"
    assert "cleaned up" in (tmp_path / "diary").read_text()


async def test_cancelling_without_waiting_is_accepted_at_once(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    place = await under_way(project_client, thread, tmp_path / "diary")

    answer = await project_client.post(f"{place}/cancel")

    assert (answer.status_code, answer.content) == (202, b"")
    await project_client.get(f"{place}/join")
    assert (await project_client.get(place)).json()["status"] == "interrupted"


async def test_followers_of_a_cancelled_run_come_to_the_end_of_its_stream(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    place = await under_way(project_client, thread, tmp_path / "diary")
    following = asyncio.create_task(_all(lines(project_client, place, "waiting")))

    await project_client.post(f"{place}/cancel")

    assert "event: error" not in await following


async def test_rolling_back_removes_the_run_and_its_checkpoints(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    first = await begin(
        project_client, thread, assistant_id="steps", input={"diary": str(tmp_path / "first")}
    )
    await project_client.get(f"{first}/join")
    before = (await project_client.get(f"/threads/{thread}/state")).json()
    place = await under_way(project_client, thread, tmp_path / "diary")

    await project_client.post(f"{place}/cancel?wait=true&action=rollback")

    assert (await project_client.get(place)).status_code == 404
    assert (await project_client.get(f"/threads/{thread}/state")).json() == before


async def test_a_run_that_waits_behind_another_is_stopped_before_it_begins(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    first = await under_way(project_client, thread, tmp_path / "diary")
    waiting = await begin(
        project_client, thread, assistant_id="steps", input={"diary": str(tmp_path / "never")}
    )

    answer = await project_client.post(f"{waiting}/cancel?wait=true")

    assert answer.json() == {}
    assert (await project_client.get(waiting)).json()["status"] == "interrupted"
    assert (await project_client.get(first)).json()["status"] == "running"
    await project_client.post(f"{first}/cancel?wait=true")
    assert not (tmp_path / "never").exists()


async def test_the_next_run_of_the_thread_begins_after_a_cancelled_one(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    first = await under_way(project_client, thread, tmp_path / "diary")
    following = await begin(
        project_client, thread, assistant_id="steps", input={"diary": str(tmp_path / "next")}
    )

    await project_client.post(f"{first}/cancel")

    assert (await project_client.get(f"{following}/join")).json()["seen"][-1] == "n5"


async def test_what_has_ended_or_never_was_cannot_be_cancelled(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    place = await begin(project_client, thread, assistant_id="steps", input={"diary": str(tmp_path / "d")})
    await project_client.get(f"{place}/join")

    ended = await project_client.post(f"{place}/cancel")
    unknown = await project_client.post(f"/threads/{thread}/runs/{NOBODY}/cancel")

    assert (ended.status_code, ended.json()["detail"][:26]) == (404, "No matching runs to cancel")
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "No runs found to cancel.")


async def _all(stream: AsyncIterator[str]) -> list[str]:
    return [line async for line in stream]


async def test_cancelling_hangs_up_on_the_model_that_is_being_asked(
    project_client: httpx.AsyncClient, thread: str
) -> None:
    asked, hung_up = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        while await reader.read(65536):
            pass
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        place = await begin(project_client, thread, assistant_id="asking", input={"url": url})
        await asked.wait()

        await project_client.post(f"{place}/cancel?wait=true")

        async with asyncio.timeout(60):
            await hung_up.wait()
    assert (await project_client.get(place)).json()["status"] == "interrupted"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed on this machine")
async def test_cancelling_ends_the_child_processes_of_the_run(
    project_client: httpx.AsyncClient, thread: str, tmp_path: Path
) -> None:
    sound = tmp_path / "sound.raw"
    place = await begin(project_client, thread, assistant_id="encoding", input={"file": str(sound)})
    await asyncio.to_thread(wait_until, sound.exists)

    await project_client.post(f"{place}/cancel?wait=true")

    assert not [args for args in commands() if str(sound) in args]


def commands() -> list[str]:
    """The command lines of all processes of this machine."""
    found: list[str] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found.append((folder / "cmdline").read_text().replace("\0", " "))
    return found
