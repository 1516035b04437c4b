"""From the logged events of a thread's runs to the events of the thread-centric protocol.

One encoder reads one thread from its beginning. What it makes depends on the log alone, so every reader of a
thread is told the same events with the same ids and numbers, however often it comes back.
"""

from collections.abc import Callable
from typing import Any, cast

import orjson

from server.stream.entry import Position, StreamEvent, position_of
from server.stream.protocol.event import ProtocolEvent
from server.stream.protocol.messages import MessageEvents
from server.stream.protocol.state import shown
from server.stream.protocol.subgraphs import Subgraphs

Namespace = tuple[str, ...]
Data = dict[str, Any]

_STATUS = {"success": "completed", "interrupted": "interrupted"}  # every other end is a failure
_LOST = "The worker was lost; the step is told again."


class ThreadEncoder:
    """Encodes one thread's events in order."""

    def __init__(self) -> None:
        self.seq = 0  #: Of the last event made.
        self._run = _Run("", None)
        self._made: list[ProtocolEvent] = []
        self._held: ProtocolEvent | None = None
        self._encoders: dict[str, Callable[[StreamEvent, Namespace, Any], None]] = {
            "values": self._values,
            "updates": self._updates,
            "messages": self._messages,
            "tools": self._passed_on,
            "tasks": self._tasks,
            "custom": self._custom,
            "checkpoints": self._checkpoint,
            "reset": self._reset,
        }

    @property
    def is_in_run(self) -> bool:
        """Whether a run has begun and not ended."""
        return self._run.status == "running"

    def begin(self, run_id: str, graph_name: str | None, at: Position) -> list[ProtocolEvent]:
        """A run begins; a run that another worker goes on with has begun already."""
        if run_id != self._run.run_id:
            self._run = _Run(run_id, graph_name)
            self._lifecycle(at, "running")
        return self._take()

    def encode(self, event: StreamEvent) -> list[ProtocolEvent]:
        """The events that one logged event of the present run tells."""
        mode, *namespace = event.name.split("|")
        encode = self._encoders.get(mode)
        if mode != "checkpoints":
            self._let_go()
        if encode is not None:
            encode(event, tuple(namespace), orjson.loads(event.data))
        return self._take()

    def end(self, at: Position, *, status: str, error: str | None = None) -> list[ProtocolEvent]:
        """The present run has ended.

        Args:
            status: As its row says.
            error: What went wrong, if something has.
        """
        self._let_go()
        run = self._run
        ended = _STATUS.get(status, "failed")
        if ended == "completed" and run.is_interrupted:
            ended = "interrupted"
        for number, (namespace, data) in enumerate(run.messages.abandon(error or "The run ended.")):
            self._make(at, "messages", namespace, data, event_id=self._synthetic("message", str(number)))
        self._lifecycle(at, ended, error if ended == "failed" else None)
        self._tell_interrupted_state()
        return self._take()

    def never_begun(self, run_id: str, graph_name: str, at: Position) -> list[ProtocolEvent]:
        """A run was cancelled before any worker had begun it."""
        self._run = _Run(run_id, graph_name)
        self._lifecycle(at, "interrupted")
        return self._take()

    def tree(self) -> Data | None:
        """The latest run with its subgraphs; None before the first run."""
        run = self._run
        if not run.run_id:
            return None
        return run.subgraphs.tree({"namespace": [], "status": run.status, "graph_name": run.graph_name or ""})

    def _values(self, event: StreamEvent, namespace: Namespace, values: Any) -> None:
        state = values
        if isinstance(values, dict) and "__interrupt__" in values:
            fields = cast("Data", values)
            self._interrupts(event, namespace, fields["__interrupt__"])
            state = {key: value for key, value in fields.items() if key != "__interrupt__"}
            if not namespace and state:
                self._run.interrupted_state = (event, state)
            if not namespace or not state:
                return
        made = self._logged(event, "values", namespace, shown(state))
        if self._run.tells_checkpoints:
            self._held = made  # its checkpoint is logged behind it, and told before it
        else:
            self._made.append(made)

    def _updates(self, event: StreamEvent, namespace: Namespace, updates: Data) -> None:
        for node, update in updates.items():
            if node == "__interrupt__":
                self._interrupts(event, namespace, update)
            else:
                data: Data = {"node": node, "values": {} if update is None else shown(update)}
                self._made.append(self._logged(event, "updates", namespace, data, node=node))

    def _messages(self, event: StreamEvent, namespace: Namespace, logged: list[Any]) -> None:
        for data in self._run.messages.of(namespace, logged[0]):
            self._made.append(self._logged(event, "messages", namespace, data))

    def _passed_on(self, event: StreamEvent, namespace: Namespace, data: Data) -> None:
        self._made.append(self._logged(event, event.name.split("|")[0], namespace, shown(data)))

    def _tasks(self, event: StreamEvent, namespace: Namespace, task: Data) -> None:
        for place, data in self._run.subgraphs.follow(namespace, task):
            if data["event"] == "started":
                self._made.append(self._logged(event, "lifecycle", place, data))
            else:
                event_id = self._synthetic("lc", "|".join(place), data["event"])
                self._make(position_of(event.id), "lifecycle", place, data, event_id=event_id)
        self._passed_on(event, namespace, task)

    def _custom(self, event: StreamEvent, namespace: Namespace, payload: Any) -> None:
        match payload:
            case {"name": str(name), "payload": inner, **rest} if not rest:
                data: Data = {"name": name, "payload": inner}
            case _:
                data = {"payload": payload}
        self._made.append(self._logged(event, "custom", namespace, data))

    def _checkpoint(self, event: StreamEvent, namespace: Namespace, logged: Data) -> None:
        self._run.tells_checkpoints = True
        before: Data = logged.get("parent_config") or {"configurable": {}}
        parent = before["configurable"].get("checkpoint_id")
        data: Data = {"id": logged["config"]["configurable"]["checkpoint_id"]}
        data |= {"parent_id": parent} if parent else {}
        data |= {"step": logged["metadata"]["step"], "source": logged["metadata"]["source"]}
        held, self._held = self._held, None
        if held is None or held.namespace != namespace:
            self._made += [held] if held else []
            self._made.append(self._logged(event, "checkpoints", namespace, data))
            return
        self.seq -= 1  # the held one's, which the checkpoint takes
        self._make(held.position, "checkpoints", namespace, data, event_id=event.id)
        self._make(held.position, "values", namespace, held.data, event_id=held.event_id)

    def _reset(self, event: StreamEvent, _: Namespace, logged: Data) -> None:
        """Another worker goes on: what was growing will be told anew."""
        self._tell_interrupted_state()
        at = position_of(event.id)
        for namespace, data in self._run.messages.abandon(_LOST):
            self._make(at, "messages", namespace, data, event_id=self._numbered(event.id))
        self._run.messages = MessageEvents()

    def _interrupts(self, event: StreamEvent, namespace: Namespace, interrupts: list[Data]) -> None:
        """Ask for answers, once for every interrupt: the graphs above a subgraph tell of it, too."""
        self._run.is_interrupted = True
        for interrupt in interrupts:
            if interrupt["id"] not in self._run.asked:
                self._run.asked.add(interrupt["id"])
                data = {"interrupt_id": interrupt["id"], "payload": interrupt["value"]}
                if interrupt.get("response_schema") is not None:
                    data["response_schema"] = interrupt["response_schema"]
                event_id = self._synthetic("input", "|".join(namespace), interrupt["id"])
                self._make(position_of(event.id), "input.requested", namespace, data, event_id=event_id)

    def _tell_interrupted_state(self) -> None:
        """Tell the state in which the graph waits for answers: it comes behind the end of its run."""
        if self._run.interrupted_state is not None:
            event, state = self._run.interrupted_state
            self._made.append(self._logged(event, "values", (), shown(state)))
            self._run.interrupted_state = None

    def _lifecycle(self, at: Position, status: str, error: str | None = None) -> None:
        self._run.status = status
        data: Data = {"event": status}
        if self._run.graph_name is not None:
            data["graph_name"] = self._run.graph_name
        if error is not None:
            data["error"] = error
        self._make(at, "lifecycle", (), data, event_id=self._synthetic("lc", "", status))

    def _logged(
        self, event: StreamEvent, method: str, namespace: Namespace, data: Any, *, node: str | None = None
    ) -> ProtocolEvent:
        """An event that goes by the id of the log's."""
        at = position_of(event.id)
        return self._new(at, method, namespace, data, event_id=self._numbered(event.id), node=node)

    def _make(self, at: Position, method: str, namespace: Namespace, data: Any, *, event_id: str) -> None:
        self._made.append(self._new(at, method, namespace, data, event_id=event_id))

    def _new(
        self,
        at: Position,
        method: str,
        namespace: Namespace,
        data: Any,
        *,
        event_id: str,
        node: str | None = None,
    ) -> ProtocolEvent:
        self.seq += 1
        kept = self._run.interrupted_state
        # What is told before an event that was logged earlier has that one's place: places only grow.
        position = min(at, position_of(kept[0].id)) if kept else at
        return ProtocolEvent(
            event_id=event_id,
            seq=self.seq,
            method=method,
            namespace=namespace,
            timestamp=at[0],
            data=data,
            run_id=self._run.run_id,
            position=position,
            node=node,
        )

    def _synthetic(self, kind: str, *parts: str) -> str:
        return f"synth:{self._run.run_id}:{kind}|{'|'.join(parts)}"

    def _numbered(self, logged_id: str) -> str:
        """The id of the log's event, with a number from the second event on that it tells."""
        run = self._run
        run.told_of = (logged_id, run.told_of[1] + 1 if run.told_of[0] == logged_id else 0)
        return f"{logged_id}.{run.told_of[1]}" if run.told_of[1] else logged_id

    def _let_go(self) -> None:
        """Tell the held values: no checkpoint of theirs has come."""
        if self._held is not None:
            self._made.append(self._held)
            self._held = None

    def _take(self) -> list[ProtocolEvent]:
        made, self._made = self._made, []
        return made


class _Run:
    """What is remembered of the run that is read."""

    def __init__(self, run_id: str, graph_name: str | None) -> None:
        self.run_id = run_id
        self.graph_name = graph_name
        self.status = "running"
        self.messages = MessageEvents()
        self.subgraphs = Subgraphs()
        self.asked: set[str] = set()
        self.is_interrupted = False
        self.interrupted_state: tuple[StreamEvent, Any] | None = None  # of the graph itself, not told yet
        self.tells_checkpoints = False
        self.told_of: tuple[str, int] = ("", 0)  # the last event of the log, how many it told after its first
