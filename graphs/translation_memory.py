"""What earlier runs translated: kept in LangGraph's store, which its owner alone sees, and used again."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from langgraph.runtime import get_runtime
from langgraph.store.base import BaseStore, PutOp
from typing_extensions import TypedDict

from graphs.progress import ArtifactReady, emit
from graphs.translation_batches import BatchAnswer
from graphs.translation_files import Source
from tools.errors import InvalidInput
from tools.storage import base as storage
from tools.translation.memory import TranslationMemory, plain
from tools.translation.tmx import read_tmx, write_tmx
from tools.translation.units import Unit

_TMX = "application/x-tmx+xml"
MAX_ENTRIES = 20_000  # of a memory that is read for one pair of languages
_PAGE = 1000
_PREFIX = "translation_memory"


class Recalled(TypedDict):
    """What a memory knows of a document, for one target."""

    exact: dict[str, str]  #: By unit.
    alike: dict[str, list[list[str]]]  #: By unit: sources that are like it, with their translations.


async def open_memory(use: Mapping[str, Any], source: str | None, target: str) -> TranslationMemory:
    """The memory of a request for one target: the kept entries, then those of the file.

    Args:
        use: MemoryUse's fields.
        source: Language code; None: nobody knows it.
        target: Language code.

    Raises:
        InvalidInput: "no_store": nothing is kept here; or what read_tmx raises.
        NotFound: There is no such file.
    """
    pairs: list[tuple[str, str]] = []
    if use["name"] is not None:
        pairs += await _kept(_store(), _namespace(use["name"], source, target))
    if use["file_id"] is not None:
        files = storage.current()
        name = (await files.describe(use["file_id"])).name
        data = await files.read(use["file_id"])
        pairs += await asyncio.to_thread(read_tmx, data, name, source=source or "", target=target)
    return await asyncio.to_thread(TranslationMemory, pairs)


def recall(memory: TranslationMemory, units: Sequence[Unit], least: float) -> Recalled:
    """What the memory knows of these units. A translation counts when it has the unit's marks."""
    found = Recalled(exact={}, alike={})
    for unit in units:
        words = unit.protected.words
        exact = memory.exact(words)
        if exact is not None and not unit.protected.problems(exact):
            found["exact"][unit.id] = exact
        elif alike := memory.similar(words, least=least) if least < 1 else []:
            found["alike"][unit.id] = [[match.source, match.target] for match in alike]
    return found


def answer_of(recalled: Recalled, target: str) -> BatchAnswer:
    """What was found exactly, as an answer."""
    return BatchAnswer(target=target, translations=recalled["exact"], reasons={}, usage={}, is_recalled=True)


async def remember(
    use: Mapping[str, Any], file: Source, source: str | None, target: str, sure: Mapping[str, str]
) -> dict[str, Any]:
    """Keep translations that nobody objects to, and write the memory as a file, as the request wishes.

    Args:
        use: MemoryUse's fields.
        file: What was translated.
        source: Language code, or None.
        target: Language code.
        sure: From words to their translation.

    Returns:
        ``memory_file_id``, where a file is written.
    """
    if use["name"] is not None and use["learn"]:
        await _learn(_namespace(use["name"], source, target), sure)
    if not use["export"]:
        return {}
    memory = await open_memory(use, source, target)
    memory = TranslationMemory([*memory.pairs.items(), *sure.items()])
    data = await asyncio.to_thread(write_tmx, memory.pairs.items(), source=source or "und", target=target)
    name = f"{PurePath(file['name']).stem}.{target}.tmx"
    stored = await storage.current().write(data, name=name, media_type=_TMX)
    emit(ArtifactReady(name=name, media_type=_TMX, file_id=stored.file_id))
    return {"memory_file_id": stored.file_id}


async def _learn(namespace: tuple[str, ...], sure: Mapping[str, str]) -> None:
    puts = [
        PutOp(
            namespace=namespace,
            key=hashlib.sha256(plain(words).encode()).hexdigest()[:32],
            value={"source": plain(words), "target": translation},
            index=False,
        )
        for words, translation in sure.items()
    ]
    for first in range(0, len(puts), _PAGE):
        await _store().abatch(puts[first : first + _PAGE])


def _store() -> BaseStore:
    store = get_runtime().store
    if store is None:
        raise InvalidInput(
            "memory.name: nothing is kept where this runs",
            hint="Run it on the service, or give a TMX file in memory.file_id.",
            code="no_store",
        )
    return store


async def _kept(store: BaseStore, namespace: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    while len(pairs) < MAX_ENTRIES:
        page = await store.asearch(namespace, limit=_PAGE, offset=len(pairs))
        pairs += [(item.value["source"], item.value["target"]) for item in page]
        if len(page) < _PAGE:
            break
    return pairs


def _namespace(name: str, source: str | None, target: str) -> tuple[str, ...]:
    return (_PREFIX, name, (source or "und").lower(), target.lower())
