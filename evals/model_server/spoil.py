"""Faults that lie in what is written: an answer made worse, as a model makes it worse."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import orjson

from evals.model_server.faults import Fault
from evals.model_server.question import Answer, dump

_FIRST_ID = re.compile(r'"([a-z]*)(\d+)"')
_FOREIGN = "这一段文字用的是另一种语言。"
_FOREIGN_TO_CHINESE = "This passage is in another language."
_REFUSAL = "I'm sorry, but I can't help with that."


def spoil(fault: Fault | None, answer: Answer) -> Answer:
    """The answer with the fault, if it lies in what is written; else the answer."""
    if fault is None:
        return answer
    if fault in _OF_ANSWERS:
        return _OF_ANSWERS[fault](answer)
    if fault in _OF_TEXT:
        return replace(answer, text=_OF_TEXT[fault](answer.text))
    if fault in _OF_LISTS:
        return replace(answer, text=_in_json(answer.text, _OF_LISTS[fault]))
    return answer


def is_of_words(fault: Fault | None) -> bool:
    """Whether the fault lies in what is written: an answer without such words has nothing to spoil."""
    return fault in _OF_TEXT or fault in _OF_LISTS


def _in_json(text: str, change: Callable[[list[Any]], list[Any]]) -> str:
    """The text with its first list or, when it has none, its fields changed; as it is when it is no JSON."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    if isinstance(value, list):
        return dump(change(cast("list[Any]", value)))
    if not isinstance(value, dict):
        return text
    fields = cast("dict[str, Any]", value)
    for name, items in fields.items():
        if isinstance(items, list):
            return dump(fields | {name: change(cast("list[Any]", items))})
    return _object(change([*fields.items()]))


def _object(pairs: list[tuple[str, Any]]) -> str:
    """An object that may hold one name twice, which a dict cannot."""
    return "{" + ",".join(f"{dump(name)}:{dump(value)}" for name, value in pairs) + "}"


def _merged(items: list[Any]) -> list[Any]:
    match items:
        case [{} as first, {} as second, *rest]:
            return [_joined(cast("dict[str, Any]", first), cast("dict[str, Any]", second)), *rest]
        case [(name, str(first)), (_, str(second)), *rest]:
            return [(name, f"{first} {second}"), *rest]
        case _:
            return items[1:]


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The first object, with the other's texts added to its own; names and ids are not texts."""
    return {
        name: f"{value} {second.get(name, '')}" if _is_text(name, value) else value
        for name, value in first.items()
    }


def _shifted(items: list[Any]) -> list[Any]:
    match items:
        case [{}, *_]:
            rows = cast("list[dict[str, Any]]", items)
            following = [*rows[1:], rows[0]]
            return [
                {**then, "id": row["id"]} if "id" in row else then
                for row, then in zip(rows, following, strict=True)
            ]
        case [(_, _), *_]:
            values = [value for _, value in items]
            return [(name, value) for (name, _), value in zip(items, [*values[1:], values[0]], strict=True)]
        case _:
            return [*items[1:], *items[:1]]


def _translated(text: str) -> str:
    """Every text of the answer in another script; ids stay."""
    foreign = _FOREIGN if text.isascii() else _FOREIGN_TO_CHINESE
    try:
        return dump(_foreign(orjson.loads(text), foreign))
    except orjson.JSONDecodeError:
        return foreign


def _foreign(value: Any, foreign: str, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _foreign(item, foreign, key) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_foreign(item, foreign, name) for item in cast("list[Any]", value)]
    return foreign if _is_text(name, value) else value


def _is_text(name: str, value: object) -> bool:
    return isinstance(value, str) and name != "id" and not re.fullmatch(r"[a-z]*\d+", value)


def _half(text: str) -> str:
    return text[: len(text) // 2]


_OF_ANSWERS: dict[Fault, Callable[[Answer], Answer]] = {
    Fault.LENGTH: lambda answer: replace(answer, text=_half(answer.text), tool_calls=(), is_cut=True),
    Fault.EMPTY: lambda answer: replace(answer, text="", tool_calls=()),
    Fault.REFUSAL: lambda answer: replace(answer, text=_REFUSAL, tool_calls=(), is_refusal=True),
    Fault.NO_USAGE: lambda answer: replace(answer, has_usage=False),
}
_OF_TEXT: dict[Fault, Callable[[str], str]] = {
    Fault.BAD_JSON: _half,
    Fault.BAD_SHAPE: lambda text: dump({"result": {"value": 1}}),
    Fault.PROSE: lambda text: (
        f"Let me read this with care {{as asked}}.\n\n```json\n{text}\n```\nI hope this helps!"
    ),
    Fault.FENCE: lambda text: f"```json\n{text}\n```",
    Fault.UNKNOWN_IDS: lambda text: _FIRST_ID.sub(r'"\g<1>9\2"', text, count=1),
    Fault.WRONG_LANGUAGE: _translated,
}
_OF_LISTS: dict[Fault, Callable[[list[Any]], list[Any]]] = {
    Fault.MISSING_IDS: lambda items: items[1:],
    Fault.DUPLICATE_IDS: lambda items: [*items[:1], *items],
    Fault.MERGED: _merged,
    Fault.SHIFTED: _shifted,
    Fault.REORDERED: lambda items: items[::-1],
}
