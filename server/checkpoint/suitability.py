"""Whether a Redis server can be trusted with checkpoints."""

import logging
from typing import Any

from server.checkpoint.errors import UnsuitableServer

logger = logging.getLogger(__name__)

MINIMUM_VERSION = (6, 2)


def judge(info: dict[str, Any]) -> None:
    """Refuse a server that is too old, and warn of one that throws data away; `info` is its INFO.

    Raises:
        UnsuitableServer: It is older than Redis 6.2.
    """
    version = str(info.get("redis_version", "0.0"))
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM_VERSION:
        raise UnsuitableServer(
            f"Redis {version} is too old to hold checkpoints.", hint="Use Redis 6.2 or newer, or Valkey."
        )
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        logger.warning(
            "Redis evicts keys when its memory is full (maxmemory-policy %s), and with them parts of "
            "threads. Run: CONFIG SET maxmemory-policy noeviction",
            policy,
        )
