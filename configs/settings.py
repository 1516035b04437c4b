"""Every setting of the service, and the only place that reads the environment.

A setting comes from, strongest first: a command line flag, the environment, the file ``.env`` in the
working directory, the default below. A value that cannot be used stops the start with one line that says
which setting it is, what is wrong with it and what is allowed.
"""

import json
import os
import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    ByteSize,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from configs.keeping import StoreSetting, ThreadTtlSetting

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]

ENV_FILE = Path(".env")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+")
_URL_PASSWORD = re.compile(r"(://[^:/@]*:)[^/]+@")
PLACEHOLDER = "CHANGE_ME"  # of deploy/.env.production.example, where a secret belongs
_ROLES = (
    *("primary", "fast", "translate", "subtitle", "judge"),
    *("embedding", "rerank", "asr", "tts", "vision", "realtime"),
)
REDIS_SCHEMES = (
    "redis",
    "rediss",
    "unix",
    "redis+cluster",
    "rediss+cluster",
    "redis+sentinel",
    "rediss+sentinel",
)


class SettingsError(Exception):
    """One or more settings cannot be used; the message has one line for each."""


def _known_scheme(*schemes: str) -> AfterValidator:
    def check(url: str | None) -> str | None:
        if url is not None and not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ValueError(f"must start with one of {', '.join(f'{s}://' for s in schemes)}")
        return url

    return AfterValidator(check)


class Settings(BaseSettings):
    """The service's settings; each field's alias is its name in the environment."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # --- server
    host: str = Field("127.0.0.1", alias="HOST", description="Address to listen on.")
    port: int = Field(
        8000, alias="PORT", ge=0, le=65535, description="Port to listen on; 0 picks a free one."
    )
    allow_unauthenticated_network: bool = Field(
        False,
        alias="ALLOW_UNAUTHENTICATED_NETWORK",
        description="Let HOST be other than loopback although nobody has to log in. "
        "Only behind a proxy that checks who asks.",
    )
    forwarded_allow_ips: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1",),
        alias="FORWARDED_ALLOW_IPS",
        description="Comma-separated addresses and networks of proxies that are believed when they say, by "
        "X-Forwarded-For and X-Forwarded-Proto, whom they speak for; * for any.",
    )
    metrics_host: str = Field(
        "127.0.0.1",
        alias="METRICS_HOST",
        description="Address on which a worker serves /metrics, to whoever can reach it.",
    )
    metrics_port: int | None = Field(
        None,
        alias="METRICS_PORT",
        ge=0,
        le=65535,
        description="Port on which a worker serves /metrics; 0 picks a free one. Unset: it does not.",
    )
    auth: Literal["off", "on"] = Field(
        "off",
        alias="AUTH",
        description="`on`: everybody has to log in or send an API key, and sees what is theirs. "
        "`off`: nobody is told apart; on loopback only.",
    )
    auth_secret: SecretStr | None = Field(
        None,
        alias="AUTH_SECRET",
        min_length=32,
        description="Key that signs access tokens; the same for all processes, 32 characters or more. Unset: "
        "one is made and kept in DATA_DIR.",
    )
    allow_registration: bool = Field(
        False,
        alias="ALLOW_REGISTRATION",
        description="Let anybody make an account of the role `user`. Unset: admins make them.",
    )
    access_token_minutes: float = Field(
        15,
        alias="ACCESS_TOKEN_MINUTES",
        gt=0,
        le=1440,
        description="Minutes that an access token is good for.",
    )
    refresh_token_days: float = Field(
        30,
        alias="REFRESH_TOKEN_DAYS",
        gt=0,
        le=365,
        description="Days after which a session ends that nobody refreshed.",
    )
    login_rate: int = Field(
        30,
        alias="LOGIN_RATE",
        ge=0,
        description="Requests a minute from one address to log in, refresh, register or reset a password; "
        "0: no limit but that on failures.",
    )
    registration_rate: int = Field(
        10,
        alias="REGISTRATION_RATE",
        ge=0,
        description="Accounts that one address may try to register in an hour, taken names included; "
        "0: no limit.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="ALLOWED_HOSTS",
        description="Comma-separated host names, besides this machine's and that of PUBLIC_URL, by which the "
        "service may be called with AUTH=on; * for any. Addresses always may, if HOST is not loopback.",
    )
    public_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="PUBLIC_URL",
        description="Where users reach the service, such as https://example.org; for links in mails.",
    )
    mail_url: SecretStr | None = Field(
        None,
        alias="MAIL_URL",
        description="How mails are sent: smtp://USER:PASSWORD@HOST:587 (with STARTTLS), smtps://..., or "
        "`log:`, into the log. Unset: none are.",
    )
    mail_from: str = Field(
        "scriptorium@localhost", alias="MAIL_FROM", description="Address that mails come from."
    )
    metrics_token: SecretStr | None = Field(
        None,
        alias="METRICS_TOKEN",
        min_length=16,
        description="Bearer token that opens /metrics; without it only admins and this machine may read them "
        "where users are told apart.",
    )
    rate_limit: int = Field(
        1200,
        alias="RATE_LIMIT",
        ge=0,
        description="Requests a minute of one user, by whatever credentials; 0: no limit.",
    )
    rate_limit_per_key: int = Field(
        600, alias="RATE_LIMIT_PER_KEY", ge=0, description="Of these, by one API key; 0: no limit."
    )
    data_dir: Path = Field(Path("./data"), alias="DATA_DIR", description="Folder of everything that is kept.")
    config: Path | None = Field(
        None,
        alias="SCRIPTORIUM_CONFIG",
        description="A langgraph.json whose graphs are served instead of ours.",
    )
    log_level: LogLevel = Field("INFO", alias="LOG_LEVEL", description="Least severe level that is logged.")
    log_format: Literal["text", "json"] = Field(
        "text", alias="LOG_FORMAT", description="Lines for people, or one JSON object a line."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="ALLOWED_ORIGINS",
        description="Comma-separated origins whose pages may call the API, besides those on this machine; "
        "* for any.",
    )

    allow_truncate: bool = Field(
        False,
        alias="ALLOW_TRUNCATE",
        description="Serve POST /internal/truncate, which removes everything; for test suites of clients.",
    )

    # --- state
    redis_url: Annotated[str | None, _known_scheme(*REDIS_SCHEMES)] = Field(
        None,
        alias="REDIS_URL",
        description="Redis (>= 6.2) or Valkey; redis+cluster:// and redis+sentinel:// for several servers. "
        "Unset: a server of our own, in DATA_DIR.",
    )
    database_url: Annotated[str | None, _known_scheme("sqlite+aiosqlite", "postgresql+asyncpg")] = Field(
        None,
        alias="DATABASE_URL",
        description="SQL database (PostgreSQL needs the extra `postgres`). Unset: SQLite in DATA_DIR.",
    )
    database_pool_size: int = Field(
        5, alias="DATABASE_POOL_SIZE", ge=1, le=1000, description="Database connections a process keeps open."
    )
    database_max_overflow: int = Field(
        10, alias="DATABASE_MAX_OVERFLOW", ge=0, le=1000, description="Further ones that it opens in bursts."
    )
    result_ttl_hours: float = Field(
        24,
        alias="RESULT_TTL_HOURS",
        gt=0,
        le=24 * 365,
        description="Hours that streams and the results of recogniser tasks are kept after the run's end.",
    )

    thread_ttl: ThreadTtlSetting | None = Field(
        None,
        alias="LANGGRAPH_THREAD_TTL",
        description=(
            "TTL of threads without one of their own, as JSON: `strategy` (`delete` or `keep_latest`), "
            "`default_ttl` (minutes after the last change), `sweep_interval_minutes` and `sweep_limit` of "
            "the search for them. Unset: they are kept."
        ),
    )
    store: StoreSetting | None = Field(
        None,
        alias="LANGGRAPH_STORE",
        description=(
            "The store, as JSON: `index` (`dims`, `embed` as module:function or provider:model, `fields`) "
            "makes documents searchable by meaning; `ttl` has `default_ttl` (minutes), `refresh_on_read` and "
            "`sweep_interval_minutes`."
        ),
    )
    sweep_seconds: float = Field(
        60,
        alias="SWEEP_SECONDS",
        gt=0,
        le=1800,
        description="Seconds between two searches for what is kept too long or was lost on its way.",
    )

    # --- runs
    n_jobs_per_worker: int = Field(
        10, alias="N_JOBS_PER_WORKER", ge=1, le=1000, description="Runs that one worker executes at a time."
    )
    lease_seconds: float = Field(
        30,
        alias="LEASE_SECONDS",
        ge=2,
        le=3600,
        description="Seconds of silence after which a worker is taken for dead and another one has its runs.",
    )
    bg_job_shutdown_grace_period_secs: float = Field(
        20,
        alias="BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS",
        ge=0,
        description="Seconds that runs get to end their step when a worker stops; below LEASE_SECONDS.",
    )
    max_concurrent_runs: int = Field(
        0,
        alias="MAX_CONCURRENT_RUNS",
        ge=0,
        description="Runs executed at a time by all workers together; 0: as many as they have room for.",
    )
    max_runs_per_user: int = Field(
        0, alias="MAX_RUNS_PER_USER", ge=0, description="Of these, runs of one user; 0: no limit but turns."
    )
    max_runs_per_graph: int = Field(
        0, alias="MAX_RUNS_PER_GRAPH", ge=0, description="Of these, runs of one graph; 0: no limit."
    )
    max_queued_runs: int = Field(
        100_000,
        alias="MAX_QUEUED_RUNS",
        ge=0,
        description="Runs that may wait; further ones are refused with 429. 0: no limit.",
    )
    bg_job_timeout_secs: float = Field(
        86400, alias="BG_JOB_TIMEOUT_SECS", gt=0, description="Seconds after which a run ends with `timeout`."
    )
    max_body_size: ByteSize = Field(
        ByteSize(41 * 1024 * 1024),
        alias="MAX_BODY_SIZE",
        ge=1024,
        description="Largest request body that is no upload; a text takes up to twice its bytes as JSON.",
    )

    # --- files
    max_file_size: ByteSize = Field(
        ByteSize(100 * 1024 * 1024),
        alias="MAX_FILE_SIZE",
        ge=1024,
        description="Largest file but a video: bytes, or a number with KiB, MiB, MB...",
    )
    max_video_size: ByteSize = Field(
        ByteSize(1024**3), alias="MAX_VIDEO_SIZE", ge=1024, description="Largest video, as its bytes tell it."
    )
    topics_memory_mb: int = Field(
        4096,
        alias="TOPICS_MEMORY_MB",
        ge=0,
        description="Megabytes that one process that works on topics may allocate; 0: no limit.",
    )
    topics_processes: int = Field(
        0, alias="TOPICS_PROCESSES", ge=0, description="Of them at once, for each worker; 0: one a core."
    )
    topics_training: Literal["local", "dlc"] = Field(
        "local",
        alias="TOPICS_TRAINING",
        description="Where topic models are trained: `local` in processes of the worker; `dlc` on PAI-DLC of "
        "Alibaba Cloud, through a bucket (OSS_BUCKET_NAME, OSS_REGION and its key).",
    )
    pai_access_key_id: SecretStr | None = Field(
        None,
        alias="PAI_ACCESS_KEY_ID",
        description="Id of a key that may create, get and stop PAI-DLC jobs, and read their logs.",
    )
    pai_access_key_secret: SecretStr | None = Field(
        None, alias="PAI_ACCESS_KEY_SECRET", description="Its secret."
    )
    pai_region: str = Field("", alias="PAI_REGION", description="Of PAI-DLC. Unset: OSS_REGION.")
    pai_workspace_id: str = Field("", alias="PAI_WORKSPACE_ID", description="The workspace of the jobs.")
    pai_dlc_endpoint: str = Field(
        "", alias="PAI_DLC_ENDPOINT", description="URL of PAI-DLC. Unset: the region's public one."
    )
    pai_dlc_image: str = Field(
        "", alias="PAI_DLC_IMAGE", description="The image of deploy/topics.Dockerfile, in a registry."
    )
    pai_dlc_ecs_spec: str = Field(
        "ecs.c6.xlarge", alias="PAI_DLC_ECS_SPEC", description="The machine that a job gets."
    )
    pai_dlc_resource_id: str = Field(
        "", alias="PAI_DLC_RESOURCE_ID", description="A resource quota. Unset: the public pool."
    )
    pai_dlc_prefix: str = Field(
        "scriptorium-topics/",
        alias="PAI_DLC_PREFIX",
        pattern=r"^([A-Za-z0-9_-]+/)+$",
        description="Folder of jobs in the bucket, ending with a slash; not below OSS_PREFIX.",
    )
    pai_dlc_jobs: int = Field(4, alias="PAI_DLC_JOBS", ge=1, description="Jobs at once, for each worker.")
    pai_dlc_max_minutes: int = Field(
        120, alias="PAI_DLC_MAX_MINUTES", ge=1, description="Minutes that a job may run before it is ended."
    )
    pai_dlc_max_wait_minutes: int = Field(
        60, alias="PAI_DLC_MAX_WAIT_MINUTES", ge=0, description="Minutes that it may wait for a machine."
    )
    pai_dlc_price_per_hour: float | None = Field(
        None, alias="PAI_DLC_PRICE_PER_HOUR", ge=0, description="Price of the machine, in any currency."
    )
    pai_dlc_tuning_image: str = Field(
        "",
        alias="PAI_DLC_TUNING_IMAGE",
        description="The image of deploy/topics.Dockerfile with the extra tuning, in a registry, for jobs "
        "that tune an embedding model. Unset: there are none.",
    )
    pai_dlc_tuning_ecs_spec: str = Field(
        "ecs.gn7i-c8g1.2xlarge",
        alias="PAI_DLC_TUNING_ECS_SPEC",
        description="The machine, with a GPU, that such a job gets.",
    )
    pai_dlc_tuning_price_per_hour: float | None = Field(
        None,
        alias="PAI_DLC_TUNING_PRICE_PER_HOUR",
        ge=0,
        description="Price of that machine, in the currency of PAI_DLC_PRICE_PER_HOUR.",
    )
    pai_dlc_max_cost: float | None = Field(
        None,
        alias="PAI_DLC_MAX_COST",
        ge=0,
        description="What one job may cost at most; one that could cost more is refused. Unset: no limit.",
    )
    topics_models_dir: Path | None = Field(
        None,
        alias="TOPICS_MODELS_DIR",
        description="Folder of embedding models that tunings on this machine begin with and write to (extra "
        "`tuning`). Unset: nothing is tuned here. On PAI-DLC it is `models/` below PAI_DLC_PREFIX.",
    )
    topics_eas_url: str | None = Field(
        None,
        alias="TOPICS_EAS_URL",
        pattern=r"^https?://",
        description="Service on PAI-EAS that tells the topics of texts, for POST /api/analyze.",
    )
    topics_eas_token: SecretStr | None = Field(None, alias="TOPICS_EAS_TOKEN", description="Its token.")
    storage: Literal["local", "oss"] = Field(
        "local",
        alias="STORAGE",
        description="Where files lie: `local` in DATA_DIR; `oss` in a bucket of Alibaba Cloud (extra `oss`).",
    )
    oss_bucket_name: str = Field("", alias="OSS_BUCKET_NAME", description="The bucket.")
    oss_region: str = Field("", alias="OSS_REGION", description="Its region, such as cn-hongkong.")
    oss_endpoint: str = Field(
        "",
        alias="OSS_ENDPOINT",
        description="Where the service reaches OSS; inside Alibaba Cloud an internal one is free. Unset: the "
        "region's public one.",
    )
    oss_link_endpoint: str = Field(
        "", alias="OSS_LINK_ENDPOINT", description="Where clients reach OSS by links. Unset: OSS_ENDPOINT."
    )
    oss_prefix: str = Field(
        "scriptorium/",
        alias="OSS_PREFIX",
        pattern=r"^([A-Za-z0-9_-]+/)*$",
        description="Folder in the bucket, ending with a slash.",
    )
    oss_access_key_id: SecretStr | None = Field(
        None,
        alias="OSS_ACCESS_KEY_ID",
        description="Id of a key that may read, write, list and delete there.",
    )
    oss_access_key_secret: SecretStr | None = Field(
        None, alias="OSS_ACCESS_KEY_SECRET", description="Its secret."
    )
    user_quota: ByteSize = Field(
        ByteSize(0),
        alias="USER_QUOTA",
        ge=0,
        description="Bytes that the files of one user may come to; 0: no limit.",
    )
    input_files_days: float = Field(
        0,
        alias="INPUT_FILES_DAYS",
        ge=0,
        description="Days after which uploads are removed; 0: when they are deleted.",
    )
    output_files_days: float = Field(
        0,
        alias="OUTPUT_FILES_DAYS",
        ge=0,
        description="Days after which files that runs wrote are removed; 0: with their thread.",
    )
    temp_files_hours: float = Field(
        24,
        alias="TEMP_FILES_HOURS",
        gt=0,
        le=24 * 365,
        description="Hours after which uploads with the retention `temp` are removed.",
    )

    # --- webhooks and callbacks
    webhook_secret: SecretStr | None = Field(
        None,
        alias="WEBHOOK_SECRET",
        description="Key of the HMAC-SHA256 signature on callbacks. Unset: one is made and kept in DATA_DIR.",
    )
    webhook_timeout: float = Field(
        30, alias="WEBHOOK_TIMEOUT", gt=0, le=300, description="Seconds that a callback's receiver may take."
    )
    webhook_retry: int = Field(
        5, alias="WEBHOOK_RETRY", ge=0, le=20, description="Further attempts after a callback that failed."
    )
    webhook_allow_private: bool = Field(
        False,
        alias="WEBHOOK_ALLOW_PRIVATE",
        description="Allow callbacks to loopback and private addresses.",
    )

    # --- sight
    otel_exporter_otlp_endpoint: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Base URL of an OpenTelemetry collector that takes traces as OTLP over HTTP (needs the "
        "extra `otel`). Unset: no traces.",
    )

    otel_capture_content: bool = Field(
        False,
        alias="OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        description="Let the spans of model calls hold what was asked and answered: texts of users.",
    )

    # --- models
    primary_model: str | None = Field(
        None,
        alias="PRIMARY_MODEL",
        description="Model of the role `primary`: `offline` (rules only) or `PROVIDER:NAME` with a provider "
        "among dashscope, anthropic, openrouter, eas, eas-legacy, and openai for any OpenAI-compatible "
        "server. Unset: `offline`.",
    )
    fast_model: str | None = Field(
        None,
        alias="FAST_MODEL",
        description="Model of the role `fast` (short and many questions). Unset: that of `primary`.",
    )
    translate_model: str | None = Field(
        None,
        alias="TRANSLATE_MODEL",
        description="Model of the role `translate` (translations). Unset: that of `primary`.",
    )
    subtitle_model: str | None = Field(
        None,
        alias="SUBTITLE_MODEL",
        description="Model of the role `subtitle` (translations of subtitles). Unset: that of `primary`.",
    )
    judge_model: str | None = Field(
        None,
        alias="JUDGE_MODEL",
        description="Model of the role `judge` (judging answers). Unset: that of `primary`.",
    )
    embedding_model: str | None = Field(
        None,
        alias="EMBEDDING_MODEL",
        description="Model of the role `embedding` (vectors of texts). Unset: `offline`.",
    )
    rerank_model: str | None = Field(
        None,
        alias="RERANK_MODEL",
        description="Model of the role `rerank` (texts in order of relevance). Unset: `offline`.",
    )
    asr_model: str | None = Field(
        None,
        alias="ASR_MODEL",
        description="Model of the role `asr` (speech to text). Unset: `offline`.",
    )
    tts_model: str | None = Field(
        None,
        alias="TTS_MODEL",
        description="Model of the role `tts` (text to speech). Unset: `offline`.",
    )
    vision_model: str | None = Field(
        None,
        alias="VISION_MODEL",
        description="Model of the role `vision` (reads what stands in pictures). Unset: `offline`.",
    )
    realtime_model: str | None = Field(
        None,
        alias="REALTIME_MODEL",
        description="Model of the role `realtime` (conversation over a WebSocket). Unset: `offline`.",
    )
    models_allowed: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="MODELS_ALLOWED",
        description="Comma-separated patterns, such as dashscope:qwen3*, of the models that a request may "
        "choose in `context.models`, besides those that play a role anyway and `offline`.",
    )
    llm_base_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None, alias="LLM_BASE_URL", description="Base URL of the OpenAI-compatible server, ending in /v1."
    )
    llm_api_key: SecretStr | None = Field(None, alias="LLM_API_KEY", description="Its key.")
    dashscope_base_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="DASHSCOPE_BASE_URL",
        description="Base URL of DashScope in your key's region or workspace, ending in "
        "/compatible-mode/v1. Unset: Beijing's.",
    )
    dashscope_api_key: SecretStr | None = Field(
        None, alias="DASHSCOPE_API_KEY", description="Its key, which belongs to one region and one plan."
    )
    dashscope_native_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="DASHSCOPE_NATIVE_URL",
        description="Base URL of its own API (speech, reranking of images). Unset: DASHSCOPE_BASE_URL with "
        "/api/v1 in place of /compatible-mode/v1.",
    )
    dashscope_rerank_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="DASHSCOPE_RERANK_URL",
        description="Base URL of its reranking. Unset: likewise, with /compatible-api/v1.",
    )
    dashscope_websocket_url: Annotated[str | None, _known_scheme("ws", "wss")] = Field(
        None,
        alias="DASHSCOPE_WEBSOCKET_URL",
        description="Base URL of its WebSockets. Unset: likewise, with wss:// and /api-ws/v1.",
    )
    anthropic_base_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None, alias="ANTHROPIC_BASE_URL", description="Base URL of Claude's API. Unset: Anthropic's own."
    )
    anthropic_api_key: SecretStr | None = Field(None, alias="ANTHROPIC_API_KEY", description="Its key.")
    openrouter_base_url: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None, alias="OPENROUTER_BASE_URL", description="Base URL of OpenRouter. Unset: its public one."
    )
    openrouter_api_key: SecretStr | None = Field(None, alias="OPENROUTER_API_KEY", description="Its key.")
    openrouter_referer: str = Field(
        "",
        alias="OPENROUTER_REFERER",
        description="Address of your application, as OpenRouter's statistics show it (HTTP-Referer).",
    )
    openrouter_title: str = Field(
        "Scriptorium", alias="OPENROUTER_TITLE", description="Its name there (X-Title)."
    )
    openrouter_fallbacks: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="OPENROUTER_FALLBACKS",
        description="Comma-separated models that OpenRouter asks in this order when the chosen one fails.",
    )
    openrouter_provider: Annotated[dict[str, Any], NoDecode] = Field(
        {},
        alias="OPENROUTER_PROVIDER",
        description='OpenRouter\'s provider preferences, as JSON, such as {"data_collection": "deny"}.',
    )
    eas_endpoint: Annotated[str | None, _known_scheme("http", "https")] = Field(
        None,
        alias="EAS_ENDPOINT",
        description="Address of a language model service on PAI-EAS, the service's name included.",
    )
    eas_token: SecretStr | None = Field(None, alias="EAS_TOKEN", description="Its token.")
    vosk_model_path: Path | None = Field(
        None,
        alias="VOSK_MODEL_PATH",
        description="Folder of a Vosk model, for speech recognition on this machine; `scriptorium doctor` "
        "looks whether it is there.",
    )
    vosk_language: str = Field(
        "en",
        alias="VOSK_LANGUAGE",
        pattern=r"^[a-z]{2,3}$",
        description="Code of the language that the model of VOSK_MODEL_PATH understands.",
    )
    vosk_sample_rate: int = Field(
        16_000,
        alias="VOSK_SAMPLE_RATE",
        description="Samples per second of sound whose sender does not say: of old clients, and at /vosk.",
    )
    speech_models_dir: Path | None = Field(
        None,
        alias="SPEECH_MODELS_DIR",
        description="Folder of models that `scriptorium speech install` gets. Unset: speech in DATA_DIR.",
    )
    stt_engine: Literal["auto", "vosk", "model", "scripted", "off"] = Field(
        "auto",
        alias="STT_ENGINE",
        description="What hears: `vosk` on this machine, the `model` of ASR_MODEL, a `scripted` rehearsal, "
        "nothing (`off`). `auto`: Vosk if it has a model, else that of ASR_MODEL, else nothing.",
    )
    stt_script: Path | None = Field(
        None, alias="STT_SCRIPT", description="JSON file of what STT_ENGINE=scripted hears."
    )
    tts_engine: Literal["auto", "model", "espeak", "text"] = Field(
        "auto",
        alias="TTS_ENGINE",
        description="What speaks: the `model` of TTS_MODEL, `espeak` (the program espeak-ng), or nothing on "
        "this machine (`text`). `auto`: the model if there is one, else nothing.",
    )
    session_max_persistence_hours: float = Field(
        24,
        alias="SESSION_MAX_PERSISTENCE_HOURS",
        gt=0,
        le=24 * 30,
        description="Hours after its last event that a realtime session can be resumed.",
    )
    llm_timeout: float = Field(
        120, alias="LLM_TIMEOUT", gt=0, description="Seconds that one model call may take in all."
    )
    max_concurrent_requests: int = Field(
        5,
        alias="MAX_CONCURRENT_REQUESTS",
        ge=1,
        le=1000,
        description="Model calls under way at once, of all processes together.",
    )
    model_fallbacks: Annotated[dict[str, str], NoDecode] = Field(
        {},
        alias="MODEL_FALLBACKS",
        description="Comma-separated ROLE=PROVIDER:NAME, such as `primary=openrouter:qwen/qwen3.7-plus`: the "
        "models that are asked when a role's own is out of order or refuses.",
    )
    enable_cache: bool = Field(
        False,
        alias="ENABLE_CACHE",
        description="Keep the models' answers, and give them again to the same request to the same model.",
    )
    cache_ttl: float = Field(
        3600, alias="CACHE_TTL", gt=0, le=30 * 86400, description="Seconds that such an answer is kept."
    )
    max_tokens_per_run: int | None = Field(
        None,
        alias="MAX_TOKENS_PER_RUN",
        ge=0,
        description="Tokens, read and written, that one run may consume. Unset: no limit.",
    )
    max_cost_per_run: float | None = Field(
        None,
        alias="MAX_COST_PER_RUN",
        ge=0,
        description="US dollars that the model calls of one run may cost, by the prices in "
        "configs/models.yaml. Unset: no limit.",
    )
    max_tokens_per_user_per_day: int | None = Field(
        None,
        alias="MAX_TOKENS_PER_USER_PER_DAY",
        ge=0,
        description="Tokens that the runs of one user may consume on a day (UTC). Unset: no limit.",
    )
    max_cost_per_user_per_day: float | None = Field(
        None,
        alias="MAX_COST_PER_USER_PER_DAY",
        ge=0,
        description="US dollars that they may cost on a day (UTC). Unset: no limit.",
    )
    similarity_threshold: float = Field(
        0.8,
        alias="SIMILARITY_THRESHOLD",
        ge=0,
        le=1,
        description="How alike two names must be to count as one person, unless a recogniser request says.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _secrets_are_ours(cls, value: object) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if isinstance(text, str) and PLACEHOLDER in text:
            raise ValueError(
                f"still holds the placeholder {PLACEHOLDER}: put your own value there, for a secret what "
                "`openssl rand -hex 32` prints"
            )
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("allowed_origins", "allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(
            origin.strip().rstrip("/")
            for origin in value.strip("[]").replace('"', "").split(",")
            if origin.strip()
        )

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin: give scheme, host and port, as https://example.org"
                )
        return value

    @field_validator("model_fallbacks", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.strip().partition("=") for pair in value.split(",") if pair.strip()]
        if not all(role and spec for role, _, spec in pairs):
            raise ValueError("must be comma-separated ROLE=PROVIDER:NAME")
        return {role.strip(): spec.strip() for role, _, spec in pairs}

    @field_validator("openrouter_provider", mode="before")
    @classmethod
    def _json_object(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"is no JSON: {error}") from None

    @field_validator("forwarded_allow_ips", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        for part in parts:
            if part != "*":
                ip_network(part)  # its ValueError says what is wrong
        return parts

    @field_validator("models_allowed", "openrouter_fallbacks", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator(*(f"{role}_model" for role in _ROLES))
    @classmethod
    def _provider_and_model(cls, value: str | None) -> str | None:
        provider, _, model = (value or "offline").partition(":")
        if provider != "offline" and not (provider and model):
            raise ValueError("must be offline or PROVIDER:MODEL, such as dashscope:qwen3.7-plus")
        return value

    @model_validator(mode="after")
    def _drain_within_a_lease(self) -> "Settings":
        if self.bg_job_shutdown_grace_period_secs >= self.lease_seconds:
            raise ValueError(
                f"BG_JOB_SHUTDOWN_GRACE_PERIOD_SECS={self.bg_job_shutdown_grace_period_secs:g} must be below "
                f"LEASE_SECONDS={self.lease_seconds:g}"
            )
        return self

    @model_validator(mode="after")
    def _whole_oss(self) -> "Settings":
        needed = ("oss_bucket_name", "oss_region", "oss_access_key_id", "oss_access_key_secret")
        missing = [name.upper() for name in needed if not getattr(self, name)]
        if self.storage == "oss" and missing:
            raise ValueError(f"STORAGE=oss needs {', '.join(missing)}")
        pai = ("pai_access_key_id", "pai_access_key_secret", "pai_workspace_id", "pai_dlc_image")
        missing += [name.upper() for name in pai if not getattr(self, name)]
        if self.topics_training == "dlc" and missing:
            raise ValueError(f"TOPICS_TRAINING=dlc needs {', '.join(missing)}")
        return self

    @field_validator("vosk_sample_rate")
    @classmethod
    def _known_rate(cls, value: int) -> int:
        known = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
        if value not in known:
            raise ValueError(f"must be one of {', '.join(map(str, known))}")
        return value

    @property
    def speech_models(self) -> Path:
        """Where models that hear lie."""
        return self.speech_models_dir or self.data_dir / "speech"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, kw_only=True)
class SettingOrigin:
    """One setting as it is in force."""

    name: str  #: Name in the environment.
    value: str  #: What is in force; secrets are masked.
    default: str
    source: Literal["flag", "environment", ".env", "default"]
    description: str


def load_settings(**flags: object) -> Settings:
    """Read all settings.

    Args:
        flags: Values given on the command line, by field name; None means "not given".

    Raises:
        SettingsError: When a value cannot be used.
    """
    given = {_alias(name): value for name, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)  # pyright: ignore[reportArgumentType] - flags are checked by the model
    except ValidationError as error:
        lines = [_explain(detail, given) for detail in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    guarded = settings.auth == "on" or settings.allow_unauthenticated_network
    if not settings.is_loopback and not guarded:
        raise SettingsError(
            f"HOST={settings.host}: anybody on that network could use the service, for AUTH=off; "
            "set AUTH=on, or use 127.0.0.1, or set ALLOW_UNAUTHENTICATED_NETWORK=true "
            "behind a proxy that checks who asks."
        )
    return settings


def describe(settings: Settings, flags: dict[str, object]) -> list[SettingOrigin]:
    """Every setting with its value (secrets masked), default and source, in the order of the class."""
    return [
        SettingOrigin(
            name=_alias(name),
            value=_show(getattr(settings, name)),
            default=_show(field.default),
            source=_source(name, flags),
            description=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _alias(field_name: str) -> str:
    return Settings.model_fields[field_name].alias or field_name


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, ByteSize):
        return value.human_readable().replace(".0", "")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _URL_PASSWORD.sub(r"\1********@", value)
    if isinstance(value, dict):
        return ",".join(f"{key}={part}" for key, part in value.items())  # pyright: ignore[reportUnknownVariableType] - only dicts of str are declared
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - only tuples of str are declared
    return str(value)


def _source(name: str, flags: dict[str, object]) -> Literal["flag", "environment", ".env", "default"]:
    alias = _alias(name)
    if flags.get(name) is not None:
        return "flag"
    if _find(alias, os.environ):
        return "environment"
    if ENV_FILE.is_file() and _find(alias, dotenv_values(ENV_FILE)):
        return ".env"
    return "default"


def _find(alias: str, values: Any) -> bool:
    return any(key.upper() == alias and value for key, value in values.items())


def _explain(detail: ErrorDetails, flags: dict[str, object]) -> str:
    if not detail["loc"]:  # the settings contradict each other
        return detail["msg"].removeprefix("Value error, ")
    alias = str(detail["loc"][0])
    field = next(f for f in Settings.model_fields.values() if f.alias == alias)
    shown = "********" if "SecretStr" in str(field.annotation) else _show(repr(detail["input"]))
    where = "flag" if alias in flags else "environment or .env"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "too_short":  # pydantic counts "items" of a secret
        message = f"must have {detail.get('ctx', {})['min_length']} characters or more"
    allowed = (
        f" Allowed: {', '.join(map(str, get_args(field.annotation)))}."
        if detail["type"] == "literal_error"
        else ""
    )
    return f"{alias}={shown} ({where}): {message}.{allowed} ({field.description})"
