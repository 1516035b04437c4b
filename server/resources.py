"""Everything that the server, a worker and the command line hold open, opened in one place."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from configs.settings import Settings
from server import data_folder
from server.checkpoint import AsyncRedisSaver
from server.db.session import Database, open_database
from server.embedded_redis import embedded_redis
from server.keys import RunKeys
from server.runs.catalog import GraphCatalog, load_catalog
from server.runs.executor import RunExecutor
from server.runs.leases import Leases
from server.runs.queue import RunQueue, open_queue
from server.runs.removal import ThreadRemover
from server.runs.results import StateReader
from server.runs.schedules import Schedules
from server.runs.service import RunService
from server.runs.sweeper import Sweeper
from server.runs.webhooks import WebhookSender
from server.stream.broker import EventBroker
from tools.llm.chat_models import open_models
from tools.llm.roles import configured
from tools.storage.local import LocalStorage

MAX_CONNECTIONS = 10_000  # of the event broker: one for each follower
RETRIES = 5  # of a Redis command whose connection broke, over about two seconds


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What is open while the service runs."""

    settings: Settings
    database: Database
    storage: LocalStorage
    broker: EventBroker
    queue: RunQueue
    catalog: GraphCatalog
    runs: RunService
    states: StateReader
    executor: RunExecutor
    webhooks: WebhookSender
    schedules: Schedules
    remover: ThreadRemover
    sweeper: Sweeper


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncGenerator[Resources]:
    """Open all resources; they are closed in reverse order."""
    folder = settings.data_dir
    data_folder.prepare(folder)
    async with AsyncExitStack() as stack:
        redis_url = settings.redis_url or stack.enter_context(embedded_redis(folder / "redis"))
        database = await stack.enter_async_context(open_database(_database_url(settings)))
        redis = await stack.enter_async_context(_connect(redis_url))
        queue = await stack.enter_async_context(open_queue(redis_url))
        checkpointer = AsyncRedisSaver(redis)
        await checkpointer.acheck_server()
        catalog = load_catalog(settings.config, checkpointer)
        keep = timedelta(hours=settings.result_ttl_hours)
        broker = EventBroker(redis, keep=keep)
        storage = LocalStorage(folder / "files")
        runs = RunService(database=database, queue=queue, catalog=catalog, storage=storage)
        webhooks = WebhookSender(
            database=database,
            queue=queue,
            secret=_webhook_secret(settings),
            timeout=settings.webhook_timeout,
            retries=settings.webhook_retry,
            allow_private=settings.webhook_allow_private,
        )
        schedules = Schedules(database=database, queue=queue, runs=runs, webhooks=webhooks)
        remover = ThreadRemover(
            database=database,
            broker=broker,
            leases=Leases(redis, RunKeys(), keep=keep),
            checkpointer=checkpointer,
            storage=storage,
        )
        yield Resources(
            settings=settings,
            database=database,
            storage=storage,
            broker=broker,
            queue=queue,
            catalog=catalog,
            runs=runs,
            states=StateReader(catalog=catalog),
            executor=RunExecutor(
                database=database,
                queue=queue,
                broker=broker,
                catalog=catalog,
                storage=storage,
                models=open_models(configured(settings)),
                timeout=timedelta(seconds=settings.bg_job_timeout_secs),
                keep_results=keep,
            ),
            webhooks=webhooks,
            schedules=schedules,
            remover=remover,
            sweeper=Sweeper(
                redis=redis,
                database=database,
                broker=broker,
                storage=storage,
                runs=runs,
                remover=remover,
                schedules=schedules,
                webhooks=webhooks,
                keep=keep,
                every=timedelta(seconds=settings.sweep_seconds),
            ),
        )


@asynccontextmanager
async def _connect(url: str) -> AsyncGenerator[Redis]:
    client = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - redis-py leaves **kwargs untyped
        url,
        max_connections=MAX_CONNECTIONS,
        retry=Retry(ExponentialBackoff(cap=1, base=0.05), RETRIES),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        socket_timeout=30,  # above the longest blocking read
    )
    async with client:
        yield client


def _database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite+aiosqlite:///{settings.data_dir.resolve() / 'scriptorium.db'}"


def _webhook_secret(settings: Settings) -> bytes:
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value().encode()
    return data_folder.kept_secret(settings.data_dir, "webhook.secret")
