"""Where topics stand: over time, between groups, and which words they use when."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.topics.analysis.statistics import Estimate, compare, corrected, estimate, trend
from tools.topics.corpus import MISSING, Corpus
from tools.topics.models.model import Matrix

SIGNIFICANT = 0.05  # of corrected p-values

_LEAST_IN_GROUP = 2  # documents
_NEIGHBOURS = 0.25  # what a period's words take from each of the periods beside it
_DYNAMIC_WORDS = 10


def over_time(corpus: Corpus, doc_topic: Matrix, ids: Sequence[int]) -> dict[str, Any] | None:
    """Of each topic its share in each period, with intervals, and whether it rises or falls.

    Args:
        corpus: With times; without, there is nothing to say.
        doc_topic: documents x topics.
        ids: Of the topics.

    Returns:
        ``{"periods", "documents", "test", "topics": [{"topic", "series", "correlation", "p", "p_corrected",
        "direction"}]}``; the direction is "rising", "falling" or "none", by the corrected p-value. None
        without times.
    """
    if corpus.times is None:
        return None
    periods, places = coded(corpus.times)
    known = np.flatnonzero(places >= 0)
    tests = [trend(places[known].astype(float), doc_topic[known, column]) for column in range(len(ids))]
    fair = corrected([p for _, p in tests])
    topics = [
        {
            "topic": id,
            "series": _by_part(doc_topic[:, column], places, periods, "period"),
            "correlation": _rounded(tests[column][0]),
            "p": tests[column][1],
            "p_corrected": fair[column],
            "direction": _direction(tests[column][0], fair[column]),
        }
        for column, id in enumerate(ids)
    ]
    return {
        "periods": periods,
        "documents": [int((places == place).sum()) for place in range(len(periods))],
        "test": "Spearman correlation of share and period over documents, Benjamini-Hochberg corrected",
        "topics": topics,
    }


def by_group(corpus: Corpus, doc_topic: Matrix, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Of each column of groups: every topic's share in each group, with intervals, and whether groups differ.

    Returns:
        ``[{"column", "groups", "documents", "test", "topics": [{"topic", "values", "effect", "p",
        "p_corrected", "differs"}]}]``. Groups of one document are shown, and not tested.
    """
    return [_one_column(name, values, doc_topic, ids) for name, values in corpus.groups.items()]


def _one_column(name: str, values: Sequence[str], doc_topic: Matrix, ids: Sequence[int]) -> dict[str, Any]:
    groups, places = coded(values)
    tested = [p for p in range(len(groups)) if (places == p).sum() >= _LEAST_IN_GROUP]
    tests: list[tuple[float, float] | None] = []
    for column in range(len(ids)):
        samples = [doc_topic[places == place, column] for place in tested]
        tests.append(compare(samples) if len(samples) >= 2 else None)
    fair = corrected([test[0] for test in tests if test is not None])
    topics = [
        {
            "topic": id,
            "values": _by_part(doc_topic[:, column], places, groups, "group"),
            "effect": _rounded(test[1]) if (test := tests[column]) else None,
            "p": test[0] if test else None,
            "p_corrected": fair[column] if test else None,
            "differs": bool(test) and fair[column] < SIGNIFICANT,
        }
        for column, id in enumerate(ids)
    ]
    return {
        "column": name,
        "groups": groups,
        "documents": [int((places == place).sum()) for place in range(len(groups))],
        "test": "Kruskal-Wallis over documents, Benjamini-Hochberg corrected; effect: epsilon squared",
        "topics": topics,
    }


def words_over_time(corpus: Corpus, doc_topic: Matrix, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Of each topic its words in each period: counts weighed by its share, smoothed by the periods beside.

    A word's weight is how much of the topic's words it is in that period; without a neural model, and without
    what is not in the data.
    """
    if corpus.times is None:
        return []
    periods, places = coded(corpus.times)
    overall = [_word_shares(corpus, doc_topic[:, column], None) for column in range(len(ids))]
    found: list[dict[str, Any]] = []
    for column, id in enumerate(ids):
        rows = np.array(
            [_word_shares(corpus, doc_topic[:, column], places == place) for place in range(len(periods))]
        )
        smooth = _smoothed(rows)
        series = [
            {"period": period, "words": _top(smooth[place], overall[column], corpus.words)}
            for place, period in enumerate(periods)
        ]
        found.append({"topic": id, "series": series})
    return found


def coded(values: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The different values in order, and each one's place; -1: missing."""
    known = sorted(set(values) - {MISSING})
    places = {value: place for place, value in enumerate(known)}
    return known, np.array([places.get(value, -1) for value in values], dtype=np.int64)


def _by_part(
    shares: Matrix, places: NDArray[np.int64], names: Sequence[str], what: str
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        part = shares[places == place]
        found.append({what: name, **_told(estimate(part))})
    return found


def _told(found: Estimate) -> Mapping[str, Any]:
    return {
        "share": _rounded(found.mean),
        "low": None if found.low is None else _rounded(found.low),
        "high": None if found.high is None else _rounded(found.high),
        "documents": found.documents,
    }


def _word_shares(corpus: Corpus, shares: Matrix, chosen: NDArray[np.bool_] | None) -> Matrix:
    weights = shares if chosen is None else np.where(chosen, shares, 0.0)
    counts = corpus.counts.T @ weights
    return np.asarray(counts, dtype=np.float64)


def _smoothed(rows: Matrix) -> Matrix:
    padded = np.pad(rows, ((1, 1), (0, 0)))
    mixed = rows + _NEIGHBOURS * (padded[:-2] + padded[2:])
    return mixed / np.maximum(mixed.sum(axis=1, keepdims=True), 1e-300)


def _top(weights: Matrix, overall: Matrix, words: Sequence[str]) -> list[list[Any]]:
    """The words of most weight, each with its weight."""
    if not weights.any():
        return []
    order = np.lexsort((-overall, -weights))[:_DYNAMIC_WORDS]
    return [[words[int(word)], _rounded(float(weights[word]))] for word in order if weights[word] > 0]


def _direction(correlation: float, p: float) -> str:
    if p >= SIGNIFICANT:
        return "none"
    return "rising" if correlation > 0 else "falling"


def _rounded(value: float) -> float:
    return round(value, 6)
