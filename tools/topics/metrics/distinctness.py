"""How far topics differ from each other: diversity, rank-biased overlap, exclusivity."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np

from tools.topics.metrics.coherence import Ids
from tools.topics.models.model import TOP_WORDS, Matrix

_PERSISTENCE = 0.9  # of rank-biased overlap
_FREQUENCY_WEIGHT = 0.7  # of exclusivity in FREX, as R's stm has it


def diversity(topics: Sequence[Ids]) -> float:
    """The share of different words among all topics' top words (Dieng et al. 2020)."""
    return len({int(word) for topic in topics for word in topic}) / sum(len(topic) for topic in topics)


def inverted_overlap(topics: Sequence[Ids]) -> float:
    """One minus the mean rank-biased overlap of each two topics (Bianchi et al. 2021); 1 for one topic."""
    overlaps = [_overlap(list(map(int, a)), list(map(int, b))) for a, b in combinations(topics, 2)]
    return 1.0 - float(np.mean(overlaps)) if overlaps else 1.0


def _overlap(one: list[int], other: list[int]) -> float:
    """Rank-biased overlap, extrapolated from lists of equal length (Webber et al. 2010, equation 32)."""
    depth = min(len(one), len(other))
    shared = [len(set(one[:d]) & set(other[:d])) for d in range(1, depth + 1)]
    weighted = sum(_PERSISTENCE**d * shared[d - 1] / d for d in range(1, depth + 1))
    tail = shared[-1] / depth * _PERSISTENCE**depth
    return tail + (1 - _PERSISTENCE) / _PERSISTENCE * weighted


def frex(topic_word: Matrix) -> Matrix:
    """topics x words: how frequent and how exclusive each word is in each topic (Airoldi and Bischof 2016).

    The harmonic mean of both ranks, as shares of the vocabulary, exclusivity with a weight of .7.
    """
    exclusivity = topic_word / np.maximum(topic_word.sum(axis=0, keepdims=True), 1e-300)
    return 1.0 / (_FREQUENCY_WEIGHT / _ranks(exclusivity) + (1 - _FREQUENCY_WEIGHT) / _ranks(topic_word))


def mean_frex(topic_word: Matrix, count: int = TOP_WORDS) -> Matrix:
    """Of each topic, the mean FREX of its top words; 1 is the most."""
    top = np.argsort(-topic_word, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(frex(topic_word), top, axis=1).mean(axis=1)


def _ranks(values: Matrix) -> Matrix:
    """Each value's rank in its row as a share of the row; equal ones get their mean rank."""
    found = np.empty_like(values)
    for row, line in enumerate(values):
        ordered = np.sort(line)
        left, right = _places(ordered, line, "left"), _places(ordered, line, "right")
        found[row] = (left + right + 1) / 2 / len(line)
    return found


def _places(ordered: Matrix, values: Matrix, side: Literal["left", "right"]) -> Matrix:
    return np.searchsorted(ordered, values, side=side).astype(np.float64)
