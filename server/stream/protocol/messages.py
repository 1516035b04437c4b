"""From logged messages and their chunks to the protocol's message events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata, add_usage

from server.stream.protocol import blocks

Namespace = tuple[str, ...]
Data = dict[str, Any]

_SAID_BY = {"ai": "ai", "human": "human", "system": "system", "tool": "tool"}


@dataclass(slots=True)
class _Growing:
    namespace: Namespace
    parts: dict[Any, tuple[int, blocks.Block]] = field(default_factory=dict[Any, "tuple[int, blocks.Block]"])
    #: Its content blocks by their keys, each with its index.
    usage: UsageMetadata | None = None
    metadata: Data = field(default_factory=dict[str, Any])


class MessageEvents:
    """Makes the message events of one run; remembers the messages that are still growing."""

    def __init__(self) -> None:
        self._growing: dict[str, _Growing] = {}
        self._finished: set[str] = set()

    def of(self, namespace: Namespace, message: Data) -> list[Data]:
        """The events of one logged message or chunk."""
        key = message.get("id") or ""
        if key in self._finished:
            return []
        if message["type"] == "AIMessageChunk":
            # As the last one, a chunk would parse its piece of a call as if that were all of it.
            chunk = AIMessageChunk.model_validate(message | {"chunk_position": None, "tool_calls": []})
            is_last = message.get("chunk_position") == "last"
            events = list(self._grow(namespace, key, chunk, is_last=is_last))
        else:
            events = list(self._whole(key, message))
        return [self._addressed(namespace, key, event) for event in events]

    def abandon(self, reason: str) -> list[tuple[Namespace, Data]]:
        """The ends of messages that nobody goes on with."""
        ends: list[tuple[Namespace, Data]] = []
        for key, growing in self._growing.items():
            end = {"event": "error", "message": reason}
            ends.append((growing.namespace, self._addressed(growing.namespace, key, end)))
        self._growing.clear()
        return ends

    def _grow(
        self, namespace: Namespace, key: str, chunk: AIMessageChunk, *, is_last: bool
    ) -> Iterator[Data]:
        growing = self._growing.get(key)
        if growing is None:
            growing = self._growing[key] = _Growing(namespace)
            yield _start("ai", key, cast("Data", chunk.response_metadata))
        for place, piece in enumerate(blocks.of(chunk)):
            yield from _slice(growing, place, piece)
        growing.metadata |= cast("Data", chunk.response_metadata)
        if chunk.usage_metadata:
            growing.usage = add_usage(growing.usage, chunk.usage_metadata)
        if is_last:
            yield from _finish(growing)
            del self._growing[key]
            self._finished.add(key)

    def _whole(self, key: str, message: Data) -> Iterator[Data]:
        self._growing.pop(key, None)
        self._finished.add(key)
        role = _SAID_BY.get(message["type"])
        if role is None:
            return
        whole = _Growing(())
        start = _start(role, key, message.get("response_metadata") or {})
        yield start | ({"tool_call_id": message["tool_call_id"]} if role == "tool" else {})
        for place, block in enumerate(_blocks_of(message)):
            yield from _slice(whole, place, block)
        whole.usage = message.get("usage_metadata")
        whole.metadata = message.get("response_metadata") or {}
        yield from _finish(whole)

    def _addressed(self, namespace: Namespace, key: str, event: Data) -> Data:
        """An event that says whose it is, where several messages of one namespace grow at once."""
        beside = sum(other.namespace == namespace for other in self._growing.values())
        is_named = event["event"] == "message-start" or beside + (key not in self._growing) < 2
        return event if is_named else event | {"message_id": key}


def _blocks_of(message: Data) -> list[blocks.Block]:
    if message["type"] == "ai":
        return blocks.of(AIMessage.model_validate(message))
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _start(role: str, key: str, metadata: Data) -> Data:
    known = {"provider": metadata.get("model_provider"), "model": metadata.get("model_name")}
    told = {name: value for name, value in known.items() if value is not None}
    return {"event": "message-start", "role": role, "id": key} | ({"metadata": told} if told else {})


def _slice(growing: _Growing, place: int, piece: blocks.Block) -> Iterator[Data]:
    key = blocks.key_of(piece, place)
    if key in growing.parts:
        index, block = growing.parts[key]
        growing.parts[key] = (index, blocks.grown(block, piece))
    else:
        index = len(growing.parts)
        growing.parts[key] = (index, piece)
        yield {"event": "content-block-start", "index": index, "content": blocks.opening(piece)}
    if (delta := blocks.delta(piece)) is not None:
        yield {"event": "content-block-delta", "index": index, "delta": delta}


def _finish(growing: _Growing) -> Iterator[Data]:
    for index, block in growing.parts.values():
        yield {"event": "content-block-finish", "index": index, "content": blocks.closing(block)}
    end: Data = {"event": "message-finish"}
    if growing.usage:
        end["usage"] = growing.usage
    if growing.metadata:
        end["metadata"] = growing.metadata
    yield end
