"""A PAI-DLC of our own, for tests and for trying things out: it checks what the real one checks.

Signatures, required fields, limits and the order of statuses are those of the API of 2020-12-03. A job's
container is a child process here that does the job in the folder which stands for the mounted bucket.

``python -m evals.dlc_server FOLDER --port 8090`` runs it; its keys are KEY_ID and KEY_SECRET.
"""

import argparse
import hashlib
import hmac
import json
import re
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

KEY_ID, KEY_SECRET = "an-access-key", "a-secret-of-the-tests"
BUCKET = "oss://books.oss-cn-hongkong-internal.aliyuncs.com/topics/"
#: Before a job runs, one after the other, as it is asked about.
ON_THE_WAY = ("Creating", "Queuing", "Bidding", "EnvPreparing", "SanityChecking")

_REQUIRED = ("WorkspaceId", "DisplayName", "JobType", "JobSpecs", "UserCommand")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_COMMAND = re.compile(r"scriptorium topics-train (/\S+)(?: --models (/\S+))?")
_MOST_BODY = 65_536
_MAX_SKEW = timedelta(minutes=15)


class Refused(Exception):
    """An answer with an error code."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class ServedJob:
    """A job and its container."""

    id: str
    request: dict[str, Any]
    on_the_way: list[str]
    process: subprocess.Popen[bytes] | None = None
    ended: str | None = None  #: Its last status, where something else than its container has ended it.
    log: Path = Path()


@dataclass
class DlcServer:
    """The service, of one region.

    Args:
        folder: What ``bucket`` stands for.
        statuses: That a job goes through, one at each question, before it runs.
        ends_as: In place of what its container would end as, such as "Stopped" or "FailedReserving".
        failures: Answers with errors in place of the next ones: (status, code).
    """

    folder: Path
    bucket: str = BUCKET
    statuses: Sequence[str] = ON_THE_WAY
    ends_as: str | None = None
    failures: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    jobs: dict[str, ServedJob] = field(default_factory=dict[str, ServedJob])
    asked: list[str] = field(default_factory=list[str])  #: Actions, in order.
    url: str = ""
    _nonces: set[str] = field(default_factory=set[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        try:
            self._check(request, body)
            response: Response = JSONResponse(self._answer(request, body) | {"RequestId": "R-1"})
        except Refused as error:
            told = {"Code": error.code, "Message": error.message, "RequestId": "R-1"}
            response = JSONResponse(told, error.status)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> dict[str, Any]:
        action = request.headers["x-acs-action"]
        self.asked.append(action)
        if self.failures:
            status, code = self.failures.pop(0)
            raise Refused(status, code, "as the test wants it")
        parts = request.url.path.strip("/").split("/")
        match (request.method, action, parts):
            case ("POST", "CreateJob", ["api", "v1", "jobs"]):
                return {"JobId": self._create(body).id}
            case ("GET", "GetJob", ["api", "v1", "jobs", id]):
                return self._told(self._job(id))
            case ("POST", "StopJob", ["api", "v1", "jobs", id, "stop"]):
                return self._stop(self._job(id))
            case ("GET", "GetPodLogs", ["api", "v1", "jobs", id, "pods", _, "logs"]):
                lines = self._job(id).log.read_text("utf-8").splitlines()
                return {"Logs": lines[-int(request.query_params["MaxLines"]) :]}
            case _:
                raise Refused(404, "InvalidAction.NotFound", f"{request.method} {request.url.path}")

    def _create(self, body: bytes) -> ServedJob:
        if len(body) > _MOST_BODY:
            raise Refused(400, "InvalidParameter", "the body is too large")
        given: dict[str, Any] = json.loads(body)
        for name in _REQUIRED:
            if not given.get(name):
                raise Refused(400, "MissingParameter", name)
        sources: list[dict[str, str]] = given["DataSources"]
        (spec,) = given["JobSpecs"]
        if not _NAME.fullmatch(given["DisplayName"]):
            raise Refused(400, "InvalidParameter", "DisplayName")
        if given["JobType"] != "PyTorchJob" or spec.keys() != {"Type", "Image", "PodCount", "EcsSpec"}:
            raise Refused(400, "InvalidParameter", "JobSpecs")
        if any(one["MountAccess"] != "RW" or not one["Uri"].startswith(self.bucket) for one in sources):
            raise Refused(400, "InvalidParameter", "DataSources")
        command = _COMMAND.fullmatch(given["UserCommand"])
        mounted = [one["MountPath"] for one in sources]
        if command is None or mounted != [path for path in command.groups() if path]:
            raise Refused(400, "InvalidParameter", "UserCommand")
        id = f"dlc{len(self.jobs) + 1:012d}"
        self.jobs[id] = ServedJob(id=id, request=given, on_the_way=list(self.statuses))
        return self.jobs[id]

    def _job(self, id: str) -> ServedJob:
        if id not in self.jobs:
            raise Refused(404, "JobNotFound", id)
        return self.jobs[id]

    def _told(self, job: ServedJob) -> dict[str, Any]:
        status = self._status(job)
        pods = [] if job.process is None else [{"PodId": f"{job.id}-worker-0", "Status": status}]
        failed = {"ReasonCode": "JobFailed", "ReasonMessage": "as it is"} if "Failed" in status else {}
        return {"JobId": job.id, "Status": status, "Pods": pods, **failed}

    def _status(self, job: ServedJob) -> str:
        if job.ended is not None:
            return job.ended
        if job.on_the_way:
            return job.on_the_way.pop(0)
        if job.process is None:
            self._start(job)
        assert job.process is not None
        code = job.process.poll()
        if code is None:
            return "Running"
        job.ended = self.ends_as or ("Failed" if code else "Succeeded")
        return job.ended

    def _start(self, job: ServedJob) -> None:
        uris = [one["Uri"].removeprefix(self.bucket) for one in job.request["DataSources"]]
        folder, *models = [str(self.folder / uri) for uri in uris]
        job.log = self.folder / f"{job.id}.log"
        command = [sys.executable, "-m", "tools.topics.running.child", folder, "0", *models]
        with job.log.open("wb") as log:
            job.process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own

    def _stop(self, job: ServedJob) -> dict[str, Any]:
        if job.process is not None and job.process.poll() is None:
            job.process.kill()
            job.process.wait()
        if job.ended is None or "Reserving" in job.ended:
            job.ended = {"SucceededReserving": "Succeeded", "FailedReserving": "Failed"}.get(
                job.ended or "", "Stopped"
            )
        return {"JobId": job.id}

    def _check(self, request: Request, body: bytes) -> None:
        """Signature, time and nonce; computed here from the documentation, not with our client's code."""
        headers = request.headers
        kind, _, rest = headers.get("authorization", "").partition(" ")
        given = dict(part.split("=", 1) for part in rest.split(",") if "=" in part)
        if kind != "ACS3-HMAC-SHA256" or given.get("Credential") != KEY_ID:
            raise Refused(403, "InvalidAccessKeyId.NotFound")
        if headers["x-acs-version"] != "2020-12-03":
            raise Refused(400, "InvalidVersion")
        if headers["x-acs-content-sha256"] != hashlib.sha256(body).hexdigest():
            raise Refused(400, "SignatureDoesNotMatch", "the body is another one")
        moment = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - moment) > _MAX_SKEW:
            raise Refused(400, "InvalidTimeStamp.Expired")
        names = given["SignedHeaders"].split(";")
        every = {name for name in headers if name.startswith("x-acs-") or name in ("host", "content-type")}
        if names != sorted(every):
            raise Refused(400, "IncompleteSignature", "not every header is signed")
        lines = [request.method, quote(request.url.path, safe="/-_.~")]
        pairs = sorted(request.query_params.items())
        lines.append("&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs))
        lines += [f"{name}:{headers[name].strip()}" for name in names]
        lines += ["", ";".join(names), headers["x-acs-content-sha256"]]
        told = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
        expected = hmac.new(KEY_SECRET.encode(), told.encode(), "sha256").hexdigest()
        if not hmac.compare_digest(expected, given["Signature"]):
            raise Refused(400, "SignatureDoesNotMatch")
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            raise Refused(400, "SignatureNonceUsed")
        self._nonces.add(nonce)


@contextmanager
def dlc_server(folder: Path, *, port: int = 0, **about: Any) -> Generator[DlcServer]:
    """A server that stops with the block, and its jobs with it."""
    made = DlcServer(folder, **about)
    config = uvicorn.Config(made, port=port, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        made.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield made
    finally:
        server.should_exit = True
        thread.join(10)
        for job in made.jobs.values():
            if job.process is not None and job.process.poll() is None:
                job.process.kill()
                job.process.wait()


def main() -> None:
    """Serve until the process is interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="what the bucket stands for")
    parser.add_argument("--port", type=int, default=8090)
    asked = parser.parse_args()
    with dlc_server(asked.folder, port=asked.port) as server:
        sys.stdout.write(f"{server.url} {server.bucket}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
