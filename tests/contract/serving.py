"""A model server that plays one provider, and models that are asked there."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from evals.model_server import Answers, Fault, Faults, ModelServer, Pace, model_server
from tools.llm.chat_models import ChatModels
from tools.llm.choices import choose
from tools.llm.completion import TimeLimits
from tools.llm.limits import LocalCounters, Ticket, Turns
from tools.llm.retries import Backoff
from tools.llm.roles import Role

KEY = "sk-very-secret-0123456789"
IMPATIENT = TimeLimits(first_token=5, idle=0.3, total=10)  # with those that fall silent
LIMITS = TimeLimits(first_token=60, idle=60, total=60)
BACKOFF = Backoff(attempts=3, first_seconds=0.01)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """How a provider is asked, and where the server plays it."""

    name: str
    model: str
    url: Callable[[ModelServer], str]

    @property
    def spec(self) -> str:
        return f"{self.name}:{self.model}"


CHAT = [
    Provider(name="openai", model="gpt-4.1", url=lambda server: server.openai_url),
    Provider(name="dashscope", model="qwen3.8-flash", url=lambda server: server.qwen_url),
    Provider(name="anthropic", model="claude-sonnet", url=lambda server: server.anthropic_url),
    Provider(name="openrouter", model="qwen/qwen3-max", url=lambda server: server.openrouter_url),
    Provider(name="eas", model="own", url=lambda server: server.eas_url("llm") + "/v1"),
]
OPENAI, DASHSCOPE, ANTHROPIC, OPENROUTER, EAS = CHAT
EACH_CHAT = pytest.mark.parametrize("provider", CHAT, ids=lambda provider: provider.name)


@dataclass(frozen=True, kw_only=True)
class Served:
    """The server and the models that are asked there."""

    server: ModelServer
    models: ChatModels

    @property
    def count(self) -> int:
        """Requests so far."""
        return len(self.server.requests())

    @property
    def connections(self) -> int:
        """That are open."""
        return sum(not transport.is_closing() for transport in list(self.server.transports.values()))


@contextmanager
def serving(
    provider: Provider,
    *faults: Fault | None,
    answers: Answers | None = None,
    role: Role = "primary",
    model: str = "",
    key: str = KEY,
    pace: Pace | None = None,
    max_concurrent: int = 8,
    limits: TimeLimits | None = None,
) -> Iterator[Served]:
    """The provider, whose requests have these faults, one after the other."""
    with model_server(
        answers or Answers.of(lambda _: "Good day to you, and a good journey."),
        faults=Faults.play(*faults),
        keys=[KEY],
        pace=pace,
    ) as server:
        spec = f"{provider.name}:{model or provider.model}"
        choice = choose(spec, base_url=provider.url(server), api_key=key)
        limits = limits or (IMPATIENT if {Fault.STALL, Fault.SLOW_START} & {*faults} else LIMITS)
        models = ChatModels({role: choice}, limits=limits, backoff=BACKOFF, max_concurrent=max_concurrent)
        yield Served(server=server, models=models)


class _GivingUp(LocalCounters):
    """Cancels the call that gives its turn back: its answer is there, and nobody else knows yet."""

    task: asyncio.Task[None]

    def release(self, ticket: Ticket) -> None:
        self.task.cancel()
        super().release(ticket)


async def given_up_once_answered(
    served: Served, ask: Callable[[ChatModels], Coroutine[Any, Any, None]]
) -> None:
    """Ask, and give that up at the moment when the provider has answered."""
    counters, models = _GivingUp(1), copy(served.models)
    models.layer = replace(models.layer, turns=Turns(counters))
    counters.task = asyncio.create_task(ask(models))
    await asyncio.wait({counters.task})
    assert counters.task.cancelled()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread, the server's, brings about."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the other thread has no event of this loop
            await asyncio.sleep(0.005)
