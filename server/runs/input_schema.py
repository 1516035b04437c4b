"""What a graph takes, for programs that call graphs as tools."""

import re
from typing import Any, cast, get_type_hints

from pydantic.errors import PydanticUserError

from server.runs.catalog import AnyGraph

Schema = dict[str, Any]

_REFERENCE = re.compile(r"#/\$defs/([^'\"]+)")
_MESSAGES: Schema = {
    "type": "string",
    "title": "Messages",
    "description": "The user message to send to the agent.",
}


def input_schema(graph: AnyGraph) -> Schema:
    """The JSON schema of a graph's input, with a conversation as one text that a user says.

    Fields of types that have no schema may hold anything.
    """
    try:
        schema: Schema = dict(graph.get_input_jsonschema())
    except PydanticUserError:
        names = get_type_hints(cast("Any", graph).builder.input_schema)
        schema = {"type": "object", "properties": {name: {} for name in names}}
    schema.setdefault("type", "object")
    properties: Schema = schema.get("properties") or {}
    if "messages" in properties:
        schema["properties"] = properties | {"messages": _MESSAGES}
    return _without_unused(schema)


def _without_unused(schema: Schema) -> Schema:
    """A schema without definitions that nothing refers to."""
    rest = {key: value for key, value in schema.items() if key != "$defs"}
    defined: Schema = schema.get("$defs") or {}
    used: set[str] = set()
    found = set(_REFERENCE.findall(str(rest)))
    while found:
        used |= found
        found = {name for one in found for name in _REFERENCE.findall(str(defined.get(one)))} - used
    kept = {name: defined[name] for name in defined if name in used}
    return rest | ({"$defs": kept} if kept else {})
