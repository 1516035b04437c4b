"""Asks a project's own function who somebody is."""

import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from langgraph_sdk import Auth
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from server.access import User
from server.api.auth.answer_cache import AnswerCache

logger = logging.getLogger(__name__)

STUDIO_SCHEME = "langsmith"


class _Text(str):
    """A header's value for those who take it for text, and for those who take it for bytes."""

    __slots__ = ()

    def decode(self, *_: Any) -> str:
        return str(self)


class Headers(dict[Any, Any]):
    """Request headers by their name in lower case: as bytes, or as text with text."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        super().__init__(raw)
        self.update({name.decode("latin-1"): _Text(value.decode("latin-1")) for name, value in raw})


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Whoever sent a request."""

    user: User
    as_handlers_see_it: Any  #: A StudioUser, or the same user.


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """Tells who sends requests.

    Args:
        allow_studio: Whether LangGraph Studio, which has no account here, may come in.
        cache: Whose answers are not asked for again; None: everybody's are.
    """

    auth: Auth
    allow_studio: bool
    cache: AnswerCache | None = None

    @property
    def reads_bodies(self) -> bool:
        """Whether the project's function wants to see what a request brings before it says who sent it."""
        function = cast("Any", self.auth)._authenticate_handler
        return function is not None and "body" in inspect.signature(function).parameters

    async def principal(
        self, connection: HTTPConnection, *, body: Any, parameters: Mapping[str, str]
    ) -> Principal:
        """Who sent this request.

        Raises:
            HTTPException: 401, or what the project's function raises.
        """
        if self.allow_studio and connection.headers.get("x-auth-scheme") == STUDIO_SCHEME:
            studio = Auth.types.StudioUser("langgraph-studio-user", is_authenticated=True)
            user = User(
                {"identity": studio.identity, "permissions": studio.permissions, "kind": "StudioUser"}
            )
            return Principal(user=user, as_handlers_see_it=studio)
        function = cast("Any", self.auth)._authenticate_handler
        if function is None:
            anonymous = User({"identity": "", "is_authenticated": False})
            return Principal(user=anonymous, as_handlers_see_it=anonymous)
        caller = self.cache.caller(connection.headers) if self.cache else None
        fields = self.cache.recall(caller) if self.cache and caller else None
        if fields is None:
            fields = _fields(await _ask(function, connection, body, parameters))
            if self.cache and caller:
                self.cache.keep(caller, fields)
        user = User(fields)
        return Principal(user=user, as_handlers_see_it=user)


async def _ask(function: Any, connection: HTTPConnection, body: Any, parameters: Mapping[str, str]) -> Any:
    scope = connection.scope
    known = {
        "request": connection,
        "body": body,
        "path": scope["path"],
        "method": scope.get("method", "GET"),
        "headers": Headers(scope["headers"]),
        "authorization": connection.headers.get("authorization"),
        "query_params": dict(connection.query_params),
        "path_params": dict(parameters),
        "scope": scope,
    }
    wanted = inspect.signature(function).parameters
    try:
        answer = function(**{name: known[name] for name in wanted if name in known})
        return await answer if inspect.isawaitable(answer) else answer
    except Auth.exceptions.HTTPException as error:
        raise HTTPException(error.status_code, error.detail, dict(error.headers or {})) from error
    except HTTPException:
        raise
    except Exception as error:  # whatever goes wrong, nobody is let in by it
        logger.info("Nobody was authenticated: %s: %s", type(error).__name__, error)
        raise HTTPException(
            401, str(error) if isinstance(error, AssertionError) else "Unauthorized"
        ) from error


def _fields(answer: Any) -> Mapping[str, Any]:
    """What an authenticator's answer says of the user; raises HTTPException for none."""
    if isinstance(answer, str):
        return {"identity": answer}
    if isinstance(answer, Mapping):
        fields = dict(cast("Mapping[str, Any]", answer))
    else:
        names = ("identity", "display_name", "is_authenticated", "permissions")
        fields = {**getattr(answer, "__dict__", {})}
        fields |= {name: getattr(answer, name) for name in names if hasattr(answer, name)}
        fields = {name: value for name, value in fields.items() if not name.startswith("_")}
    if not fields.get("identity"):
        raise HTTPException(401, "Unauthorized")
    return fields


def as_request(connection: HTTPConnection) -> HTTPConnection:
    """The most special kind of request that a scope has."""
    return Request(connection.scope) if connection.scope["type"] == "http" else connection
