"""Which subgraphs of a run have begun and how they ended, read from the tasks that it logs."""

from dataclasses import dataclass
from typing import Any

Namespace = tuple[str, ...]
Data = dict[str, Any]


@dataclass(slots=True)
class _Subgraph:
    name: str
    status: str


class Subgraphs:
    """The subgraphs of one run."""

    def __init__(self) -> None:
        self._known: dict[Namespace, _Subgraph] = {}
        self._calls: dict[str, str] = {}  # tool calls by the task that executes them

    def follow(self, namespace: Namespace, task: Data) -> list[tuple[Namespace, Data]]:
        """The lifecycle events that a task's beginning or end tells of."""
        if "result" in task:
            return self._end_below(namespace, task)
        if (call := _tool_call(task.get("input"))) is not None:
            self._calls[task["id"]] = call
        return self._begin(namespace, task) if namespace and namespace not in self._known else []

    def tree(self, root: Data) -> Data:
        """A root with all subgraphs below it."""
        return self._with_children((), root)

    def _begin(self, namespace: Namespace, task: Data) -> list[tuple[Namespace, Data]]:
        node, _, task_id = namespace[-1].partition(":")
        metadata: Data = task.get("metadata") or {}
        agent: str | None = metadata.get("lc_agent_name")
        begun = self._known[namespace] = _Subgraph(agent or node, "started")
        data: Data = {"event": "started", "namespace": namespace, "graph_name": begun.name}
        if task_id:
            data["trigger_call_id"] = task_id
        if agent and task_id in self._calls:
            data["cause"] = {"type": "toolCall", "tool_call_id": self._calls[task_id]}
        return [(namespace, data)]

    def _end_below(self, namespace: Namespace, task: Data) -> list[tuple[Namespace, Data]]:
        ends: list[tuple[Namespace, Data]] = []
        for below, subgraph in self._known.items():
            belongs = below[:-1] == namespace and below[-1].partition(":")[2] == task["id"]
            if subgraph.status == "started" and belongs:
                failure = task.get("error")
                subgraph.status = (
                    "interrupted" if task.get("interrupts") else "failed" if failure else "completed"
                )
                data: Data = {"event": subgraph.status, "graph_name": subgraph.name}
                if subgraph.status == "failed":
                    data["error"] = _message(failure)
                ends.append((below, data))
        return ends

    def _with_children(self, namespace: Namespace, node: Data) -> Data:
        children = [
            self._with_children(
                below, {"namespace": below, "status": subgraph.status, "graph_name": subgraph.name}
            )
            for below, subgraph in self._known.items()
            if below[:-1] == namespace
        ]
        return node | ({"children": children} if children else {})


def _tool_call(given: Any) -> str | None:
    """The tool call that a task's input is for, if it is for one."""
    match given:
        case {"tool_call": {"id": str(found)}} | [{"id": str(found), "args": _}, *_]:
            return found
        case _:
            return None


def _message(failure: Any) -> str:
    match failure:
        case {"message": str(message)}:
            return message
        case _:
            return str(failure)
