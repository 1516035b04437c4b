"""Non-negative matrix factorisation: of tf-idf (NMF), and of keywords that embeddings find (KeyNMF)."""

# scipy and scikit-learn carry no types.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tools.topics.corpus import Corpus, Counts
from tools.topics.models.assigning import assign, inverse_frequency, tf_idf
from tools.topics.models.model import Matrix, TopicModel
from tools.topics.models.spec import ModelSpec

_ITERATIONS = 300
_TOLERANCE = 1e-4
_KEYWORDS = 25  # of a document
_LATENT = 100  # dimensions of the vectors that stand in where no embedding model is configured
_TINY = 1e-12

Tell = Callable[[int, int], None]


def train_nmf(corpus: Corpus, spec: ModelSpec, tell: Tell) -> TopicModel:
    """NMF of sublinear tf-idf, begun from the singular vectors (NNDSVD, Boutsidis and Gallopoulos 2008)."""
    idf = inverse_frequency(corpus.counts)
    components, facts = _factorised(tf_idf(corpus.counts, idf), spec)
    tell(1, 1)
    return TopicModel(
        spec=spec,
        words=corpus.words,
        components=components,
        doc_topic=assign(components, idf, corpus.counts),
        idf=idf,
        facts=facts,
    )


def train_keynmf(corpus: Corpus, spec: ModelSpec, tell: Tell) -> TopicModel:
    """KeyNMF (Kristensen-McLachlan et al. 2024): NMF of each document's words by nearness to its embedding.

    Embeddings are those in the corpus; where there are none, latent semantic analysis of the corpus itself.
    """
    vectors, word_vectors = _vectors(corpus, spec.seed)
    keywords = _keywords(corpus.counts, vectors, word_vectors)
    components, facts = _factorised(keywords, spec)
    tell(1, 1)
    return TopicModel(
        spec=spec,
        words=corpus.words,
        components=components,
        doc_topic=assign(components, None, corpus.counts),
        facts={**facts, "embeddings": "model" if corpus.vectors is not None else "lsa"},
    )


def _factorised(matrix: Counts, spec: ModelSpec) -> tuple[Matrix, dict[str, object]]:
    from sklearn.decomposition import NMF  # noqa: PLC0415 - seconds, where models are trained
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    topics = min(spec.topics, *matrix.shape)
    factorisation: Any = NMF
    nmf = factorisation(
        topics,
        init="nndsvd",
        random_state=spec.seed,
        tol=_TOLERANCE,
        max_iter=spec.iterations or _ITERATIONS,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # how many iterations it took is in the facts
        nmf.fit(matrix)
    facts: dict[str, object] = {"iterations": int(nmf.n_iter_), "loss": float(nmf.reconstruction_err_)}
    # A topic that nothing is left of has no words; a trace of each makes it one of chance, not of zeros.
    return np.asarray(nmf.components_, dtype=np.float64) + _TINY, facts


def _vectors(corpus: Corpus, seed: int) -> tuple[Matrix, Matrix]:
    if corpus.vectors is not None and corpus.word_vectors is not None:
        return _unit(corpus.vectors.astype(np.float64)), _unit(corpus.word_vectors.astype(np.float64))
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - seconds

    weights = tf_idf(corpus.counts, inverse_frequency(corpus.counts))
    latent = min(_LATENT, min(weights.shape) - 1)
    svd: Any = TruncatedSVD(latent, random_state=seed)
    documents = svd.fit_transform(weights)
    return _unit(documents), _unit(svd.components_.T * svd.singular_values_)


def _keywords(counts: Counts, vectors: Matrix, word_vectors: Matrix) -> Counts:
    """documents x words: how near a document's words are to it, of the nearest ones."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - as above

    starts = counts.indptr
    values: list[Matrix] = []
    columns: list[Matrix] = []
    ends = [0]
    for document in range(counts.shape[0]):
        words = counts.indices[starts[document] : starts[document + 1]]
        near = word_vectors[words] @ vectors[document]
        best = np.argsort(-near, kind="stable")[:_KEYWORDS]
        best = best[near[best] > 0]
        values.append(near[best])
        columns.append(words[best])
        ends.append(ends[-1] + len(best))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=counts.shape)


def _unit(rows: Matrix) -> Matrix:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY)
