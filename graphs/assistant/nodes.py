"""The nodes of the assistant's graph."""

import json
from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langgraph.types import interrupt
from pydantic import ValidationError

from graphs.assistant.agreeing import agreed, agrees
from graphs.assistant.answering import LOOK, by_model, by_rules
from graphs.assistant.attaching import take_in
from graphs.assistant.estimating import estimate
from graphs.assistant.jobs import TOOLS, JobTool
from graphs.assistant.state import JobResult, Proposal, State, Update
from graphs.beneath import run_beneath
from graphs.errors import explain_invalid
from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from tools.assistant.digests import digest, files_in, part
from tools.errors import InvalidInput, ServiceError
from tools.llm.chat_models import current
from tools.storage import base as storage

MOST_TURNS = 12  # answers of a model to one message of a user
_OFFLINE = Note(
    code="offline",
    message="No language model is configured: the assistant follows rules. Set PRIMARY_MODEL.",
)
_LOOK = str(LOOK["function"]["name"])


async def take(state: State) -> Update:
    """Take the user's message in, its files by their ids; one that agrees to what was proposed starts it."""
    last = state["messages"][-1]
    if not isinstance(last, HumanMessage):
        raise InvalidInput("the last message is not the user's", hint='Send one with the role "user".')
    message, files = await take_in(last)
    is_offline = (await current()).choice("primary") is None
    if is_offline:
        warn([_OFFLINE])
    proposed = state.get("proposal")
    again = agreed(state["messages"], proposed) if proposed and agrees(str(last.text)) else None
    return {
        "messages": [message, again[0]] if again else [message],
        "attached": files,
        "results": {},
        "proposal": again[1] if again else None,
        "mode": "offline" if is_offline else "model",
        "turns": 0,
    }


async def answer(state: State) -> Update:
    """Say the next thing, or call a tool."""
    if state["turns"] >= MOST_TURNS:
        raise InvalidInput(
            f"the model called tools {MOST_TURNS} times without an answer",
            hint="Say what you want in other words.",
        )
    if state["mode"] == "offline":
        return {"messages": [by_rules(state, TOOLS)], "turns": state["turns"] + 1}
    with model_calls():
        message = await by_model(await current(), state, TOOLS)
    return {"messages": [message], "turns": state["turns"] + 1}


async def prepare(state: State) -> Update:
    """See to the first call that is open: look a part up, or make a job ready."""
    call = open_calls(state)[0]
    try:
        if call["name"] == _LOOK:
            return {"messages": [_answered(call, await _looked_at(state, call["args"]))]}
        return {"proposal": await _proposal(call)}
    except ServiceError as error:
        return {"messages": [_failed(call, error)]}


async def confirm(state: State) -> Update:
    """Ask the user whether the job shall start; in the words that LangChain's chat front ends show."""
    proposal = cast("Proposal", state["proposal"])
    call = open_calls(state)[0]
    about: dict[str, Any] = {"estimate": proposal["estimate"]}
    asked = {
        "action_requests": [
            {"name": call["name"], "args": call["args"], "description": TOOLS[proposal["job"]].title, **about}
        ],
        "review_configs": [{"action_name": call["name"], "allowed_decisions": ["approve", "edit", "reject"]}],
    }
    decision = _decision(interrupt(asked))
    if decision["type"] == "approve":
        return {}
    if decision["type"] == "edit":  # what is changed is asked about anew
        args = cast("dict[str, Any]", decision["edited_action"]["args"])
        return {"messages": [_with_arguments(state, call, args)], "proposal": None}
    why = str(decision.get("message") or "The user does not want it.")
    return {"messages": [_answered(call, {"declined": why}, is_error=True)], "proposal": None}


async def work(state: State) -> Update:
    """Run the job as a part of this run: its steps are kept, its events pass, its questions are asked."""
    proposal = cast("Proposal", state["proposal"])
    call = open_calls(state)[0]
    job = TOOLS[proposal["job"]]
    marks = {"job": job.name, "call_id": call["id"]}
    try:
        values = await run_beneath(
            job.entry.graph, proposal["given"], passed_on=lambda event: {**event, **marks}
        )
    except ServiceError as error:
        return {"messages": [_failed(call, error)], "proposal": None}
    result = await _kept(job, values)
    told = {"call_id": call["id"], "files": result["files"], "result": digest(values)}
    return {
        "messages": [_answered(call, told)],
        "results": {str(call["id"]): result},
        "proposal": None,
    }


def open_calls(state: State) -> list[ToolCall]:
    """The calls that no message has answered yet, in order."""
    messages = state["messages"]
    answered = {message.tool_call_id for message in messages if isinstance(message, ToolMessage)}
    asking = next((message for message in reversed(messages) if isinstance(message, AIMessage)), None)
    return [call for call in asking.tool_calls if call["id"] not in answered] if asking else []


async def _proposal(call: ToolCall) -> Proposal:
    """The job that a call wants, checked as any run of it."""
    job = TOOLS.get(call["name"])
    if job is None:
        raise InvalidInput(
            f"there is no tool {call['name']!r}", hint=f"There are: {', '.join([*TOOLS, _LOOK])}."
        )
    try:
        arguments = job.arguments.model_validate(call["args"])
    except ValidationError as error:
        raise explain_invalid(error, job.arguments) from None
    given = job.to_input(arguments)
    await job.entry.check_input(given)
    found = await estimate(job, given) if job.is_confirmed else None
    return Proposal(
        call_id=str(call["id"]), job=job.name, given=given, estimate=None if found is None else dict(found)
    )


async def _looked_at(state: State, args: Mapping[str, Any]) -> Any:
    """A part of a result."""
    result = state.get("results", {}).get(str(args.get("call_id")))
    if result is None:
        known = ", ".join(state.get("results", {})) or "none"
        raise InvalidInput(
            f"no job of the call {args.get('call_id')!r} has ended", hint=f"Ended are: {known}."
        )
    values: Any = result["values"]
    if result["file_id"] is not None:
        values = json.loads(await storage.current().read(result["file_id"]))
    path = str(args.get("path", ""))
    return {"path": path, "value": digest(part(values, path), most=12_000)}


async def _kept(job: JobTool, values: dict[str, Any]) -> JobResult:
    """A result where it can be looked at later: as a file, or in the thread where nothing stores files."""
    files, store = files_in(values), storage.bound()
    if store is None:
        return JobResult(job=job.name, values=values, file_id=None, files=files)
    data = json.dumps(values, ensure_ascii=False, default=str).encode()
    kept = await store.write(data, name=f"{job.name}.result.json", media_type="application/json")
    return JobResult(job=job.name, values=None, file_id=kept.file_id, files=files)


def _decision(given: Any) -> dict[str, Any]:
    """A user's decision, as chat front ends send it; true and "approve" will do."""
    if given is True or given == "approve":
        return {"type": "approve"}
    if given is False or given == "reject":
        return {"type": "reject"}
    decisions = cast("dict[str, Any]", given).get("decisions") if isinstance(given, dict) else None
    if decisions and decisions[0].get("type") in ("approve", "edit", "reject"):
        return decisions[0]
    raise InvalidInput(
        "the answer is no decision", hint='Resume with {"decisions": [{"type": "approve"}]}, or "reject".'
    )


def _with_arguments(state: State, call: ToolCall, args: dict[str, Any]) -> AIMessage:
    """The message that made a call, with other arguments in it."""
    asking = next(message for message in reversed(state["messages"]) if isinstance(message, AIMessage))
    calls = [{**each, "args": args} if each["id"] == call["id"] else each for each in asking.tool_calls]
    return asking.model_copy(update={"tool_calls": calls})


def _answered(call: ToolCall, value: Any, *, is_error: bool = False) -> AnyMessage:
    return ToolMessage(
        content=json.dumps(value, ensure_ascii=False, default=str),
        tool_call_id=str(call["id"]),
        name=call["name"],
        status="error" if is_error else "success",
    )


def _failed(call: ToolCall, error: ServiceError) -> AnyMessage:
    told = {"error": error.message, "code": error.code} | ({"hint": error.hint} if error.hint else {})
    return _answered(call, told, is_error=True)
