"""What a model reads out of a talk: the user's stance, and what is worth remembering."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from prompts import Prompt
from tools.llm.chat_models import ChatModels
from tools.llm.structured import Problem, Question, ask

_MOST_FACTS = 20


class Stance(BaseModel):
    """What somebody may be about to do, in what mood, and how."""

    model_config = ConfigDict(frozen=True)

    tendency: Literal["cooperative", "confrontational", "neutral", "exploratory", "appeasing"]
    mood: Literal["positive", "negative", "calm", "curious", "confused"]
    tone: Literal["formal", "casual", "firm", "gentle", "humorous"]


class Fact(BaseModel):
    """Something that was said, and the messages that say it."""

    model_config = ConfigDict(frozen=True)

    text: str = Field(max_length=300)
    message_ids: list[str]


class TalkSummary(BaseModel):
    """What a talk was about."""

    model_config = ConfigDict(frozen=True)

    summary: str = Field(max_length=1000)
    facts: list[Fact] = Field(max_length=_MOST_FACTS)


async def read_stance(models: ChatModels, prompt: Prompt, data: Mapping[str, Any]) -> Stance:
    """The user's next stance, as the model guesses it; raises as structured.ask does."""
    question = Question(
        instructions=prompt.text, data=dict(data), schema=Stance, check=_nothing, prompt=prompt
    )
    return (await ask(models, "fast", question, repairs=1)).value


async def summarise(
    models: ChatModels, prompt: Prompt, data: Mapping[str, Any], message_ids: Sequence[str]
) -> TalkSummary:
    """What the talk was about; facts that name no message of it are left out.

    Raises:
        ModelError: As structured.ask does.
    """
    known = frozenset(message_ids)

    def check(value: TalkSummary) -> list[Problem]:
        return [
            Problem(item=fact.text, message=f"the fact {fact.text!r} names no message that exists")
            for fact in value.facts
            if not _is_backed(fact, known)
        ]

    question = Question(
        instructions=prompt.text, data=dict(data), schema=TalkSummary, check=check, prompt=prompt
    )
    value = (await ask(models, "primary", question)).value
    return value.model_copy(update={"facts": [fact for fact in value.facts if _is_backed(fact, known)]})


def _is_backed(fact: Fact, known: frozenset[str]) -> bool:
    return bool(fact.message_ids) and known.issuperset(fact.message_ids)


def _nothing(_: Stance) -> list[Problem]:
    return []
