"""Runs under faults: what the service survives, and what its clients see of it.

Real processes on loopback execute runs of six nodes while workers and APIs are killed, frozen and restarted
and Redis goes away, all by a plan made from a seed. Then the judge compares what the nodes wrote into their
diaries, what the checkpoints say, what the event logs hold, and what every subscriber has got.

Run ``python -m tests.faults [--minutes M] [--seed N] [--runs N] [--redis single|cluster|sentinel]
[--database sqlite|postgresql] [--leases]``. The last line is the verdict; the exit code is 1 when it is bad.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from server.embedded_redis import find_server
from tests.faults import judge, leases
from tests.faults.deployment import Deployment, deployment
from tests.faults.judge import Verdict
from tests.faults.load import Load
from tests.faults.plan import LOSSES, Fault, Kind, make_plan
from tests.faults.servers import SORTS
from tests.faults.subscriber import Subscribers
from tests.fixtures.postgresql import find_binaries, postgresql

LEASE = 7.0  # seconds
SUBSCRIBERS = 50
LAST_WORDS = 90.0  # seconds from the last fault until every run has ended


async def survive(made: Deployment, arguments: argparse.Namespace) -> Verdict:
    """Begin runs, inflict the plan, wait for all to end, and judge."""
    seconds = arguments.minutes * 60
    others = (Kind.API_KILLED, *made.servers.kinds)
    plan = make_plan(arguments.seed, seconds, others)
    (made.folder / "diaries").mkdir(mode=0o777)
    load = Load(made.urls, made.folder / "diaries", arguments.seed)
    subscribers = Subscribers(made.urls, arguments.seed)
    verdict = Verdict()
    try:
        async with asyncio.timeout(seconds + LAST_WORDS), asyncio.TaskGroup() as group:
            group.create_task(load.begin(arguments.runs, seconds - 20))
            group.create_task(subscribers.follow(load.begun, SUBSCRIBERS))
            group.create_task(_inflict(made, plan))
    except TimeoutError:
        verdict.complaints.append(f"not all had ended {LAST_WORDS:.0f} s after the last fault")
    verdict.counts["runs accepted and followed"] = len(load.runs)
    verdict.counts["requests answered with 503"] = load.refused
    verdict.counts["threads given up: nobody knows whether their run was accepted"] = load.unsure
    await judge.wait_for_end(made.database_url)
    await judge.count_ends(verdict, made.database_url)
    await judge.compare_states(verdict, made.servers.own_url, load.runs)
    await judge.compare_streams(verdict, made.urls, subscribers.followed)
    judge.count_refusals(verdict, made)
    judge.count_faults(verdict, made, {*LOSSES, *others})
    return verdict


async def _inflict(made: Deployment, plan: list[Fault]) -> None:
    since = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for fault in plan:
            await asyncio.sleep(max(0.0, since + fault.at - time.monotonic()))
            group.create_task(made.inflict(fault, since))


def report(verdict: Verdict, made: Deployment) -> None:
    """Print the table of faults, and the figures."""
    happened = Counter(str(one.fault.kind) for one in made.inflicted)
    print("\n| fault | times |\n| --- | ---: |")
    for kind, times in sorted(happened.items()):
        print(f"| {kind} | {times} |")
    print("\n| counted | |\n| --- | ---: |")
    for name, count in verdict.counts.items():
        print(f"| {name} | {count} |")
    for complaint in verdict.complaints:
        print("BAD:", complaint)


@asynccontextmanager
async def standing(arguments: argparse.Namespace, lease: float) -> AsyncGenerator[Deployment]:
    """The deployment that was asked for."""
    binary = shutil.which("redis-server") or str(find_server())
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scriptorium-faults-")))
        if arguments.keep:
            folder = Path(tempfile.mkdtemp(prefix="scriptorium-faults-"))
            print("Logs and diaries are kept in", folder)
        database_url = f"sqlite+aiosqlite:///{folder / 'shared.db'}"
        if arguments.database == "postgresql":
            found = find_binaries()
            if found is None:
                sys.exit("There is no PostgreSQL here: initdb and pg_ctl are not found.")
            database_url = stack.enter_context(postgresql(found))
        servers = await stack.enter_async_context(SORTS[arguments.redis](Path(binary)))
        yield await stack.enter_async_context(deployment(servers, database_url, folder, lease=lease))


async def run(arguments: argparse.Namespace) -> bool:
    """Do it all; False when the verdict is bad."""
    if arguments.leases:
        async with standing(arguments, leases.LEASE) as made:
            complaints = await leases.check(made)
            figures = "two checks of leases"
    else:
        async with standing(arguments, LEASE) as made:
            verdict = await survive(made, arguments)
            report(verdict, made)
            complaints = verdict.complaints
            figures = (
                f"{len(made.inflicted)} faults, {verdict.counts['runs that ended `success`']} runs ended well"
            )
    what = f"{arguments.redis} Redis, {arguments.database}, seed {arguments.seed}"
    print(f"{'BAD' if complaints else 'GOOD'}: {figures}, {len(complaints)} complaints ({what})", flush=True)
    return not complaints


def main() -> None:
    """Read the arguments, run, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    environment = os.environ.get
    parser.add_argument("--minutes", type=float, default=float(environment("FAULTS_MINUTES", "4")))
    parser.add_argument("--seed", type=int, default=int(environment("FAULTS_SEED", "7")))
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--redis", choices=sorted(SORTS), default="single")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--leases", action="store_true", help="only the two checks of leases")
    parser.add_argument("--keep", action="store_true", help="keep logs and diaries")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.minutes:g} minutes", flush=True)
    if not asyncio.run(run(arguments)):
        sys.exit(1)


if __name__ == "__main__":
    main()
