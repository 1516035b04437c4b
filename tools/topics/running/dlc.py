"""Jobs on PAI-DLC: the job's folder lies in a bucket that the training container mounts."""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import httpx2

from tools.alibaba.dlc import FAILED, RESERVING, SUCCEEDED, DlcClient, DlcJob
from tools.alibaba.signing import AccessKey
from tools.cancellation import completed
from tools.errors import ErrorCategory, NotFound, ServiceError, Unavailable
from tools.storage.blobs import Blobs
from tools.topics.running.folder import DONE, ERROR, IN, JOB, OUT, error_of, listener
from tools.topics.running.job import Job, StepName, Tell
from tools.topics.tuning.folder import CONFIG, unknown_base

MOUNT, MODELS_MOUNT = "/mnt/job", "/mnt/models"
FOLDER, MODELS = "jobs", "models"  # in the bucket

_OUTCOMES: dict[StepName, tuple[str, ...]] = {
    "train": ("model.zip", "summary.json"),
    "tune": ("corpus.zip", "adapter.zip", "summary.json"),
}
_SUBMITTED = "dlc.json"  # which job of the service does this one
_KEPT_FOR_NEXT = timedelta(days=1)  # after a job's end, what came out of it waits for the run's next worker
_MOST_SILENT = 5  # polls without an answer, after which the job is given up
_STOP_SECONDS = 1.5  # for the service to hear that a job is wanted no longer
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What jobs of one kind run on."""

    image: str
    ecs_spec: str
    price_per_hour: float | None = None  #: Of the specification; None: not known.
    price_setting: str = "PAI_DLC_PRICE_PER_HOUR"  #: Where the price is said.


@dataclass(frozen=True, kw_only=True)
class DlcPlan:
    """What a job is run on, and what it may cost."""

    url: str
    key: AccessKey
    workspace_id: str
    machine: Machine
    tuning_machine: Machine | None = None  #: Of jobs that tune an embedding model; None: there are none.
    bucket_uri: (
        str  #: Of the blobs' prefix, such as oss://bucket.oss-cn-hongkong-internal.aliyuncs.com/scriptorium/.
    )
    resource_id: str = ""  #: A quota; "": the public pool, paid by the minute.
    max_minutes: int = 120  #: Of running; the service ends a job that takes longer.
    max_wait_minutes: int = 60  #: Of queuing and preparing.
    max_cost: float | None = None  #: Of one job; in the prices' currency.
    poll_seconds: float = 5.0

    def machine_of(self, step: StepName) -> Machine:
        """What a job runs on.

        Raises:
            Unavailable: "no_models_folder": nothing is set up to tune embedding models.
        """
        if step != "tune":
            return self.machine
        if self.tuning_machine is None:
            raise Unavailable(
                "PAI-DLC is not set up to tune embedding models",
                hint="Set PAI_DLC_TUNING_IMAGE: an image of deploy/topics.Dockerfile with the extra tuning.",
                code="no_models_folder",
            )
        return self.tuning_machine

    def most_cost(self, step: StepName) -> float | None:
        """What a job costs that runs as long as it may; None: its machine's price is not known."""
        price = self.machine_of(step).price_per_hour
        return None if price is None else price * self.max_minutes / 60

    def check_cost(self, step: StepName = "train") -> None:
        """Refuse jobs that could cost more than they may.

        Raises:
            ServiceError: "dlc_cost_limit".
        """
        machine, cost = self.machine_of(step), self.most_cost(step)
        if self.max_cost is None:
            return
        if cost is None:
            raise _too_dear(f"PAI_DLC_MAX_COST is set, but no {machine.price_setting} to reckon with")
        if cost > self.max_cost:
            raise _too_dear(
                f"a job of {self.max_minutes} minutes at {machine.price_per_hour:g} an hour may cost "
                f"{cost:.2f}; PAI_DLC_MAX_COST allows {self.max_cost:g}"
            )


class DlcPlace:
    """A Place in the cloud.

    A job's folder is named by what is in it: when a worker dies, the next one finds the job that was
    submitted and waits for it, in place of paying for a second one.

    Args:
        plan: Where, on what, and for how much.
        blobs: The bucket's prefix that ``plan.bucket_uri`` names.
        at_once: Jobs at a time, for this process.
    """

    def __init__(self, plan: DlcPlan, blobs: Blobs, *, at_once: int = 4) -> None:
        self._plan, self._blobs, self._at_once = plan, blobs, at_once
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._left: set[asyncio.Task[None]] = set()

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        self._plan.check_cost(job.step)
        if job.step == "tune":
            await self._check_base(job.settings["tuning"]["base"])
        folder = f"{FOLDER}/{_digest(job)}"
        async with self._turn(), httpx2.AsyncClient() as http:
            client = DlcClient(http, self._plan.url, self._plan.key)
            try:
                made = await self._done(client, folder, job, tell)
            except asyncio.CancelledError:
                self._remove_later(folder, job)
                raise
            except ServiceError:
                await self._remove(folder, job)
                raise
            await self._remove(folder, job, made)
            return made

    def most_cost(self, step: StepName) -> float | None:
        return self._plan.most_cost(step)

    async def remove_left(self, at: datetime) -> int:
        """Remove files of jobs that nobody can be waiting for: their worker died; returns how many."""
        longest = timedelta(minutes=self._plan.max_minutes + self._plan.max_wait_minutes)
        left = [key async for key in self._blobs.keys(before=at - longest - _KEPT_FOR_NEXT)]
        left = [key for key in left if key.startswith(f"{FOLDER}/")]  # the models beside them stay
        for key in left:
            await self._blobs.delete(key)
        return len(left)

    async def _check_base(self, base: str) -> None:
        """Look for the model that a tuning begins with, before a machine is paid for."""
        try:
            await self._blobs.size(f"{MODELS}/{base}/{CONFIG}")
        except NotFound:
            raise unknown_base(base, f"Looked for in {self._plan.bucket_uri}{MODELS}/.") from None

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        return self._turns.setdefault(loop, asyncio.Semaphore(self._at_once))

    async def _done(self, client: DlcClient, folder: str, job: Job, tell: Tell) -> dict[str, bytes]:
        job_id = await self._earlier(client, folder) or await self._submit(client, folder, job)
        try:
            await self._put(f"{folder}/{_SUBMITTED}", json.dumps({"job_id": job_id}).encode())
            ended = await self._wait(client, job_id, tell)
        except BaseException:  # whatever it is, the job is stopped: it costs money
            await completed(self._stop(client, job_id))
            raise
        if ended.status in RESERVING:
            await client.stop(job_id)
        return await self._results(folder, ended)

    async def _earlier(self, client: DlcClient, folder: str) -> str | None:
        """The job that a worker which died has submitted, if it is still good for something."""
        try:
            job_id = str(json.loads(await self._read(f"{folder}/{_SUBMITTED}"))["job_id"])
            found = await client.get(job_id)
        except NotFound:
            return None
        except ServiceError as error:
            if error.category is ErrorCategory.NOT_FOUND:
                return None
            raise
        return job_id if not found.has_ended or found.status in SUCCEEDED else None

    async def _submit(self, client: DlcClient, folder: str, job: Job) -> str:
        for name in (ERROR, DONE):
            await self._blobs.delete(f"{folder}/{name}")
        for name, data in job.files.items():
            await self._put(f"{folder}/{IN}/{name}", data)
        asked = {"step": job.step, "settings": job.settings}
        await self._put(f"{folder}/{JOB}", json.dumps(asked).encode())
        creating = asyncio.create_task(client.create(self._request(folder, job.step)))
        try:
            return await asyncio.shield(creating)
        except asyncio.CancelledError:
            await completed(self._stop_created(client, creating))
            raise

    def _request(self, folder: str, step: StepName) -> dict[str, Any]:
        plan, machine = self._plan, self._plan.machine_of(step)
        # No word of it comes from outside: what is to be done lies in the folder.
        command = f"scriptorium topics-train {MOUNT}"
        sources = [_mounted(f"{plan.bucket_uri}{folder}/", MOUNT)]
        if step == "tune":
            command += f" --models {MODELS_MOUNT}"
            sources.append(_mounted(f"{plan.bucket_uri}{MODELS}/", MODELS_MOUNT))
        request: dict[str, Any] = {
            "WorkspaceId": plan.workspace_id,
            "DisplayName": f"scriptorium-{folder.rpartition('/')[2]}",
            "JobType": "PyTorchJob",
            "JobSpecs": [
                {"Type": "Worker", "Image": machine.image, "PodCount": 1, "EcsSpec": machine.ecs_spec}
            ],
            "UserCommand": command,
            "DataSources": sources,
            "JobMaxRunningTimeMinutes": plan.max_minutes,
        }
        if plan.resource_id:
            request["ResourceId"] = plan.resource_id
        return request

    async def _wait(self, client: DlcClient, job_id: str, tell: Tell) -> DlcJob:
        """Until the job has ended; its progress is what its log says."""
        until = monotonic() + 60 * (self._plan.max_minutes + self._plan.max_wait_minutes)
        silent, heard = 0, 0
        while True:
            try:
                found = await client.get(job_id)
                heard = await self._listen(client, found, heard, tell)
                silent = 0
            except ServiceError as error:
                silent += 1
                if error.category.is_permanent or silent >= _MOST_SILENT:
                    raise
            else:
                if found.has_ended:
                    return found
            if monotonic() > until:
                raise ServiceError(
                    f"the PAI-DLC job {job_id} has not ended in time, and was stopped",
                    hint="Raise PAI_DLC_MAX_MINUTES or PAI_DLC_MAX_WAIT_MINUTES.",
                    code="dlc_timeout",
                    category=ErrorCategory.INVALID_INPUT,
                )
            await asyncio.sleep(self._plan.poll_seconds)

    async def _listen(self, client: DlcClient, found: DlcJob, heard: int, tell: Tell) -> int:
        """Tell what the log has of progress, if it is more than was heard; how much there is now."""
        told: list[tuple[int, int]] = []
        if found.pods and found.status == "Running":
            listen = listener(lambda done, total: told.append((done, total)))
            listen(
                "".join(f"{line.rstrip()}\n" for line in await client.logs(found.id, found.pods[0])).encode()
            )
        if told and told[-1][0] > heard:
            tell(*told[-1])
            return told[-1][0]
        return heard

    async def _results(self, folder: str, ended: DlcJob) -> dict[str, bytes]:
        if ended.status in SUCCEEDED:
            names: list[str] = json.loads(await self._read(f"{folder}/{DONE}"))["files"]
            return {name: await self._read(f"{folder}/{OUT}/{name}") for name in names}
        if ended.status in FAILED:
            with contextlib.suppress(NotFound):
                raise error_of(await self._read(f"{folder}/{ERROR}"))
            raise ServiceError(
                f"the PAI-DLC job {ended.id} failed: {ended.reason or 'no reason is given'}",
                hint="See the job's log in the PAI console.",
                code="dlc_failed",
                category=ErrorCategory.INVALID_INPUT,
            )
        raise ServiceError(
            f"the PAI-DLC job {ended.id} was stopped: {ended.reason or 'by somebody else'}",
            hint="It may pass the next time.",
            code="dlc_stopped",
            category=ErrorCategory.CONNECTIVITY,
        )

    async def _stop_created(self, client: DlcClient, creating: asyncio.Task[str]) -> None:
        """Only the answer says which job there is now to be stopped; none, where it was refused."""
        with contextlib.suppress(ServiceError):
            await self._stop(client, await creating)

    async def _stop(self, client: DlcClient, job_id: str) -> None:
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await client.stop(job_id)
        except (ServiceError, TimeoutError) as error:
            _logger.warning("the PAI-DLC job %s was not stopped: %s; stop it by hand", job_id, error)

    def _remove_later(self, folder: str, job: Job) -> None:
        """Remove the job's files; whoever has cancelled it does not wait for that."""
        task = asyncio.create_task(self._remove(folder, job))
        self._left.add(task)
        task.add_done_callback(self._left.discard)

    async def _remove(self, folder: str, job: Job, made: Iterable[str] | None = None) -> None:
        names = _OUTCOMES.get(job.step, ()) if made is None else made
        outcome = (f"{OUT}/{name}" for name in names)
        for name in (*(f"{IN}/{name}" for name in job.files), JOB, _SUBMITTED, ERROR, DONE, *outcome):
            try:
                await self._blobs.delete(f"{folder}/{name}")
            except ServiceError as error:
                _logger.warning("%s/%s was not removed: %s", folder, name, error)

    async def _read(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self._blobs.read(key)])

    async def _put(self, key: str, data: bytes) -> None:
        path = Path(tempfile.gettempdir()) / f"scriptorium-dlc-{uuid4().hex}"
        try:
            await completed(asyncio.to_thread(_write, path, data))
            await self._blobs.put(key, path)  # which takes the file away
        finally:
            path.unlink(missing_ok=True)


def _mounted(uri: str, path: str) -> dict[str, str]:
    return {"Uri": uri, "MountPath": path, "MountAccess": "RW"}


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb", opener=_private) as file:
        file.write(data)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _digest(job: Job) -> str:
    asked = json.dumps([job.step, job.settings], sort_keys=True).encode()
    digest = hashlib.sha256(asked)
    for name, data in sorted(job.files.items()):
        digest.update(hashlib.sha256(data).digest() + name.encode())
    return digest.hexdigest()[:32]


def _too_dear(message: str) -> ServiceError:
    return ServiceError(
        message,
        hint="Lower PAI_DLC_MAX_MINUTES, choose a cheaper machine, or raise PAI_DLC_MAX_COST.",
        code="dlc_cost_limit",
        category=ErrorCategory.BUDGET,
    )
