"""Whether the model server keeps the speed of many streams: ``python -m bench.model_server --check``.

The clients run in a process of their own, as a service under test does, and note when each token came.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from evals.model_server import Answers, Pace, model_server

_WARM_UP_SECONDS = 2.0  # to connect before the first token
_MOST_BEHIND_MS = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is asked of the server."""

    streams: int
    tokens_per_second: float
    seconds: float

    @property
    def tokens(self) -> int:
        """Of one stream."""
        return int(self.tokens_per_second * self.seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--tokens-per-second", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is missed")
    options = parser.parse_args(arguments)
    load = Load(streams=options.streams, tokens_per_second=options.tokens_per_second, seconds=options.seconds)
    pace = Pace(latency_seconds=_WARM_UP_SECONDS, tokens_per_second=load.tokens_per_second)
    answers = Answers.oracle({"count": "word " * load.tokens})
    with model_server(answers, pace=pace) as server:
        cpu = time.process_time()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            results: list[tuple[float, float, int]] = pool.apply(_ask_all, (server.url, load))
        cpu = time.process_time() - cpu
    firsts, behind, lengths = (sorted(column) for column in zip(*results, strict=True))
    rate = load.streams * load.tokens / load.seconds
    print(
        f"{load.streams} streams of {load.tokens_per_second:g} tokens/s ({rate:,.0f}/s), {load.seconds:g} s"
    )
    print(f"tokens that came: {sum(lengths):,} of {load.streams * load.tokens:,}")
    print(f"first token late, when all ask at once: {_milliseconds(firsts)}")
    print(f"most that a stream fell behind its speed: {_milliseconds(behind)}")
    print(f"the server's share of one core: {cpu / (load.seconds + _WARM_UP_SECONDS):.0%}")
    is_met = behind[-1] * 1e3 <= _MOST_BEHIND_MS and sum(lengths) == load.streams * load.tokens
    print("goals met" if is_met else f"missed: no stream more than {_MOST_BEHIND_MS:g} ms behind")
    return int(options.check and not is_met)


def _milliseconds(seconds: Sequence[float]) -> str:
    return f"median {seconds[len(seconds) // 2] * 1e3:.1f} ms, most {seconds[-1] * 1e3:.1f} ms"


def _ask_all(url: str, load: Load) -> list[tuple[float, float, int]]:
    async def ask() -> list[tuple[float, float, int]]:
        return await asyncio.gather(*[_ask(url, load) for _ in range(load.streams)])

    return asyncio.run(ask())


async def _ask(url: str, load: Load) -> tuple[float, float, int]:
    """One stream: how late its first token came, how far it then fell behind, in seconds, and its tokens.

    Speaks HTTP by hand: a client library would need more of the machine than the server does.
    """
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
    messages = [{"role": "user", "content": "count"}]
    body = orjson.dumps({"model": "m", "stream": True, "messages": messages})
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n\r\n"
    asked = time.perf_counter()
    writer.write(head.encode() + body)
    arrivals: list[float] = []
    while line := await reader.readline():
        if b'"content":"word' in line or b'"content":" word' in line:
            arrivals.append(time.perf_counter())
        if line.startswith(b"data: [DONE]"):
            break
    writer.close()
    due = [
        asked + _WARM_UP_SECONDS + (number + 1) / load.tokens_per_second for number in range(len(arrivals))
    ]
    late = [at - then for at, then in zip(arrivals, due, strict=True)]
    return late[0], max(late) - min(late), len(arrivals)


if __name__ == "__main__":
    sys.exit(main())
