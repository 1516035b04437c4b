"""One question of a fan-out: asked of its role, counted, and never silent about what stays wrong."""

from typing import TypeVar

from pydantic import BaseModel

from graphs.guideline.state import Task
from graphs.notes import Note, warn
from graphs.progress import shared_meter
from tools.errors import ErrorCategory, ModelAnswerInvalid, ModelError
from tools.llm.chat_models import current
from tools.llm.structured import Question, ask

A = TypeVar("A", bound=BaseModel)


async def ask_task(
    stage: str, task: Task, question: Question[A], *, is_counted: bool = True
) -> tuple[A | None, list[Note]]:
    """The answer, and what is to be known of it; None where no answer was usable.

    Args:
        is_counted: Whether it is one of the stage's steps; repairs and translations are not.

    Raises:
        ModelRefused: Bad key, unpaid account, unknown model: nothing can be answered.
        BudgetSpent: The run, or its user, may consume no more. The run can be resumed when that is raised.
        ModelUnavailable: The model is down. The run can be resumed; what was answered stays so.
    """
    models = await current()
    models = models if task["caching"] else models.without_cache()
    value: A | None = None
    notes: list[Note] = []
    try:
        answer = await ask(models, task["role"], question)
    except ModelError as error:
        if not (isinstance(error, ModelAnswerInvalid) or error.category is ErrorCategory.CONTENT_FILTER):
            raise
        notes = [_note(stage, task, error.message)]
    else:
        value = answer.value
        notes = [_note(stage, task, problem.message) for problem in answer.problems]
    warn(notes)
    if is_counted:
        shared_meter(f"{task['run']}:{stage}", stage=stage, total=task["of"], unit="steps").advance(1)
    return value, notes


def _note(stage: str, task: Task, problem: str) -> Note:
    return Note(
        code="model_answer_unusable",
        message=f"{stage}, question {task['number'] + 1} of {task['of']}: {problem}",
    )
