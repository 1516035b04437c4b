"""Bodies and answers of the cron routes, as LangGraph's clients know them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, Field

from server.api.langgraph.schemas import RunBody
from server.db.models import AfterRun, Cron
from server.db.repositories.crons import SortBy
from server.runs.job import RunRequest
from server.runs.schedules import CronChanges

Column = Literal[
    "cron_id",
    "assistant_id",
    "thread_id",
    "on_run_completed",
    "end_time",
    "schedule",
    "timezone",
    "created_at",
    "updated_at",
    "user_id",
    "payload",
    "next_run_date",
    "metadata",
    "enabled",
]

_ALWAYS_SHOWN = {"assistant_id", "input"}
_NEVER_SHOWN = {"owner", "priority", "user", "keep_thread"}


class CronCreate(RunBody):
    """What creates a cron: a run's body, and when."""

    schedule: str
    timezone: str | None = None
    end_time: datetime | None = None
    on_run_completed: AfterRun = "delete"
    enabled: bool | None = None  #: True if nothing is said.


class CronPatch(RunBody):
    """What changes a cron; what is absent stays, its assistant too."""

    assistant_id: str = ""
    schedule: str | None = None
    timezone: str | None = None
    end_time: datetime | None = None
    on_run_completed: AfterRun | None = None
    enabled: bool | None = None

    def changes(self) -> CronChanges:
        """What is to change; nothing when every field is absent."""
        given = self.model_fields_set - {"assistant_id"}
        found: CronChanges = {}
        if self.schedule is not None:
            found["schedule"] = self.schedule
        if "timezone" in given:
            found["timezone"] = self.timezone
        if "end_time" in given:
            found["end_time"] = self.end_time
        if self.on_run_completed is not None:
            found["on_run_completed"] = self.on_run_completed
        if self.enabled is not None:
            found["enabled"] = self.enabled
        asked = self.request(keep_thread=True)
        if "metadata" in given:
            found["metadata"] = asked.metadata
        request = {name: getattr(asked, name) for name in given & RunBody.model_fields.keys()}
        if "stream_mode" in request:
            request["stream_mode"] = list(asked.stream_mode)
        if request:
            found["request"] = request
        return found


class CronFields(BaseModel):
    """Which crons are meant."""

    assistant_id: UUID | None = None
    thread_id: UUID | None = None
    metadata: dict[str, Any] | None = None


class CronSearch(CronFields):
    """Which crons are meant, and in what order, on which page."""

    enabled: bool | None = None
    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)
    sort_by: SortBy = "created_at"
    sort_order: Literal["asc", "desc"] = "desc"
    select: list[Column] | None = None


def cron_json(cron: Cron) -> dict[str, Any]:
    """A cron as the API shows it."""
    return {
        "cron_id": cron.cron_id,
        "assistant_id": cron.assistant_id,
        "thread_id": cron.thread_id,
        "user_id": _user_id(cron),
        "end_time": _iso(cron.end_time),
        "schedule": cron.schedule,
        "timezone": cron.timezone or None,
        "payload": _payload(cron),
        "next_run_date": _iso(cron.next_run_date),
        "metadata": cron.meta,
        "on_run_completed": cron.on_run_completed if cron.thread_id is None else None,
        "enabled": cron.enabled,
        "created_at": cron.created_at.isoformat(),
        "updated_at": cron.updated_at.isoformat(),
    }


def _payload(cron: Cron) -> dict[str, Any]:
    """What its runs are asked, without what is so by default."""
    usual = asdict(RunRequest(assistant_id="")) | {"stream_mode": ["values"]}
    asked = cron.payload | {"assistant_id": cron.assistant_id}
    config = cast("dict[str, dict[str, Any]]", asked["config"])
    shown = {
        name: value
        for name, value in asked.items()
        if name in _ALWAYS_SHOWN or (name not in _NEVER_SHOWN and value != usual.get(name))
    }
    configurable = config.get("configurable", {}) | {"cron_id": cron.cron_id}
    return {
        "schedule": cron.schedule,
        **shown,
        **({"timezone": cron.timezone} if cron.timezone else {}),
        "config": config | {"configurable": configurable},
    }


def _user_id(cron: Cron) -> str:
    user = cast("dict[str, Any] | None", cron.payload.get("user"))
    return str(user.get("identity", "")) if user else ""


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
