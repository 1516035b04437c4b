"""Which threads and runs exist: two global keys outside the threads' slots, kept as best they can be.

They only serve `list(None)` and `delete_for_runs`. A thread that expires leaves its entries behind until
somebody lists all threads; no thread's own data depends on them.
"""

from collections.abc import Sequence

from server import keys
from server.checkpoint import layout
from server.checkpoint.plan import Batch, Command, Plan

PAGE = 500  # entries that one command reads


def entries(thread_id: str, run_ids: Sequence[str]) -> list[Command]:
    """Register a thread and its runs."""
    commands = [Command(("ZADD", keys.CHECKPOINT_THREADS, 0, thread_id))]
    members = [argument for run in run_ids for argument in (0, layout.join(run, thread_id))]
    if members:
        commands.append(Command(("ZADD", keys.CHECKPOINT_RUNS, *members)))
    return commands


def removal(thread_id: str, run_ids: Sequence[str]) -> list[Command]:
    """Forget a thread and its runs."""
    commands = [Command(("ZREM", keys.CHECKPOINT_THREADS, thread_id))]
    members = [layout.join(run, thread_id) for run in run_ids]
    if members:
        commands.append(Command(("ZREM", keys.CHECKPOINT_RUNS, *members)))
    return commands


def threads_of_run(run_id: str) -> Plan[list[str]]:
    """The threads in which a run may have left checkpoints."""
    low, high = layout.name_range(layout.escape(run_id))
    (members,) = yield [Command(("ZRANGEBYLEX", keys.CHECKPOINT_RUNS, low, high))]
    return [layout.split(member)[1] for member in members]


def threads_after(last: str | None) -> Plan[list[str]]:
    """The next page of thread ids in their order; an empty one is the end."""
    low = "-" if last is None else f"({last}"
    command = Command(("ZRANGEBYLEX", keys.CHECKPOINT_THREADS, low, "+", "LIMIT", 0, PAGE))
    (members,) = yield [command]
    return [member.decode() for member in members]


def forget_absent(thread_ids: Sequence[str]) -> Plan[None]:
    """Forget those threads that are no more. One that comes back meanwhile is registered again."""
    if not thread_ids:
        return
    yield [Command(("ZREM", keys.CHECKPOINT_THREADS, thread)) for thread in thread_ids]
    alive = yield _existence(thread_ids)
    back = [thread for thread, exists in zip(thread_ids, alive, strict=True) if exists]
    if back:
        yield [command for thread in back for command in entries(thread, ())]


def absent(thread_ids: Sequence[str]) -> Plan[list[str]]:
    """Those threads of which nothing is left."""
    alive = yield _existence(thread_ids)
    return [thread for thread, exists in zip(thread_ids, alive, strict=True) if not exists]


def _existence(thread_ids: Sequence[str]) -> Batch:
    return [Command(("EXISTS", *layout.thread_keys(thread))) for thread in thread_ids]
