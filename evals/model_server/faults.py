"""What goes wrong between a service and its model, on purpose and repeatably."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """One way in which a call to a model fails."""

    # an HTTP error in the dialect's own form
    RATE_LIMIT = "rate_limit"  #: 429 with Retry-After.
    QUOTA = "quota"  #: 429 as well, but waiting does not help: the quota is spent.
    SERVER_ERROR = "server_error"  #: 500.
    BAD_GATEWAY = "bad_gateway"  #: 502 with a page of HTML, as a proxy sends it.
    UNAVAILABLE = "unavailable"  #: 503.
    OVERLOADED = "overloaded"  #: 529.
    BAD_KEY = "bad_key"  #: 401.
    ARREARS = "arrears"  #: The account is not paid: 402, or DashScope's 400 Arrearage.
    CONTENT_FILTER = "content_filter"  #: 400: the provider will not have this content.
    CONTEXT_LENGTH = "context_length"  #: 400: the prompt is too long.

    # the connection
    DROP = "drop"  #: Reset before the first byte.
    CUT = "cut"  #: Reset in the middle of the answer.
    SILENT_CUT = "silent_cut"  #: The stream ends early but orderly, without a finish reason.
    STALL = "stall"  #: Half the answer, then nothing more, and the connection stays open.
    SLOW_START = "slow_start"  #: The first token comes late; usable.
    STREAM_ERROR = "stream_error"  #: An error event in the middle of the stream; a whole answer is a 500.
    CORRUPT_CHUNK = "corrupt_chunk"  #: One event in the middle is not JSON.

    # what is written
    LENGTH = "length"  #: Cut at the length limit, and the finish reason says so.
    BAD_JSON = "bad_json"  #: Half an object, ended as if it were whole.
    BAD_SHAPE = "bad_shape"  #: JSON, but not what was asked for.
    PROSE = "prose"  #: The right answer among prose and code fences; usable.
    FENCE = "fence"  #: The right answer in a code fence; usable.
    UNKNOWN_IDS = "unknown_ids"  #: An id that was never asked about stands in for one that was.
    MISSING_IDS = "missing_ids"  #: The first item is left out.
    DUPLICATE_IDS = "duplicate_ids"  #: The first item comes twice.
    MERGED = "merged"  #: The first two items are one, under the first's id.
    SHIFTED = "shifted"  #: Each id has its neighbour's answer.
    REORDERED = "reordered"  #: The items come last first; usable, since they have ids.
    EMPTY = "empty"  #: Nothing at all, ended as if it were an answer.
    WRONG_LANGUAGE = "wrong_language"  #: The texts of the answer in another script.
    REFUSAL = "refusal"  #: "I cannot help with that."
    NO_USAGE = "no_usage"  #: The right answer without its token counts; usable.


HARMLESS = frozenset({Fault.PROSE, Fault.FENCE, Fault.REORDERED, Fault.SLOW_START, Fault.NO_USAGE})
"""The answer can be used as it is."""

FINAL = frozenset({Fault.BAD_KEY, Fault.ARREARS, Fault.QUOTA, Fault.CONTENT_FILTER, Fault.CONTEXT_LENGTH})
"""Asking again is of no use. Played only when named."""

PASSING = tuple(fault for fault in Fault if fault not in FINAL)

LASTING = (Fault.BAD_JSON, Fault.LENGTH, Fault.UNAVAILABLE)


@dataclass(slots=True)
class QuestionRecord:
    """All requests that asked one question."""

    outcomes: list[Fault | None] = field(default_factory=list[Fault | None])

    @property
    def is_answered(self) -> bool:
        """Whether the last request got a usable answer."""
        return self.outcomes[-1] is None or self.outcomes[-1] in HARMLESS


@dataclass(slots=True, kw_only=True)
class Faults:
    """Which requests fail, and how.

    By rate, a fault is drawn from the seed and the question, so that the order of requests does not matter.

    Args:
        seed: Another seed, other faults.
        rate: The share of requests that fail in one of the ways of ``kinds``.
        kinds: Drawn from by ``rate``.
        lasting_rate: The share of questions of which every request fails.
        at: Request number, counted from 1 since these faults began, -> its fault. Comes before the rates.
        after: The rates let so many requests through first.
        retry_after_seconds: What a 429 asks for.
        slow_seconds: The wait of a slow start.
    """

    seed: int = 1
    rate: float = 0.0
    kinds: Collection[Fault] = PASSING
    lasting_rate: float = 0.0
    at: Mapping[int, Fault] = field(default_factory=dict[int, Fault])
    after: int = 0
    retry_after_seconds: float = 0.05
    slow_seconds: float = 0.5
    questions: dict[str, QuestionRecord] = field(default_factory=dict[str, QuestionRecord])
    count: int = 0  #: Requests so far.

    @classmethod
    def play(cls, *faults: Fault | None, after: int = 0) -> "Faults":
        """One fault a request in this order, then none.

        Args:
            faults: None lets a request through.
            after: So many requests are let through first.
        """
        return cls(at={number: fault for number, fault in enumerate(faults, after + 1) if fault})

    @classmethod
    def always(cls, fault: Fault, *, after: int = 0) -> "Faults":
        """Every request fails like this, but for the first ``after``."""
        return cls(rate=1, kinds=[fault], after=after)

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """From a command line: ``seed=7,rate=.1,kinds=stall+cut,at=3:rate_limit+9:drop``.

        Raises:
            ValueError: For an unknown field or kind.
        """
        fields = dict(part.split("=", 1) for part in text.split(",") if part)
        values: dict[str, Any] = dict(fields)
        if "kinds" in fields:
            values["kinds"] = fields["kinds"].split("+")
        if "at" in fields:
            values["at"] = dict(item.split(":", 1) for item in fields["at"].split("+"))
        return cls.read(values)

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Faults":
        """From JSON with the fields of this class.

        Raises:
            ValueError: For an unknown field or kind.
        """
        if unknown := values.keys() - _READERS.keys():
            raise ValueError(f"unknown fields {sorted(unknown)}; known are {', '.join(_READERS)}")
        return cls(**{name: _READERS[name](value) for name, value in values.items()})

    def draw(self, question: str) -> Fault | None:
        """The fault of the next request with this question; it is recorded."""
        self.count += 1
        record = self.questions.setdefault(question, QuestionRecord())
        fault = self.at.get(self.count) or self._draw(question, attempt=len(record.outcomes))
        record.outcomes.append(fault)
        return fault

    def take_back(self, question: str) -> None:
        """The fault just drawn for this question left its answer as it was."""
        self.questions[question].outcomes[-1] = None

    @property
    def injected(self) -> Counter[Fault]:
        """How often each fault was played."""
        return Counter(fault for record in self.questions.values() for fault in record.outcomes if fault)

    @property
    def unanswered(self) -> list[str]:
        """The questions that never got a usable answer."""
        return [question for question, record in self.questions.items() if not record.is_answered]

    def _draw(self, question: str, *, attempt: int) -> Fault | None:
        if self.count <= self.after:
            return None
        lasting = random.Random(f"{self.seed}:{question}")  # noqa: S311 - a repeatable plan, not a secret
        if lasting.random() < self.lasting_rate:
            return lasting.choice(LASTING)
        passing = random.Random(f"{self.seed}:{question}:{attempt}")  # noqa: S311 - as above
        return passing.choice([*self.kinds]) if passing.random() < self.rate else None


def _kinds(names: Iterable[str]) -> list[Fault]:
    return [Fault(name) for name in names]


def _numbered(faults: Mapping[Any, str]) -> dict[int, Fault]:
    return {int(number): Fault(name) for number, name in faults.items()}


_READERS: dict[str, Callable[[Any], Any]] = {
    "seed": int,
    "rate": float,
    "kinds": _kinds,
    "lasting_rate": float,
    "at": _numbered,
    "after": int,
    "retry_after_seconds": float,
    "slow_seconds": float,
}
