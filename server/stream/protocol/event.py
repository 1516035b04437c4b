"""One event of the thread-centric protocol, as every transport carries it."""

from dataclasses import dataclass
from typing import Any

import orjson

from server.stream.entry import Position


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolEvent:
    """What a client is told; the same event of a thread is the same for all of its readers."""

    event_id: str  #: Durable: of the log's event, or ``synth:...`` for what no single event of the log says.
    seq: int  #: Its place among all events of the thread that are still kept, from 1.
    method: str
    namespace: tuple[str, ...]  #: Path of the subgraph, empty for the graph itself.
    timestamp: int  #: Milliseconds since 1970.
    data: Any
    run_id: str
    position: Position  #: Of the log's event that it was told after.
    node: str | None = None

    @property
    def channel(self) -> str:
        """The channel by which a client asks for it."""
        if self.method == "input.requested":
            return "input"
        name = self.data.get("name") if self.method == "custom" else None
        return f"custom:{name}" if name else self.method

    def to_json(self) -> bytes:
        """The event as it goes over the wire."""
        params = {"namespace": self.namespace, "timestamp": self.timestamp, "data": self.data}
        if self.node is not None:
            params["node"] = self.node
        return orjson.dumps(
            {
                "type": "event",
                "event_id": self.event_id,
                "seq": self.seq,
                "method": self.method,
                "params": params,
            }
        )
