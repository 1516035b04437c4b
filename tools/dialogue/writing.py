"""Having replies written: each is given out as soon as it is whole and has passed every check.

What a draft does wrong is told to the model, and its slot asked for again, a bounded number of times. A slot
that stays empty is reported with the reason; nothing is put in its place.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import ValidationError

from prompts import Prompt
from tools.dialogue.checking import Rules, cleaned, faults
from tools.dialogue.drafts import Draft, Drafts, Slot
from tools.errors import BudgetSpent, ModelAnswerInvalid, ModelError, ModelUnavailable, ServiceError
from tools.llm.chat_models import ChatModels
from tools.llm.roles import Role
from tools.llm.structured_stream import stream_objects

MOST_ROUNDS = 3
_LEFT_OUT = "the model wrote nothing for it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What is asked for."""

    prompt: Prompt
    data: Mapping[str, Any]  #: What the model is told; the slots and what became of them are added.
    slots: Sequence[Slot]
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A reply."""

    slot: Slot
    text: str


@dataclass(slots=True)
class Outcome:
    """What a request came to."""

    written: list[Written] = field(default_factory=list[Written])
    reasons: dict[str, str] = field(default_factory=dict[str, str])  #: By the slot that stayed empty.
    failure: ServiceError | None = None  #: The model did not answer to the end.


async def write_replies(
    models: ChatModels,
    role: Role,
    assignment: Assignment,
    give: Callable[[Written], None],
    *,
    seconds: float,
) -> Outcome:
    """Fill as many slots as can be filled.

    Args:
        models: The models of the run.
        role: Which of them writes.
        assignment: What is asked for.
        give: Called with each reply when it is there, in the order of the outcome.
        seconds: After which what there is has to do.
    """
    desk = _Desk(assignment, give)
    try:
        async with asyncio.timeout(seconds):
            for _ in range(MOST_ROUNDS):
                await _one_round(models, role, desk)
                if not desk.open:
                    break
    except TimeoutError:
        desk.outcome.failure = ModelUnavailable(
            f"the model took longer than {seconds:g} seconds", hint="Ask again.", code="model_too_slow"
        )
    except (ModelError, BudgetSpent) as error:
        desk.outcome.failure = error
    desk.outcome.reasons = {slot.id: desk.reason(slot) for slot in desk.open}
    return desk.outcome


async def _one_round(models: ChatModels, role: Role, desk: "_Desk") -> None:
    prompt = desk.assignment.prompt
    objects = stream_objects(models, role, desk.question(), schema=Drafts, key="replies", prompt=prompt)
    try:
        async with aclosing(objects):
            async for found in objects:
                desk.take(found)
    except ModelAnswerInvalid as error:
        desk.note_cut(error.message)


class _Desk:
    """The slots of a request, and the drafts that come in for them."""

    def __init__(self, assignment: Assignment, give: Callable[[Written], None]) -> None:
        self.assignment = assignment
        self.outcome = Outcome()
        self._give = give
        self._rejected: dict[str, tuple[str, list[str]]] = {}  # by slot: the last draft, and why not
        self._cut = ""

    @property
    def open(self) -> list[Slot]:
        filled = {written.slot.id for written in self.outcome.written}
        return [slot for slot in self.assignment.slots if slot.id not in filled]

    def take(self, found: Mapping[str, Any]) -> None:
        """Look at what the model wrote; what is no draft for an open slot is left aside."""
        try:
            draft = Draft.model_validate(found)
        except ValidationError:
            return
        slot = next((slot for slot in self.open if slot.id == draft.id), None)
        if slot is None:
            return
        draft = draft.model_copy(update={"text": cleaned(draft.text)})
        accepted = [written.text for written in self.outcome.written]
        if wrong := faults(draft, slot, self.assignment.rules, accepted):
            self._rejected[slot.id] = draft.text, wrong
            return
        written = Written(slot=slot, text=draft.text)
        self.outcome.written.append(written)
        self._give(written)

    def note_cut(self, message: str) -> None:
        """The answer cannot be used to its end."""
        self._cut = message

    def reason(self, slot: Slot) -> str:
        """Why a slot is empty."""
        if self.outcome.failure is not None:
            return self.outcome.failure.message
        if slot.id in self._rejected:
            return "; ".join(self._rejected[slot.id][1])
        return self._cut or _LEFT_OUT

    def question(self) -> list[BaseMessage]:
        """What the model is asked in this round."""
        slots = [{"id": slot.id, "intent": slot.intent, "manner": slot.manner} for slot in self.open]
        rejected = [
            {"id": id, "text": text, "why": why}
            for id, (text, why) in self._rejected.items()
            if any(id == slot.id for slot in self.open)
        ]
        data = {
            **self.assignment.data,
            "written": [written.text for written in self.outcome.written],
            "rejected": rejected,
            "wanted": slots,
        }
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        return [SystemMessage(self.assignment.prompt.text), HumanMessage(text)]
