"""Which of a thread's events a client wants, and from where on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from server.stream.entry import Position, position_of
from server.stream.protocol.event import ProtocolEvent

CHANNELS = (
    "values",
    "updates",
    "checkpoints",
    "messages",
    "tools",
    "custom",
    "lifecycle",
    "input",
    "tasks",
)


class InvalidSubscription(ValueError):
    """A client asks for something that cannot be; the message says what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """What one client wants."""

    channels: frozenset[str]
    namespaces: tuple[tuple[str, ...], ...] = ()  #: Prefixes; without any, all namespaces.
    depth: int | None = None  #: How far below its prefix a namespace may lie.

    def matches(self, event: ProtocolEvent) -> bool:
        """Whether an event is wanted."""
        channel = event.channel
        if channel not in self.channels and channel.partition(":")[0] not in self.channels:
            return False
        return not self.namespaces or any(self._is_below(event.namespace, given) for given in self.namespaces)

    def _is_below(self, namespace: tuple[str, ...], prefix: tuple[str, ...]) -> bool:
        below = len(namespace) - len(prefix)
        if below < 0 or (self.depth is not None and below > self.depth):
            return False
        return all(
            given in (segment, segment.partition(":")[0])
            for given, segment in zip(prefix, namespace[: len(prefix)], strict=True)
        )


class Cursor:
    """Where a client left off; events pass once the place is reached.

    Args:
        since: The ``seq`` of the last event that it has.
        event_id: The ``event_id`` of that event; it goes before ``since``.
    """

    def __init__(self, *, since: int = 0, event_id: str | None = None) -> None:
        self._since = since
        self._event_id = event_id
        self._position: Position | None = None
        self._run_id = ""
        if event_id is not None:
            self._since = 0
            kind, _, rest = event_id.partition(":")
            if kind == "synth":
                self._run_id = rest.partition(":")[0]
            else:
                self._position = position_of(event_id.partition(".")[0])

    def passes(self, event: ProtocolEvent) -> bool:
        """Whether the client does not have this event yet; asked of every event of the tape, in order."""
        if self._event_id is None:
            return event.seq > self._since
        if event.event_id == self._event_id:
            self._event_id = None
            return False
        if self._is_behind(event):
            self._event_id = None
            return True
        return False

    def forget(self) -> None:
        """Let everything pass: what comes before is no longer kept, so places do not count any more."""
        self._since, self._event_id = 0, None

    def _is_behind(self, event: ProtocolEvent) -> bool:
        """Whether an event comes after the place although the place itself is no longer kept."""
        if self._position is not None:
            return event.position > self._position
        return event.run_id > self._run_id  # ids of runs grow with time


def parse(body: Mapping[str, Any]) -> Subscription:
    """A client's wish.

    Raises:
        InvalidSubscription: It asks for what there is not.
    """
    depth = body.get("depth")
    if depth is not None and not _is_count(depth):
        raise InvalidSubscription("depth must be a non-negative integer")
    return Subscription(
        channels=frozenset(_channels(body.get("channels"))),
        namespaces=tuple(tuple(path) for path in _namespaces(body.get("namespaces"))),
        depth=depth,
    )


def cursor(body: Mapping[str, Any], last_event_id: str | None = None) -> Cursor:
    """Where a client left off, from its body or the header that says the same.

    Raises:
        InvalidSubscription: It names no event.
    """
    given = last_event_id if last_event_id is not None else body.get("since_event_id")
    since = body.get("since") or 0
    if not _is_count(since):
        raise InvalidSubscription("since must be a non-negative integer")
    if given is None:
        return Cursor(since=since)
    if not isinstance(given, str):
        raise InvalidSubscription("since_event_id must be a string")
    if given.isdecimal():
        return Cursor(since=int(given))
    try:
        return Cursor(event_id=given)
    except ValueError:
        raise InvalidSubscription(f"{given[:80]!r} is no event's id") from None


def _channels(given: Any) -> list[str]:
    if not isinstance(given, list) or not given:
        raise InvalidSubscription("channels is required and must be a non-empty array")
    channels = cast("list[Any]", given)
    unknown = [str(channel)[:80] for channel in channels if not _is_channel(channel)]
    if unknown:
        raise InvalidSubscription(
            f"channels contains unsupported entries: {', '.join(unknown)}. "
            f"Allowed: {', '.join(CHANNELS)}, or any `custom:<name>`."
        )
    return channels


def _is_channel(given: Any) -> bool:
    return isinstance(given, str) and (given in CHANNELS or (given.startswith("custom:") and len(given) > 7))


def _namespaces(given: Any) -> Sequence[Sequence[str]]:
    if given is None:
        return ()
    try:
        paths = [[segment for segment in path if isinstance(segment, str)] for path in given]
        if isinstance(given, list) and all(
            isinstance(path, list) and len(kept) == len(cast("list[Any]", path))
            for path, kept in zip(cast("list[Any]", given), paths, strict=True)
        ):
            return paths
    except TypeError:
        pass
    raise InvalidSubscription("namespaces must be an array of arrays of strings")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
