"""Whether a model holds: on documents that it has not seen, and when it is trained again."""

# scipy carries no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tools.topics.corpus import Corpus, Counts, counts_of
from tools.topics.metrics.coherence import Ids
from tools.topics.models.assigning import assign
from tools.topics.models.model import Matrix, TopicModel

_BACKGROUND = 0.01  # share of the words that comes from no topic, so that none is impossible


def held_out_perplexity(model: TopicModel, unseen: Corpus) -> float | None:
    """How surprised the model is by the second half of documents whose first half it reads.

    Document completion (Wallach et al. 2009; Asuncion et al. 2009): the exponential of the mean negative log
    likelihood of a word. Words come from the document's topics by 99 %, else from the corpus as a whole; so
    factorisations can be compared with models of probability.

    Returns:
        None where no document has two words.
    """
    lengths = np.diff(unseen.starts)
    long = np.flatnonzero(lengths >= 2)
    if not len(long):
        return None
    first, second = _halves(unseen, long)
    theta = assign(model.components, model.idf, counts_of(*first, len(unseen.words)))
    background = np.bincount(unseen.ids, minlength=len(unseen.words)) + 1.0
    background /= background.sum()
    ids, starts = second
    owner = np.repeat(np.arange(len(long)), np.diff(starts))
    topic_word = model.topic_word
    total = 0.0
    step = max(1, 4_000_000 // len(topic_word))
    for begin in range(0, len(ids), step):
        words = ids[begin : begin + step]
        likely = np.einsum("ij,ij->i", theta[owner[begin : begin + step]], topic_word.T[words])
        total += float(np.log((1 - _BACKGROUND) * likely + _BACKGROUND * background[words]).sum())
    return float(np.exp(-total / len(ids)))


Half = tuple[NDArray[np.int32], NDArray[np.int64]]


def _halves(corpus: Corpus, documents: NDArray[np.int64]) -> tuple[Half, Half]:
    """Every other word of each document, beginning with the first; and the words between."""
    parts = [corpus.document(int(document)) for document in documents]
    return _laid([part[::2] for part in parts]), _laid([part[1::2] for part in parts])


def _laid(parts: Sequence[NDArray[np.int32]]) -> Half:
    return np.concatenate(parts), np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(
        np.int64
    )


def stability_of_words(reference: Sequence[Ids], others: Sequence[Sequence[Ids]]) -> float | None:
    """How much the top words stay the same when a model is trained again; 1 is all.

    The mean Jaccard similarity of topics that fit each other best (Greene, O'Callaghan and Cunningham 2014).

    Returns:
        None where it was not trained again.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - where models are measured

    found: list[float] = []
    for other in others:
        similar = np.array([[_jaccard(one, two) for two in other] for one in reference])
        rows, columns = linear_sum_assignment(-similar)
        found.append(float(similar[rows, columns].sum() / max(similar.shape)))
    return float(np.mean(found)) if found else None


def _jaccard(one: Ids, other: Ids) -> float:
    first, second = set(map(int, one)), set(map(int, other))
    return len(first & second) / len(first | second)


def stability_of_documents(
    reference: Matrix, others: Sequence[tuple[NDArray[np.int64], Matrix]]
) -> float | None:
    """How much documents that lie together stay together; 1 is all.

    The mean normalised mutual information of the dominant topics.

    Args:
        reference: documents x topics.
        others: Of each training again, its documents and their topics.
    """
    found = [nmi(reference[chosen].argmax(axis=1), other.argmax(axis=1)) for chosen, other in others]
    return float(np.mean(found)) if found else None


def separation(weights: Counts, main: NDArray[np.int64]) -> float:
    """Whether documents are nearer to those of their own topic than to those of the next; -1 to 1.

    The mean silhouette (Rousseeuw 1987) by cosine distance. Since rows have length 1, the mean distance to a
    group is one less the product with the group's mean, and no document is compared with each other one.

    Args:
        weights: documents x words; rows of length 1, or 0.
        main: Of each document its main topic.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - a second, where models are measured

    count = len(main)
    used, groups = np.unique(main, return_inverse=True)
    if len(used) < 2:
        return 0.0
    sizes = np.bincount(groups).astype(np.float64)
    member = csr_matrix((np.ones(count), (groups, np.arange(count))), shape=(len(used), count))
    sums = np.asarray((member @ weights).todense())
    products = np.asarray(weights @ sums.T)
    own = products[np.arange(count), groups]
    lengths = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    others = np.maximum(sizes[groups] - 1.0, 1.0)
    near = 1.0 - (own - lengths) / others
    distances = 1.0 - products / sizes
    distances[np.arange(count), groups] = np.inf
    next_one = distances.min(axis=1)
    found = (next_one - near) / np.maximum(np.maximum(near, next_one), 1e-12)
    return float(np.where(sizes[groups] > 1, found, 0.0).mean())


def nmi(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Normalised mutual information of two partitions, by the mean of their entropies; 1 for one set each."""
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1.0)
    joint = table / table.sum()
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    held = joint > 0
    information = float((joint[held] * np.log(joint[held] / np.outer(rows, columns)[held])).sum())
    entropies = [-float((part[part > 0] * np.log(part[part > 0])).sum()) for part in (rows, columns)]
    mean = sum(entropies) / 2
    return information / mean if mean > 0 else 1.0
