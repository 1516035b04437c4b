"""How long threads and documents are kept and how these are found: by settings, else by langgraph.json."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from langgraph.store.base import IndexConfig, TTLConfig

from configs.keeping import StoreSetting, ThreadTtlSetting
from server.runs.importing import load_object
from server.runs.langgraph_json import LangGraphJson
from server.runs.sweeper import Sweep
from server.runs.thread_ttl import ThreadTtl
from server.store.embedding import load_embeddings
from tools.errors import InvalidInput

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """What is in force.

    Args:
        config: The langgraph.json, to whose folder paths are relative; None without one.
    """

    threads: ThreadTtlSetting | None
    store: StoreSetting | None
    config: Path | None = None

    @classmethod
    def of(
        cls,
        project: LangGraphJson,
        *,
        threads: ThreadTtlSetting | None,
        store: StoreSetting | None,
        config: Path | None,
    ) -> "Keeping":
        """Each of the two as the settings have it, else as the file says."""
        in_file = project.checkpointer.ttl if project.checkpointer else None
        if threads is not None and in_file is not None:
            logger.info("LANGGRAPH_THREAD_TTL takes the place of checkpointer.ttl in %s", config)
        if store is not None and project.store is not None:
            logger.info("LANGGRAPH_STORE takes the place of store in %s", config)
        return cls(threads=threads or in_file, store=store or project.store, config=config)

    def thread_ttl(self) -> ThreadTtl | None:
        """The TTL of threads without one of their own."""
        if self.threads is None or self.threads.default_ttl is None:
            return None
        duration = timedelta(minutes=self.threads.default_ttl)
        return ThreadTtl(duration=duration, strategy=self.threads.strategy)

    def sweeps(self, usual: timedelta) -> Mapping[Sweep, timedelta]:
        """The pauses between two searches of each kind.

        Args:
            usual: Of those for which nothing else is said.
        """
        threads = self.threads.sweep_interval_minutes if self.threads else None
        documents = self.store.ttl.sweep_interval_minutes if self.store and self.store.ttl else None
        given: dict[Sweep, float | None] = {"lost": None, "threads": threads, "documents": documents}
        return {what: timedelta(minutes=each) if each else usual for what, each in given.items()}

    @property
    def thread_limit(self) -> int | None:
        """How many threads one search may end."""
        return self.threads.sweep_limit if self.threads else None

    def store_ttl(self) -> TTLConfig | None:
        """The TTL of documents that are put without one."""
        ttl = self.store.ttl if self.store else None
        if ttl is None:
            return None
        return {"default_ttl": ttl.default_ttl, "refresh_on_read": ttl.refresh_on_read}

    def store_index(self) -> IndexConfig | None:
        """How documents are found by meaning.

        Raises:
            InvalidInput: What embeds cannot be loaded.
        """
        index = self.store.index if self.store else None
        if index is None:
            return None
        embed = self._embeddings(index.embed)
        return {"dims": index.dims, "embed": embed, "fields": index.fields}

    def _embeddings(self, embed: str) -> Any:
        module = embed.rpartition(":")[0]
        is_file = module.endswith(".py") or "/" in module
        base = self.config or Path("langgraph.json")
        try:
            return load_embeddings(load_object(base, embed, "store.index.embed") if is_file else embed)
        except (ImportError, AttributeError, ValueError) as error:
            raise InvalidInput(
                f"store.index.embed: {embed!r} cannot be loaded: {error}",
                hint="Name ./path/file.py:function, module:function, or provider:model with langchain and "
                "the provider's package installed.",
                code="invalid_config",
            ) from error
