"""Each call of a tool wants its answer right behind it: the real providers refuse a conversation without."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from evals.model_server.endpoint import BadRequest
from evals.model_server.failures import invalid
from evals.model_server.question import Json


def check_chat(messages: Sequence[Json]) -> None:
    """Refuse what OpenAI's chat completions refuse.

    Raises:
        BadRequest: A call has no answer among the tool messages right behind it, or one of these has no call.
    """
    for index, message in enumerate(messages):
        called = {call["id"] for call in message.get("tool_calls") or ()}
        answered = {answer["tool_call_id"] for answer in _tool_messages(messages[index + 1 :])}
        if message["role"] == "assistant" and (missing := sorted(called - answered)):
            raise BadRequest(
                invalid(
                    "An assistant message with 'tool_calls' must be followed by tool messages responding to"
                    " each 'tool_call_id'. The following tool_call_ids did not have response messages: "
                    + ", ".join(missing)
                )
            )
        if message["role"] == "assistant" and answered - called:
            raise BadRequest(
                invalid(
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                )
            )


def check_messages(messages: Sequence[Json]) -> None:
    """Refuse what Anthropic's messages API refuses.

    Raises:
        BadRequest: A `tool_use` block has no `tool_result` in the next message.
    """
    following = [*messages[1:], {}]
    for index, (message, after) in enumerate(zip(messages, following, strict=True)):
        answered = {block["tool_use_id"] for block in _blocks(after, "tool_result")}
        missing = [block["id"] for block in _blocks(message, "tool_use") if block["id"] not in answered]
        if missing:
            raise BadRequest(
                invalid(
                    f"messages.{index}: `tool_use` ids were found without `tool_result` blocks"
                    " immediately after: " + ", ".join(missing)
                )
            )


def _tool_messages(messages: Iterable[Json]) -> Iterator[Json]:
    """Those at the beginning."""
    for message in messages:
        if message["role"] != "tool":
            return
        yield message


def _blocks(message: Json, kind: str) -> list[Json]:
    content: Any = message.get("content")
    blocks = cast("list[Json]", content) if isinstance(content, list) else []
    return [block for block in blocks if block.get("type") == kind]
