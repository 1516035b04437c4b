"""The agent-to-agent protocol: one address for each assistant, calls as JSON-RPC."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from fastapi import APIRouter, Request, Response

from server.api.deps import Open
from server.api.langgraph import json_rpc
from server.api.langgraph.a2a import version_1
from server.api.langgraph.a2a.agent import Agent
from server.api.langgraph.a2a.card import card
from server.api.langgraph.a2a.task import Object
from server.api.langgraph.a2a.view import SCOPE_HEADER
from server.api.langgraph.answers import json_answer, patient_answer
from server.api.langgraph.json_rpc import METHOD_NOT_FOUND, Call, Params, RpcError
from server.stream.encoding import to_json
from server.stream.event_stream import EventStream
from server.stream.sse import frame
from tools.errors import ServiceError

router = APIRouter(tags=["a2a"])

NO_PUSH = -32003


_JSON = {"application/json": {"schema": {"type": "object"}}}


@router.post(
    "/a2a/{assistant_id}", responses={400: {"description": "The message is no JSON-RPC", "content": _JSON}}
)
async def call(request: Request, assistant_id: str, resources: Open) -> Response:
    """Answer one call, such as ``message/send``, ``message/stream``, ``tasks/get`` or ``tasks/cancel``."""
    assistant = await resources.assistants.resolve(assistant_id)
    try:
        message = json_rpc.read(await request.body())
    except RpcError as error:
        answer = json_answer(json_rpc.failure(None, error))
        answer.status_code = 400
        return answer
    agent = Agent(resources, assistant, request.headers.get(SCOPE_HEADER))
    method = version_1.METHODS.get(message.method, message.method)
    streams = {"message/stream": agent.stream, "tasks/resubscribe": agent.subscribe}
    if method in streams:
        return EventStream(_frames(message, streams[method](message.params)))

    async def own_card(_: Params) -> Object:
        return await card(resources, assistant, str(request.base_url))

    methods: dict[str, Callable[[Params], Awaitable[Object]]] = {
        "message/send": agent.send,
        "tasks/get": agent.get,
        "tasks/list": agent.list,
        "tasks/cancel": agent.cancel,
        "agent/getAuthenticatedExtendedCard": own_card,
    }
    if method.startswith("tasks/pushNotificationConfig/"):
        refused = RpcError(NO_PUSH, "Push notifications are not supported: tasks/resubscribe follows a task.")
        return json_answer(message.failure(refused))
    if method not in methods:
        unknown = RpcError(METHOD_NOT_FOUND, f"Method not found: {message.method}")
        return json_answer(message.failure(unknown))
    return patient_answer(lambda: _answered(message, methods[method]), {})


async def _answered(message: Call, method: Callable[[Params], Awaitable[Object]]) -> json_rpc.Answer:
    try:
        return message.answer(_shown(message, await method(message.params)))
    except RpcError as error:
        return message.failure(error)
    except ServiceError as error:
        return message.failure(RpcError.of(error))


async def _frames(message: Call, stream: AsyncIterator[Object]) -> AsyncGenerator[bytes]:
    try:
        async for news in stream:
            yield frame("message", to_json(message.answer(_shown(message, news))))
    except RpcError as error:
        yield frame("message", to_json(message.failure(error)))
    except ServiceError as error:
        yield frame("message", to_json(message.failure(RpcError.of(error))))


def _shown(message: Call, result: Object) -> Object:
    """A result in the form of the version whose name the method has."""
    if message.method in version_1.METHODS and message.method != "GetExtendedAgentCard":
        return version_1.result(message.method, result)
    return result
