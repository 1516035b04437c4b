"""LangGraph checkpoints on a plain Redis."""

from server.checkpoint.address import CheckpointIncomplete
from server.checkpoint.saver import AsyncRedisSaver

__all__ = ["AsyncRedisSaver", "CheckpointIncomplete"]
