"""The store that graphs and clients share: documents by namespace and key."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from langgraph.store.base import NOT_PROVIDED, Item
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.api.body import JsonRoute
from server.api.deps import Open
from server.api.errors import ErrorBody
from server.api.langgraph.answers import json_answer
from tools.errors import BadRequest, InvalidInput

router = APIRouter(prefix="/store", tags=["store"], route_class=JsonRoute)

MAX_MINUTES = 60 * 24 * 366 * 100  # beyond it dates end
MAX_OFFSET = 2**53


_TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
# A refused namespace is said in plain text, everything else in the errors' one form.
_REFUSALS: dict[int | str, dict[str, Any]] = {422: {"model": ErrorBody, "content": _TEXT}}


class KeyMissing(BaseModel):
    """What the official server says when no key is named."""

    error: str


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


def _storable_key(key: str) -> str:
    if not key or "\x00" in key:
        raise ValueError("must not be empty, nor hold a NUL")
    return key


Key = Annotated[str, AfterValidator(_storable_key)]


class ItemPut(_Body):
    """A document to keep."""

    namespace: list[str]
    key: Key
    value: dict[str, Any]
    index: Literal[False] | list[str] | None = None
    ttl: float | None = Field(default=None, gt=0, le=MAX_MINUTES, description="Minutes.")


class ItemDelete(_Body):
    """A document to remove."""

    namespace: list[str] = Field(default_factory=list[str])
    key: Key


class ItemSearch(_Body):
    """Which documents to list."""

    namespace_prefix: list[str] | None = None
    filter: dict[str, Any] | None = None
    limit: int = Field(default=10, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)
    query: str | None = None
    refresh_ttl: bool | None = None


class NamespaceSearch(_Body):
    """Which namespaces to list."""

    prefix: list[str] | None = None
    suffix: list[str] | None = None
    max_depth: int | None = Field(default=None, ge=1)
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)


@router.put("/items", status_code=204, responses=_REFUSALS)
async def put_item(body: ItemPut, resources: Open) -> Response:
    """Keep a document, in place of the one that has its namespace and key."""
    if refusal := _refusal(body.namespace):
        return refusal
    if not body.namespace or body.namespace[0] == "langgraph":
        raise BadRequest(
            'namespace: must not be empty, nor begin with "langgraph", which is LangGraph\'s own.',
            hint='Name where the document belongs, such as ["memories", user].',
            code="invalid_request",
        )
    await resources.store.aput(
        tuple(body.namespace),
        body.key,
        body.value,
        index=body.index,
        ttl=body.ttl if "ttl" in body.model_fields_set and body.ttl is not None else NOT_PROVIDED,
    )
    return Response(status_code=204)


@router.get("/items", responses={**_REFUSALS, 400: {"model": KeyMissing}})
async def get_item(
    resources: Open,
    key: str | None = None,
    namespace: Annotated[list[str] | None, Query(description="Labels, joined by periods.")] = None,
    refresh_ttl: bool | None = None,
) -> Response:
    """A document; null when there is none."""
    if not key or "\x00" in key:
        return JSONResponse({"error": "Key is required"}, 400)
    labels = [label for text in namespace or [] for label in text.split(".")]
    if refusal := _refusal(labels):
        return refusal
    item = await resources.store.aget(tuple(labels), key, refresh_ttl=refresh_ttl)
    return json_answer(item and _item_json(item))


@router.delete("/items", status_code=204, responses=_REFUSALS)
async def delete_item(body: ItemDelete, resources: Open) -> Response:
    """Remove a document, if it is there."""
    if refusal := _refusal(body.namespace):
        return refusal
    await resources.store.adelete(tuple(body.namespace), body.key)
    return Response(status_code=204)


@router.post("/items/search", responses=_REFUSALS)
async def search_items(body: ItemSearch, resources: Open) -> Response:
    """Documents below a namespace, by their fields, or by meaning where the store has an index."""
    prefix = body.namespace_prefix or []
    if refusal := _refusal(prefix):
        return refusal
    try:
        found = await resources.store.asearch(
            tuple(prefix),
            query=body.query,
            filter=body.filter,
            limit=body.limit,
            offset=body.offset,
            refresh_ttl=body.refresh_ttl,
        )
    except ValueError as error:
        raise InvalidInput(f"filter: {error}", code="invalid_request") from error
    return json_answer({"items": [_item_json(item) | {"score": item.score} for item in found]})


@router.post("/namespaces", responses=_REFUSALS)
async def list_namespaces(body: NamespaceSearch, resources: Open) -> Response:
    """Namespaces that hold documents; ``*`` in prefix and suffix stands for any label."""
    for labels in (body.prefix, body.suffix):
        if refusal := _refusal(labels or []):
            return refusal
    found = await resources.store.alist_namespaces(
        prefix=tuple(body.prefix) if body.prefix else None,
        suffix=tuple(body.suffix) if body.suffix else None,
        max_depth=body.max_depth,
        limit=body.limit,
        offset=body.offset,
    )
    return json_answer({"namespaces": found})


def _refusal(namespace: list[str]) -> Response | None:
    """The answer to labels that are none, as plain text like the official server's."""
    for label in namespace:
        if not label or "." in label:
            text = f"Namespace label '{label}' must be a non-empty string without periods"
            return PlainTextResponse(text, 422)
        if "\x00" in label or "\x1f" in label:
            return PlainTextResponse(f"Namespace label {label!r} has a control character", 422)
    return None


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "namespace": list(item.namespace),
        "key": item.key,
        "value": item.value,
        "created_at": item.created_at.isoformat(),
        "updated_at": item.updated_at.isoformat(),
    }
