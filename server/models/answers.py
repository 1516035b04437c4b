"""Cached answers of models, shared by all processes."""

import logging
from datetime import timedelta

from server import keys, lua
from server.lua import UNANSWERED, Argument, Client
from tools.llm.answer_cache import Claim

logger = logging.getLogger(__name__)

_CLAIM = lua.load("models/claim_answer")
_SETTLE = lua.load("models/settle_answer")


class SharedAnswers:
    """Keeps answers in Redis.

    Args:
        ttl: How long.
        lease_seconds: How long a claim outlives its process.
    """

    def __init__(self, redis: Client, ttl: timedelta, *, lease_seconds: float = 15.0) -> None:
        self.lease_seconds = lease_seconds
        self._redis = redis
        self._ttl_ms = round(ttl.total_seconds() * 1000)
        self._lease_ms = round(lease_seconds * 1000)

    async def claim(self, key: str, asker: str) -> bytes | Claim:
        """As AnswerStore has it."""
        found = await _CLAIM.call(self._redis, [keys.model_answer(key)], asker, self._lease_ms)
        if isinstance(found, list):
            return bytes(found[0])  # pyright: ignore[reportUnknownArgumentType] - a client without decoding answers bytes
        return "mine" if found == b"mine" else "taken"

    async def renew(self, key: str, asker: str) -> None:
        """As AnswerStore has it."""
        await self._settle(key, asker, "renew", self._lease_ms)

    async def put(self, key: str, asker: str, answer: bytes) -> None:
        """As AnswerStore has it."""
        await self._settle(key, asker, "put", self._ttl_ms, answer)

    async def drop(self, key: str, asker: str) -> None:
        """As AnswerStore has it."""
        await self._settle(key, asker, "drop")

    async def _settle(self, key: str, asker: str, what: str, *more: Argument) -> None:
        """Say something; when nobody hears it, the claim ends with its lease."""
        try:
            await _SETTLE.call(self._redis, [keys.model_answer(key)], asker, what, *more)
        except UNANSWERED as error:
            logger.warning("The cache of answers took no %s: %s", what, error)
