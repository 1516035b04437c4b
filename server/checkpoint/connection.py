"""Clients from URLs: a single server, a Sentinel's primary, or a Cluster.

``redis://``, ``rediss://`` (TLS) and ``unix://`` as redis-py reads them; ``redis+cluster://host:port`` for a
Redis Cluster; ``redis+sentinel://host:port,host:port/service/db`` for the primary that Sentinels name.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from redis import Redis, RedisCluster, Sentinel
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import RedisCluster as AsyncRedisCluster
from redis.asyncio import Sentinel as AsyncSentinel

from server.checkpoint.errors import UnsuitableServer

Client = Redis | RedisCluster
AsyncClient = AsyncRedis | AsyncRedisCluster
SENTINEL_PORT = 26379


def open_client(url: str) -> Client:
    """A blocking client of the server at this URL; it connects with its first command."""
    return _open(url, Redis, RedisCluster, Sentinel)


def open_async_client(url: str, **options: Any) -> AsyncClient:
    """An asyncio client of the server at this URL; it connects with its first command.

    Args:
        options: Of redis-py's clients and their connections.
    """
    return _open(url, AsyncRedis, AsyncRedisCluster, AsyncSentinel, **options)


def _open(url: str, single: Any, cluster: Any, sentinel: Callable[..., Any], **options: Any) -> Any:
    scheme = url.partition("://")[0]
    if scheme in ("redis+cluster", "rediss+cluster"):
        return cluster.from_url(url.replace("+cluster", "", 1), **options)
    if scheme in ("redis+sentinel", "rediss+sentinel"):
        return _primary(url, sentinel, **options)
    if scheme in ("redis", "rediss", "unix"):
        return single.from_url(url, **options)
    raise UnsuitableServer(f"{scheme!r} is no scheme of Redis URLs.", hint=(__doc__ or "").strip())


def _primary(url: str, sentinel: Callable[..., Any], **options: Any) -> Any:
    """The client of the primary that the Sentinels of a URL name."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    service, _, database = parts.path.strip("/").partition("/")
    addresses = [host.partition(":") for host in hosts.split(",")]
    found = sentinel(
        [(host, int(port or SENTINEL_PORT)) for host, _, port in addresses],
        username=unquote(user) or None,
        password=unquote(password) or None,
        db=int(database or 0),
        ssl=parts.scheme.startswith("rediss"),
    )
    return found.master_for(unquote(service) or "mymaster", **options)


def refuse_decoding(client: Any) -> None:
    """Raise ValueError for a client that turns replies into text: checkpoints are bytes."""
    pool: Any = getattr(client, "connection_pool", None)
    options: dict[str, Any] = pool.connection_kwargs if pool is not None else {}
    options = options or getattr(client, "connection_kwargs", {})
    if options.get("decode_responses"):
        raise ValueError("A checkpointer's client must return bytes: leave decode_responses off.")
