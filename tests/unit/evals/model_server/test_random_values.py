"""Values by chance that fit their schema."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from evals.model_server import Question
from evals.model_server.question import Message
from evals.model_server.random_values import RandomAnswers


class Person(BaseModel):
    name: str = Field(min_length=12, max_length=40)
    age: int = Field(ge=18, le=20)
    weight: float = Field(gt=50, lt=60)
    kind: Literal["friend", "foe"]
    nick: str | None
    friends: list["Person"] = Field(max_length=2)
    is_here: bool


class Cast(BaseModel):
    people: list[Person] = Field(min_length=2, max_length=3)


@pytest.mark.parametrize("seed", range(20))
def test_value_fits_its_schema(seed: int) -> None:
    schema: dict[str, Any] = Cast.model_json_schema()
    question = Question(messages=[Message(role="user", text="Who?")], schema=schema)

    assert Cast.model_validate_json(RandomAnswers(seed)(question).text).people
