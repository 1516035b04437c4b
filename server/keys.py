"""Every Redis key of the service and how long it lives.

Keys of one thread or run share a hash tag, so that on a cluster they lie in one slot.
"""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

PREFIX = "scriptorium"

# Names of the two dockets, which derive their own keys from them: one for runs, one for everything small.
DOCKET_RUNS = f"{PREFIX}-runs"
DOCKET_CHORES = f"{PREFIX}-chores"

# What the fair queue keeps, in the order of its scripts: see server/runs/scripts/fair_queue.lua.
FAIR_QUEUE = tuple(
    f"{PREFIX}:{{turns}}:{name}"
    for name in ("waiting", "owners", "owners-low", "members", "active", "counts", "workers")
)

CLUSTER_SHARDS = 16  # slots over which a cluster spreads leases and event logs


class RunKey(NamedTuple):
    """Which run, on which thread."""

    thread_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class RunKeys:
    """Keys of leases and event logs.

    One reader follows many logs with one command, and on a cluster such a command stays inside one slot.
    So the hash tag is not the thread but one of a few shards; a single server needs only one.
    """

    shards: int = 1  #: CLUSTER_SHARDS on a Redis Cluster, else 1.

    def shard(self, thread_id: str) -> int:
        """The shard in which everything of a thread lies."""
        return crc32(thread_id.encode()) % self.shards

    def lease(self, thread_id: str) -> str:
        """HASH: who runs a thread now, and how far its events are; expires with its last run's log."""
        return f"{self._prefix(thread_id)}:lease:{tag(thread_id)}"

    def events(self, run: RunKey) -> str:
        """STREAM of one run's events; expires RESULT_TTL_HOURS after the run's end."""
        return f"{self._prefix(run.thread_id)}:events:{tag(run.run_id)}"

    def history(self, thread_id: str) -> str:
        """STREAM of the runs that a thread has begun, in order; expires with its last run's log."""
        return f"{self._prefix(thread_id)}:history:{tag(thread_id)}"

    def wake(self, shard: int, reader: str) -> str:
        """STREAM by which a process wakes its own reader of a shard; expires a minute after the last time."""
        return f"{PREFIX}:{{runs-{shard}}}:wake:{reader}"

    def _prefix(self, thread_id: str) -> str:
        return f"{PREFIX}:{{runs-{self.shard(thread_id)}}}"


def session(session_id: str) -> str:
    """HASH of a login: whose it is, its next refresh token; expires REFRESH_TOKEN_DAYS after its use."""
    return f"{PREFIX}:session:{tag(session_id)}"


def ticket(digest: str) -> str:
    """The session of a single-use ticket for a WebSocket; expires after seconds."""
    return f"{PREFIX}:ticket:{digest}"


def failures(kind: str, name: str) -> str:
    """How often logging in failed, by a name or from an address; expires with its window."""
    return f"{PREFIX}:failures:{kind}:{tag(name)}"


# Turns of model calls, in the order of server/models/scripts/admit.lua; all in one slot, and short-lived.
MODEL_TURNS = tuple(f"{PREFIX}:{{models}}:{name}" for name in ("slots", "ready", "waiting", "places"))


def model_queue(model: str) -> str:
    """ZSET of who waits to call a model; expires minutes after the last one asked."""
    return f"{PREFIX}:{{models}}:queue:{tag(model)}"


def model_limit(digest: str) -> tuple[str, str, str]:
    """A limit's window, its tokens, and its calls under way; expire with the window."""
    prefix = f"{PREFIX}:{{models}}:limit:{digest}"
    return f"{prefix}:window", f"{prefix}:tokens", f"{prefix}:running"


def model_answer(digest: str) -> str:
    """HASH: a cached answer, or who is asking for it; expires after CACHE_TTL, or with the asker's lease."""
    return f"{PREFIX}:answer:{digest}"


def spent_by_run(run_id: str) -> str:
    """HASH of what a run has consumed: tokens, and cost by currency; expires a month after the last call."""
    return f"{PREFIX}:spent:run:{tag(run_id)}"


def spent_by_user(user: str, day: str) -> str:
    """HASH of what a user has consumed on a day (UTC); expires a month later."""
    return f"{PREFIX}:spent:user:{tag(user)}:{day}"


def realtime_session(session_id: str) -> str:
    """HASH: which process has a session, its last event's number, and what the next one has to know.

    It expires SESSION_MAX_PERSISTENCE_HOURS after the last event.
    """
    return f"{PREFIX}:realtime:{{{tag(session_id)}}}"


def realtime_process(process: str) -> str:
    """Whether a process that has sessions is alive; expires when it has not said so for a while."""
    return f"{PREFIX}:realtime_process:{process}"


def realtime_events(session_id: str) -> str:
    """STREAM of a session's events; expires with it."""
    return f"{realtime_session(session_id)}:events"


def reset(digest: str) -> str:
    """Whose password a link may set, and at which epoch of the account; expires with the link."""
    return f"{PREFIX}:reset:{digest}"


def sweep_turn(what: str) -> str:
    """Keeps other processes from a kind of sweep; expires after the pause between two of them."""
    return f"{PREFIX}:sweep:turn:{what}"


def rate(what: str, who: str) -> str:
    """When somebody may ask for something as often as ever again; expires then."""
    return f"{PREFIX}:rate:{what}:{tag(who)}"


SWEPT_STREAMS = f"{PREFIX}:sweep:streams"  # up to whose end runs have been searched for open streams; kept

SWEPT_FILES = f"{PREFIX}:sweep:files"  # which spaces searches for bytes without a row; expires after a day

# Sorted sets of the threads and of (run, thread) that have checkpoints; entries go with their threads. No
# thread's tag has a percent sign before a letter that is no hexadecimal digit.
CHECKPOINT_THREADS = f"{PREFIX}:checkpoint:{{%registry}}:threads"
CHECKPOINT_RUNS = f"{PREFIX}:checkpoint:{{%registry}}:runs"


def checkpoint_thread(thread_id: str) -> str:
    """Prefix of one thread's checkpoint keys; kept until the thread is deleted, or for its TTL."""
    return f"{PREFIX}:checkpoint:{{{tag(thread_id)}}}"


def tag(identifier: str) -> str:
    """An identifier made safe inside a hash tag: braces, colons and an empty tag cannot occur."""
    return quote(identifier, safe="") or "%"
