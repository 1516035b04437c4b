"""What is felt in each line of a film, as a model reads it from the words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from prompts import PROMPTS
from tools.llm.chat_models import ChatModels
from tools.llm.structured import Answer, Problem, Question, ask

Label = Literal["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"]

_BATCH = 40  # lines of one question
_BEFORE = 5
_STABLE, _GRADUAL = 0.1, 0.3  # of neighbours that differ: less is stable, or gradual
_PROMPT = PROMPTS["video/emotions.en"]


class _Labelled(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    label: Label


class Labels(BaseModel):
    """A model's answer."""

    model_config = ConfigDict(extra="ignore")

    labels: list[_Labelled]


async def label_batch(models: ChatModels, lines: Sequence[tuple[str, str]], first: int) -> dict[str, Label]:
    """The labels of the batch that begins at ``first``; lines that the model gets wrong have none.

    Args:
        lines: Id and words of all lines.

    Raises:
        ModelError: It does not answer, or never usably.
    """
    batch = lines[first : first + _BATCH]
    ids = {id for id, _ in batch}
    question = Question(
        instructions=_PROMPT.render(),
        data={
            "before": [text for _, text in lines[max(0, first - _BEFORE) : first]],
            "lines": [{"id": id, "text": text} for id, text in batch],
        },
        schema=Labels,
        check=lambda answer: _problems(answer, ids),
        prompt=_PROMPT,
    )
    answer: Answer[Labels] = await ask(models, "fast", question)
    wrong = {problem.item for problem in answer.problems}
    return {one.id: one.label for one in answer.value.labels if one.id in ids - wrong}


def batches(count: int) -> range:
    """Where each batch of so many lines begins."""
    return range(0, count, _BATCH)


def summary(labels: Mapping[str, Label], ids: Sequence[str]) -> dict[str, Any]:
    """The labels in order, and how they are spread and change; a line without one is null."""
    known = [labels[id] for id in ids if id in labels]
    counts = Counter(known)
    changes = sum(one != other for one, other in pairwise(known))
    volatility = changes / (len(known) - 1) if len(known) > 1 else None
    return {
        "labels": {id: labels.get(id) for id in ids},
        "counts": dict(counts),
        "shares": {label: count / len(known) for label, count in counts.items()},
        "transitions": changes,
        "volatility": volatility,
        "pattern": None if volatility is None else _pattern(volatility),
    }


def _pattern(volatility: float) -> str:
    return "stable" if volatility < _STABLE else "gradual" if volatility < _GRADUAL else "frequent"


def _problems(answer: Labels, ids: set[str]) -> list[Problem]:
    counts = Counter(one.id for one in answer.labels)
    problems = [Problem(item=id, message=f"line {id} has no label") for id in sorted(ids - counts.keys())]
    problems += [Problem(item=id, message=f"there is no line {id}") for id in sorted(counts.keys() - ids)]
    twice = sorted(id for id, count in counts.items() if count > 1 and id in ids)
    return problems + [Problem(item=id, message=f"line {id} is labelled twice") for id in twice]
