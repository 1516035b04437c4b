"""From what a graph streams to the named events of LangGraph's run streams."""

from collections.abc import Sequence
from typing import Any, Literal, cast

from langchain_core.messages import BaseMessage, BaseMessageChunk, message_chunk_to_message
from langgraph.types import StreamMode

from server.stream.payloads import shaped

RunStreamMode = Literal[
    "values", "updates", "messages", "messages-tuple", "custom", "tasks", "checkpoints", "debug", "events"
]
RecordedMode = RunStreamMode | Literal["tools"]  # what a worker writes to a log

Named = tuple[str, Any]  # an event's name and its payload


def graph_modes(wanted: Sequence[RecordedMode]) -> list[StreamMode]:
    """The modes to ask the graph for; both forms of messages come from one, ``events`` from elsewhere."""
    modes = ["messages" if mode == "messages-tuple" else mode for mode in wanted if mode != "events"]
    return cast("list[StreamMode]", list(dict.fromkeys(modes)))  # "tools" is missing in LangGraph's type


def matches(event_name: str, wanted: Sequence[str]) -> bool:
    """Whether an event belongs to one of these modes, whatever its subgraph."""
    base = event_name.split("|")[0].split("/")[0]
    return any(base == ("messages" if mode == "messages-tuple" else mode) for mode in wanted)


class EventNamer:
    """Names one run's events; remembers the messages that are still growing."""

    def __init__(self, wanted: Sequence[RecordedMode]) -> None:
        self._accumulates = "messages" in wanted
        self._tuples = "messages-tuple" in wanted
        self._growing: dict[str, BaseMessageChunk] = {}
        self._announced: set[str] = set()

    def name(self, namespace: Sequence[str], mode: StreamMode, payload: Any) -> list[Named]:
        """The events of one streamed part.

        Args:
            namespace: Path of the subgraph, empty for the graph itself.
        """
        if mode != "messages":
            return [("|".join((mode, *namespace)), shaped(mode, payload))]
        message, metadata = payload
        events: list[Named] = []
        if self._tuples:
            events.append(("|".join(("messages", *namespace)), [message, metadata]))
        if self._accumulates:
            events += self._accumulate(message, metadata)
        return events

    def _accumulate(self, message: BaseMessage, metadata: dict[str, Any]) -> list[Named]:
        """A message with all that came before it: metadata once, then partial or complete."""
        key = message.id or ""
        events: list[Named] = []
        if key not in self._announced:
            self._announced.add(key)
            events.append(("messages/metadata", {key: {"metadata": metadata}}))
        if not isinstance(message, BaseMessageChunk):
            return [*events, ("messages/complete", [message])]
        so_far = self._growing.get(key)
        grown = message if so_far is None else so_far + message
        self._growing[key] = grown  # pyright: ignore[reportArgumentType] - chunks of one message add to a chunk
        return [*events, ("messages/partial", [message_chunk_to_message(grown)])]
