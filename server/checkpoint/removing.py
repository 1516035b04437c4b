"""Plans that remove checkpoints."""

from collections.abc import Sequence

from server import keys
from server.checkpoint import layout, lua, registry
from server.checkpoint.plan import Command, Plan, Planner, accepted, call


def delete_thread(planner: Planner, thread_id: str) -> Plan[None]:
    """Remove a thread whole, in one step."""
    meta, *others = layout.thread_keys(thread_id)
    (names,) = yield [Command(("HKEYS", meta))]
    runs = [layout.split(name)[1] for name in names if name.startswith(b"r\x1f")]
    for known in list(planner.known):  # a copy: other threads of this process may add to it
        if known[0] == thread_id:
            planner.known.pop(known, None)
    yield [*registry.removal(thread_id, runs), Command(("UNLINK", meta, *others))]


def prune(planner: Planner, thread_ids: Sequence[str], strategy: str) -> Plan[None]:
    """Keep the newest checkpoint of every namespace, or nothing.

    Ancestors from which a kept DeltaChannel is rebuilt stay, too.
    """
    if strategy not in ("keep_latest", "delete"):
        raise ValueError(f"strategy must be 'keep_latest' or 'delete', not {strategy!r}")
    for thread_id in thread_ids:
        if strategy == "delete":
            yield from delete_thread(planner, thread_id)
        else:
            (reply,) = yield [call(lua.PRUNE, thread_id, 1)]
            accepted(reply, thread_id)


def delete_for_runs(run_ids: Sequence[str]) -> Plan[None]:
    """Remove the checkpoints that some runs made, but none from which a DeltaChannel of others is rebuilt."""
    for run_id in (name.replace("\x00", "") for name in run_ids):  # LangGraph's metadata have no NUL
        for thread_id in (yield from registry.threads_of_run(run_id)):
            (reply,) = yield [call(lua.PRUNE, thread_id, 0, layout.escape(run_id))]
            *_, kept_for_others = accepted(reply, thread_id)
            if not kept_for_others:
                member = layout.join(run_id, thread_id)
                yield [Command(("ZREM", keys.CHECKPOINT_RUNS, member))]
            gone = yield from registry.absent([thread_id])
            yield from registry.forget_absent(gone)
