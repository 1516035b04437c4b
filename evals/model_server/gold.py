"""Answers from a mapping of questions to answers."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, cast

from evals.model_server.question import Json, NoAnswer, Question


def from_gold(gold: Mapping[str, Any], question: Question) -> Any:
    """What gold says to a whole message, the last first, or to each text of the material that has an id.

    A sound goes by its file's name, its URL, its SHA-256, or what it says when this server spoke it.

    Several answers come as the schema asks for them: in its list of objects with an id and one text field,
    or else as an object from id to answer.

    Raises:
        NoAnswer: When gold holds nothing of it.
    """
    for name in _names(question):
        if name in gold:
            return gold[name]
    found = {id_: gold[text] for id_, text in _items(question.data) if text in gold}
    if not found:
        raise NoAnswer(f"gold has no answer to {question.text[:80]!r}")
    place = _list_in(question.schema or {})
    if place is None:
        return found
    name, id_field, text_field = place
    return {name: [{id_field: id_, text_field: answer} for id_, answer in found.items()]}


def _names(question: Question) -> Iterator[str]:
    yield from (message.text for message in reversed(question.messages))
    if question.audio:
        yield question.options.get("filename") or ""
        yield question.audio.decode("utf-8", "replace")
        yield hashlib.sha256(question.audio).hexdigest()
        yield question.heard


def _items(value: object) -> Iterator[tuple[str, str]]:
    """Every text under an id: ``{"id": ..., "text": ...}`` or ``{id: text}``, at any depth."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _items(item)
    if not isinstance(value, dict):
        return
    fields = cast("dict[str, object]", value)
    own_id = fields.get("id")
    for name, item in fields.items():
        if isinstance(item, str) and name != "id":
            yield (name if own_id is None else str(own_id)), item
        else:
            yield from _items(item)


def _list_in(schema: Json) -> tuple[str, str, str] | None:
    """The name of the list, and the fields of its items for the id and the text."""
    definitions = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        items = field.get("items", {})
        items = definitions.get(items.get("$ref", "").rpartition("/")[2], items)
        others = [
            key
            for key, of in items.get("properties", {}).items()
            if key != "id" and of.get("type") == "string"
        ]
        if "id" in items.get("properties", {}) and others:
            return name, "id", others[0]
    return None
