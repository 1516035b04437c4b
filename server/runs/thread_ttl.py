"""How long threads are kept."""

from dataclasses import dataclass
from datetime import timedelta

from server.db.models import Thread, TtlStrategy
from server.db.repositories import threads


@dataclass(frozen=True, kw_only=True)
class ThreadTtl:
    """How long a thread is kept after its last change, and what becomes of it then."""

    duration: timedelta
    strategy: TtlStrategy = "delete"

    def give(self, thread: Thread) -> None:
        """Let it count for a thread from now on."""
        thread.ttl_minutes = self.duration.total_seconds() / 60
        thread.ttl_strategy = self.strategy
        threads.renew(thread)
