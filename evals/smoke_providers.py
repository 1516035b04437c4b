"""Asks each configured provider one small thing per role, with the keys of the environment.

``python -m evals.smoke_providers``, or ``make smoke-providers``. It costs a few hundred tokens. Without keys
it says so, and that is no failure; a provider that does not answer is one.
"""

import asyncio
import base64
import struct
import sys
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel
from rich.console import Console
from rich.table import Column, Table

from configs.settings import load_settings
from tools.errors import ServiceError
from tools.llm.catalog import CATALOG
from tools.llm.chat import chat, stream_chat
from tools.llm.chat_models import ChatModels, open_models
from tools.llm.embedding import embed
from tools.llm.realtime import RealtimeOptions, open_realtime
from tools.llm.realtime_events import ResponseEnded
from tools.llm.reranking import rerank
from tools.llm.roles import ROLES, Role, RoleSettings, configured
from tools.llm.speech import speak
from tools.llm.structured import Question, ask
from tools.llm.transcription import transcribe
from tools.llm.translation import TranslationOptions, translate
from tools.llm.transport import close_clients

#: What plays the roles of a provider whose key is there but whose models nobody has chosen.
_SAMPLES: dict[str, dict[Role, str]] = {
    "dashscope": {
        "primary": "qwen3.8-flash",
        "translate": "qwen-mt-flash",
        "embedding": "text-embedding-v4",
        "rerank": "qwen3-rerank",
        "asr": "qwen3-asr-flash",
        "tts": "qwen3-tts-flash",
        "realtime": "qwen3.5-omni-flash-realtime",
        "vision": "qwen3-vl-plus",
    },
    "anthropic": {"primary": "claude-haiku-4-5"},
    "openrouter": {"primary": "qwen/qwen3-8b"},
}
_SIDE = 32  # pixels
_VOICES = {"dashscope": "Cherry"}
_MESSAGES = [SystemMessage("Answer with one word."), HumanMessage("What is the capital of France?")]


class City(BaseModel):
    """Shape of the answer that is asked for."""

    city: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that was asked."""

    role: Role
    model: str
    what: str
    outcome: str
    seconds: float
    is_ok: bool


async def _text(models: ChatModels, role: Role) -> str:
    return (await chat(models, role, _MESSAGES)).value


async def _stream(models: ChatModels, role: Role) -> str:
    async with stream_chat(models, role, _MESSAGES) as stream:
        pieces = [piece.text async for piece in stream]
    return f"{len(pieces)} pieces: {''.join(pieces)}"


async def _data(models: ChatModels, role: Role) -> str:
    question = Question(
        instructions="Answer as JSON with the field `city`.",
        data={"question": "What is the capital of France?"},
        schema=City,
        check=lambda _: [],
    )
    return (await ask(models, role, question)).value.city


async def _picture(models: ChatModels, role: Role) -> str:
    red = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_red_square()}"}}
    asked = [HumanMessage([{"type": "text", "text": "What colour is this? One word."}, red])]
    return (await chat(models, role, asked)).value


def _red_square() -> str:
    """A picture of 32 x 32 pixels as a PNG file in base64."""
    rows = (b"\0" + b"\xff\0\0" * _SIDE) * _SIDE
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n"
    for name, content in chunks:
        data += (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )
    return base64.b64encode(data).decode()


async def _translation(models: ChatModels, role: Role) -> str:
    options = TranslationOptions(target="English", terms={"渡船": "ferry"})
    return (await translate(models, "渡船来了。", options, role=role)).value


async def _vectors(models: ChatModels, role: Role) -> str:
    texts = [f"text {number}" for number in range(12)]  # two requests at DashScope
    return "{} vectors of {}".format(*(await embed(models, texts, role=role)).value.shape)


async def _ranking(models: ChatModels, role: Role) -> str:
    documents = ["Rain falls.", "A cat sits on a mat."]
    ranked = (await rerank(models, "cats", documents, role=role)).value
    return f"first: {documents[ranked[0].index]}"


async def _speech(models: ChatModels, role: Role) -> str:
    provider = models.require(role).provider
    sound = (await speak(models, "Good day.", voice=_VOICES.get(provider, "alloy"), role=role)).value
    if models.choice("asr") is None:
        return f"{len(sound.data)} bytes"
    return f"{len(sound.data)} bytes, heard as: {(await transcribe(models, sound)).value}"


async def _conversation(models: ChatModels, role: Role) -> str:
    async with open_realtime(models, RealtimeOptions(instructions="Be brief."), role=role) as session:
        await session.write("What is the capital of France?")
        async for event in session:
            if isinstance(event, ResponseEnded):
                return event.status
    return "ended early"


_Probe = Callable[[ChatModels, Role], Awaitable[str]]
_CHAT: dict[str, _Probe] = {"text": _text, "stream": _stream, "data": _data}
_PROBES: dict[Role, dict[str, _Probe]] = {
    "primary": _CHAT,
    "fast": _CHAT,
    "judge": _CHAT,
    "translate": _CHAT,
    "subtitle": _CHAT,
    "embedding": {"vectors": _vectors},
    "rerank": {"ranking": _ranking},
    "tts": {"speech, heard again": _speech},
    "asr": {},  # hears what the role tts speaks
    "realtime": {"conversation": _conversation},
    "vision": {"picture": _picture},
}


def probes(models: ChatModels, role: Role) -> dict[str, _Probe]:
    """What is asked of a role's model: a translator is asked for nothing but translations."""
    is_translator = models.require(role).ability == "translation"
    return {"translation": _translation} if is_translator else _PROBES[role]


def candidates(settings: RoleSettings) -> list[ChatModels]:
    """The models that the settings chose; and for each other provider whose key is there, some of its own."""
    models = open_models(settings)
    chosen = {choice.provider for choice in settings.choices.values() if choice is not None}
    found = [models] if chosen else []
    for provider, samples in _SAMPLES.items():
        if provider in chosen or settings.access[provider].api_key is None:
            continue
        specs: dict[Role, str] = {role: f"{provider}:{model}" for role, model in samples.items()}
        found.append(models.playing(settings.of(specs)))
    return found


async def smoke(settings: RoleSettings) -> list[Row]:
    """Ask everything once; a model that plays several roles is asked the same thing once."""
    rows: list[Row] = []
    asked = set[tuple[str, str]]()
    for models in candidates(settings):
        for role in ROLES:
            choice = models.choice(role)
            for what, probe in probes(models, role).items() if choice is not None else ():
                if choice is not None and (choice.name, what) not in asked:
                    asked.add((choice.name, what))
                    rows.append(await _row(models, role, choice.name, what, probe))
    return rows


async def _row(models: ChatModels, role: Role, model: str, what: str, probe: _Probe) -> Row:
    start = perf_counter()
    try:
        outcome, is_ok = await probe(models, role), True
    except ServiceError as error:
        outcome, is_ok = f"{error.message} {error.hint}", False
    seconds = perf_counter() - start
    return Row(role=role, model=model, what=what, outcome=outcome, seconds=seconds, is_ok=is_ok)


def skipped(settings: RoleSettings, rows: list[Row]) -> list[str]:
    """Why each other provider was not asked."""
    asked = {row.model.partition(":")[0] for row in rows}
    return [f"{name}: skipped, {_lack(settings, name)}" for name in CATALOG.providers if name not in asked]


def _lack(settings: RoleSettings, name: str) -> str:
    provider, access = CATALOG.providers[name], settings.access[name]
    if provider.needs_key and access.api_key is None:
        return f"{provider.key_setting} is not set"
    if provider.base_url is None and access.base_url is None:
        return f"{provider.url_setting} is not set"
    return "no role is set to one of its models"


def show(rows: list[Row], console: Console, skips: Sequence[str] = ()) -> None:
    """Print the table, or why there is none."""
    for skip in skips:
        console.print(skip, highlight=False)
    if not rows:
        keys = ", ".join(CATALOG.providers[provider].key_setting for provider in _SAMPLES)
        console.print(
            f"No provider is configured: nothing was asked. Set one of {keys}, or PRIMARY_MODEL with the "
            "address and the key of its provider."
        )
        return
    headings = ("role", "model", "asked for", "", "seconds", "answer")
    table = Table(*(Column(heading, overflow="fold") for heading in headings))
    for row in rows:
        mark = "ok" if row.is_ok else "FAILED"
        table.add_row(row.role, row.model, row.what, mark, f"{row.seconds:.1f}", row.outcome[:200])
    console.print(table)


async def _main(settings: RoleSettings) -> list[Row]:
    try:
        return await smoke(settings)
    finally:
        await close_clients()


def main() -> int:
    """The command; 1 when somebody did not answer."""
    console = Console()
    try:
        settings = configured(load_settings())
    except ServiceError as error:
        console.print(f"{error.message}. {error.hint}")
        return 1
    rows = asyncio.run(_main(settings))
    show(rows, console, skipped(settings, rows))
    return 0 if all(row.is_ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
