"""Every measure of a model, in one record; and those of topics of chance, as the floor."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Corpus
from tools.topics.metrics.coherence import CoherenceMeter, Ids
from tools.topics.metrics.distinctness import diversity, inverted_overlap, mean_frex
from tools.topics.models.model import TOP_WORDS, Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A row of the table of models. All but perplexity and U_Mass are better when greater, and at most 1."""

    c_v: float
    c_npmi: float
    u_mass: float  #: At most 0, nearer to 0 is better.
    npmi: float
    diversity: float
    irbo: float
    frex: float | None  #: None where topics are words without weights.
    perplexity: float | None  #: Held out; less is better.
    stability_words: float | None
    stability_documents: float | None
    separation: float | None  #: Mean silhouette of documents by their main topics.
    topic_c_v: tuple[float, ...]
    topic_npmi: tuple[float, ...]
    topic_frex: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        """As JSON has it; numbers rounded to six digits behind the point."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def measure(
    meter: CoherenceMeter,
    topics: Sequence[Ids],
    topic_word: Matrix | None,
    *,
    perplexity: float | None = None,
    stability_words: float | None = None,
    stability_documents: float | None = None,
    separation: float | None = None,
) -> Measures:
    """The measures of topics.

    Args:
        meter: Of a corpus; it has counted these words.
        topics: Top words of each topic, the most probable first.
        topic_word: Their distributions; None for topics of chance.
        perplexity: Held out, like the stabilities and the separation, where it was found.
    """
    coherence = meter.measure(topics)
    exclusivity = None if topic_word is None else mean_frex(topic_word)
    return Measures(
        c_v=float(coherence.c_v.mean()),
        c_npmi=float(coherence.c_npmi.mean()),
        u_mass=float(coherence.u_mass.mean()),
        npmi=float(coherence.npmi.mean()),
        diversity=diversity(topics),
        irbo=inverted_overlap(topics),
        frex=None if exclusivity is None else float(exclusivity.mean()),
        perplexity=perplexity,
        stability_words=stability_words,
        stability_documents=stability_documents,
        separation=separation,
        topic_c_v=tuple(coherence.c_v.tolist()),
        topic_npmi=tuple(coherence.npmi.tolist()),
        topic_frex=() if exclusivity is None else tuple(exclusivity.tolist()),
    )


def random_topics(corpus: Corpus, topics: int, seed: int) -> list[NDArray[np.int64]]:
    """Topics of words that chance has drawn, each word as often as another."""
    chance = np.random.default_rng(seed)
    count = min(TOP_WORDS, len(corpus.words))
    return [chance.choice(len(corpus.words), size=count, replace=False) for _ in range(topics)]


def measure_chance(corpus: Corpus, topics: int, seed: int) -> Measures:
    """The floor: what so many topics of chance come to on this corpus."""
    drawn = random_topics(corpus, topics, seed)
    return measure(CoherenceMeter(corpus, np.concatenate(drawn)), drawn, None)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, tuple):
        return [_rounded(one) for one in cast("tuple[Any, ...]", value)]
    return value
