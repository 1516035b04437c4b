"""The nodes of the dialogue graph."""

from typing import Any, cast
from uuid import uuid4

from langgraph.config import get_config
from langgraph.runtime import Runtime
from langgraph.types import Overwrite

from graphs.dialogue import memory
from graphs.dialogue.conversation import begin, proceed
from graphs.dialogue.questions import assignment_of, prompt_for, reading_of
from graphs.dialogue.replies import from_phrases, from_written, reply_of
from graphs.dialogue.state import Fact, Request, State, Summary, Update, parse_input
from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from graphs.progress import OpinionReady, RepliesBegun, RepliesDone, ReplyReady, WarningRaised, emit
from tools.dialogue.reading import read_stance, summarise
from tools.dialogue.writing import Written, write_replies
from tools.errors import BudgetSpent, ModelError, ServiceError
from tools.llm.chat_models import current

_INPUT = Request.__annotations__
_OFFLINE = Note(
    code="offline",
    message="No language model is configured: replies come from the phrase bank alone, no stance is"
    " predicted, and no talk summed up. Set FAST_MODEL or PRIMARY_MODEL.",
)


async def take(state: State) -> Update:
    """Take note of what is new."""
    values = cast("dict[str, Any]", state)  # a new thread has no channel yet
    given = parse_input({name: values[name] for name in _INPUT if name in values})
    is_new = "conversation" not in values
    conversation = proceed(begin() if is_new else state["conversation"], given)
    is_offline = (await current()).choice("fast") is None
    has_moved = bool(given.said) or given.intent is not None
    offered: list[str] = [] if has_moved else values.get("offered", [])
    if is_offline and given.want:
        emit(WarningRaised(code=_OFFLINE["code"], message=_OFFLINE["message"]))
    return {
        "conversation": conversation,
        "asked": {
            "id": f"r{uuid4().hex[:12]}",
            "want": given.want,
            "focus": given.focus,
            "more": given.more,
            "recalls": is_new or bool(given.setup.profile or given.setup.partner or given.setup.keep),
        },
        "offered": offered,
        "mode": "offline" if is_offline else "model",
        "replies": values.get("replies"),
        "opinion": None,
        "summary": None,
        "warnings": Overwrite([_OFFLINE] if is_offline and given.want else []),
    }


async def recall(state: State, runtime: Runtime) -> Update:
    """Read, once for a conversation, what is kept of its people; and keep what the user wants kept."""
    conversation = state["conversation"]
    if runtime.store is None:
        return {}
    conversation = await memory.recall(runtime.store, conversation, _own_id())
    if conversation["keep"]:
        await memory.keep_people(runtime.store, conversation)
    return {"conversation": conversation}


async def reply(state: State, *, seconds: float) -> Update:
    """Write replies; without a model, take them from the phrase bank."""
    conversation, asked = state["conversation"], state["asked"]
    models = await current()
    assignment = assignment_of(conversation, asked, state["offered"])
    mode = state["mode"]
    emit(RepliesBegun(request_id=asked["id"], wanted=len(assignment.slots), mode=mode))
    told: list[Any] = []

    def give(written: Written) -> None:
        reply = reply_of(asked["id"], written)
        emit(ReplyReady(request_id=asked["id"], index=len(told), reply=reply))
        told.append(reply)

    if mode == "offline":
        replies = from_phrases(conversation, asked["id"], assignment)
        for index, each in enumerate(replies["replies"]):
            emit(ReplyReady(request_id=asked["id"], index=index, reply=each))
    else:
        with model_calls():
            outcome = await write_replies(models, "fast", assignment, give, seconds=seconds)
        replies = from_written(conversation, asked["id"], assignment, outcome)
    emit(RepliesDone(request_id=asked["id"], replies=replies))
    return {
        "replies": replies,
        "offered": [*state["offered"], *(each["text"] for each in replies["replies"])],
    }


async def predict(state: State) -> Update:
    """Guess the stance that the user may take next."""
    conversation = state["conversation"]
    if state["mode"] == "offline":
        return {}
    if not conversation["messages"]:
        return _warned("nothing_said", "There is no stance to predict: nothing was said yet.")
    models, prompt = await current(), prompt_for("opinion", conversation)
    try:
        with model_calls():
            stance = await read_stance(models, prompt, reading_of(conversation, is_whole=False))
    except (ModelError, BudgetSpent) as error:
        return _failed("opinion_failed", "The stance could not be predicted", error)
    opinion = stance.model_dump()
    emit(OpinionReady(opinion=opinion))
    return {"opinion": opinion}


async def conclude(state: State, runtime: Runtime) -> Update:
    """Sum the talk up, and keep that for the next one with the same partner."""
    conversation = state["conversation"]
    if conversation["keep"] and runtime.store is not None:
        await memory.keep_people(runtime.store, conversation)
    if state["mode"] == "offline":
        return {}
    if not conversation["messages"]:
        return _warned("nothing_said", "There is nothing to sum up: nothing was said yet.")
    models, prompt = await current(), prompt_for("summary", conversation)
    ids = [message["id"] for message in conversation["messages"]]
    try:
        with model_calls():
            found = await summarise(models, prompt, reading_of(conversation, is_whole=True), ids)
    except (ModelError, BudgetSpent) as error:
        return _failed("summary_failed", "The talk could not be summed up", error)
    facts = [Fact(text=fact.text, message_ids=fact.message_ids) for fact in found.facts]
    summary = Summary(text=found.summary, facts=facts)
    if runtime.store is not None:
        await memory.keep_talk(runtime.store, conversation, _own_id(), summary)
    return {"summary": summary}


def _own_id() -> str:
    """The conversation's: its thread's, or one of its own where no thread is kept."""
    return str(get_config().get("configurable", {}).get("thread_id") or uuid4())


def _failed(code: str, what: str, error: ServiceError) -> Update:
    return _warned(code, f"{what}: {error.message}")


def _warned(code: str, message: str) -> Update:
    notes = [Note(code=code, message=message)]
    warn(notes)
    return {"warnings": notes}
