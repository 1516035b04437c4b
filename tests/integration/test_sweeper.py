"""What a sweep removes and finds, on each kind of database; the clock is an argument."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from langgraph.checkpoint.base import empty_checkpoint
from redis.asyncio import Redis

from configs.settings import Settings
from server import keys
from server.db.models import Delivery, Retention, Run, Thread, now
from server.db.repositories import removals, runs
from server.embedded_redis import embedded_redis
from server.files.owned import OwnedStorage
from server.keys import RunKey, RunKeys
from server.runs.files import RunStorage
from server.runs.job import RunRequest
from server.runs.sweeper import SWEEPS, Sweep
from server.runs.thread_ttl import ThreadTtl
from tests.conftest import running
from tests.fixtures.run_parts import KEEP, RunParts, working
from tools.alibaba.signing import AccessKey, Secret
from tools.errors import Conflict, NotFound
from tools.storage.local_blobs import LocalBlobs
from tools.topics.running.dlc import DlcPlace, DlcPlan, Machine

PAST = now() - timedelta(hours=1)
FUTURE = now() + timedelta(hours=1)
DAY = timedelta(days=1)
SCENE = (
    "“Where is the lamp?” asked Martha Finch.\n\n“On the shelf,” said Peter Finch. “You left it there.”\n\n"
)


def a_run(run_id: str, **fields: object) -> Run:
    """A run that has ended on a thread of its name."""
    given = {
        "run_id": run_id,
        "thread_id": run_id,
        "assistant_id": "a",
        "graph_id": "agent",
        "status": "success",
        "kwargs": {"webhook": None},
    }
    return Run.model_validate(given | fields)


async def has_thread(parts: RunParts, thread_id: str) -> bool:
    try:
        await parts.runs.thread(thread_id)
    except NotFound:
        return False
    return True


async def remains(parts: RunParts, name: str, file_id: str) -> Mapping[str, bool]:
    """What there is of a run outside the database."""
    try:
        has_file = bool(await parts.files.get(file_id))
    except NotFound:
        has_file = False
    return {
        "events": await parts.broker.exists(RunKey(name, name)),
        "checkpoint": await parts.checkpointer.aget_tuple({"configurable": {"thread_id": name}}) is not None,
        "lease": bool(await parts.redis.exists(keys.RunKeys().lease(name))),
        "file": has_file,
    }


async def leave_event(parts: RunParts, name: str) -> None:
    """An event of a run on a thread of the same name."""
    await parts.redis.xadd(RunKeys().events(RunKey(name, name)), {"d": b"values\n{}", "n": 1})


async def with_remains(parts: RunParts, run: Run) -> str:
    """Add a run that has left something in every place; returns its file's id."""
    await parts.add(run)
    await leave_event(parts, run.run_id)
    config = {"configurable": {"thread_id": run.thread_id, "checkpoint_ns": ""}}
    await parts.checkpointer.aput(config, empty_checkpoint(), {}, {})  # type: ignore[arg-type]
    await parts.leases.claim(RunKey(run.thread_id, run.run_id), worker="w", floor=0)
    run.kwargs["config"] = {"configurable": {}}
    return (await RunStorage.of(run, parts.files).write(b"text", name="text.txt")).file_id


async def test_an_expired_thread_goes_with_everything_of_it(parts: RunParts) -> None:
    file_id = await with_remains(parts, a_run("old", expires_at=PAST))
    assert all((await remains(parts, "old", file_id)).values())

    done = await parts.sweeper.sweep()

    assert done["expired threads"] == 1
    assert not await has_thread(parts, "old")
    assert not any((await remains(parts, "old", file_id)).values())


async def test_files_of_a_run_that_was_rolled_back_go_with_the_thread(parts: RunParts) -> None:
    file_id = await with_remains(parts, a_run("gone", thread_id="t"))
    async with parts.database.write() as session:
        await runs.remove(session, "gone")

    assert await parts.remover.remove("t")

    with pytest.raises(NotFound):
        await parts.files.get(file_id)


@pytest.mark.parametrize("expires_at", [FUTURE, None])
async def test_a_thread_that_is_kept_stays_whole(parts: RunParts, expires_at: datetime | None) -> None:
    file_id = await with_remains(parts, a_run("kept", expires_at=expires_at))

    done = await parts.sweeper.sweep()

    assert not done
    assert all((await remains(parts, "kept", file_id)).values())


async def test_an_expired_thread_with_work_ahead_stays(parts: RunParts) -> None:
    await parts.add(
        a_run("old", expires_at=PAST), a_run("new", thread_id="old", status="pending", expires_at=None)
    )
    async with parts.database.read() as session:
        assert await removals.expired_threads(session, now(), limit=10) == []

    await parts.sweeper.sweep()

    assert await has_thread(parts, "old")


async def test_work_that_comes_just_before_the_removal_keeps_the_thread(parts: RunParts) -> None:
    await parts.add(a_run("old", status="pending"))

    assert not await parts.remover.remove("old", unless_needed=True)
    assert await has_thread(parts, "old")


async def test_an_expired_thread_stays_until_its_webhook_was_told(parts: RunParts) -> None:
    await parts.add(a_run("old", expires_at=PAST))
    await parts.add(Delivery(run_id="old", url="http://x", next_attempt_at=FUTURE))
    await parts.sweeper.sweep()
    assert await has_thread(parts, "old")
    async with parts.database.write() as session:
        (await session.get_one(Delivery, "old")).status = "failed"

    await parts.sweeper.sweep()

    assert not await has_thread(parts, "old")


async def test_a_removal_whose_process_died_is_finished(parts: RunParts) -> None:
    file_id = await with_remains(parts, a_run("old"))
    async with parts.database.write() as session:
        await removals.begin(session, "old")

    done = await parts.sweeper.sweep()

    assert done["interrupted removals"] == 1
    assert not any((await remains(parts, "old", file_id)).values())
    assert not await parts.sweeper.sweep()


async def test_a_threads_id_is_not_given_again_before_its_removal_is_finished(parts: RunParts) -> None:
    await parts.add(a_run("old"))
    async with parts.database.write() as session:
        await removals.begin(session, "old")
    request = RunRequest(assistant_id="agent", if_not_exists="create")

    with pytest.raises(Conflict):
        await parts.runs.create_thread(thread_id="old")
    with pytest.raises(Conflict):
        await parts.runs.create_run(request, thread_id="old")


async def test_a_stream_that_was_never_closed_goes_when_its_time_has_come(parts: RunParts) -> None:
    for name, age in (("over", KEEP + timedelta(minutes=1)), ("within", KEEP - timedelta(minutes=1))):
        await parts.add(a_run(name, ended_at=now() - age))
        await leave_event(parts, name)

    done = await parts.sweeper.sweep()

    assert done["open streams"] == 1
    left = [await parts.broker.exists(RunKey(name, name)) for name in ("over", "within")]
    assert left == [False, True]
    later = await parts.sweeper.sweep(moment=now() + timedelta(minutes=2))
    assert later["open streams"] == 1


async def test_bytes_without_a_row_go_after_a_day(parts: RunParts, tmp_path: Path) -> None:
    storage = OwnedStorage(files=parts.files, owner="ann", reader="ann")
    kept = await parts.files.get((await storage.write(b"text", name="text.txt")).file_id)
    folder = tmp_path / "files"
    whole = folder / "kept" / kept.blob_key
    lost = whole.with_name("0" * 64 + ".lost")
    for path, age in (
        (whole, 25),
        (lost, 25),
        (folder / "incoming" / ".incoming-old", 25),
        (folder / "incoming" / ".incoming-new", 23),
    ):
        path.touch()
        begun = (now() - timedelta(hours=age)).timestamp()
        os.utime(path, (begun, begun))

    done = await parts.sweeper.sweep()

    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert (done["orphan files"], left) == (2, {".incoming-new", whole.name})


async def test_what_a_dead_worker_left_of_a_training_job_goes(parts: RunParts, tmp_path: Path) -> None:
    plan = DlcPlan(
        url="http://127.0.0.1:1",
        key=AccessKey(id="k", secret=Secret("s")),
        workspace_id="1",
        machine=Machine(image="i", ecs_spec="e"),
        bucket_uri="oss://bucket/",
    )
    sweeper = replace(parts.sweeper, training=DlcPlace(plan, LocalBlobs(tmp_path / "bucket")))
    left = tmp_path / "bucket" / "jobs" / "a1" / "job.json"
    left.parent.mkdir(parents=True)
    left.touch()

    assert (await sweeper.sweep(moment=now() + timedelta(days=2)))["orphan files"] == 1
    assert not left.exists()


async def test_a_file_goes_when_its_time_is_over(parts: RunParts) -> None:
    limits = replace(parts.files.limits, kept_for={"temp": timedelta(hours=1)})
    files = replace(parts.files, limits=limits)
    kinds: tuple[Retention, ...] = ("temp", "inputs")
    made = {
        kind: await OwnedStorage(files=files, owner="ann", reader="ann", retention=kind).write(
            kind.encode(), name="x.txt"
        )
        for kind in kinds
    }

    early = await parts.sweeper.sweep(moment=now() + timedelta(minutes=59))
    late = await parts.sweeper.sweep(moment=now() + timedelta(minutes=61))

    assert (early["expired files"], late["expired files"]) == (0, 1)
    assert (await parts.files.get(made["inputs"].file_id)).expires_at is None
    with pytest.raises(NotFound):
        await parts.files.get(made["temp"].file_id)
    assert (await parts.files.stats(owner="ann")).stored == len("inputs")


async def test_a_run_that_waits_for_a_person_keeps_its_thread_and_the_files_of_its_input(
    parts: RunParts,
) -> None:
    limits = replace(parts.files.limits, kept_for={"temp": timedelta(hours=1)})
    files = replace(parts.files, limits=limits)
    owned = OwnedStorage(files=files, owner="ann", reader="ann", retention="temp")
    film, other = await owned.write(b"film", name="a.mp4"), await owned.write(b"x", name="b.mp4")
    await parts.add(a_run("asked", kwargs={"webhook": None, "input": {"file_id": film.file_id}}))
    later = now() + timedelta(hours=2)
    async with parts.database.write() as session:
        (await session.get_one(Thread, "asked")).status = "interrupted"

    waiting = await parts.sweeper.sweep(moment=later)
    async with parts.database.write() as session:
        (await session.get_one(Thread, "asked")).status = "idle"
    answered = await parts.sweeper.sweep(moment=later)

    assert (waiting["expired files"], answered["expired files"]) == (1, 1)
    assert await has_thread(parts, "asked")
    for gone in (film, other):
        with pytest.raises(NotFound):
            await parts.files.get(gone.file_id)


async def test_a_run_whose_message_was_lost_is_queued_again(parts: RunParts) -> None:
    run = await parts.runs.create_run(RunRequest(assistant_id="agent"))
    await parts.redis.flushdb()
    await parts.runs.dispatcher.register_worker("one", 1, lasting=KEEP)
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def ignore(*_: object) -> None: ...

    await parts.sweeper.sweep()

    async with (
        working(parts.queue, execute=arrived.put, deliver=ignore, fire=ignore, concurrency=1),
        asyncio.timeout(30),
    ):
        assert await arrived.get() == run.run_id


async def test_only_the_next_run_of_a_thread_is_queued_again(parts: RunParts) -> None:
    await parts.add(a_run("first", thread_id="t", status="pending"))
    await parts.add(a_run("second", thread_id="t", status="pending"))

    assert await parts.runs.recover() == 1
    async with parts.database.read() as session:
        assert [run.run_id for run in await runs.first_of_threads(session)] == ["first"]


async def test_lost_messages_of_crons_and_webhooks_are_queued_again(parts: RunParts) -> None:
    await parts.schedules.create(RunRequest(assistant_id="agent"), schedule="* * * * *", moment=PAST)
    await parts.add(a_run("told"), Delivery(run_id="told", url="http://x", next_attempt_at=PAST))
    await parts.redis.flushdb()
    arrived: asyncio.Queue[str] = asyncio.Queue()

    async def execute(_: str) -> None: ...

    async def deliver(run_id: str, attempt: int) -> None:
        await arrived.put(f"{run_id} {attempt}")

    async def fire(*_: object) -> None:
        await arrived.put("cron")

    done = await parts.sweeper.sweep(moment=now() + timedelta(minutes=2))

    assert (done["late cron fires"], done["due webhook attempts"]) == (1, 1)
    async with (
        working(parts.queue, execute=execute, deliver=deliver, fire=fire, concurrency=2),
        asyncio.timeout(30),
    ):
        assert {await arrived.get(), await arrived.get()} == {"told 1", "cron"}


async def test_a_step_that_fails_does_not_keep_the_others(
    parts: RunParts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await parts.redis.rpush(keys.SWEPT_STREAMS, "no text")  # type: ignore[misc]
    half = tmp_path / "files" / "incoming" / ".incoming-old"
    half.parent.mkdir(parents=True)
    half.touch()
    os.utime(half, (0, 0))

    done = await parts.sweeper.sweep()

    assert done == {"orphan files": 1}
    assert "Sweeping of open streams failed" in caplog.text


async def test_one_process_sweeps_at_a_time(parts: RunParts) -> None:
    crowd = [parts.sweeper] * 10

    turns = await asyncio.gather(*(sweeper.take_turn("lost") for sweeper in crowd))

    assert turns.count(True) == 1
    assert 0 < await parts.redis.pttl(keys.sweep_turn("lost")) <= 3_600_000


async def test_each_kind_of_sweep_has_a_pause_of_its_own(parts: RunParts) -> None:
    every: dict[Sweep, timedelta] = {"lost": DAY, "threads": timedelta(hours=1), "documents": 2 * DAY}
    sweeper = replace(parts.sweeper, every=every)

    for what, pause in every.items():
        assert await sweeper.take_turn(what)
        assert not await sweeper.take_turn(what)
        left = timedelta(milliseconds=await parts.redis.pttl(keys.sweep_turn(what)))
        assert pause - timedelta(minutes=1) < left <= pause


async def test_a_pass_of_one_kind_leaves_the_others(parts: RunParts) -> None:
    sweeper = replace(parts.sweeper, thread_ttl=ThreadTtl(duration=timedelta(minutes=1)))
    await parts.runs.create_thread(thread_id="outlived")

    assert not await sweeper.sweep("lost", "documents", moment=FUTURE)
    assert await sweeper.sweep("threads", moment=FUTURE) == {"outlived threads": 1}


async def test_a_pass_ends_as_many_threads_as_it_may(parts: RunParts) -> None:
    sweeper = replace(parts.sweeper, thread_ttl=ThreadTtl(duration=timedelta(minutes=1)), thread_limit=1)
    for name in ("a", "b"):
        await parts.runs.create_thread(thread_id=name)

    assert await sweeper.sweep("threads", moment=FUTURE) == {"outlived threads": 1}


async def test_sweeping_goes_on_after_a_failure(
    parts: RunParts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with embedded_redis(tmp_path / "redis") as url:
        gone = Redis.from_url(url)
    sweeper = replace(parts.sweeper, redis=gone, every=dict.fromkeys(SWEEPS, timedelta(milliseconds=1)))

    sweeping = asyncio.create_task(sweeper.keep_sweeping())

    async with asyncio.timeout(30):
        while caplog.text.count("Sweeping failed") < 2:  # noqa: ASYNC110 - a log rings no bell
            await asyncio.sleep(0.02)
    sweeping.cancel()


async def test_a_stateless_run_takes_the_files_that_it_wrote_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.runs.ending.KEEP_TEMPORARY", timedelta(0))
    settings = Settings(PORT=0, DATA_DIR=tmp_path, SWEEP_SECONDS=0.01)  # type: ignore[call-arg]
    with running(settings) as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client, asyncio.timeout(60):
            uploaded = (await client.post("/api/v1/files?name=scene.txt", content=SCENE.encode())).json()
            body = {"assistant_id": "characters", "input": {"file_id": uploaded["file_id"]}}
            response = await client.post("/runs/wait", json=body | {"on_completion": "delete"})
            assert response.status_code == 200
            files = tmp_path / "files" / "kept"
            while len([path for path in files.rglob("*") if path.is_file()]) > 1:  # noqa: ASYNC110 - a folder rings no bell
                await asyncio.sleep(0.02)

            kept = await client.get(f"/api/v1/files/{uploaded['file_id']}")

    assert kept.status_code == 200


async def test_a_line_that_was_written_and_not_noted_is_the_runs_when_it_goes_on(parts: RunParts) -> None:
    run = a_run("speaks")
    await parts.add(run)
    run.kwargs["config"] = {"configurable": {}}
    storage = RunStorage.of(run, parts.files)
    stray = await storage.storage.scratch().write(b"sound", name="line-a.wav", media_type="audio/wav")
    noted = await storage.scratch().write(b"other", name="line-b.wav", media_type="audio/wav")

    for _ in range(2):
        found = await storage.find(["line-a.wav", "line-b.wav", "line-c.wav"])

    assert {name: file.file_id for name, file in found.items()} == {
        "line-a.wav": stray.file_id,
        "line-b.wav": noted.file_id,
    }
