"""Work that is done elsewhere than in the service: files and settings in, files out.

A job in a folder has the same form wherever it runs: ``job.json`` (step and settings) and ``in/`` come,
``out/`` goes, progress is lines of JSON. A cloud gets the folder by its storage, a child process by its path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

StepName = Literal["profile", "prepare", "tune", "train", "describe", "guard", "assign", "report"]
TRAINING: tuple[StepName, ...] = ("tune", "train")  # what is done where models are trained

Files = Mapping[str, bytes]
Tell = Callable[[int, int], None]
"""Called with how many steps are done, and of how many."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be done."""

    step: StepName
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    files: Files = field(default_factory=dict[str, bytes])


class Place(Protocol):
    """Where jobs run: child processes of this one, a cloud's training service."""

    async def run(self, job: Job, tell: Tell) -> dict[str, bytes]:
        """Do the job; whatever ends this call (an error, a cancellation) ends the work, too.

        Args:
            job: What is to be done.
            tell: Hears of progress, in this event loop.

        Returns:
            The files that came out of it.

        Raises:
            ServiceError: What the step raised; or "job_out_of_memory", "process_failed".
        """
        ...

    def most_cost(self, step: StepName) -> float | None:
        """What one such job may cost at most, in the currency of the prices; None: nothing, or not known."""
        ...
