"""Clients from URLs: a single server, a Sentinel's primary, or a Cluster.

``redis://``, ``rediss://`` (TLS) and ``unix://`` as redis-py reads them; ``redis+cluster://host:port`` for a
Redis Cluster; ``redis+sentinel://host:port,host:port/service/db`` for the primary that Sentinels name. What
follows a ``?`` are redis-py's options, such as ``socket_timeout``.
"""

from collections.abc import Callable
from typing import Any

from redis import Redis, RedisCluster
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import RedisCluster as AsyncRedisCluster

from server.checkpoint import cluster, sentinel
from server.checkpoint.errors import UnsuitableServer
from server.checkpoint.multiplexed import MultiplexedRedis

Client = Redis | RedisCluster
AsyncClient = AsyncRedis | AsyncRedisCluster


def open_client(url: str) -> Client:
    """A blocking client of the server at this URL; it connects with its first command."""
    return _open(url, Redis, RedisCluster.from_url, sentinel.primary)


def open_async_client(url: str, **options: Any) -> AsyncClient:
    """An asyncio client of the server at this URL; it connects with its first command.

    Args:
        options: Of redis-py's clients and their connections.
    """
    return _open(url, MultiplexedRedis, cluster.async_cluster, sentinel.async_primary, **options)


def _open(
    url: str, single: Any, nodes: Callable[..., Any], primary: Callable[..., Any], **options: Any
) -> Any:
    scheme, _, rest = url.partition("://")
    plain, _, kind = scheme.partition("+")
    if kind == "cluster" and plain in ("redis", "rediss"):
        return nodes(f"{plain}://{rest}", **options)
    if kind == "sentinel" and plain in ("redis", "rediss"):
        return primary(f"{plain}://{rest}", **options)
    if scheme in ("redis", "rediss", "unix"):
        return single.from_url(url, **options)
    raise UnsuitableServer(f"{scheme!r} is no scheme of Redis URLs.", hint=(__doc__ or "").strip())


def refuse_decoding(client: Any) -> None:
    """Raise ValueError for a client that turns replies into text: checkpoints are bytes."""
    pool: Any = getattr(client, "connection_pool", None)
    options: dict[str, Any] = pool.connection_kwargs if pool is not None else {}
    options = options or getattr(client, "connection_kwargs", {})
    if options.get("decode_responses"):
        raise ValueError("A checkpointer's client must return bytes: leave decode_responses off.")
