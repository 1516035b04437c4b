"""Two hundred uploads of 5 MB at once, then fifty of 100 MB: is any lost or corrupt, in how much memory?

The service runs as a process of its own with its default limits, clients as coroutines of this one. Each file
is random bytes of its own; when all are answered each is read again and its checksum compared. Run
``python -m bench.uploads [--small N] [--large N] [--check]``; with --check the exit code is 1 when a target
is missed. What was written is removed at the end; it needs 6 GB of disk for the while.
"""

import argparse
import asyncio
import hashlib
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from bench.processes import Stand, stand, used_by

MEGABYTE = 1024 * 1024
CHUNK = 256 * 1024
MAX_RSS = 400 * MEGABYTE  # of the server, at any look
LOOK_EVERY = 0.05  # seconds


@dataclass
class Round:
    """What came of uploads of one size."""

    count: int
    megabytes: int
    seconds: float = 0.0
    lost: int = 0
    corrupt: int = 0
    peak: int = 0  #: Bytes of memory, of the server.

    def __str__(self) -> str:
        rate = self.count * self.megabytes / self.seconds
        return (
            f"{self.count} x {self.megabytes} MB: {self.seconds:.1f} s, {rate:.0f} MB/s, "
            f"{self.lost} lost, {self.corrupt} corrupt, server at most {self.peak / MEGABYTE:.0f} MB"
        )

    @property
    def is_good(self) -> bool:
        """Whether every target is met."""
        return not self.lost and not self.corrupt and self.peak < MAX_RSS


class Content:
    """Random bytes that are made while they are sent."""

    def __init__(self, seed: int, size: int) -> None:
        self._seed = seed
        self._size = size
        self.digest = hashlib.sha256()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        source = random.Random(self._seed)  # noqa: S311 - nothing to guess
        block = source.randbytes(CHUNK)
        for number in range(self._size // CHUNK):
            chunk = number.to_bytes(8, "big") + block[8:]
            self.digest.update(chunk)
            yield chunk


async def upload_all(made: Stand, count: int, megabytes: int) -> Round:
    """Send all at once, then read and compare."""
    result = Round(count, megabytes)
    watching = asyncio.create_task(_watch(made, result))
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=made.api_url, timeout=600, limits=limits) as http:
        began = time.monotonic()
        sent = await asyncio.gather(*(_send(http, seed, megabytes * MEGABYTE) for seed in range(count)))
        result.seconds = time.monotonic() - began
        result.lost = sent.count(None)
        for file in filter(None, sent):
            if not await _is_whole(http, *file):
                result.corrupt += 1
            await http.delete(f"/api/v1/files/{file[0]}")
    watching.cancel()
    return result


async def _send(http: httpx.AsyncClient, seed: int, size: int) -> tuple[str, str] | None:
    content = Content(seed + size, size)
    headers = {"Content-Length": str(size)}
    answer = await http.post(
        "/api/v1/files", params={"name": f"{seed}.bin"}, content=content, headers=headers
    )
    if answer.status_code != 201:
        print(f"refused: {answer.status_code} {answer.text}")
        return None
    return answer.json()["file_id"], content.digest.hexdigest()


async def _is_whole(http: httpx.AsyncClient, file_id: str, digest: str) -> bool:
    read = hashlib.sha256()
    async with http.stream("GET", f"/api/v1/files/{file_id}/content") as answer:
        async for chunk in answer.aiter_bytes():
            read.update(chunk)
    return read.hexdigest() == digest


async def _watch(made: Stand, result: Round) -> None:
    while True:
        result.peak = max(result.peak, used_by(made.pids["api"]).rss)
        await asyncio.sleep(LOOK_EVERY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=200, help="uploads of 5 MB")
    parser.add_argument("--large", type=int, default=50, help="uploads of 100 MB")
    parser.add_argument("--check", action="store_true", help="fail when a target is missed")
    given = parser.parse_args()
    os.environ.pop("MAX_FILE_SIZE", None)
    rounds: list[Round] = []
    with stand() as made:
        print(f"the server at rest: {used_by(made.pids['api']).rss / MEGABYTE:.0f} MB")
        for count, megabytes in ((given.small, 5), (given.large, 100)):
            rounds.append(asyncio.run(upload_all(made, count, megabytes)))
            print(rounds[-1])
    if given.check and not all(one.is_good for one in rounds):
        sys.exit(1)


if __name__ == "__main__":
    main()
