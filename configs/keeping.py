"""How long threads and documents are kept, and how documents are found: settings that are JSON."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ThreadTtlSetting(_Part):
    """The TTL of threads that have none of their own."""

    strategy: Literal["delete", "keep_latest"] = "delete"
    default_ttl: float | None = Field(default=None, gt=0, le=50_000_000)  #: Minutes after the last change.


class StoreTtlSetting(_Part):
    """The TTL of documents that are put without one."""

    default_ttl: float | None = Field(default=None, gt=0, le=50_000_000)  #: Minutes.
    refresh_on_read: bool = True  #: Reading a document, too, makes it live longer.


class StoreIndexSetting(_Part):
    """How documents are found by meaning."""

    dims: int = Field(gt=0, le=65_536)  #: Numbers in one embedding.
    embed: str  #: ``module:function``, or a model of a provider.
    fields: list[str] | None = None  #: Paths of the texts that are embedded; the whole document by default.


class StoreSetting(_Part):
    """The store."""

    index: StoreIndexSetting | None = None
    ttl: StoreTtlSetting | None = None
