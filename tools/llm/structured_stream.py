"""Asking a model for a list of objects, and having each as soon as it is written."""

import json
import re
from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

from langchain_core.messages import BaseMessage
from pydantic import BaseModel

from prompts import Prompt
from tools.llm.chat import stream_chat
from tools.llm.chat_models import ChatModels
from tools.llm.roles import Role

_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")


class ObjectReader:
    """Finds the objects of one list in JSON that is still being written.

    Args:
        key: Under which the list stands.
    """

    def __init__(self, key: str) -> None:
        self._opening = re.compile(rf'"{re.escape(key)}"\s*:\s*\[')
        self._text = ""
        self._place: int | None = None  # after the last object; None: the list has not begun
        self._is_closed = False

    def feed(self, piece: str) -> list[dict[str, Any]]:
        """The objects that are whole now and were not before."""
        self._text += piece
        if self._place is None and (opening := self._opening.search(self._text)):
            self._place = opening.end()
        found: list[dict[str, Any]] = []
        while (value := self._next()) is not None:
            if isinstance(value, dict):
                found.append(cast("dict[str, Any]", value))
        return found

    def _next(self) -> object | None:
        if self._place is None or self._is_closed:
            return None
        between = _BETWEEN.match(self._text, self._place)
        start = between.end() if between else self._place
        if self._text[start : start + 1] in ("", "]"):
            self._is_closed = start < len(self._text)
            return None
        try:
            value, self._place = _DECODER.raw_decode(self._text, start)
        except json.JSONDecodeError:
            return None
        return value if value is not None else False


async def stream_objects(
    models: ChatModels,
    role: Role,
    messages: Sequence[BaseMessage],
    *,
    schema: type[BaseModel],
    key: str,
    prompt: Prompt,
) -> AsyncGenerator[dict[str, Any]]:
    """The objects of an answer's list, each as soon as it is whole; none of them is validated.

    Where the connection breaks and the model is asked again, those of the new answer follow those that came.

    Args:
        models: The models of the run.
        role: Which of them to ask.
        messages: What it reads.
        schema: Of the whole answer.
        key: The list's name in it.
        prompt: What the instructions were rendered from.

    Raises:
        ModelUnavailable: No answer came to its end, however often the call was repeated.
        ModelRefused: The provider will not answer.
        ModelAnswerInvalid: The answer was cut.
    """
    reader = ObjectReader(key)
    async with stream_chat(models, role, messages, schema=schema, prompt=prompt) as stream:
        async for piece in stream:
            if piece.begins_anew:
                reader = ObjectReader(key)
            for found in reader.feed(piece.text):
                yield found
