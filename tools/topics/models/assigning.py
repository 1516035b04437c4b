"""Topics of documents, given a model's topics: one way for training documents and for new ones."""

# scipy and scikit-learn carry no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Counts
from tools.topics.models.model import Matrix

_ROUNDS = 500  # of expectation maximisation, at most
_LOOK = 10  # rounds between two looks at which documents have settled
_STILL = 1e-6  # a document none of whose shares moves by more in a round has settled
_SWEEPS = 500
_SETTLED = 1e-7  # of the greatest weight: a sweep that moves none by more is the last
_PRIOR = 0.1  # of each topic in a document, in words; the alpha of LDA
_CHUNK = 400_000  # products held at once, words of documents x topics: what a core's cache holds

_LEAST = np.float32(1e-30)  # probability of a word that no topic has

Places = NDArray[np.int64]
Single = NDArray[np.float32]


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
    aims = np.ascontiguousarray((tf_idf(counts, idf) @ components.T).T)  # a topic's numbers lie together
    products = components @ components.T
    own = np.maximum(np.diag(products), 1e-300)
    weights = np.maximum(aims / own[:, None], 0.0) / len(components)
    for _ in range(_SWEEPS):
        largest = 0.0
        for topic, before in enumerate(weights):
            moved = np.maximum(before + (aims[topic] - products[topic] @ weights) / own[topic], 0.0)
            largest = max(largest, float(np.abs(moved - before).max(initial=0.0)))
            weights[topic] = moved
        if largest < _SETTLED * max(float(weights.max(initial=0.0)), 1e-300):
            break
    return weights.T


def _folded(topic_word: Matrix, counts: Counts) -> Matrix:
    """Each document goes on until it has settled; none depends on the others.

    In single precision, which is a tenth of ``_STILL`` off, and takes half the time.
    """
    theta = np.full((counts.shape[0], len(topic_word)), 1.0 / len(topic_word), dtype=np.float32)
    word_topic = np.ascontiguousarray(topic_word.T, dtype=np.float32)
    counts = counts.astype(np.float32)
    moving = np.arange(counts.shape[0])
    for _ in range(0, _ROUNDS, _LOOK):
        restless = [moving[:0]]
        for some in _held(moving, np.diff(counts.indptr)[moving], len(topic_word)):
            theta[some], is_restless = _fold(word_topic, counts[some], theta[some])
            restless.append(some[is_restless])
        moving = np.concatenate(restless)
    return _shares(theta.astype(np.float64))


def _held(documents: Places, lengths: Places, topics: int) -> list[Places]:
    """The documents in runs that are worked on at once."""
    runs = np.cumsum(lengths) * topics // _CHUNK
    return np.split(documents, np.flatnonzero(np.diff(runs)) + 1) if len(documents) else []


def _fold(word_topic: Single, counts: Counts, theta: Single) -> tuple[Single, NDArray[np.bool_]]:
    """Some rounds of expectation maximisation; and which documents the last of them has still moved."""
    owner = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    likelihood = word_topic[counts.indices]  # words of documents x topics
    ratios, before = counts.copy(), theta
    for _ in range(_LOOK):
        explained = np.einsum("ij,ij->i", theta[owner], likelihood)
        ratios.data = counts.data / np.maximum(explained, _LEAST)
        weights = theta * (ratios @ word_topic) + np.float32(_PRIOR)
        before, theta = theta, weights / weights.sum(axis=1, keepdims=True)
    return theta, np.abs(theta - before).max(axis=1) > _STILL


def _shares(weights: Matrix) -> Matrix:
    sums = weights.sum(axis=1, keepdims=True)
    even = np.full_like(weights, 1.0 / weights.shape[1])
    return np.where(sums > 0, weights / np.maximum(sums, 1e-300), even)
