"""Where the settings say that things lie: the database, files and accounts.

For commands that need no graphs, and so do not have to load them.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from configs.settings import Settings
from server import data_folder
from server.accounts.audit import AuditLog
from server.accounts.lockout import Lockout
from server.accounts.rates import RateLimiter
from server.accounts.service import Accounts
from server.accounts.sessions import Sessions
from server.checkpoint.connection import open_async_client
from server.db.models import Retention
from server.db.session import Database, open_database
from server.embedded_redis import embedded_redis
from server.files.library import FileLibrary
from server.files.limits import FileLimits
from server.lua import Client
from tools.errors import Unavailable
from tools.storage.blobs import Blobs
from tools.storage.local_blobs import LocalBlobs


def database_url(settings: Settings) -> str:
    """Where the database of these settings is."""
    return settings.database_url or f"sqlite+aiosqlite:///{settings.data_dir.resolve() / 'scriptorium.db'}"


def accounts_of(settings: Settings, database: Database, redis: Client) -> Accounts:
    """The accounts of these settings."""
    given = settings.auth_secret
    secret = (
        given.get_secret_value().encode()
        if given is not None
        else data_folder.kept_secret(settings.data_dir, "auth.secret")
    )
    sessions = Sessions(
        redis,
        secret=secret,
        access_for=timedelta(minutes=settings.access_token_minutes),
        refresh_for=timedelta(days=settings.refresh_token_days),
    )
    return Accounts(database=database, sessions=sessions, lockout=Lockout(redis))


def file_library(settings: Settings, database: Database) -> FileLibrary:
    """The files of these settings."""
    folder = settings.data_dir / "files"
    kept: dict[Retention, timedelta] = {"temp": timedelta(hours=settings.temp_files_hours)}
    if settings.input_files_days:
        kept["inputs"] = timedelta(days=settings.input_files_days)
    if settings.output_files_days:
        kept["outputs"] = timedelta(days=settings.output_files_days)
    limits = FileLimits(
        max_file_size=settings.max_file_size,
        max_video_size=settings.max_video_size,
        quota=settings.user_quota,
        kept_for=kept,
    )
    return FileLibrary(database=database, blobs=_blobs(settings), incoming=folder / "incoming", limits=limits)


def _blobs(settings: Settings) -> Blobs:
    if settings.storage == "local":
        return LocalBlobs(settings.data_dir / "files" / "kept")
    return bucket(settings, settings.oss_prefix, why="STORAGE=oss")


def bucket(settings: Settings, prefix: str, *, why: str) -> Blobs:
    """A folder of the bucket of these settings.

    Raises:
        Unavailable: "missing_package".
    """
    try:
        from tools.storage.oss import OssBlobs  # noqa: PLC0415 - its SDK is an extra
    except ImportError as error:
        raise Unavailable(
            f"{why} needs the package alibabacloud-oss-v2.",
            hint="pip install 'scriptorium-service[oss]'",
            code="missing_package",
        ) from error
    key_id, secret = settings.oss_access_key_id, settings.oss_access_key_secret
    assert key_id is not None and secret is not None  # noqa: S101, PT018 - the settings have been checked
    return OssBlobs(
        bucket=settings.oss_bucket_name,
        region=settings.oss_region,
        endpoint=settings.oss_endpoint or f"oss-{settings.oss_region}.aliyuncs.com",
        link_endpoint=settings.oss_link_endpoint,
        prefix=prefix,
        access_key_id=key_id.get_secret_value(),
        access_key_secret=secret.get_secret_value(),
    )


@asynccontextmanager
async def open_accounts(settings: Settings) -> AsyncGenerator[tuple[Accounts, AuditLog]]:
    """The accounts and their audit log, without anything that runs."""
    folder = settings.data_dir
    data_folder.prepare(folder)
    async with AsyncExitStack() as stack:
        redis_url = settings.redis_url or stack.enter_context(embedded_redis(folder / "redis"))
        database = await stack.enter_async_context(open_database(database_url(settings)))
        redis = await stack.enter_async_context(open_async_client(redis_url))
        yield accounts_of(settings, database, redis), AuditLog(database=database, rates=RateLimiter(redis))
