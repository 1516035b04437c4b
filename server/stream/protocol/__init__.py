"""The thread-centric event protocol (version 2), derived from the logs of runs when they are read."""

from server.stream.protocol.encoder import ThreadEncoder
from server.stream.protocol.event import ProtocolEvent
from server.stream.protocol.subscription import (
    CHANNELS,
    Cursor,
    InvalidSubscription,
    Subscription,
    cursor,
    parse,
)

__all__ = [
    "CHANNELS",
    "Cursor",
    "InvalidSubscription",
    "ProtocolEvent",
    "Subscription",
    "ThreadEncoder",
    "cursor",
    "parse",
]
