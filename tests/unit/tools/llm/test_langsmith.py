"""LangSmith is shown a request below the node that makes it."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from langsmith import RunTree, tracing_context

from tools.llm.choices import choose
from tools.llm.deltas import Delta
from tools.llm.langsmith import traced
from tools.llm.usage import Usage

_BODY = {"messages": [{"role": "user", "content": "Hello"}]}


class Client:
    """Of LangSmith's, keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []

    def create_run(self, **run: Any) -> None:
        self.begun.append(run)

    def update_run(self, **run: Any) -> None:
        self.ended.append(run)


async def _answer(error: Exception | None = None) -> AsyncGenerator[Delta]:
    yield Delta(text="Good ")
    if error is not None:
        raise error
    yield Delta(text="day", usage=Usage(input_tokens=1, output_tokens=2))


async def _pass_on(client: Client, deltas: AsyncGenerator[Delta], *, is_asked_for: bool = True) -> str:
    choice = choose("openai:m", base_url="http://127.0.0.1:1/v1")
    assert choice is not None
    node = RunTree(name="node", ls_client=client)
    with tracing_context(parent=node, enabled=is_asked_for):
        return "".join([delta.text async for delta in traced(choice, _BODY, deltas)])


async def test_question_answer_and_tokens_are_shown() -> None:
    client = Client()

    assert await _pass_on(client, _answer()) == "Good day"

    [begun], [ended] = client.begun, client.ended
    assert (begun["run_type"], begun["inputs"]["messages"]) == ("llm", _BODY["messages"])
    assert ended["outputs"]["text"] == "Good day"
    assert ended["outputs"]["usage_metadata"]["total_tokens"] == 3


async def test_a_failure_is_named_without_its_message() -> None:
    client = Client()

    with pytest.raises(ValueError, match="secret"):
        await _pass_on(client, _answer(ValueError("a secret text")))

    assert client.ended[0]["error"] == "ValueError"


async def test_nothing_is_shown_to_nobody_who_asks() -> None:
    client = Client()

    assert await _pass_on(client, _answer(), is_asked_for=False) == "Good day"

    assert (client.begun, client.ended) == ([], [])
