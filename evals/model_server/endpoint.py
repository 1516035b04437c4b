"""One kind of request: how it is read and how its answer is written."""

from collections.abc import Callable
from dataclasses import dataclass, field

from evals.model_server.failures import Failure, Form
from evals.model_server.memory import Memory
from evals.model_server.pace import Pace, count_tokens
from evals.model_server.question import Answer, Json, Question
from evals.model_server.reply import Reply


class BadRequest(Exception):
    """The request cannot be taken."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question with its answer, ready to be written."""

    number: int  #: Of the request.
    body: Json
    question: Question
    answer: Answer
    pace: Pace
    memory: Memory
    base_url: str = ""  #: Of the server, without a path.
    path: dict[str, str] = field(default_factory=dict[str, str])  #: What the path's pattern matched.

    @property
    def prompt_tokens(self) -> int:
        """Of the whole conversation."""
        return sum(count_tokens(message.text) for message in self.question.messages) or 1

    @property
    def reasoning_tokens(self) -> int:
        """Of what was thought."""
        return count_tokens(self.answer.reasoning)

    @property
    def output_tokens(self) -> int:
        """Of what was thought and said."""
        calls = sum(count_tokens(str(call.arguments)) + 1 for call in self.answer.tool_calls)
        return count_tokens(self.answer.text) + self.reasoning_tokens + calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A path's reading and writing.

    Args:
        form: Of its errors.
        read: Raises BadRequest.
        write: Raises BadRequest.
        needs_answer: False where the answer follows from the request, as an embedding does.
        takes_raw_token: The Authorization header may hold the token alone.
        needs_raw_token: It must.
    """

    form: Form
    read: Callable[[Json], Question]
    write: Callable[[Turn], Reply]
    needs_answer: bool = True
    takes_raw_token: bool = False
    needs_raw_token: bool = False
