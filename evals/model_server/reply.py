"""What goes back to the client, as bytes that are ready, and how faults break it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

import orjson

from evals.model_server.faults import Fault
from evals.model_server.question import Json


class End(Enum):
    """How a reply ends."""

    ORDERLY = auto()
    RESET = auto()  #: The connection is reset; without frames, before the first byte.
    SILENCE = auto()  #: Nothing more comes, and the connection stays open.


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes that are sent together."""

    data: bytes
    tokens: int = 0  #: Written by the model for it; they set its time.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP response."""

    frames: Sequence[Frame]
    media_type: str = "application/json"
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    error_event: bytes = b""  #: How this dialect reports an error in the midst of a stream.
    corrupt_event: bytes = b"data: {broken\n\n"
    end: End = End.ORDERLY


def whole(body: Json | bytes, *, tokens: int = 0, media_type: str = "application/json") -> Reply:
    """A reply in one piece: it comes when all its tokens are written."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    middle = len(data) // 2
    return Reply(frames=[Frame(data[:middle], tokens), Frame(data[middle:])], media_type=media_type)


def stream(frames: Sequence[Frame], *, error_event: bytes) -> Reply:
    """A reply as server-sent events."""
    return Reply(frames=frames, media_type="text/event-stream", error_event=error_event)


def event(body: Json, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + orjson.dumps(body) + b"\n\n"


def broken(fault: Fault | None, reply: Reply) -> Reply:
    """The reply with the fault, if it is one of the connection."""
    middle = _middle(reply.frames)
    half, rest = reply.frames[:middle], reply.frames[middle:]
    match fault:
        case Fault.CUT:
            return replace(reply, frames=half or [Frame(b"")], end=End.RESET)
        case Fault.STALL:
            return replace(reply, frames=half, end=End.SILENCE)
        case Fault.SILENT_CUT:
            return replace(reply, frames=half)
        case Fault.STREAM_ERROR:
            return replace(reply, frames=[*half, Frame(reply.error_event)])
        case Fault.CORRUPT_CHUNK:
            return replace(reply, frames=[*half, Frame(reply.corrupt_event), *rest])
        case _:
            return reply


def _middle(frames: Sequence[Frame]) -> int:
    """Where half of the frames that hold text are past."""
    written = [at for at, frame in enumerate(frames) if frame.tokens]
    if len(written) < 2:
        return len(frames) // 2
    return written[len(written) // 2]
