"""Who asks, and what of each kind of thing they may see.

Without an authenticator nobody is told apart and everything is visible: ``current()`` is None then. The
filters are those that a LangGraph project's authorization handlers return; the repositories apply them.
"""

import json
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

from tools.errors import Forbidden

ACCOUNT = "account"  # the kind of user that our own accounts tell; a project's users have others
SESSION, KEY, IS_TICKET = OF_REQUEST = ("session_id", "key_id", "is_ticket")
# fields of theirs that stay in the request: no run has use for them
ADMIN = "admin"

FORBIDDEN_KEYS = ("langgraph_auth_user", "langgraph_auth_user_id", "langgraph_auth_permissions")
# of a run's configurable: only the server says who somebody is


class User(Mapping[str, Any]):
    """A user as an authenticator described them: LangGraph's BaseUser, by attribute and by item."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        identity = str(fields["identity"])
        self._fields: dict[str, Any] = {
            "identity": identity,
            "display_name": identity,
            "is_authenticated": True,
            "permissions": [],
            **fields,
        }

    @property
    def identity(self) -> str:
        return str(self._fields["identity"])

    @property
    def display_name(self) -> str:
        return str(self._fields["display_name"])

    @property
    def is_authenticated(self) -> bool:
        return bool(self._fields["is_authenticated"])

    @property
    def permissions(self) -> list[str]:
        return list(self._fields["permissions"])

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_fields"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, key: str) -> Any:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


@dataclass(frozen=True, kw_only=True)
class Contains:
    """Metadata has these values."""

    part: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """Every condition is met."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """At least one condition is met."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class SharedWith:
    """It is shared with this user, at one of these levels."""

    user_id: str
    levels: tuple[str, ...]


Condition = Contains | AllOf | AnyOf | SharedWith


class InvalidFilter(Exception):
    """A handler returned what is no filter; who asked sees nothing."""


def parse_filter(given: Mapping[str, Any]) -> Condition:
    """A handler's filter, with ``$eq``, ``$contains``, ``$or`` and ``$and``; raises InvalidFilter."""
    return AllOf(conditions=tuple(_parse(key, value) for key, value in given.items()))


def _parse(key: str, value: Any) -> Condition:
    if key in ("$or", "$and"):
        if not isinstance(value, list) or not all(
            isinstance(part, dict) for part in cast("list[Any]", value)
        ):
            raise InvalidFilter(f"{key} takes a list of filters, not {value!r}")
        parts = tuple(parse_filter(part) for part in cast("list[dict[str, Any]]", value))
        return AnyOf(conditions=parts) if key == "$or" else AllOf(conditions=parts)
    if key.startswith("$"):
        raise InvalidFilter(f"there is no operator {key!r}")
    if not isinstance(value, dict):
        return Contains(part={key: value})
    return AllOf(conditions=tuple(_operator(key, *pair) for pair in cast("dict[str, Any]", value).items()))


def _operator(key: str, operator: str, operand: Any) -> Condition:
    if operator == "$eq":
        return Contains(part={key: operand})
    if operator == "$contains":
        return Contains(part={key: operand if isinstance(operand, list) else [operand]})
    raise InvalidFilter(f"there is no operator {operator!r}")


@dataclass(kw_only=True)
class Access:
    """One request's user, and what the handlers have said so far."""

    user: User
    filters: dict[str, Condition] = field(default_factory=dict[str, Condition])
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    #: What a handler laid into the metadata of what is to be created.
    for_assistant: "Callable[[str], Awaitable[Access]] | None" = None
    #: Asks the handlers about an assistant that a run names; None when nobody is to be asked.


def is_account(user: Mapping[str, Any] | None) -> bool:
    """Whether it is one of our own accounts, and not a project's user."""
    return user is not None and user.get("kind") == ACCOUNT


def reader(user: Mapping[str, Any] | None) -> str | None:
    """Whose things somebody may open; None: all, for nobody is told apart or an admin asks."""
    if user is None or (is_account(user) and ADMIN in user["permissions"]):
        return None
    return str(user["identity"])


def scope_missing() -> Forbidden:
    """Why a key that only reads changes nothing."""
    return Forbidden(
        "This API key has the scope read only; what was asked needs the scope write.",
        hint="Send a key with the scope write: make one in the console's settings, or by POST /api/v1/keys.",
        code="scope_missing",
    )


def kept(user: Mapping[str, Any]) -> dict[str, Any]:
    """What a run is told of who asked for it, as JSON."""
    return {key: value for key, value in user.items() if key not in OF_REQUEST and _is_json(value)}


_current: ContextVar[Access | None] = ContextVar("access", default=None)


def current() -> Access | None:
    """Who asks; None when nobody is told apart, and in what the server does of itself."""
    return _current.get()


async def running(assistant_id: str) -> Access | None:
    """The access of who asks for a run of an assistant that only a message names, not the request.

    Raises:
        HTTPException: They may not.
    """
    asking = _current.get()
    if asking is None or asking.for_assistant is None:
        return asking
    return await asking.for_assistant(assistant_id)


def identity() -> str | None:
    """Who asks, by name; None when nobody is told apart."""
    access = _current.get()
    return access.user.identity if access is not None else None


@contextmanager
def bind(access: Access | None) -> Generator[None]:
    """Let this be who asks."""
    token = _current.set(access)
    try:
        yield
    finally:
        _current.reset(token)


def filter_for(resource: str) -> Condition | None:
    """What who asks may see of a resource: threads, crons, assistants; None: everything."""
    access = _current.get()
    return access.filters.get(resource) if access is not None else None


def stamped(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata with what the handlers want to be in it."""
    access = _current.get()
    return {**metadata, **(access.metadata if access is not None else {})}


_headers: ContextVar[Mapping[str, str] | None] = ContextVar("headers", default=None)


@contextmanager
def bind_headers(headers: Mapping[str, str]) -> Generator[None]:
    """Let runs be told of these headers of the request."""
    token = _headers.set(headers)
    try:
        yield
    finally:
        _headers.reset(token)


def configurable() -> dict[str, Any]:
    """What a run's configurable tells of the request that asked for it."""
    access = _current.get()
    headers = dict(_headers.get() or {})
    if access is None:
        return headers
    user = access.user
    return headers | dict(zip(FORBIDDEN_KEYS, (kept(user), user.identity, user.permissions), strict=True))


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
