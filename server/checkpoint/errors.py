"""What a checkpointer refuses or finds broken; every one of them is raised, never read as "no state".

ServiceError
├── CheckpointIncomplete   Redis has lost a part of a thread
├── NotReplicated          too few replicas confirmed a write in time
├── StaleFencingToken      a newer worker owns the thread
└── UnsuitableServer       this Redis cannot hold checkpoints
"""

from tools.errors import ErrorCategory, ServiceError


class CheckpointIncomplete(ServiceError):
    """A part of a thread's data is gone: Redis evicted it, or somebody deleted it."""

    code = "checkpoint_incomplete"


class NotReplicated(ServiceError):
    """The primary has the write, but fewer replicas than asked for confirmed it in time.

    Writing the same again is safe.
    """

    code = "not_replicated"
    category = ErrorCategory.CONNECTIVITY


class StaleFencingToken(ServiceError):
    """The writer's token is older than one that the thread has seen: its lease has passed to another."""

    code = "stale_fencing_token"
    category = ErrorCategory.CONFLICT

    def __init__(self, thread_id: str, seen: int) -> None:
        super().__init__(
            f"Thread {thread_id!r} has seen the fencing token {seen}, newer than this writer's.",
            hint="Another worker has taken the run over: stop this one.",
        )
        self.seen = seen  #: The newest token.


class UnsuitableServer(ServiceError):
    """The server is too old or cannot do what an option asks, or its URL cannot be understood."""

    code = "unsuitable_redis"


def incomplete(thread_id: str, part: str) -> CheckpointIncomplete:
    """The error for a thread with a hole in it."""
    return CheckpointIncomplete(
        f"Thread {thread_id!r} is listed but part of its data is gone ({part}).",
        hint="Redis evicts keys: set its maxmemory-policy to noeviction. Delete the thread to start anew.",
    )
