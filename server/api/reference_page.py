"""The OpenAPI document as a page: the console's look, no script, nothing of another host."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, cast

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}: the API</title>
<link rel="icon" type="image/svg+xml" href="{prefix}/console/icon.svg">
<link rel="stylesheet" href="{prefix}/console/style.css">
<link rel="stylesheet" href="{prefix}/console/reference.css">
</head>
<body>
<main>
<header class="page-head">
<h1>The API of {title} {version}</h1>
<p class="lede">{count} routes. Programs read them at <a href="{prefix}/openapi.json">openapi.json</a>.</p>
</header>
<nav>{contents}</nav>
{groups}
<section id="schemas"><h2>Schemas</h2>
{schemas}</section>
</main>
</body>
</html>
"""


def page(document: Mapping[str, Any], prefix: str) -> str:
    """The page of an OpenAPI document.

    Args:
        prefix: What stands before every path where the service lies below one; else empty.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation.get("tags", ["other"])[0]].append(_operation(method, path, operation))
    schemas = document["components"]["schemas"]
    return _PAGE.format(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        prefix=escape(prefix),
        count=sum(map(len, groups.values())),
        contents="\n".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name in (*groups, "schemas")),
        groups="\n".join(
            f'<section id="{_anchor(name)}"><h2>{escape(name)}</h2>\n{"".join(operations)}</section>'
            for name, operations in groups.items()
        ),
        schemas="".join(_schema(name, schemas[name]) for name in sorted(schemas)),
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    said = operation.get("description") or operation.get("summary", "")
    rows = [
        (one["name"], one["in"], _kind(one["schema"]), one.get("description", ""), one.get("required", False))
        for one in operation.get("parameters", ())
    ]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        rows.append(("", kind, _kind(content["schema"]), "the body", True))
    head = f'<code class="method">{method.upper()}</code> <code>{escape(path)}</code>'
    brief, _, rest = said.partition("\n\n")
    summary = f"<summary>{head} <span>{escape(brief)}</span></summary>"
    return f"<details>{summary}{_told(rest, rows)}</details>\n"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = [
        (field, "", _kind(of), of.get("description", ""), field in required)
        for field, of in schema.get("properties", {}).items()
    ]
    said = _told(schema.get("description", ""), rows)
    return f'<h3 id="{_anchor(name)}"><code>{escape(name)}</code></h3>{said}\n'


def _told(said: str, rows: Iterable[tuple[str, str, str, str, bool]]) -> str:
    """A text, and a table of fields: name, where it stands, type, meaning, whether it has to be there."""
    cells = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code>{"" if needed else " ?"}</th>'
        f"<td>{escape(place)}</td><td>{kind}</td><td>{escape(words)}</td></tr>\n"
        for name, place, kind, words, needed in rows
    )
    return (f"<p>{escape(said)}</p>" if said else "") + (f"<table>{cells}</table>" if cells else "")


def _kind(schema: Mapping[str, Any]) -> str:
    """A type in words, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
    if "const" in schema or "enum" in schema:
        values = cast("list[object]", schema.get("enum", [schema.get("const")]))
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in values)
    for either in ("anyOf", "oneOf", "allOf"):
        if either in schema:
            return " or ".join(dict.fromkeys(map(_kind, schema[either])))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(schema.get("format", schema.get("type", "any")))


def _anchor(name: str) -> str:
    return escape(name.replace(" ", "-"))
