"""What the model layer costs: ``python -m bench.models --check``.

First, how much longer a call takes through the layer (turns in Redis, accounts in Redis and SQLite, prices,
watchers) than the same call with the bare client, taken by turns in the same process.

Then, whether many streams keep up with their models: unread, as of jobs that wait for a whole answer, and
read along, each piece as it comes. A stream is behind by the time from the model's writing of its last token
(as the model server notes it, by the same clock) to the whole answer in the caller's hands; what the layer
does not keep up with adds up over a stream's length. Callers come one after the other, as in life; and once
all at the same moment, so that all end together. Each process has asked one question before, for which it
loads what is loaded once. A caller with nothing but an HTTP client, which reads bytes and makes nothing of
them, does the same in the same run: what it is behind, the machine and the server are.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from langchain_core.messages import HumanMessage
from redis.asyncio import Redis

from evals.model_server import Answers, Pace, model_server
from server import event_loop
from server.db.session import open_database
from server.embedded_redis import embedded_redis
from server.garbage import spare_what_is_loaded
from server.models.counters import open_counters
from server.models.ledger import open_ledger
from server.resources import MAX_CONNECTIONS
from server.runs.call_watch import CallWatch
from tools.llm import spending, watching
from tools.llm.calling import Call, perform
from tools.llm.chat import chat, send_chat, stream_chat
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice, choose
from tools.llm.completion import TimeLimits
from tools.llm.layer import Layer
from tools.llm.limits import Limit, Turns
from tools.llm.spending import Account, Budget, Payer
from tools.llm.transport import http_client
from tools.llm.usage import Answered

_MOST_OVERHEAD_MS = 2.0
_MOST_BEHIND_MS = 100.0
_WARM_UP_SECONDS = 3.0  # to connect before the first token
_WARM_UP = "to warm up"
_SPREAD_SECONDS = 5.0  # within which callers come
_ASKED = [HumanMessage("count")]
_LIMITS = TimeLimits(first_token=60, idle=60, total=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked for."""

    calls: int
    streams: int
    tokens_per_second: float
    seconds: float
    processes: int

    @property
    def tokens(self) -> int:
        """Of one stream."""
        return int(self.tokens_per_second * self.seconds)


Asking = Literal["http", "unread", "read"]
_KINDS: dict[Asking, str] = {
    "http": "bytes by HTTP alone",
    "unread": "through the layer, unread",
    "read": "through the layer, read along",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The streams of one process."""

    ask: Asking
    number: int  #: Of the process.
    streams: int
    spread: float  #: Seconds within which they begin.


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--tokens-per-second", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each stream")
    parser.add_argument("--processes", type=int, default=2, help="workers that share the streams")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args(arguments)
    load = Load(
        calls=options.calls,
        streams=options.streams,
        tokens_per_second=options.tokens_per_second,
        seconds=options.seconds,
        processes=options.processes,
    )
    with tempfile.TemporaryDirectory() as folder, embedded_redis(Path(folder) / "redis") as redis_url:
        is_light = _measure_overhead(redis_url, load)
        keeps_up = _measure_streams(redis_url, load)
    is_met = is_light and keeps_up
    print("goals met" if is_met else "a goal is missed")
    return int(options.check and not is_met)


def _measure_overhead(redis_url: str, load: Load) -> bool:
    answers = Answers.oracle({"count": "one"})
    with model_server(answers) as server, multiprocessing.get_context("spawn").Pool(1) as pool:
        bare, layered, cpu = pool.apply(_compare, (server.openai_url, redis_url, load.calls))
    overhead = statistics.median(layered) - statistics.median(bare)
    print(f"a bare call: median {statistics.median(bare) * 1e3:.2f} ms ({load.calls} calls)")
    print(f"through the layer: median {statistics.median(layered) * 1e3:.2f} ms")
    print(f"CPU of the layer: {cpu * 1e3:.2f} ms a call, median")
    print(f"overhead of the layer: {overhead * 1e3:.2f} ms (goal: at most {_MOST_OVERHEAD_MS:g} ms)")
    return overhead * 1e3 <= _MOST_OVERHEAD_MS


def _measure_streams(redis_url: str, load: Load) -> bool:
    print(f"{load.streams} streams of {load.tokens_per_second:g} tokens/s for {load.seconds:g} s, 2 cores:")
    met = [
        _measure(redis_url, load, ask, spread)
        for spread in (_SPREAD_SECONDS, 0.0)
        for ask in ("http", "unread", "read")
    ]
    return all(met)


def _measure(redis_url: str, load: Load, ask: Asking, spread: float) -> bool:
    """Print how far streams of one kind were behind; whether that is little enough."""
    pace = Pace(latency_seconds=_WARM_UP_SECONDS, tokens_per_second=load.tokens_per_second)
    text = "word " * load.tokens
    share = load.streams // load.processes
    workers = multiprocessing.get_context("spawn").Pool(load.processes)
    answers = Answers.of(lambda question: "word" if question.text == _WARM_UP else text)
    with model_server(answers, pace=pace) as server, workers as pool:
        asked = [
            (server.openai_url, redis_url, Share(ask=ask, number=number, streams=share, spread=spread))
            for number in range(load.processes)
        ]
        shares = pool.starmap(_stream_all, asked, chunksize=1)
        written = {
            request.body["messages"][0]["content"]: request.time + request.seconds
            for request in server.requests()
        }
    behind = sorted(at - written[question] for answered, _ in shares for question, at in answered.items())
    cpu = sum(cpu for _, cpu in shares) / (len(behind) * load.tokens)
    how = f"coming within {spread:g} s" if spread else "all at once"
    print(
        f"  {_KINDS[ask]}, {how}: behind by {_milliseconds(behind)}; {cpu * 1e6:.0f} us of CPU a token",
        flush=True,
    )
    return not spread or ask == "http" or behind[-1] * 1e3 <= _MOST_BEHIND_MS


def _milliseconds(seconds: Sequence[float]) -> str:
    """Of sorted values."""
    return f"{statistics.median(seconds) * 1e3:.0f} ms (median), {seconds[-1] * 1e3:.0f} ms at most"


@asynccontextmanager
async def _models(
    model_url: str, redis_url: str, most: int
) -> AsyncGenerator[tuple[ChatModels, ModelChoice]]:
    """Models whose calls pass everything that they pass in a worker."""
    choice = choose("openai:m", base_url=model_url)
    if choice is None:
        raise AssertionError("the model is not offline")
    limits = [Limit(models="openai:*", requests=1_000_000, tokens=1_000_000_000)]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        async with (
            Redis.from_url(redis_url, max_connections=MAX_CONNECTIONS) as redis,
            open_database(url) as database,
            open_counters(redis, most) as counters,
            open_ledger(redis, database) as ledger,
        ):
            account = Account(
                payer=Payer(run="r", user="u"), ledger=ledger, run_budget=Budget(tokens=1_000_000_000)
            )
            models = ChatModels(
                {"primary": choice}, layer=Layer(turns=Turns(counters, limits)), limits=_LIMITS
            )
            with spending.bind(account), watching.watch(CallWatch()):
                yield models, choice


async def _ask(models: ChatModels) -> Answered[str]:
    async def send(choice: ModelChoice) -> Answered[str]:
        return await _ask_bare(models, choice)

    request = {"messages": [["human", "count"]]}
    return await perform(models, Call(role="primary", operation="chat", send=send, request=request))


async def _ask_bare(models: ChatModels, choice: ModelChoice) -> Answered[str]:
    answered = await send_chat(models, choice, ChatRequest(messages=_ASKED))
    return Answered(value=answered.value.text, usage=answered.usage)


def _compare(model_url: str, redis_url: str, calls: int) -> tuple[list[float], list[float], float]:
    """Seconds of each bare call, of each call through the layer, and of CPU that the layer adds."""

    async def compare() -> tuple[list[float], list[float], float]:
        bare, layered, cpu = list[float](), list[float](), list[float]()
        async with _models(model_url, redis_url, 4) as (models, choice):
            for number in range(calls + 20):
                first, first_cpu = time.perf_counter(), time.process_time()
                await _ask_bare(models, choice)
                second, second_cpu = time.perf_counter(), time.process_time()
                await _ask(models)
                third, third_cpu = time.perf_counter(), time.process_time()
                if number >= 20:  # the first ones open connections and warm caches
                    bare.append(second - first)
                    layered.append(third - second)
                    cpu.append((third_cpu - second_cpu) - (second_cpu - first_cpu))
        return bare, layered, statistics.median(cpu)

    return event_loop.run(compare())


def _stream_all(model_url: str, redis_url: str, share: Share) -> tuple[dict[str, float], float]:
    """When each question was answered, in seconds since the epoch, and seconds of CPU."""

    async def stream() -> tuple[dict[str, float], float]:
        async with _models(model_url, redis_url, 10_000) as (models, choice):
            await models.clients.chat(choice)
            asking = {"http": _read_bytes, "unread": _ask_for, "read": _read_along}[share.ask]

            async def answered(place: int) -> tuple[str, float]:
                question = f"count {share.number} {place}"
                await asyncio.sleep(share.spread * place / share.streams)
                await asking(models, question)
                return question, time.time()

            await asking(models, _WARM_UP)
            spare_what_is_loaded()  # as a worker does once its graphs are there
            cpu = time.process_time()
            answers = await asyncio.gather(*[answered(place) for place in range(share.streams)])
            return dict(answers), time.process_time() - cpu

    return event_loop.run(stream())


async def _ask_for(models: ChatModels, question: str) -> None:
    await chat(models, "primary", [HumanMessage(question)])


async def _read_along(models: ChatModels, question: str) -> None:
    async with stream_chat(models, "primary", [HumanMessage(question)]) as pieces:
        async for _ in pieces:
            pass


async def _read_bytes(models: ChatModels, question: str) -> None:
    choice = models.require("primary")
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": question}]}
    http = await http_client(choice)
    async with http.stream("POST", f"{choice.base_url}/chat/completions", json=body) as response:
        async for _ in response.aiter_bytes():
            pass


if __name__ == "__main__":
    sys.exit(main())
