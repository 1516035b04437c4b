"""What the whole service uses on one machine: PostgreSQL, Redis, the API, two workers and nginx.

Runs of the job ``characters`` on novels made here are started through nginx, with TLS, and all their
streams are followed; meanwhile the memory of every part is read. Run ``python -m bench.stack [--runs N]
[--check]``; with --check the exit code is 1 when a part needs more than deploy/compose.yaml gives it, or
all of them more than its machine has.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import yaml
from pydantic import ByteSize, TypeAdapter

from bench.characters import novel
from bench.processes import Stand, stand, tree_cpu, tree_memory
from tests.fixtures.nginx import Front, nginx
from tests.fixtures.postgresql import find_binaries, postgresql

CHARACTERS = 200_000  # of a novel
WORKERS = ("worker-1", "worker-2")
EVERY = 0.5  # seconds between two looks
MACHINE = 4096 - 512  # MiB of a server with 4 GB, without what its system needs
MIB = 1024 * 1024
COMPOSE = Path(__file__).parents[1] / "deploy" / "compose.yaml"


class Memory:
    """The most that each part has used, and all together at one time."""

    def __init__(self, roots: dict[str, int]) -> None:
        self.roots = roots
        self.at_rest = {name: tree_memory(pid) for name, pid in roots.items()}
        self.most = dict(self.at_rest)
        self.together = sum(self.at_rest.values())

    async def keep_looking(self) -> None:
        while True:
            now = {name: tree_memory(pid) for name, pid in self.roots.items()}
            self.most = {name: max(self.most[name], now[name]) for name in now}
            self.together = max(self.together, sum(now.values()))
            await asyncio.sleep(EVERY)


async def _run(client: httpx.AsyncClient, text: str) -> str:
    """One run, followed to its end; how it ended."""
    thread = (await client.post("/threads", json={})).raise_for_status().json()["thread_id"]
    body = {"assistant_id": "characters", "input": {"text": text}, "stream_mode": ["custom"]}
    async with client.stream("POST", f"/threads/{thread}/runs/stream", json=body) as response:
        async for _ in response.aiter_bytes():
            pass
    (run,) = (await client.get(f"/threads/{thread}/runs")).json()
    return run["status"]


async def _all(front: Front, runs: int, memory: Memory) -> list[str]:
    looking = asyncio.create_task(memory.keep_looking())
    limits = httpx.Limits(max_connections=None)
    try:
        async with httpx.AsyncClient(
            base_url=front.url, verify=front.trust, timeout=900, limits=limits
        ) as client:
            text = novel(CHARACTERS)
            return await asyncio.gather(*(_run(client, text) for _ in range(runs)))
    finally:
        looking.cancel()


def _limits() -> dict[str, float]:
    """MiB that each part gets in compose.yaml."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    read = TypeAdapter(ByteSize).validate_python
    limits = {
        name: read(f"{s['deploy']['resources']['limits']['memory']}iB") / MIB for name, s in services.items()
    }
    worker = limits.pop("worker")
    return limits | dict.fromkeys(WORKERS, worker)


def _roots(made: Stand, front: Front, postgresql_folder: str) -> dict[str, int]:
    """The first process of each part."""
    postmaster = Path(postgresql_folder, "data", "postmaster.pid").read_text().split()[0]
    return {
        "nginx": int((front.folder / "nginx.pid").read_text()),
        "postgres": int(postmaster),
        **made.pids,
    }


def _report(memory: Memory, cpu: dict[str, float], took: float) -> list[str]:
    limits = _limits()
    print(
        "| part | MiB at rest | MiB at most | limit in compose.yaml | CPU s |\n| --- " + "| ---: " * 4 + "|"
    )
    for name, most in memory.most.items():
        print(f"| {name} | {memory.at_rest[name]:.0f} | {most:.0f} | {limits[name]:.0f} | {cpu[name]:.1f} |")
    rest, used = sum(memory.at_rest.values()), sum(cpu.values())
    print(f"| together | {rest:.0f} | {memory.together:.0f} | {MACHINE} | {used:.1f} |")
    print(f"\n{took:.0f} s; {used / took:.2f} cores")
    missed = [f"{name}: {most:.0f} MiB" for name, most in memory.most.items() if most > limits[name]]
    return missed + ([f"together: {memory.together:.0f} MiB"] if memory.together > MACHINE else [])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    binary, folder_of_postgresql = (
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin"),
        find_binaries(),
    )
    if binary is None or folder_of_postgresql is None:
        sys.exit("This needs nginx and PostgreSQL: apt-get install nginx-light postgresql")
    with ExitStack() as stack:
        url = stack.enter_context(postgresql(folder_of_postgresql))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scriptorium-stack-")))
        settings = {"DATABASE_URL": url, "SCRIPTORIUM_CONFIG": "", "DATA_DIR": str(folder / "data")}
        made = stack.enter_context(stand(*WORKERS, **settings))
        front = stack.enter_context(nginx(binary, made.api_url, folder))
        roots = _roots(made, front, url.partition("?host=")[2])
        memory, before, start = Memory(roots), {n: tree_cpu(p) for n, p in roots.items()}, time.perf_counter()
        ended = asyncio.run(_all(front, arguments.runs, memory))
        took = time.perf_counter() - start
        missed = _report(memory, {n: tree_cpu(p) - before[n] for n, p in roots.items()}, took)
    missed += [f"a run ended with {status}" for status in ended if status != "success"]
    print(f"{arguments.runs} runs on novels of {CHARACTERS:,} characters: {ended.count('success')} succeeded")
    for line in missed:
        print(f"missed: {line}")
    sys.exit(1 if arguments.check and missed else 0)


if __name__ == "__main__":
    main()
