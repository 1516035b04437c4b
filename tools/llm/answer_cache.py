"""Answers that need not be asked for again.

The key is made of everything that an answer depends on, and of nothing else: who asks does not matter, and
two different requests never share one. Of several that ask the same at once, one asks the provider.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Any, Literal, Protocol, TypeVar, cast
from uuid import uuid4

from tools.cancellation import completed, end
from tools.heartbeat import beating
from tools.llm.usage import Answered, Operation, Usage

T = TypeVar("T")

Claim = Literal["mine", "taken"]

_FIRST_NAP = 0.02  # seconds until a waiting process looks again; doubled up to the longest
_LONGEST_NAP = 0.5
_LONGEST_URL = 256  # characters of a data: URL that is part of a request as it is


class AnswerStore(Protocol):
    """Where answers are kept, and who is asking for which.

    Only a claim may fail: an answer is worth more than that it is kept.
    """

    lease_seconds: float  #: How long a claim outlives its process.

    async def claim(self, key: str, asker: str) -> bytes | Claim:
        """The answer; or "mine": nobody else is asking, so the caller does; or "taken"."""
        ...

    async def renew(self, key: str, asker: str) -> None:
        """The asker is still asking."""
        ...

    async def put(self, key: str, asker: str, answer: bytes) -> None:
        """Keep an answer."""
        ...

    async def drop(self, key: str, asker: str) -> None:
        """The asker has no answer worth keeping; the next one asks."""
        ...


def answer_key(operation: Operation, parameters: Mapping[str, Any], request: Mapping[str, Any]) -> str:
    """A hash of what is asked, of which model, with every parameter.

    Raises:
        TypeError: Some of it is not what JSON can hold.
    """
    whole = json.dumps([operation, parameters, request], sort_keys=True, ensure_ascii=False, default=_as_json)
    return hashlib.sha256(whole.encode()).hexdigest()


def as_it_is(value: Any) -> Any:
    """An answer that JSON holds as it is."""
    return value


def digested(value: Any) -> Any:
    """JSON with a hash in the place of each file that is written out in it as a ``data:`` URL."""
    if isinstance(value, str):
        is_file = value.startswith("data:") and len(value) > _LONGEST_URL
        return digest(value.encode()) if is_file else value
    if isinstance(value, Mapping):
        return {name: digested(each) for name, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [digested(each) for each in cast("Sequence[Any]", value)]
    return value


def digest(data: bytes) -> str:
    """What stands for a file in a request's key, and in what is recorded of it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def answered_once(
    store: AnswerStore,
    key: str,
    ask: Callable[[], Awaitable[Answered[T]]],
    keep: Callable[[T], bool],
    *,
    as_json: Callable[[T], Any] = as_it_is,
    from_json: Callable[[Any], T] = as_it_is,
) -> Answered[T]:
    """The kept answer, else what ``ask`` gives, kept if it is worth it.

    Args:
        store: Where answers are kept.
        key: What answer_key gives.
        ask: Asks the provider.
        keep: Whether an answer may serve others.
        as_json: An answer as JSON can hold it.
        from_json: It again.
    """
    asker, nap = uuid4().hex, _FIRST_NAP
    try:
        with beating():
            while (found := await store.claim(key, asker)) == "taken":
                await asyncio.sleep(nap)
                nap = min(_LONGEST_NAP, nap * 2)
    except asyncio.CancelledError:
        await completed(store.drop(key, asker))  # it may be its turn by now
        raise
    if isinstance(found, bytes):
        kept = json.loads(found)
        return Answered(value=from_json(kept["value"]), usage=Usage(cache_hits=1), model=kept["model"])
    renewing = asyncio.create_task(_renew(store, key, asker))
    try:
        answered = await ask()
        if keep(answered.value):
            kept = {"value": as_json(answered.value), "model": answered.model}
            await store.put(key, asker, json.dumps(kept, ensure_ascii=False).encode())
        return answered
    finally:
        await completed(_leave(store, key, asker, renewing))


async def _leave(store: AnswerStore, key: str, asker: str, renewing: asyncio.Task[None]) -> None:
    await end(renewing)
    await store.drop(key, asker)


async def _renew(store: AnswerStore, key: str, asker: str) -> None:
    while True:
        await asyncio.sleep(store.lease_seconds / 3)
        await store.renew(key, asker)


def _as_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - whatever it holds is shown in turn
    raise TypeError(f"a {type(value).__name__} cannot be part of a cached request")


class LocalAnswers:
    """Keeps answers in this process.

    Args:
        ttl_seconds: How long.
        most: The oldest beyond so many go.
    """

    lease_seconds = 3600.0  # an asker of this process cannot be lost without it

    def __init__(self, ttl_seconds: float, most: int = 1000) -> None:
        self._ttl = ttl_seconds
        self._most = most
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._askers: dict[str, str] = {}

    async def claim(self, key: str, asker: str) -> bytes | Claim:
        """As AnswerStore has it."""
        if key in self._kept and self._kept[key][0] > monotonic():
            return self._kept[key][1]
        return "mine" if self._askers.setdefault(key, asker) == asker else "taken"

    async def renew(self, key: str, asker: str) -> None:
        """Nothing has to be done."""

    async def put(self, key: str, asker: str, answer: bytes) -> None:
        """As AnswerStore has it."""
        self._kept.pop(key, None)
        self._kept[key] = monotonic() + self._ttl, answer
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    async def drop(self, key: str, asker: str) -> None:
        """As AnswerStore has it."""
        if self._askers.get(key) == asker:
            del self._askers[key]
