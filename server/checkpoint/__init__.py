"""LangGraph checkpoints on a plain Redis."""

from server.checkpoint.address import FENCING_TOKEN
from server.checkpoint.blocking_saver import RedisSaver
from server.checkpoint.errors import (
    CheckpointIncomplete,
    NotReplicated,
    StaleFencingToken,
    UnsuitableServer,
)
from server.checkpoint.plan import SaverOptions
from server.checkpoint.saver import AsyncRedisSaver

__all__ = [
    "FENCING_TOKEN",
    "AsyncRedisSaver",
    "CheckpointIncomplete",
    "NotReplicated",
    "RedisSaver",
    "SaverOptions",
    "StaleFencingToken",
    "UnsuitableServer",
]
