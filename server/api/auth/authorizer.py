"""Asks a project's handlers whether somebody may do something, and to which things."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from langgraph_sdk import Auth
from starlette.exceptions import HTTPException

from server.access import Access, AllOf, Condition, parse_filter
from server.api.auth.authenticator import Principal
from server.api.auth.rules import Question

WITH_METADATA = ("create", "create_run", "update", "search")  # actions whose value always has some
_RUN_FIELDS = (
    "assistant_id",
    "thread_id",
    "metadata",
    "multitask_strategy",
    "if_not_exists",
    "after_seconds",
)


@dataclass(frozen=True, kw_only=True)
class Authorizer:
    """Finds the handler of a question and puts its answer into force."""

    auth: Auth

    async def ask(
        self, question: Question, principal: Principal, access: Access, value: dict[str, Any]
    ) -> None:
        """Ask, and keep what the answer hides.

        Args:
            value: What is to be done; the handler may change it.

        Raises:
            HTTPException: 403, or what the handler raises.
        """
        handler = self._handler(question)
        if handler is None:
            return
        context = Auth.types.AuthContext(
            permissions=principal.user.permissions,
            user=principal.as_handlers_see_it,
            resource=question.resource,
            action=cast("Any", question.action),
        )
        try:
            answer = await handler(ctx=context, value=value)
        except Auth.exceptions.HTTPException as error:
            raise HTTPException(error.status_code, error.detail, dict(error.headers or {})) from error
        except AssertionError as error:
            raise HTTPException(403, str(error) or "Forbidden") from error
        if answer is False:
            raise HTTPException(403, "Forbidden")
        if isinstance(answer, Condition):
            _narrow(access, question.resource, answer)
        elif isinstance(answer, Mapping):
            _narrow(access, question.resource, parse_filter(cast("Mapping[str, Any]", answer)))
        elif answer is not None and answer is not True:
            raise TypeError(
                f"An authorization handler returned {answer!r}: neither None, a bool nor a filter"
            )

    def _handler(self, question: Question) -> Any:
        """The most special handler: of resource and action, of either, of everything."""
        handlers = cast("Any", self.auth)._handlers
        for resource, action in (
            (question.resource, question.action),
            (question.resource, "*"),
            ("*", question.action),
        ):
            if found := handlers.get((resource, action)):
                return found[-1]
        everything = cast("Any", self.auth)._global_handlers
        return everything[-1] if everything else None


def _narrow(access: Access, resource: str, condition: Condition) -> None:
    """Let a request see only what fits this too."""
    known = access.filters.get(resource)
    access.filters[resource] = condition if known is None else AllOf(conditions=(known, condition))


def value_of(question: Question, parameters: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
    """What a handler is told, as the SDK's types describe it.

    Raises:
        HTTPException: 422, when a body has something else in a place that handlers rely on.
    """
    named = {name: as_uuid(value) for name, value in parameters.items()}
    if question.resource == "store":
        return _store_value(question.action, body)
    if question.action in ("read", "delete"):
        wanted = {"thread_id", "run_id", "assistant_id", "cron_id", "metadata"}
        given = {name: as_uuid(value) for name, value in body.items() if name in wanted}
        if "metadata" in given:
            given["metadata"] = _metadata(body)
        return given | named
    value = deepcopy(dict(body)) | named
    if question.action in WITH_METADATA:
        value["metadata"] = _metadata(value)
    if question.action == "create_run":
        value = {name: as_uuid(value.get(name)) for name in _RUN_FIELDS} | {
            "run_id": named.get("run_id"),
            "status": "pending",
            "prevent_insert_if_inflight": body.get("multitask_strategy") == "reject",
            "kwargs": {k: v for k, v in value.items() if k not in _RUN_FIELDS},
        }
    if question.resource == "crons" and question.action in ("create", "update"):
        value["payload"] = {k: v for k, v in value.items() if k not in ("schedule", "end_time", "metadata")}
    return value


def put_back(
    question: Question, before: Mapping[str, Any], after: Mapping[str, Any], body: dict[str, Any]
) -> None:
    """Let the request say what the handler made of it."""
    if question.resource == "store":
        names = {"namespace": _namespace_key(question.action), "suffix": "suffix"}
        for name, key in names.items():
            if after.get(name) != before.get(name):
                body[key] = list(after[name]) if after[name] is not None else None
    for name in ("metadata", "values", "config", "context", "key", "value", "filter"):
        if after.get(name) != before.get(name):
            body[name] = after[name]
    if question.action == "create_run":
        for name, part in cast("dict[str, Any]", after["kwargs"]).items():
            if part != before["kwargs"].get(name):
                body[name] = part


def additions(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a handler laid into the metadata."""
    old = cast("dict[str, Any]", before.get("metadata") or {})
    new = cast("dict[str, Any]", after.get("metadata") or {})
    return {key: value for key, value in new.items() if key not in old or old[key] != value}


def as_uuid(value: Any) -> Any:
    """A UUID, if it reads as one."""
    if not isinstance(value, str):
        return value
    try:
        return UUID(value)
    except ValueError:
        return value


def _store_value(action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    namespace = body.get(_namespace_key(action))
    if isinstance(namespace, str):  # of a query
        namespace = namespace.split(".")
    value = {k: v for k, v in body.items() if k not in ("namespace", "namespace_prefix", "prefix")}
    suffix = {"suffix": _labels("suffix", body.get("suffix")) or None} if action == "list_namespaces" else {}
    return value | {"namespace": _labels(_namespace_key(action), namespace)} | suffix


def _labels(name: str, labels: Any) -> tuple[Any, ...]:
    if labels is not None and not isinstance(labels, list):
        raise HTTPException(422, f"{name}: must be a list of labels")
    return tuple(cast("list[Any]", labels or []))


def _metadata(body: Mapping[str, Any]) -> dict[str, Any]:
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise HTTPException(422, "metadata: must be an object")
    return dict(cast("dict[str, Any]", metadata or {}))


def _namespace_key(action: str) -> str:
    return {"search": "namespace_prefix", "list_namespaces": "prefix"}.get(action, "namespace")
