"""Writes ``docs/langgraph-api.md``: how far the service is the official server's equal.

Run ``python -m tests.conformance.document`` after the differences or ``unmet.json`` changed; a test compares.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from tests.conformance import golden as goldens
from tests.conformance import unmet as known
from tests.conformance.differences import DIFFERENCES, Difference
from tests.conformance.golden import Golden
from tests.conformance.operations import BESIDE, OPERATIONS, operation_of

FILE = Path(__file__).parents[2] / "docs" / "langgraph-api.md"

_HEAD = """\
# The LangGraph Server API, operation by operation

Made by `python -m tests.conformance.document`: do not edit.

The official server, langgraph-api 0.16.7, was recorded: {recordings} requests and what it answered.
`tests/conformance/` asks this service the same and compares status, headers, order of events and forms of
JSON; where the recordings lie beside the repository, values too. {met} of them are answered as recorded.

{operations} operations: {equal} are equal in all that was recorded, {partly} in part, {none} in nothing,
{unrecorded} were not recorded and are called by the clients' tests alone.

## What is different on purpose

| What | Why |
| --- | --- |
{differences}
## Operations

| Operation | As recorded | Differences on purpose, and what is not met |
| --- | --- | --- |
"""


def page() -> str:
    """The page."""
    golden, unmet = goldens.load(), known.load().get("forms", {})
    by_operation = {name: _names(golden, name) for name in (*OPERATIONS, BESIDE)}
    kinds = [_kind(by_operation[name], unmet) for name in OPERATIONS]
    head = _HEAD.format(
        recordings=len(golden),
        met=len(golden) - len(unmet),
        operations=len(OPERATIONS),
        equal=kinds.count("equal"),
        partly=kinds.count("partly"),
        none=kinds.count("none"),
        unrecorded=kinds.count("unrecorded"),
        differences="".join(f"| {each.title} | {each.reason} |\n" for each in DIFFERENCES),
    )
    return head + "".join(_row(name, names, unmet) for name, names in by_operation.items())


def _names(golden: Mapping[str, Golden], operation: str) -> list[str]:
    return [name for name, kept in golden.items() if operation_of(kept.request.operation) == operation]


def _kind(names: list[str], unmet: Mapping[str, str]) -> str:
    if not names:
        return "unrecorded"
    missing = sum(name in unmet for name in names)
    return "equal" if missing == 0 else "none" if missing == len(names) else "partly"


def _row(operation: str, names: list[str], unmet: Mapping[str, str]) -> str:
    missing = [name for name in names if name in unmet]
    met = f"{len(names) - len(missing)} of {len(names)}" if names else "not recorded"
    notes = [each.title for each in DIFFERENCES if _concerns(each, names)]
    notes += [f"not met: `{name}`" for name in missing]
    title = operation if operation == BESIDE else f"`{operation}`"
    return f"| {title} | {met} | {'; '.join(notes)} |\n"


def _concerns(difference: Difference, names: list[str]) -> bool:
    patterns = [pattern for pattern in difference.captures if pattern != "*"]
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def main() -> None:
    """Write it."""
    FILE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
