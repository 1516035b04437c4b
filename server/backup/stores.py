"""What a backup reads and a restore fills, opened without anything that runs."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.checkpoint.connection import open_async_client
from server.db.session import Database, open_database
from server.embedded_redis import embedded_redis
from server.files.library import FileLibrary
from server.keys import PREFIX

#: Checkpoints, leases, event logs and histories. Not the queues, which the sweeper fills again from the
#: database, and not sessions: what was revoked since then must not come back.
PATTERNS = (f"{PREFIX}:checkpoint:*", f"{PREFIX}:{{runs-*")
SECRETS = ("auth.secret", "webhook.secret")  # files of the data folder that sign


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Everything that is kept."""

    folder: Path
    database: Database
    redis: Any  #: A client that returns bytes.
    files: FileLibrary

    async def redis_keys(self) -> "AsyncGenerator[bytes]":
        """Every key that a backup holds."""
        for pattern in PATTERNS:
            async for key in self.redis.scan_iter(match=pattern, count=1000):
                yield key


@asynccontextmanager
async def open_stores(
    folder: Path, *, database_url: str, redis_url: str | None, files: Any
) -> AsyncGenerator[Stores]:
    """Open them.

    Args:
        redis_url: None for the embedded server of the folder.
        files: Makes the library on a database.
    """
    async with AsyncExitStack() as stack:
        url = redis_url or stack.enter_context(embedded_redis(folder / "redis"))
        database = await stack.enter_async_context(open_database(database_url))
        redis = await stack.enter_async_context(open_async_client(url))
        yield Stores(folder=folder, database=database, redis=redis, files=files(database))
