"""Every Redis key of the service and how long it lives.

Keys of one thread or run share a hash tag, so that on a cluster they lie in one slot.
"""

from datetime import timedelta
from urllib.parse import quote

PREFIX = "scriptorium"


DOCKET = f"{PREFIX}-runs"  # the run queue's name; docket derives its own keys from it
REDELIVERY_TIMEOUT = timedelta(seconds=30)  # a run whose worker is silent this long goes to another one


def run_events(run_id: str) -> str:
    """Stream of one run's events; expires RESULT_TTL_HOURS after the run's end."""
    return f"{PREFIX}:events:{{{run_id}}}"


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
