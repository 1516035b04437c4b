"""``make smoke-providers``, with a model server in place of the clouds."""

from io import StringIO

import pytest
from rich.console import Console

from configs.settings import Settings
from evals.model_server import Answers, Fault, Faults, Question, model_server
from evals.smoke_providers import show, skipped, smoke
from tools.llm.roles import configured

pytestmark = pytest.mark.usefixtures("closed_clients")


def _answer(question: Question) -> str:
    return '{"city": "Paris"}' if question.wants_json else question.heard or "Paris"


async def test_every_role_of_a_provider_whose_key_is_there_is_asked() -> None:
    with model_server(Answers.of(_answer), keys=["k"]) as server:
        settings = Settings(DASHSCOPE_API_KEY="k", DASHSCOPE_BASE_URL=server.qwen_url)
        rows = await smoke(configured(settings))

    assert all(row.is_ok for row in rows), rows
    assert {row.role for row in rows} == {
        "primary",
        "translate",
        "embedding",
        "rerank",
        "tts",
        "realtime",
        "vision",
    }
    assert next(row.outcome for row in rows if row.role == "tts").endswith("heard as: Good day.")


async def test_what_fails_is_told_with_what_to_do() -> None:
    with model_server(Answers.of(_answer), faults=Faults.always(Fault.ARREARS)) as server:
        settings = Settings(PRIMARY_MODEL="openai:m", LLM_BASE_URL=server.openai_url)
        rows = await smoke(configured(settings))

    assert [row.what for row in rows] == ["text", "stream", "data"]
    assert all("top it up" in row.outcome for row in rows if not row.is_ok)
    assert not any(row.is_ok for row in rows)


async def test_without_keys_nothing_is_asked_and_that_is_said() -> None:
    printed = StringIO()

    settings = configured(Settings())
    rows = await smoke(settings)
    show(rows, Console(file=printed, width=200), skipped(settings, rows))

    assert "nothing was asked" in printed.getvalue()
    assert "dashscope: skipped, DASHSCOPE_API_KEY is not set" in printed.getvalue()
    assert "openai: skipped, no role is set" in printed.getvalue()
