"""How good translations are, as far as a model can say: their errors, counted as MQM counts them.

Multidimensional Quality Metrics (Lommel et al., 2014) with the weights of Freitag et al. (Experts, Errors,
and Context, 2021): a minor error is one point, a major one five; one that spoils the segment takes all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from prompts import PROMPTS
from tools.llm.chat_models import ChatModels
from tools.llm.structured import Problem, Question, ask
from tools.llm.usage import Usage
from tools.translation.glossary import Term

_PROMPT = PROMPTS["translate/judge.en"]
_POINTS = {"minor": 1, "major": 5, "critical": 25}
_ALL = 25  # points, at which nothing is left

Severity = Literal["minor", "major", "critical"]


class Error(BaseModel):
    """One error of one segment."""

    id: str
    kind: Literal["accuracy", "omission", "addition", "terminology", "grammar", "style", "untranslated"]
    severity: Severity
    message: str


class Judgements(BaseModel):
    """The answer to prompts/translate/judge."""

    errors: list[Error]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A segment and its translation."""

    id: str
    source: str
    translation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a model says of some translations."""

    errors: Mapping[str, Sequence[Error]]  #: By id; of every pair.
    usage: Usage


def score(errors: Sequence[Error]) -> float:
    """From 0 to 1: what is left when the errors' points are taken off."""
    return max(0.0, 1 - sum(_POINTS[error.severity] for error in errors) / _ALL)


async def judge_pairs(
    models: ChatModels,
    pairs: Sequence[Pair],
    *,
    source: str | None,
    target: str,
    terms: Sequence[Term],
    style: Mapping[str, str],
) -> Judged:
    """Ask the model of the role judge for the errors of these translations.

    Raises:
        ModelError: What asking raises.
    """
    ids = {pair.id for pair in pairs}
    data: dict[str, Any] = {
        "source_language": source,
        "target_language": target,
        "style": dict(style),
        "glossary": [[term.source, list(term.targets)] for term in terms],
        "segments": [{"id": p.id, "source": p.source, "translation": p.translation} for p in pairs],
    }

    def check(answer: Judgements) -> list[Problem]:
        return [
            Problem(item=error.id, message=f"there is no segment {error.id!r}")
            for error in answer.errors
            if error.id not in ids
        ]

    question = Question(
        instructions=_PROMPT.render(), data=data, schema=Judgements, check=check, prompt=_PROMPT
    )
    answer = await ask(models, "judge", question, repairs=1)
    errors: dict[str, list[Error]] = {pair.id: [] for pair in pairs}
    for error in answer.value.errors:
        if error.id in errors:
            errors[error.id].append(error)
    return Judged(errors=errors, usage=answer.usage)
