"""What a chat model is asked, before it is known which one it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from langchain_core.messages import BaseMessage, convert_to_openai_messages
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from tools.llm.answer_cache import digested

Tool = BaseTool | type[BaseModel] | Mapping[str, Any] | Callable[..., Any]
"""Whatever LangChain makes a tool of: a tool, a model of its arguments, JSON, a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """One request to a chat model."""

    messages: Sequence[BaseMessage]
    schema: type[BaseModel] | None = None  #: Of the answer; None: any text.
    tools: Sequence[Tool] = ()
    must_call: bool = False  #: One of the tools.
    thinks: bool = False  #: Before it answers, where the model does so on demand.
    max_tokens: int | None = None  #: Of the answer; None: the model's limit.
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Further fields of OpenAI's protocol.

    def as_json(self) -> dict[str, Any]:
        """All that the answer depends on, whichever model is asked; files in it by their hash."""
        return {
            "messages": digested(convert_to_openai_messages(self.messages)),
            "schema": self.json_schema(),
            "tools": [convert_to_openai_tool(tool) for tool in self.tools],
            "must_call": self.must_call,
            "thinks": self.thinks,
            "max_tokens": self.max_tokens,
            "extra": dict(self.extra),
        }

    def json_schema(self) -> Mapping[str, Any]:
        """That of the answer; empty for any text."""
        return _json_schema(self.schema) if self.schema is not None else {}


@lru_cache(maxsize=256)  # making one takes longer than the rest of a request
def _json_schema(schema: type[BaseModel]) -> Mapping[str, Any]:
    return schema.model_json_schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request in the terms of one protocol."""

    messages: Sequence[BaseMessage]
    options: Mapping[str, Any]  #: Of the client's ``astream``.
