"""PAI-DLC, Alibaba Cloud's training service: jobs are submitted, watched and stopped (API 2020-12-03)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tools.alibaba.signing import AccessKey, signed_headers
from tools.errors import ErrorCategory, ServiceError

VERSION = "2020-12-03"
SUCCEEDED = ("Succeeded", "SucceededReserving")
FAILED = ("Failed", "FailedReserving")
STOPPED = ("Stopped",)
RESERVING = ("SucceededReserving", "FailedReserving")  # ended, and still paid for

_MOST_BODY = 65_536  # bytes
_SECONDS = 20.0  # that an answer may take
_CATEGORIES = {
    401: ErrorCategory.AUTHENTICATION,
    403: ErrorCategory.AUTHENTICATION,
    404: ErrorCategory.NOT_FOUND,
    429: ErrorCategory.RATE_LIMIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DlcJob:
    """A job as the service tells of it; an unknown status is one on its way."""

    id: str
    status: str
    reason: str
    pods: tuple[str, ...]

    @property
    def has_ended(self) -> bool:
        """Whether its status will not change any more."""
        return self.status in (*SUCCEEDED, *FAILED, *STOPPED)


class DlcClient:
    """Calls of one region's service.

    Args:
        http: What carries them.
        url: Such as https://pai-dlc.cn-hongkong.aliyuncs.com.
        key: Who asks; needs paidlc:CreateJob, GetJob, StopJob and GetPodLogs.
    """

    def __init__(self, http: httpx2.AsyncClient, url: str, key: AccessKey) -> None:
        self._http, self._url, self._key = http, httpx2.URL(url), key

    async def create(self, request: Mapping[str, Any]) -> str:
        """Submit a job; its id.

        Raises:
            ServiceError: "dlc_refused", or "dlc_unavailable" where the same call may pass later.
        """
        return str((await self._call("POST", "/api/v1/jobs", "CreateJob", body=request))["JobId"])

    async def get(self, job_id: str) -> DlcJob:
        """How a job is."""
        found = await self._call("GET", f"/api/v1/jobs/{job_id}", "GetJob", query={"NeedDetail": "true"})
        reason = " ".join(str(found[key]) for key in ("ReasonCode", "ReasonMessage") if found.get(key))
        pods: list[dict[str, Any]] = found.get("Pods") or []
        return DlcJob(
            id=job_id,
            status=str(found["Status"]),
            reason=reason,
            pods=tuple(str(pod["PodId"]) for pod in pods),
        )

    async def stop(self, job_id: str) -> None:
        """End a job; one that has ended stays as it is."""
        await self._call("POST", f"/api/v1/jobs/{job_id}/stop", "StopJob")

    async def logs(self, job_id: str, pod_id: str, lines: int = 200) -> list[str]:
        """The last lines that a pod has written."""
        path = f"/api/v1/jobs/{job_id}/pods/{pod_id}/logs"
        found = await self._call("GET", path, "GetPodLogs", query={"MaxLines": str(lines)})
        written: list[object] = found.get("Logs") or []
        return [str(line) for line in written]

    async def _call(
        self,
        method: str,
        path: str,
        action: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        if len(content) > _MOST_BODY:
            raise ValueError(f"{action} of {len(content)} bytes; {_MOST_BODY} are allowed")
        given = dict(query or {})
        host = self._url.netloc.decode()
        headers = signed_headers(
            self._key, method, host, path, given, content, action=action, version=VERSION
        )
        try:
            answer = await self._http.request(
                method,
                self._url.copy_with(path=path),
                params=given,
                content=content,
                headers=headers,
                timeout=_SECONDS,
            )
        except httpx2.TransportError as error:
            raise _unavailable(action, type(error).__name__) from None
        if answer.status_code >= 400:
            raise _refused(action, answer)
        return answer.json()


def _refused(action: str, answer: httpx2.Response) -> ServiceError:
    """What the service says against it; never what was sent."""
    try:
        told: dict[str, Any] = answer.json()
    except ValueError:
        told = {}
    code = str(told.get("Code") or answer.status_code)
    if answer.status_code >= 500 or "Throttling" in code:
        return _unavailable(action, code)
    category = _CATEGORIES.get(answer.status_code, ErrorCategory.INVALID_INPUT)
    if category is ErrorCategory.RATE_LIMIT:
        return _unavailable(action, code)
    return ServiceError(
        f"PAI-DLC refuses {action}: {code}: {told.get('Message', '')} (request {told.get('RequestId', '?')})",
        hint="See PAI_WORKSPACE_ID, PAI_DLC_IMAGE, PAI_DLC_ECS_SPEC and the rights of PAI_ACCESS_KEY_ID.",
        code="dlc_refused",
        category=category,
    )


def _unavailable(action: str, why: str) -> ServiceError:
    return ServiceError(
        f"PAI-DLC does not answer {action}: {why}",
        code="dlc_unavailable",
        category=ErrorCategory.CONNECTIVITY,
    )
