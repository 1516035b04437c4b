"""OpenAI's responses API."""

import time
from collections.abc import Iterator
from typing import Any

from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import FAILURES, invalid
from evals.model_server.faults import Fault
from evals.model_server.pace import count_tokens
from evals.model_server.parts import messages
from evals.model_server.question import Json, Message, Question, ToolCall, dump
from evals.model_server.reply import Frame, Reply, event, stream, whole

_ERROR = FAILURES[Fault.SERVER_ERROR]
_ERROR_EVENT = event(
    {"type": "error", "code": _ERROR.openai, "message": _ERROR.message, "param": None, "sequence_number": 0},
    "error",
)


def read(body: Json) -> Question:
    """The question of a request.

    Raises:
        BadRequest: When the model or the input is missing.
    """
    raw: str | list[Json] = body.get("input") or []
    if not raw or not body.get("model"):
        raise BadRequest(invalid("model and input are required"))
    text: Json = body.get("text") or {}
    format_: Json = text.get("format") or {}
    tools: list[Json] = body.get("tools") or []
    head = [Message(role="system", text=body["instructions"])] if body.get("instructions") else []
    return Question(
        model=body["model"],
        messages=[*head, *([Message(role="user", text=raw)] if isinstance(raw, str) else messages(raw))],
        schema=format_.get("schema"),
        wants_json=format_.get("type") == "json_object",
        tools={
            tool["name"]: tool.get("parameters") or {} for tool in tools if tool.get("type") == "function"
        },
        must_call=_must_call(body.get("tool_choice")),
        max_tokens=body.get("max_output_tokens"),
    )


def write(turn: Turn) -> Reply:
    """The response, as a stream or in one piece."""
    if turn.body.get("stream"):
        frames = [
            Frame(event({**body, "sequence_number": at}, body["type"]), tokens)
            for at, (body, tokens) in enumerate(_events(turn))
        ]
        return stream(frames, error_event=_ERROR_EVENT)
    return whole(_response(turn, _status(turn), _output(turn)), tokens=turn.output_tokens)


def _events(turn: Turn) -> Iterator[tuple[Json, int]]:
    """The events of a stream, each with the tokens that it brings."""
    started = _response(turn, "in_progress", [])
    yield {"type": "response.created", "response": started}, 0
    yield {"type": "response.in_progress", "response": started}, 0
    for index, item in enumerate(_output(turn)):
        opening: Json = {**item, "status": "in_progress"}
        opening |= {"content": []} if "content" in item else {"arguments": ""}
        yield {"type": "response.output_item.added", "output_index": index, "item": opening}, 0
        place = {"item_id": item["id"], "output_index": index}
        yield from _call_events(turn, place, item) if "arguments" in item else _text_events(turn, place, item)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}, 0
    ended = _response(turn, _status(turn), _output(turn))
    yield {"type": f"response.{_status(turn)}", "response": ended}, 0


def _text_events(turn: Turn, place: Json, item: Json) -> Iterator[tuple[Json, int]]:
    place = {**place, "content_index": 0}
    part: Json = item["content"][0]
    yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}, 0
    for piece in turn.pace.chunks(turn.answer.text):
        delta: Json = {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
        yield delta, count_tokens(piece)
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}, 0
    yield {"type": "response.content_part.done", **place, "part": part}, 0


def _call_events(turn: Turn, place: Json, item: Json) -> Iterator[tuple[Json, int]]:
    for piece in turn.pace.chunks(item["arguments"]):
        delta = {"type": "response.function_call_arguments.delta", **place, "delta": piece}
        yield delta, count_tokens(piece)
    done = {"type": "response.function_call_arguments.done", **place, "name": item["name"]}
    yield done | {"arguments": item["arguments"]}, 0


def _must_call(choice: Any) -> str | None:
    match choice:
        case "required":
            return "*"
        case {"name": str(name)}:
            return name
        case _:
            return None


def _status(turn: Turn) -> str:
    return "incomplete" if turn.answer.is_cut else "completed"


def _output(turn: Turn) -> list[Json]:
    if turn.answer.tool_calls:
        return [_call(index, call) for index, call in enumerate(turn.answer.tool_calls)]
    part: Json = {"type": "output_text", "text": turn.answer.text, "annotations": [], "logprobs": []}
    message: Json = {"id": f"msg_{turn.number}", "type": "message", "role": "assistant", "content": [part]}
    return [message | {"status": _status(turn)}]


def _call(index: int, call: ToolCall) -> Json:
    return {
        "id": f"fc_{index}",
        "call_id": f"call_{index}",
        "type": "function_call",
        "name": call.name,
        "arguments": dump(call.arguments),
        "status": "completed",
    }


def _response(turn: Turn, status: str, output: list[Json]) -> Json:
    is_over = status != "in_progress"
    return {
        "id": f"resp_{turn.number}",
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "model": turn.question.model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": turn.body.get("tools") or [],
        "usage": _usage(turn) if is_over and turn.answer.has_usage else None,
    }


def _usage(turn: Turn) -> Json:
    return {
        "input_tokens": turn.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": turn.output_tokens,
        "output_tokens_details": {"reasoning_tokens": turn.reasoning_tokens},
        "total_tokens": turn.prompt_tokens + turn.output_tokens,
    }
