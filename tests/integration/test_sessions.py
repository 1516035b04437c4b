"""Sessions in Redis, when something goes wrong on the way."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.accounts.sessions import Sessions
from server.db.models import Account

ANN = Account(user_id="ann", username="ann", password_hash="", role="user")


def sessions(redis: Redis) -> Sessions:
    return Sessions(redis, secret=b"s" * 32, access_for=timedelta(minutes=1), refresh_for=timedelta(hours=1))


async def test_a_session_that_cannot_be_given_an_end_is_not_begun(own_redis_url: str) -> None:
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        await redis.acl_setuser(
            "endless", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-expire"]
        )
        async with Redis.from_url(own_redis_url, username="endless", password="none") as endless:
            with pytest.raises(RedisError):
                await sessions(endless).begin(ANN)
        left = await redis.dbsize()

    assert left == 0


async def test_a_session_ends_with_its_refresh_token(own_redis_url: str) -> None:
    async with Redis.from_url(own_redis_url) as redis:
        await redis.flushdb()
        await sessions(redis).begin(ANN)
        (key,) = await redis.keys()

        assert 3590 <= await redis.ttl(key) <= 3600
