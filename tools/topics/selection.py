"""How many topics, and which model: by coherence above chance, diversity, stability and separation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.topics.models.spec import KINDS, Kind

GRID = (4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50)
_MOST_TRIED = ((1000, 15), (10_000, 20))  # topics, for fewer documents than this
_LARGE = 20_000  # documents, from which on every number of topics costs minutes
_LEAST_PER_TOPIC = 3  # documents
_FEW = 100  # documents
_NOISE = 0.03  # of a score: what other seeds make of it
_MANY_WORDS = 2_000_000  # of all documents
_FAST: tuple[Kind, ...] = ("nmf", "keynmf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What speaks for a model."""

    name: str
    topics: int
    score: float  #: The product of the others; a factor that was not measured counts as 1.
    coherence: float  #: NPMI, 0 as high as chance, 1 the most.
    diversity: float
    stability_words: float | None
    stability_documents: float | None
    separation: float


def topic_counts(documents: int, vocabulary: int) -> list[int]:
    """The numbers of topics that are worth a try."""
    most = next((topics for limit, topics in _MOST_TRIED if documents < limit), GRID[-1])
    most = min(most, max(2, documents // _LEAST_PER_TOPIC), vocabulary - 1)
    # Two or three topics say little that a reader does not know, and are for few texts alone.
    grid = [*((2, 3) if documents < _FEW else ()), *(topics for topics in GRID if topics <= most)]
    grid = [topics for topics in grid if topics <= most] or [max(2, most)]
    return grid[2::2] if documents >= _LARGE else grid


def default_models(facts: Mapping[str, Any]) -> list[Kind]:
    """Models that fit the data; the first one is trained for every number of topics, the others for the best.

    NMF is fast and stable, LDA is what readers know, and DMR takes groups and time into account. PT and sLDA
    are trained when they are asked for: PT finds the topics of short texts less surely than NMF does.
    """
    models: list[Kind] = ["nmf", "lda"]
    if facts["groups"] or facts["has_times"]:
        models.append("dmr")
    return models


def possible_models(facts: Mapping[str, Any]) -> list[Kind]:
    """Every model that the data allow."""
    needs: dict[Kind, bool] = {
        "dmr": bool(facts["groups"]) or bool(facts["has_times"]),
        "slda": 2 <= facts["labels"] - 1 <= 20 or 2 <= facts["labels"] <= 20,
        "detm": bool(facts["has_times"]),
    }
    return [kind for kind in KINDS if needs.get(kind, True)]


def score(summary: Mapping[str, Any], chance: Mapping[str, Any]) -> Score:
    """What speaks for a model, by its measures.

    Args:
        summary: Of a trial.
        chance: The measures of topics of chance on the same corpus.
    """
    measures = summary["measures"]
    # By NPMI: C_V gives topics of chance more than .4, and rises with the number of topics almost always.
    floor = chance["npmi"]
    coherence = max(0.0, (measures["npmi"] - floor) / max(1e-9, 1.0 - floor))
    stabilities = [measures["stability_words"], measures["stability_documents"]]
    apart = max(0.0, measures["separation"])
    product = coherence * measures["diversity"] * apart
    for stability in stabilities:
        product *= 1.0 if stability is None else stability
    return Score(
        name=summary["name"],
        topics=summary["topics"],
        score=round(product, 6),
        coherence=round(coherence, 6),
        diversity=measures["diversity"],
        stability_words=stabilities[0],
        stability_documents=stabilities[1],
        separation=measures["separation"],
    )


def best(scores: Sequence[Score]) -> Score:
    """The one that most speaks for; among equals the one with fewer topics."""
    return max(scores, key=lambda one: (one.score, -one.topics))


def simplest(scores: Sequence[Score]) -> Score:
    """The one with the fewest topics whose score is as good as the best one's, but for noise."""
    least = (1.0 - _NOISE) * best(scores).score
    return min((one for one in scores if one.score >= least), key=lambda one: (one.topics, -one.score))


def reason(chosen: Score, scores: Sequence[Score]) -> str:
    """Why, in a sentence with numbers."""
    others = sorted((one for one in scores if one.name != chosen.name), key=lambda one: -one.score)
    told = (
        f"{chosen.name}: coherence above chance {chosen.coherence:.3f}, diversity {chosen.diversity:.3f}"
        + (f", words stay by {chosen.stability_words:.3f}" if chosen.stability_words is not None else "")
        + (
            f", documents by {chosen.stability_documents:.3f}"
            if chosen.stability_documents is not None
            else ""
        )
        + f", documents lie apart by {chosen.separation:.3f}; together {chosen.score:.4f}"
    )
    return f"{told}; of the others the best is {others[0].name}, {others[0].score:.4f}" if others else told


# Seconds of a core for a million words, ten topics and one training, as measured on a common machine.
_SECONDS: dict[Kind, float] = {
    "nmf": 1.0,
    "keynmf": 6.0,
    "lda": 12.0,
    "hdp": 60.0,
    "ctm": 60.0,
    "dmr": 15.0,
    "pt": 40.0,
    "slda": 25.0,
    "etm": 60.0,
    "detm": 80.0,
}
_START = 2.0  # seconds of a training's process


def expected_seconds(kind: Kind, topics: int, words: int, trainings: int) -> float:
    """About what a model will take of one core."""
    each = _SECONDS[kind] * words / 1e6 * max(topics, 2) / 10
    return _START + trainings * max(each, 0.1)


def trainings_again(kind: Kind, asked: int) -> int:
    """How often a model is trained again: sampled and neural ones take minutes, and are at most twice."""
    return asked if kind in _FAST else min(asked, 2)


def default_again(words: int) -> int:
    """How often, where nobody says: often enough for the choice to be none of chance, while that is cheap."""
    return 8 if words < _MANY_WORDS else 2
