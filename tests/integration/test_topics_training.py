"""Where the settings have topic models trained: PAI-DLC, with the bucket that both sides see."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.dlc_server import BUCKET, KEY_ID, KEY_SECRET, DlcServer, dlc_server
from evals.topics_planted import plant
from server.resources import topics_training
from tests.fixtures.dlc_settings import dlc_settings
from tests.fixtures.oss_server import OssServer, oss_server
from tests.fixtures.tiny_embedder import make_embedder
from tools.alibaba.signing import AccessKey, Secret
from tools.errors import ServiceError
from tools.storage.local_blobs import LocalBlobs
from tools.topics.corpus import Corpus
from tools.topics.running.dlc import DlcPlace, DlcPlan, Machine
from tools.topics.running.job import Job

_PREFIX = "scriptorium-topics/"


def _unheard(done: int, total: int) -> None:
    """Nobody watches."""


async def test_the_settings_place_submits_to_pai_what_lies_in_the_bucket_and_takes_it_back_when_cancelled(
    tmp_path: Path,
) -> None:
    pytest.importorskip("alibabacloud_oss_v2", reason="the SDK of OSS is not installed: extra [oss]")
    bucket = "oss://books.oss-cn-hongkong-internal.aliyuncs.com/" + _PREFIX
    endless = ["Queuing"] * 10_000
    with oss_server() as oss, dlc_server(tmp_path, bucket=bucket, statuses=endless) as dlc:
        place = topics_training(dlc_settings(tmp_path, oss, dlc))
        assert place is not None
        job = Job(step="train", settings={"spec": {}}, files={"corpus.zip": b"words"})
        task = asyncio.create_task(place.run(job, lambda done, total: None))
        while "GetJob" not in dlc.asked:
            assert not task.done(), task.exception()
            await asyncio.sleep(0)
        lying = {key: one.data for key, one in oss.objects.items()}
        task.cancel()
        await asyncio.wait([task])

        (submitted,) = dlc.jobs.values()
        folder = submitted.request["DataSources"][0]["Uri"].removeprefix(bucket)
        assert lying[f"{_PREFIX}{folder.rstrip('/')}/in/corpus.zip"] == b"words"
        assert submitted.request["WorkspaceId"] == "1234"
        assert submitted.request["JobMaxRunningTimeMinutes"] == 30
        assert submitted.ended == "Stopped"
        async with asyncio.timeout(30):
            while oss.objects:  # noqa: ASYNC110 - the server lives in another thread
                await asyncio.sleep(0)


async def test_jobs_that_could_never_be_afforded_are_refused_when_the_service_starts(tmp_path: Path) -> None:
    dear: dict[str, Any] = {"PAI_DLC_PRICE_PER_HOUR": 100, "PAI_DLC_MAX_COST": 49}

    with pytest.raises(ServiceError) as refused:
        topics_training(
            dlc_settings(tmp_path, OssServer(url="http://127.0.0.1:1"), DlcServer(tmp_path), **dear)
        )

    assert refused.value.code == "dlc_cost_limit"


async def test_a_machine_for_tunings_is_reckoned_with_by_its_own_price(tmp_path: Path) -> None:
    oss, dlc = OssServer(url="http://127.0.0.1:1"), DlcServer(tmp_path)
    gpu: dict[str, Any] = {
        "PAI_DLC_PRICE_PER_HOUR": 1,
        "PAI_DLC_TUNING_IMAGE": "registry/scriptorium-topics:1-gpu",
        "PAI_DLC_TUNING_PRICE_PER_HOUR": 20,
        "PAI_DLC_MAX_COST": 9,
    }

    with pytest.raises(ServiceError, match="20 an hour") as refused:
        topics_training(dlc_settings(tmp_path, oss, dlc, **gpu))

    assert refused.value.code == "dlc_cost_limit"


async def test_an_embedding_model_is_tuned_on_pai_dlc_and_stays_in_the_bucket(tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed: pip install '.[tuning]'")
    corpus = plant(seed=3, documents=120).corpus
    corpus = replace(corpus, texts=[f"{text[:100]}. {text[100:200]}." for text in corpus.texts])
    make_embedder(tmp_path / "models" / "tiny", corpus.texts)
    tuning = {"base": "tiny", "epochs": 1, "batch": 16, "rate": 0.01, "tokens": 64}
    job = Job(step="tune", settings={"tuning": tuning, "seed": 1}, files={"corpus.zip": corpus.save()})
    with dlc_server(tmp_path) as dlc:
        machine = Machine(image="registry/scriptorium-topics:gpu", ecs_spec="ecs.gn7i-c8g1.2xlarge")
        plan = DlcPlan(
            url=dlc.url,
            key=AccessKey(id=KEY_ID, secret=Secret(KEY_SECRET)),
            workspace_id="1234",
            machine=machine,
            tuning_machine=machine,
            bucket_uri=BUCKET,
            poll_seconds=0.05,
        )
        made = await DlcPlace(plan, LocalBlobs(tmp_path)).run(job, _unheard)

    tuned = json.loads(made["summary.json"])
    assert set(made) == {"corpus.zip", "adapter.zip", "summary.json"}
    assert Corpus.load(made["corpus.zip"]).vectors is not None
    assert (tmp_path / "models" / tuned["model"] / "model.safetensors").exists()
    assert [path for path in (tmp_path / "jobs").rglob("*") if path.is_file()] == []
