"""How long a Redis command is tried again when its connection breaks.

The commands of this service may all be repeated: scripts refuse what they have done already. So a restart
or a fail-over of Redis that takes some seconds is waited for inside the command, and no run notices it.
"""

from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.driver_info import DriverInfo
from redis.exceptions import BusyLoadingError, ReadOnlyError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

RETRIES = 25  # over about 20 seconds: below the lease of a run, which lapses after 30
LONGEST_PAUSE = 1.0  # seconds between two attempts
READ_TIMEOUT = 30.0  # seconds; above the longest blocking read
CONNECT_TIMEOUT = 5.0  # seconds
_DRIVER = DriverInfo()  # without it, each connection reads the package's metadata for a millisecond


def patience() -> dict[str, Any]:
    """Options of a client or a connection pool, without a read time-out of its own."""
    return {
        "retry": Retry(ExponentialBackoff(cap=LONGEST_PAUSE, base=0.05), RETRIES),
        "retry_on_error": [RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError],
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "driver_info": _DRIVER,
    }
