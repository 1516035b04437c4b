"""Lets requests through to the API as a project's authorization says: all of them, or none.

It stands before the routes, not in them: it finds a request's rule by method and path, asks, and hands on the
request as the handlers made it. What has no rule is not there.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import access
from server.access import Access, User
from server.api.auth import rules
from server.api.auth.authenticator import Authenticator, Principal, as_request
from server.api.auth.authorizer import Authorizer, additions, as_uuid, put_back, value_of
from server.api.auth.lasting import Lasting
from server.api.auth.rules import Match, Question
from server.api.errors import answer
from tools.errors import Forbidden

_RUNS_ASSISTANT = Question(resource="assistants", action="read")


class AuthGuard:
    """Authenticates and authorizes every request.

    Args:
        is_system_assistant: Whether an assistant is there for everybody to run.
        is_custom: Whether a request is for a route of the project's own; those are for all who are known.
        on_refusal: Is told of what was answered with 401 or 403: its route, and who asked, if known.
        is_good: Whether the credentials that a user came with are still good; of a project's nobody knows.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticator: Authenticator,
        is_system_assistant: Callable[[str], bool],
        is_custom: Callable[[Scope], bool] = lambda _: False,
        is_good: Callable[[User], Awaitable[bool]] | None = None,
        on_refusal: Callable[[Scope, str, int, User | None], Awaitable[None]] | None = None,
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._reads_bodies = authenticator.reads_bodies
        self._authorizer = Authorizer(auth=authenticator.auth)
        self._is_system_assistant = is_system_assistant
        self._is_custom = is_custom
        self._is_good = is_good
        self._on_refusal = on_refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        found = rules.find(method, scope["path"])
        if self._is_custom(scope):
            custom = Match(route=scope["path"], rule=rules.KNOWN, parameters={})
            await self._guarded(custom, scope, receive, send)
        elif found is None:
            known = rules.is_known(scope["path"])
            await _refuse(scope, receive, send, HTTPException(405 if known else 404))
        elif found.rule.is_open:
            await self._app(scope, receive, send)
        else:
            await self._guarded(found, scope, receive, send)

    async def _guarded(self, found: Match, scope: Scope, receive: Receive, send: Send) -> None:
        raw = user = None
        try:
            is_told = scope["type"] == "http" and _is_told(scope, found)
            if is_told and self._reads_bodies:
                raw = await _whole(receive)
            principal = await self._authenticator.principal(
                as_request(HTTPConnection(scope)), body=_parsed(raw, scope), parameters=found.parameters
            )
            user = principal.user
            if is_told and raw is None:  # of strangers nothing is kept in memory
                raw = await _whole(receive)
            body = _parsed(raw, scope)
            asking = Access(user=user)
            asking.for_assistant = partial(self._for_assistant, principal, asking)
            changed = deepcopy(body)
            for part in cast("list[Any]", changed) if isinstance(changed, list) else [changed]:
                given = cast("dict[str, Any]", part) if isinstance(part, dict) else {}
                await self._ask(found, principal, asking, given, HTTPConnection(scope).query_params)
        except (HTTPException, Forbidden) as error:
            status = await _refuse(scope, receive, send, error)
            if self._on_refusal is not None and status in (401, 403):
                await self._on_refusal(scope, found.route, status, user)
            return
        scope = {**scope, "user": principal.as_handlers_see_it}
        if changed != body and scope["type"] == "http":  # a socket has no body to carry it
            scope, raw = _rewritten(scope, raw, changed)
        if self._is_good is not None:
            lasting = Lasting(scope["type"], receive, send, partial(self._is_good, principal.user))
            receive, send = lasting.receive, lasting.send
        with access.bind(asking):
            await self._app(scope, receive if raw is None else _replay(raw, receive), send)

    async def _ask(
        self,
        found: Match,
        principal: Principal,
        asking: Access,
        body: dict[str, Any],
        query: Mapping[str, str],
    ) -> None:
        for question in found.rule.asked(query):
            if self._is_for_all(question, found, body):
                continue
            value = value_of(question, found.parameters, body)
            before = deepcopy(value)
            await self._authorizer.ask(question, principal, asking, value)
            if not found.rule.keeps_body:
                put_back(question, before, value, body)
            if question.action in ("create", "create_run"):
                asking.metadata |= additions(before, value)

    async def _for_assistant(self, principal: Principal, asking: Access, assistant_id: str) -> Access:
        """What who asks may see when a message of theirs runs an assistant; raises HTTPException."""
        narrowed = replace(asking, filters=dict(asking.filters))
        if not self._is_system_assistant(assistant_id):
            value = {"assistant_id": as_uuid(assistant_id)}
            await self._authorizer.ask(_RUNS_ASSISTANT, principal, narrowed, value)
        return narrowed

    def _is_for_all(self, question: Question, found: Match, body: Mapping[str, Any]) -> bool:
        """Whether it is asked of a run's assistant that every graph has by default."""
        is_of_run = question == _RUNS_ASSISTANT and any(
            other.action in ("create_run", "create") for other in found.rule.questions
        )
        assistant = found.parameters.get("assistant_id") or body.get("assistant_id")
        return is_of_run and (assistant is None or self._is_system_assistant(str(assistant)))


def _is_told(scope: Scope, found: Match) -> bool:
    """Whether handlers see the body: of files they do not, which are long and no JSON."""
    sees = bool(found.rule.questions) and not found.rule.brings_files
    return sees and scope["method"] in ("POST", "PUT", "PATCH", "DELETE")


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(parts)


def _parsed(raw: bytes | None, scope: Scope) -> Any:
    """The body, or of a request without one its query."""
    if not raw:
        return dict(HTTPConnection(scope).query_params)
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise HTTPException(422, "Invalid JSON in request body") from error


def _rewritten(scope: Scope, raw: bytes | None, changed: Any) -> tuple[Scope, bytes | None]:
    """The request as the handlers made it."""
    if not raw and scope["method"] in ("GET", "HEAD", "DELETE"):
        flat = {k: ".".join(cast("list[str]", v)) if isinstance(v, list) else v for k, v in changed.items()}
        return {**scope, "query_string": urlencode(flat).encode()}, raw
    body = json.dumps(changed, default=str).encode()
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    return {**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}, body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A body that was read, once more, and then what comes after it."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return parts.pop() if parts else await receive()

    return again


async def _refuse(scope: Scope, receive: Receive, send: Send, error: HTTPException | Forbidden) -> int:
    """Say why, and with which status it was said."""
    status, said = (403, error.message) if isinstance(error, Forbidden) else (error.status_code, error.detail)
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": said})
        return status
    if isinstance(error, Forbidden):
        response = answer(status, said, error.code, error.hint)
    else:
        codes = {401: "unauthorized", 403: "forbidden", 404: "not_found"}
        response = answer(status, said, codes.get(status, "http_error"))
        response.headers.update(error.headers or {})
    await response(scope, receive, send)
    return status
