"""What the assistant knows of its conversation."""

from typing import Annotated, Any, Literal, cast

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

from tools.errors import InvalidInput

Ending = Literal["done", "failed"]


class Attached(TypedDict):
    """A file that came with a message, or that a long message became."""

    file_id: str
    name: str


class JobResult(TypedDict):
    """What a job made."""

    job: str
    values: dict[str, Any] | None  #: The result; None where it is kept as a file.
    file_id: str | None  #: A JSON file with all of it.
    files: list[dict[str, Any]]  #: That the job stored.


class Proposal(TypedDict):
    """A job that is about to start."""

    call_id: str
    job: str
    given: dict[str, Any]  #: The graph's input.
    estimate: (
        dict[str, Any] | None
    )  #: What its model calls take at least; None: none are made, or nobody knows.


def _merged(known: dict[str, JobResult], new: dict[str, JobResult]) -> dict[str, JobResult]:
    return known | new


def _joined(known: list[Attached], new: list[Attached]) -> list[Attached]:
    return known + [each for each in new if each not in known]


class Request(TypedDict):
    """What comes in: the user's message, with files as content blocks."""

    messages: Annotated[list[AnyMessage], add_messages]


class Output(TypedDict):
    """The conversation, and what its jobs made, by the ids of their calls."""

    messages: Annotated[list[AnyMessage], add_messages]
    results: Annotated[dict[str, JobResult], _merged]
    mode: str  #: "offline" or "model".


class State(TypedDict):
    """Everything between the nodes."""

    messages: Annotated[list[AnyMessage], add_messages]
    attached: Annotated[list[Attached], _joined]
    results: Annotated[dict[str, JobResult], _merged]
    proposal: Proposal | None
    mode: str
    turns: int  #: Answers of the model since the user's last message.


class Update(TypedDict, total=False):
    """What a node changes."""

    messages: list[AnyMessage]
    attached: list[Attached]
    results: dict[str, JobResult]
    proposal: Proposal | None
    mode: str
    turns: int


async def check_input(values: object) -> None:
    """Refuse what is no message, before a run is queued for it.

    Raises:
        InvalidInput: There is no message, or an unknown field.
    """
    given = cast("dict[str, Any]", values) if isinstance(values, dict) else {}
    if not given.get("messages"):
        raise InvalidInput(
            "the input has no messages",
            hint='Send {"messages": [{"role": "user", "content": "..."}]}.',
        )
    if unknown := [name for name in given if name != "messages"]:
        raise InvalidInput(f"unknown option {unknown[0]!r}", hint="Allowed in the input: messages.")
