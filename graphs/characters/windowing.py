"""One window's call to the model: asked, counted, and never silent about a failure."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import BaseModel

from graphs.characters.packed import pack_items
from graphs.characters.state import WindowAnswer, WindowTask
from graphs.model_calls import model_calls
from graphs.notes import Note, warn
from graphs.progress import shared_meter
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError, ModelUnavailable
from tools.llm.chat_models import ChatModels, current
from tools.llm.structured import Answer, NoUsableAnswer, Question, ask
from tools.llm.usage import Usage

A = TypeVar("A", bound=BaseModel)

_NOTHING = asdict(Usage())


async def ask_window(
    stage: str,
    task: WindowTask,
    question: Question[A],
    items: Iterable[str],
    read: Callable[[A, set[str]], list[list[Any]]],
    *,
    is_counted: bool = True,
) -> tuple[WindowAnswer, list[Note]]:
    """Ask one window's question; what stays unusable is left to the rules, and said.

    Args:
        stage: The stage that asks, for progress and warnings.
        task: The window.
        question: What is asked.
        items: The ids that are asked about.
        read: Turns an answer, and the ids that it got wrong, into plain lists.
        is_counted: Whether the stage's progress counts this window.

    Raises:
        ModelRefused: Bad key, unpaid account, unknown model: no window can be answered.
        BudgetSpent: The run, or its user, may consume no more. The run can be resumed when that is raised.
        ModelUnavailable: The model is down. The run can be resumed; windows that were answered stay so.
    """
    models = await current()
    try:
        with model_calls():
            answer = await ask(models, "primary", question)
    except ModelError as error:
        if not _concerns_this_window(error, models):
            raise
        reason, failed, values = error.message, list(items), list[list[Any]]()
        usage = error.usage if isinstance(error, NoUsableAnswer) else Usage()
        notes = [_note(stage, task, reason, failed)]
    else:
        reason, failed = _leftovers(answer)
        values, usage = read(answer.value, set(failed)), answer.usage
        notes = [_note(stage, task, reason, failed)] if failed else []
    warn(notes)
    if is_counted:
        _count(stage, task)
    answered = WindowAnswer(
        window=task["window"],
        key=task["key"],
        start=task["start"],
        people=pack_items({}),
        values=pack_items(values),
        failed=failed,
        usage={name: value for name, value in asdict(usage).items() if value != _NOTHING[name]},
    )
    return answered, notes


def _concerns_this_window(error: ModelError, models: ChatModels) -> bool:
    if isinstance(error, ModelUnavailable):
        return not models.is_down
    return isinstance(error, ModelAnswerInvalid) or error.category is ErrorCategory.CONTENT_FILTER


def _leftovers(answer: Answer[Any]) -> tuple[str, list[str]]:
    failed = list(dict.fromkeys(problem.item for problem in answer.problems))
    return (answer.problems[0].message if failed else ""), failed


def _note(stage: str, task: WindowTask, reason: str, failed: list[str]) -> Note:
    shown = ", ".join(failed[:5]) + (", ..." if len(failed) > 5 else "")
    message = (
        f"{stage}, window {task['window'] + 1} of {task['windows']}: {reason}; "
        f"the rules decide {len(failed)} items ({shown})"
    )
    return Note(code="model_answer_unusable", message=message)


def _count(stage: str, task: WindowTask) -> None:
    meter = shared_meter(task["run"], stage=stage, total=task["text_length"], unit="characters")
    share = task["text_length"] // task["windows"]
    meter.done = max(meter.done, task["answered"] * share)
    meter.advance(share)
