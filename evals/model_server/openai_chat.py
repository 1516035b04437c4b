"""OpenAI's chat completions, with what DashScope's compatible mode adds to them."""

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import orjson

from evals.model_server.call_order import check_chat
from evals.model_server.endpoint import BadRequest, Turn
from evals.model_server.failures import FAILURES, Form, invalid
from evals.model_server.faults import Fault
from evals.model_server.pace import count_tokens
from evals.model_server.parts import decoded, messages, parts
from evals.model_server.prompt_cache import cache_tokens
from evals.model_server.question import Json, Question, Task, ToolCall, dump
from evals.model_server.reply import Frame, Reply, event, stream, whole
from evals.model_server.sound import base64_pieces, samples, seconds_of

# They think unless they are told not to.
_THINKING_MODELS = re.compile(r"qwen(3\.[5-9]|[4-9])-(?!omni)")
_DONE = b"data: [DONE]\n\n"
_ERROR_EVENT = event(FAILURES[Fault.SERVER_ERROR].body(Form.OPENAI))


def read(body: Json) -> Question:
    """The question of a request.

    Raises:
        BadRequest: When the messages are missing, a call of a tool has no answer behind it, or more than one
            choice is asked for.
    """
    raw: list[Json] = body.get("messages") or []
    if not raw or not body.get("model"):
        raise BadRequest(invalid("model and messages are required"))
    if body.get("n", 1) != 1:
        raise BadRequest(invalid("n must be 1"))
    check_chat(raw)
    format_: Json = body.get("response_format") or {}
    sounds = parts(raw, "input_audio")
    return Question(
        task=_task(body, sounds),
        model=body["model"],
        messages=messages(raw),
        schema=format_.get("json_schema", {}).get("schema"),
        wants_json=format_.get("type") == "json_object",
        tools=_tools(body),
        must_call=_must_call(body.get("tool_choice")),
        thinks=body.get("enable_thinking") is True,
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        stop=_stop(body.get("stop")),
        audio=b"".join(decoded(sound["input_audio"]["data"]) for sound in sounds),
        options=body.get("translation_options") or body.get("asr_options") or {},
    )


def read_qwen(body: Json) -> Question:
    """As ``read``, with what DashScope refuses.

    Raises:
        BadRequest: Also for speech, MT or thinking asked for in a way that the real server does not take.
    """
    question = read(body)
    streams = body.get("stream") is True
    if question.thinks and not streams:
        raise BadRequest(invalid("parameter.enable_thinking must be set to false for non-streaming calls"))
    if _THINKING_MODELS.match(question.model) and "enable_thinking" not in body:
        question = replace(question, thinks=True)
    if question.thinks and body.get("response_format"):
        raise BadRequest(invalid("Json mode response is not supported when enable_thinking is true"))
    if ("omni" in question.model or "audio" in (body.get("modalities") or [])) and not streams:
        raise BadRequest(invalid("omni models answer in streams only: set stream to true"))
    if question.task is Task.TRANSLATE and [message.role for message in question.messages] != ["user"]:
        raise BadRequest(invalid("qwen-mt takes one message, of the user"))
    return question


def write(turn: Turn) -> Reply:
    """The response, as a stream or in one piece."""
    if turn.body.get("stream"):
        return stream([*_frames(turn)], error_event=_ERROR_EVENT)
    message: Json = {"role": "assistant", "content": turn.answer.text}
    if turn.answer.reasoning:
        message["reasoning_content"] = turn.answer.reasoning
    if turn.answer.tool_calls:
        message |= {"content": None, "tool_calls": [*_calls(turn.answer.tool_calls)]}
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(turn), "logprobs": None}
    body: Json = {**_head(turn, "chat.completion"), "choices": [choice]}
    if turn.answer.has_usage:
        body["usage"] = usage(turn)
    return whole(body, tokens=turn.output_tokens)


def usage(turn: Turn) -> Json:
    """Token counts, those of the cache and of thinking included."""
    prompt, output = turn.prompt_tokens, turn.output_tokens
    raw: list[Json] = turn.body["messages"]
    created, cached = cache_tokens(turn, [message.get("content") for message in raw])
    details = {"cached_tokens": cached}
    if created:
        details["cache_creation_input_tokens"] = created
    heard = {"seconds": seconds_of(turn.question.audio)} if turn.question.task is Task.HEAR else {}
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": details,
        "completion_tokens_details": {"reasoning_tokens": turn.reasoning_tokens},
        **heard,
    }


def _frames(turn: Turn) -> Iterator[Frame]:
    choice = _ChoiceWriter(_head(turn, "chat.completion.chunk"))
    answer = turn.answer
    yield Frame(choice.delta({"role": "assistant", "content": ""}))
    for piece in turn.pace.chunks(answer.reasoning):
        yield Frame(choice.delta({"content": None, "reasoning_content": piece}), count_tokens(piece))
    for call in _calls(answer.tool_calls):
        yield from _call_frames(turn, choice, call)
    if not answer.tool_calls:
        said = ""
        for piece in turn.pace.chunks(answer.text):
            said = said + piece if _repeats(turn.question) else piece
            yield Frame(choice.text(said), count_tokens(piece))
    yield from _sound_frames(turn, choice)
    yield Frame(choice.delta({}, _finish_reason(turn)))
    if _wants_usage(turn.body) and answer.has_usage:
        yield Frame(event({**choice.head, "choices": [], "usage": usage(turn)}))
    yield Frame(_DONE)


def _call_frames(turn: Turn, choice: "_ChoiceWriter", call: Json) -> Iterator[Frame]:
    function: Json = call["function"]
    opening = {**call, "function": {"name": function["name"], "arguments": ""}}
    yield Frame(choice.delta({"content": None, "tool_calls": [opening]}))
    for piece in turn.pace.chunks(function["arguments"]):
        part = {"index": call["index"], "function": {"arguments": piece}}
        yield Frame(choice.delta({"tool_calls": [part]}), count_tokens(piece))


def _sound_frames(turn: Turn, choice: "_ChoiceWriter") -> Iterator[Frame]:
    """Omni: the answer's speech as base64 of headerless PCM16, 24 kHz, mono, and what it says."""
    if "audio" not in (turn.body.get("modalities") or []):
        return
    sound = samples(turn.answer.text)
    turn.memory.remember(sound, turn.answer.text)
    yield Frame(choice.delta({"audio": {"transcript": turn.answer.text}}))
    for piece in base64_pieces(sound):
        yield Frame(choice.delta({"audio": {"data": piece}}))


class _ChoiceWriter:
    """Writes the chunks of one stream."""

    def __init__(self, head: Json) -> None:
        self.head = head
        self._before, _, self._after = self.delta({"content": ""}).partition(b'"content":""')

    def text(self, piece: str) -> bytes:
        """As ``delta`` of content: most chunks of a stream are such, and differ in nothing else."""
        return self._before + b'"content":' + orjson.dumps(piece) + self._after

    def delta(self, delta: Json, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return event({**self.head, "choices": [choice]})


def _head(turn: Turn, kind: str) -> Json:
    return {
        "id": f"chatcmpl-{turn.number}",
        "object": kind,
        "created": int(time.time()),
        "model": turn.question.model,
    }


def _finish_reason(turn: Turn) -> str:
    if turn.answer.is_cut:
        return "length"
    return "tool_calls" if turn.answer.tool_calls else "stop"


def _calls(calls: Iterable[ToolCall]) -> Iterator[Json]:
    for index, call in enumerate(calls):
        function = {"name": call.name, "arguments": dump(call.arguments)}
        yield {"index": index, "id": f"call_{index}", "type": "function", "function": function}


def _task(body: Json, sounds: list[Json]) -> Task:
    if "translation_options" in body or body["model"].startswith("qwen-mt"):
        return Task.TRANSLATE
    is_hearing = sounds and ("asr" in body["model"] or "asr_options" in body)
    return Task.HEAR if is_hearing else Task.CHAT


def _tools(body: Json) -> dict[str, Json]:
    tools: list[Json] = body.get("tools") or []
    functions: list[Json] = [tool["function"] for tool in tools]
    return {function["name"]: function.get("parameters") or {} for function in functions}


def _must_call(choice: Any) -> str | None:
    match choice:
        case "required":
            return "*"
        case {"function": {"name": str(name)}}:
            return name
        case _:
            return None


def _repeats(question: Question) -> bool:
    """Qwen-MT, but for its small models, says in each chunk all that it said before."""
    return question.task is Task.TRANSLATE and not question.model.endswith(("flash", "lite"))


def _wants_usage(body: Json) -> bool:
    options: Json = body.get("stream_options") or {}
    return options.get("include_usage") is True


def _stop(stop: Any) -> list[str]:
    return [stop] if isinstance(stop, str) else [*(stop or [])]
