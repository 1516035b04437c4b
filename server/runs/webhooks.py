"""Tells a run's caller that the run has ended: signed, retried with backoff, never to a private address.

The signature is ``X-Scriptorium-Signature: t=<unix seconds>,v1=<hex>`` with
v1 = HMAC-SHA256(secret, "<t>.<body>"). A receiver that also refuses old values of t cannot be replayed to.
"""

import hashlib
import hmac
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from server.db.models import Run, now
from server.db.repositories import runs
from server.db.session import Database
from server.runs.addresses import resolve_public
from server.runs.queue import RunQueue
from server.stream.encoding import to_json
from tools.errors import InvalidInput

logger = logging.getLogger(__name__)

Composer = Callable[[Run], Awaitable[dict[str, Any]]]

FIRST_PAUSE = 2.0  # seconds before the second attempt; doubles each time
LONGEST_PAUSE = 600.0  # seconds
SIGNATURE_HEADER = "X-Scriptorium-Signature"


@dataclass(frozen=True, kw_only=True)
class WebhookSender:
    """Delivers the news of a run's end.

    Args:
        secret: Key of the signature.
        timeout: Seconds that the receiver may take.
        retries: Attempts after the first.
        allow_private: Whether private addresses may be called.
    """

    database: Database
    queue: RunQueue
    secret: bytes
    timeout: float
    retries: int
    allow_private: bool

    async def check(self, url: str) -> None:
        """Raise InvalidInput for a URL that would be refused at delivery."""
        await resolve_public(url, allow_private=self.allow_private)

    async def deliver(self, run_id: str, compose: Composer) -> None:
        """One attempt; queues the next one when it fails.

        Args:
            compose: Makes the payload of the run.
        """
        async with self.database.read() as session:
            run = await runs.get(session, run_id)
        if run.delivery and run.delivery["delivered_at"]:
            return
        attempts = (run.delivery["attempts"] if run.delivery else 0) + 1
        body = to_json(await compose(run))
        problem = await self._post(run.kwargs["webhook"], body)
        await self._record(run_id, attempts, problem)
        if problem and attempts <= self.retries:
            await self.queue.submit_delivery(run_id, attempt=attempts + 1, when=now() + _pause(attempts))

    async def _post(self, url: str, body: bytes) -> str | None:
        """Send it; returns what went wrong, or None."""
        try:
            address = await resolve_public(url, allow_private=self.allow_private)
            target = httpx.URL(url)
            async with httpx.AsyncClient(timeout=self.timeout, follow_redirects=False) as client:
                response = await client.post(
                    target.copy_with(host=address.ip),
                    content=body,
                    headers={
                        "Host": target.netloc.decode("ascii"),
                        "Content-Type": "application/json",
                        SIGNATURE_HEADER: sign(self.secret, body, int(time.time())),
                    },
                    extensions={"sni_hostname": address.host},
                )
        except (httpx.HTTPError, InvalidInput) as error:
            return f"{type(error).__name__}: {error}"
        return None if response.is_success else f"HTTP {response.status_code}"

    async def _record(self, run_id: str, attempts: int, problem: str | None) -> None:
        if problem:
            logger.warning("Callback of run %s failed (attempt %d): %s", run_id, attempts, problem)
        async with self.database.write() as session:
            run = await runs.get(session, run_id)
            run.delivery = {
                "attempts": attempts,
                "delivered_at": None if problem else now().isoformat(),
                "last_error": problem,
            }


def sign(secret: bytes, body: bytes, moment: int) -> str:
    """The signature header's value for a body sent at this moment (Unix seconds)."""
    digest = hmac.new(secret, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _pause(attempts: int) -> timedelta:
    """Exponential backoff with full jitter on its upper half."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1))
    return timedelta(seconds=pause * random.uniform(0.5, 1))  # noqa: S311 - spreads load, guards nothing
