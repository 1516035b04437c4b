"""The closed vocabulary of events that a graph may emit while it runs.

Events leave through LangGraph's custom stream as dicts with a ``type``. Stages follow each other in the order
of the graph. Within one stage ``done`` never falls, the first event has ``done == 0`` and the last one
``done == total``. An artifact's event comes after its bytes are stored. A warning says what the result also
lists.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, Literal

from langgraph.config import get_stream_writer

_SHORTEST_PAUSE_SECONDS = 0.1  # ten events a second look smooth and cost nothing
_MOST_METERS = 1024  # fan-outs that are counted at once in one process


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far a stage is."""

    type: Literal["progress"] = "progress"
    stage: str
    done: int
    total: int
    unit: str  #: What is counted: "characters", "segments"...


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactReady:
    """A file that the run made."""

    type: Literal["artifact"] = "artifact"
    name: str
    media_type: str
    file_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised:
    """Something that the reader of the result has to know."""

    type: Literal["warning"] = "warning"
    code: str  #: Stable and searchable.
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsed:
    """What a model call consumed."""

    type: Literal["usage"] = "usage"
    role: str
    model: str  #: "provider:model", of the one that answered.
    input_tokens: int
    output_tokens: int
    cached: bool = False  #: The answer was kept from an earlier call; nothing was consumed.
    cost: float | None = None  #: None while no price is known.
    currency: str | None = None  #: ISO 4217, of the cost.


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageExpected:
    """What the run's model calls will take at least, told before the first of them."""

    type: Literal["estimate"] = "estimate"
    role: str
    model: str  #: "provider:model".
    calls: int
    input_tokens: int
    output_tokens: int  #: 0 where nobody can say.
    cost: float | None = None  #: None while no price is known.
    currency: str | None = None  #: ISO 4217, of the cost.


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWanted:
    """What a person is asked to decide; comes before an interrupt."""

    type: Literal["review"] = "review"
    subject: str
    items: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesBegun:
    """A request for replies is about to be made; each of its other events bears the same id."""

    type: Literal["replies_begun"] = "replies_begun"
    request_id: str
    wanted: int
    mode: Literal["model", "offline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReady:
    """One reply, whole and checked; it is never taken back. ``index`` counts from 0, in order of arrival."""

    type: Literal["reply"] = "reply"
    request_id: str
    index: int
    reply: Mapping[str, Any]  #: Of graphs.dialogue.state.Reply.


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliesDone:
    """All that came of a request; always its last event, but for one that is cancelled."""

    type: Literal["replies_done"] = "replies_done"
    request_id: str
    replies: Mapping[
        str, Any
    ]  #: Of graphs.dialogue.state.Replies: those told before, what is missing and why.


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionReady:
    """The stance that a person may take next, as the model guesses it."""

    type: Literal["opinion"] = "opinion"
    opinion: Mapping[str, Any]  #: Of graphs.dialogue.state.Opinion.


Event = (
    StageProgress
    | ArtifactReady
    | WarningRaised
    | ModelUsed
    | UsageExpected
    | ReviewWanted
    | RepliesBegun
    | ReplyReady
    | RepliesDone
    | OpinionReady
)


def emit(event: Event) -> None:
    """Send an event to whoever listens to this run."""
    get_stream_writer()(asdict(event))


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts the steps of one stage and emits them, throttled.

    An event goes out at the start and the end, and else when a hundredth of the total and a tenth of a
    second have passed since the one before.
    """

    stage: str
    total: int
    unit: str
    clock: Callable[[], float] = monotonic  #: Seconds.
    done: int = field(default=0, init=False)
    _sent: int = field(default=0, init=False)
    _sent_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Say that the stage has begun."""
        self._send()

    def advance(self, steps: int) -> None:
        """Count steps that are done."""
        self.done = min(self.total, self.done + steps)
        waited = self.clock() - self._sent_at
        if waited >= _SHORTEST_PAUSE_SECONDS and (self.done - self._sent) * 100 >= self.total:
            self._send()

    def finish(self) -> None:
        """Say that the stage is complete."""
        self.done = self.total
        self._send()

    def _send(self) -> None:
        self._sent, self._sent_at = self.done, self.clock()
        emit(StageProgress(stage=self.stage, done=self.done, total=self.total, unit=self.unit))


_meters: OrderedDict[str, Meter] = OrderedDict()


def shared_meter(key: str, *, stage: str, total: int, unit: str) -> Meter:
    """One meter for the many tasks of a fan-out, which share a process but no state.

    After a resume the count begins again with the tasks that are left.

    Args:
        key: Tells this fan-out from those of other runs.
        stage: As in Meter, like total and unit.
    """
    if key not in _meters:
        _meters[key] = Meter(stage=stage, total=total, unit=unit)
        while len(_meters) > _MOST_METERS:
            _meters.popitem(last=False)
    return _meters[key]
