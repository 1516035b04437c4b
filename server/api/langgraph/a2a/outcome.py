"""What has become of a task: its state, what was said, and its result, read from its run."""

from dataclasses import dataclass
from typing import Any

from server.api.langgraph.a2a.task import Object, TaskName, artifact, history, state_of, status, task
from server.api.langgraph.a2a.view import View
from server.db.models import ACTIVE, Run
from server.db.repositories import run_list, threads
from server.resources import Resources
from server.stream.encoding import to_json


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Shows runs as tasks."""

    resources: Resources

    async def of(self, run: Run, view: View) -> Object:
        """A run as a task, as it stands."""
        is_last, waits = await self._place(run)
        values = await self._values(run, is_last=is_last)
        name = TaskName(run.thread_id, run.run_id)
        state = state_of(run.status, asks=is_last and waits)
        message = run.error["message"] if run.error is not None else None
        if state == "input-required":
            message = await self._question(run)
        said = await self._said(run, name, values, view)
        shown = task(name, said, status(name, state, message, since=run.updated_at))
        if state == "completed" and view.with_artifacts and values is not None:
            shown["artifacts"] = [artifact(run, values)]
        return shown

    async def _place(self, run: Run) -> tuple[bool, bool]:
        """Whether the run is its thread's last, and whether the thread waits for an answer."""
        async with self.resources.database.read() as session:
            thread = await threads.get(session, run.thread_id)
            newest = await run_list.of_thread(session, run.thread_id, limit=1, offset=0)
        return run.run_id in [last.run_id for last in newest], thread.status == "interrupted"

    async def _values(self, run: Run, *, is_last: bool) -> Any:
        if is_last or run.status in ACTIVE:
            return await self.resources.states.values(run, None)
        return await self.resources.states.left_by(run)

    async def _said(self, run: Run, name: TaskName, values: Any, view: View) -> list[Object]:
        said = history(name, values)
        if view.scope == "task":
            found = history(name, await self.resources.states.found_by(run))
            known = {message["messageId"] for message in found}
            said = [message for message in said if message["messageId"] not in known]
        length = view.history_length
        return said if length is None else said[len(said) - min(length, len(said)) :]

    async def _question(self, run: Run) -> str | None:
        output = await self.resources.states.output(run)
        asked: list[Any] = output.get("__interrupt__") or []
        if not asked:
            return None
        value = asked[0].value
        return value if isinstance(value, str) else to_json(value).decode()
