"""The one way to ask a model for data: a schema in, a validated value out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from prompts import Prompt
from tools.errors import ModelAnswerInvalid
from tools.llm.calling import Call, perform
from tools.llm.chat import send_chat
from tools.llm.chat_models import ChatModels
from tools.llm.chat_request import ChatRequest
from tools.llm.choices import ModelChoice
from tools.llm.json_text import find_object
from tools.llm.roles import Role
from tools.llm.usage import Answered, Usage

A = TypeVar("A", bound=BaseModel)

MAX_REPAIRS = 2
_MOST_PROBLEMS_NAMED = 20
_AGAIN = "Answer again: the whole JSON object, corrected, and nothing else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with one item of an answer."""

    item: str  #: The id that the answer got wrong or left out.
    message: str  #: What is wrong, for the model to read.


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[A]):
    """What is asked, and how an answer is judged."""

    instructions: str  #: The rendered prompt: ours alone, never a user's words.
    data: dict[str, Any]  #: The material, with ids; sent as JSON.
    schema: type[A]
    check: Callable[[A], list[Problem]]  #: Problems that a schema cannot see, such as unknown ids.
    prompt: Prompt | None = None  #: What the instructions were rendered from.


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[A]):
    """An answer that fits its schema."""

    value: A
    problems: tuple[Problem, ...]  #: Items that stayed wrong after every repair; do not use them.
    repairs: int
    usage: Usage


class NoUsableAnswer(ModelAnswerInvalid):
    """The model answered, but never usably; what its answers cost is in ``usage``."""

    def __init__(self, last: ModelAnswerInvalid, usage: Usage) -> None:
        super().__init__(last.message, hint=last.hint, code=last.code)
        self.usage = usage


async def ask(
    models: ChatModels, role: Role, question: Question[A], *, repairs: int = MAX_REPAIRS
) -> Answer[A]:
    """Ask, validate, and have the model repair what is wrong.

    Args:
        models: The models that play the roles.
        role: Which of them is asked.
        question: What is asked.
        repairs: How often a whole answer is asked for again.

    Raises:
        ModelUnavailable: No answer came, however often the call was repeated.
        ModelRefused: The provider will not answer.
        NoUsableAnswer: No answer fitted the schema.
    """
    messages = _opening(question)
    usage = Usage()
    best: tuple[A, list[Problem]] | None = None
    failure = ModelAnswerInvalid("the model was not asked")
    for repair in range(repairs + 1):
        try:
            answered = await _call(models, role, messages, question)
        except ModelAnswerInvalid as error:
            failure = error
            usage += Usage(calls=1)
            continue
        usage += answered.usage
        value, problems = _judge(answered.value, question)
        if value is not None:
            if not problems:
                return Answer(value=value, problems=(), repairs=repair, usage=usage)
            if best is None or len(problems) <= len(best[1]):
                best = value, problems
        failure = ModelAnswerInvalid(f"the model's answer is unusable: {problems[0].message}")
        messages = [*_opening(question), AIMessage(answered.value), _complaint(problems)]
    if best is None:
        raise NoUsableAnswer(failure, usage) from failure
    return Answer(value=best[0], problems=tuple(best[1]), repairs=repairs, usage=usage)


async def _call(
    models: ChatModels, role: Role, messages: Sequence[BaseMessage], question: Question[A]
) -> Answered[str]:
    asked = ChatRequest(messages=messages, schema=question.schema)

    async def send(choice: ModelChoice) -> Answered[str]:
        answered = await send_chat(models, choice, asked)
        return Answered(value=answered.value.written, usage=answered.usage)

    def is_usable(text: str) -> bool:
        value, problems = _judge(text, question)
        return value is not None and not problems

    request = {
        "messages": [[message.type, message.text] for message in messages],
        "schema": asked.json_schema(),
    }
    call = Call(
        role=role, operation="chat", send=send, request=request, keep=is_usable, prompt=question.prompt
    )
    return await perform(models, call)


def _opening(question: Question[Any]) -> list[BaseMessage]:
    data = json.dumps(question.data, ensure_ascii=False, separators=(",", ":"))
    return [SystemMessage(question.instructions), HumanMessage(data)]


def _judge(text: str, question: Question[A]) -> tuple[A | None, list[Problem]]:
    found = find_object(text, question.schema.model_fields)
    if found is None:
        return None, [Problem(item="", message="the answer holds no complete JSON object")]
    try:
        value = question.schema.model_validate(found)
    except ValidationError as error:
        return None, [_schema_problem(detail["loc"], detail["msg"]) for detail in error.errors()]
    return value, question.check(value)


def _schema_problem(location: tuple[int | str, ...], message: str) -> Problem:
    path = ".".join(map(str, location))
    return Problem(item=path, message=f"{path}: {message}" if path else message)


def _complaint(problems: Sequence[Problem]) -> HumanMessage:
    named = [problem.message for problem in problems[:_MOST_PROBLEMS_NAMED]]
    complaint = {"problems": named, "more_problems": len(problems) - len(named), "please": _AGAIN}
    return HumanMessage(json.dumps(complaint, ensure_ascii=False))
