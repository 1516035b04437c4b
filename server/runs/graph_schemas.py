"""What a graph looks like, and which JSON its input, output, state and context are."""

import logging
from collections.abc import Callable
from typing import Any, cast

from langgraph.channels.base import BaseChannel
from pydantic import Field, TypeAdapter, create_model
from pydantic.errors import PydanticUserError

from server.runs.catalog import AnyGraph

logger = logging.getLogger(__name__)

Schema = dict[str, Any] | None  # None: the types have no JSON schema


async def drawing(graph: AnyGraph, xray: bool | int) -> dict[str, Any]:
    """Nodes and edges.

    Args:
        xray: Whether to look into subgraphs, or how many levels deep.
    """
    drawn: dict[str, Any] = (await graph.aget_graph(xray=xray)).to_json()
    for node in drawn["nodes"]:
        if isinstance(node.get("data"), dict):
            node["data"].pop("id", None)
    return drawn


async def subgraph_schemas(
    graph: AnyGraph, namespace: str | None, *, recurse: bool
) -> dict[str, dict[str, Schema]]:
    """The schemas of a graph's subgraphs by their namespace."""
    found: Any = cast("Any", graph).aget_subgraphs(namespace=namespace, recurse=recurse)
    return {name: schemas(subgraph) async for name, subgraph in found}


def schemas(graph: AnyGraph) -> dict[str, Schema]:
    """The JSON schemas of a graph."""
    context = _generated(graph.get_context_jsonschema)
    return {
        "input_schema": _generated(graph.get_input_jsonschema),
        "output_schema": _generated(graph.get_output_jsonschema),
        "state_schema": _generated(lambda: _state_schema(graph)),
        "config_schema": context or {},
        "context_schema": context,
    }


def _state_schema(graph: AnyGraph) -> Schema:
    channels: dict[str, Any] = cast("Any", graph).channels
    kinds = {
        name: channels[name].UpdateType
        for name in graph.stream_channels_list
        if isinstance(channels.get(name), BaseChannel)
    }
    # An alias, for pydantic hides what begins with an underscore.
    fields: dict[str, Any] = {
        f"field_{number}": (_describable(kind), Field(None, alias=name))
        for number, (name, kind) in enumerate(kinds.items())
    }
    return create_model(graph.get_name("State"), **fields).model_json_schema()


def _describable(kind: Any) -> Any:
    """The type, or anything where it has no JSON schema: one field does not hide the others."""
    return kind if _generated(lambda: TypeAdapter[Any](kind).json_schema()) is not None else Any


def _generated(make: Callable[[], Schema]) -> Schema:
    try:
        return make()
    except (PydanticUserError, TypeError, ValueError, NameError, AttributeError, KeyError) as error:
        # The types are the project's own; pydantic has no one class for what it cannot do with them.
        logger.debug("No JSON schema: %s", error)
        return None
