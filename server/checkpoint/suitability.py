"""Whether a Redis server can be trusted with checkpoints."""

import logging
from typing import Any

from server.checkpoint.errors import UnsuitableServer

logger = logging.getLogger(__name__)

MINIMUM_VERSION = (6, 2)


def refuse_old(info: dict[str, Any]) -> None:
    """Refuse a server that is too old; `info` is its INFO.

    Raises:
        UnsuitableServer: It is older than Redis 6.2.
    """
    version = str(info.get("redis_version", "0.0"))
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM_VERSION:
        raise UnsuitableServer(
            f"Redis {version} is too old to hold checkpoints.", hint="Use Redis 6.2 or newer, or Valkey."
        )


def eviction_policy(reply: dict[str, Any]) -> str | None:
    """The maxmemory-policy in an INFO or in a CONFIG GET's reply; None when it does not say."""
    return reply.get("maxmemory_policy") or reply.get("maxmemory-policy")


def warn_of_eviction(policy: str | None) -> None:
    """Warn of a server that throws data away when its memory is full, and of one that does not say."""
    if policy is None:
        logger.warning(
            "Redis does not tell its maxmemory-policy: see to it that it is noeviction, "
            "or threads lose parts when its memory is full"
        )
    elif policy != "noeviction":
        logger.warning(
            "Redis evicts keys when its memory is full (maxmemory-policy %s), and with them parts of "
            "threads. Run: CONFIG SET maxmemory-policy noeviction",
            policy,
        )
