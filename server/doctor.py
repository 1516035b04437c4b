"""Does everything that is configured work here? What ``scriptorium doctor`` asks."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import httpx
from redis.exceptions import RedisClusterException, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from server.checkpoint.connection import open_async_client
from server.embedded_redis import EmbeddedRedisError, find_server
from tools.errors import ProcessFailed
from tools.llm.choices import ModelChoice
from tools.processes import run_process
from tools.storage.local_blobs import LocalBlobs

Verdict = Literal["ok", "unsure", "missing", "broken"]

_SECONDS = 10.0  # for each part
_ANTHROPIC = {"anthropic-version": "2023-06-01"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found out about one part."""

    part: str
    verdict: Verdict  #: "missing": some jobs need it, and nobody configured it. "broken": it is configured.
    told: str  #: What it is, or what is wrong.
    advice: str = ""  #: What to do about it.


async def examine(
    *,
    models: Mapping[str, ModelChoice],
    redis_url: str | None,
    database_url: str,
    data_dir: Path,
    vosk_model: Path | None,
) -> list[Finding]:
    """Probe every part at once.

    Args:
        models: The configured models by provider, one each.
        redis_url: None: the embedded server.
        database_url: As SQLAlchemy has it.
        data_dir: Where files lie.
        vosk_model: The folder of the speech model, if one is configured.
    """
    probes: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [
        *([] if models else [("models", _no_models)]),
        *((f"provider {name}", _provider(name, choice)) for name, choice in models.items()),
        ("redis", lambda: _redis(redis_url)),
        ("database", lambda: _database(database_url)),
        ("storage", lambda: _storage(data_dir)),
        ("ffmpeg", _ffmpeg),
        ("speech model", lambda: _speech_model(vosk_model)),
    ]
    return await asyncio.gather(*(_in_time(part, probe) for part, probe in probes))


async def _in_time(part: str, probe: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        async with asyncio.timeout(_SECONDS):
            return await probe()
    except TimeoutError:
        return Finding(
            part=part,
            verdict="broken",
            told=f"no answer within {_SECONDS:g} s",
            advice="Check the address, and whether this machine may reach it.",
        )


async def _no_models() -> Finding:
    advice = "Set PRIMARY_MODEL=PROVIDER:MODEL and its provider's key, or LLM_BASE_URL for a local server."
    return Finding(part="models", verdict="missing", told="every role is offline", advice=advice)


def _provider(name: str, choice: ModelChoice) -> Callable[[], Awaitable[Finding]]:
    """Asks for the list of models, which costs nothing."""

    async def probe() -> Finding:
        part, key = f"provider {name}", choice.api_key.get_secret_value() if choice.api_key else None
        headers = {"authorization": f"Bearer {key}"} if key else {}
        if name == "anthropic":
            headers = _ANTHROPIC | ({"x-api-key": key} if key else {})
        base = choice.base_url.rstrip("/")
        url = f"{base}/v1/models" if name == "anthropic" and not base.endswith("/v1") else f"{base}/models"
        try:
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                answer = await client.get(url, headers=headers)
        except httpx.HTTPError as error:
            told = f"{choice.base_url}: {type(error).__name__}"
            return Finding(part=part, verdict="broken", told=told, advice="Check the provider's base URL.")
        return _judge_provider(part, choice, answer)

    return probe


def _judge_provider(part: str, choice: ModelChoice, answer: httpx.Response) -> Finding:
    told = f"{choice.base_url} answers {answer.status_code}"
    if answer.status_code in (401, 403):
        advice = "Check the key and what it may use; at DashScope also its region and plan."
        return Finding(part=part, verdict="broken", told=told, advice=advice)
    if answer.status_code >= 500 or answer.status_code == 429:
        return Finding(part=part, verdict="broken", told=told, advice="Try again later.")
    names = _model_names(answer)
    if names and choice.model not in names:
        told = f"{choice.base_url} answers, and does not list {choice.model!r}"
        advice = f"Check the model's name; it lists for example {', '.join(names[:3])}."
        return Finding(
            part=part, verdict="unsure", told=told, advice=advice
        )  # not all list all that they have
    known = f"knows {choice.model}" if names else "lists no models"  # many servers do not
    return Finding(part=part, verdict="ok", told=f"{choice.base_url} answers, {known}")


def _model_names(answer: httpx.Response) -> list[str]:
    try:
        listed: Any = answer.json()
    except ValueError:
        return []
    entries = cast("dict[str, Any]", listed).get("data") if isinstance(listed, dict) else None
    if not isinstance(entries, list):
        return []
    found = [each.get("id") for each in cast("list[Any]", entries) if isinstance(each, dict)]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - judged below
    return [name for name in found if isinstance(name, str)]  # pyright: ignore[reportUnknownVariableType]


async def _redis(url: str | None) -> Finding:
    if url is None:
        try:
            server = await asyncio.to_thread(find_server)
        except EmbeddedRedisError as error:
            return Finding(part="redis", verdict="broken", told=str(error), advice="Or set REDIS_URL.")
        return Finding(part="redis", verdict="ok", told=f"a server of our own: {server}")
    try:
        async with open_async_client(url) as client:
            info: dict[str, Any] = await cast("Any", client).info("server")
    except (RedisError, RedisClusterException, OSError) as error:
        advice = "Check REDIS_URL, and whether the server runs."
        return Finding(part="redis", verdict="broken", told=type(error).__name__, advice=advice)
    one: dict[str, Any] = info if "redis_version" in info else next(iter(info.values()))  # a cluster: by node
    return Finding(part="redis", verdict="ok", told=f"answers, version {one['redis_version']}")


async def _database(url: str) -> Finding:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        told = f"{engine.dialect.name}: {type(error).__name__}"
        advice = "Check DATABASE_URL; SQLite needs a DATA_DIR that can be written to."
        return Finding(part="database", verdict="broken", told=told, advice=advice)
    finally:
        await engine.dispose()
    return Finding(part="database", verdict="ok", told=f"{engine.dialect.name} answers")


async def _storage(data_dir: Path) -> Finding:
    folder = data_dir / "files"
    try:
        await LocalBlobs(folder).check()
    except OSError as error:
        advice = "Give the service a DATA_DIR that it may write to."
        return Finding(part="storage", verdict="broken", told=f"{folder}: {error.strerror}", advice=advice)
    return Finding(part="storage", verdict="ok", told=f"{folder} can be written to")


async def _ffmpeg() -> Finding:
    path = shutil.which("ffmpeg")
    if path is None:
        advice = "Install ffmpeg for jobs on audio and video."
        return Finding(part="ffmpeg", verdict="missing", told="not on PATH", advice=advice)
    try:
        told = await run_process([path, "-version"], timeout=_SECONDS)
    except ProcessFailed as error:
        return Finding(part="ffmpeg", verdict="broken", told=error.message, advice="Install it again.")
    version = told.stdout.decode(errors="replace").split("Copyright")[0].strip()
    return Finding(part="ffmpeg", verdict="ok", told=version)


async def _speech_model(folder: Path | None) -> Finding:
    if folder is None:
        advice = "Set VOSK_MODEL_PATH for speech recognition on this machine."
        return Finding(part="speech model", verdict="missing", told="none is configured", advice=advice)
    if not await asyncio.to_thread((folder / "am").is_dir):  # the acoustic model, which each Vosk model has
        advice = "Unpack a Vosk model there: VOSK_MODEL_PATH is the folder that holds am/ and conf/."
        return Finding(part="speech model", verdict="broken", told=f"{folder} holds no model", advice=advice)
    return Finding(part="speech model", verdict="ok", told=str(folder))
