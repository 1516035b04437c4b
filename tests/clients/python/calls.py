"""One way to call the SDK's two clients, of which one answers at once and the other is awaited."""

import inspect
from contextlib import aclosing, closing
from typing import Any

HELLO = {"messages": [{"role": "user", "content": "hi"}]}
LONG = {"sleep": 20}
NOBODY = "11111111-1111-1111-1111-111111111111"


async def done(result: Any) -> Any:
    """What a call gives."""
    return await result if inspect.isawaitable(result) else result


async def parts(stream: Any, stop_at: str | None = None) -> list[Any]:
    """The parts of a stream, up to one whose text has this in it."""
    if hasattr(stream, "__aiter__"):
        async with aclosing(stream):
            return await _some(stream, stop_at)
    with closing(stream):
        return await _some(_slowly(stream), stop_at)


async def _some(stream: Any, stop_at: str | None) -> list[Any]:
    found: list[Any] = []
    async for part in stream:
        found.append(part)
        if stop_at is not None and stop_at in str(part):
            break
    return found


async def _slowly(stream: Any) -> Any:
    for part in stream:
        yield part
