"""A Redis Cluster's client for asyncio that waits for a node that is away.

redis-py asks the Cluster anew and tries again, but at once: its tries are used up before a node is back. And
a pipeline that fails has the client close all its connections, under whatever other commands are on them;
these meet an AttributeError.
"""

import asyncio
from typing import Any, cast

from redis.asyncio import Connection, RedisCluster, SSLConnection
from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    ConnectionError,
    RedisClusterException,
    SlotNotCoveredError,
    TimeoutError,
)

PATIENCE = 20.0  # seconds: within these, by default, a node is given up and its replica promoted
LONGEST_PAUSE = 1.0  # seconds between two rounds
_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ClusterDownError, SlotNotCoveredError)
_UNREACHED = "Redis Cluster cannot be connected"  # how an error begins that has no class of its own


class _Tells:
    """Says of a connection that was closed under a command that it was, and not what Python makes of it."""

    async def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
        parent: Any = super()
        try:
            await parent.send_packed_command(*args, **kwargs)
        except AttributeError as error:
            if error.obj is not None:
                raise
            raise ConnectionError("The connection was closed under the command") from error


class _Connection(_Tells, Connection):
    pass


class _SecureConnection(_Tells, SSLConnection):
    pass


class PatientCluster(RedisCluster):
    """Repeats a command that found no node to answer it, for some seconds. Takes RedisCluster's arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        parent: Any = super()  # redis-py types its arguments in part
        parent.__init__(*args, **kwargs)
        manager: Any = self.nodes_manager
        is_secure = manager.connection_kwargs["connection_class"] is SSLConnection
        manager.connection_kwargs["connection_class"] = _SecureConnection if is_secure else _Connection
        for node in manager.startup_nodes.values():
            node.connection_class = manager.connection_kwargs["connection_class"]

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; raises as redis-py does when the nodes stay away."""
        parent: Any = super()
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + PATIENCE, 0.05
        while True:
            try:
                return await parent.execute_command(*args, **kwargs)
            except (*_AWAY, RedisClusterException) as error:
                is_away = isinstance(error, _AWAY) or str(error).startswith(_UNREACHED)
                if not is_away or loop.time() + pause > deadline:
                    raise
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)


def async_cluster(url: str, **options: Any) -> PatientCluster:
    """A client of the Cluster of which a ``redis://`` URL names a node."""
    return cast("PatientCluster", PatientCluster.from_url(url, **options))
