"""Everything that the server, a worker and the command line hold open, opened in one place."""

import os
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from redis.asyncio import RedisCluster

from configs.settings import Settings
from server import data_folder, metrics
from server.accounts.audit import AuditLog
from server.accounts.mail import transport
from server.accounts.rates import RateLimiter
from server.accounts.resets import Resets
from server.accounts.service import Accounts
from server.accounts.sharing import Shares
from server.checkpoint import AsyncRedisSaver
from server.checkpoint.connection import open_async_client
from server.db.session import Database, open_database
from server.embedded_redis import embedded_redis
from server.files.library import FileLibrary
from server.files.uploads import Uploads
from server.keys import CLUSTER_SHARDS, RunKeys
from server.lua import Client
from server.models.answers import SharedAnswers
from server.models.counters import open_counters
from server.models.ledger import RunAccounts, SharedLedger, open_ledger
from server.places import accounts_of, bucket, database_url, file_library
from server.realtime.log import SessionLogs
from server.realtime.session import Parts
from server.realtime.sessions import LiveSessions, open_sessions
from server.realtime.talk import Talks
from server.redis_patience import READ_TIMEOUT, patience
from server.runs import loopback
from server.runs.assistant_removal import AssistantRemover
from server.runs.assistants import Assistants
from server.runs.attempt import GraphRunner
from server.runs.cancelling import Canceller
from server.runs.catalog import GraphCatalog, load_catalog
from server.runs.census import RunCensus
from server.runs.dispatch import Dispatcher
from server.runs.ending import RunEnding
from server.runs.executor import RunExecutor
from server.runs.fair_queue import FairQueue, Limits
from server.runs.held import HeldRuns
from server.runs.keeping import Keeping
from server.runs.langgraph_json import LangGraphJson, enter_project
from server.runs.leases import Leases
from server.runs.queue import RunQueue, open_queue
from server.runs.removal import AT_ONCE, ThreadRemover
from server.runs.results import StateReader
from server.runs.schedules import Schedules
from server.runs.service import RunService
from server.runs.snapshots import Snapshots
from server.runs.sweeper import Sweeper
from server.runs.thread_service import ThreadService
from server.runs.thread_states import ThreadStates
from server.runs.webhook_policy import WebhookPolicy
from server.runs.webhooks import WebhookSender
from server.store import SqlStore
from server.stream.broker import EventBroker, open_broker
from tools.alibaba.signing import AccessKey, Secret
from tools.llm.chat_models import ChatModels, open_models
from tools.llm.layer import Layer
from tools.llm.limits import Turns
from tools.llm.roles import RoleSettings, configured
from tools.llm.spending import Budget
from tools.llm.transport import close_clients
from tools.speech.choosing import SpeechSettings, open_engine, open_speaker
from tools.topics.running.dlc import DlcPlace, DlcPlan, Machine
from tools.topics.running.job import Place
from tools.topics.running.local import LocalProcesses

MAX_CONNECTIONS = 10_000  # in bursts, of the checkpointer most of all


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What is open while the service runs."""

    settings: Settings
    accounts: Accounts
    audit: AuditLog
    rates: RateLimiter
    resets: Resets
    shares: Shares
    project: LangGraphJson
    database: Database
    redis: Client
    files: FileLibrary
    uploads: Uploads
    broker: EventBroker
    queue: RunQueue
    dispatcher: Dispatcher
    catalog: GraphCatalog
    assistants: Assistants
    assistant_remover: AssistantRemover
    runs: RunService
    states: StateReader
    executor: RunExecutor
    canceller: Canceller
    census: RunCensus
    webhooks: WebhookSender
    schedules: Schedules
    remover: ThreadRemover
    threads: ThreadService
    thread_states: ThreadStates
    store: SqlStore
    checkpointer: AsyncRedisSaver
    sweeper: Sweeper
    sessions: LiveSessions
    topics: Place  #: Where what is asked of topics is worked on while somebody waits.


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncGenerator[Resources]:
    """Open all resources; they are closed in reverse order."""
    folder = settings.data_dir
    data_folder.prepare(folder)
    keep = timedelta(hours=settings.result_ttl_hours)
    async with AsyncExitStack() as stack:
        redis_url = settings.redis_url or stack.enter_context(embedded_redis(folder / "redis"))
        database = await stack.enter_async_context(
            open_database(
                database_url(settings),
                connections=settings.database_pool_size,
                overflow=settings.database_max_overflow,
            )
        )
        options: dict[str, Any] = {"max_connections": MAX_CONNECTIONS, "socket_timeout": READ_TIMEOUT}
        options["event_dispatcher"] = metrics.round_trips("state")
        redis = await stack.enter_async_context(open_async_client(redis_url, **options, **patience()))
        queue = await stack.enter_async_context(open_queue(redis_url))
        project = enter_project(settings.config) if settings.config else LangGraphJson(graphs={})
        checkpointer = AsyncRedisSaver(redis, serde=_serde(project))
        await checkpointer.acheck_server()
        loopback.install()
        keeping = _keeping(settings, project)
        store = SqlStore(database, index=keeping.store_index(), ttl=keeping.store_ttl())
        has_accounts = settings.auth == "on" and project.auth is None
        catalog = load_catalog(settings.config, checkpointer, store, has_accounts=has_accounts)
        keys = RunKeys(CLUSTER_SHARDS if isinstance(redis, RedisCluster) else 1)
        broker = await stack.enter_async_context(open_broker(redis, keys, keep=keep))
        files = file_library(settings, database)
        uploads = Uploads(database=database, files=files)
        policy = WebhookPolicy.of(project)
        webhooks = WebhookSender(
            database=database,
            queue=queue,
            secret=_webhook_secret(settings),
            timeout=settings.webhook_timeout,
            retries=settings.webhook_retry,
            allow_private=settings.webhook_allow_private,
            policy=policy,
        )
        dispatcher = Dispatcher(fair_queue=FairQueue(redis, _limits(settings)), queue=queue)
        leases = Leases(redis, keys, duration=timedelta(seconds=settings.lease_seconds), keep=keep)
        snapshots = Snapshots(database=database, catalog=catalog)
        ending = RunEnding(
            database=database,
            broker=broker,
            dispatcher=dispatcher,
            checkpointer=checkpointer,
            snapshots=snapshots,
            keep_results=keep,
            tells=not policy.is_disabled,
        )
        roles = configured(settings)
        stack.push_async_callback(close_clients)
        ledger = await stack.enter_async_context(open_ledger(redis, database))
        models = await stack.enter_async_context(_open_models(roles, redis))
        speech = speech_settings(settings)
        engine, speaker = open_engine(speech, lambda: models), open_speaker(speech, lambda: models)
        run_accounts = _run_accounts(settings, ledger)
        topics, training = topics_place(settings), topics_training(settings)
        executor = RunExecutor(
            worker=_worker_name(),
            database=database,
            leases=leases,
            held=HeldRuns(leases),
            checkpointer=checkpointer,
            runner=GraphRunner(
                catalog=catalog,
                checkpointer=checkpointer,
                broker=broker,
                database=database,
                files=files,
                models=models,
                roles=roles,
                accounts=run_accounts,
                timeout=timedelta(seconds=settings.bg_job_timeout_secs),
                records_content=settings.otel_capture_content,
                engine=engine,
                speaker=speaker,
                topics=topics,
                topics_training=training,
            ),
            ending=ending,
        )
        canceller = Canceller(database=database, leases=leases, ending=ending, executor=executor)
        stack.push_async_callback(canceller.close)
        runs = RunService(
            database=database,
            dispatcher=dispatcher,
            leases=leases,
            canceller=canceller,
            catalog=catalog,
            files=files,
            roles=roles,
        )
        await runs.assistants.register_defaults()
        schedules = Schedules(database=database, queue=queue, runs=runs, webhooks=webhooks)
        remover = ThreadRemover(
            database=database, broker=broker, leases=leases, checkpointer=checkpointer, files=files
        )
        thread_service = ThreadService(
            database=database, checkpointer=checkpointer, canceller=canceller, remover=remover
        )
        talks = Talks(
            catalog=catalog,
            checkpointer=checkpointer,
            leases=leases,
            models=models,
            accounts=run_accounts,
            process=_worker_name(),
        )
        parts = Parts(
            logs=SessionLogs(
                redis,
                process=_worker_name(),
                keep=timedelta(hours=settings.session_max_persistence_hours),
            ),
            talks=talks,
            engine=engine,
            speaker=speaker,
            sample_rate=speech.sample_rate,
        )
        sessions = await stack.enter_async_context(open_sessions(parts))
        rates = RateLimiter(redis)
        yield Resources(
            settings=settings,
            accounts=accounts_of(settings, database, redis),
            audit=AuditLog(database=database, rates=rates),
            rates=rates,
            resets=Resets(
                database=database,
                redis=redis,
                send=transport(settings.mail_url.get_secret_value() if settings.mail_url else None),
                sender=settings.mail_from,
                public_url=settings.public_url,
            ),
            shares=Shares(database=database),
            project=project,
            database=database,
            redis=redis,
            files=files,
            uploads=uploads,
            broker=broker,
            queue=queue,
            dispatcher=dispatcher,
            catalog=catalog,
            assistants=runs.assistants,
            assistant_remover=AssistantRemover(database=database, canceller=canceller, remover=remover),
            runs=runs,
            states=StateReader(catalog=catalog),
            executor=executor,
            census=RunCensus(
                database=database,
                fair_queue=dispatcher.fair_queue,
                leases=leases,
                broker=broker,
                lease=timedelta(seconds=settings.lease_seconds),
                folder=folder,
            ),
            canceller=canceller,
            webhooks=webhooks,
            schedules=schedules,
            remover=remover,
            threads=thread_service,
            thread_states=ThreadStates(
                database=database,
                catalog=catalog,
                checkpointer=checkpointer,
                leases=Leases(redis, keys, duration=timedelta(0), keep=keep),
                broker=broker,
            ),
            store=store,
            checkpointer=checkpointer,
            sessions=sessions,
            topics=topics,
            sweeper=Sweeper(
                redis=redis,
                database=database,
                broker=broker,
                uploads=uploads,
                runs=runs,
                remover=remover,
                schedules=schedules,
                webhooks=webhooks,
                store=store,
                training=training,
                thread_ttl=keeping.thread_ttl(),
                thread_limit=keeping.thread_limit or AT_ONCE,
                keep=keep,
                every=keeping.sweeps(timedelta(seconds=settings.sweep_seconds)),
            ),
        )


@asynccontextmanager
async def _open_models(roles: RoleSettings, redis: Client) -> AsyncGenerator[ChatModels]:
    """The models, with turns and answers that all processes share."""
    async with open_counters(redis, roles.layer.max_concurrent) as counters:
        seconds = roles.layer.cache_seconds
        answers = SharedAnswers(redis, timedelta(seconds=seconds)) if seconds is not None else None
        turns = Turns(counters, roles.layer.limits)
        yield open_models(roles, Layer(turns=turns, answers=answers, prices=roles.layer.prices))


def speech_settings(settings: Settings) -> SpeechSettings:
    """What the settings say of speech."""
    return SpeechSettings(
        hearing=settings.stt_engine,
        speaking=settings.tts_engine,
        sample_rate=settings.vosk_sample_rate,
        models_folder=settings.speech_models,
        vosk_model=settings.vosk_model_path,
        vosk_language=settings.vosk_language,
        script=settings.stt_script,
    )


def topics_place(settings: Settings) -> Place:
    """Where the settings have topics worked on, but for trainings."""
    return LocalProcesses(
        at_once=settings.topics_processes or None,
        memory_mb=settings.topics_memory_mb,
        models=settings.topics_models_dir,
    )


def topics_training(settings: Settings) -> DlcPlace | None:
    """Where the settings have topic models trained; None: where all else is done.

    Raises:
        ServiceError: "missing_package", or "dlc_cost_limit" where no job could ever be afforded.
    """
    if settings.topics_training == "local":
        return None
    key_id, secret = settings.pai_access_key_id, settings.pai_access_key_secret
    assert key_id is not None and secret is not None  # noqa: S101, PT018 - the settings have been checked
    region = settings.pai_region or settings.oss_region
    host = f"{settings.oss_bucket_name}.oss-{settings.oss_region}-internal.aliyuncs.com"
    plan = DlcPlan(
        url=settings.pai_dlc_endpoint or f"https://pai-dlc.{region}.aliyuncs.com",
        key=AccessKey(id=key_id.get_secret_value(), secret=Secret(secret.get_secret_value())),
        workspace_id=settings.pai_workspace_id,
        machine=Machine(
            image=settings.pai_dlc_image,
            ecs_spec=settings.pai_dlc_ecs_spec,
            price_per_hour=settings.pai_dlc_price_per_hour,
        ),
        tuning_machine=_tuning_machine(settings),
        bucket_uri=f"oss://{host}/{settings.pai_dlc_prefix}",
        resource_id=settings.pai_dlc_resource_id,
        max_minutes=settings.pai_dlc_max_minutes,
        max_wait_minutes=settings.pai_dlc_max_wait_minutes,
        max_cost=settings.pai_dlc_max_cost,
    )
    plan.check_cost()
    if plan.tuning_machine is not None:
        plan.check_cost("tune")
    blobs = bucket(settings, settings.pai_dlc_prefix, why="TOPICS_TRAINING=dlc")
    return DlcPlace(plan, blobs, at_once=settings.pai_dlc_jobs)


def _tuning_machine(settings: Settings) -> Machine | None:
    """What embedding models are tuned on; None where that is not set up."""
    if not settings.pai_dlc_tuning_image:
        return None
    return Machine(
        image=settings.pai_dlc_tuning_image,
        ecs_spec=settings.pai_dlc_tuning_ecs_spec,
        price_per_hour=settings.pai_dlc_tuning_price_per_hour,
        price_setting="PAI_DLC_TUNING_PRICE_PER_HOUR",
    )


def _run_accounts(settings: Settings, ledger: SharedLedger) -> RunAccounts:
    return RunAccounts(
        ledger,
        run=Budget(tokens=settings.max_tokens_per_run, cost=settings.max_cost_per_run),
        user=Budget(tokens=settings.max_tokens_per_user_per_day, cost=settings.max_cost_per_user_per_day),
    )


def _keeping(settings: Settings, project: LangGraphJson) -> Keeping:
    return Keeping.of(project, threads=settings.thread_ttl, store=settings.store, config=settings.config)


def _serde(project: LangGraphJson) -> JsonPlusSerializer | None:
    """A serializer that brings back only the types that the project names; None for LangGraph's own rules."""
    spec = project.checkpointer.serde if project.checkpointer else None
    if spec is None:
        return None
    options: dict[str, Any] = {"pickle_fallback": spec.pickle_fallback}
    for name in ("allowed_json_modules", "allowed_msgpack_modules"):
        if name in spec.model_fields_set:
            allowed: list[list[str]] | bool | None = getattr(spec, name)
            options[name] = (
                [tuple(path) for path in allowed] if isinstance(allowed, list) else allowed or None
            )
    return JsonPlusSerializer(**options)


def _limits(settings: Settings) -> Limits:
    return Limits(
        per_owner=settings.max_runs_per_user,
        per_graph=settings.max_runs_per_graph,
        total=settings.max_concurrent_runs,
        waiting=settings.max_queued_runs,
    )


def _worker_name() -> str:
    """A name that no other process has."""
    return f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(3)}"


def _webhook_secret(settings: Settings) -> bytes:
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value().encode()
    return data_folder.kept_secret(settings.data_dir, "webhook.secret")
