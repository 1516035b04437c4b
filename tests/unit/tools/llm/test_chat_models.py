"""The models that a task works with."""

import asyncio

import pytest

from tools.errors import ModelRefused
from tools.llm.chat_models import ChatModels, bind, current
from tools.llm.choices import choose


async def test_bound_models_reach_the_tasks_started_inside() -> None:
    models = ChatModels({})
    with bind(models):
        found = await asyncio.create_task(current())

    assert found is models


def test_an_offline_role_has_no_model_to_be_asked() -> None:
    with pytest.raises(ModelRefused, match="primary"):
        ChatModels({"primary": None}).require("primary")


async def test_client_is_opened_once() -> None:
    models = ChatModels({"primary": choose("openai:m", base_url="http://127.0.0.1:1/v1")})
    choice = models.require("primary")

    first, second = await asyncio.gather(models.clients.chat(choice), models.clients.chat(choice))

    assert first is second


async def test_models_are_down_until_they_answer_and_after_many_failures() -> None:
    models = ChatModels({})
    states = [models.is_down]
    models.note_answer()
    states.append(models.is_down)
    for _ in range(10):
        models.note_failure()
    states.append(models.is_down)
    models.note_answer()

    assert [*states, models.is_down] == [True, False, True, False]
