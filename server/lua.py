"""Scripts that run inside Redis, each one atomic, called by their hash."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

Client = Redis | RedisCluster
Argument = str | bytes | int
UNANSWERED = (RedisError, RedisClusterException, OSError)  #: Whatever may come instead of a reply.


@dataclass(frozen=True, slots=True)
class Script:
    """A script and the hash by which a server knows it once it has seen it."""

    source: str
    sha: str

    async def call(self, client: Client, keys: Sequence[str], *arguments: Argument) -> Any:
        """Run it; a server that has not seen it is sent the source.

        Raises:
            RedisError: It failed, or nobody answered.
        """
        send: Any = client.execute_command  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - redis-py types it for both of its clients
        try:
            return await send("EVALSHA", self.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return await send("EVAL", self.source, len(keys), *keys, *arguments)


def load(*paths: str) -> Script:
    """Several files as one script.

    Args:
        paths: ``package/name``, for the file ``scripts/name.lua`` of ``server.package``.
    """
    source = "\n".join(_read(*path.split("/")) for path in paths)
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest())


def _read(package: str, name: str) -> str:
    folder = resources.files(f"server.{package}") / "scripts"
    return (folder / f"{name}.lua").read_text(encoding="utf-8")
