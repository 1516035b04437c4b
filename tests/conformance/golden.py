"""The recorded exchanges as facts: what was asked; status, headers, order of events and forms of answers.

The recordings themselves lie outside the repository. ``python -m tests.conformance.golden [folder]`` derives
``golden.json`` from them; a test compares when they are there.

Ids that only a recording knows stand in requests as ``{symbol}``; ``learn`` says where in an earlier answer
an id is.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conformance.capture import read_all
from tests.conformance.exchange import Answer, Exchange, Request, is_event_stream
from tests.conformance.facts import UUID, collapse, facts, form, steady_events

FILE = Path(__file__).parent / "golden.json"
RECORDINGS = Path(
    os.environ.get("CONFORMANCE_RECORDINGS") or Path(__file__).parents[3] / "shared" / "reference" / "wire"
)
# Ids that any server has: those of the graphs' own assistants, and those that the client chose.
COMMON = re.compile(
    r"^(11111111|22222222|0197a7d0|1f000000|fe096781|7f7e503e|0b226d00|cad1b5ad|d2a02ed8|046b5dc7)"
)
KINDS = [("runs/crons/", "cron"), ("runs/", "run"), ("threads/", "thread"), ("assistants/", "assistant")]
HEX = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True, kw_only=True)
class Golden:
    """One recorded exchange, as the suite keeps it."""

    name: str
    request: Request
    facts: dict[str, Any]
    was_open: bool
    events: int | None = None  #: How many came before the client left a stream that goes on.
    learn: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])

    def symbol(self, kind: str) -> str:
        """The name of the request's id of this kind, such as ``run``."""
        found = re.search(rf"{{({kind}-[\d-]+)}}", f"{self.request.path} {self.request.body}")
        assert found is not None, f"{self.name} asks for no {kind}"
        return found[1]


def load() -> dict[str, Golden]:
    """All of them, from the repository."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: _from_json(name, value) for name, value in kept.items()}


def _from_json(name: str, value: dict[str, Any]) -> Golden:
    return Golden(
        name=name,
        request=Request(**value["request"]),
        facts=value["answer"],
        was_open=value["answer"]["open"],
        events=value.get("events"),
        learn=value.get("learn", {}),
    )


def derive(exchanges: dict[str, Exchange]) -> dict[str, Any]:
    """What ``golden.json`` holds, out of the recordings."""
    symbols = _symbols(exchanges.values())
    known: set[str] = set()
    in_order = sorted(exchanges.values(), key=lambda exchange: (_second(exchange), exchange.name))
    return {exchange.name: _derive(exchange, symbols, known) for exchange in in_order}


def _second(exchange: Exchange) -> str:
    return exchange.answer.headers["date"].split()[-2]  # a day's recordings


def _derive(exchange: Exchange, symbols: dict[str, str], known: set[str]) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    learn = {
        symbol: path
        for id, symbol in symbols.items()
        if symbol not in known
        and not symbol.startswith("thread")
        and id not in request.path
        and (path := find(answer, id)) is not None
    }
    known.update(learn)
    asked = {"method": request.method, "path": _with_symbols(request.path, symbols)}
    if request.headers:
        asked["headers"] = request.headers
    if request.body is not None:
        asked["body"] = _with_symbols(request.body, symbols)
    said = facts(answer, form) | {"open": answer.was_open}
    more: dict[str, Any] = {"learn": learn} if learn else {}
    if answer.was_open and is_event_stream(answer.headers):
        more["events"] = len(collapse(steady_events(answer.events)))
    return {"request": asked, "answer": said} | more


def _symbols(exchanges: Any) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for exchange in exchanges:
        text = f"{exchange.request.path} {exchange.request.body or ''}"
        found = [match for pattern in (UUID, HEX) for match in pattern.finditer(text)]
        for match in (match for match in found if not COMMON.match(match[0])):
            kind = _kind(text, match.start())
            number = sum(1 for symbol in symbols.values() if symbol.startswith(f"{kind}-{exchange.name[:2]}"))
            symbols.setdefault(match[0], f"{kind}-{exchange.name[:2]}-{number}")
    return symbols


def _kind(text: str, start: int) -> str:
    for before, kind in KINDS:
        if text[:start].endswith(before):
            return kind
    named = re.search(r'"(\w+)_ids?":\[?"$', text[:start])
    return named[1] if named else "checkpoint"


def _with_symbols(text: str, symbols: dict[str, str]) -> str:
    for id, symbol in symbols.items():
        text = text.replace(id, f"{{{symbol}}}")
    return text


def find(answer: Answer, id: str) -> list[Any] | None:
    """Where in an answer an id stands: a path in its JSON, or the key of an event's datum."""
    for event in answer.events:
        for path in paths(event.data, id):
            return ["event", path[-1]]
    try:
        body = json.loads(answer.text)
    except json.JSONDecodeError:
        return None
    return next(paths(body, id), None)


def paths(value: Any, wanted: str, here: tuple[Any, ...] = ()) -> Iterator[list[Any]]:
    """The places of a string in JSON; those near the root first."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value)) if _has_items(value) else []
    yield from ([*here, key] for key, item in items if item == wanted)
    for key, item in items:
        yield from paths(item, wanted, (*here, key))


def _has_items(value: Any) -> bool:
    return isinstance(value, dict | list)


def learned(answer: Answer, path: list[Any]) -> str | None:
    """The id at that place of another answer; nothing if it is not there."""
    if path[0] == "event":
        return next((found for event in answer.events for found in _under(event.data, path[1])), None)
    try:
        value = json.loads(answer.text)
        for key in path:
            value = value[key]
    except (json.JSONDecodeError, LookupError, TypeError):
        return None
    return value if isinstance(value, str) else None


def _under(value: Any, key: Any) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(value.get(key), str):
        yield value[key]
    for item in (value.values() if isinstance(value, dict) else value) if _has_items(value) else ():
        yield from _under(item, key)


def as_text(golden: dict[str, Any]) -> str:
    """One exchange a line: a change shows which."""
    lines = [f"{json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in golden.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write the file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDINGS
    FILE.write_text(as_text(derive(read_all(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
