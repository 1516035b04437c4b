"""Topics of documents, given a model's topics: one way for training documents and for new ones."""

# scipy and scikit-learn carry no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Counts
from tools.topics.models.model import Matrix

_ROUNDS = 50
_SWEEPS = 500
_SETTLED = 1e-7  # of the greatest weight: a sweep that moves none by more is the last
_PRIOR = 0.1  # of each topic in a document, in words; the alpha of LDA
_CHUNK = 2_000_000  # products held at once: words of documents x topics


def assign(components: Matrix, idf: Matrix | None, counts: Counts) -> Matrix:
    """documents x topics; each row sums to 1, that of a document without words is even.

    With ``idf`` the components are NMF's, and documents are projected on them; else they are read as
    distributions of words, and documents folded in by expectation maximisation with a Dirichlet prior, as
    Hofmann (1999) and Asuncion et al. (2009) describe it for PLSA and for LDA's MAP estimate.

    Args:
        components: topics x words.
        idf: Of NMF.
        counts: documents x words, of the model's vocabulary.
    """
    if idf is not None:
        return _shares(_projected(components, idf, counts) * np.linalg.norm(components, axis=1))
    return _folded(components / components.sum(axis=1, keepdims=True), counts)


def tf_idf(counts: Counts, idf: Matrix) -> Counts:
    """Sublinear term frequency times ``idf``; rows of length 1."""
    from scipy.sparse import diags  # noqa: PLC0415 - a second, where models are worked with

    weights = counts.copy()
    weights.data = 1.0 + np.log(weights.data)
    weights = weights @ diags(idf)
    norms = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    return (diags(1.0 / np.maximum(norms, 1e-12)) @ weights).tocsr()


def inverse_frequency(counts: Counts) -> Matrix:
    """Of each word the logarithm of the share of documents without it, smoothed as scikit-learn does."""
    documents = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.log((1.0 + documents) / (1.0 + frequency)) + 1.0


def _projected(components: Matrix, idf: Matrix, counts: Counts) -> Matrix:
    """The weights, none negative, that come nearest to each document: coordinate descent on all at once.

    The problem is convex, and a document's answer does not depend on the others.
    """
    aims = np.asarray(tf_idf(counts, idf) @ components.T)
    products = components @ components.T
    weights = np.maximum(aims / np.maximum(np.diag(products), 1e-300), 0.0) / len(components)
    for _ in range(_SWEEPS):
        largest = 0.0
        for topic in range(len(components)):
            step = (aims[:, topic] - weights @ products[:, topic]) / max(products[topic, topic], 1e-300)
            moved = np.maximum(weights[:, topic] + step, 0.0)
            largest = max(largest, float(np.abs(moved - weights[:, topic]).max(initial=0.0)))
            weights[:, topic] = moved
        if largest < _SETTLED * max(float(weights.max(initial=0.0)), 1e-300):
            break
    return weights


def _folded(topic_word: Matrix, counts: Counts) -> Matrix:
    documents, topics = counts.shape[0], len(topic_word)
    theta = np.full((documents, topics), 1.0 / topics)
    step = max(1, _CHUNK // topics)
    begin = 0
    while begin < documents:
        end = int(np.searchsorted(counts.indptr, counts.indptr[begin] + step, side="right")) - 1
        end = min(documents, max(begin + 1, end))
        theta[begin:end] = _fold(topic_word, counts[begin:end])
        begin = end
    return theta


def _fold(topic_word: Matrix, counts: Counts) -> Matrix:
    """Expectation maximisation over some documents."""
    documents = counts.shape[0]
    owner: NDArray[np.int64] = np.repeat(np.arange(documents), np.diff(counts.indptr))
    likelihood = topic_word.T[counts.indices]  # words of documents x topics
    theta = np.full((documents, len(topic_word)), 1.0 / len(topic_word))
    filled = np.flatnonzero(np.diff(counts.indptr))
    places = counts.indptr[filled]
    for _ in range(_ROUNDS):
        shares = theta[owner] * likelihood
        shares *= (counts.data / np.maximum(shares.sum(axis=1), 1e-300))[:, None]
        if len(filled):
            sums = np.zeros_like(theta)
            sums[filled] = np.add.reduceat(shares, places, axis=0)
            theta = _shares(sums + _PRIOR)
    return theta


def _shares(weights: Matrix) -> Matrix:
    sums = weights.sum(axis=1, keepdims=True)
    even = np.full_like(weights, 1.0 / weights.shape[1])
    return np.where(sums > 0, weights / np.maximum(sums, 1e-300), even)
