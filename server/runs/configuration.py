"""What a run is configured with: what its assistant, its thread, its caller and we say; the later wins."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from typing_extensions import is_typeddict  # knows its own TypedDicts, too: Pydantic's before Python 3.12

from server import access
from server.db.models import Run, Thread, now
from server.models.ledger import own_budget
from server.runs.assistants import ResolvedAssistant
from server.runs.job import RunRequest
from tools.llm.abilities import Role
from tools.llm.roles import read_choices

# Read once: what is installed is looked up in files.
LANGGRAPH, OURS = version("langgraph"), version("scriptorium-service")
RESERVED = {
    "langgraph_auth_user",
    "langgraph_auth_user_id",
    "langgraph_auth_permissions",
    "langgraph_request_id",
    "checkpoint_ns",  # a run begins in its graph, never in a subgraph
}  # configurable keys that no caller may set; nor any that begins with two underscores: those are LangGraph's
RESERVED_METADATA = {"thread_id", "assistant_id", "run_id", "cron_id", "counters_since_delta_snapshot"}


def configure(
    run: Run, request: RunRequest, *, assistant: ResolvedAssistant, thread: Thread, graph: object
) -> None:
    """Set a run's metadata, and the config and context in its kwargs.

    Args:
        graph: The graph, or what makes it for each access.

    Raises:
        InvalidInput: What is stated as a budget is none.
    """
    given = dict(request.config)
    ours = _identity(run, request)
    run.meta = {
        "created_by": "system",
        **assistant.metadata,
        **thread.meta,
        **(
            {"graph_id": run.graph_id} if request.keep_thread else {}
        ),  # as recorded: temporary ones have none
        **given.get("metadata", {}),
        **request.metadata,
        "assistant_id": run.assistant_id,
    }
    configurable: dict[str, Any] = {}
    for part in (assistant.config, thread.config, given):
        configurable |= allowed(part.get("configurable", {}))
    context = _context(graph, configurable, allowed({**assistant.context, **request.context}))
    models = chosen_models(assistant, request, graph)
    budgets = (assistant.config, thread.config, given)
    budget = own_budget(
        *(part.get("configurable", {}) for part in budgets), assistant.context, request.context
    )
    run.kwargs = {
        **run.kwargs,
        **({"models": models} if models else {}),
        "config": {
            **assistant.config,
            **given,
            # The caller's word comes after the assistant's, in whichever of the two each of them said it.
            "configurable": {
                **configurable,
                **context,
                **allowed(given.get("configurable", {})),
                **budget,  # the lowest of all that were stated
                **ours,
                **access.configurable(),
            },
            "metadata": run.meta,
        },
        "context": context,
    }


def chosen_models(assistant: ResolvedAssistant, request: RunRequest, graph: object) -> dict[Role, str]:
    """The models that the assistant and the caller choose, by role; the caller's word comes later.

    Raises:
        InvalidInput: ``context.models`` is no object of roles and models.
    """
    if "models" in (_context_fields(graph) or ()):
        return {}  # to this graph the field means something of its own
    chosen: dict[Role, str] = {}
    for said in (
        assistant.config.get("configurable", {}),
        assistant.context,
        request.config.get("configurable", {}),
        request.context,
    ):
        chosen |= read_choices(said.get("models"))
    return chosen


def allowed(configurable: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a caller's configurable, or context, that is the caller's to set."""
    return {
        key: value for key, value in configurable.items() if key not in RESERVED and not key.startswith("__")
    }


def allowed_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a caller's metadata that is the caller's to set."""
    return {key: value for key, value in metadata.items() if key not in RESERVED_METADATA}


def attempt_metadata(run: Run) -> dict[str, Any]:
    """What every event and checkpoint of an attempt carries beside the run's own metadata."""
    return {
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "run_attempt": run.attempt,
        "langgraph_version": LANGGRAPH,
        "langgraph_api_version": OURS,
        "langgraph_host": "self-hosted",
    }


def _identity(run: Run, request: RunRequest) -> dict[str, Any]:
    user = request.user or {}
    user_id = str(user.get("identity", ""))
    return {
        "langgraph_auth_user": request.user,
        "langgraph_auth_user_id": user_id,
        "langgraph_auth_permissions": list(user.get("permissions", ())),
        "langgraph_request_id": str(uuid4()),
        "__request_start_time_ms__": int(now().timestamp() * 1000),
        "__after_seconds__": request.after_seconds,
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "graph_id": run.graph_id,
        "assistant_id": run.assistant_id,
        "user_id": user_id,
    }


def _context(graph: object, configurable: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """What the graph's schema of its context knows of both; for a graph without one the whole context."""
    known = _context_fields(graph)
    if known is None:
        return dict(context)
    return {key: value for key, value in {**configurable, **context}.items() if key in known}


def _context_fields(graph: object) -> set[str] | None:
    """The fields of a graph's context; None when there is no schema that tells them."""
    schema: Any = getattr(graph, "context_schema", None)
    if is_dataclass(schema):
        return {each.name for each in fields(schema)}
    if is_typeddict(schema):
        return {*schema.__required_keys__, *schema.__optional_keys__}
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return set(schema.model_fields)
    return None
