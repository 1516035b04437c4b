"""What goes wrong between a service and its model, on purpose and repeatably."""

import hashlib
import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """One way in which a call to a model fails."""

    RATE_LIMIT = "rate_limit"  #: 429 with Retry-After.
    SERVER_ERROR = "server_error"  #: 500.
    UNAVAILABLE = "unavailable"  #: 503.
    DROP = "drop"  #: The connection closes before any answer.
    CUT = "cut"  #: The connection closes in the middle of the stream.
    SILENT_CUT = "silent_cut"  #: The stream ends early but orderly, without a finish reason.
    STALL = "stall"  #: Nothing more comes, and the connection stays open.
    LENGTH = "length"  #: Cut at the length limit, and the finish reason says so.
    BAD_JSON = "bad_json"  #: Half an object, ended as if it were whole.
    UNKNOWN_IDS = "unknown_ids"  #: An id that was never asked about stands in for one that was.
    MISSING_IDS = "missing_ids"  #: The first item is left out.
    PROSE = "prose"  #: The right answer among prose and code fences; usable as it is.
    BAD_KEY = "bad_key"  #: 401; never drawn by a plan, since it ends a run.


HARMLESS = frozenset({Fault.PROSE})
_PASSING = tuple(fault for fault in Fault if fault is not Fault.BAD_KEY)
_LASTING = (Fault.BAD_JSON, Fault.LENGTH, Fault.UNAVAILABLE)


@dataclass(slots=True)
class QuestionRecord:
    """All requests that asked one question."""

    outcomes: list[Fault | None] = field(default_factory=list[Fault | None])

    @property
    def is_answered(self) -> bool:
        """Whether the last request got a usable answer."""
        return self.outcomes[-1] is None or self.outcomes[-1] in HARMLESS


@dataclass(slots=True, kw_only=True)
class FaultPlan:
    """Draws faults from the seed and the question, so that the order of requests does not matter.

    Args:
        seed: Another seed, other faults.
        rate: The share of requests that fail in a way that passes.
        lasting_rate: The share of questions of which every request fails.
    """

    seed: int = 1
    rate: float = 0.0
    lasting_rate: float = 0.0
    questions: dict[str, QuestionRecord] = field(default_factory=dict[str, QuestionRecord])

    def draw(self, question: str) -> Fault | None:
        """The fault of the next request with this question; it is recorded."""
        record = self.questions.setdefault(question, QuestionRecord())
        fault = self._draw(question, attempt=len(record.outcomes))
        record.outcomes.append(fault)
        return fault

    @property
    def injected(self) -> Counter[Fault]:
        """How often each fault was played."""
        return Counter(fault for record in self.questions.values() for fault in record.outcomes if fault)

    @property
    def unanswered(self) -> list[str]:
        """The questions that never got a usable answer."""
        return [question for question, record in self.questions.items() if not record.is_answered]

    def _draw(self, question: str, *, attempt: int) -> Fault | None:
        lasting = random.Random(f"{self.seed}:{question}")  # noqa: S311 - a repeatable plan, not a secret
        if lasting.random() < self.lasting_rate:
            return lasting.choice(_LASTING)
        passing = random.Random(f"{self.seed}:{question}:{attempt}")  # noqa: S311 - as above
        return passing.choice(_PASSING) if passing.random() < self.rate else None


def question_key(data: dict[str, Any]) -> str:
    """A name for a question, the same for every request that asks it."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def spoil(fault: Fault | None, answer: dict[str, Any]) -> str:
    """The answer as text, with the fault that lies in what is written."""
    if fault is Fault.UNKNOWN_IDS:
        return re.sub(r'"([a-z])(\d+)"', r'"\g<1>9\2"', _dump(answer), count=1)
    if fault is Fault.MISSING_IDS:
        return _dump({key: items[1:] if isinstance(items, list) else items for key, items in answer.items()})  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
    text = _dump(answer)
    if fault is Fault.PROSE:
        return f"Let me read this with care {{as asked}}.\n\n```json\n{text}\n```\nI hope this helps!"
    if fault in (Fault.BAD_JSON, Fault.LENGTH, Fault.CUT, Fault.SILENT_CUT, Fault.STALL):
        return text[: len(text) // 2]
    return text


def _dump(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
