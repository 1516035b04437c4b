"""Clients of the primary that Sentinels name, which go on with the next one after a fail-over.

A command that meets a dead primary is repeated while the Sentinels elect another. redis-py asks them for
every new connection, but not when it repeats a command on a connection that broke
(https://github.com/redis/redis-py/issues/3874); the connections here do.
"""

from typing import Any, cast
from urllib.parse import unquote, urlsplit

from redis import Redis, Sentinel
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio import Sentinel as AsyncSentinel
from redis.asyncio import sentinel as async_sentinel
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.connection import parse_url  # pyright: ignore[reportUnknownVariableType] - redis-py leaves it untyped
from redis.retry import Retry
from redis.sentinel import SentinelManagedConnection, SentinelManagedSSLConnection

PORT = 26379
TIMEOUT = 1.0  # seconds until the next Sentinel is asked
# A command is repeated this often, and so is the connecting within each try: together for about 55 seconds.
# By default Sentinels take 30 seconds to give a primary up, and a few more to promote a replica.
RETRIES = 8
BACKOFF = ExponentialBackoff(base=0.05, cap=1)  # seconds


class _AsksAgain:
    """Makes a connection ask the Sentinels whenever it connects."""

    def connect_check_health(self, check_health: bool = True, retry_socket_connect: bool = True) -> Any:
        this: Any = self
        if retry_socket_connect:  # `connect` comes here without it, once a Sentinel has answered
            return this.connect()
        parent: Any = super()
        return parent.connect_check_health(check_health, retry_socket_connect)


class _Connection(_AsksAgain, SentinelManagedConnection):
    pass


class _SecureConnection(_AsksAgain, SentinelManagedSSLConnection):
    pass


# What redis-py awaits is what these return.
class _AsyncConnection(_AsksAgain, async_sentinel.SentinelManagedConnection):
    pass


class _AsyncSecureConnection(_AsksAgain, async_sentinel.SentinelManagedSSLConnection):
    pass


class _Primary(Redis):
    """A primary's client; it closes its connections to the Sentinels, too."""

    def close(self) -> None:
        super().close()
        pool: Any = self.connection_pool
        pool.sentinel_manager.close()


class _AsyncPrimary(AsyncRedis):
    """The same for asyncio."""

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await super().aclose(close_connection_pool)
        pool: Any = self.connection_pool
        await pool.sentinel_manager.aclose()


def primary(url: str) -> Redis:
    """A blocking client of the primary that a ``redis://host:port,host:port/service/db`` names."""
    connection = _SecureConnection if url.startswith("rediss") else _Connection
    return _client(url, Sentinel, _Primary, connection, Retry)


def async_primary(url: str, **options: Any) -> AsyncRedis:
    """The same for asyncio.

    Args:
        options: Of redis-py's connections. How often a command is repeated is not for them to say.
    """
    options = {name: value for name, value in options.items() if not name.startswith("retry")}
    connection = _AsyncSecureConnection if url.startswith("rediss") else _AsyncConnection
    return _client(url, AsyncSentinel, _AsyncPrimary, connection, AsyncRetry, **options)


def ask_again(pool: Any) -> None:
    """Have the connections of another one's asyncio pool of a primary ask the Sentinels, too."""
    is_secure = issubclass(pool.connection_class, async_sentinel.SentinelManagedSSLConnection)
    pool.connection_class = _AsyncSecureConnection if is_secure else _AsyncConnection


def _client(url: str, sentinel: Any, client: Any, connection: Any, retry: Any, **given: Any) -> Any:
    parts = urlsplit(url)
    credentials, at, hosts = parts.netloc.rpartition("@")
    service, _, database = parts.path.strip("/").partition("/")
    query = f"?{parts.query}" if parts.query else ""
    options = cast("dict[str, Any]", parse_url(f"redis://{credentials}{at}primary/{database or 0}{query}"))
    del options["host"]
    found = sentinel(
        [_address(host) for host in hosts.split(",")],
        sentinel_kwargs={
            "socket_timeout": TIMEOUT,
            "socket_connect_timeout": TIMEOUT,
            "retry": retry(NoBackoff(), 0),
        },
        connection_class=connection,
        retry=retry(BACKOFF, RETRIES),
        **options,
    )
    return found.master_for(unquote(service) or "mymaster", redis_class=client, **given)


def _address(place: str) -> tuple[str, int]:
    """A Sentinel's host and port; an IPv6 address stands in brackets."""
    parts = urlsplit(f"//{place}")
    return parts.hostname or "", parts.port or PORT
