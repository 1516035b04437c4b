"""Which of an agent's tasks are listed, and where the next page begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from server.api.langgraph.json_rpc import INVALID_PARAMS, Params, RpcError
from server.db.models import Run, RunStatus
from server.db.repositories.run_list import RunFilter

PAGE_SIZE = 50  # tasks, unless the caller says otherwise
MAX_PAGE_SIZE = 100

_RUNS: Mapping[str, tuple[Sequence[RunStatus], bool | None]] = {
    "submitted": (("pending",), None),
    "working": (("running",), None),
    "completed": (("success",), False),
    "input-required": (("success",), True),
    "failed": (("error", "timeout"), None),
    "canceled": (("interrupted",), None),
}  # the statuses of the runs in a state, and whether they ask
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """One page of tasks that a caller wants."""

    wanted: RunFilter
    page_size: int
    after: tuple[datetime, str] | None

    @classmethod
    def read(cls, assistant_id: str, params: Params) -> "Listing":
        """The page that a call asks for.

        Raises:
            RpcError: There is no such page.
        """
        size = params.get("pageSize", PAGE_SIZE)
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_PAGE_SIZE:
            raise RpcError(INVALID_PARAMS, f"pageSize must be between 1 and {MAX_PAGE_SIZE}.")
        statuses, asks = _state(params.get("status"))
        wanted = RunFilter(
            assistant_id=assistant_id,
            thread_id=_context(params.get("contextId")),
            statuses=statuses,
            asks=asks,
            since=_moment(params.get("statusTimestampAfter")),
        )
        return cls(wanted=wanted, page_size=size, after=_place(params.get("pageToken")))


def token(run: Run) -> str:
    """Where the page behind a run begins."""
    return f"{(run.updated_at - _EPOCH) // timedelta(microseconds=1)}:{run.run_id}"


def _place(given: Any) -> tuple[datetime, str] | None:
    if not given:
        return None
    moment, _, run_id = str(given).partition(":")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), str(UUID(run_id))
    except (ValueError, OverflowError):
        raise RpcError(INVALID_PARAMS, "pageToken must be the nextPageToken of a page.") from None


def _state(given: Any) -> tuple[Sequence[RunStatus] | None, bool | None]:
    name = str(given or "unspecified").removeprefix("TASK_STATE_").lower().replace("_", "-")
    return (None, None) if name == "unspecified" else _RUNS.get(name, ((), None))


def _context(given: Any) -> str | None:
    try:
        return str(UUID(given)) if given else None
    except (ValueError, AttributeError, TypeError):
        raise RpcError(INVALID_PARAMS, "contextId must be a UUID.") from None


def _moment(given: Any) -> datetime | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except (ValueError, TypeError):
        raise RpcError(INVALID_PARAMS, "statusTimestampAfter must be a time in ISO 8601.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
