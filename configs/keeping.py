"""How long threads and documents are kept, and how documents are found: settings that are JSON."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

A_YEAR = 365 * 24 * 60  # minutes


class _Part(BaseModel):
    """Keys that are unknown here are kept, so that who reads a file can tell of them."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ThreadTtlSetting(_Part):
    """The TTL of threads that have none of their own."""

    strategy: Literal["delete", "keep_latest"] = "delete"
    default_ttl: float | None = Field(default=None, gt=0, le=50_000_000)  #: Minutes after the last change.
    sweep_interval_minutes: float | None = Field(default=None, gt=0, le=A_YEAR)
    #: Between two searches for threads that are over it; None: SWEEP_SECONDS.
    sweep_limit: int | None = Field(default=None, gt=0, le=100_000)  #: Threads that one search may end.


class StoreTtlSetting(_Part):
    """The TTL of documents that are put without one."""

    default_ttl: float | None = Field(default=None, gt=0, le=50_000_000)  #: Minutes.
    refresh_on_read: bool = True  #: Reading a document, too, makes it live longer.
    sweep_interval_minutes: float | None = Field(default=None, gt=0, le=A_YEAR)
    #: Between two searches for documents that are over it; None: SWEEP_SECONDS.


class StoreIndexSetting(_Part):
    """How documents are found by meaning."""

    dims: int = Field(gt=0, le=65_536)  #: Numbers in one embedding.
    embed: str  #: ``module:function``, or a model of a provider.
    fields: list[str] | None = None  #: Paths of the texts that are embedded; the whole document by default.


class StoreSetting(_Part):
    """The store."""

    index: StoreIndexSetting | None = None
    ttl: StoreTtlSetting | None = None
