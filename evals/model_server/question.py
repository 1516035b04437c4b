"""One question to a model and its answer, whatever the dialect in which they travel."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

import orjson

Json = dict[str, Any]


class Task(StrEnum):
    """What a model is asked to do."""

    CHAT = "chat"
    TRANSLATE = "translate"  #: Qwen-MT: the text is the message, the languages are in ``options``.
    HEAR = "hear"  #: Speech in, text out.
    SPEAK = "speak"  #: Text in, speech out.
    EMBED = "embed"
    RERANK = "rerank"
    CUSTOM = "custom"  #: A service of one's own on PAI-EAS: JSON in, JSON out.
    LIST = "list"  #: The names of the models.


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation, as text."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one request asks."""

    task: Task = Task.CHAT
    model: str = ""
    messages: Sequence[Message] = ()
    schema: Json | None = None  #: The JSON schema that the answer must fit.
    wants_json: bool = False  #: Any JSON object will do.
    tools: Mapping[str, Json] = field(
        default_factory=dict[str, Json]
    )  #: Name -> JSON schema of its arguments.
    must_call: str | None = None  #: The tool that has to be called; "*" for any.
    thinks: bool = False
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    audio: bytes = b""  #: What is to be heard.
    heard: str = ""  #: What the sound says, when it was this server that spoke it.
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: Languages, voice, format, and such.

    @cached_property
    def text(self) -> str:
        """The first message of the user: where prompts put the material."""
        return next((message.text for message in self.messages if message.role == "user"), "")

    @cached_property
    def data(self) -> Json:
        """The material as JSON; empty when it is none."""
        try:
            data = orjson.loads(self.text)
        except orjson.JSONDecodeError:
            return {}
        return cast("Json", data) if isinstance(data, dict) else {}

    @cached_property
    def key(self) -> str:
        """A name for the question that stays the same when a repair of its answer is asked for."""
        material = self.data or [self.text, hashlib.sha256(self.audio).hexdigest()]
        return _digest([self.task, self.model, material])

    @cached_property
    def prompt_hash(self) -> str:
        """A name for exactly this prompt to exactly this model: what a recording is found by."""
        messages = [[message.role, message.text] for message in self.messages]
        return _digest([self.task, self.model, messages, self.schema, hashlib.sha256(self.audio).hexdigest()])


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the model wants called."""

    name: str
    arguments: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says."""

    text: str = ""
    reasoning: str = ""
    tool_calls: Sequence[ToolCall] = ()
    is_cut: bool = False  #: The length limit ended it.
    has_usage: bool = True
    is_refusal: bool = False


Answerer = Callable[[Question], Answer]
"""Sees the question and nothing else."""


class NoAnswer(Exception):
    """The server was given no answer to this question; the client gets a 400 that says so."""


def dump(value: object) -> str:
    """Compact JSON."""
    return orjson.dumps(value).decode()


def _digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
