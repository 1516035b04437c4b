"""Which client a URL opens."""

from redis import Redis, RedisCluster
from redis.connection import SSLConnection
from redis.sentinel import SentinelConnectionPool

from server.checkpoint.connection import open_client


def test_a_sentinel_url_names_its_sentinels_service_and_database() -> None:
    client = open_client("redis+sentinel://ada:p%40ss@one:1,two/orders/3")

    assert isinstance(client, Redis)
    pool = client.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "orders"
    sentinels = [s.connection_pool.connection_kwargs for s in pool.sentinel_manager.sentinels]
    assert [(s["host"], s["port"]) for s in sentinels] == [("one", 1), ("two", 26379)]
    options = pool.connection_kwargs
    assert (options["username"], options["password"], options["db"]) == ("ada", "p@ss", 3)


def test_a_sentinel_urls_options_are_redis_pys() -> None:
    pool = open_client("rediss+sentinel://[::1]:7,two/?socket_timeout=2.5&db=4").connection_pool

    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "mymaster"
    assert issubclass(pool.connection_class, SSLConnection)
    assert (pool.connection_kwargs["socket_timeout"], pool.connection_kwargs["db"]) == (2.5, 4)
    assert pool.sentinel_manager.sentinels[0].connection_pool.connection_kwargs["host"] == "::1"


def test_a_single_servers_url_opens_a_plain_client() -> None:
    client = open_client("unix:///run/redis.sock")

    assert isinstance(client, Redis)
    assert not isinstance(client, RedisCluster)
