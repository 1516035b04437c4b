"""The server-sent events of a chat completion: bytes in, what they say of the answer out.

Models write some fifty words a second, each an event of its own. What comes in one read of the socket is
handed on as one; of many streams each is read less often, and more is there then.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing, suppress
from typing import Any

import httpx2
import orjson
from langchain_core.messages import ToolCallChunk
from langchain_core.messages.tool import tool_call_chunk

from tools.llm.deltas import Delta
from tools.llm.failures import explain_body
from tools.llm.usage import Usage

_FIELD = b"data:"
_DONE = b"[DONE]"

_FEW = 20  # streams of one process that are read as soon as something comes
_PAUSE = 0.001  # seconds before a read for each stream beyond these
_LONGEST_PAUSE = 0.05
_AT_ONCE = 0.001  # seconds within which comes what was there already
_LAST_SECONDS = 0.1  # for the end of a response whose events have all come: its connection serves again then

#: Under which a response may say how its connection is left alone for so many seconds.
REST = "rest"
Rest = Callable[[float], Awaitable[None]]

_under_way = 0  # streams of this process


async def deltas(response: httpx2.Response, *, merges: bool = True) -> AsyncGenerator[Delta]:
    """What the events of a response say.

    Args:
        response: Which nobody has read from.
        merges: Those of one read are told together; False: each alone, as where it repeats those before.

    Raises:
        ModelError: One of them is an error.
        JSONDecodeError: One of them is no JSON.
    """
    source = response.aiter_bytes()
    unread = b""
    async with aclosing(_paced(source, response.extensions.get(REST, asyncio.sleep))) as reads:
        async for data in reads:
            *lines, unread = (unread + data).split(b"\n")
            events = [line[len(_FIELD) :].strip() for line in lines if line.startswith(_FIELD)]
            is_last = _DONE in events
            told = events[: events.index(_DONE)] if is_last else events
            for group in [told] if merges and told else [[event] for event in told]:
                yield _told(map(orjson.loads, group))
            if is_last:
                break
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(_LAST_SECONDS):
            async for _ in source:
                pass


async def _paced(source: AsyncIterable[bytes], rest: Rest) -> AsyncGenerator[bytes]:
    global _under_way
    clock = asyncio.get_running_loop().time
    _under_way += 1
    try:
        asked = clock()
        async for data in source:
            had_to_wait = clock() - asked > _AT_ONCE
            yield data
            if had_to_wait and (pause := min((_under_way - _FEW) * _PAUSE, _LONGEST_PAUSE)) > 0:
                await rest(pause)
            asked = clock()
    finally:
        _under_way -= 1


def _told(chunks: Iterable[Any]) -> Delta:
    texts, calls = list[str](), list[ToolCallChunk]()
    reason, usage = None, None
    for chunk in chunks:
        match chunk:
            case {"error": {} | str() as error} if error:
                raise explain_body(error)
            case {"choices": [{"delta": {**delta}, **choice}, *_]}:
                content: object = delta.get("content")
                texts.append(content if isinstance(content, str) else "")
                calls += [_call(part) for part in delta.get("tool_calls") or ()]
                reason = choice.get("finish_reason") or reason
            case _:
                pass
        match chunk:
            case {"usage": {**counted}} if counted:
                usage = _usage(counted)
            case _:
                pass
    return Delta(text="".join(texts), calls=calls, reason=reason, usage=usage)


def _call(part: Mapping[str, Any]) -> ToolCallChunk:
    function: Mapping[str, Any] = part.get("function") or {}
    return tool_call_chunk(
        name=function.get("name"),
        args=function.get("arguments"),
        id=part.get("id"),
        index=part.get("index"),
    )


def _usage(counted: Mapping[str, Any]) -> Usage:
    details: Mapping[str, Any] = counted.get("prompt_tokens_details") or {}
    written = details.get("cache_write_tokens") or details.get("cache_creation_input_tokens")  # DashScope's
    return Usage(
        input_tokens=counted.get("prompt_tokens") or 0,
        output_tokens=counted.get("completion_tokens") or 0,
        cached_tokens=details.get("cached_tokens") or 0,
        cache_write_tokens=written or 0,
    )
