"""Assistants: create, find, change, and go back to an earlier version."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, Field, model_validator

from server.api.body import JsonRoute
from server.api.deps import Open, canonical_uuid
from server.api.langgraph.answers import json_answer
from server.db.models import Assistant, AssistantVersion
from server.db.repositories.assistants import AssistantFilter, SortBy
from server.runs.assistants import AssistantChanges

router = APIRouter(prefix="/assistants", tags=["assistants"], route_class=JsonRoute)

FieldName = Literal[
    "assistant_id",
    "graph_id",
    "name",
    "description",
    "config",
    "context",
    "created_at",
    "updated_at",
    "metadata",
    "version",
]


async def assistant_id(assistant_id: str) -> str:
    """The assistant id of the path, in its canonical form."""
    return canonical_uuid(assistant_id, "assistant")


AssistantId = Annotated[str, Depends(assistant_id)]


class _Configured(BaseModel):
    config: dict[str, Any] | None = None
    context: dict[str, Any] | None = None

    def check(self) -> None:
        """Refuse a configuration that is given twice."""
        if self.context and (self.config or {}).get("configurable"):
            raise HTTPException(
                400,
                "Cannot specify both configurable and context. Prefer setting context alone. Context was "
                "introduced in LangGraph 0.6.0 and is the long term planned replacement for configurable.",
            )


class AssistantCreate(_Configured):
    """What POST /assistants takes."""

    graph_id: str
    assistant_id: str | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] | None = None
    if_exists: Literal["raise", "do_nothing"] = "raise"


class AssistantPatch(_Configured):
    """What PATCH takes; what is absent stays."""

    graph_id: str | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] | None = None

    def changes(self) -> AssistantChanges:
        """What is to be changed."""
        return cast("AssistantChanges", {k: v for k, v in self.model_dump().items() if v is not None})


class AssistantCount(BaseModel):
    """Which assistants are meant."""

    metadata: dict[str, Any] | None = None
    graph_id: str | None = None
    name: str | None = None

    def filter(self) -> AssistantFilter:
        """The same as the repository takes it."""
        return AssistantFilter(graph_id=self.graph_id, name=self.name, metadata=self.metadata)


class AssistantSearch(AssistantCount):
    """Which assistants, which page of them, and what of them."""

    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)
    sort_by: SortBy = "created_at"
    sort_order: Literal["asc", "desc"] = "desc"
    select: list[FieldName] | None = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value  # pyright: ignore[reportUnknownVariableType] - checked next


class VersionSearch(BaseModel):
    """Which versions, and which page of them."""

    metadata: dict[str, Any] | None = None
    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class VersionChoice(BaseModel):
    """The version to go back to."""

    version: int


@router.post("")
async def create_assistant(body: AssistantCreate, resources: Open) -> Response:
    """Create an assistant; 409 when its id is taken."""
    body.check()
    row = await resources.assistants.create(
        graph_id=body.graph_id,
        assistant_id=body.assistant_id and canonical_uuid(body.assistant_id, "assistant"),
        name=body.name,
        description=body.description,
        config=body.config,
        context=body.context,
        metadata=body.metadata,
        keep_existing=body.if_exists == "do_nothing",
    )
    return json_answer(assistant_json(row))


@router.post("/search")
async def search_assistants(body: AssistantSearch, resources: Open) -> Response:
    """Assistants, the newest first unless asked otherwise."""
    found = await resources.assistants.search(
        body.filter(),
        sort_by=body.sort_by,
        descending=body.sort_order == "desc",
        limit=body.limit + 1,
        offset=body.offset,
    )
    page, following = found[: body.limit], body.offset + body.limit
    has_more = len(found) > body.limit
    headers = {"X-Pagination-Total": str(following + 1 if has_more else body.offset + len(page))}
    if has_more:
        headers["X-Pagination-Next"] = str(following)
    shown = [assistant_json(row) for row in page]
    if body.select is not None:
        shown = [{name: row[name] for name in body.select} for row in shown]
    return json_answer(shown, headers)


@router.post("/count")
async def count_assistants(body: AssistantCount, resources: Open) -> Response:
    """How many assistants fit."""
    return json_answer(await resources.assistants.count(body.filter()))


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: AssistantId, resources: Open) -> Response:
    """An assistant as it is now."""
    return json_answer(assistant_json(await resources.assistants.get(assistant_id)))


@router.patch("/{assistant_id}")
async def patch_assistant(assistant_id: AssistantId, body: AssistantPatch, resources: Open) -> Response:
    """Make a new version: metadata is laid over what is there, the rest replaces it."""
    body.check()
    return json_answer(assistant_json(await resources.assistants.update(assistant_id, body.changes())))


@router.delete("/{assistant_id}", status_code=204)
async def delete_assistant(
    assistant_id: AssistantId,
    resources: Open,
    delete_threads: Annotated[bool, Query(description="Delete the threads that ran it last, too.")] = False,
) -> Response:
    """Delete an assistant, its versions and its crons; its runs under way are cancelled."""
    await resources.assistant_remover.remove(assistant_id, with_threads=delete_threads)
    return Response(status_code=204)


@router.post("/{assistant_id}/versions")
async def list_versions(assistant_id: AssistantId, body: VersionSearch, resources: Open) -> Response:
    """An assistant's versions, the newest first."""
    found = await resources.assistants.versions(
        assistant_id, metadata=body.metadata, limit=body.limit, offset=body.offset
    )
    return json_answer([_content(version) for version in found])


@router.post("/{assistant_id}/latest")
async def set_latest(assistant_id: AssistantId, body: VersionChoice, resources: Open) -> Response:
    """Go back to an earlier version."""
    return json_answer(assistant_json(await resources.assistants.set_latest(assistant_id, body.version)))


def assistant_json(row: Assistant) -> dict[str, Any]:
    """An assistant as the API shows it."""
    return _content(row) | {"updated_at": row.updated_at.isoformat()}


def _content(row: Assistant | AssistantVersion) -> dict[str, Any]:
    return {
        "assistant_id": row.assistant_id,
        "graph_id": row.graph_id,
        "config": row.config,
        "context": row.context,
        "metadata": row.meta,
        "name": row.name,
        "created_at": row.created_at.isoformat(),
        "version": row.version,
        "description": row.description,
    }
