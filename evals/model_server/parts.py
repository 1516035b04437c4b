"""The parts of a message's content, as the dialects nest them."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, cast

from evals.model_server.question import Json, Message


def content_text(content: object) -> str:
    """The text of a string or of a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(_part_text(part) for part in cast("list[Any]", content))


def messages(raw: Iterable[Json]) -> list[Message]:
    """Messages of any dialect, as text."""
    return [
        Message(role=message.get("role", "user"), text=content_text(message.get("content")))
        for message in raw
    ]


def parts(raw: Iterable[Json], kind: str) -> list[Json]:
    """All parts of one type, of all messages."""
    contents = (message.get("content") for message in raw)
    lists = (cast("list[Json]", content) for content in contents if isinstance(content, list))
    return [part for list_ in lists for part in list_ if part.get("type") == kind]


def decoded(data: str) -> bytes:
    """The bytes of base64 text, with or without the head of a data URL; of a URL, its own characters."""
    if data.startswith(("http://", "https://", "file://", "oss://")):
        return data.encode()
    try:
        return base64.b64decode(data.rpartition(",")[2], validate=True)
    except binascii.Error:
        return data.encode()


def _part_text(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = part.get("text", part.get("content", ""))
    return content_text(text)
