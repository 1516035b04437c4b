"""Jobs on PAI-DLC, against a service of our own that checks what the real one checks."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evals.dlc_server import BUCKET, KEY_ID, KEY_SECRET, ON_THE_WAY, DlcServer, dlc_server
from tools.alibaba.signing import AccessKey, Secret
from tools.errors import ErrorCategory, ServiceError
from tools.storage.local_blobs import LocalBlobs
from tools.topics.running.dlc import DlcPlace, DlcPlan, Machine
from tools.topics.running.job import Job

#: Cheap to do: what it loads is read tables, not models.
PROFILE = Job(
    step="profile", settings={"files": {"f": "a.csv"}}, files={"f": b"text,year\n" + b"some words,2001\n" * 9}
)


GPU = Machine(
    image="registry/scriptorium-topics:1-gpu",
    ecs_spec="ecs.gn7i-c8g1.2xlarge",
    price_setting="PAI_DLC_TUNING_PRICE_PER_HOUR",
)
TUNE = Job(step="tune", settings={"tuning": {"base": "tiny"}, "seed": 1}, files={"corpus.zip": b"none"})


def machine(price: float | None = None) -> Machine:
    return Machine(image="registry/scriptorium-topics:1", ecs_spec="ecs.c6.large", price_per_hour=price)


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


def plan(server: DlcServer, **about: Any) -> DlcPlan:
    return DlcPlan(
        url=server.url,
        key=AccessKey(id=KEY_ID, secret=Secret(KEY_SECRET)),
        workspace_id="1234",
        bucket_uri=BUCKET,
        poll_seconds=0.05,
        **{"machine": machine(), "tuning_machine": GPU, **about},
    )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[DlcServer]:
    with dlc_server(tmp_path) as made:
        yield made


def place(server: DlcServer, **about: Any) -> DlcPlace:
    return DlcPlace(plan(server, **about), LocalBlobs(server.folder))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for the server, which lives in another thread."""
    while not holds():  # noqa: ASYNC110 - it sets no event of this loop
        await asyncio.sleep(0)


def lying(server: DlcServer) -> list[str]:
    """Files in the bucket."""
    return [str(path) for path in (server.folder / "jobs").rglob("*") if path.is_file()]


async def test_a_job_goes_through_every_status_and_leaves_nothing_in_the_bucket(server: DlcServer) -> None:
    made = await place(server).run(PROFILE, unheard)

    assert json.loads(made["profile.json"])["columns"]["text"] == "text"
    (job,) = server.jobs.values()
    assert (job.on_the_way, job.ended) == ([], "Succeeded")
    assert job.request["JobMaxRunningTimeMinutes"] == 120
    assert server.asked.count("GetJob") > len(ON_THE_WAY)
    assert lying(server) == []


async def test_files_of_jobs_that_nobody_can_be_waiting_for_are_removed_and_models_stay(
    server: DlcServer,
) -> None:
    for name, hours in (
        ("jobs/a1/in/old.zip", 28),
        ("jobs/a2/in/new.zip", 26),
        ("models/tiny/config.json", 99),
    ):
        path = server.folder / name
        path.parent.mkdir(parents=True)
        path.touch()
        put = (datetime.now(UTC) - timedelta(hours=hours)).timestamp()
        os.utime(path, (put, put))

    removed = await place(server, max_minutes=120, max_wait_minutes=60).remove_left(datetime.now(UTC))

    assert (removed, lying(server)) == (1, [str(server.folder / "jobs/a2/in/new.zip")])
    assert (server.folder / "models/tiny/config.json").exists()


@pytest.mark.parametrize("cancelled_at", ["Queuing", "Running"])
async def test_a_cancelled_job_is_stopped_at_once(server: DlcServer, cancelled_at: str) -> None:
    server.statuses = [*ON_THE_WAY[:1], *["Queuing"] * (10_000 if cancelled_at == "Queuing" else 0)]
    endless = Job(step="train", settings={"spec": {}}, files={})
    task = asyncio.create_task(place(server).run(endless, unheard))
    while not server.jobs or (cancelled_at == "Running") > any(j.process for j in server.jobs.values()):
        assert not task.done(), task.exception()
        await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (job,) = server.jobs.values()
    assert server.asked[-1] == "StopJob"
    assert job.process is None or job.process.poll() is not None


async def test_a_job_that_a_dead_worker_has_submitted_is_waited_for_and_not_paid_for_twice(
    server: DlcServer,
) -> None:
    # As one that is dead: it asks once, and sees nothing of what comes then.
    dead = DlcPlace(replace(plan(server), poll_seconds=3600.0), LocalBlobs(server.folder))
    first = asyncio.create_task(dead.run(PROFILE, unheard))
    await until(lambda: "GetJob" in server.asked)
    server.statuses = []

    made = await place(server).run(PROFILE, unheard)
    first.cancel()
    await asyncio.wait([first])

    assert "profile.json" in made
    assert server.asked.count("CreateJob") == 1


async def test_a_jobs_own_error_comes_back_as_it_was(server: DlcServer) -> None:
    server.statuses = []
    empty = replace(PROFILE, files={"f": b"text,year\n"})

    with pytest.raises(ServiceError) as failed:
        await place(server).run(empty, unheard)

    assert failed.value.code == "empty_input"


@pytest.mark.parametrize(
    ("ends_as", "code", "category"),
    [
        ("Stopped", "dlc_stopped", ErrorCategory.CONNECTIVITY),
        ("FailedReserving", "dlc_failed", ErrorCategory.INVALID_INPUT),
    ],
)
async def test_every_end_is_explained_and_reserved_machines_are_given_back(
    server: DlcServer, ends_as: str, code: str, category: ErrorCategory
) -> None:
    server.statuses, server.ends_as = ["A status of next year"], ends_as

    with pytest.raises(ServiceError) as failed:
        await place(server).run(PROFILE, unheard)

    assert (failed.value.code, failed.value.category) == (code, category)
    assert ("StopJob" in server.asked) == ("Reserving" in ends_as)


async def test_answers_that_fail_for_a_while_are_waited_out(server: DlcServer) -> None:
    server.statuses = ["Queuing"]
    task = asyncio.create_task(place(server).run(PROFILE, unheard))
    await until(lambda: "CreateJob" in server.asked)
    server.failures = [(503, "ServiceUnavailable"), (429, "Throttling.User")]

    assert "profile.json" in await task


@pytest.mark.parametrize(
    ("failure", "category"),
    [
        ((403, "NoPermission"), ErrorCategory.AUTHENTICATION),
        ((400, "QuotaExceeded"), ErrorCategory.INVALID_INPUT),
        ((500, "InternalError"), ErrorCategory.CONNECTIVITY),
    ],
)
async def test_a_refusal_says_what_the_service_says_and_no_secret(
    server: DlcServer, failure: tuple[int, str], category: ErrorCategory
) -> None:
    server.failures = [failure]

    with pytest.raises(ServiceError, match=failure[1]) as failed:
        await place(server).run(PROFILE, unheard)

    assert failed.value.category is category
    assert KEY_SECRET not in repr((failed.value, failed.value.hint, plan(server)))


async def test_a_wrong_secret_is_refused(server: DlcServer) -> None:
    wrong = replace(plan(server), key=AccessKey(id=KEY_ID, secret=Secret("another")))

    with pytest.raises(ServiceError, match="SignatureDoesNotMatch"):
        await DlcPlace(wrong, LocalBlobs(server.folder)).run(PROFILE, unheard)


@pytest.mark.parametrize("price", [None, 30.0])
async def test_a_job_that_may_cost_too_much_is_not_submitted(server: DlcServer, price: float | None) -> None:
    with pytest.raises(ServiceError) as refused:
        await place(server, machine=machine(price), max_cost=59.0).run(PROFILE, unheard)

    assert refused.value.code == "dlc_cost_limit"
    assert server.asked == []


async def test_a_job_that_is_cancelled_again_and_again_is_stopped_all_the_same(server: DlcServer) -> None:
    server.statuses = ["Queuing"] * 10_000
    task = asyncio.create_task(place(server).run(Job(step="train", settings={"spec": {}}, files={}), unheard))
    while "CreateJob" not in server.asked:
        assert not task.done(), task.exception()
        await asyncio.sleep(0)

    while not task.done():
        task.cancel()
        await asyncio.sleep(0)

    (job,) = server.jobs.values()
    assert job.ended == "Stopped"


def lay_base(server: DlcServer, config: str = "{}") -> None:
    """A model in the bucket, whose folder holds no weights."""
    folder = server.folder / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(config)


async def test_a_tuning_gets_a_machine_of_its_own_and_the_folder_of_models(server: DlcServer) -> None:
    server.statuses = ["Queuing"]
    lay_base(server)

    with pytest.raises(ServiceError) as failed:
        await place(server).run(TUNE, unheard)

    (job,) = server.jobs.values()
    assert job.request["JobSpecs"][0]["EcsSpec"] == GPU.ecs_spec
    assert job.request["JobSpecs"][0]["Image"] == GPU.image
    assert job.request["UserCommand"] == "scriptorium topics-train /mnt/job --models /mnt/models"
    assert job.request["DataSources"][1] == {
        "Uri": f"{BUCKET}models/",
        "MountPath": "/mnt/models",
        "MountAccess": "RW",
    }
    assert failed.value.code == "broken_topics_file"  # the container's own word of its corpus
    assert lying(server) == []


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"tuning_machine": None}, "no_models_folder"),
        ({"tuning_machine": GPU, "max_cost": 59.0, "machine": machine(1.0)}, "dlc_cost_limit"),
        ({}, "unknown_base"),
    ],
    ids=["not set up", "price of the GPU not known", "no such model"],
)
async def test_a_tuning_that_cannot_be_done_costs_nothing(
    server: DlcServer, about: dict[str, Any], code: str
) -> None:
    with pytest.raises(ServiceError) as refused:
        await place(server, **about).run(TUNE, unheard)

    assert refused.value.code == code
    assert refused.value.hint
    assert server.asked == []


def test_what_jobs_may_cost_is_their_machines_price_for_the_longest_time(server: DlcServer) -> None:
    paid = place(server, machine=machine(3.0), max_minutes=90)

    assert (paid.most_cost("train"), paid.most_cost("tune")) == (4.5, None)
