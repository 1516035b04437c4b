"""What a client of the protocol may command, whatever carries the command."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import anyio
from langchain_protocol import ErrorCode
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from server import access
from server.api.errors import STATUS
from server.api.following import ended
from server.api.langgraph.schemas import CommandBody, ConfigBody, RunCreate
from server.db.models import Run, Thread
from server.db.repositories import runs
from server.resources import Resources
from server.runs.job import RunRequest
from server.stream.modes import RecordedMode
from tools.errors import NotFound, ServiceError

RECORDED: tuple[RecordedMode, ...] = (
    "values",
    "updates",
    "messages-tuple",
    "tools",
    "custom",
    "tasks",
    "checkpoints",
)  # what the events of every channel are derived from
PATIENCE_SECONDS = 5  # that an answer waits for the run whose question it answers to end

Params = dict[str, Any]
Answer = dict[str, Any]
Handler = Callable[[Params], Awaitable[Params]]


class CommandRefused(Exception):
    """A command that cannot be carried out, with the protocol's code for the reason."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code


class MalformedCommand(Exception):
    """What was sent is no command."""


class Commands:
    """The commands that one thread understands.

    Args:
        session: Further commands by their methods, of a connection that stays.
        seq: The number of the last event that the connection has carried.
        admit: Raises ServiceError when a command is one too many.
    """

    def __init__(
        self,
        resources: Resources,
        thread_id: str,
        *,
        session: dict[str, Handler] | None = None,
        seq: Callable[[], int] = lambda: 0,
        admit: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._resources = resources
        self._thread_id = thread_id
        self._seq = seq
        self._admit = admit
        self._handlers: dict[str, Handler] = {
            "run.start": self._start,
            "input.respond": self._respond,
        } | (session or {})

    async def answer(self, command: Any) -> Answer:
        """Carry out a command and say how that went.

        Raises:
            MalformedCommand: It has no id or no method.
        """
        number, method, params = _parts(command)
        try:
            if self._admit is not None:
                await self._admit()
            if method not in self._handlers:
                raise CommandRefused("unknown_command", f"Unknown protocol command: {method}")
            result = await self._handlers[method](params)
        except CommandRefused as refused:
            return failure(number, refused.code, str(refused))
        except ValidationError as invalid:
            return failure(number, "invalid_argument", _explain(invalid))
        except HTTPException as refused:
            return failure(number, "unknown_error", f"{refused.status_code}: {refused.detail}")
        except ServiceError as error:
            return failure(number, "unknown_error", f"{STATUS[error.category]}: {error.message}")
        meta = {"applied_through_seq": self._seq()}
        return {"type": "success", "id": number, "result": result, "meta": meta}

    async def _start(self, params: Params) -> Params:
        if not isinstance(params.get("assistant_id"), str):
            raise CommandRefused("invalid_argument", "run.start requires an assistant_id.")
        given = dict(params)
        if "multitaskStrategy" in given:
            given["multitask_strategy"] = given.pop("multitaskStrategy")
        request = _recorded(RunCreate.model_validate(given).request(keep_thread=True))
        if request.input is not None and await self._awaits_input(request):
            request = replace(request, input=None, command={"resume": request.input})
        return {"run_id": (await self._run(request)).run_id}

    async def _respond(self, params: Params) -> Params:
        responses = _responses(params)
        thread = await self._quiet_thread()
        pending = await self._pending(thread) if thread is not None else []
        for interrupt_id in responses:
            if interrupt_id not in pending:
                raise CommandRefused(
                    "no_such_interrupt", f"Unknown or already-consumed interrupt: {interrupt_id}"
                )
        assert thread is not None  # noqa: S101 - one without a row has no interrupts
        extra = CommandBody.model_validate({key: params.get(key) for key in ("update", "goto")})
        config = ConfigBody.model_validate(params.get("config") or {})
        request = RunRequest(
            assistant_id=thread.meta["assistant_id"],
            command=extra.model_dump() | {"resume": responses},
            config=config.model_dump(exclude_unset=True),
            metadata=params.get("metadata") or {},
            multitask_strategy="reject",  # of two answers to one question the first one counts
        )
        await self._run(_recorded(request))
        return {}

    async def _run(self, request: RunRequest) -> Run:
        with access.bind(await access.running(request.assistant_id)):
            return await self._resources.runs.create_run(request, thread_id=self._thread_id)

    async def _awaits_input(self, request: RunRequest) -> bool:
        """Whether an input is the answer to what the thread asks, not the start of another branch."""
        configurable: dict[str, Any] = request.config.get("configurable") or {}
        if configurable.get("checkpoint_id") is not None:
            return False
        try:
            thread = await self._resources.runs.thread(self._thread_id)
        except NotFound:
            return False
        return thread.status == "interrupted" and bool(await self._pending(thread))

    async def _pending(self, thread: Thread) -> list[str]:
        """The ids of what a thread asks."""
        snapshot = await self._resources.states.snapshot(thread)
        return [interrupt.id for interrupt in snapshot.interrupts] if snapshot is not None else []

    async def _quiet_thread(self) -> Thread | None:
        """The thread, after its runs have ended if they do that soon; None when there is none."""
        with anyio.move_on_after(PATIENCE_SECONDS):
            while (run := await self._active_run()) is not None:
                await ended(self._resources, run)
        try:
            return await self._resources.runs.thread(self._thread_id)
        except NotFound:
            return None

    async def _active_run(self) -> Run | None:
        async with self._resources.database.read() as session:
            return await runs.next_of_thread(session, self._thread_id)


def failure(number: int | None, code: ErrorCode, message: str) -> Answer:
    """The answer to a command that was not carried out."""
    return {"type": "error", "id": number, "error": code, "message": message}


def _parts(command: Any) -> tuple[int, str, Params]:
    match command:
        case {"id": int(number), "method": str(method)} if not isinstance(number, bool) and number >= 0:
            params: Any = cast("dict[str, Any]", command).get("params") or {}
            if isinstance(params, dict):
                return number, method, cast("Params", params)
        case _:
            pass
    raise MalformedCommand("Protocol commands must include an integer id and string method.")


def _recorded(request: RunRequest) -> RunRequest:
    """The same run, with everything in its log that the protocol tells."""
    return replace(
        request,
        stream_mode=RECORDED,
        stream_subgraphs=True,
        stream_resumable=True,
        if_not_exists="create",
    )


def _responses(params: Params) -> dict[str, Any]:
    """What is answered, by the ids of the interrupts."""
    entries: Any = params.get("responses") if "responses" in params else [params]
    match entries:
        case [_, *_] if all(_is_response(entry) for entry in cast("list[Any]", entries)):
            return {entry["interrupt_id"]: entry["response"] for entry in cast("list[Params]", entries)}
        case _:
            raise CommandRefused(
                "invalid_argument", "input.respond requires an interrupt_id and a response, or responses."
            )


def _is_response(entry: Any) -> bool:
    match entry:
        case {"interrupt_id": str(), "response": _}:
            return True
        case _:
            return False


def _explain(invalid: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in invalid.errors()
    )
