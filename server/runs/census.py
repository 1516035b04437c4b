"""What is true of the runs of all processes together, counted when somebody asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import disk_usage

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server import metrics
from server.db.models import now
from server.db.repositories import run_counts
from server.db.repositories.run_counts import RunCounts
from server.db.session import Database
from server.runs.fair_queue import FairQueue, LivingWorkers
from server.runs.leases import Leases
from server.stream.broker import EventBroker
from server.stream.writer import WriterCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseCounts:
    """Of the runs whose turn has come."""

    unheld: int  #: No living worker has them; the next round of any worker hands them out again.
    oldest_age: timedelta | None  #: Since the last renewal of the lease that waits longest for its next one.


@dataclass(frozen=True, kw_only=True)
class RunCensus:
    """Counts runs, queue and leases.

    Args:
        lease: How long a lease lasts without renewal.
        folder: On the disk whose free space is told.
    """

    database: Database
    fair_queue: FairQueue
    leases: Leases
    broker: EventBroker
    lease: timedelta
    folder: Path

    async def runs(self) -> RunCounts:
        """The runs in the database, by what they wait for."""
        async with self.database.read() as session:
            return await run_counts.count(session, now())

    async def held(self) -> LeaseCounts:
        """The leases of the runs whose turn has come."""
        left = [await self.leases.time_left(run) for run in await self.fair_queue.active()]
        living = [time for time in left if time]
        return LeaseCounts(
            unheld=len(left) - len(living), oldest_age=self.lease - min(living) if living else None
        )

    async def workers(self) -> LivingWorkers:
        """The workers of all processes."""
        return await self.fair_queue.workers(now())

    def free_bytes(self) -> int:
        """What the disk of our folder has room for."""
        return disk_usage(self.folder).free

    async def prometheus(self) -> bytes:
        """Everything, with the metrics of this process, as Prometheus reads it."""
        together = CollectorRegistry()
        together.register(_Families([*_of_runs(await self.runs()), *_of_leases(await self.held())]))
        together.register(_Families(_of_workers(await self.workers(), self.free_bytes())))
        together.register(_Families(_of_writer(self.broker.written)))
        return generate_latest(metrics.REGISTRY) + generate_latest(together)


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _of_runs(counts: RunCounts) -> Iterable[Metric]:
    runs = GaugeMetricFamily("scriptorium_runs", "Runs that are kept.", labels=["status"])
    for status, count in counts.by_status.items():
        runs.add_metric([status], count)
    depth = GaugeMetricFamily("scriptorium_queue_depth", "Runs that wait.", labels=["priority"])
    for priority, count in counts.pending_by_priority.items():
        depth.add_metric([priority], count)
    yield runs
    yield depth
    waited = counts.longest_wait.total_seconds() if counts.longest_wait else 0
    yield GaugeMetricFamily(
        "scriptorium_oldest_pending_seconds", "Age of the run that waits longest.", waited
    )


def _of_leases(counts: LeaseCounts) -> Iterable[Metric]:
    age = counts.oldest_age.total_seconds() if counts.oldest_age else 0
    yield GaugeMetricFamily(
        "scriptorium_oldest_lease_age_seconds",
        "Since the renewal of the lease that was renewed longest ago.",
        age,
    )
    yield GaugeMetricFamily(
        "scriptorium_unheld_runs", "Runs whose turn has come and that no living worker has.", counts.unheld
    )


def _of_workers(living: LivingWorkers, free_bytes: int) -> Iterable[Metric]:
    yield GaugeMetricFamily("scriptorium_workers", "Workers that live.", living.count)
    yield GaugeMetricFamily(
        "scriptorium_slots", "Runs that all workers together execute at a time.", living.slots
    )
    yield GaugeMetricFamily("scriptorium_disk_free_bytes", "Room on the disk of DATA_DIR.", free_bytes)


def _of_writer(counts: WriterCounts) -> Iterable[Metric]:
    yield CounterMetricFamily("scriptorium_events_written", "Events in Redis.", counts.events)
    yield CounterMetricFamily("scriptorium_event_entries_written", "Entries that hold them.", counts.entries)
    yield CounterMetricFamily(
        "scriptorium_event_batches_refused", "Batches that came after a lease had moved on.", counts.refused
    )
    yield CounterMetricFamily(
        "scriptorium_event_writes_unanswered", "Commands that Redis did not answer.", counts.failures
    )
