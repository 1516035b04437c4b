"""docket as this service uses it.

docket 0.27 makes connection pools without retries, so one broken connection ends a worker's loop: it stops
renewing its claims and waits for every run under way before it connects again. Here a command rides out an
outage of some seconds instead, and a single server's short commands share a connection. What is overridden is
private: pyproject.toml pins 0.27, and a test restarts Redis under a worker.
"""

from datetime import timedelta
from typing import Any, Self

from docket import Docket
from docket._redis import RedisConnection
from redis.asyncio import ConnectionPool, RedisCluster

from server.checkpoint.cluster import async_cluster
from server.checkpoint.multiplexed import MultiplexedRedis
from server.checkpoint.sentinel import ask_again
from server.redis_patience import patience

MAX_CONNECTIONS = 1000  # of one pool, which opens up to one for each task under way
KEEP_RECORDS = timedelta(minutes=1)  # of tasks that have ended; what is worth keeping lies in the database


def make_docket(name: str, redis_url: str) -> Docket:
    """A docket on this Redis, not yet connected."""
    separator = "&" if "?" in redis_url else "?"
    url = f"{redis_url}{separator}max_connections={MAX_CONNECTIONS}"
    docket = Docket(name=name, url=url, execution_ttl=KEEP_RECORDS)
    docket._redis = _PatientConnection(url)  # pyright: ignore[reportPrivateUsage] - see above
    return docket


class _PatientConnection(RedisConnection):
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if self._connection_pool is not None and not self.is_sentinel:
            self._client = MultiplexedRedis(connection_pool=self._connection_pool)
            self._stack.push_async_callback(self._client.aclose)
        return self

    async def _connection_pool_from_url(self, *arguments: Any, **options: Any) -> ConnectionPool:
        pool = await super()._connection_pool_from_url(*arguments, **options)
        pool.connection_kwargs |= patience()
        if self.is_sentinel:
            ask_again(pool)
        return pool

    async def _create_cluster_client(self) -> RedisCluster:
        client = async_cluster(self._normalized_url(), socket_timeout=None, **patience())
        await client.initialize()
        return client

    def _create_node_pool(self) -> ConnectionPool:
        pool = super()._create_node_pool()
        pool.connection_kwargs |= patience()
        return pool
