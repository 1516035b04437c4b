"""OpenAI chat completions over real HTTP, for answers that a function gives."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from evals.model_server.faults import Fault, FaultPlan, question_key, spoil

Answerer = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From a question's data to the answer. Sees nothing but the request."""

_STALL_SECONDS = 600.0
_PIECES = 4
_RETRY_AFTER_SECONDS = "0.05"
_ERRORS = {
    Fault.BAD_KEY: (401, "invalid_api_key", "Incorrect API key provided"),
    Fault.RATE_LIMIT: (429, "rate_limit_exceeded", "Too many requests"),
    Fault.SERVER_ERROR: (500, "server_error", "The server had an error"),
    Fault.UNAVAILABLE: (503, "overloaded", "The engine is overloaded"),
}


@dataclass(slots=True, kw_only=True)
class ModelServer:
    """What the server answers, and what it was asked.

    Args:
        answer: Gives the answers.
        faults: What goes wrong.
        latency_seconds: Waited before each answer.
    """

    answer: Answerer
    faults: FaultPlan = field(default_factory=FaultPlan)
    latency_seconds: float = 0.0
    requests: list[str] = field(default_factory=list[str])  #: The key of each request's question, in order.

    def app(self) -> FastAPI:
        """The ASGI application."""
        app = FastAPI()
        app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"])
        return app

    async def _complete(self, request: Request) -> Response:
        body = cast("dict[str, Any]", await request.json())
        data = _question_data(body)
        key = question_key(data)
        self.requests.append(key)
        fault = self.faults.draw(key)
        if self.latency_seconds:
            await asyncio.sleep(self.latency_seconds)
        if fault is not None and fault in _ERRORS:
            return _error(fault)
        text = spoil(fault, self.answer(data))
        usage = {"prompt_tokens": len(json.dumps(body)) // 4, "completion_tokens": len(text) // 4}
        usage["total_tokens"] = sum(usage.values())
        pieces = _pieces(text, usage, fault)
        return (
            StreamingResponse(pieces, media_type="text/event-stream")
            if body.get("stream")
            else _whole(text, usage)
        )


@contextmanager
def serve(server: ModelServer) -> Generator[str]:
    """Run the server on a free port of the loopback interface; gives its base URL."""
    config = uvicorn.Config(server.app(), host="127.0.0.1", port=0, log_level="critical", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        thread.join(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        running.should_exit = running.force_exit = True
        thread.join(10)


class ConnectionDropped(Exception):
    """Raised inside a response: the server closes the connection without ending it."""


def _question_data(body: Mapping[str, Any]) -> dict[str, Any]:
    """The material of a request: its first user message."""
    first = next(message for message in body["messages"] if message["role"] == "user")
    return json.loads(first["content"])


def _error(fault: Fault) -> JSONResponse:
    status, code, message = _ERRORS[fault]
    headers = {"Retry-After": _RETRY_AFTER_SECONDS} if fault is Fault.RATE_LIMIT else {}
    return JSONResponse({"error": {"message": message, "type": code, "code": code}}, status, headers)


def _whole(text: str, usage: Mapping[str, int]) -> JSONResponse:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return JSONResponse({"id": "0", "object": "chat.completion", "choices": [choice], "usage": usage})


async def _pieces(text: str, usage: Mapping[str, int], fault: Fault | None) -> AsyncIterator[bytes]:
    if fault is Fault.DROP:
        raise ConnectionDropped
    size = max(1, -(-len(text) // _PIECES))
    for start in range(0, len(text), size):
        yield _event(choices=[{"index": 0, "delta": {"content": text[start : start + size]}}])
    if fault is Fault.STALL:
        await asyncio.sleep(_STALL_SECONDS)
    if fault is Fault.CUT:
        raise ConnectionDropped
    if fault is not Fault.SILENT_CUT:
        reason = "length" if fault is Fault.LENGTH else "stop"
        yield _event(choices=[{"index": 0, "delta": {}, "finish_reason": reason}])
        yield _event(choices=[], usage=usage)
    yield b"data: [DONE]\n\n"


def _event(**fields: Any) -> bytes:
    chunk = {"id": "0", "object": "chat.completion.chunk", "created": 0, "model": "oracle", **fields}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
