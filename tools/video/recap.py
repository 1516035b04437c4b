"""A script for somebody who retells a film, written from its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from prompts import PROMPTS
from tools.llm.chat_models import ChatModels
from tools.llm.structured import Answer, Problem, Question, ask
from tools.subtitles.cues import Cue

_MOST_CHARACTERS = 12_000  # of lines in one question
_SO_FAR = 600  # characters
_PROMPT = PROMPTS["video/recap.en"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")

    first: str
    last: str
    text: str


class Retelling(BaseModel):
    """A model's answer."""

    model_config = ConfigDict(extra="ignore")

    parts: list[_Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How it is to be retold."""

    language: str | None
    style: str
    words: int  #: Of the whole script.


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapPart:
    """What is read while some lines would be heard. Times are milliseconds."""

    first: int  #: The cue's id.
    last: int
    start: int
    end: int
    text: str


def stretches(cues: Sequence[Cue]) -> list[Sequence[Cue]]:
    """The cues, parted so that each stretch fits a question."""
    found: list[Sequence[Cue]] = []
    first, length = 0, 0
    for place, cue in enumerate(cues):
        if place > first and length + len(cue.text) > _MOST_CHARACTERS:
            found.append(cues[first:place])
            first, length = place, 0
        length += len(cue.text)
    return [*found, cues[first:]] if cues else []


async def retell(
    models: ChatModels, cues: Sequence[Cue], wish: Wish, *, share: float, so_far: str
) -> list[RecapPart]:
    """One stretch, retold.

    Args:
        share: Of the whole film.
        so_far: What was retold before.

    Raises:
        ModelError: The model does not answer, or never usably.
    """
    places = {str(cue.id): place for place, cue in enumerate(cues)}
    question = Question(
        instructions=_PROMPT.render(),
        data={
            "language": wish.language,
            "style": wish.style,
            "words": max(10, round(wish.words * share)),
            "so_far": so_far[-_SO_FAR:],
            "lines": [{"id": str(cue.id), "text": cue.text} for cue in cues],
        },
        schema=Retelling,
        check=lambda answer: _problems(answer, places),
        prompt=_PROMPT,
    )
    answer: Answer[Retelling] = await ask(models, "primary", question)
    wrong = {problem.item for problem in answer.problems}
    kept = [part for place, part in enumerate(answer.value.parts) if str(place) not in wrong]
    return [
        RecapPart(
            first=(first := cues[places[part.first]]).id,
            last=(last := cues[places[part.last]]).id,
            start=first.start,
            end=last.end,
            text=part.text.strip(),
        )
        for part in kept
    ]


def _problems(answer: Retelling, places: dict[str, int]) -> list[Problem]:
    problems: list[Problem] = []
    free = 0
    for number, part in enumerate(answer.parts):
        first, last = places.get(part.first), places.get(part.last)
        if first is None or last is None:
            message = f"part {number + 1} names a line that is not there"
        elif first > last or first < free:
            message = f"part {number + 1} goes back to lines that were retold"
        elif not part.text.strip():
            message = f"part {number + 1} has no text"
        else:
            free = last + 1
            continue
        problems.append(Problem(item=str(number), message=message))
    return problems if answer.parts else [Problem(item="", message="there are no parts")]
