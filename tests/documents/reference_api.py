"""The page of all routes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from server.api.application import build_api
from server.api.auth.rules import RULES, Rule

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_HEAD = """\
# Routes

Made by `python -m tests.documents.reference`: do not edit.

{count} routes. Types and limits of every field are in `/openapi.json`, for reading at `/docs`; what
routes do together is told in [api.md](../api.md). A question mark says that a field may be left out.
**Asked** is what a project's authorization is asked before the route does anything
([langgraph-json.md](../langgraph-json.md#authorization)): `open` to everybody, `known` to whoever is
logged in. Every route may answer with the codes of [errors.md](errors.md).

"""


def page() -> str:
    """The page."""
    document = build_api().openapi()
    schemas: Mapping[str, Any] = document["components"]["schemas"]
    groups: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                group, row = _row(method, path, operations[method], schemas)
                groups[group].append(row)
    sockets = sorted(path for method, path in RULES if method == "WEBSOCKET")
    groups["WebSockets"] = [
        f"| WebSocket `{path}` | see [api.md](../api.md), [dialogue.md](../dialogue.md) | |"
        f" {_asked(RULES['WEBSOCKET', path])} |\n"
        for path in sockets
    ]
    head = _HEAD.format(count=sum(map(len, groups.values())))
    return head + "\n".join(_section(*each) for each in groups.items())


def _section(group: str, rows: list[str]) -> str:
    title = group[0].upper() + group[1:]
    return f"## {title}\n\n| Route | Does | Takes | Asked |\n| --- | --- | --- | --- |\n{''.join(rows)}"


def _row(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> tuple[str, str]:
    does = operation.get("description", "").split("\n\n")[0]
    query = [
        _name(each["name"], each.get("required"))
        for each in operation.get("parameters", ())
        if each["in"] == "query"
    ]
    takes = [*(["query `" + ", ".join(query) + "`"] if query else []), *_body(operation, schemas)]
    asked = _asked(RULES["GET" if method == "head" else method.upper(), path])
    row = f"| `{method.upper()} {path}` | {_cell(does)} | {_cell('; '.join(takes))} | {asked} |\n"
    return (operation.get("tags") or ["others"])[0], row


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[str]:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    if not content:
        return []
    kind, described = next(iter(content.items()))
    schema = described.get("schema", {})
    schema = schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    fields = [_name(name, name in schema.get("required", ())) for name in schema.get("properties", {})]
    what = "`{" + ", ".join(fields) + "}`" if fields else str(schema.get("type", ""))
    return [" ".join(("body" if kind == "application/json" else f"`{kind}`", what)).strip()]


def _name(name: str, is_required: object) -> str:
    return name if is_required else f"{name}?"


def _asked(rule: Rule) -> str:
    if rule.is_open:
        return "`open`"
    return ", ".join(f"`{each.resource}.{each.action}`" for each in rule.questions) or "`known`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")
