"""Anthropic's messages API."""

import re
from collections.abc import Iterator
from typing import Any

from evals.model_server.call_order import check_messages
from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import FAILURES, Form, invalid
from evals.model_server.faults import Fault
from evals.model_server.pace import count_tokens
from evals.model_server.parts import content_text, messages
from evals.model_server.prompt_cache import cache_tokens
from evals.model_server.question import Json, Message, Question, dump
from evals.model_server.reply import Frame, Reply, event, stream, whole

_REFUSES_FORCE = re.compile(r"claude-(opus|sonnet|haiku)-5-5|claude-(fable|mythos)-5-1")
_ERROR_EVENT = event(FAILURES[Fault.OVERLOADED].body(Form.ANTHROPIC), "error")


def read(body: Json) -> Question:
    """The question of a request.

    Raises:
        BadRequest: When a required field is missing, a call of a tool has no answer in the next message, or a
            field is there that the model refuses.
    """
    if not body.get("model") or not body.get("messages") or not body.get("max_tokens"):
        raise BadRequest(invalid("model, messages and max_tokens are required"))
    check_messages(body["messages"])
    system = content_text(body.get("system"))
    head = [Message(role="system", text=system)] if system else []
    tools: list[Json] = body.get("tools") or []
    config: Json = body.get("output_config") or {}
    format_: Json = body.get("output_format") or config.get("format") or {}
    thinking: Json = body.get("thinking") or {}
    must_call = _must_call(body.get("tool_choice") or {})
    if _REFUSES_FORCE.match(body["model"]) and (must_call or thinking.get("type") == "enabled"):
        raise BadRequest(invalid("forced tool use and thinking budgets are not supported by this model"))
    return Question(
        model=body["model"],
        messages=[*head, *messages(body["messages"])],
        schema=format_.get("schema"),
        tools={tool["name"]: tool.get("input_schema") or {} for tool in tools},
        must_call=must_call,
        thinks=thinking.get("type") in ("enabled", "adaptive"),
        max_tokens=body["max_tokens"],
        stop=body.get("stop_sequences") or [],
    )


def write(turn: Turn) -> Reply:
    """The message, as a stream or in one piece."""
    if turn.body.get("stream"):
        return stream([*_frames(turn)], error_event=_ERROR_EVENT)
    body = _message(turn, _blocks(turn))
    body["stop_reason"] = _stop_reason(turn)
    body["usage"]["output_tokens"] = turn.output_tokens
    if not turn.answer.has_usage:
        del body["usage"]
    return whole(body, tokens=turn.output_tokens)


def _frames(turn: Turn) -> Iterator[Frame]:
    opening = _message(turn, [])
    yield _frame("message_start", message=opening)
    yield _frame("ping")
    for index, block in enumerate(_blocks(turn)):
        yield _frame("content_block_start", index=index, content_block=_opening(block))
        for delta, tokens in _deltas(turn, block):
            yield _frame("content_block_delta", tokens, index=index, delta=delta)
        yield _frame("content_block_stop", index=index)
    delta = {"stop_reason": _stop_reason(turn), "stop_sequence": None}
    # Cumulative: what the opening counted comes again.
    counted = {**opening["usage"], "output_tokens": turn.output_tokens}
    usage = counted if turn.answer.has_usage else {"output_tokens": 0}
    yield _frame("message_delta", delta=delta, usage=usage)
    yield _frame("message_stop")


def _frame(kind: str, tokens: int = 0, **fields: Any) -> Frame:
    return Frame(event({"type": kind, **fields}, kind), tokens)


def _deltas(turn: Turn, block: Json) -> Iterator[tuple[Json, int]]:
    """The parts of a block, each with the tokens that it brings."""
    match block["type"]:
        case "thinking":
            for piece in turn.pace.chunks(block["thinking"]):
                yield {"type": "thinking_delta", "thinking": piece}, count_tokens(piece)
            yield {"type": "signature_delta", "signature": block["signature"]}, 0
        case "tool_use":
            for piece in turn.pace.chunks(dump(block["input"])):
                yield {"type": "input_json_delta", "partial_json": piece}, count_tokens(piece)
        case _:
            for piece in turn.pace.chunks(block["text"]):
                yield {"type": "text_delta", "text": piece}, count_tokens(piece)


def _opening(block: Json) -> Json:
    empty: Json = {"text": "", "thinking": "", "signature": "", "input": {}}
    return block | {name: value for name, value in empty.items() if name in block}


def _blocks(turn: Turn) -> list[Json]:
    answer = turn.answer
    blocks: list[Json] = []
    if answer.reasoning:
        blocks.append({"type": "thinking", "thinking": answer.reasoning, "signature": "signed"})
    if answer.text or not answer.tool_calls:
        blocks.append({"type": "text", "text": answer.text})
    for index, call in enumerate(answer.tool_calls):
        blocks.append(
            {"type": "tool_use", "id": f"toolu_{index}", "name": call.name, "input": call.arguments}
        )
    return blocks


def _message(turn: Turn, blocks: list[Json]) -> Json:
    prompt = turn.prompt_tokens
    raw: list[Json] = turn.body["messages"]
    contents = [turn.body.get("system"), *(message.get("content") for message in raw)]
    created, cached = cache_tokens(turn, contents)
    return {
        "id": f"msg_{turn.number}",
        "type": "message",
        "role": "assistant",
        "model": turn.question.model,
        "content": blocks,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": prompt - created - cached,
            "cache_creation_input_tokens": created,
            "cache_read_input_tokens": cached,
            "output_tokens": 0,
        },
    }


def _stop_reason(turn: Turn) -> str:
    if turn.answer.is_refusal:
        return "refusal"
    if turn.answer.is_cut:
        return "max_tokens"
    return "tool_use" if turn.answer.tool_calls else "end_turn"


def _must_call(choice: Json) -> str | None:
    return {"any": "*", "tool": choice.get("name")}.get(choice.get("type", ""))
