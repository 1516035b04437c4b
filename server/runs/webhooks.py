"""Tells a run's caller that the run has ended: signed, retried with backoff, never to a private address.

The signature is ``X-Scriptorium-Signature: t=<unix seconds>,v1=<hex>`` with
v1 = HMAC-SHA256(secret, "<t>.<body>"). A receiver that also refuses old values of t cannot be replayed to.

The delivery's row says which attempt is next and when; messages in the queue only wake somebody up. An
attempt is noted before the call, so a worker that dies in it has used it up, and the sweeper finds what it
left. The receiver may then be called again: ``X-Scriptorium-Delivery`` is the same for all attempts.
"""

import asyncio
import hashlib
import hmac
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx

from server import metrics
from server.db.models import Delivery, DeliveryStatus, Run, now
from server.db.repositories import deliveries, runs
from server.db.session import Database
from server.runs.addresses import PublicAddress, resolve_public
from server.runs.queue import RunQueue
from server.runs.webhook_policy import WebhookPolicy
from server.stream.encoding import to_json
from tools.errors import InvalidInput

logger = logging.getLogger(__name__)

Composer = Callable[[Run], Awaitable[dict[str, Any]]]

FIRST_PAUSE = 2.0  # seconds before the second attempt; doubles each time
LONGEST_PAUSE = 600.0  # seconds
SIGNATURE_HEADER = "X-Scriptorium-Signature"
DELIVERY_HEADER = "X-Scriptorium-Delivery"

_UNRECORDED = "The worker was lost before it could record what came of this attempt"
_MARGIN = timedelta(seconds=30)  # for all of an attempt but the call
_EARLY = timedelta(seconds=0.5)  # by which workers' clocks may differ without costing a retry its time


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one call."""

    status_code: int | None = None  #: The receiver's, if it answered.
    error: str | None = None  #: What went wrong; None when it was delivered.
    reason: str | None = None  #: The same for the log, without anything of the URL.


@dataclass(frozen=True, kw_only=True)
class WebhookSender:
    """Delivers the news of a run's end.

    Args:
        secret: Key of the signature.
        timeout: Seconds that the receiver may take in all.
        retries: Attempts after the first.
        allow_private: Whether private addresses may be called.
        policy: What the project's langgraph.json says besides.
    """

    database: Database
    queue: RunQueue
    secret: bytes
    timeout: float
    retries: int
    allow_private: bool
    policy: WebhookPolicy = field(default_factory=WebhookPolicy)

    async def check(self, url: str) -> None:
        """Raise InvalidInput for a URL that would be refused at delivery."""
        if not self.policy.is_disabled:
            await self._look_up(url)

    async def _look_up(self, url: str) -> PublicAddress:
        self.policy.check(url)
        return await resolve_public(url, allow_private=self.allow_private and self.policy.may_be_private)

    async def search(
        self, *, run_id: str | None = None, status: DeliveryStatus | None = None, limit: int
    ) -> list[Delivery]:
        """Deliveries with their attempts, newest first."""
        async with self.database.read() as session:
            return await deliveries.search(session, run_id=run_id, status=status, limit=limit)

    async def resend(self, run_id: str, *, moment: datetime | None = None) -> Delivery:
        """Deliver once more, with as many retries as at first. Raises NotFound for a run without delivery."""
        async with self.database.write() as session:
            delivery = await deliveries.get(session, run_id, lock=True)
            delivery.status = "pending"
            delivery.series = len(delivery.attempts)
            delivery.next_attempt_at = moment or now()
        await self.queue.submit_delivery(run_id, len(delivery.attempts) + 1, resent=True)
        return delivery

    async def deliver(
        self, run_id: str, attempt: int, compose: Composer, *, moment: datetime | None = None
    ) -> None:
        """Make one attempt, and queue the next one when it fails. Safe to repeat.

        Args:
            attempt: Which one, from 1; does nothing unless it is the next one and its time has come.
            compose: Makes the payload of the run.
            moment: The current time.
        """
        at = moment or now()
        delivery = await self._begin(run_id, attempt, at)
        if delivery is None:
            return
        async with self.database.read() as session:
            run = await runs.get(session, run_id)
        body = to_json(self.policy.payload(await compose(run)))
        started = time.monotonic()
        outcome = await self._post(delivery, body)
        await self._record(run_id, attempt, outcome, seconds=time.monotonic() - started, at=at)

    async def queue_due(self, *, moment: datetime | None = None) -> int:
        """Queue every attempt whose time has come, for those whose message was lost; returns how many."""
        async with self.database.read() as session:
            due = await deliveries.due(session, moment or now())
        for delivery in due:
            await self.queue.submit_delivery(delivery.run_id, len(delivery.attempts) + 1)
        return len(due)

    async def _begin(self, run_id: str, attempt: int, at: datetime) -> Delivery | None:
        """Note an attempt before it is made; None when it is not to be made."""
        async with self.database.write() as session:
            delivery = await deliveries.find(session, run_id, lock=True)
            if delivery is None or not _is_next(delivery, attempt, at):
                return None
            if attempt - delivery.series > self.retries + 1:  # the last one was made, but not recorded
                delivery.status, delivery.next_attempt_at = "failed", None
                return None
            begun = {"at": at.isoformat(), "status_code": None, "error": _UNRECORDED, "seconds": None}
            delivery.attempts = [*delivery.attempts, begun]
            delivery.next_attempt_at = at + timedelta(seconds=self.timeout) + _MARGIN
            return delivery

    async def _post(self, delivery: Delivery, body: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self.timeout):
                return _judge(await self._call(delivery, body))
        except InvalidInput as error:
            return Outcome(error=error.message, reason=error.code)
        except TimeoutError:
            return Outcome(error=f"No answer within {self.timeout:g} seconds", reason="TimeoutError")
        except httpx.HTTPError as error:
            return Outcome(error=f"{type(error).__name__}: {error}", reason=type(error).__name__)

    async def _call(self, delivery: Delivery, body: bytes) -> int:
        """POST to the address that was just looked up and found to be allowed; returns the status code."""
        address = await self._look_up(delivery.url)
        target = httpx.URL(delivery.url)
        headers = {
            **self.policy.headers,
            "Host": target.netloc.decode("ascii"),
            "Content-Type": "application/json",
            SIGNATURE_HEADER: sign(self.secret, body, int(time.time())),
            DELIVERY_HEADER: delivery.run_id,
        }
        async with (
            httpx.AsyncClient(
                timeout=self.timeout, follow_redirects=False, trust_env=False, verify=_certificates()
            ) as client,
            client.stream(  # the answer's body is left unread
                "POST",
                target.copy_with(host=address.ip),
                content=body,
                headers=headers,
                extensions={"sni_hostname": address.host},
            ) as response,
        ):
            return response.status_code

    async def _record(
        self, run_id: str, attempt: int, outcome: Outcome, *, seconds: float, at: datetime
    ) -> None:
        if outcome.error:
            logger.warning("Callback of run %s failed (attempt %d): %s", run_id, attempt, outcome.reason)
        made = {
            "at": at.isoformat(),
            "status_code": outcome.status_code,
            "error": outcome.error,
            "seconds": round(seconds, 3),
        }
        async with self.database.write() as session:
            delivery = await deliveries.get(session, run_id, lock=True)
            delivery.attempts = [*delivery.attempts[: attempt - 1], made, *delivery.attempts[attempt:]]
            is_latest = (
                len(delivery.attempts) == attempt > delivery.series
            )  # nobody has sent it anew meanwhile
            if is_latest:
                self._settle(
                    delivery, failed=outcome.error is not None, ended=at + timedelta(seconds=seconds)
                )
        gave_up = delivery.status == "failed"
        metrics.webhook_attempted(
            "delivered" if outcome.error is None else "given_up" if gave_up else "failed"
        )
        if is_latest and delivery.status == "pending":
            await self.queue.submit_delivery(run_id, attempt + 1, when=delivery.next_attempt_at)

    def _settle(self, delivery: Delivery, *, failed: bool, ended: datetime) -> None:
        """What the latest attempt makes of its delivery."""
        made = len(delivery.attempts) - delivery.series
        if not failed:
            delivery.status, delivery.next_attempt_at = "delivered", None
        elif made > self.retries:
            delivery.status, delivery.next_attempt_at = "failed", None
        else:
            delivery.next_attempt_at = ended + _pause(made)


def _is_next(delivery: Delivery, attempt: int, at: datetime) -> bool:
    due = delivery.next_attempt_at
    return (
        delivery.status == "pending"
        and len(delivery.attempts) == attempt - 1
        and due is not None
        and due <= at + _EARLY
    )


def _judge(status_code: int) -> Outcome:
    if 200 <= status_code < 300:
        return Outcome(status_code=status_code)
    return Outcome(status_code=status_code, error=f"HTTP {status_code}", reason=f"HTTP {status_code}")


def sign(secret: bytes, body: bytes, moment: int) -> str:
    """The signature header's value for a body sent at this moment (Unix seconds)."""
    digest = hmac.new(secret, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


@cache
def _certificates() -> ssl.SSLContext:
    """Whom this process trusts. Read once: reading would hold up the loop at each delivery."""
    return httpx.create_ssl_context(trust_env=False)


def _pause(attempts: int) -> timedelta:
    """Exponential backoff with full jitter on its upper half."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1))
    return timedelta(seconds=pause * random.uniform(0.5, 1))  # noqa: S311 - spreads load, guards nothing
