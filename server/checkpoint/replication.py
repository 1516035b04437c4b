"""Redis' WAIT: whether replicas have what a connection wrote before a call returns.

WAIT speaks of the connection that it comes on, so it travels in one pipeline with the write.
"""

from datetime import timedelta
from typing import Any

from server.checkpoint import lua
from server.checkpoint.errors import NotReplicated, UnsuitableServer
from server.checkpoint.plan import Batch, Command, Replies, SaverOptions, ScriptCall, milliseconds

# Each of them changes a key whenever it answers "ok", also when it repeats itself. WAIT speaks of the
# last change of its connection on Redis 8 and Valkey 8, and confirms at once when there is none.
WAITED_FOR = (lua.PUT, lua.PUT_WRITES, lua.FENCE)


def check_client(client: Any, options: SaverOptions, *, is_cluster: bool) -> None:
    """Refuse a client on which a write and its WAIT might part.

    Raises:
        UnsuitableServer: It is a Cluster's.
        ValueError: It gives up on a reply before the replicas' time is over.
    """
    if not options.replicas:
        return
    if is_cluster:
        raise UnsuitableServer(
            "The option replicas does not work on a Redis Cluster: when a slot has moved, redis-py sends the "
            "write again on another connection than its WAIT, which then confirms nothing.",
            hint="Leave it at 0, and set min-replicas-to-write on the Cluster's nodes.",
        )
    patience = client.connection_pool.connection_kwargs.get("socket_timeout")
    if patience is not None and timedelta(seconds=patience) <= options.replica_timeout:
        raise ValueError(
            f"replica_timeout ({options.replica_timeout!r}) must be less than the client's socket_timeout "
            f"({patience} s)."
        )


def wait_for(batch: Batch, options: SaverOptions) -> Command | None:
    """The command that follows a batch which replicas must confirm; None for any other batch."""
    if options.replicas and any(isinstance(c, ScriptCall) and c.script in WAITED_FOR for c in batch):
        return Command(("WAIT", options.replicas, milliseconds(options.replica_timeout)))
    return None


def confirmed(replies: Replies, options: SaverOptions) -> Replies:
    """A batch's replies without the WAIT's at their end.

    Raises:
        NotReplicated: Something was written, and too few replicas have it.
    """
    *others, replicas = replies
    written = any(type(reply) is list and reply[0] == b"ok" for reply in others)
    if written and replicas < options.replicas:
        raise NotReplicated(
            f"{replicas} of {options.replicas} replicas confirmed a write within {options.replica_timeout}.",
            hint="See whether the replicas keep pace. The primary has the write; another try is safe.",
        )
    return others
