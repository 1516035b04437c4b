"""What stands between a call and its provider, the same for all calls of a process."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.llm.answer_cache import AnswerStore, LocalAnswers
from tools.llm.limits import Limit, LocalCounters, Turns
from tools.llm.prices import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Turns, cached answers and prices."""

    turns: Turns
    answers: AnswerStore | None = None  #: None: every call is sent.
    prices: Sequence[Price] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSettings:
    """What the settings say about it."""

    max_concurrent: int  #: Calls under way at once, of all processes together.
    cache_seconds: float | None = None  #: How long answers are kept; None: they are not.
    limits: Sequence[Limit] = ()
    prices: Sequence[Price] = ()


def local_layer(settings: LayerSettings) -> Layer:
    """The layer of a process that knows of no other."""
    return Layer(
        turns=Turns(LocalCounters(settings.max_concurrent), settings.limits),
        answers=LocalAnswers(settings.cache_seconds) if settings.cache_seconds is not None else None,
        prices=settings.prices,
    )
