"""Who may act for a thread's runs: one worker at a time, known by an epoch that only ever grows.

The epoch is the fencing token of everything a worker writes: events (server/stream), checkpoints
(server/checkpoint) and the run's end in the database. A worker that was taken for dead and wakes up again
finds all of them closed. Between the end of its lease and its next write it may still call the outside
world: a lease protects the state, not what a node does elsewhere.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, cast

from server import keys, lua
from server.db.models import CancelAction
from server.keys import RunKey, RunKeys

LEASE = timedelta(seconds=30)  # a worker that is silent this long is taken for dead
RENEWALS = 4  # in the time of one lease

_CLAIM = lua.load("stream/clock", "runs/claim")
_RENEW = lua.load("stream/clock", "runs/renew")
_RELEASE = lua.load("runs/release")
_CANCEL = lua.load("stream/clock", "runs/cancel")
_LEFT = lua.load("stream/clock", "runs/time_left")

Renewal = Literal["held", "lost"] | CancelAction


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act for a run, until it is given back or not renewed in time."""

    run: RunKey
    epoch: int  #: Fencing token: greater than that of every earlier lease of this thread.


class LeaseHeld(Exception):
    """Another worker has the thread."""

    def __init__(self, run_id: str, left: timedelta) -> None:
        super().__init__(f"Run {run_id} holds the thread for {left} more")
        self.run_id = run_id
        self.left = left  #: Until the lease lapses, if it is not renewed.


class Leases:
    """Gives, renews and takes back leases.

    Args:
        client: A client that returns bytes.
        duration: How long a lease lasts without renewal.
        keep: How long what is known of a thread's events outlives its last run.
    """

    def __init__(
        self, client: lua.Client, keys: RunKeys, *, duration: timedelta = LEASE, keep: timedelta
    ) -> None:
        self._redis = client
        self._keys = keys
        self._milliseconds = duration // timedelta(milliseconds=1)
        self.renewed_every = duration / RENEWALS  #: By whoever holds one.
        self._keep = keep // timedelta(milliseconds=1)

    async def claim(self, run: RunKey, *, worker: str, floor: int) -> Lease:
        """Take a thread for a run.

        Args:
            worker: Who takes it, for people to read.
            floor: The greatest epoch that the database knows of this thread; Redis may have lost its tail.

        Raises:
            LeaseHeld: Another lease of this thread is alive.
        """
        places = (self._keys.lease(run.thread_id), self._keys.events(run), self._keys.history(run.thread_id))
        status, value, *holder = await _CLAIM.call(
            self._redis, places, run.run_id, worker, self._milliseconds, floor
        )
        if status == b"busy":
            raise LeaseHeld(holder[0].decode(), timedelta(milliseconds=value))
        return Lease(run, value)

    async def renew(self, leases: Sequence[Lease]) -> Mapping[Lease, Renewal]:
        """Hold on to leases, and learn which runs were asked to stop; one round trip a shard."""
        by_shard: defaultdict[int, list[Lease]] = defaultdict(list)
        for lease in leases:
            by_shard[self._keys.shard(lease.run.thread_id)].append(lease)
        found: dict[Lease, Renewal] = {}
        for some in by_shard.values():
            places = [self._keys.lease(lease.run.thread_id) for lease in some]
            epochs = [lease.epoch for lease in some]
            replies: list[bytes] = await _RENEW.call(self._redis, places, self._milliseconds, *epochs)
            found |= {
                lease: cast("Renewal", reply.decode() or "held")
                for lease, reply in zip(some, replies, strict=True)
            }
        return found

    async def release(self, lease: Lease) -> None:
        """Give a lease back. Does nothing when another worker has taken it over."""
        thread_id = lease.run.thread_id
        places = (self._keys.lease(thread_id), self._keys.history(thread_id))
        await _RELEASE.call(self._redis, places, lease.epoch, self._keep)

    async def request_stop(self, run: RunKey, action: CancelAction) -> bool:
        """Leave word for the worker that has this run; False when none has."""
        place = self._keys.lease(run.thread_id)
        return bool(await _CANCEL.call(self._redis, (place,), run.run_id, action))

    async def unheld(self, runs: Sequence[RunKey]) -> list[RunKey]:
        """Those runs that no living worker holds."""
        return [run for run in runs if not await self.time_left(run)]

    async def time_left(self, run: RunKey) -> timedelta:
        """How long a run's lease lasts if it is not renewed; nothing when no living worker has the run."""
        place = self._keys.lease(run.thread_id)
        return timedelta(milliseconds=await _LEFT.call(self._redis, (place,), run.run_id))

    async def worker(self, run: RunKey) -> str | None:
        """The name of the worker that has this run; None when no living one has."""
        if not await self.time_left(run):
            return None
        redis: Any = self._redis
        name: bytes | None = await redis.hget(self._keys.lease(run.thread_id), "worker")
        return name.decode() if name else None

    async def forget(self, thread_id: str) -> None:
        """Remove what is known of a thread that is no more."""
        places = (self._keys.lease(thread_id), self._keys.history(thread_id))
        session = (keys.realtime_session(thread_id), keys.realtime_events(thread_id))
        for some in (places, session):
            await self._redis.unlink(*some)  # pyright: ignore[reportUnknownMemberType] - typed for both of redis-py's clients
